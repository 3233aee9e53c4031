"""Examples are read out of prose as a person means them, and run for real: right code passes, wrong and hostile code does not."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import pytest

from copilot.config import Settings
from copilot.engines.replay import ReplayEngine
from copilot.pipeline import suggest
from copilot.tasks import generate_runs
from copilot.types import Check, Context, Declined, GenerateOptions, Project, Request, Span, Suggestion, Task, document
from copilot.verify import examples, isolation, sandbox
from copilot.verify.callers import calling
from copilot.verify.examples import Claim, Session

pytestmark = pytest.mark.slow

PYTHON = Path(sys.executable)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f(3) == 9", [Claim("f(3)", "9")]),
        ("f(3) -> 9.", [Claim("f(3)", "9")]),
        ("`f(3)` should return `9`", [Claim("f(3)", "9")]),
        ("f(3) == 9, and f(4) == 16, f(5) == 25", [Claim("f(3)", "9"), Claim("f(4)", "16"), Claim("f(5)", "25")]),
        ("f(3) == (9,), f(4) == (1, 2)", [Claim("f(3)", "(9,)"), Claim("f(4)", "(1, 2)")]),
        ("f(3) returns 9 and f(4) returns 16", [Claim("f(3)", "9"), Claim("f(4)", "16")]),
        ("f('a, b') => ['a', 'b'], f(\"x\") → []", [Claim("f('a, b')", "['a', 'b']"), Claim('f("x")', "[]")]),
        ("f(-1) raises ValueError when negative", [Claim("f(-1)", raises="ValueError")]),
        ("f(-1) should raise a decimal.InvalidOperation", [Claim("f(-1)", raises="InvalidOperation")]),
        ("f(Decimal('1.50')) is Decimal('2')", [Claim("f(Decimal('1.50'))", "Decimal('2')")]),
        ("A(1).total() == 3", [Claim("A(1).total()", "3")]),
        ("f(3) 返回 9，f(4) 应返回 16", [Claim("f(3)", "9"), Claim("f(4)", "16")]),
        ("f(2) 抛出 ValueError", [Claim("f(2)", raises="ValueError")]),
        # No examples: variables, choices, conditions, definitions, other functions.
        ("f(x) returns 0", []),
        ("f(3) returns 1 or 2", []),
        ("f(3) returns 0 if it is cached", []),
        ("f(3) is called twice", []),
        ("def f(3): return 9", []),
        ("g(3) == 9", []),
        ("f(3 == 9", []),
        (">>> f(3)\n9", []),  # a session is doctest's
    ],
)
def test_prose_tells_examples(text: str, expected: list[Claim]) -> None:
    assert list(examples.told(text, ["f", "A"])) == expected


async def report(tmp_path: Path, code: str, sessions: tuple[str, ...] = (), text: str = "") -> examples.Report:
    (tmp_path / "m.py").write_text(code)
    shown = isolation.prefixes(PYTHON)
    async with sandbox.opened(tmp_path, Settings(), readonly=shown) as box:
        return await examples.run(
            box,
            PYTHON,
            box.root / "m.py",
            "m",
            paths=[box.root],
            sessions=[Session("s", each) for each in sessions],
            claims=examples.told(text, ["f"]),
            limits=sandbox.Limits(wall_s=8, cpu_s=6, memory_mb=1024),
        )


async def test_each_example_has_its_own_result(tmp_path: Path) -> None:
    code = "def f(x):\n    print('noise')\n    if x < 0:\n        raise ValueError('no')\n    return x * 3\n"
    session = ">>> y = f(2)\nnoise\n>>> f(1)\nnoise\n3\n>>> f(-1)\nTraceback (most recent call last):\n    ...\nValueError: no\n>>> f(5)\nnoise\n16\n"
    told = await report(
        tmp_path, code, (session,), "f(2) == 6; f(2) == 7; f(-1) raises ValueError; f(1) raises ValueError"
    )
    assert (told.broken, told.stopped) == ("", "")
    assert [(r.source, r.ok) for r in told.results] == [
        ("y = f(2)", True),
        ("f(1)", True),
        ("f(-1)", True),
        ("f(5)", False),
        ("f(2)", True),
        ("f(2)", False),
        ("f(-1)", True),
        ("f(1)", False),
    ]
    assert told.results[3].got.endswith("15")
    assert told.results[5].got == "6"


@pytest.mark.parametrize(
    ("code", "text", "holds"),
    [
        ("def f(x): return 1", "f(1) == True", False),  # 1 is not True to who writes an example
        ("def f(x): return 0.1 + 0.2", "f(1) == 0.3", True),
        ("async def f(x): return x", "f(4) == 4", True),
        ("def f(x): return iter([x])", "f(4) == [4]", False),
        ("def f(x): return None", "f(4) returns None", True),
        ("class E(ValueError): pass\ndef f(x): raise E", "f(1) raises ValueError", True),
        ("import sys\ndef f(x): sys.exit(0)", "f(1) == 1", False),
    ],
)
async def test_a_value_equals_as_its_writer_means_it(tmp_path: Path, code: str, text: str, *, holds: bool) -> None:
    told = await report(tmp_path, code, (), text)
    assert [r.ok for r in told.results] == [holds]


async def test_a_module_that_cannot_be_imported_is_named(tmp_path: Path) -> None:
    told = await report(tmp_path, "import nowhere_at_all\n", (), "f(1) == 1")
    assert told.broken == "ModuleNotFoundError: No module named 'nowhere_at_all'"
    assert (await report(tmp_path, "raise SystemExit(3)\n", (), "f(1) == 1")).broken == "SystemExit: 3"


# Candidates through the pipeline


STUB = '''def ways(cents: int) -> int:
    """In how many ways coins of 1, 5 and 10 make up an amount.

    >>> ways(10)
    4
    >>> ways(0)
    1
    """
    raise NotImplementedError
'''
RIGHT = """table = [1] + [0] * cents
for coin in (1, 5, 10):
    for amount in range(coin, cents + 1):
        table[amount] += table[amount - coin]
