"""What becomes of suggestions in a real session: shown, taken, still there; counted, written and sent without any text."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from counted import CANARIES, SAID, begin, only, plane

COMMAND = str(Path(sys.executable).with_name("bank-copilot"))


@pytest.fixture
def bank():
    with plane() as running:
        yield running


@pytest.fixture
async def session(start, bank, tmp_path):
    return await begin(start, bank, tmp_path)


async def test_an_accepted_completion_is_counted_once_with_its_labels_and_its_survival(session):
    item = await session.ask()
    assert item["insertText"] == SAID
    await session.accept(item)
    await session.advance(31)
    found = await session.counts()
    labels = {name: found[name] for name in ("language", "engine", "model", "profile")}
    assert labels == {"language": "python", "engine": "model", "model": "coder", "profile": "normal"}
    assert found["template"].startswith("complete@")
    size = len(SAID.replace(" ", ""))
    assert only(found, "shown", "accepted", "partly", "dismissed") == {
        "shown": 1, "accepted": 1, "partly": 0, "dismissed": 0,
    }  # fmt: skip
    assert only(found, "shown_chars", "accepted_chars", "kept_30s") == {
        "shown_chars": size, "accepted_chars": size, "kept_30s": 1,
    }  # fmt: skip
    assert await session.counts("typing") == {}  # nothing of it was typed
    session.change(((1, 11 + len("kestrel + ")), (1, 11 + len("kestrel + ptarmigan")), "ptarmign"))
    session.change(((0, 0), (0, 0), "import os\n\n"))  # everything moves down
    await session.advance(90)
    found = await session.counts()
    assert only(found, "kept_2m", "changed_2m", "gone_2m") == {"kept_2m": 0, "changed_2m": 1, "gone_2m": 0}
    session.change(((3, 11), (3, 11 + len(SAID) - 1), "None"))
    await session.advance(480)
    found = await session.counts()
    assert only(found, "kept_10m", "changed_10m", "gone_10m") == {"kept_10m": 0, "changed_10m": 0, "gone_10m": 1}


async def test_typing_along_and_past_a_suggestion_is_typed_by_hand_and_dismisses_it(session):
    await session.ask()
    for number, char in enumerate("kest"):
        await session.advance(0.2)
        session.change(((1, 11 + number), (1, 11 + number), char))
    assert (await session.ask(1, 15))["insertText"] == SAID  # the word under the caret is repeated
    await session.advance(0.2)
    session.change(((1, 15), (1, 15), "x"))
    session.bank.behave(texts=[" + 1"])
    await session.ask(1, 16)
    await session.advance(11)
    found = await session.counts()
    assert only(found, "shown", "accepted", "dismissed", "accepted_chars") == {
        "shown": 2, "accepted": 0, "dismissed": 1, "accepted_chars": 0,
    }  # fmt: skip
    assert (await session.counts("typing"))["typed_chars"] == 5


async def test_what_is_pasted_is_nobodys(session):
    await session.advance(5)
    session.change(((2, 0), (2, 0), "canary_pasted_at_once = 1234567890\n"))
    await session.advance(2)
    session.change(((3, 0), (3, 0), "typed_fast"))
    await session.advance(0.1)
    session.change(((3, 10), (3, 10), "typed_fast"))
    assert (await session.counts("typing"))["typed_chars"] == 10


async def test_a_client_that_reports_is_believed(session):
    item = await session.ask()
    editor = session.editor
    editor.notify("textDocument/didShowCompletion", {"item": item})
    editor.notify("textDocument/didPartiallyAcceptCompletion", {"item": item, "acceptedLength": 5})
    editor.notify("textDocument/didPartiallyAcceptCompletion", {"item": item, "acceptedLength": 9})
    session.change(((1, 11), (1, 11), "kestrel +"))
    session.bank.behave(texts=["None"])
    await session.ask(2, 0)  # another place: the first one has gone from view
    await session.advance(11)
    await session.advance(31)
    found = await session.counts()
    assert only(found, "shown", "accepted", "partly", "accepted_chars", "kept_30s") == {
        "shown": 1, "accepted": 0, "partly": 1, "accepted_chars": 8, "kept_30s": 1,
    }  # fmt: skip


async def test_words_taken_with_an_editors_own_keys_are_taken_in_part(session):
    await session.ask()
    await session.advance(3)
    session.change(((1, 11), (1, 11), "kestrel"))
    session.change(((1, 18), (1, 18), " +"))
    await session.editor.stop()
    db = sqlite3.connect(session.file)
    rows = db.execute("SELECT task, shown, partly, accepted_chars, typed_chars FROM counts").fetchall()
    db.close()
    assert rows == [("complete", 1, 1, 8, 0)]  # written at the end, without a timer


LITERALS = {
    "textDocument": {
        "codeAction": {
            "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}},
            "dataSupport": True,
            "resolveSupport": {"properties": ["edit"]},
        }
    },
    "workspace": {"applyEdit": True, "workspaceEdit": {"documentChanges": True}},
}
FAULTY = "def kestrel(a)\n    return a\n"
MISSPELT = "def ptarmigan_total(a):\n    return a\n\n\nprint(ptarmigan_totl(1))\n"
DOCUMENTABLE = """def settle(amount: int, fee: int = 0) -> int:
    if amount < 0:
        raise ValueError("negative")
    return amount - fee
