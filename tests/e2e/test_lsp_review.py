"""The bank's rules in the editor: on lines that differ from the last commit, pulled and pushed; and the review of the work tree."""

from __future__ import annotations

import asyncio
import json
import subprocess
from pathlib import Path

import pytest
from raw_editor import EVERYTHING, PRODUCT, Editor, Refused

OLD = "from decimal import Decimal\n\nrate = Decimal(0.5)\n"
NEW = OLD + "fee = Decimal(0.1)\n"
UNGUARDED = "def close(account, user):\n    account.closed = True\n    account.save()\n"
PULLS = {"textDocument": {"diagnostic": {}}}


@pytest.fixture
def top(tmp_path, monkeypatch) -> Path:
    for name in ("cache", "config"):
        monkeypatch.setenv(f"XDG_{name.upper()}_HOME", str(tmp_path / name))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    folder = tmp_path.resolve() / "账户 repo"
    folder.mkdir()
    (folder / "fees.py").write_text(OLD)
    (folder / "guard.py").write_text(
        'def close(account, user):\n    if not user.has_permission("close"):\n        raise PermissionError(user)\n'
        "    account.closed = True\n    account.save()\n"
    )
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "a")
    return folder


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


async def begin(start, top: Path, settings: dict | None = None, engine: str = "replay", **capabilities) -> Editor:
    editor = await start([*PRODUCT[:-1], engine])
    editor.answers["workspace/configuration"] = lambda params: [settings or {} for _ in params["items"]]
    editor.answers["window/workDoneProgress/create"] = lambda _: None
    folders = [{"uri": top.as_uri(), "name": "r"}]
    await editor.initialize({**EVERYTHING, **capabilities}, workspaceFolders=folders)
    return editor


def opened(editor: Editor, path: Path, text: str) -> str:
    item = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
    editor.notify("textDocument/didOpen", {"textDocument": item})
    return item["uri"]


async def pulled(editor: Editor, uri: str) -> list[tuple[str, int]]:
    report = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    return [(one["code"], one["range"]["start"]["line"]) for one in report["items"]]


async def test_only_what_differs_from_the_last_commit_is_told(start, top):
    editor = await begin(start, top, **PULLS)
    uri = opened(editor, top / "fees.py", NEW)
    assert await pulled(editor, uri) == [("MONEY02", 3)]
    fresh = opened(editor, top / "fresh.py", OLD)
    assert await pulled(editor, fresh) == [("MONEY02", 2)]
    outside = opened(editor, top.parent / "outside.py", OLD)
    assert await pulled(editor, outside) == []


async def test_secrets_and_guards_that_are_gone_are_told_where_they_are(start, top):
    editor = await begin(start, top, **PULLS)
    text = UNGUARDED + '\n\nAPI_PASSWORD = "Kx7#mQ2vT9!zLw"\n'
    uri = opened(editor, top / "guard.py", text)
    report = await editor.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    rows = {one["code"]: (one["range"]["start"], one["severity"], one["message"]) for one in report["items"]}
    assert set(rows) == {"SEC01", "DEL01"}
    assert rows["SEC01"][:2] == ({"line": 5, "character": 16}, 1)
    assert rows["DEL01"][0] == {"line": 1, "character": 4}
    assert 'the authorisation check `if not user.has_permission("close"):`' in rows["DEL01"][2]
    # A key that a call takes is found by the pack and by its form: it is told once.
    call = 'from fernet import Fernet\n\nPASSWORD = Fernet("Kx7#mQ2vT9!zLwKx7#mQ2vT9!zLw")\n'
    assert await pulled(editor, opened(editor, top / "key.py", call)) == [("SEC01", 2)]


