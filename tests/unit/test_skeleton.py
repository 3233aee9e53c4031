"""What is shown of the files that matter: every likely definition of theirs first, then more of the likeliest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from copilot.context import choice
from copilot.context.index import Index
from copilot.context.recent import Work
from copilot.types import CompleteOptions, Request, Snippet, Span, Task, document

KINDS = ("Flag", "Choice", "Amount", "Period", "Branch", "Currency")
METHODS = "".join(f"    def check_{n}(self, value_{n}):\n        return value_{n}\n\n" for n in range(40))
Indexed = Callable[[Mapping[str, str]], tuple[Path, Index]]

FILES = {
    "bank/options.py": "\n\n".join(f"class {kind}:\n{METHODS}" for kind in KINDS),
    **{f"bank/other_{n}.py": f"def helper_{n}(value):\n    return value\n" for n in range(30)},
}
LINES = f"from bank.options import {', '.join(KINDS)}\n" + "".join(f"from bank.other_{n} import helper_{n}\n" for n in range(12)) + "\n\ndef load(value):\n    a = Flag()\n    b = Choice()\n    "  # fmt: skip


@pytest.fixture(scope="module")
def repository(indexed: Indexed) -> tuple[Path, Index]:
    return indexed(FILES)


def shown(repository: tuple[Path, Index], before: str) -> tuple[Snippet, ...]:
    root, index = repository
    doc = document(root / "bank/use.py", "python", before)
    request = Request(Task.COMPLETE, doc, Span(len(doc), len(doc)), CompleteOptions())
    return choice.chosen(request, index, before, "", Work(patience_s=30))


def test_every_likely_type_of_a_file_is_named_before_one_is_shown_whole(repository: tuple[Path, Index]) -> None:
    found = [one for one in shown(repository, LINES) if one.path.name == "options.py"]
    text = "".join(one.text for one in found)
    assert all(f"class {kind}:" in text for kind in KINDS)
    assert text.count("def check_") > 2 * len(KINDS), "what is left of the room is for more of the likeliest"
    lines = text.split("\n")
    assert len([line for line in lines if line.startswith("class ")]) == len(KINDS), "none twice"


def test_few_files_are_opened_so_that_each_tells_enough(repository: tuple[Path, Index]) -> None:
    found = shown(repository, LINES)
    settled = [one for one in found if one.settled is not None]
    assert len({one.path for one in settled}) <= 7, "six, and the lines most like these"
