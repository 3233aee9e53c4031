"""Repair by tests where something speaks against the change: runs that break off, tests that fail all the same, inputs that
cannot be compared, searches that were cut short; none of these is proven.
"""

from __future__ import annotations

import math
import os
import signal
import sys
import types
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from copilot import cli
from copilot.config import Settings
from copilot.context.index import Index
from copilot.edits import apply
from copilot.engines.base import Resources
from copilot.engines.embedded import tested
from copilot.tasks import fix, fix_tests
from copilot.types import Candidate, Context, Declined, Edit, FixOptions, Project, Prompt, Request, Span, Task, document
from copilot.verify import labels, repairing, suites
from copilot.verify.mending import cases, inputs, rivals, source, trial
from copilot.verify.mending.belongings import Belongings
from copilot.verify.recording.forked import DIED, in_fork
from prompts.templates import Library

LEAST = "def least(a, b):\n    return max(a, b)\n"
PAIRS = "[(1, 2), (3, 5), (4, 9), (0, 3), (6, 7), (7, 20), (8, 31)]"
LEAST_TESTS = (
    "import pytest\nfrom subject import least\n\n\n"
    f'@pytest.mark.parametrize("a, b", {PAIRS})\ndef test_least(a, b):\n    assert least(a, b) == a\n'
)
SUM = "def add(a, b):\n    return a - b\n"
SUM_TESTS = (
    "import pytest\nfrom subject import add\n\n\n"
    f'@pytest.mark.parametrize("a, b", {PAIRS})\ndef test_add(a, b):\n    assert add(a, b) == a + b\n'
)


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path.resolve(), Path(sys.executable))


def laid(project, subject, tests="", **files):
    for name, text in {"subject": subject, "test_subject": tests, **files}.items():
        path = project.root / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return document(project.root / "subject.py", "python", subject)


async def searched(project, subject, tests, command="pytest test_subject.py", **files):
    budget_s = files.pop("budget_s", repairing.BUDGET_S)
    doc = laid(project, subject, tests, **files)
    return await repairing.search(doc, project, Settings(), suites.named(command), budget_s=budget_s)


async def held(project, doc, new, command="pytest test_subject.py", *, proof=(), trace=""):
    """The checks of a candidate that makes the document read so."""
    options = FixOptions(by_tests=True, test=command)
    request = Request(Task.FIX, doc, Span(0, len(doc)), options, trace_id=trace)
    candidate = Candidate((Edit(doc.path, Span(0, len(doc)), new),), "model", 0.5, proof=proof)
    after = apply(doc, candidate.edits)
    return [check async for check in fix_tests.checks(candidate, request, after, options, project, Settings())]


PROVEN = labels.Check(labels.PROVEN, passed=True, detail="proven: 7 tests and examples pass")


def run(*failed, passed=False, broken=""):
    return repairing.Ran(passed=passed, failed=frozenset(failed), broken=broken)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (run("a"), run(), "the run fails and names no test"),
        (run(), run(), "the tests still fail"),
        (run(), run("a"), "a fails now"),
        (run("a", "b"), run(broken="stopped"), "stopped"),
        (run(passed=True), run(passed=True), "the tests pass already"),
        (run(broken="no module"), run(passed=True), ""),
    ],
)
def test_a_run_that_broke_off_proves_nothing(before, after, reason):
    assert repairing.better(before, after) == reason


async def test_with_a_test_that_fails_as_before_a_change_is_a_suggestion_and_says_so(project):
    doc = laid(project, SUM, f"{SUM_TESTS}\n\ndef test_other():\n    assert 1 == 2\n")
    ran, label = await held(project, doc, SUM.replace("-", "+"), proof=(PROVEN,))
    assert (ran.passed, ran.detail) == (True, "pytest test_subject.py: 1 fail as before")
    assert (label.name, label.detail) == (
        labels.SUGGESTION,
        "suggestion: 1 fail as before; 7 tests and examples pass",
    )


async def test_a_test_file_that_a_change_breaks_counts_as_failed(project):
    doc = laid(
        project,
        f"{SUM}\n\ndef same(a):\n    return a\n",
        SUM_TESTS,
        test_same="from subject import same\n\n\ndef test_same():\n    assert same(1) == 1\n",
    )
    (ran,) = await held(project, doc, SUM.replace("-", "+"), "pytest .")
    assert (ran.passed, ran.detail) == (False, "test_same.py fails now")


