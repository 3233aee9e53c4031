"""The benchmark of correction (`tests/bench/fix.py`) as a command: where its figures go, and that none is missing unsaid."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "bench"))  # behind all: it has a module `lsp`

import fix
import report


@pytest.fixture
def run(monkeypatch, tmp_path):
    """The command with these words: what it gives back, without measuring anything."""
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(fix, "FOLDER", tmp_path)
    monkeypatch.setattr(fix, "measured", lambda _: [report.Figure("fix.faults", 1.0, "")])

    def with_words(*words):
        monkeypatch.setattr(sys, "argv", ["fix.py", *words])
        return fix.main()

    return with_words


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ((), "fix"),
        (("--count", "9"), "fix"),
        (("--apart",), "fix_apart"),
        (("--faults", "0"), "fix_part"),
        (("--apart", "--diagnostics", "0"), "fix_apart_part"),
    ],
)
def test_figures_of_a_part_do_not_replace_those_of_the_whole(run, tmp_path, capsys, words, name):
    assert run(*words, "--json") == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"{name}.json"]
    assert json.loads(capsys.readouterr().out)["name"] == "fix.faults"


def test_a_library_without_java_is_refused(run, tmp_path, capsys):
    with pytest.raises(SystemExit):
        run("--library", str(tmp_path))
    assert "no Java in" in capsys.readouterr().err
