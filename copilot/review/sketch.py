"""A cheap tree for the first look at a change: the bodies of routines that it does not touch are left out of the parse.

A tree and what is asked of it cost as much as its text, and a change touches little of a file. The bytes of such bodies become
blanks for the parser alone: every place keeps its offset, and the document keeps its text. Bodies are found by indentation,
Python's behind `def …:`, Java's between a line that ends in `) {` and the brace below it; what is written otherwise stays in,
and so do constructors, which say what an object holds. What is found so is confirmed on the whole tree before it is told.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from copilot.review.diff import FileDiff, changed
from copilot.syntax import parsing, reach
from copilot.syntax.lines import feeds
from copilot.syntax.parsing import Recent
from copilot.types import Document, Span, document

_DEF: Final = re.compile(rb"([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)")
_METHOD: Final = re.compile(
    rb"([ \t]+)(?!(?:if|else|for|while|switch|try|catch|do|return|throw|new|synchronized|class|case)\b|\}|//|\*)[\w@<][^;={}]*\)[^;={}()]*\{\s*\Z"
)
_BUILDS: Final = re.compile(rb"(?:public|protected|private|)\s*([A-Z]\w*)\s*\(")
_STRINGS: Final = re.compile(rb"#|\"\"\"|'''|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_BEGINS: Final = re.compile(rb"\s*(?:@|(?:def|class|async|import|try|with|while)\b)")
"""What no line begins with that only goes on with the one before."""
_NO_TOP: Final = b" \t\r\f\v#/*)]}"
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
    def _tops(self) -> list[int]:
        """The rows at which something at the margin begins."""
        if self.doc.language == "python":
            return reach.tops(self._rows)
        return [n for n, row in enumerate(self._rows) if row[:1] not in _NO_TOP]

    @cached_property
    def _imports(self) -> list[int]:
        return reach.imports(self._rows)

    @cached_property
    def _spared(self) -> list[tuple[int, int]]:
        routines = {"python": _python, "java": _java}.get(self.doc.language or "")
        found = list(routines(self._rows)) if routines is not None else []
        return list(_spared(self._rows, self._tops, found, self._own, self._gaps)) if found else []

    @cached_property
    def wide(self) -> bytes:  # noqa: D102 - told above
        return self._near(())

    @cached_property
    def narrow(self) -> bytes:  # noqa: D102
        return self._near(self._spared) if self._spared else self.wide

    def around(self, spans: Sequence[Span]) -> bytes:
        """What `narrow` is of beside some spans of the text."""
        starts = feeds(self.doc.text)
        parts = [(bisect_right(starts, span.start) - 1, bisect_left(starts, span.end)) for span in spans]
        return self._near([*self._spared, *parts])

    def _near(self, without: Sequence[tuple[int, int]]) -> bytes:
        """The blocks at the margin that the changed lines lie in, with the imports, but for some rows."""
        if self.doc.language != "python" and not without:
            return self.doc.text
        rows = self._rows[:]
        for first, last in without:
            rows[first:last] = [b""] * (last - first)
        if self.doc.language != "python":
            return b"\n".join(rows)
        return reach.blocks(rows, self._tops, self._imports, self.lines)

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
    rows: list[bytes], tops: list[int], routines: list[_Routine], changed: set[int], gaps: set[int]
) -> Iterator[tuple[int, int]]:
    """The bodies that no change reaches: one in a routine reaches that, any other all of what it stands in at the margin."""
    reached = bytearray(len(rows) + 1)
    inside = bytearray(len(rows) + 1)
    between = bytearray(len(rows) + 1)
    for one in routines:
        inside[one.first : one.last + 1] = b"\1" * (one.last + 1 - one.first)
        between[one.first + 1 : one.last + 1] = b"\1" * (one.last - one.first)
    for n in {n for n in changed if not inside[min(n, len(rows))]} | {
        n for n in gaps if not between[min(n, len(rows))]
    }:
        first, last = _at_margin(rows, tops, n)
        reached[first:last] = b"\1" * (last - first)
    touched = sorted(changed | gaps)
    for one in routines:
        near = bisect_left(touched, one.first - 1)
        own = near == len(touched) or touched[near] >= one.last + 3
        if own and not one.builds and reached.find(1, one.start, one.end) < 0:
            yield one.start, one.end


def _at_margin(rows: list[bytes], tops: list[int], n: int) -> tuple[int, int]:
    """The rows of what stands at the margin around a row, with its decorators or annotations on both sides of the row."""
    at = bisect_right(tops, min(n, len(rows) - 1))
    first = tops[at - 1] if at else 0
    while at < len(tops) and rows[tops[at] - 1].startswith(b"@"):
        at += 1
    return first, tops[at] if at < len(tops) else len(rows)


def _python(rows: list[bytes]) -> Iterator[_Routine]:
    depths = [-1 if (bare := row.lstrip())[:1] in b"#" else len(row) - len(bare) for row in rows]
    n = 0
    for at in [at for at, row in enumerate(rows) if b"def" in row]:
        head = _DEF.match(rows[at]) if at >= n else None
        start = _behind_head(rows, at) if head is not None else None
        if head is None or start is None:
            continue
        end = _dedent(rows, depths, start, len(head[1]))
        while start < end and not rows[start].strip():
            start += 1
        if start < end and not _goes_on(rows, start, end):
            yield _Routine(_above(rows, at, head[1]), start, end, end - 1, head[2] in {b"__init__", b"__post_init__"})
        n = max(end, at + 1)


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


def _dedent(rows: list[bytes], depths: list[int], start: int, indent: int) -> int:
    """The row behind the last one that is indented deeper (`depths`: -1 for what is blank or a comment). A comment ends nothing, wherever it begins, and rows inside long
    strings belong to where the string begins.
    """
    end = at = start
    while at < len(rows):
        depth = depths[at]
        at += 1
        if depth < 0:
            continue
        if depth <= indent:
            break
        end = at
        row = rows[at - 1]
        if b'"""' in row or b"'''" in row:
            inside = _long(row, b"")
            while inside and at < len(rows):
                inside = _long(rows[at], inside)
                at += 1
                end = at if rows[at - 1].strip() else end
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
