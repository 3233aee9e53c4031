"""The sets of raw model answers in `refine/` and `refine_apart/`, and what `complete --batch` makes of them.

A case is a place (`text` with the caret as `‸`), a raw `answer`, and what is right: `want` (what stands in the caret's
place), `final` (the whole text), each any of several; `declined`, or `or_nothing` where silence is right too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from copilot import edits
from copilot.syntax import tree
from copilot.syntax.languages import LANGUAGES, language_of
from copilot.types import Document, Edit, Span, document

HERE = Path(__file__).parent
CARET = "‸"


@dataclass(frozen=True)
class Refinement:
    """One case; `right` holds the whole texts that are right, None among them for silence."""

    name: str
    path: str
    language: str | None
    before: str
    after: str
    answer: str
    right: tuple[str | None, ...]

    @property
    def document(self) -> Document:
        return document(Path("/") / self.path, self.language or language_of(Path(self.path)), self.before + self.after)


def load(folder: str) -> list[Refinement]:
    """The cases of a folder, by file and name."""
    found: list[Refinement] = []
    for file in sorted((HERE / folder).glob("*.toml")):
        told = tomllib.loads(file.read_text("utf-8"))
        for row in told["case"]:
            found.append(_case(file.stem, {**told.get("place", {}).get(row.get("at"), {}), **row}))
    assert len({case.name for case in found}) == len(found)
    return found


def _case(file: str, row: dict[str, Any]) -> Refinement:
    before, after = row["text"].split(CARET)
    right: list[str | None] = [before + want + after for want in row.get("want", ())]
    right += row.get("final", ())
    if row.get("declined") or row.get("or_nothing"):
        right.append(None)
    assert right, row["name"]
    return Refinement(
        f"{file}: {row['name']}", row["path"], row.get("language"), before, after, row["answer"], tuple(right)
    )


def refined(cases: list[Refinement], folder: Path) -> list[str | None]:
    """The whole text after each case's completion, None for silence: the command line, asked once for all."""
    rows = []
    for case in cases:
        *whole, row = case.before.split("\n")
        place = {"line": len(whole), "character": len(row.encode("utf-16-le")) // 2}
        asked = {"path": case.path, "text": case.before + case.after, "replay": case.answer, **place}
        rows.append(json.dumps({**asked, "language": case.language} if case.language else asked))
    (folder / "batch.jsonl").write_text("\n".join(rows) + "\n", "utf-8")
    command = [Path(sys.executable).with_name("bank-copilot"), "complete", "--batch", folder / "batch.jsonl"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    done = subprocess.run(command, check=True, capture_output=True, cwd=folder, env=environment)
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return [_applied(case, answer) for case, answer in zip(cases, answers, strict=True)]


def _applied(case: Refinement, answer: dict[str, Any]) -> str | None:
    if answer["text"] is None:
        return None
    doc = case.document
    span = Span(*(_offset(doc.text.decode(), **answer["range"][end]) for end in ("start", "end")))
    return edits.apply(doc, [Edit(doc.path, span, answer["text"])]).text.decode()


def _offset(text: str, line: int, character: int) -> int:
    rows = text.split("\n")
    ahead = "".join(row + "\n" for row in rows[:line])
    return len((ahead + rows[line].encode("utf-16-le")[: 2 * character].decode("utf-16-le")).encode())


def faults(case: Refinement, after: str) -> int:
    """How many more ERROR and MISSING nodes the completed text has, parsed anew; 0 without a grammar."""
    language = case.document.language
    if language not in LANGUAGES:
        return 0
    counts = []
    for text in (case.before + case.after, after):
        found = tree.parse(text.encode(), language)
        assert found is not None
        counts.append(len(tree.faults(found)))
    return max(counts[1] - counts[0], 0)
