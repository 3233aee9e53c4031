"""Lines by byte offset: LF, CRLF and CR end one, nothing else does."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from copilot.syntax import lines

TEXTS = st.lists(st.sampled_from(["a", " ", "é", "\n", "\r", "\r\n", "\f", "\v", "\x85", "\u2028"])).map(
    lambda parts: "".join(parts).encode()
)


@given(TEXTS)
def test_rows_are_the_text(text: bytes) -> None:
    found = lines.rows(text)
    assert b"".join(found) == text
    assert [row.rstrip(b"\r\n") for row in found] == re.split(rb"\r\n|\n|\r", text)


@given(TEXTS)
def test_the_next_line_starts_where_the_next_row_does(text: bytes) -> None:
    at = 0
    for row in lines.rows(text):
        assert (lines.line_start(text, at), lines.line_end(text, at)) == (at, at + len(row.rstrip(b"\r\n")))
        assert lines.next_line(text, at) == at + len(row)
        at += len(row)


def test_the_indentation_of_a_line_and_its_unit() -> None:
    text = b"if x:\n  y\r\n  if z:\n\tw\n"
    assert lines.line_indent(text, text.index(b"z")) == "  "
    assert lines.line_indent(text, text.index(b"w")) == "\t"
    assert lines.indent_unit(b"a\n  b\n    c\n") == "  "
    assert lines.indent_unit(b"a\n\tb\n") == "\t"
    assert lines.indent_unit(b"a\n") == "    "
