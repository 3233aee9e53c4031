"""Golden documentation: `tests/golden/comment/<case>/` through the whole pipeline with the embedded engine.

`request.toml` names the definition (`at`) or the whole file (`whole`, then `targets` decides), style and language.
`expected.<suffix>` is the file as it would stand, `declined.txt` the reasons for silence. UPDATE_GOLDEN=1 rewrites them.
"""

from __future__ import annotations

import os
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from copilot import edits, pipeline
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.base import Engine, Resources
from copilot.engines.embedded import EmbeddedEngine
from copilot.syntax.languages import language_of
from copilot.syntax.outline import outline
from copilot.tasks import comment
from copilot.types import CommentOptions, Context, Declined, Document, Project, Request, Span, Task, document

FOLDER = Path(__file__).with_name("comment")
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


@dataclass
class Bench:
    """A workbench with the embedded engine."""

    project: Project
    settings: Settings
    engine: Engine
    index: Index

    def engines(self, _request: Request) -> list[Engine]:
        return [self.engine]

    async def gather(self, _request: Request) -> Context:
        return Context("", "")


@pytest.fixture
def bench() -> Bench:
    project, settings = Project(FOLDER), Settings()
    index = Index()
    return Bench(project, settings, EmbeddedEngine(Resources(project, settings, index, ThreadPoolExecutor(1))), index)


def places(doc: Document, wanted: dict[str, object]) -> list[Span]:
    if wanted.get("whole"):
        return comment.targets(doc, Span(0, len(doc)))
    return [next(s.name_span for s in outline(doc).symbols if s.qualified == wanted["at"])]


async def run(doc: Document, wanted: dict[str, object], bench: Bench) -> tuple[Document, str]:
    options = CommentOptions(wanted.get("style", "auto"), wanted.get("lang", "auto"))  # type: ignore[arg-type]
    made, reasons = [], []
    for span in places(doc, wanted):
        answer = await pipeline.suggest(Request(Task.COMMENT, doc, span, options), bench)
        if isinstance(answer, Declined):
            reasons.append(" · ".join(filter(None, [answer.reason, answer.detail])))
        else:
            assert all(check.passed for check in answer.checks)
            made += answer.edits
    return edits.apply(doc, made), "".join(f"{reason}\n" for reason in reasons)


@pytest.mark.parametrize("case", CASES)
async def test_documentation(case: str, bench: Bench) -> None:
    folder = FOLDER / case
    source = next(folder.glob("input.*"))
    wanted = tomllib.loads((folder / "request.toml").read_text("utf-8"))
    doc = document(folder / source.name, language_of(source), source.read_bytes())
    after, declined = await run(doc, wanted, bench)
    expected, reasons = folder / f"expected{source.suffix}", folder / "declined.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_bytes(after.text)
        reasons.write_text(declined, "utf-8")
    assert after.text == expected.read_bytes()
    assert declined == reasons.read_text("utf-8")
    again, _ = await run(after, wanted, bench)
    assert again.text == after.text, "a second run changes nothing"
