"""Hard-coded secrets of a document: in a large text what stands near changed lines, at its own place."""

from __future__ import annotations

from pathlib import Path

from copilot.review import sensitive
from copilot.types import document


def test_in_a_large_text_only_what_is_near_changed_lines_is_looked_at():
    secret = 'password = "Xk29!vLq88z"\n'
    text = "x = 1\n" * 30_000 + secret + "y = 2\n" * 2_000
    doc = document(Path("a.py"), "python", text)
    whole = sensitive.hits(doc)
    assert [doc.text[one.span.start : one.span.end] for one in whole] == [b"Xk29!vLq88z"]
    assert sensitive.hits(doc, {30_001}) == whole
    assert sensitive.hits(doc, {29_980, 30_020}) == whole
    assert sensitive.hits(doc, {5, 31_900}) == []


def test_a_small_text_is_looked_at_whole():
    doc = document(Path("a.py"), "python", 'x = 1\npassword = "Xk29!vLq88z"\n' + "y = 2\n" * 500)
    assert sensitive.hits(doc, {400}) == sensitive.hits(doc) != []
