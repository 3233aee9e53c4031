"""The benchmark of reviews (`tests/bench/review.py`) as a command: what a part of it leaves in the file of the whole."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "bench"))  # behind all: it has a module `lsp`

import report
import review


@pytest.fixture
def run(monkeypatch, tmp_path):
    """The command with these words, its status; each part measures itself as what `values` has for it, or breaks without."""
    values = {}

    def measured(name):
        return [report.Figure(f"review.{name}", values[name], "", "<=", 9)]

    def with_words(*words, **told):
        values.clear()
        values.update(told)
        monkeypatch.setattr(sys, "argv", ["review.py", *words])
        return review.main()

    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(review, "FOLDER", tmp_path)
    monkeypatch.setattr(review, "placed", lambda *_: measured("positions"))
    for name in ("clean", "large", "small", "removed"):
        monkeypatch.setattr(review, name, lambda _, name=name: measured(name))
    for name, function in {"board": "rows", "story": "stories"}.items():
        monkeypatch.setattr(review.review_forges, function, lambda _, name=name: measured(name))
    for name in ("bodies", "injections"):
        monkeypatch.setattr(review.review_forges, name, lambda name=name: measured(name))
    return with_words


@pytest.fixture
def kept(tmp_path):
    """What the file says, by the names of parts."""
    return lambda: {
        row["name"].removeprefix("review."): row["value"]
        for row in json.loads((tmp_path / "review.json").read_text("utf-8"))["figures"]
    }


WHOLE = {name: float(n) for n, name in enumerate(review.PARTS)}


def test_a_part_replaces_its_own_figures_and_no_other_ones(run, kept):
    assert run(**WHOLE) == 0
    assert kept() == WHOLE
    assert run("--only", "large", "small", large=5.5, small=6.5) == 0
    assert kept() == WHOLE | {"large": 5.5, "small": 6.5}
    assert list(kept()) == list(WHOLE), "the rows stay where they stood"


def test_the_whole_leaves_nothing_of_before(run, kept, tmp_path):
    (tmp_path / "review.json").write_text(
        json.dumps({"machine": report.machine(), "figures": [{"name": "review.renamed_since", "value": 1.0}]}), "utf-8"
    )
    assert run(**WHOLE) == 0
    assert kept() == WHOLE


def test_figures_of_another_machine_do_not_stand_under_the_name_of_this_one(run, kept, tmp_path):
    (tmp_path / "review.json").write_text(
        json.dumps({"machine": "another", "figures": [{"name": "review.large", "value": 1.0}]}), "utf-8"
    )
    assert run("--only", "small", small=2.0) == 0
    assert kept() == {"small": 2.0}


def test_a_part_that_breaks_ends_no_other_and_is_told(run, kept, capsys):
    able = {name: value for name, value in WHOLE.items() if name != "board"}
    assert run(**able) == 1
    assert kept() == able
    assert "board: BROKEN" in capsys.readouterr().out


def test_a_missed_goal_is_the_status_whichever_part_it_was_in(run):
    assert run("--only", "small", "large", small=10.0, large=1.0) == 1
