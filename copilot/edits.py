"""Applying edits to text, the one place where spans turn into new bytes; and the edit between two texts.

Absent on purpose: reading and writing files (`copilot/files.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

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


def _common(old: Sequence[bytes], new: Sequence[bytes]) -> tuple[int, int]:
    """How many lines two texts have in common at their start, and then at their end."""
    least = min(len(old), len(new))
    head = tail = 0
    while head < least and old[head] == new[head]:
        head += 1
    while tail < least - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    return head, tail


def difference(before: Document, after: Document) -> Edit:
    """One edit that turns `before` into `after`: the whole lines between their common start and common end."""
    old, new = before.text.splitlines(keepends=True), after.text.splitlines(keepends=True)
    head, tail = _common(old, new)
    span = Span(sum(map(len, old[:head])), sum(map(len, old[: len(old) - tail])))
    text = b"".join(new[head : len(new) - tail]).decode()
    return Edit(before.path, span, lf(text))


_WHOLE: Final = 2_000
"""Lines between the common start and the common end above which they count as replaced: a search would take seconds."""


def blocks(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int, int, int]]:
    """What differs between two lists of lines: `old[a:b]` became `new[c:d]`, in order, neither empty on both sides."""
    head, tail = _common(old, new)
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    if not left and not right:
        return []
    if not left or not right or max(len(left), len(right)) > _WHOLE:
        return [(head, head + len(left), head, head + len(right))]
    found = difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    return [(a + head, b + head, c + head, d + head) for kind, a, b, c, d in found if kind != "equal"]


def changed_lines(before: bytes, after: bytes) -> frozenset[int]:
    """Lines of `after` (from 1) that were added or changed; a line whose end alone has changed is not."""
    old, new = ([line.rstrip(b"\r") for line in text.split(b"\n")] for text in (before, after))
    return frozenset(line + 1 for _, _, c, d in blocks(old, new) for line in range(c, d))


def with_newline(text: str, newline: str) -> str:
    """`text`, whose lines end in LF, with `newline` instead."""
    return text if newline == "\n" else text.replace("\n", newline)


def lf(text: str) -> str:
    """`text` with every line end (CR LF, CR) written as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _inside_character(text: bytes, offset: int) -> bool:
    return offset < len(text) and text[offset] & 0xC0 == 0x80
