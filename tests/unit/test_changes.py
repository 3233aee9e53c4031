"""Writing proven edits: never over what somebody wrote meanwhile, and all of them or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot import files
from copilot.commands.changes import Changes
from copilot.errors import UnreadableFile
from copilot.types import Check, Edit, Span, Suggestion


def suggested(*edits: Edit) -> Suggestion:
    return Suggestion(edits, (Check("applies", passed=True, detail=""),), "embedded", 1.0, "t")


def test_a_file_saved_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    first, second = tmp_path / "a.py", tmp_path / "b.py"
    first.write_text("a = 1\n")
    second.write_text("b = 1\n")
    changes = Changes(files.read(first, "python"))
    changes.apply(suggested(Edit(first, Span(4, 5), "2"), Edit(second, Span(4, 5), "2")))
    second.write_text("b = 99  # by a person\n")
    with pytest.raises(UnreadableFile, match=r"b\.py"):
        changes.write()
    assert (first.read_text(), second.read_text()) == ("a = 1\n", "b = 99  # by a person\n")


def test_a_file_that_appeared_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    source, new = tmp_path / "a.py", tmp_path / "tests" / "test_a.py"
    source.write_text("a = 1\n")
    changes = Changes(files.read(source, "python"))
    changes.apply(suggested(Edit(new, Span(0, 0), "generated = True\n")))
    new.parent.mkdir()
    new.write_text("mine = True\n")
    with pytest.raises(UnreadableFile, match=r"test_a\.py"):
        changes.write()
    assert new.read_text() == "mine = True\n"
    new.unlink()
    assert changes.write() == [new]
    assert new.read_text() == "generated = True\n"
