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
