"""What a model sees of other files: definitions that stand still while somebody types, and a test for its style."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from copilot import files
from copilot.config import Index as IndexSettings
from copilot.config import Settings
from copilot.context import gather
from copilot.context.index import Index
from copilot.context.worker import IndexWorker
from copilot.types import DEFAULT_OPTIONS, Context, Request, Span, Task

FILES = {
    "money.py": "class Money:\n    def plus(self, other):\n        return other\n",
    "fees.py": "from money import Money\n\n\ndef fee(amount):\n    base = Money()\n    \n",
    "tests/test_money.py": "from money import Money\n\n\ndef test_plus():\n    assert Money().plus(1) == 1\n",
    "private/test_secret.py": "from fees import fee\n\n\ndef test_fee():\n    assert fee(1) == 2\n",
    ".copilotignore": "private/\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[tuple[Path, Index, Settings]]:
    root = tmp_path / "repo"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    settings = Settings(index=IndexSettings(folder=str(tmp_path / "index")))
    worker = IndexWorker(root, settings)
    worker.start()
    assert worker.wait(30)
    yield root, worker.index, settings
    worker.close()


def seen(repository: tuple[Path, Index, Settings], name: str, task: Task, at: int) -> Context:
    root, index, settings = repository
    doc = files.read(root / name, "python")
    span = Span(0, len(doc)) if task is Task.TESTS else Span(at, at)
    return gather.gather(Request(task, doc, span, DEFAULT_OPTIONS[task]), index, settings, model=True)


def test_the_definitions_of_names_above_come_along_and_stay_while_the_line_is_typed(
    repository: tuple[Path, Index, Settings],
) -> None:
    root = repository[0]
    caret = len(FILES["fees.py"]) - 1
    empty = seen(repository, "fees.py", Task.COMPLETE, caret).snippets
    assert [snippet.path.name for snippet in empty] == ["money.py"]
    for typed in ("b", "base", "base.pl", "base.plus", "base.plus(fee"):
        (root / "fees.py").write_text(FILES["fees.py"][:-1] + typed + "\n")
        assert seen(repository, "fees.py", Task.COMPLETE, caret + len(typed)).snippets == empty


def test_tests_get_a_test_of_the_project_for_its_style_but_none_that_policy_keeps_out(
    repository: tuple[Path, Index, Settings],
) -> None:
    found = seen(repository, "money.py", Task.TESTS, 0).snippets
    assert found[0].path.name == "test_money.py"
    assert found[0].text == FILES["tests/test_money.py"]
    assert all("private" not in one.path.parts for one in seen(repository, "fees.py", Task.TESTS, 0).snippets)
