"""What becomes of suggestions in a real session: shown, taken, still there; counted, written and sent without any text."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest
from raw_editor import PROBE

sys.path.insert(0, str(Path(__file__).parents[1] / "gateway"))

from gateway_process import plane

HEAD = "def canary_price(kestrel, ptarmigan):\n    return \n"
CARET = {"line": 1, "character": 11}
SAID = "kestrel + ptarmigan * canary_rate"
"""What the model answers. No word of it, and none of HEAD, may be found outside the editor's session."""

CANARIES = ("canary", "kestrel", "ptarmigan", "price")


@pytest.fixture
def bank():
    with plane() as running:
        running.behave(texts=[SAID])
        yield running


class Session:
    """An editor on one file, and what its user's folder holds."""

    def __init__(self, editor, bank, folder: Path) -> None:
        self.editor, self.bank, self.folder = editor, bank, folder
        self.uri = (folder / "repo" / "calc.py").as_uri()
        self.version = 1

    def change(self, *changes) -> None:
        self.version += 1
        self.editor.change(self.uri, self.version, *changes)

    async def ask(self, line: int = 1, character: int = 11) -> dict:
        place = {"line": line, "character": character}
        found = await self.editor.request(
            "textDocument/inlineCompletion",
            {"textDocument": {"uri": self.uri}, "position": place, "context": {"triggerKind": 1}},
        )
        (item,) = found["items"]
        return item

    async def accept(self, item: dict) -> None:
        """As an editor does it: the text, then the command."""
        span = item["range"]
        start, end = ((span[at]["line"], span[at]["character"]) for at in ("start", "end"))
        self.change((start, end, item["insertText"]))
        command = item["command"]
        await self.editor.request(
            "workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]}
        )

    async def advance(self, seconds: float) -> None:
        await self.editor.request("probe/advance", {"seconds": seconds})

    @property
    def file(self) -> Path:
        return self.folder / "state" / "bank-copilot" / "usage.sqlite"

    async def counts(self, task: str = "complete") -> dict:
        """All that is counted of a task, with its labels."""
        await self.editor.request("probe/keep")
        if not self.file.exists():
            return {}
        db = sqlite3.connect(self.file)
        db.row_factory = sqlite3.Row
        rows = [dict(row) for row in db.execute("SELECT * FROM counts WHERE task = ?", (task,))]
        db.close()
        assert len(rows) < 2, rows
        return {name: value for name, value in rows[0].items() if value} if rows else {}


@pytest.fixture
async def session(start, bank, tmp_path):
    (tmp_path / "repo").mkdir()
    editor = await start(
        [*PROBE, "--engine", "model"],
        BANK_COPILOT_GATEWAY_URL=bank.url,
        BANK_COPILOT_MODEL_COMPLETE_MS="3000",
        BANK_COPILOT_LOG_LEVEL="debug",
        COPILOT_GATEWAY_KEY=bank.keys["beta"],
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    await editor.initialize(workspaceFolders=[{"uri": (tmp_path / "repo").as_uri(), "name": "repo"}])
    made = Session(editor, bank, tmp_path)
    editor.open(made.uri, HEAD)
    return made


def only(counts: dict, *names: str) -> dict:
    return {name: counts.get(name, 0) for name in names}


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


async def test_an_applied_code_action_counts_for_its_task(session):
    uri = session.uri
    session.change(((0, 0), (2, 0), "import json\nx = 1\n"))
    span = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
    actions = await session.editor.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": span, "context": {"diagnostics": [], "only": ["quickfix"]}},
    )
    assert [a for a in actions if "edit" in a] == []  # an editor that knows no literals gets commands only


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
