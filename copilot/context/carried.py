"""What a save leaves as it was: the parts of a file between its top-level statements, told by a hash of their text.

A saved file is mostly the file before. Its tree is read whole, but only the parts between the first and the last that
differ are searched for definitions and cut into words; the other rows and words are taken over from the version before,
moved. The result is what reading everything gives, row for row. Files with syntax errors, other line ends than LF, or a
package declaration are read whole. Absent on purpose: writing (`rows`, `building`).
"""

from __future__ import annotations

import hashlib
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from copilot.context import tokens
from copilot.syntax.outline import statements
from copilot.types import Document

LEAST: Final = 8_000
"""Bytes of a file that is worth it."""

_FEWEST: Final = 3
_NAMES: Final = frozenset({tokens.NEW_NAME, *tokens.REFERENCES})

Part = tuple[int, int, int]
"""The byte and the line (from 0) where a part begins, and the hash of its text."""


@dataclass(frozen=True, slots=True)
class Carried:
    """How a text relates to that of version `file`: both agree before byte `low`; what follows byte `high` of the text
    followed byte `was` of the other. `first` counts the parts before `low`; `parts` are the text's, `before` the
    other's, each with its end as the last.
    """

    file: int
    low: int
    high: int
    was: int
    first: int
    last: int
    parts: Sequence[Part]
    before: Sequence[Part]


def parts(doc: Document) -> list[Part]:
    """The parts of a document, its end as one more; empty when it is to be read whole."""
    text = doc.text
    if len(text) < LEAST or b"\r" in text or b"\f" in text:
        return []
    starts = [at for at in statements(doc) if at == 0 or text[at - 1 : at] == b"\n"]
    if len(starts) < _FEWEST:
        return []
    starts[0] = 0
    found: list[Part] = []
    line = 0
    for at, end in zip(starts, [*starts[1:], len(text)], strict=True):
        piece = text[at:end]
        found.append((at, line, int.from_bytes(hashlib.blake2b(piece, digest_size=8).digest(), "big", signed=True)))
        line += piece.count(b"\n")
    return [*found, (len(text), line, 0)]


def keep(database: sqlite3.Connection, version: int, found: Sequence[Part]) -> None:
    """Remember the parts of a version."""
    if found:
        packed = array("q", [number for part in found for number in part])
        database.execute("INSERT INTO parts VALUES(?,?)", (version, packed.tobytes()))


def compared(database: sqlite3.Connection, file: int, found: Sequence[Part]) -> Carried | None:
    """What a text of the parts `found` has in common with version `file`; None when too little, or nobody knows."""
    row = database.execute("SELECT marks FROM parts WHERE file=?", (file,)).fetchone() if found else None
    if row is None:
        return None
    flat = array("q")
    flat.frombytes(row[0])
    before = list(zip(flat[::3], flat[1::3], flat[2::3], strict=True))
    most = min(len(found), len(before)) - 1
    first = 0
    while first < most and found[first][2] == before[first][2]:
        first += 1
    last = 0
    while last < most - first and found[-2 - last][2] == before[-2 - last][2]:
        last += 1
    if not first + last:
        return None
    return Carried(file, found[first][0], found[-1 - last][0], before[-1 - last][0], first, last, found, before)


Stream = tuple["array[int]", "array[int]", bytes, "array[int]"]
"""Words, shapes, spaces and lines."""


def stream(database: sqlite3.Connection, ids: dict[str, int], doc: Document, same: Carried) -> Stream | None:
    """The words of a document, most of them those of the version before; None when all are to be cut anew."""
    row = database.execute("SELECT words, shapes, spaces, lines FROM streams WHERE file=?", (same.file,)).fetchone()
    if row is None:
        return None
    words, shapes, lines = (_numbers(row[n]) for n in (0, 1, 3))
    spaces: bytes = row[2]
    newline = ids[tokens.NEWLINE]
    names = {ids[name] for name in _NAMES if name in ids}

    def begins(line: int) -> int | None:
        """Where the words of a line begin, if a line of words begins there."""
        at = max(bisect_left(lines, line), 1)
        ends = at == 1 or words[at - 1] == newline
        return at if ends and at < len(words) and lines[at] == line else None

    def recent(at: int) -> list[int]:
        """The names before a word, latest first."""
        held: dict[int, None] = {}
        while at > 0 and len(held) < tokens.RECENT:
            at -= 1
            if shapes[at] in names:
                held[words[at]] = None
        return list(held)

    def spelled(numbers: Sequence[int]) -> list[str]:
        return [database.execute("SELECT word FROM words WHERE id=?", (n,)).fetchone()[0] for n in numbers]

    def margin(at: int) -> int | None:
        """The indent of the line before a line that stands at the margin."""
        word = spelled([words[at]])[0]
        return -tokens.indent_width(word) if word.startswith("<I") and word.endswith(">") else None

    at = begins(same.parts[same.first][1]) if same.first else 1
    indent = 0 if at == 1 else margin(at) if at is not None else None
    if at is None or indent is None:
        return None
    out = tokens.Tokens([], [], bytearray(), [])
    held = spelled(recent(at))
    line, low = same.parts[same.first][1], same.low
    for left in range(same.last, -1, -1):
        high = same.parts[-1 - left][0]
        text = doc.text[low:high].decode()
        line, indent = tokens.go_on(text, doc.language, out, line, indent, held, resumed=False)
        low = high
        if not left:
            return _joined(ids, (words[:at], shapes[:at], spaces[:at], lines[:at]), out, None, 0)
        then = begins(same.before[-1 - left][1])
        if out.ends != "code" or then is None or line != same.parts[-1 - left][1]:
            return None
        if margin(then) == indent and [ids[name] for name in held] == recent(then):
            rest = words[then:], shapes[then:], spaces[then:], lines[then:]
            head = words[:at], shapes[:at], spaces[:at], lines[:at]
            return _joined(ids, head, out, rest, line - same.before[-1 - left][1])
    return None


def _joined(ids: dict[str, int], head: Stream, out: tokens.Tokens, rest: Stream | None, shift: int) -> Stream:
    words = head[0] + array("i", map(ids.__getitem__, out.words))
    shapes = head[1] + array("i", map(ids.__getitem__, out.shapes))
    spaces, lines = head[2] + bytes(out.spaces), head[3] + array("i", out.lines)
    if rest is None:
        return words, shapes, spaces, lines
    moved = array("i", [line + shift for line in rest[3]]) if shift else rest[3]
    return words + rest[0], shapes + rest[1], spaces + rest[2], lines + moved


def _numbers(data: bytes) -> array[int]:
    found = array("i")
    found.frombytes(data)
    return found
