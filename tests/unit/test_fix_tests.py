"""Repair by tests: which tests are meant, the search in the sandbox, its labels, and the proof of a change in any language."""

from __future__ import annotations

import sys
import types
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from copilot import cli, files
from copilot.config import Settings
from copilot.context.index import Index
from copilot.edits import apply
from copilot.engines.base import Resources
from copilot.engines.embedded import tested
from copilot.errors import UsageError
from copilot.tasks import fix, fix_tests
from copilot.types import Candidate, Declined, Edit, FixOptions, Project, Request, Span, Task, document
from copilot.verify import labels, repairing, suites

FEE = '''"""Fees."""


def tiered(amount, tiers):
    """The fee of an amount: each tier (limit, rate) counts for the part below its limit."""
    fee = 0
    lower = 0
    for limit, rate in tiers:
        if amount < lower:
            break
        fee += (min(amount, limit) + lower) * rate
        lower = limit
    return fee
'''
FEE_TESTS = """import pytest
from fee import tiered

TIERS = [(10, 5), (50, 2), (90, 1)]


@pytest.mark.parametrize("amount, wanted", [(0, 0), (5, 25), (10, 50), (30, 90), (60, 140), (99, 170)])
def test_tiered(amount, wanted):
    assert tiered(amount, TIERS) == wanted
"""


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path.resolve(), Path(sys.executable))


@pytest.fixture
def resources(project):
    with ThreadPoolExecutor(2) as executor:
        yield Resources(project, Settings(), Index(), executor)


def laid(project, **files):
    for name, text in files.items():
        (project.root / f"{name}.py").write_text(text, "utf-8")


async def asked(resources, name, text, **options):
    path = resources.project.root / f"{name}.py"
    path.write_text(text, "utf-8")
    doc = document(path, "python", text)
    request = Request(Task.FIX, doc, Span(0, len(doc)), FixOptions(by_tests=True, **options))
    return request, [each async for each in tested.by_tests(request, resources)]


@pytest.mark.parametrize(
    ("command", "args"),
    [
        ("pytest -q tests/test_x.py", ("tests/test_x.py",)),
        ("python -m pytest -x --tb=short -n 4 tests -k 'a and b'", ("tests", "-k", "a and b")),
        ("uv run pytest --cov=src tests/test_x.py::test_a", ("tests/test_x.py::test_a",)),
        ("pytest", (".",)),
        ("PYTHONPATH=src python3.11 -m unittest tests.test_x.TestA.test_b", ("tests/test_x.py::TestA::test_b",)),
    ],
)
def test_a_command_of_pytest_or_unittest_is_understood(command, args):
    held = suites.named(command)
    assert (held.kind, held.args) == ("pytest", args)


@pytest.mark.parametrize("command", ["mvn -q test", "pytest tests && echo done", "make test"])
def test_any_other_command_is_run_as_it_is(command):
    assert suites.named(command).kind == "command"


def test_a_command_that_cannot_be_read_is_refused():
    with pytest.raises(UsageError):
        suites.named("pytest 'tests")


@pytest.mark.parametrize(
    ("output", "names"),
    [
        (b"FAILED tests/test_a.py::test_b - assert 1 == 2\n", {"tests/test_a.py::test_b"}),
        (b"FAIL: test_x (tests.T)\n", {"test_x (tests.T)"}),
        (b"1) adds(com.example.SumTest)\njava.lang.AssertionError\n", {"adds(com.example.SumTest)"}),
        (b"[ERROR] com.example.SumTest.adds:12 expected 3\n", {"com.example.SumTest.adds"}),
        (b"SumTest > adds() FAILED\n", {"SumTest > adds()"}),
        (b"all is well\n", set()),
    ],
)
def test_failing_tests_are_read_out_of_what_a_runner_says(output, names):
    assert suites.failing(output) == names


