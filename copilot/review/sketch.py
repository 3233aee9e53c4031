"""A cheap tree for the first look at a change: the bodies of routines that it does not touch are left out of the parse.

A tree and what is asked of it cost as much as its text, and a change touches little of a file. The bytes of such bodies become
blanks for the parser alone: every place keeps its offset, and the document keeps its text. Bodies are found by indentation,
Python's behind `def …:`, Java's between a line that ends in `) {` and the brace below it; what is written otherwise stays in,
and so do constructors, which say what an object holds. What is found so is confirmed on the whole tree before it is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from copilot.review.diff import FileDiff, changed
from copilot.syntax import parsing
from copilot.syntax.parsing import Recent
from copilot.syntax.reach import roughly
from copilot.types import Document, document

_DEF: Final = re.compile(rb"([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)")
_METHOD: Final = re.compile(
    rb"([ \t]+)(?!(?:if|else|for|while|switch|try|catch|do|return|throw|new|synchronized|class|case)\b|\}|//|\*)[\w@<][^;={}]*\)[^;={}()]*\{\s*\Z"
)
_BUILDS: Final = re.compile(rb"(?:public|protected|private|)\s*([A-Z]\w*)\s*\(")
_STRINGS: Final = re.compile(rb"#|\"\"\"|'''|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_BEGINS: Final = re.compile(rb"\s*(?:@|(?:def|class|async|import|try|with|while)\b)")
"""What no line begins with that only goes on with the one before."""
_TOP: Final = re.compile(rb"[^\s#/*)\]}]")
_SPARED: Final = 0.4
"""Share of the lines that must be spared for a second document to be worth it."""
_HEAD: Final = 30


class _Routine(NamedTuple):
    """Rows (from 0) of a routine: where it begins, decorators and annotations included, and its body, whose first row is not
    blank; `last`: its last row. `builds`: it says what an object holds.
    """

    first: int
    start: int
    end: int
    last: int
    builds: bool


class Touched:
    """What the changed lines (from 1) of one side of a file have to do with.

    `wide`: the blocks at the margin that they lie in, and the imports (of languages but Python the whole text); `narrow`: that
    without the bodies that no change reaches; `light`: the same document under a tree without these, or itself where little is
    spared.
    """

    def __init__(self, doc: Document, diff: FileDiff, side: int, also: frozenset[int] = frozenset()) -> None:
        self.doc, self._diff, self._side = doc, diff, side
        self.lines = frozenset(row.at[side] for row in changed(diff)) | also
        telling = [row for row in changed(diff) if row.text.strip()]  # blank lines reach nothing
        own, other = ("deleted", "added") if side == 0 else ("added", "deleted")
        self._own = {row.at[side] - 1 for row in telling if row.kind == own} | {line - 1 for line in also}
        self._gaps = {row.at[side] - 1 for row in telling if row.kind == other}

    def also(self, lines: frozenset[int]) -> Touched:
        """The same with further lines that count as changed."""
        return self if lines <= self.lines else type(self)(self.doc, self._diff, self._side, lines)

    @cached_property
    def _rows(self) -> list[bytes]:
        return self.doc.text.split(b"\n")

    @cached_property
    def _spared(self) -> list[tuple[int, int]]:
        routines = {"python": _python, "java": _java}.get(self.doc.language or "")
        return list(_spared(self._rows, list(routines(self._rows)), self._own, self._gaps)) if routines else []

    @cached_property
    def wide(self) -> bytes:  # noqa: D102 - told above
        return roughly(self.doc.language, self.doc.text, self.lines)

    @cached_property
    def narrow(self) -> bytes:  # noqa: D102
        if not self._spared:
            return self.wide
        rows = self._rows[:]
        for first, last in self._spared:
            rows[first:last] = [b""] * (last - first)
        return roughly(self.doc.language, b"\n".join(rows), self.lines)

    @cached_property
    def light(self) -> Document:  # noqa: D102
        if parsing.parsed(self.doc) is not None:  # nothing is to be saved
            return self.doc
        if sum(last - first for first, last in self._spared) < _SPARED * len(self._rows):
            return self.doc
        rows = self._rows[:]
        for first, last in self._spared:
            rows[first:last] = [
                b" " * (len(row) - 1) + b"\r" if row.endswith(b"\r") else b" " * len(row) for row in rows[first:last]
            ]
            if self.doc.language == "python":
                indent = len(self._rows[first]) - len(self._rows[first].lstrip())
                rows[first] = b" " * indent + b"0" + rows[first][indent + 1 :]
        tree = parsing.parse(b"\n".join(rows), self.doc.language or "")
        if tree is None:
            return self.doc
        light = document(self.doc.path, self.doc.language, self.doc.text)
        parsing.adopt(light, tree)
        return light


_last: Final[Recent[tuple[FileDiff, Touched]]] = Recent()


def touched(doc: Document, diff: FileDiff, side: int) -> Touched:
    """What a change of a file touches in its text before (`side` 0) or after (1); kept for the last few documents."""
    known = _last.get(doc)
    if known is None or known[0] is not diff:
        known = diff, Touched(doc, diff, side)
        _last.put(doc, known)
    return known[1]


def _spared(
    rows: list[bytes], routines: list[_Routine], changed: set[int], gaps: set[int]
) -> Iterator[tuple[int, int]]:
    """The bodies that no change reaches: one in a routine reaches that, any other all of what it stands in at the margin."""
    reached = bytearray(len(rows) + 1)
    inside: set[int] = set()
    between: set[int] = set()
    for one in routines:
        inside.update(range(one.first, one.last + 1))
        between.update(range(one.first + 1, one.last + 1))
    for n in (changed - inside) | (gaps - between):
        first, last = _at_margin(rows, n)
        reached[first:last] = b"\1" * (last - first)
    touched = changed | gaps
    for one in routines:
        own = touched.isdisjoint(range(one.first - 1, one.last + 3))
        if own and not one.builds and not any(reached[one.start : one.end]):
            yield one.start, one.end


def _at_margin(rows: list[bytes], n: int) -> tuple[int, int]:
    """The rows of what stands at the margin around a row, with its decorators or annotations on both sides of the row."""
    first = min(n, len(rows) - 1)
    while first > 0 and not _TOP.match(rows[first]):
        first -= 1
    last = first + 1
    while last < len(rows) and (rows[last - 1].startswith(b"@") or not _TOP.match(rows[last])):
        last += 1
    return first, last


def _python(rows: list[bytes]) -> Iterator[_Routine]:
    n = 0
    while n < len(rows):
        head = _DEF.match(rows[n])
        start = _behind_head(rows, n) if head is not None else None
        if head is None or start is None:
            n += 1
            continue
        end = _dedent(rows, start, len(head[1]))
        while start < end and not rows[start].strip():
            start += 1
        if start < end and not _goes_on(rows, start, end):
            yield _Routine(_above(rows, n, head[1]), start, end, end - 1, head[2] in {b"__init__", b"__post_init__"})
        n = max(end, n + 1)


def _above(rows: list[bytes], n: int, indent: bytes) -> int:
    """The first decorator or annotation over a head; the head's own row where there is none."""
    first = n
    for at in range(n - 1, max(-1, n - _HEAD), -1):
        row = rows[at].strip()
        if not row or row.endswith((b";", b"{", b"}")):
            break
        if row.startswith(b"@") and rows[at].startswith(indent + b"@"):
            first = at
    return first