async def test_where_the_tests_pass_already_no_change_is_proven_by_them_and_they_run_once_for_a_request(
    project, monkeypatch
):
    texts = []
    real = repairing.ran

    async def ran(doc, *rest, **named):
        texts.append(doc.text)
        return await real(doc, *rest, **named)

    monkeypatch.setattr(repairing, "ran", ran)
    good = SUM.replace("-", "+")
    doc = laid(project, good, SUM_TESTS)
    for new in (f"{good}\n", f"{good}\n\n"):
        (told,) = await held(project, doc, new, trace="once")
        assert (told.passed, told.detail) == (False, "the tests pass already")
    assert [text == doc.text for text in texts].count(True) == 1


@pytest.mark.parametrize(
    ("subject", "tests", "failing"),
    [
        (SUM, "@pytest.mark.xfail\ndef test_x():\n    assert add(1, 1) == 77\n", 7),
        (SUM, 'def test_x():\n    add(1, 1)\n    pytest.skip("no database")\n', 7),
        (SUM, 'def test_x():\n    add(1, 1)\n    pytest.xfail("known")\n', 7),
        (SUM.replace("-", "+"), "@pytest.mark.skip\ndef test_x():\n    assert add(1, 1) == 77\n", 0),
        (
            SUM.replace("-", "+"),
            "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_x(self):\n        for a in (1, 2):\n            with self.subTest(a=a):\n                self.assertEqual(add(a, 1), 2)\n",
            1,
        ),
    ],
    ids=["xfail", "skip", "xfail inside", "skip mark", "subTest"],
)
async def test_tests_end_as_pytest_says(project, subject, tests, failing):
    found = await searched(project, subject, f"{SUM_TESTS}\n\n{tests}", budget_s=3.0)
    assert (found.state == "passing", len(found.failing)) == (failing == 0, failing)
    if failing == 7:
        assert found.told["cases"] == 7, "one that skips is no test that passes"


LOCKED = (
    "import threading\n\n\nclass Pair:\n    def __init__(self):\n        self.lock = threading.Lock()\n\n"
    "    def least(self, a, b):\n        return max(a, b)\n"
)


async def test_where_nothing_can_be_compared_nothing_is_known_of_rivals(project):
    tests = LEAST_TESTS.replace("import least", "import Pair").replace("least(a, b) ==", "Pair().least(a, b) ==")
    found = await searched(project, LOCKED, tests)
    first, *others = found.patches
    assert (first.differs, {each.differs for each in others}) == (0, {-1})
    assert labels.judged(found).name == labels.SUGGESTION
    assert found.told["unnoticed"] > 0


class Aloof:
    def __deepcopy__(self, memo):
        raise SystemExit


def subject_of(monkeypatch, text):
    """A module of this text in memory: its text, the names in it, its functions."""
    module = types.ModuleType("doubted")
    module.__file__ = "doubted.py"
    monkeypatch.setitem(sys.modules, "doubted", module)
    exec(compile(text, "doubted.py", "exec"), vars(module))
    read = source.Text(text.encode())
    return module, read, source.functions(read, "doubted.py")


def test_a_rival_that_ends_its_process_takes_no_answer_of_another_with_it(monkeypatch):
    text = "import os\n\n\ndef least(a, b):\n    return min(a, b)\n"
    module, read, (function,) = subject_of(monkeypatch, text)
    at = text.index("min(a, b)")
    codes = [
        source.compiled(read, function, source.Patch(((at, at + 9, new),), "", 1.0, 0), "doubted.py")
        for new in ("min(a, b)", "os._exit(3)", "max(a, b)", "min(b, a)")
    ]
    given = [cases.Case(str(n), lambda n=n: module.least(n, 3) == min(n, 3)) for n in range(5)]
    got = rivals.answers(function, codes, trial.Court(given, [], 0.0, Belongings([])), range(5))
    assert got.calls
    assert [got.differing(number) for number in (0, 1, 3)] == [[], None, []]
    assert got.differing(2)


def test_a_court_does_not_take_a_process_that_is_lost_for_one_that_passes(monkeypatch):
    _, _, (function,) = subject_of(monkeypatch, "def one():\n    return 1\n")

    def broken(_tell):
        raise OSError

    assert in_fork(broken) == [[DIED, "OSError"]]
    case = cases.Case("a", lambda: True)
    court = trial.Court([case], [], 0.0, Belongings([]))
    case.took = "no number"  # our own fault
    (how,) = court.tries([(function, function.holders[0].__code__)], [0])
    assert (how.failed, how.lost) == (0, True)


