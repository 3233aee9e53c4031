"""The text of a candidate as it is shown: whole lines of its source, bodies left out where they do not fit.

A function: its signature and some lines (the line that names it where there is little room); a class: its head and the signatures of the members that matter here; a
constant: its first lines. Lines stand as they stand in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from copilot import files
from copilot.context.index import Index
from copilot.context.symbols import Unit
from copilot.errors import UnreadableFile
from copilot.types import Snippet, Span

_HEAD_LINES: Final = 5
_CONSTANT_LINES: Final = 3
_WHOLE: Final = 4
"""The members that matter most are shown with all of their signature, the others by the line that names them."""

_DECORATOR, _SHORTEST = 20, 16
_BYTES_A_TOKEN: Final = 3.4


class Sources:
    """File texts of one question, each read once."""

    def __init__(self, index: Index, root: Path) -> None:
        self.index, self.root = index, root
        self._held: dict[int, bytes] = {}

    def text(self, unit: Unit) -> bytes:
        """The text that a unit's offsets count in; empty when it cannot be read."""
        return self.of(unit.file, unit.path, foreign=bool(unit.package))

    def of(self, file: int, path: str, *, foreign: bool = False) -> bytes:
        """The text of a file version; `foreign`: it belongs to a dependency. Empty when it cannot be read."""
        if file not in self._held:
            self._held[file] = self._read(file, self.root / path, foreign=foreign)
        return self._held[file]

    def _read(self, file: int, path: Path, *, foreign: bool) -> bytes:
        if foreign:
            stored = self.index.select("SELECT text FROM sources WHERE file=?", (file,))
            if stored:
                return bytes(stored[0][0])
        if not foreign and self.index.excluded(path):
            return b""
        try:
            return files.read(path, None).text
        except UnreadableFile:
            return b""


def as_snippet(path: Path, span: Span, text: str, why: str) -> Snippet:
    """A snippet with the estimate of its tokens."""
    return Snippet(path, span, text, why, int(len(text) / _BYTES_A_TOKEN) + 1)


Part = tuple[int, int]
"""Whole lines of a file: `(start, end)` in bytes, without the last line end."""


def parts(
    text: bytes, unit: Unit, members: Iterable[Unit], weights: Mapping[str, float], most: int, lines: int
) -> list[Part]:
    """The lines that show a definition in about `most` bytes; none when the text no longer holds it.

    `lines` of a function's body are shown; `weights` say how much each member of a type matters, by name.
    """
    if unit.name.encode() not in text[unit.start : unit.stop]:
        return []
    if unit.is_code:
        shown = _lines(text, unit.start, unit.head, 2 * _HEAD_LINES)
        if shown[1] - shown[0] >= most:
            return [_row(text, unit)]
        return [_lines(text, unit.start, min(_after(text, shown[1], lines), unit.stop), 99)] if lines else [shown]
    if not unit.is_type:
        return [_lines(text, unit.start, unit.stop, _CONSTANT_LINES)]
    head = _lines(text, unit.start, _head_end(text, unit), 2 * _HEAD_LINES)
    left = most - (head[1] - head[0])
    kept = [head]
    order = sorted(members, key=lambda m: (-weights.get(m.name, 0.0), m.start))
    for rank, member in enumerate(order):
        if left < _SHORTEST:
            break
        part = _whole(text, member) if rank < _WHOLE else _row(text, member)
        if part[1] - part[0] + 1 > left:
            part = _row(text, member)
        size = part[1] - part[0] + 1
        if part[0] < head[1] or size > left:
            continue
        left -= size
        kept.append(part)
    return kept


def _whole(text: bytes, member: Unit) -> Part:
    """The signature of a member with what decorates it."""
    count = _HEAD_LINES if member.is_code else _CONSTANT_LINES
    return _lines(text, member.start, member.head if member.is_code or member.is_type else member.stop, count)


def _row(text: bytes, member: Unit) -> Part:
    """The one line of a member's signature that names it, with a short decorator above (`@property`)."""
    name = member.name.encode()
    at = text.find(name, member.start, member.stop)
    first = text.rfind(b"\n", 0, max(at, 0)) + 1
    while at >= 0 and text[first:at].lstrip().startswith(b"@"):
        at = text.find(name, max(text.find(b"\n", at), at + 1), member.stop)
        first = text.rfind(b"\n", 0, max(at, 0)) + 1
    if at < 0:
        return _lines(text, member.start, member.start, 1)
    row = _lines(text, at, at, 1)
    above = text[text.rfind(b"\n", 0, max(first - 1, 0)) + 1 : first]
    if (
        member.language == "python"
        and member.start < first
        and above.lstrip().startswith(b"@")
        and len(above.strip()) <= _DECORATOR
    ):
        return first - len(above), row[1]
    return row


def usable(text: bytes, members: Iterable[Unit]) -> list[Unit]:
    """The members that another file may use."""
    return [member for member in members if not text.startswith(b"private ", member.start)]


def joined(text: bytes, wanted: Iterable[Part]) -> str:
    """Parts in document order, lines that two share taken once."""
    kept: list[bytes] = []
    at = -1
    for start, end in sorted(wanted):
        if end > at:
            kept += [row.rstrip() for row in text[max(start, at + 1) : end].split(b"\n")]
            at = end
    shown = b"\n".join(kept).decode("utf-8", "replace").rstrip()
    return shown + "\n" if shown else ""


def _head_end(text: bytes, unit: Unit) -> int:
    """Where the head of a class ends: the line that opens its body."""
    row = text.rfind(b"\n", unit.start, unit.head)
    if row > unit.start and not text[row : unit.head].strip():
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
