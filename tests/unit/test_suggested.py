"""A suggestion is offered again while the text follows it, and the text that comes of it is the one that was proven."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot import edits
from copilot.suggested import Suggested
from copilot.types import Document, Edit, Span, Suggestion, document

PATH = Path("/r/fees.py")
TOP = "def total(rows):\n    "
TAIL = "\n\n\ndef other():\n    pass\n"
TEXT = "found = 0\n    for row in rows:\n        found += row.fee(min(2, 3))\n    return found"


def suggestion(path: Path, caret: int, text: str, over: int = 0) -> Suggestion:
    return Suggestion((Edit(path, Span(caret, caret + over), text),), (), "model:x", 0.9, "t")


def doc(text: str) -> Document:
    return document(PATH, "python", text)


def kept(text: str = TEXT, tail: str = TAIL, over: int = 0) -> tuple[Suggested, str]:
    """The suggestions with one at the end of TOP, and the text that comes of it."""
    found, caret = Suggested(), len(TOP.encode())
    found.add(doc(TOP + tail), caret, "m", suggestion(PATH, caret, text, over))
    return found, TOP + text + tail[over:]


def left(found: Suggested, before: str, after: str, key: str = "m") -> str | None:
    """What is left at the caret between two texts, checked to give a text that `edits.apply` agrees with."""
    here = doc(before + after)
    hit = found.find(here, len(before.encode()), key)
    return None if hit is None else edits.apply(here, hit.suggestion.edits).text.decode()


def test_every_prefix_of_a_text_of_several_lines_leaves_the_rest():
    found, whole = kept()
    for typed in range(len(TEXT)):
        assert left(found, TOP + TEXT[:typed], TAIL) == whole, TEXT[:typed]


def test_a_text_that_is_there_or_went_another_way_leaves_nothing():
    found, _ = kept()
    assert left(found, TOP + TEXT, TAIL) is None
    assert left(found, TOP + "fount", TAIL) is None
    assert left(found, TOP[:-1], TAIL) is None


def test_going_back_and_undoing_offer_it_again():
    found, whole = kept()
    for typed in (5, 6, 5, 0, 40, 3):
        assert left(found, TOP + TEXT[:typed], TAIL) == whole


def test_brackets_and_quotes_that_the_editor_closed_are_taken_over():
    found, whole = kept()
    upto = TEXT.index("min(") + 4
    assert left(found, TOP + TEXT[:upto], "))" + TAIL) == whole
    assert left(found, TOP + TEXT[:upto], ")" + TAIL) == whole, "one was typed over, or not closed"
    assert left(found, TOP + TEXT[:upto], "]" + TAIL) is None
    assert left(found, TOP + TEXT[:9], ")" + TAIL) is None, "nothing that was typed opened one"
    text = 'name = "a(b" + f(x)'
    found, whole = kept(text)
    assert left(found, TOP + 'name = "a(b', '"' + TAIL) == whole
    assert left(found, TOP + 'name = "a(b', ')"' + TAIL) is None


@pytest.mark.parametrize("margin", ["            ", "      ", "\t\t", ""])
def test_the_margin_that_the_editor_gives_a_new_line_is_replaced(margin: str):
    found, whole = kept()
    upto = TEXT.index("    return")
    assert left(found, TOP + TEXT[:upto] + margin, TAIL) == whole


def test_what_replaces_the_rest_of_its_line_goes_on_doing_so():
    found, whole = kept("rows[0])", tail=")" + TAIL, over=1)
    assert left(found, TOP, ")" + TAIL) == whole
    assert left(found, TOP + "rows[", ")" + TAIL) == whole
    assert left(found, TOP + "rows[", "])" + TAIL) == whole


def test_a_change_above_or_below_leaves_it_and_a_change_of_both_does_not():
    found, whole = kept()
    far = "x = 1\n" * 300
    caret = len((far + TOP).encode())
    found.add(doc(far + TOP + TAIL), caret, "m", suggestion(PATH, caret, TEXT))
    typed = TEXT[:20]
    assert left(found, "import os\n" + far + TOP + typed, TAIL) == "import os\n" + far + whole
    assert left(found, far + TOP + typed, TAIL + far) is None, "the end of what was near moved"
    longer = TAIL + "y = 2\n" * 300
    found.add(doc(far + TOP + longer), caret, "m", suggestion(PATH, caret, TEXT))
    assert left(found, far + TOP + typed, longer + "z = 3\n") is not None
    assert left(found, "import os\n" + far + TOP + typed, longer + "z = 3\n") is None


def test_another_model_or_policy_and_another_file_have_their_own():
    found, _ = kept()
    assert left(found, TOP, TAIL, "other") is None
    other = document(Path("/r/other.py"), "python", TOP + TAIL)
    assert found.find(other, len(TOP), "m") is None
    found.forget(PATH)
    assert left(found, TOP, TAIL) is None


def test_of_two_suggestions_the_one_that_is_shown_stays_unless_the_later_goes_on_with_it():
    found, _ = kept("found = 0")
    caret = len(TOP)
    found.add(doc(TOP + TAIL), caret, "m", suggestion(PATH, caret, "found = None"))
    assert left(found, TOP + "found", TAIL) == TOP + "found = 0" + TAIL
    assert left(found, TOP + "found = N", TAIL) == TOP + "found = None" + TAIL
    found.add(doc(TOP + TAIL), caret, "m", suggestion(PATH, caret, "found = 0\n    return found"))
    assert left(found, TOP + "found", TAIL) == TOP + "found = 0\n    return found" + TAIL


def test_line_ends_of_the_file_are_typed_by_the_editor():
    top, tail = TOP.replace("\n", "\r\n"), TAIL.replace("\n", "\r\n")
    found, caret = Suggested(), len(top.encode())
    found.add(doc(top + tail), caret, "m", suggestion(PATH, caret, TEXT))
    whole = TEXT.replace("\n", "\r\n")
    for typed in range(len(whole)):
        if whole[:typed].endswith("\r"):
            continue
        assert left(found, top + whole[:typed], tail) == top + whole + tail


@given(
    st.text("ab(\n é", max_size=40),
    st.text("ab)\n é", min_size=1, max_size=30),
    st.text("ab)\n é", max_size=40),
    st.data(),
)
def test_what_is_found_always_gives_the_proven_text(top: str, text: str, tail: str, data: st.DataObject):
    found, caret = Suggested(), len(top.encode())
    found.add(doc(top + tail), caret, "m", suggestion(PATH, caret, text))
    typed = data.draw(st.integers(0, len(text)))
    change = data.draw(st.sampled_from(["", "", "a", "\n", ")", "  "]))
    before = top + text[:typed] + change
    answer = left(found, before, tail)
    if (not change and typed < len(text)) or answer is not None:
        assert answer == top + text + tail


def test_an_edit_that_begins_before_the_caret_is_not_remembered():
    found, caret = Suggested(), len(TOP)
    one = suggestion(PATH, caret, "x")
    found.add(doc(TOP + TAIL), caret, "m", replace(one, edits=(Edit(PATH, Span(caret - 1, caret), "x"),)))
    assert left(found, TOP, TAIL) is None


def test_taken_whole_and_undone_it_is_offered_again_and_redone_it_is_not():
    found, whole = kept()
    assert left(found, TOP + TEXT, TAIL) is None
    assert left(found, TOP, TAIL) == whole
    assert left(found, TOP + TEXT, TAIL) is None


def test_words_and_lines_that_are_taken_one_after_the_other_leave_what_was_proven():
    found, whole = kept()
    for cut in (5, 7, 9, TEXT.index("\n"), TEXT.index("\n", 12), TEXT.rindex("\n") + 1):
        assert left(found, TOP + TEXT[:cut], TAIL) == whole
    assert left(found, TOP + TEXT[:5], TAIL) == whole, "undo of some of them"


def test_a_second_caret_that_types_the_same_leaves_it_when_far_and_ends_it_when_near():
    far = "".join(f"y{n} = {n}\n" for n in range(400))
    caret = len((far + TOP).encode())
    found = Suggested()
    found.add(doc(far + TOP + TAIL), caret, "m", suggestion(PATH, caret, TEXT))
    assert left(found, "fo = 1\n" + far + TOP + "fo", TAIL) == "fo = 1\n" + far + TOP + TEXT + TAIL
    near = TOP.replace("rows", "rowsfo")
    assert left(found, far + near + "fo", TAIL) is None, "nobody proved the text with that name"
    assert left(found, far + TOP + "fo", TAIL.replace("pass", "passfo")) is None