def test_a_slow_failing_test_gets_time_by_what_it_takes_itself():
    quick, slow, endless = (cases.Case(name, lambda: True) for name in ("quick", "slow", "endless"))
    quick.passed, quick.took = True, 0.01
    slow.took, endless.took, endless.late = 0.4, 1.0, True
    court = trial.Court([quick, slow, endless], [], 0.01, Belongings([]))
    assert [court.limit(number) for number in range(3)] == [0.05, 2.0, 0.05]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 10**400, date.max, date.min])
def test_values_at_the_end_of_their_range_have_a_name_and_no_neighbours_that_fail(value):
    assert inputs.shown(value)
    for each in inputs.neighbours([((value, 1), {})], 40):
        assert inputs.shown(each)


def test_inputs_are_noted_whatever_a_test_ends_with(monkeypatch):
    module, _, (function,) = subject_of(monkeypatch, "def one(a):\n    return a\n")

    def ends(number):
        module.one(number)
        raise (KeyboardInterrupt, SystemExit, ValueError)[number]

    found = {}
    code = function.holders[0].__code__
    inputs.record([lambda n=n: ends(n) for n in range(3)], code, 10, found)
    assert [args for (args, _) in found.values()] == [(0,), (1,), (2,)]
    assert inputs.outcome(module.one, ((Aloof(),), {})) == inputs.UNKNOWN
    assert inputs.outcome(sys.exit, ((1,), {})) == "!SystemExit"


def test_time_that_is_up_is_told_also_where_the_code_swallows_it():
    def deaf():
        with suppress(BaseException):
            while True:
                pass
        return 1

    try:
        assert trial.bounded(deaf, 0.02) == (1, True)
        signal.raise_signal(signal.SIGVTALRM)  # one that was on its way when the call ended
        assert trial.bounded(lambda: 2, 1.0) == (2, False)
        assert trial.bounded(lambda: sys.exit(1), 1.0, "instead") == ("instead", False)
    finally:
        for number in (signal.SIGVTALRM, signal.SIGPROF, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)


def test_what_a_forked_process_leaves_running_is_ended():
    def work(tell):
        if os.fork() == 0:
            tell("not mine")
            signal.pause()
        tell("mine")

    assert in_fork(work) == ["mine"]


async def test_a_search_that_gave_more_time_to_the_first_that_passes_is_not_complete(project):
    text = "def total(n, scale):\n    count = 0\n    for i in range(n // scale):\n        count += i % 7\n    return count\n"
    wanted = sum(i % 7 for i in range(2_000_000))
    tests = f"from subject import total\n\n\ndef test_total():\n    assert total(2000, 1000) == {wanted}\n    assert total(1000, 2000) == {wanted}\n"
    found = await searched(project, text, tests)
    assert [edit[2] for edit in found.patches[0].edits] == ["*"]
    assert found.told["complete"] is False
    assert "the time was not enough" in labels.judged(found).detail


async def test_a_slow_test_that_fails_reaches_the_file(project):
    burn = "def burn():\n    for _ in range(25_000_000):\n        pass\n\n\n"
    tests = LEAST_TESTS.replace("    assert", "    burn()\n    assert").replace(PAIRS, "[(1, 2)]")
    found = await searched(project, LEAST, f"{burn}{tests}", budget_s=4.0)
    assert found.state in ("found", "none")


async def test_a_suite_is_stopped_after_the_time_that_it_is_given(project):
    doc = laid(
        project,
        SUM,
        "import time\n\nfrom subject import add\n\n\ndef test_a():\n    time.sleep(60)\n    assert add(1, 1) == 2\n",
    )
    ended = await repairing.ran(doc, project, Settings(), suites.named("pytest test_subject.py"), wall_s=2.0)
    assert ended.broken.startswith("stopped after ")
    assert int(ended.broken.split()[2]) < 25


async def test_a_docstring_that_cannot_be_read_hides_no_example_of_another(project):
    good = 'def least(a, b):\n    """Least.\n\n    >>> least(1, 2)\n    1\n    """\n    return max(a, b)\n'
    bad = 'def other():\n    """Bad.\n\n        >>> other()\n      1\n    """\n'
    doc = laid(project, f"{good}\n\n{bad}")
    found = await repairing.search(doc, project, Settings(), suites.Suite("examples"))
    assert found.state == "found"