def test_tests_are_found_by_what_they_import_else_examples_count(project):
    laid(
        project,
        fee=FEE,
        test_fee=FEE_TESTS,
        test_other="import math\n",
        shown='def f(x):\n    """\n    >>> f(1)\n    2\n    """\n',
    )
    fee, other = (
        document(project.root / f"{n}.py", "python", (project.root / f"{n}.py").read_bytes()) for n in ("fee", "shown")
    )
    assert suites.of(fee, project.root) == suites.Suite("pytest", ("test_fee.py",))
    assert suites.of(other, project.root) == suites.Suite("examples")
    assert suites.of(document(project.root / "bare.py", "python", "x = 1\n"), project.root) is None


async def test_a_fault_is_repaired_and_proven_and_the_text_is_as_it_was_elsewhere(project, resources):
    laid(project, test_fee=FEE_TESTS)
    request, (first, *_) = await asked(resources, "fee", FEE, test="pytest -q test_fee.py")
    assert apply(request.document, first.edits).text.decode() == FEE.replace("+ lower", "- lower")
    checks = [check async for check in fix.checks(first, request, project, Settings())]
    assert all(check.passed for check in checks)
    assert [check.name for check in checks][:4] == ["applies", "syntax", "lint", "tests pass"]
    assert labels.label(tuple(checks)) == labels.PROVEN


async def test_what_passes_already_and_what_cannot_be_run_is_said(project, resources):
    laid(project, test_fee=FEE_TESTS)
    _, (passing,) = await asked(resources, "fee", FEE.replace("+ lower", "- lower"))
    assert isinstance(passing, Declined)
    assert passing.reason == "the tests pass already"
    laid(project, test_fee="from fee import nothing\n")
    _, (broken,) = await asked(resources, "fee", FEE)
    assert broken.reason == "the tests cannot be run"
    assert "nothing" in broken.detail
    (project.root / "test_fee.py").unlink()
    _, (untested,) = await asked(resources, "fee", FEE)
    assert "--test" in untested.reason


async def test_a_guess_between_two_that_differ_is_a_suggestion_that_shows_where(resources):
    text = 'def share(total, count):\n    """\n    >>> share(4, 2)\n    2\n    """\n    return total + count\n'
    _, (first, *_) = await asked(resources, "share", text)
    check = first.proof[0]
    assert check.name == labels.SUGGESTION
    assert "another change passes, too, and differs at share(" in check.detail


async def test_examples_told_in_prose_are_tests_too(resources):
    text = 'def half(x):\n    """Halves: half(4) == 2, half(10) returns 5, half(-2) -> -1."""\n    return x / 3\n'
    request, (first, *_) = await asked(resources, "half", text)
    assert b"return x / 2" in apply(request.document, first.edits).text


async def test_endless_and_greedy_candidates_end_and_the_repair_is_found(project, resources):
    text = "def digits(number):\n    count = 0\n    while number > 0:\n        number //= 10\n        count -= 1\n    return max(count, 1)\n"
    cases = "[(0, 1), (9, 1), (10, 2), (123, 3), (99999, 5)]"
    laid(
        project,
        test_digits=f"from digits import digits\n\ndef test_all():\n    for given, wanted in {cases}:\n        assert digits(given) == wanted\n",
    )
    request, (first, *_) = await asked(resources, "digits", text)
    assert isinstance(first, Candidate), first
    assert b"count += 1" in apply(request.document, first.edits).text


async def test_a_method_behind_a_cache_and_shared_state_is_repaired(project, resources):
    text = (
        "from functools import lru_cache\n\nSEEN = []\n\n\nclass Rates:\n    def __init__(self, base):\n        self.base = base\n\n"
        "    def scaled(self, factor):\n        SEEN.append(factor)\n        return self.base - factor\n\n\n"
        "@lru_cache(maxsize=None)\ndef scaled(base, factor):\n    return Rates(base).scaled(factor)\n"
    )
    laid(
        project,
        test_rates="from rates import SEEN, scaled\n\n\ndef test_scaled():\n    SEEN.clear()\n    assert scaled(3, 4) == 12\n    assert scaled(5, 5) == 25\n    assert scaled(2, 7) == 14\n    assert SEEN == [4, 5, 7]\n",
    )
    request, (first, *_) = await asked(resources, "rates", text)
    assert b"self.base * factor" in apply(request.document, first.edits).text


