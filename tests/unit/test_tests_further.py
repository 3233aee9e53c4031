"""Recorded tests first, then a model for what they leave open: through the pipeline, in the sandbox, with recorded answers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from copilot import pipeline, tasks
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.base import Engine, Resources
from copilot.engines.embedded import EmbeddedEngine
from copilot.tasks import tests_gaps, tests_joined, tests_repair
from copilot.testfacts import Gap, Wrong
from copilot.types import (
    Candidate,
    Context,
    Declined,
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

VOUCHER = '''"""Vouchers."""

import zlib


def discount(code: str, cents: int) -> int:
    """The discount in cents."""
    if cents < 0:
        raise ValueError("a negative amount")
    if zlib.crc32(code.encode()) == 0x{crc:08x}:
        return cents // 4
    return 0
'''
WORD = "ACORN-7719"


class Recorded:
    """A model whose answers were recorded; `prompts` are the questions as it would see them."""

    name = "model"

    def __init__(self, *answers: str, wait_s: float = 0) -> None:
        self.answers, self.prompts, self.wait_s = list(answers), list[str](), wait_s

    def rounds(self, _task: Task) -> int:
        return 3

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:
        task = tasks.module(request.task)
        prompt = task.build(request, context, Settings(), Library())
        assert isinstance(prompt, Prompt)
        self.prompts.append(prompt.messages[-1].content)
        await asyncio.sleep(self.wait_s)
        read = task.read(self.answers.pop(0), request) if self.answers else None
        yield replace(read, origin="model:recorded") if read is not None else Declined("nothing")


class Bench:
    """What the pipeline needs of a workspace."""

    def __init__(self, root: Path, *engines: Engine) -> None:
        self.settings, self.project, self.index = Settings(), Project(root, Path(sys.executable)), Index()
        self._engines = (EmbeddedEngine(Resources(self.project, self.settings, self.index, POOL)), *engines)

    def engines(self, _request: Request) -> tuple[Engine, ...]:
        return self._engines

    async def gather(self, _request: Request) -> Context:
        return Context("", "")


POOL = ThreadPoolExecutor(1)


def fenced(code: str) -> str:
    return f"```python\n{code}```\n"


WRONG = fenced(f'from voucher import discount\n\n\ndef test_a_voucher():\n    assert discount("{WORD}", 100) > 100\n')
RIGHT = fenced(
    "from voucher import discount\n\n\n"
    f'def test_a_voucher():\n    assert discount("{WORD}", 101) == 25\n\n\n'
    'def test_the_same_again():\n    assert discount("nothing", 100) == 0\n'
)


async def suggested(folder: Path, *engines: Engine, budget_s: float = 60) -> Suggestion:
    import zlib

    (folder / "pyproject.toml").write_text("")
    path = folder / "voucher.py"
    path.write_text(VOUCHER.format(crc=zlib.crc32(WORD.encode())))
    doc = document(path, "python", path.read_text())
    at = doc.text.index(b"discount")
    request = Request(Task.TESTS, doc, Span(at, at), TestsOptions(budget_s=budget_s))
    answer = await pipeline.suggest(request, Bench(folder, *engines))
    assert isinstance(answer, Suggestion), answer
    return answer


async def test_a_model_closes_what_the_recording_left_open(tmp_path: Path) -> None:
    model = Recorded(WRONG, RIGHT)
    answer = await suggested(tmp_path, model)
    text = answer.edits[0].new
    assert answer.origin == "model:recorded"
    assert f'assert discount("{WORD}", 101) == 25' in text
    assert "a negative amount" in text, "what was recorded stays"
    assert "test_the_same_again" not in text, "it adds nothing"
    assert "tests by the model: 1" in answer.title
    first, second, *_ = model.prompts
    assert "this line never runs: return cents // 4" in first
    assert "a negative amount" in first.partition("These tests exist")[2], "recorded tests are facts"
    assert "test_a_voucher: " in second.partition("In an earlier answer these failed:")[2]
    covers = next(check for check in answer.checks if check.name == "covers")
    assert covers.detail.startswith("5 of 5 ")


async def test_a_model_that_adds_nothing_leaves_the_recorded_tests(tmp_path: Path) -> None:
    alone = await suggested(tmp_path)
    with_model = await suggested(tmp_path, Recorded(WRONG, "I cannot help with that."))
    assert with_model.origin == alone.origin == "embedded"
    assert with_model.edits == alone.edits


async def test_a_model_that_is_late_takes_nothing_away(tmp_path: Path) -> None:
    model = Recorded(RIGHT, wait_s=600)
    answer = await suggested(tmp_path, model, budget_s=20)
    assert answer.origin == "embedded"
    assert len(model.prompts) == 1


async def test_nothing_open_means_that_no_model_is_asked(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    path = tmp_path / "tax.py"
    path.write_text("def gross(cents: int) -> int:\n    return cents * 119 // 100\n")
    doc = document(path, "python", path.read_text())
    model = Recorded(RIGHT)
    bench = Bench(tmp_path, model)
    answer = await pipeline.suggest(Request(Task.TESTS, doc, Span(4, 4), TestsOptions(budget_s=60)), bench)
    assert isinstance(answer, Suggestion)
    assert answer.origin == "embedded"
    assert len(model.prompts) == 0


GROUND = '''"""Recorded."""

import pytest

from voucher import discount


def test_zero():
    assert discount("", 0) == 0


def test_refused():
    with pytest.raises(ValueError):
        discount("", -1)
'''


def test_two_files_become_one() -> None:
    more = """import datetime as dt