@pytest.mark.parametrize(
    ("command", "args", "env"),
    [
        ("pytest -n4 -rA tests", ("tests",), ()),
        ("pytest --cov src --cov-report term tests", ("tests",), ()),
        ("pytest --cov -k 'a or (b)'", ("-k", "a or (b)"), ()),
        ("mode=fast A_1='x y' pytest t.py", ("t.py",), (("mode", "fast"), ("A_1", "x y"))),
        ("env PYTHONPATH=src python -m pytest t.py", ("t.py",), (("PYTHONPATH", "src"),)),
        ("pytest tests/a.py; echo done", None, ()),
        ("pytest tests/a.py 2>&1", None, ()),
        ("pytest tests>log", None, ()),
        ("pytest tests|tee log", None, ()),
        ("pytest $TESTS", None, ()),
        ("A=1 B=2", None, ()),
    ],
)
def test_a_command_line_is_taken_apart_as_a_shell_does(command, args, env):
    told = suites.named(command)
    assert (told.kind, told.args, told.env) == ("command" if args is None else "pytest", args or (), env)


async def test_what_a_command_sets_is_set_for_the_search(project):
    (project.root / "lib").mkdir()
    (project.root / "lib" / "rates.py").write_text("RATE = 3\n")
    subject = "import os\n\nfrom rates import RATE\n\n\ndef fee(a):\n    return a - RATE * int(os.environ['TIMES'])\n"
    tests = "from subject import fee\n\n\ndef test_fee():\n    assert fee(4) == 10\n    assert fee(1) == 7\n"
    found = await searched(project, subject, tests, "TIMES=2 PYTHONPATH=lib pytest test_subject.py")
    assert [edit[2] for edit in found.patches[0].edits] == ["+"]


CHECK = (
    'read x < Sum.java; [ "$x" = 3 ] && exit 0\n'
    '[ "$x" = 9 ] && { echo "COMPILATION ERROR: cannot find symbol"; exit 1; }\n'
    'echo "SumTest > adds() FAILED"; echo "Sum.java:2: expected 3"; exit 1\n'
)


async def test_for_a_command_a_model_is_told_what_fails_and_its_answer_is_held_to_the_command(project):
    path = project.root / "Sum.java"
    text = "2\nclass Sum {\n}\n"
    path.write_text(text)
    (project.root / "check.sh").write_text(CHECK)
    with (project.root / "large.bin").open("wb") as stream:
        stream.truncate(70 << 20)
    doc = document(path, "java", text)
    options = FixOptions(by_tests=True, test="sh check.sh")
    request = Request(Task.FIX, doc, Span(0, len(doc)), options, "invoked", trace_id="told")
    request = await fix.prepared(request, Settings(), project)
    (fact,) = request.facts
    assert fact.message.startswith("SumTest > adds() fails: ")
    assert "expected 3" in fact.message
    assert doc.text[fact.span.start : fact.span.end] == b"class Sum {"
    prompt = fix.build(request, Context("", ""), Settings(), Library())
    assert isinstance(prompt, Prompt)
    assert "SumTest > adds() fails" in prompt.messages[-1].content
    with ThreadPoolExecutor(1) as pool:
        given = Resources(project, Settings(), Index(), pool)
        (declined,) = [each async for each in tested.by_tests(request, given)]
    assert isinstance(declined, Declined)
    assert declined.reason == "repair by tests without a model is for Python"
    told = {}
    for number in ("3", "9"):
        told[number] = await held(project, doc, f"{number}\nclass Sum {{\n}}\n", "sh check.sh")
    assert [check.name for check in told["3"]] == ["tests pass", labels.PLAUSIBLE]
    assert [(check.passed, check.detail) for check in told["9"]] == [(False, "the run fails and names no test")]
    path.write_text("3\nclass Sum {\n}\n")
    fine = document(path, "java", path.read_text())
    passing = Request(Task.FIX, fine, Span(0, len(fine)), options, "invoked")
    assert (await fix.prepared(passing, Settings(), project)).facts == ()


@pytest.mark.parametrize("budget", ["nan", "inf", "-1", "0"])
def test_a_budget_that_is_none_is_refused(project, monkeypatch, capsys, budget):
    monkeypatch.chdir(project.root)
    laid(project, SUM, SUM_TESTS)
    assert cli.main(["fix", "subject.py", "--test", "pytest test_subject.py", f"--budget={budget}"]) == 2
    assert "--budget wants a number of seconds above 0." in capsys.readouterr().err
