"""Applying edits to text, the one place where spans turn into new bytes; and the edit between two texts.

Absent on purpose: reading and writing files (`copilot/files.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from copilot.errors import UsageError
from copilot.messages import say
from copilot.types import Document, Edit, Span


def apply(document: Document, edits: Iterable[Edit]) -> Document:
    """The document after those of `edits` that name its path, line ends in the document's own style.

    Raises UsageError when two edits overlap, a span lies outside the text, or a span cuts a UTF-8 character.
    """
    own = sorted((e for e in edits if e.path == document.path), key=lambda e: (e.span.start, e.span.end))
    text, pieces, at = document.text, [], 0
    for edit in own:
        start, end = edit.span.start, edit.span.end
        if start < at or end < start or end > len(text):
            raise UsageError(say("an edit overlaps another or lies outside {name}", name=document.path.name))
        if _inside_character(text, start) or _inside_character(text, end):
            raise UsageError(say("an edit cuts a character of {name}", name=document.path.name))
        pieces += [text[at:start], with_newline(edit.new, document.newline).encode()]
        at = end
    pieces.append(text[at:])
    return replace(document, parts=(b"".join(pieces),))


def moved(document: Document, edits: Iterable[Edit], span: Span) -> Span:
    """Where a span of `document` lies once `edits` are applied, with what they write inside it."""
    start = end = 0
    for edit in edits:
        grown = len(with_newline(edit.new, document.newline).encode()) - len(edit.span)
        start += grown if edit.path == document.path and edit.span.start < span.start >= edit.span.end else 0
        end += grown if edit.path == document.path and edit.span.start <= span.end else 0
    return Span(span.start + start, span.end + end)


def difference(before: Document, after: Document) -> Edit:
    """One edit that turns `before` into `after`: the whole lines between their common start and common end."""
    old, new = before.text.splitlines(keepends=True), after.text.splitlines(keepends=True)
    least = min(len(old), len(new))
    head = tail = 0
    while head < least and old[head] == new[head]:
        head += 1
    while tail < least - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    span = Span(sum(map(len, old[:head])), sum(map(len, old[: len(old) - tail])))
    text = b"".join(new[head : len(new) - tail]).decode()
    return Edit(before.path, span, lf(text))


def with_newline(text: str, newline: str) -> str:
    """`text`, whose lines end in LF, with `newline` instead."""
    return text if newline == "\n" else text.replace("\n", newline)


def lf(text: str) -> str:
    """`text` with every line end (CR LF, CR) written as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _inside_character(text: bytes, offset: int) -> bool:
    return offset < len(text) and text[offset] & 0xC0 == 0x80