async def test_a_repair_of_the_pack_is_a_quick_fix(start, top):
    able = {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}}
    editor = await begin(start, top, engine="embedded", textDocument={"diagnostic": {}, "codeAction": able})
    uri = opened(editor, top / "fees.py", NEW)
    where = {"start": {"line": 3, "character": 6}, "end": {"line": 3, "character": 6}}
    asked = {"textDocument": {"uri": uri}, "range": where, "context": {"diagnostics": [], "only": ["quickfix"]}}
    for _ in range(10):  # a busy machine may miss the seconds that it is looked for
        if found := await editor.request("textDocument/codeAction", asked):
            break
    (fix,) = (one for one in found if one["diagnostics"][0]["code"] == "MONEY02")
    ((change,),) = (each["edits"] for each in fix["edit"]["documentChanges"])
    assert "0.1" in change["newText"]
    assert change["range"]["start"]["line"] == 3


async def test_an_editor_that_does_not_ask_is_told(start, top):
    editor = await begin(start, top)
    uri = opened(editor, top / "fees.py", NEW)
    for _ in range(300):
        told = [m["params"] for m in editor.seen if m.get("method") == "textDocument/publishDiagnostics"]
        if told and told[-1]["uri"] == uri and told[-1]["diagnostics"]:
            break
        await asyncio.sleep(0.05)
    (one,) = told[-1]["diagnostics"]
    assert (one["code"], one["range"]["start"]["line"], one["source"]) == ("MONEY02", 3, "bank-copilot")


async def test_a_setting_switches_it_off(start, top):
    editor = await begin(start, top, {"review": {"editor": False}}, **PULLS)
    uri = opened(editor, top / "fees.py", NEW)
    for _ in range(100):
        if await pulled(editor, uri) == []:
            break
        await asyncio.sleep(0.05)
    assert await pulled(editor, uri) == []


async def test_the_work_tree_is_reviewed_with_what_is_not_saved_and_progress(start, top):
    editor = await begin(start, top)
    (top / "guard.py").write_text("def close(account, user):\n    account.closed = True\n    account.save()\n")
    (top / "data.bin").write_bytes(b"\0")
    uri = opened(editor, top / "fees.py", NEW)
    found = await editor.request("workspace/executeCommand", {"command": "bankCopilot.review", "arguments": [uri]})
    assert {(one["file"], one["line"], one["side"], one["rule"]) for one in found["findings"]} == {
        ("fees.py", 4, "new", "MONEY02"),
        ("guard.py", 2, "old", "DEL01"),
    }
    assert found["coverage"]["files"] == 3
    assert found["coverage"]["skipped_files"][0]["file"] == "data.bin"
    words = [m["params"]["value"] for m in editor.seen if m.get("method") == "$/progress"]
    assert "reviewing guard.py" in [word.get("message") for word in words]
    without = await editor.request("workspace/executeCommand", {"command": "bankCopilot.review"})
    assert without == found
    with pytest.raises(Refused, match="at most the uri"):
        await editor.request("workspace/executeCommand", {"command": "bankCopilot.review", "arguments": [uri, 1]})


def published(editor: Editor) -> dict[str, list[tuple[str, int]]]:
    """What was pushed last of each document, by its name."""
    told = [m["params"] for m in editor.seen if m.get("method") == "textDocument/publishDiagnostics"]
    return {
        one["uri"].rpartition("/")[2]: [(each["code"], each["range"]["start"]["line"]) for each in one["diagnostics"]]
        for one in told
    }


async def until(editor: Editor, shown: dict[str, list[tuple[str, int]]]) -> None:
    for _ in range(300):
        if {name: rows for name, rows in published(editor).items() if name in shown} == shown:
            return
        await asyncio.sleep(0.05)
    assert published(editor) == shown


async def reviewed(editor: Editor) -> list[str]:
    """Review the work tree; the sentences that the person is told."""
    await editor.request("workspace/executeCommand", {"command": "bankCopilot.review"})
    return [m["params"]["message"] for m in editor.seen if m.get("method") == "window/showMessage"]