"""


async def actions(session, line: int = 0) -> list[dict]:
    place = {"start": {"line": line, "character": 0}, "end": {"line": line, "character": 0}}
    asked = {"textDocument": {"uri": session.uri}, "range": place, "context": {"diagnostics": [], "only": ["quickfix"]}}
    return await session.editor.request("textDocument/codeAction", asked)


async def test_an_applied_quick_fix_counts_for_its_task_and_a_listed_one_does_not(start, bank, tmp_path):
    session = await begin(start, bank, tmp_path, MISSPELT, engine="auto", can=LITERALS)
    await actions(session, 4)
    await session.advance(11)
    assert await session.counts("fix") == {}
    action = next(action for action in await actions(session, 4) if "edit" in action)
    assert "command" not in action  # a client may take an action that has both for a command
    (change,) = action["edit"]["documentChanges"]
    changed = [(span(edit["range"]), edit["newText"]) for edit in change["edits"]]
    session.change(*((*where, text) for where, text in sorted(changed, reverse=True)))
    await session.advance(31)
    found = await session.counts("fix")
    assert only(found, "shown", "accepted", "dismissed", "kept_30s") == {
        "shown": 1, "accepted": 1, "dismissed": 0, "kept_30s": 1,
    }  # fmt: skip
    assert found["engine"] == "embedded"
    assert await session.counts("typing") == {}


def span(where: dict) -> tuple[tuple[int, int], tuple[int, int]]:
    return tuple((where[at]["line"], where[at]["character"]) for at in ("start", "end"))


async def test_documentation_that_was_resolved_and_applied_counts(start, bank, tmp_path):
    session = await begin(start, bank, tmp_path, DOCUMENTABLE, engine="auto", can=LITERALS)
    place = {"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 5}}
    asked = {"textDocument": {"uri": session.uri}, "range": place, "context": {"diagnostics": []}}
    listed = await session.editor.request("textDocument/codeAction", asked)
    action = next(each for each in listed if each.get("data", {}).get("task") == "comment")
    done = await session.editor.request("codeAction/resolve", action)
    (change,) = done["edit"]["documentChanges"]
    session.change(*((*span(edit["range"]), edit["newText"]) for edit in change["edits"]))
    command = done["command"]
    await session.editor.request(
        "workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]}
    )
    await session.advance(31)
    found = await session.counts("comment")
    assert only(found, "shown", "accepted", "kept_30s") == {"shown": 1, "accepted": 1, "kept_30s": 1}


async def test_a_change_that_a_command_makes_counts(start, bank, tmp_path):
    session = await begin(start, bank, tmp_path, FAULTY, engine="auto", can=LITERALS)
    session.editor.answers["workspace/applyEdit"] = lambda _params: {"applied": True}
    answer = await session.editor.request(
        "workspace/executeCommand", {"command": "bankCopilot.fix", "arguments": [session.uri]}
    )
    assert answer.get("applied") is True, answer
    assert only(await session.counts("fix"), "shown", "accepted") == {"shown": 1, "accepted": 1}


async def test_the_report_holds_counts_alone_and_is_counted_once(session):
    await session.accept(await session.ask())
    session.change(((2, 0), (2, 0), "c"))
    await session.editor.request("probe/keep")
    bank = session.bank
    bank.stop()
    assert await session.editor.request("probe/send") is False  # kept while the gateway is away
    port = bank.url.rpartition(":")[2]
    bank.config.write_text(bank.config.read_text().replace("port = 0", f"port = {port}"))
    bank.start()
    assert await session.editor.request("probe/send") is True
    assert await session.editor.request("probe/send") is True
    report = bank.ask("GET", "/admin/suggestions", key="admin").json
    assert report["totals"]["shown"] == 1
    assert report["totals"]["accepted"] == 1
    (row,) = [row for row in report["rows"] if row["language"] == "python"]
    assert (row["team"], row["accepted"], row["typed_chars"]) == ("beta", 1, 1)


async def test_no_word_of_the_code_is_anywhere_outside(session):
    await session.accept(await session.ask())
    session.change(((2, 0), (2, 0), "canary_more"))
    await session.editor.request("probe/keep")
    assert await session.editor.request("probe/send") is True
    await session.advance(601)
    assert await session.editor.stop() == 0
    bank = session.bank
    told = b"".join(path.read_bytes() for path in session.file.parent.rglob("*") if path.is_file())
    store = b"".join(path.read_bytes() for path in bank.folder.glob("*.db*"))
    journal = b"".join(path.read_bytes() for path in bank.folder.rglob("*.jsonl"))
    metrics = bank.ask("GET", "/metrics", key="admin").body
    log = (session.folder / "stderr.txt").read_bytes()
    assert b"bank_copilot_suggestions_total{" in metrics
    assert b"complete" in told
    for place, data in {"file": told, "store": store, "journal": journal, "metrics": metrics, "log": log}.items():
        assert [word for word in CANARIES if word.encode() in data] == [], place


def test_what_the_command_line_writes_is_counted_and_shown(tmp_path):
    (tmp_path / "a.py").write_text(FAULTY)
    home = {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_CACHE_HOME": str(tmp_path / "c"),
    }

    def copilot(*words: str, code: int = 0, **more: str) -> str:
        environ = {**os.environ, **home, "LC_ALL": "C.UTF-8", **more}
        done = subprocess.run([COMMAND, *words], capture_output=True, text=True, env=environ, cwd=tmp_path, check=False)
        assert done.returncode == code, done.stderr
        return done.stdout

    assert json.loads(copilot("usage", "--json", code=1))["totals"]["shown"] == 0
    copilot("fix", "a.py")  # shown only: a person decides
    copilot("fix", "a.py", "--write", BANK_COPILOT_USAGE_COUNT="false")
    assert json.loads(copilot("usage", "--json", code=1))["rows"] == []
    (tmp_path / "a.py").write_text(FAULTY)
    copilot("fix", "a.py", "--write")
    told = json.loads(copilot("usage", "--json", "--days", "2", "--by", "task", "--by", "engine"))
    assert [(line["task"], line["engine"], line["accepted"]) for line in told["lines"]] == [("fix", "embedded", 1)]
    assert (told["totals"]["acceptance"], told["totals"]["assistant_share"], told["waiting"]) == (1.0, 1.0, 0)
    table = copilot("usage").splitlines()
    assert table[1].split()[:6] == ["fix", "python", "embedded", "1", "1", "0"]
    assert "100%" in table[-1]