import pytest

from voucher import discount

DAY = dt.date(2026, 2, 28)


@pytest.fixture
def word():
    return "x"


# The last day.
def test_zero(word):
    assert discount(word, DAY.day) == 0


def test_again():
    assert discount("", 0) == 0
"""
    joined = tests_joined.extended(GROUND, more)
    assert joined is not None
    assert joined.startswith(
        '"""Recorded."""\n\nimport pytest\n\nfrom voucher import discount\nimport datetime as dt\n'
    )
    assert "# The last day.\ndef test_zero_2(word):\n    assert discount(word, DAY.day) == 0\n" in joined
    assert "test_again" not in joined
    assert joined.count("def test_zero(") == joined.count("import pytest\n") == 1
    compile(joined, "joined", "exec")


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (
            "from bank import discount\n\n\ndef test_b():\n    assert discount(1) == 2\n",
            "    assert discount_2(1) == 2",
        ),
        ("DAY = 1\n\n\ndef test_zero():\n    assert test_zero.x == DAY\n", "    assert test_zero_2.x == DAY"),
        (
            "import os.path as pytest\n\n\ndef test_p():\n    assert pytest.sep == '/'\n",
            "    assert pytest_2.sep == '/'",
        ),
    ],
)
def test_names_that_would_mean_two_things_get_an_ending(more: str, expected: str) -> None:
    joined = tests_joined.extended(GROUND, more)
    assert joined is not None
    assert joined.rstrip("\n").split("\n")[-1] == expected
    compile(joined, "joined", "exec")


def test_a_second_answer_of_the_same_tests_adds_nothing() -> None:
    assert tests_joined.extended(GROUND, GROUND) is None


def test_gaps_are_told_by_their_lines() -> None:
    doc = document(Path("m.py"), "python", "def f(a):\n    if a > 0:\n        return a + a\n    return 0\n")
    gaps = [
        Gap("line", 3),
        Gap("fault", 2, ">", ">="),
        Gap("fault", 2, "a > 0", "not (a > 0)"),
        Gap("fault", 3, "+", "-"),
    ]
    told = tests_gaps.told(doc, gaps)
    assert "- this line never runs: return a + a" in told
    assert "if a >= 0:" in told
    assert "if not (a > 0):" in told
    assert "a - a" not in told, "a line that never runs needs no faults"


def test_one_fault_of_each_line_comes_first() -> None:
    doc = document(Path("m.py"), "python", "".join(f"x{n} = y{n} + 1\n" for n in range(12)))
    gaps = [Gap("fault", line, "+", new) for line in range(1, 13) for new in ("-", "*")]
    told = tests_gaps.told(doc, gaps)
    assert [f"x{n} = y{n} - 1" in told for n in range(12)] == [True] * 10 + [False] * 2
    assert "*" not in told


FEE = document(Path("fee.py"), "python", 'def fee(a):\n    """The fee: 30 for a hundred."""\n    return a // 10\n')


@pytest.mark.parametrize(
    ("body", "wrong", "expected"),
    [
        ("    assert fee(100) == 11", Wrong("t", 5, -1, "10", "11"), "    assert fee(100) == 10"),
        ("    assert 11 == fee(100)", Wrong("t", 5, -1, "11", "10"), "    assert 10 == fee(100)"),
        ("    assert fee('é') == 'ü'", Wrong("t", 5, -1, "'ß'", "'ü'"), "    assert fee('é') == 'ß'"),
        ("    assert fee(1) is False", Wrong("t", 5, -1, "True", "False"), "    assert fee(1) is True"),
        (
            "    assert fee(1) == [\n        1,\n        2,\n    ]",
            Wrong("t", 5, -1, "[2]", "[1, 2]"),
            "    assert fee(1) == [2]",
        ),
    ],
)
def test_the_value_that_the_code_gives_is_written(body: str, wrong: Wrong, expected: str) -> None:
    text, told = tests_repair.recorded(f"from fee import fee\n\n\ndef test_t():\n{body}\n", [wrong], FEE)
    rows = text.split("\n")
    assert rows[4].startswith("    # Recorded; the model expected ")
    assert rows[5:] == [expected, ""]
    assert [one.spoken for one in told] == [False]


@pytest.mark.parametrize(
    "body",
    [
        "    assert fee(100) == fee(110)",
        "    x = 11\n    assert fee(100) == x",
        "    assert fee(100) > 11",
        "    # Recorded; the model expected 1\n    # Recorded; the model expected 2\n    assert fee(100) == 11",
    ],
)
def test_what_is_no_written_value_is_left(body: str) -> None:
    before = f"def test_t():\n{body}\n"
    line = before.count("\n", 0, before.index("assert")) + 1
    text, told = tests_repair.recorded(before, [Wrong("t", line, -1, "10", "11")], FEE)
    assert (text, told) == (before, [])


def test_what_the_documentation_says_is_not_written_over() -> None:
    before = "def test_t():\n    assert fee(100) == 30\n"
    text, (told,) = tests_repair.recorded(before, [Wrong("t", 2, -1, "10", "30")], FEE)
    assert text == before
    assert told.spoken


def test_a_recorded_value_brings_its_imports() -> None:
    wrong = Wrong("t", 4, -1, "Decimal('10')", "11", (("decimal", "Decimal"),))
    before = "from fee import fee\n\ndef test_t():\n    assert fee(100) == 11\n"
    text, _ = tests_repair.recorded(before, [wrong], FEE)
    assert "from decimal import Decimal\n" in text
    assert "assert fee(100) == Decimal('10')" in text


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("def test_t():\n    assert fee(1) == 0\n", "from bank.fee import fee\n"),
        ("from fee import fee\n\ndef test_t():\n    assert fee(1) == 0\n", "from bank.fee import fee\n"),
        ("from your_module import fee\n\ndef test_t():\n    assert fee(1) == 0\n", "from bank.fee import fee\n"),
        (
            "from bank.fee import fee\n\ndef test_t():\n    with pytest.raises(ValueError):\n        fee(1)\n",
            "import pytest\n",
        ),
        (
            '"""Doc."""\nfrom bank.fee import fee\n\ndef test_t():\n    assert fee(1) == Decimal(1)\n',
            "from decimal import Decimal\n",
        ),
    ],
)
def test_imports_that_are_missing_are_added(text: str, added: str) -> None:
    found = tests_repair.imported(text, FEE, "bank.fee")
    assert added in found
    compile(found, "found", "exec")


def test_imports_of_other_modules_stay() -> None:
    text = "from other.cards import fee\n\ndef test_t():\n    assert fee(1) == 0\n"
    assert tests_repair.imported(text, FEE, "bank.fee") == text