@pytest.mark.parametrize("name", ["money", "dates", "words", "shapes"])
def test_every_template_stays_within_its_function_and_most_can_be_compiled(name, monkeypatch):
    from copilot.verify.mending import source, templates, watching
    from copilot.verify.mending.scene import Scene

    path = f"tests/bench/faults_repair/{name}.py"
    data = (Path(__file__).parents[2] / path).read_bytes()
    module = types.ModuleType("subject")
    module.__file__ = path
    monkeypatch.setitem(sys.modules, "subject", module)
    exec(compile(data, path, "exec"), vars(module))
    text = source.Text(data)
    good = every = 0
    for function in source.functions(text, path)[:6]:
        notes = watching.Notes()
        assert watching.watched(function, notes, path) is not None
        suspicion = dict.fromkeys(notes.keys, 1.0)
        for patch in list(templates.patches(Scene(text, function, notes), suspicion))[::7]:
            assert all(function.start <= start <= end <= function.end for start, end, _ in patch.edits)
            every += 1
            good += source.compiled(text, function, patch, path) is not None
    assert every > 200
    assert good > 0.95 * every


async def test_a_change_is_held_to_any_command_in_a_copy(project):
    path = project.root / "Sum.txt"
    path.write_text("2\n")
    (project.root / "check.sh").write_text(
        'read x < Sum.txt; echo "$x" > built.txt\n[ "$x" = 3 ] || { echo "SumTest > adds() FAILED"; exit 1; }\n'
    )
    request = Request(
        Task.FIX,
        document(path, "java", "2\n"),
        Span(0, 2),
        FixOptions(by_tests=True, test="sh check.sh"),
    )
    good, bad = (Candidate((Edit(path, Span(0, 1), new),), "model", 0.5) for new in ("3", "4"))
    told = {}
    for candidate in (good, bad):
        after = apply(request.document, candidate.edits)
        told[candidate] = [
            c async for c in fix_tests.checks(candidate, request, after, request.options, project, Settings())
        ]
    assert labels.label(tuple(told[good])) == labels.PLAUSIBLE
    assert [(c.passed, c.detail) for c in told[bad]] == [(False, "SumTest > adds() still fails")]
    assert not (project.root / "built.txt").exists()


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (
            repairing.Ran(passed=False, failed=frozenset({"a", "b"})),
            repairing.Ran(passed=False, failed=frozenset({"a"})),
            "",
        ),
        (
            repairing.Ran(passed=False, failed=frozenset({"a"})),
            repairing.Ran(passed=False, failed=frozenset({"c"})),
            "c fails now",
        ),
        (
            repairing.Ran(passed=False, failed=frozenset({"a"})),
            repairing.Ran(passed=False, failed=frozenset({"a"})),
            "a still fails",
        ),
        (repairing.Ran(passed=False, failed=frozenset()), repairing.Ran(passed=True, failed=frozenset()), ""),
    ],
)
def test_two_runs_are_compared_by_their_failing_tests(before, after, reason):
    assert repairing.better(before, after) == reason


def test_a_test_names_what_it_is_about(project):
    (project.root / "bank").mkdir()
    (project.root / "tests").mkdir()
    (project.root / "bank" / "fees.py").write_text("def f(): ...\n")
    text = (
        "import json\nfrom bank.fees import f\n\n\nclass TestFees:\n    def test_a(self):\n        assert f() is None\n"
    )
    doc = document(project.root / "tests" / "test_fees.py", "python", text)
    assert fix_tests.subjects(doc, project.root) == [project.root / "bank" / "fees.py"]
    at = text.index("assert")
    assert fix_tests.failing_test(doc, Span(at, at)) == "TestFees::test_a"
    assert fix_tests.failing_test(doc, Span(0, 0)) == ""