def _goes_on(rows: list[bytes], start: int, end: int) -> bool:
    """Whether what looks like the end of a body may stand inside a statement that goes on at the margin."""
    if end == len(rows) or _BEGINS.match(rows[end]):
        return False
    body = b"\n".join(rows[start:end])
    pairs = ((b"(", b")"), (b"[", b"]"), (b"{", b"}"))
    return body.endswith(b"\\") or any(body.count(left) != body.count(right) for left, right in pairs)


def _behind_head(rows: list[bytes], n: int) -> int | None:
    """The row behind a head that ends in a colon; None where it does not, or its body stands beside it."""
    depth = 0
    for at in range(n, min(n + _HEAD, len(rows))):
        row = rows[at].split(b"#", 1)[0].rstrip()
        depth += row.count(b"(") + row.count(b"[") - row.count(b")") - row.count(b"]")
        if depth <= 0:
            return at + 1 if row.endswith(b":") else None
    return None


def _dedent(rows: list[bytes], start: int, indent: int) -> int:
    """The row behind the last one that is indented deeper. A comment ends nothing, wherever it begins, and rows inside long
    strings belong to where the string begins.
    """
    inside = b""
    end = start
    for at in range(start, len(rows)):
        row = rows[at]
        bare = row.lstrip()
        if bare and not inside:
            if bare.startswith(b"#"):
                continue
            if len(row) - len(bare) <= indent:
                break
        if bare:
            end = at + 1
        if b'"""' in row or b"'''" in row:
            inside = _long(row, inside)
    return end


def _long(row: bytes, inside: bytes) -> bytes:
    """The quotes of the long string that is open behind a row; empty for none."""
    at = 0
    while True:
        if inside:
            close = row.find(inside, at)
            if close < 0:
                return inside
            at, inside = close + 3, b""
        found = _STRINGS.search(row, at)
        if found is None or found[0] == b"#":
            return b""
        at = found.end()
        if found[0] in {b'"""', b"'''"}:
            inside = found[0]


def _java(rows: list[bytes]) -> Iterator[_Routine]:
    n = 0
    while n < len(rows):
        head = _METHOD.match(rows[n])
        end = _brace(rows, n + 1, head[1]) if head is not None else None
        if head is None or end is None or sum(row.count(b'"""') for row in rows[n:end]) % 2:
            n += 1
            continue
        if end > n + 1:
            yield _Routine(_above(rows, n, head[1]), n + 1, end, end, bool(_BUILDS.match(rows[n].strip())))
        n = end


def _brace(rows: list[bytes], start: int, indent: bytes) -> int | None:
    """The row of the brace that closes a body; None where a row before it stands no deeper."""
    for at in range(start, len(rows)):
        row = rows[at].rstrip()
        if not row.strip():
            continue
        if row == indent + b"}":
            return at
        if not row.startswith(indent) or row[len(indent) : len(indent) + 1] not in (b" ", b"\t"):
            return None
    return None
