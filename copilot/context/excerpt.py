"""The text of a candidate as it is shown: whole lines of its source, bodies left out where they do not fit.

A function: its signature and some lines; a class: its head and the signatures of the members that matter here; a
constant: its first lines. Lines stand as they stand in the file. Empty when the file has changed since it was indexed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from copilot import files
from copilot.context.index import Index
from copilot.context.symbols import Unit
from copilot.errors import UnreadableFile
from copilot.types import Span

MOST: Final = 1_200
"""Bytes of one excerpt."""

_BODY_LINES: Final = 8
_HEAD_LINES: Final = 5
_CONSTANT_LINES: Final = 3


class Sources:
    """File texts of one question, each read once."""

    def __init__(self, index: Index, root: Path) -> None:
        self.index, self.root = index, root
        self._held: dict[int, bytes] = {}

    def text(self, unit: Unit) -> bytes:
        """The text that a unit's offsets count in; empty when it cannot be read."""
        if unit.file not in self._held:
            self._held[unit.file] = self._read(unit)
        return self._held[unit.file]

    def _read(self, unit: Unit) -> bytes:
        if unit.package:
            stored = self.index.select("SELECT text FROM sources WHERE file=?", (unit.file,))
            if stored:
                return bytes(stored[0][0])
        path = self.root / unit.path
        if not unit.package and self.index.excluded(path):
            return b""
        try:
            return files.read(path, None).text
        except UnreadableFile:
            return b""


def excerpt(
    unit: Unit, members: Iterable[Unit], weights: Mapping[str, float], sources: Sources, most: int = MOST
) -> tuple[str, Span]:
    """`(text, span of the file that it stands for)`. `weights`: how much each member matters, by name."""
    text = sources.text(unit)
    if unit.name.encode() not in text[unit.start : unit.stop]:
        return "", Span(0, 0)
    if not unit.is_type:
        lines = _BODY_LINES if unit.is_code else 0
        shown = _lines(text, unit.start, unit.head if unit.is_code else unit.stop, _CONSTANT_LINES if not unit.is_code else 99)
        if lines:
            shown = _lines(text, unit.start, min(_after(text, shown[1], lines), unit.stop), 99)
        return _cut(text, [shown], most), Span(unit.start, unit.stop)
    head = _lines(text, unit.start, _head_end(text, unit), 2 * _HEAD_LINES)
    wanted = sorted(members, key=lambda m: (-weights.get(m.name, 0.0), m.start))
    left = most - (head[1] - head[0])
    kept = [head]
    for member in wanted:
        lines = _HEAD_LINES if member.is_code else _CONSTANT_LINES
        part = _lines(text, member.start, member.head if member.is_code or member.is_type else member.stop, lines)
        size = part[1] - part[0] + 1
        if part[0] < head[1] or size > left:
            continue
        left -= size
        kept.append(part)
    return _cut(text, kept, most), Span(unit.start, unit.stop)


def _head_end(text: bytes, unit: Unit) -> int:
    """Where the head of a class ends: the line that opens its body."""
    row = text.rfind(b"\n", unit.start, unit.head)
    if row > unit.start and not text[row:unit.head].strip():
        return row  # Python: the body begins on a line of its own
    return unit.head


def _lines(text: bytes, start: int, stop: int, most: int) -> tuple[int, int]:
    """The whole lines from `start` to `stop`, at most `most` of them, as `(start, end)` without the last line end."""
    first = text.rfind(b"\n", 0, start) + 1
    end = len(text[:stop].rstrip()) if stop > start else stop
    at = first
    for _ in range(most):
        row = text.find(b"\n", at)
        if row < 0:
            return first, len(text)
        if row >= end:
            return first, row
        at = row + 1
    return first, at - 1


def _after(text: bytes, at: int, lines: int) -> int:
    for _ in range(lines):
        row = text.find(b"\n", at + 1)
        if row < 0:
            return len(text)
        at = row
    return at


def _cut(text: bytes, parts: Iterable[tuple[int, int]], most: int) -> str:
    """The parts in document order, joined by line ends, overlaps taken once, whole lines within the budget."""
    kept: list[bytes] = []
    at, left = -1, most
    for start, end in sorted(parts):
        for row in text[max(start, at + 1) : end].split(b"\n"):
            left -= len(row) + 1
            if left < 0:
                break
            kept.append(row.rstrip(b"\r"))
        at = max(at, end)
    shown = b"\n".join(kept).decode("utf-8", "replace").rstrip()
    return shown + "\n" if shown else ""
