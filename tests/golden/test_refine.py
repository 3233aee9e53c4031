"""Raw model answers through `complete --batch` with `replay`: what would stand in the file afterwards.

`refine/` is the set that the pipeline was mended by: each case holds. `refine_apart/` was written before anything was
measured and mended nothing: its rate is told, and must not fall.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from refinements import Refinement, faults, load, refined

CASES = load("refine")
APART = load("refine_apart")
LEAST_APART = 0.95

Answers = dict[str, str | None]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """Each case's text after its completion."""
    found = refined([*CASES, *APART], tmp_path_factory.mktemp("refine"))
    return {case.name: after for case, after in zip([*CASES, *APART], found, strict=True)}


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_stands_there_afterwards_is_right(case: Refinement, answers: Answers) -> None:
    assert answers[case.name] in case.right


def test_no_completion_brings_a_syntax_fault(answers: Answers) -> None:
    shown = [(case, after) for case in (*CASES, *APART) if (after := answers[case.name]) is not None]
    assert [case.name for case, after in shown if faults(case, after)] == []


def test_of_the_answers_that_were_kept_apart_most_are_right_and_none_is_lost(
    answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = [case for case in APART if answers[case.name] not in case.right]
    with capsys.disabled():
        sys.stdout.write(f"\n    of {len(APART)} answers kept apart {len(APART) - len(wrong)} are right\n")
    assert len(wrong) <= (1 - LEAST_APART) * len(APART)
    assert [case.name for case in wrong if answers[case.name] is None] == []