async def test_what_the_review_finds_is_shown_also_of_files_that_are_not_open(start, top):
    editor = await begin(start, top, **PULLS)
    (top / "guard.py").write_text(UNGUARDED)
    (top / "late.py").write_text("from decimal import Decimal\n\n费用 = Decimal(0.25)\n")
    uri = opened(editor, top / "fees.py", NEW)
    (told,) = await reviewed(editor)
    assert told.startswith("remarks: 3; looked at 3 of 3 files whole")
    # What an open document tells by itself is not told twice.
    await until(editor, {"guard.py": [("DEL01", 1)], "late.py": [("MONEY02", 2)], "fees.py": []})
    (one,) = next(
        m["params"]["diagnostics"]
        for m in reversed(editor.seen)
        if m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"].endswith("late.py")
    )
    assert one["range"]["start"]["character"] == len("费用 = ") and one["source"] == "bank-copilot"
    assert await pulled(editor, uri) == [("MONEY02", 3)]
    # Opened, it shows what it showed; with another text nobody knows any more.
    late = opened(editor, top / "late.py", (top / "late.py").read_text())
    await until(editor, {"late.py": []})
    assert await pulled(editor, late) == [("MONEY02", 2)]
    guard = opened(editor, top / "guard.py", UNGUARDED)
    change = {"textDocument": {"uri": guard, "version": 2}, "contentChanges": [{"text": "# x\n" + UNGUARDED}]}
    editor.notify("textDocument/didChange", change)
    await until(editor, {"guard.py": []})
    # The next review takes away what is no more.
    editor.notify("textDocument/didClose", {"textDocument": {"uri": late}})
    await until(editor, {"late.py": [("MONEY02", 2)]})
    (top / "late.py").unlink()
    assert (await reviewed(editor))[-1].startswith("remarks: 2;")
    await until(editor, {"late.py": []})


async def test_a_review_is_shown_where_live_diagnostics_are_off(start, top):
    editor = await begin(start, top, {"review": {"editor": False}}, **PULLS)
    uri = opened(editor, top / "fees.py", NEW)
    for _ in range(100):
        if await pulled(editor, uri) == []:
            break
        await asyncio.sleep(0.05)
    await reviewed(editor)
    await until(editor, {"fees.py": [("MONEY02", 3)]})


async def test_an_editor_that_does_not_ask_is_shown_a_review_beside_the_live_diagnostics(start, top):
    editor = await begin(start, top)
    (top / "guard.py").write_text(UNGUARDED)
    uri = opened(editor, top / "fees.py", NEW)
    opened(editor, top / "guard.py", UNGUARDED)
    await reviewed(editor)
    await until(editor, {"fees.py": [("MONEY02", 3)], "guard.py": [("DEL01", 1)]})
    change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": OLD}]}
    editor.notify("textDocument/didChange", change)
    await until(editor, {"fees.py": []})


async def test_a_folder_without_a_repository_is_declined(start, top, tmp_path):
    (tmp_path / "plain").mkdir()
    editor = await begin(start, tmp_path / "plain")
    found = await editor.request("workspace/executeCommand", {"command": "bankCopilot.review"})
    assert "no git repository" in found["declined"]


async def test_a_damaged_folder_of_rules_is_told_once_and_takes_nothing_away(start, top):
    (top.parent / "rules").mkdir()
    (top.parent / "rules" / "OWN01.toml").write_text("nonsense")
    (top.parent / "bank-copilot").mkdir()
    folder = json.dumps(str(top.parent / "rules"))
    (top.parent / "bank-copilot" / "config.toml").write_text(f"[review]\nrules = [{folder}]\n")
    editor = await begin(start, top, **PULLS)
    uri = opened(editor, top / "fees.py", NEW)
    plain = opened(editor, top / "plain.py", "x = undefined_name\n")
    for _ in range(2):
        assert await pulled(editor, uri) == [("MONEY02", 3)]
        assert await pulled(editor, plain) == [("undefined-name", 0)]
    shown = [m["params"] for m in editor.seen if m.get("method") == "window/showMessage"]
    (told,) = (one for one in shown if "rule" in one["message"])
    assert told["type"] == 2  # a warning
    assert "OWN01.toml" in told["message"]
