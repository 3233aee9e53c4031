"""The shared checks: what applies, and what brings no new syntax fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.types import Edit, Span, document
from copilot.verify import syntax

PATH = Path("/nowhere/a.py")


def python(text):
    return document(PATH, "python", text)


def edit(start, end, new, path=PATH):
    return Edit(path, Span(start, end), new)


@pytest.mark.parametrize(
    ("edits", "passed"),
    [
        ([edit(0, 1, "y")], True),
        ([edit(0, 1, "x")], False),
        ([], False),
        ([edit(0, 99, "y")], False),
        ([edit(0, 3, "y"), edit(2, 4, "z")], False),
        ([edit(5, 6, "z")], False),
        ([edit(0, 0, "new = 1\n", Path("/nowhere/new.py"))], True),
        ([edit(2, 3, "new = 1\n", Path("/nowhere/new.py"))], False),
    ],
    ids=["changes", "same", "none", "outside", "overlap", "cuts-character", "creates", "nothing-there"],
)
def test_applies(edits, passed):
    check = syntax.applies(python("x = 中\n"), edits)
    assert (check.name, check.passed) == ("applies", passed)
    assert check.detail


def test_edits_of_another_file_are_held_against_the_disk(tmp_path):
    other = tmp_path / "b.py"
    other.write_text("def g():\n    return 1\n")
    assert syntax.applies(python("x = 1\n"), [edit(0, 0, "import os\n", other)]).passed
    assert not syntax.no_new_faults(python("x = 1\n"), [edit(0, 0, "def (:\n", other)]).passed
    other.write_bytes(b"\0\1\2")
    assert not syntax.applies(python("x = 1\n"), [edit(0, 0, "import os\n", other)]).passed


@pytest.mark.parametrize(
    ("text", "change", "passed"),
    [
        ("x = 1\n", edit(4, 5, "2"), True),
        ("x = 1\n", edit(4, 5, "(2"), False),
        ("def f(:\n    pass\n\n\ny = 1\n", edit(23, 24, "2"), True),
        ("def f(:\n    pass\n\n\ny = 1\n", edit(23, 24, ")"), False),
    ],
)
def test_no_new_faults(text, change, passed):
    assert syntax.no_new_faults(python(text), [change]).passed is passed


def test_the_compiler_sees_what_the_grammar_allows():
    doc = python("def f():\n    return 1\n")
    outside = [edit(0, 9, ""), edit(9, 13, "")]
    assert syntax.no_new_faults(doc, outside).passed
    assert not syntax.no_new_faults(doc, outside, compiler=True).passed


def test_a_text_our_python_cannot_read_is_left_to_the_grammar():
    doc = python("def f():\n    except* = 1\n")
    assert syntax.python_error(doc.text) is not None
    assert syntax.no_new_faults(doc, [edit(len(doc.text), len(doc.text), "x = 1\n")], compiler=True).passed


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        "# -*- coding: gbk -*-\nx = '中文'\n",
        "x = '\\d'\nx is 1\n",
        "x = 1\r\nif x:\r\n    y = 2\r\n",
        "-" * 50_000 + "1",
        "x = '" + "y" * 300_000,
    ],
    ids=["plain", "cookie", "warnings", "crlf", "deep", "too-big"],
)
def test_python_error_is_silent_on_valid_or_unjudgeable_text(text, capsys, recwarn):
    assert syntax.python_error(text.encode()) is None
    assert capsys.readouterr() == ("", "")
    assert not recwarn.list


def test_python_error_tells_where():
    error = syntax.python_error(b"x = 1\ny = (\n")
    assert error is not None
    assert error.lineno == 2


def test_a_language_without_a_grammar_passes():
    doc = document(Path("/nowhere/a.txt"), None, "one")
    assert syntax.no_new_faults(doc, [edit(0, 3, "((", doc.path)]).passed
