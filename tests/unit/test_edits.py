"""Edits: bytes outside the spans never change, and what cannot be applied is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot import edits
from copilot.errors import UsageError
from copilot.types import Edit, Span, document

PATH = Path("f.py")


@given(
    st.text(max_size=40), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.text(max_size=6)), max_size=4)
)
def test_edits_agree_with_a_plain_text_model(text, raw):
    text = text.encode("utf-8", "ignore").decode()
    spans = sorted((min(a, len(text)), min(max(a, b), len(text)), new) for a, b, new in raw)
    chosen, at = [], 0
    for start, end, new in spans:
        if start >= at:
            chosen.append((start, end, new.encode("utf-8", "ignore").decode()))
            at = end + 1
    expected = text
    for start, end, new in reversed(chosen):
        expected = expected[:start] + edits.with_newline(new, document(PATH, None, text).newline) + expected[end:]
    byte = lambda index: len(text[:index].encode())  # noqa: E731
    given_edits = [Edit(PATH, Span(byte(start), byte(end)), new) for start, end, new in chosen]
    assert edits.apply(document(PATH, None, text), given_edits).text.decode() == expected


def test_new_lines_take_the_documents_line_end():
    after = edits.apply(document(PATH, None, "a\r\nb\r\n"), [Edit(PATH, Span(3, 3), "x\ny\n")])
    assert after.text == b"a\r\nx\r\ny\r\nb\r\n"


def test_edits_of_other_files_are_left_alone():
    doc = document(PATH, None, "a")
    assert edits.apply(doc, [Edit(Path("other"), Span(0, 1), "b")]).text == b"a"


@pytest.mark.parametrize(
    "bad",
    [
        [Edit(PATH, Span(0, 2), ""), Edit(PATH, Span(1, 3), "")],
        [Edit(PATH, Span(0, 99), "")],
        [Edit(PATH, Span(2, 1), "")],
        [Edit(PATH, Span(4, 5), "")],
    ],
)
def test_what_cannot_be_applied_is_refused(bad):
    with pytest.raises(UsageError):
        edits.apply(document(PATH, None, "abc账"), bad)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@given(st.lists(st.sampled_from("abc"), min_size=1), st.lists(st.sampled_from("abc")))
def test_a_difference_applied_to_one_text_gives_the_other(newline, old, new):
    before, after = (document(PATH, None, "".join(row + newline for row in rows)) for rows in (old, new))
    edit = edits.difference(before, after)
    assert edits.apply(before, [edit]).text == after.text
    assert edit.new.count("\n") <= len(new)
    if old == new:
        assert (len(edit.span), edit.new) == (0, "")


def test_a_span_moves_with_what_is_written_above_it_and_grows_with_what_is_written_inside():
    doc = document(PATH, None, "one\r\ntwo\r\nthree\r\n")
    made = [
        Edit(PATH, Span(0, 3), "first\n"),
        Edit(PATH, Span(5, 8), "2"),
        Edit(PATH, Span(13, 13), "!"),
        Edit(Path("other.py"), Span(0, 0), "not here"),
    ]
    moved = edits.moved(doc, made, Span(5, 10))
    assert edits.apply(doc, made[:3]).text[moved.start : moved.end] == b"2\r\n"
    assert edits.moved(doc, made[1:3], Span(0, 3)) == Span(0, 3)


def rebuilt(old: list[bytes], new: list[bytes]) -> list[bytes]:
    """The old lines with the blocks of what differs put in."""
    found, at = [], 0
    for a, b, c, d in edits.blocks(old, new):
        assert at <= a <= b and c <= d and (a, c) != (b, d)
        found += old[at:a] + new[c:d]
        at = b
    return found + old[at:]


@given(
    st.lists(st.sampled_from([b"a", b"b", b"", b"}"]), max_size=30),
    st.lists(st.sampled_from([b"a", b"b", b"", b"}"]), max_size=30),
)
def test_blocks_turn_one_list_of_lines_into_the_other(old, new):
    assert rebuilt(old, new) == new


@given(st.randoms(use_true_random=False))
def test_blocks_of_long_texts_turn_one_into_the_other(dice):
    old = [b"%d" % dice.randrange(600) for _ in range(dice.randrange(500))]
    new = [line for line in old if dice.random() > 0.05]
    for _ in range(dice.randrange(6)):
        new.insert(dice.randrange(len(new) + 1), b"%d" % dice.randrange(700))
    assert rebuilt(old, new) == new


def test_changes_at_both_ends_of_a_long_text_leave_what_is_between():
    old = [b"line %d" % n if n % 3 else b"}" for n in range(9_000)]
    new = [b"first", *old[:4_000], b"middle", *old[4_002:], b"last"]
    assert edits.blocks(old, new) == [(0, 0, 0, 1), (4_000, 4_002, 4_001, 4_002), (9_000, 9_000, 9_000, 9_001)]
    assert edits.changed_lines(b"\n".join(old), b"\n".join(new)) == {1, 4_002, 9_001}
    assert edits.blocks([b"x"] * 9_000, [b"y"] * 9_000) == [(0, 9_000, 0, 9_000)]
