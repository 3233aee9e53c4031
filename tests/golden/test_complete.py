"""Golden completions: `tests/golden/complete/<case>/` through the whole pipeline.

`input.<suffix>` holds the caret as `‸`; `request.toml` may name `replay` (a raw model answer used instead of the
engine), `profile`, and files of a repository (`[files]`); `expected.txt` is the line as it would stand, then the
checks, or the reason for silence. UPDATE_GOLDEN=1 rewrites it.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from copilot import edits, pipeline
from copilot.config import Index as IndexSettings
from copilot.config import Settings
from copilot.context import gather
from copilot.context.index import Index
from copilot.context.worker import IndexWorker
from copilot.engines.base import Engine, Resources
from copilot.engines.embedded import EmbeddedEngine
from copilot.engines.replay import ReplayEngine
from copilot.syntax.languages import language_of
from copilot.types import (
    CompleteOptions,
    Context,
    Declined,
    Document,
    Project,
    Request,
    Span,
    Suggestion,
    Task,
    document,
)

FOLDER = Path(__file__).with_name("complete")
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
CARET = "‸"


@dataclass
class Bench:
    """A workbench with one engine."""

    project: Project
    settings: Settings
    index: Index
    engine: Engine

    def engines(self, request: Request) -> list[Engine]:  # noqa: ARG002 - the protocol's
        return [self.engine]

    async def gather(self, request: Request) -> Context:
        return gather.gather(request, self.index, self.settings)


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def show(doc: Document, answer: Suggestion | Declined) -> str:
    if isinstance(answer, Declined):
        failed = [check.name for attempt in answer.attempts for check in attempt.checks if not check.passed]
        return "\n".join([f"declined: {answer.reason}", *(f"  failed: {name}" for name in failed)]) + "\n"
    (edit,) = answer.edits
    after = edits.apply(doc, [edit]).text.decode()
    at = doc.text[: edit.span.start].decode().count("\n")
    checks = " ".join(check.name for check in answer.checks)
    return f"{after.splitlines()[at]}\n  inserted: {edit.new!r}\n  origin: {answer.origin}\n  checks: {checks}\n"


@pytest.mark.parametrize("case", CASES)
async def test_completion(case: str, tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    folder = FOLDER / case
    asked: dict[str, Any] = tomllib.loads((folder / "request.toml").read_text("utf-8"))
    (source,) = folder.glob("input.*")
    before, after = source.read_text("utf-8").split(CARET)
    root = tmp_path / "repo"
    for name, text in asked.get("files", {}).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")
    settings = Settings(index=IndexSettings(folder=str(tmp_path / "index")))
    worker = IndexWorker(root, settings)
    if asked.get("files"):
        worker.start()
        assert worker.wait(30)
    index: Index = worker.index
    engine: Engine = EmbeddedEngine(Resources(Project(root), settings, index, executor))
    if "replay" in asked:
        engine = ReplayEngine(asked["replay"])
    path = root / asked.get("path", source.name)
    doc = document(path, language_of(path), before + after)
    at = len(before.encode())
    request = Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions(asked.get("profile", "normal")))
    try:
        found = show(doc, await pipeline.suggest(request, Bench(Project(root), settings, index, engine)))
    finally:
        worker.close()
    expected = folder / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(found, "utf-8")
    assert found == expected.read_text("utf-8")