return table[cents]
"""


class Bench:
    """A workbench of one recorded answer."""

    def __init__(
        self, root: Path, *answers: str, settings: Settings | None = None, python: Path | None = PYTHON
    ) -> None:
        self.project, self.settings, self.index = Project(root, python=python), settings or Settings(), None
        self._engine = ReplayEngine({Task.GENERATE: list(answers)})

    def engines(self, _request: Request) -> list[ReplayEngine]:
        return [self._engine]

    async def gather(self, _request: Request) -> Context:
        return Context("", "")


def fenced(code: str) -> str:
    return f"```python\n{code}```\n"


async def ask(
    root: Path,
    answer: str | tuple[str, ...],
    *,
    source: str = STUB,
    at: str = "raise NotImplementedError",
    wish: str = "",
) -> Suggestion | Declined:
    (root / "coins.py").write_text(source)
    doc = document(root / "coins.py", "python", source)
    start = source.index(at)
    request = Request(Task.GENERATE, doc, Span(start, start + len(at)), GenerateOptions(), instruction=wish)
    answers = (answer,) if isinstance(answer, str) else answer
    return await suggest(request, Bench(root, *map(fenced, answers)))


def last(found: Suggestion | Declined) -> Check:
    assert isinstance(found, Declined)
    return found.attempts[-1].checks[-1]


def proof(found: Suggestion | Declined, name: str) -> str:
    assert isinstance(found, Suggestion), found
    return next(check.detail for check in found.checks if check.name == name)


async def test_right_code_says_how_many_examples_hold(tmp_path: Path) -> None:
    assert proof(await ask(tmp_path, RIGHT), "examples") == "examples: 2 of 2 hold"


@pytest.mark.parametrize(
    "wrong",
    [
        RIGHT.replace("(1, 5, 10)", "(1, 5)"),  # a coin forgotten
        RIGHT.replace("[1] + [0]", "[0] + [0]"),  # nothing can be paid in one way
        RIGHT.replace("range(coin, cents + 1)", "range(coin, cents)"),  # one off
        "return cents // 5 + 1\n",
        "print(4)\n",
        "return '4'\n",
    ],
)
async def test_subtly_wrong_code_is_refused_and_the_example_named(tmp_path: Path, wrong: str) -> None:
    check = last(await ask(tmp_path, wrong))
    assert check.name == "examples"
    assert "ways(" in check.detail


async def test_the_second_answer_may_hold_where_the_first_failed(tmp_path: Path) -> None:
    found = await ask(tmp_path, (RIGHT.replace("(1, 5, 10)", "(1, 10)"), RIGHT))
    assert proof(found, "examples") == "examples: 2 of 2 hold"


async def test_an_example_of_the_wish_counts_too(tmp_path: Path) -> None:
    assert proof(await ask(tmp_path, RIGHT, wish="ways(5) == 2, and 0 for less"), "examples") == "examples: 3 of 3 hold"
    assert last(await ask(tmp_path, RIGHT, wish="ways(5) == 3")).detail == "ways(5) gave 2, not 3"


@pytest.mark.parametrize(
    "body",
    [
        "while True:\n    pass\n",
        "import os\nwhile True:\n    os.fork()\n",
        "import time\ntime.sleep(1000)\n",
        "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos.kill(os.getpid(), signal.SIGKILL)\n",
        "x = bytearray(10**11)\nreturn 4\n",
        "import os\nos._exit(0)\n",
        "import socket\nsocket.create_connection(('192.0.2.1', 80), timeout=3)\nreturn 4\n",
        "open(__file__, 'w').write('x')\nreturn 4\n",
        "open('{bait}', 'w').write('x')\nreturn 4\n",
        "open('{bait}').read()\nreturn 4\n",
        "import sys\nsys.setrecursionlimit(10**9)\ndef g(): return g()\nreturn g()\n",
    ],
    ids=["loop", "fork", "sleep", "kill", "memory", "exit", "network", "own file", "write", "read", "recursion"],
)
async def test_hostile_code_is_contained_and_refused_in_bounded_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setattr(generate_runs, "EXAMPLES_S", 3.0)
    root, bait = tmp_path / "project", tmp_path / "bait"
    root.mkdir()
    bait.write_text("kept")
    began = time.monotonic()
    found = await ask(root, body.replace("{bait}", str(bait)))
    assert time.monotonic() - began < 15
    assert last(found).name == "examples"
    assert bait.read_text() == "kept"
    assert (root / "coins.py").read_text() == STUB
    assert not [name for name in tmp_path.iterdir() if name.name not in ("project", "bait")]


TESTS = """from coins import ways


