"""Applying edits to text, the one place where spans turn into new bytes; and the edit between two texts.

Absent on purpose: reading and writing files (`copilot/files.py`).
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
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
"""Lines that count as replaced where nothing tells what became of which: a search would take seconds."""
_FEW: Final = 200
"""Lines that are searched as they are; more are first divided at lines that both texts have once."""


def blocks(old: Sequence[bytes], new: Sequence[bytes]) -> list[tuple[int, int, int, int]]:
    """What differs between two lists of lines: `old[a:b]` became `new[c:d]`, in order, neither empty on both sides."""
    head, tail = _common(old, new)
    left, right = old[head : len(old) - tail], new[head : len(new) - tail]
    return [(a + head, b + head, c + head, d + head) for a, b, c, d in _between(left, right)]


def _between(left: Sequence[bytes], right: Sequence[bytes]) -> Iterator[tuple[int, int, int, int]]:
    """The same of lines whose common start and end are taken off."""
    if not left or not right:
        if left or right:
            yield 0, len(left), 0, len(right)
        return
    most = max(len(left), len(right))
    shared = _shared(left, right) if most > _FEW else []
    if not shared and most > _WHOLE:
        yield 0, len(left), 0, len(right)
        return
    if not shared:
        found = difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
        yield from ((a, b, c, d) for kind, a, b, c, d in found if kind != "equal")
        return
    at, to = 0, 0
    for i, j in [*shared, (len(left), len(right))]:
        first, second = left[at:i], right[to:j]
        if first != second:
            yield from ((a + at, b + at, c + to, d + to) for a, b, c, d in blocks(first, second))
        at, to = i + 1, j + 1


def _shared(left: Sequence[bytes], right: Sequence[bytes]) -> list[tuple[int, int]]:
    """Places of lines that stand in both texts once: as many as keep their order in both (the longest rising run, by patience)."""
    once = {line: j for line, j in _once(right).items() if j >= 0}
    pairs = [(i, once[line]) for line, i in _once(left).items() if i >= 0 and line in once]
    tops: list[int] = []
    piles: list[tuple[int, int]] = []
    before: dict[tuple[int, int], tuple[int, int] | None] = {}
    for pair in pairs:
        n = bisect_left(tops, pair[1])
        before[pair] = piles[n - 1] if n else None
        tops[n : n + 1], piles[n : n + 1] = [pair[1]], [pair]
    found: list[tuple[int, int]] = []
    last = piles[-1] if piles else None
    while last is not None:
        found.append(last)
        last = before[last]
    return found[::-1]


def _once(lines: Sequence[bytes]) -> dict[bytes, int]:
    """Where each line stands, in order; -1 for one that stands more than once."""
    found: dict[bytes, int] = {}
    for n, line in enumerate(lines):
        found[line] = -1 if line in found else n
    return found


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
