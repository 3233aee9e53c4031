"""Golden raw model answers: `tests/golden/<task>_model/<case>/` through the whole pipeline, sandbox included.

`input.<suffix>` is the file (a caret `‸` marks the place), `answer.txt` the raw answer, `answer2.txt` that of the
second round; `request.toml` may name `style`, `lang` and further `[files]`. `expected.txt` tells what was offered with
its checks and the text afterwards, or why nothing was. UPDATE_GOLDEN=1 rewrites it.
"""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from copilot import edits, pipeline, tasks
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.base import Engine
from copilot.engines.replay import ReplayEngine
from copilot.syntax.languages import language_of
from copilot.types import (
    CommentOptions,
    Context,
    Declined,
    Document,
    FixOptions,
    Options,
    Project,
    Prompt,
    Request,
    Span,
    Suggestion,
    Task,
    TestsOptions,
    document,
)
from prompts.templates import Library

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent
CASES = sorted(
    f"{task}/{path.name}"
    for task in ("fix", "comment", "tests")
    for path in (FOLDER / f"{task}_model").iterdir()
    if path.is_dir()
)
CARET = "‸"


class Bench:
    """The part of a workspace that the pipeline needs, with recorded answers for an engine."""

    def __init__(self, root: Path, engine: Engine) -> None:
        self.settings, self.project, self.index = Settings(), Project(root, Path(sys.executable)), Index()
        self._engine = engine

    def engines(self, _request: Request) -> list[Engine]:
        return [self._engine]

    async def gather(self, _request: Request) -> Context:
        return Context("", "")


def options(task: Task, asked: dict[str, Any]) -> Options:
    if task is Task.COMMENT:
        return CommentOptions(asked.get("style", "auto"), asked.get("lang", "en"))
    return TestsOptions(budget_s=60) if task is Task.TESTS else FixOptions()


def show(doc: Document, answer: Suggestion | Declined, root: Path) -> str:
    if isinstance(answer, Declined):
        tried = [f"  {a.checks[-1].name}: {a.checks[-1].detail}\n" for a in answer.attempts]
        return f"declined: {answer.reason}\n{''.join(tried)}"
    told = "".join(
        f"  note: {finding.message}\n"
        for finding in answer.findings
        if finding.rule in {"tests.failing", "tests.differing"}
    )
    head = f"{answer.title}\n  checks: {' '.join(check.name for check in answer.checks)}\n{told}"
    (edit, *more) = answer.edits
    if edit.path != doc.path:
        assert not more
        return f"{head}--- {edit.path.relative_to(root).as_posix()}\n{edit.new}"
    return f"{head}---\n{edits.apply(doc, answer.edits).text.decode()}"


@pytest.mark.parametrize("case", CASES)
async def test_a_raw_answer_becomes_what_is_expected(case: str, tmp_path: Path) -> None:
    name, _, rest = case.partition("/")
    folder, task = FOLDER / f"{name}_model" / rest, Task(name)
    toml = folder / "request.toml"
    asked: dict[str, Any] = tomllib.loads(toml.read_text("utf-8")) if toml.exists() else {}
    (source,) = folder.glob("input.*")
    before, after = source.read_text("utf-8").split(CARET)
    (tmp_path / "pyproject.toml").write_text("")
    path = tmp_path / asked.get("path", "subject" + source.suffix)
    path.write_text(before + after, "utf-8")
    for other, text in asked.get("files", {}).items():
        (tmp_path / other).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / other).write_text(text, "utf-8")
    doc = document(path, language_of(path), before + after)
    at = len(before.encode())
    request = Request(task, doc, Span(at, at), options(task, asked))
    answers = [(folder / file).read_text("utf-8") for file in ("answer.txt", "answer2.txt") if (folder / file).exists()]
    bench = Bench(tmp_path, ReplayEngine({task: answers}))
    found = show(doc, await pipeline.suggest(request, bench), tmp_path)
    expected = folder / "expected.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_text(found, "utf-8")
    assert found == expected.read_text("utf-8")
    request = await tasks.prepared(request, bench.settings, bench.project)
    asks = [tasks.module(task).build(request, Context("", ""), bench.settings, Library()) for _ in range(2)]
    assert asks[0] == asks[1], "the same request asks the same"
    assert isinstance(asks[0], (Prompt, Declined))
