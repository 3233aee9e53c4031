"""A session over the probe whose model says a sentence with canaries: for tests of what is counted and captured."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

from raw_editor import PROBE, Editor, Start

sys.path.insert(0, str(Path(__file__).parents[1] / "gateway"))

from gateway_process import Plane, plane

__all__ = ["CANARIES", "CARET", "HEAD", "SAID", "Session", "begin", "only", "plane"]

HEAD = "def canary_price(kestrel, ptarmigan):\n    return \n"
CARET = {"line": 1, "character": 11}
SAID = "kestrel + ptarmigan * canary_rate"
"""What the model answers. No word of it, and none of HEAD, may be found outside the editor's session."""

CANARIES = ("canary", "kestrel", "ptarmigan", "price")


class Session:
    """An editor on one file, and what its user's folder holds."""

    def __init__(self, editor: Editor, bank: Plane, folder: Path) -> None:
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


async def begin(
    start: Start,
    bank: Plane,
    folder: Path,
    text: str = HEAD,
    *,
    engine: str = "model",
    can: dict | None = None,
    **environment: str,
) -> Session:
    """An editor with one open file; `can`: its capabilities."""
    bank.behave(texts=[SAID])
    (folder / "repo").mkdir(exist_ok=True)
    editor = await start(
        [*PROBE, "--engine", engine],
        BANK_COPILOT_GATEWAY_URL=bank.url,
        BANK_COPILOT_MODEL_COMPLETE_MS="3000",
        BANK_COPILOT_LOG_LEVEL="debug",
        COPILOT_GATEWAY_KEY=bank.keys["beta"],
        XDG_CACHE_HOME=str(folder / "cache"),
        **environment,
    )
    await editor.initialize(can, workspaceFolders=[{"uri": (folder / "repo").as_uri(), "name": "repo"}])
    made = Session(editor, bank, folder)
    editor.open(made.uri, text)
    return made


def only(counts: dict, *names: str) -> dict:
    """These counts, 0 where one is absent."""
    return {name: counts.get(name, 0) for name in names}
