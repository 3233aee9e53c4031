"""Applying edits to text: the one place where spans turn into new bytes.

Absent on purpose: reading and writing files (`copilot/files.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from copilot.errors import UsageError
from copilot.types import Document, Edit


def apply(document: Document, edits: Iterable[Edit]) -> Document:
    """The document after those of `edits` that name its path, line ends in the document's own style.

    Raises UsageError when two edits overlap, a span lies outside the text, or a span cuts a UTF-8 character.
    """
    own = sorted((e for e in edits if e.path == document.path), key=lambda e: (e.span.start, e.span.end))
    text, pieces, at = document.text, [], 0
    for edit in own:
        start, end = edit.span.start, edit.span.end
        if start < at or end < start or end > len(text):
            raise UsageError(f"edit {start}..{end} overlaps another edit or lies outside {document.path.name}")
        if _inside_character(text, start) or _inside_character(text, end):
            raise UsageError(f"edit {start}..{end} cuts a character of {document.path.name}")
        pieces += [text[at:start], with_newline(edit.new, document.newline).encode()]
        at = end
    pieces.append(text[at:])
    return replace(document, parts=(b"".join(pieces),))


def with_newline(text: str, newline: str) -> str:
    """`text`, whose lines end in LF, with `newline` instead."""
    return text if newline == "\n" else text.replace("\n", newline)


def _inside_character(text: bytes, offset: int) -> bool:
    return offset < len(text) and text[offset] & 0xC0 == 0x80
