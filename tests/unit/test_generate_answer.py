"""The edits that make lines of a file read as an answer says: exact, and in time for files of any length."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot import edits
from copilot.tasks.generate_answer import hunks
from copilot.types import Span, document

LINES = st.lists(st.sampled_from(["", "a", "b", "    c", "}", "d = 1"]), max_size=12).map(lambda rows: [*rows, "end"])


@given(old=LINES, new=LINES, ended=st.booleans(), newline=st.sampled_from(["\n", "\r\n"]))
def test_the_file_reads_as_the_answer_says_and_equal_ends_are_not_touched(old, new, ended, newline):
    text = newline.join(old) + (newline if ended else "")
    doc = document(Path("a.py"), "python", text)
    made = list(hunks(doc, Span(0, len(doc)), "\n".join(new) + "\n"))
    after = edits.apply(doc, made).text.decode().replace("\r\n", "\n")
    assert after == "\n".join(new) + ("\n" if ended else "")
    if len(old) > 1 and old[0] == new[0]:
        assert all(edit.span.start > len(old[0]) for edit in made)


@pytest.mark.parametrize("places", [(9_000,), (1, 17_000)])
def test_a_long_file_of_like_lines_takes_no_time(places):
    rows = [row for n in range(6_000) for row in (f"def f{n}(x):", "    return x", "")]
    doc = document(Path("a.py"), "python", "\n".join(rows) + "\n")
    for place in places:
        rows[place] = "    return x + 1"
    began = time.process_time()
    made = list(hunks(doc, Span(0, len(doc)), "\n".join(rows) + "\n"))
    assert time.process_time() - began < 2
    assert edits.apply(doc, made).text.decode() == "\n".join(rows) + "\n"
