"""Golden unit tests: `tests/<case>/{input.py,request.toml,expected.py}` through the real pipeline, sandbox included.

`request.toml`: `symbol` (qualified name, empty for the whole file); `[files]`: what else the project has. A declined case
has `expected.txt` with the reason. UPDATE_GOLDEN=1 rewrites.
"""

from __future__ import annotations

import os
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from copilot import files, pipeline
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.base import Engine, Resources
from copilot.engines.embedded import EmbeddedEngine
from copilot.syntax.outline import outline
from copilot.types import Context, Declined, Project, Request, Span, Suggestion, Task, TestsOptions

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).with_name("tests")
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


class Bench:
    """The part of a workspace that the pipeline needs, with the real engine."""

    def __init__(self, root: Path, executor: ThreadPoolExecutor) -> None:
        self.settings, self.project, self.index = Settings(), Project(root, Path(sys.executable)), Index()
        self._engine: Engine = EmbeddedEngine(Resources(self.project, self.settings, self.index, executor))

    def engines(self, _request: Request) -> list[Engine]:
        return [self._engine]

    async def gather(self, _request: Request) -> Context:
        return Context("", "")


@pytest.mark.parametrize("case", CASES)
async def test_golden(case: str, tmp_path: Path) -> None:
    folder = FOLDER / case
    (tmp_path / "pyproject.toml").write_text("")
    path = tmp_path / "subject.py"
    path.write_bytes((folder / "input.py").read_bytes())
    document = files.read(path, "python")
    asked = tomllib.loads((folder / "request.toml").read_text("utf-8"))
    for name, text in asked.get("files", {}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    symbol = asked["symbol"]
    span = next((s.name_span for s in outline(document).symbols if s.qualified == symbol), Span(0, len(document.text)))
    request = Request(Task.TESTS, document, span, TestsOptions(budget_s=90))
    with ThreadPoolExecutor(1) as executor:
        answer = await pipeline.suggest(request, Bench(tmp_path, executor))
    if isinstance(answer, Declined):
        assert not answer.attempts
        compare(folder / "expected.txt", answer.reason + "\n")
        return
    assert isinstance(answer, Suggestion)
    # `secure` stands there only where a word wakes a rule.
    assert [check.name for check in answer.checks if check.name != "secure"] == [
        "applies", "syntax", "asserts", "runs", "stable", "covers", "worth",
    ]  # fmt: skip
    (edit,) = answer.edits
    assert edit.path.parent == tmp_path / "tests"
    assert not edit.path.exists()
    assert max(map(len, edit.new.splitlines())) <= 100
    compare(folder / "expected.py", edit.new)


def compare(path: Path, text: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, "utf-8")
    assert path.read_text("utf-8") == text
