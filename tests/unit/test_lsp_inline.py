"""The inline completion item: what is shown for an answer, and when nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from copilot.types import Edit, Span, Suggestion, document
from lsp.features.inline_completion import ACCEPT, item

PATH = Path("/repo/a.py")


def shown(text: str, span: tuple[int, int], new: str, caret: int) -> types.InlineCompletionItem | None:
    answer = Suggestion((Edit(PATH, Span(*span), new),), (), "test", 0.9, "abc123")
    return item(document(PATH, "python", text), answer, caret, "utf-16")


def test_the_typed_word_is_repeated_and_lies_in_the_range() -> None:
    found = shown("x = 1\n    retu", (14, 14), "rn x", 14)
    assert found is not None
    assert (found.insert_text, found.filter_text) == ("return x", "return x")
    assert found.range == types.Range(types.Position(1, 4), types.Position(1, 8))
    assert found.command is not None
    assert (found.command.command, found.command.arguments) == (ACCEPT, ["abc123"])


def test_columns_are_the_editors_units_and_the_line_end_may_be_replaced() -> None:
    text = '"é😀", tot)\n'
    caret = len('"é😀", tot'.encode())
    found = shown(text, (caret, caret + 1), "al)", caret)
    assert found is not None
    assert found.insert_text == "total)"
    assert found.range == types.Range(types.Position(0, 7), types.Position(0, 11))


def test_further_lines_are_in_the_text_and_not_in_the_filter() -> None:
    found = shown("if x:", (5, 5), "\n    return x", 5)
    assert found is not None
    assert (found.insert_text, found.filter_text) == ("\n    return x", "")


@pytest.mark.parametrize(
    ("span", "new", "caret"),
    [((2, 5), "x", 2), ((0, 1), "x", 2), ((3, 3), "x", 2), ((2, 2), "", 2)],
    ids=["over a line end", "before the caret", "after the caret", "nothing new"],
)
def test_what_the_method_cannot_show_is_silence(span: tuple[int, int], new: str, caret: int) -> None:
    assert shown("abc\ndef", span, new, caret) is None


def test_two_edits_are_silence() -> None:
    two = (Edit(PATH, Span(0, 0), "a"), Edit(PATH, Span(3, 3), "b"))
    assert item(document(PATH, "python", "abc"), Suggestion(two, (), "test", 0.9, "t"), 0, "utf-16") is None


def test_a_copied_line_tells_its_source_in_the_tooltip() -> None:
    answer = Suggestion((Edit(PATH, Span(2, 2), "c"),), (), "embedded: bank/fees.py:12", 0.9, "abc123")
    found = item(document(PATH, "python", "ab"), answer, 2, "utf-16")
    assert found is not None
    assert found.command is not None
    assert found.command.tooltip == "embedded: bank/fees.py:12"
    plain = shown("ab", (2, 2), "c", 2)
    assert plain is not None
    assert plain.command is not None
    assert plain.command.tooltip is None
