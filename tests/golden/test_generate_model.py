"""Golden answers of models for generation and edits, through the whole pipeline: place, reader, checks, sandbox.

`generate_model/cases/<case>/request.toml` names an input file, the text that is selected (`at`; with `caret` the place
right before it, with `crlf` in a file with such line ends) and the wish; `answer.txt` is the raw answer. `expected.diff`
is the change that is offered, `declined.txt` the reason for silence. UPDATE_GOLDEN=1 rewrites them.
"""

from __future__ import annotations

import difflib
import os
import shutil
import sys
import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from copilot import edits, pipeline
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.base import Engine
from copilot.engines.replay import ReplayEngine
from copilot.project import find
from copilot.syntax.languages import language_of
from copilot.types import Context, Declined, Document, GenerateOptions, Project, Request, Span, Task, document
from copilot.verify import evidence

FOLDER = Path(__file__).with_name("generate_model")
CASES = sorted(path.name for path in (FOLDER / "cases").iterdir())


@dataclass
class Bench:
    """A workbench that replays one answer."""

    project: Project
    engine: Engine
    settings: Settings = field(default_factory=Settings)
    index: Index = field(default_factory=Index)

    def engines(self, _request: Request) -> list[Engine]:
        return [self.engine]

    async def gather(self, _request: Request) -> Context:
        return Context("", "")


def asked(case: Path, root: Path) -> Request:
    told = tomllib.loads((case / "request.toml").read_text("utf-8"))
    path = root / told["input"]
    raw = path.read_text("utf-8")
    raw = raw.replace("\n", "\r\n") if told.get("crlf") else raw
    path.write_text(raw, "utf-8", newline="")
    doc = document(path, language_of(path), raw)
    wanted = told["at"].replace("\n", "\r\n") if told.get("crlf") else told["at"]
    start = doc.text.index(wanted.encode()) if wanted else len(doc)
    span = Span(start, start if told.get("caret") else start + len(wanted.encode()))
    return Request(
        Task.GENERATE, doc, span, GenerateOptions(told.get("kind", "auto")), instruction=told.get("wish", "do it")
    )


def diff(before: Document, after: Document) -> str:
    old, new = (d.text.decode().replace("\r\n", "\n").splitlines(keepends=True) for d in (before, after))
    return "".join(difflib.unified_diff(old, new, "before", "after"))


@pytest.mark.parametrize("case", CASES)
async def test_an_answer_becomes_a_proven_change_or_silence(case: str, tmp_path: Path) -> None:
    folder = FOLDER / "cases" / case
    shutil.copytree(FOLDER / "inputs", tmp_path, dirs_exist_ok=True)
    request = asked(folder, tmp_path)
    answer = (folder / "answer.txt").read_bytes().decode()
    project = Project(tmp_path, python=Path(sys.executable), java_home=find(tmp_path, "").java_home)
    found = await pipeline.suggest(request, Bench(project, ReplayEngine({Task.GENERATE: [answer]})))
    if isinstance(found, Declined):
        result, change = "declined.txt", evidence.why(found) + "\n"
    else:
        assert all(check.passed for check in found.checks)
        assert found.prose == ""
        after = edits.apply(request.document, found.edits)
        result, change = "expected.diff", diff(request.document, after)
        ends = request.document.newline.encode()
        assert after.text.count(b"\n") == after.text.count(ends)  # no line end of another kind
    if os.environ.get("UPDATE_GOLDEN"):
        for name in ("declined.txt", "expected.diff"):
            (folder / name).unlink(missing_ok=True)
        (folder / result).write_text(change, "utf-8")
    assert (folder / result).is_file(), change
    assert change == (folder / result).read_text("utf-8")


async def test_an_example_that_came_with_the_code_is_told_apart(tmp_path: Path) -> None:
    folder = FOLDER / "cases" / "new_function_whose_own_example_holds"
    shutil.copytree(FOLDER / "inputs", tmp_path, dirs_exist_ok=True)
    request = asked(folder, tmp_path)
    answer = (folder / "answer.txt").read_text("utf-8")

    async def evidence_of(wish: str) -> str:
        bench = Bench(Project(tmp_path, python=Path(sys.executable)), ReplayEngine({Task.GENERATE: [answer]}))
        found = await pipeline.suggest(replace(request, instruction=wish), bench)
        return next(check.detail for check in found.checks if check.name == "examples")

    assert await evidence_of("the poorest") == "examples: 1 of 1 hold; of these, written together with the code: 1"
    shown = "poorest([Account('a', 2), Account('b', 1)]).owner == 'b'"
    assert await evidence_of(f"the poorest, {shown}") == "examples: 2 of 2 hold"
