"""Repair by tests where many small changes pass: which of them comes first, and what a part without effect says of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from copilot.config import Settings
from copilot.types import Project, document
from copilot.verify import labels, repairing, suites
from copilot.verify.mending import cases, choice, rivals, search, source, trial
from copilot.verify.mending.belongings import Belongings
from copilot.verify.recording.forked import cpu


def found(*rows):
    """Candidates (kind, rank, answer), in order, with what each answers (None: nothing is known) to one question."""
    passing = [rivals.Found(source.Patch(((0, 1, "x"),), kind, rank, 0, rank), None) for kind, rank, _ in rows]
    return passing, rivals.Answers(["1"], [None if answer is None else [answer] for *_, answer in rows])


@pytest.mark.parametrize(
    ("rows", "idle", "best"),
    [
        ((("name", 1.0, "a"), ("slice", 1.2, "b")), (), 0),
        ((("name", 1.0, "a"), ("slice", 1.2, "b"), ("and or", 1.2, "b")), (), 1),
        ((("name", 1.0, "a"), ("slice", 1.2, "b"), ("slice", 1.2, "b")), (), 0),
        ((("name", 1.0, "a"), ("slice", 2.0, "b"), ("and or", 2.0, "b")), (), 0),
        ((("name", 1.0, "a"), ("slice", 1.2, None), ("and or", 1.2, None)), (), 0),
        ((("name", 1.0, "a"), ("slice", 2.0, "b")), (0,), 1),
        ((("name", 1.0, "a"), ("slice", 2.0, "b")), (0, 1), 0),
        ((("name", 1.0, "a"), ("slice", 3.0, "b")), (0,), 0),
        ((("name", 1.0, "a"), ("slice", 1.9, "a"), ("index", 2.0, "b")), (0,), 1),
        ((("name", 1.0, "a"), ("clause dropped", 1.2, "a")), (0,), 0),
    ],
    ids=[
        "likelier", "two templates", "one twice", "unlikely", "unknown", "idle", "both idle", "idle and likely", "alike, not idle",
        "drops only",
    ],
)  # fmt: skip
def test_the_behaviour_that_most_templates_come_to_wins_and_an_idle_part_costs(rows, idle, best):
    passing, got = found(*rows)
    assert choice.first(passing, choice.behaviours(passing, got), lambda number: {number} & set(idle)) == best


def test_only_the_first_of_the_likeliest_behaviours_are_asked_for_idle_parts():
    passing, got = found(*(("name", 1 + 0.1 * at, str(at // 5)) for at in range(30)))
    asked = []
    assert choice.first(passing, choice.behaviours(passing, got), lambda number: asked.append(number) or "x") == 0
    assert asked == [0, 1, 2, 5, 6, 7, 10, 11, 12, 15, 16, 17]


@pytest.mark.parametrize(("took", "asked"), [(0.001, [0]), (0.9, [])])
def test_idle_parts_are_looked_for_only_where_there_is_time_to_run_the_tests_without_each(monkeypatch, took, asked):
    passing, got = found(("name", 1.0, "a"))
    told = []
    monkeypatch.setattr(rivals, "idle", lambda _text, _function, one, *_: told.append(passing.index(one)) or [])
    case = cases.Case("a", lambda: True)
    case.took = took
    one = search.Search.__new__(search.Search)
    one.functions, one.text, one.path, one.budget_s, one.began = [None], None, "", 10.0, cpu()
    assert one._chosen(passing, got, trial.Court([case], [], took, Belongings([])), [0]) == (0, [])
    assert told == asked


LEAP = "def leap(year):\n    return year % 4 == 0 and (year % 100 != 0 and year % 400 == 0)\n"
LEFT = "def left(amount, months):\n    return amount + 10 * months or 0\n"


async def searched(tmp_path, text, tests):
    project = Project(tmp_path.resolve(), Path(sys.executable))
    (project.root / "test_subject.py").write_text(tests, "utf-8")
    doc = document(project.root / "subject.py", "python", text)
    return await repairing.search(doc, project, Settings(), suites.named("pytest test_subject.py"))


async def test_a_change_that_leaves_a_part_without_effect_gives_way_to_one_that_does_not(tmp_path):
    """With `!=` for `==`, dearer than `or` by nothing but its place, the last clause says nothing any more."""
    tests = "from subject import leap\n\n\ndef test_leap():\n    assert leap(2024)\n    assert not leap(2023)\n    assert not leap(1900)\n"
    found = await searched(tmp_path, LEAP, tests)
    assert [edit[2] for edit in found.patches[0].edits] == ["or"]
    assert [edit[2] for edit in found.patches[1].edits] == ["!="]
    assert found.patches[0].rank > found.patches[1].rank
    assert found.patches[1].shown[0] == ("2000", "True", "False")
    assert (found.told["idle"], found.told["halves"]) == ([], [])


async def test_a_part_that_did_nothing_before_is_no_fault_of_the_change(tmp_path):
    tests = "from subject import left\n\n\ndef test_left():\n    assert left(100, 3) == 70\n    assert left(0, 0) == 0\n    assert left(75, 7) == 5\n"
    found = await searched(tmp_path, LEFT, tests)
    assert [edit[2] for edit in found.patches[0].edits] == ["-"]
    assert found.told["idle"] == []
    assert labels.judged(found).name == labels.PLAUSIBLE


async def test_where_inputs_do_not_reach_a_part_it_is_kept_and_the_change_is_a_suggestion(tmp_path):
    tests = "from subject import due\n\n\ndef test_due():\n    assert due(6, [])\n    assert due(5, [])\n    assert not due(2, [])\n"
    found = await searched(tmp_path, "def due(day, holidays):\n    return day >= 5 and day in holidays\n", tests)
    assert "clause dropped" in [patch.kind for patch in found.patches[1:]]
    assert found.told["idle"]
    assert labels.judged(found).name == labels.SUGGESTION


@pytest.mark.parametrize(("cases", "label"), [(3, labels.SUGGESTION), (6, labels.PLAUSIBLE)])
def test_with_few_tests_a_change_with_an_idle_part_is_a_suggestion_and_says_so(cases, label):
    patch = repairing.Patch(((0, 0, "x"),), "constant", 1.0, 1.0, "f", 0, ())
    told = {"cases": cases, "mutants": 5, "complete": True, "idle": ["or days > 30"]}
    check = labels.judged(repairing.Searched("found", patches=(patch,), told=told))
    assert check.name == label
    assert "a part has no effect, in it or in a likelier change that answers alike: or days > 30" in check.detail