async def test_a_file_in_another_encoding_with_crlf_is_repaired_in_place(project, resources):
    text = '# -*- coding: gb18030 -*-\r\nUNIT = "元"\r\n\r\n\r\ndef shown(cents):\r\n    """金额。"""\r\n    return str(cents // 10) + UNIT\r\n'
    laid(
        project,
        test_shown='from shown import shown\n\n\ndef test_a():\n    assert shown(500) == "5元"\n    assert shown(1299) == "12元"\n',
    )
    path = project.root / "shown.py"
    path.write_bytes(text.encode("gb18030"))
    doc = files.read(path, "python")
    request = Request(Task.FIX, doc, Span(0, len(doc)), FixOptions(by_tests=True))
    (first, *_) = [each async for each in tested.by_tests(request, resources)]
    assert apply(doc, first.edits).text.decode() == text.replace("// 10)", "// 100)")


def searched(*patches, cases=6, mutants=5, unnoticed=0, halves=(True, True), complete=True):
    found = tuple(
        repairing.Patch(((0, 0, "x"),), "constant", cost, rank, "f", differs, (("1", "2", "3"),) if differs else ())
        for cost, rank, differs in patches
    )
    told = {"cases": cases, "mutants": mutants, "unnoticed": unnoticed, "halves": list(halves), "complete": complete}
    return repairing.Searched("found", patches=found, told=told)


@pytest.mark.parametrize(
    ("found", "label"),
    [
        (searched((1.0, 1.0, 0), (1.5, 1.6, 0)), labels.PROVEN),
        (searched((1.0, 1.0, 0), unnoticed=1), labels.PLAUSIBLE),
        (searched((1.0, 1.0, 0), mutants=0), labels.PLAUSIBLE),
        (searched((1.0, 1.0, 0), halves=(True, False)), labels.PLAUSIBLE),
        (searched((1.0, 1.0, 0), halves=()), labels.PLAUSIBLE),
        (searched((1.0, 1.0, 0), halves=(True,)), labels.PLAUSIBLE),
        (searched((1.0, 1.0, 0), complete=False), labels.PLAUSIBLE),
        (searched((1.0, 1.0, 0), (1.1, 1.1, -1)), labels.SUGGESTION),
        (searched((1.0, 1.0, 0), cases=3), labels.PLAUSIBLE),
        (searched((3.0, 3.0, 0), cases=3), labels.SUGGESTION),
        (searched((1.0, 1.0, 0), (1.1, 1.1, 4)), labels.SUGGESTION),
        (searched((1.0, 1.0, 0), (3.2, 3.2, 4)), labels.PLAUSIBLE),
    ],
)
def test_the_label_follows_from_tests_planted_faults_and_rivals(found, label):
    check = labels.judged(found)
    assert (check.name, labels.at_least(check.name, labels.PLAUSIBLE)) == (label, label != labels.SUGGESTION)


THIN = "from fee import tiered\n\n\ndef test_tiered():\n    assert tiered(30, [(10, 5), (50, 2)]) == 90\n"


def test_only_a_change_with_the_label_that_is_asked_for_is_written(project, monkeypatch, capsys):
    monkeypatch.chdir(project.root)
    (project.root / "pyproject.toml").write_text("[project]\nname = 'fees'\n")
    monkeypatch.setenv("BANK_COPILOT_PYTHON_INTERPRETER", sys.executable)
    laid(project, fee=FEE, test_fee=THIN)
    call = ["fix", "fee.py", "--test", "pytest -q test_fee.py", "--engine", "embedded", "--write"]
    cli.main(call)
    out, err = capsys.readouterr()
    assert (project.root / "fee.py").read_text() == FEE
    assert "+++ b/fee.py" in out  # shown all the same
    assert "not written: its label is suggestion, and proven is asked for" in err
    laid(project, test_fee=FEE_TESTS)
    assert cli.main(call) == 0
    assert (project.root / "fee.py").read_text() == FEE.replace("+ lower", "- lower")