def test_ten():
    assert ways(10) == 4


def test_of_something_else():
    assert 1 == 2
"""
PLAIN = "def ways(cents):\n    raise NotImplementedError\n"
LINE = "def double(x):\n    return x * 2\n"


async def test_the_tests_that_call_a_stub_decide(tmp_path: Path) -> None:
    (tmp_path / "test_coins.py").write_text(TESTS)
    found = await ask(tmp_path, RIGHT, source=PLAIN, wish="count the ways")
    assert proof(found, "existing tests") == "tests that call it and pass: 1"
    refused = last(await ask(tmp_path, "return 3\n", source=PLAIN, wish="count the ways"))
    assert (refused.name, refused.detail) == ("existing tests", "test_coins.py: test_ten: assert 3 == 4")


async def test_an_edit_may_not_break_what_passed_and_need_not_mend_what_failed(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_coins.py").write_text(
        "import coins\n\ndef test_two():\n    assert coins.double(2) == 4\n\n"
        "def test_known_failure():\n    assert coins.double(2) == 5\n"
    )
    at, wish = "    return x * 2", "use a shift"
    found = await ask(tmp_path, "return x << 1\n", source=LINE + "\n\n\nX = 1\n", at=at, wish=wish)
    assert proof(found, "existing tests") == "tests that call it and pass: 1; failing as before: 1"
    refused = last(await ask(tmp_path, "return x << 2\n", source=LINE, at=at, wish=wish))
    assert refused.detail.startswith("test_coins.py: test_two: ")


async def test_nothing_to_run_it_against_is_said(tmp_path: Path) -> None:
    assert proof(await ask(tmp_path, RIGHT, source=PLAIN, wish="count"), "examples") == "nothing to run it against"


async def test_without_a_sandbox_the_reason_is_the_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # no bubblewrap there
    monkeypatch.setattr(sandbox, "ORDER", (isolation.Level.BUBBLEWRAP,))
    detail = proof(await ask(tmp_path, RIGHT), "examples")
    assert detail.startswith("not run: Project code is only run in a sandbox: bubblewrap is not there")


async def test_a_module_that_could_not_be_imported_before_is_not_held_against_the_code(tmp_path: Path) -> None:
    source = "import driver_of_the_bank\n\n\n" + STUB
    assert proof(await ask(tmp_path, RIGHT, source=source), "examples").startswith("not run: ModuleNotFoundError")
    broken = "import os\n\n\n" + STUB + "\n\nVALUE = ways(0) if os.environ.get('X') else 0\n"
    assert proof(await ask(tmp_path, RIGHT, source=broken), "examples") == "examples: 2 of 2 hold"


async def test_a_change_that_breaks_the_import_is_refused(tmp_path: Path) -> None:
    source = (
        LINE.replace("def double(x):", 'def double(x):\n    """Twice.\n\n    >>> double(1)\n    2\n    """')
        + "\nTWO = double(1) // 1\n"
    )
    check = last(await ask(tmp_path, "return x / 0\n", source=source, at="    return x * 2", wish="divide"))
    assert check.detail == "it can no longer be imported: ZeroDivisionError: division by zero"


async def test_another_stub_of_the_class_is_not_this_ones_fault(tmp_path: Path) -> None:
    source = (
        'class Purse:\n    """A purse.\n\n    >>> Purse().first()\n    1\n    >>> Purse().second()\n    2\n    """\n\n'
        '    def first(self):\n        """One."""\n        raise NotImplementedError\n\n'
        '    def second(self):\n        """Two."""\n        raise NotImplementedError\n'
    )
    assert proof(await ask(tmp_path, "return 1\n", source=source), "examples") == "examples: 1 of 1 hold"
    assert last(await ask(tmp_path, "return 3\n", source=source)).detail == "Purse().first() gave 3, not 1"


def test_test_files_are_found_by_what_they_call(tmp_path: Path) -> None:
    def write(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    source = write("src/coins.py", PLAIN)
    near = write("tests/test_coins.py", TESTS)
    method = write("tests/test_purse.py", "import coins\nclass TestA:\n    def test_b(self):\n        coins.ways(1)\n")
    write("tests/test_other.py", "def ways(): ...\ndef test_ways():\n    ways()\n")  # another module's
    write("tests/helper.py", "import coins\ncoins.ways(1)\n")  # no test file
    write(".venv/test_coins.py", TESTS)
    found = calling(tmp_path, source, frozenset({"ways"}), frozenset({"coins"}))
    assert [(c.path, c.tests) for c in found] == [(near, ("test_ten",)), (method, ("TestA::test_b",))]
    assert calling(tmp_path, source, frozenset({"nobody"}), frozenset({"coins"})) == []


def test_all_runs_of_a_candidate_together_have_an_end() -> None:
    assert generate_runs.EXAMPLES_S < generate_runs.ALL_S <= 60


def test_what_code_says_of_itself_holds_no_escape_sequences() -> None:
    lines = [
        {"imported": ""},
        {"next": "f(1)"},
        {"ok": False, "got": "\x1b[2J\x07gone", "wanted": "\u202e1"},
        {"done": True},
    ]
    ended = sandbox.Run(0, "\n".join(map(json.dumps, lines)).encode(), b"", False, False, "strong", 0.1)
    report = examples._report(ended, [])
    assert report.results[0].got == "\\x1b[2J\\x07gone"
    assert report.results[0].wanted == "\\u202e1"
