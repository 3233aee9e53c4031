"""Python lines that stand at the wrong depth, moved to a depth in use: one line, a line with its block, a run of lines.

What a move costs is counted from what the text looks like after it: steps that are no unit, statements that can never
run, names bound by a header and used outside it, and how many lines were moved how far. Absent on purpose: the words of
the lines (`headers.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from copilot.engines.embedded.ground import Ground, Slip
from copilot.syntax.lexemes import Lexeme, lexemes
from copilot.syntax.lines import line_at

_ABOVE: Final = 6
_RUN: Final = 14
_SHARED: Final = frozenset(["elif", "else", "except", "finally", "case"])
_ENDING: Final = frozenset(["return", "break", "continue", "raise"])
_RESTARTS: Final = frozenset(
    ["def", "class", "elif", "while", "try", "except", "finally", "with", "return", "import", "raise", "@"]
)
"""Words that start a statement and stand nowhere else."""


@dataclass(frozen=True)
class Row:
    """A logical line: where its first physical line starts, its leading blanks and its lexemes."""

    start: int
    lead: bytes
    tokens: tuple[Lexeme, ...]

    @property
    def width(self) -> int:
        """Columns before the first lexeme."""
        return len(self.lead.expandtabs(8))

    @property
    def first(self) -> str:
        """The first word."""
        return self.tokens[0].text

    @property
    def opens(self) -> bool:
        """True for a header that ends with its colon."""
        return self.tokens[-1].text == ":"

    @cached_property
    def names(self) -> frozenset[str]:
        """All names in the line."""
        return frozenset(token.text for token in self.tokens if token.kind == "name")

    @cached_property
    def bound(self) -> frozenset[str]:
        """Names that a header binds for the lines under it, or that its condition waits for."""
        words = [token.text for token in self.tokens]
        if self.first in {"for", "async"} and "in" in words:
            return frozenset(words[1 : words.index("in")]) & self.names
        if self.first in {"with", "except"} and "as" in words:
            return frozenset(words[words.index("as") :]) & self.names
        return frozenset()

    @cached_property
    def assigned(self) -> frozenset[str]:
        """Names that the line gives a value (not what it changes in them)."""
        found: list[str] = []
        depth = 0
        for token in self.tokens:
            depth += (token.text in "([{") - (token.text in ")]}") if token.kind == "operator" else 0
            if depth == 0 and token.text.endswith("=") and token.text not in {"==", "<=", ">=", "!="}:
                return frozenset(found)
            if depth == 0 and token.kind == "name":
                found.append(token.text)
        return frozenset()


def rows_of(text: bytes, tokens: Sequence[Lexeme]) -> list[Row]:
    """The logical lines of a text. A bracket that is never closed ends before a line that starts a statement."""
    found: list[Row] = []
    row: list[Lexeme] = []
    depth = 0
    for token in [*tokens, None]:
        if token is None or token.kind == "newline":
            if row and (depth <= 0 or token is None):
                found.append(_row(text, row))
                row, depth = [], 0
            continue
        if row and depth > 0 and token.text in _RESTARTS:
            start = line_at(text, token.start)[0]
            if not text[start : token.start].strip():
                found.append(_row(text, row))
                row, depth = [], 0
        row.append(token)
        if token.kind == "operator":
            depth += (token.text in "([{") - (token.text in ")]}")
    return found


def _row(text: bytes, tokens: Sequence[Lexeme]) -> Row:
    start = line_at(text, tokens[0].start)[0]
    return Row(start, text[start : tokens[0].start], tuple(tokens))


def row_ends(text: bytes) -> list[int]:
    """Where the logical lines end, comments behind them included."""
    return [line_at(text, row.tokens[-1].end - 1)[1] for row in rows_of(text, lexemes(text, "python"))]


def unit(text: bytes) -> bytes:
    """One level of indentation as the text uses it: the commonest step after a header, else four blanks."""
    steps: dict[bytes, int] = {}
    for match in re.finditer(rb"^([ \t]*)[^\s#][^\r\n]*:[ \t]*(?:#[^\r\n]*)?\r?\n([ \t]+)[^\s#]", text, re.MULTILINE):
        lead, under = match.groups()
        if under.startswith(lead) and len(under) > len(lead):
            steps[under[len(lead) :]] = steps.get(under[len(lead) :], 0) + 1
    if not steps:
        return b"    "
    most = max(steps.values())
    return min((step for step, count in steps.items() if count == most), key=lambda step: abs(len(step) - 4))


def indentation(at: Ground) -> Iterator[Slip]:
    """Lines moved to another depth, around the complaint."""
    if at.language != "python":
        return
    rows = rows_of(at.text, at.tokens)
    if not rows:
        return
    step = unit(at.text)
    yield from _tabs(at, rows, step)
    places = {max((n for n, row in enumerate(rows) if row.start <= own), default=0) for own in at.complaints[:3]}
    pivots: dict[int, int] = {}
    for here in places:
        for pivot in range(max(0, here - _ABOVE), min(len(rows), here + 2)):
            pivots[pivot] = min(abs(pivot - here), pivots.get(pivot, _ABOVE))
    for pivot, far in pivots.items():
        for level in _levels(rows, pivot, step):
            for last in _ends(rows, pivot):
                yield _moved(at, rows, pivot, last, level, step, far)
    for here in places:
        yield from _bodies(at, rows, here, step)


def _bodies(at: Ground, rows: Sequence[Row], here: int, step: bytes) -> Iterator[Slip]:
    """`pass` under a header with nothing under it."""
    if here and rows[here - 1].opens and rows[here].width <= rows[here - 1].width:
        body = rows[here - 1].lead + step + b"pass\n"
        yield Slip(rows[here].start, rows[here].start, body, "indent", 7.0)
    elif rows[-1].opens and here == len(rows) - 1:
        end = len(at.text.rstrip())
        yield Slip(end, end, b"\n" + rows[-1].lead + step + b"pass", "indent", 5.0)


def _levels(rows: Sequence[Row], pivot: int, step: bytes) -> list[bytes]:
    """The depths at which the pivot might stand: those open above it, one more under a header."""
    found: dict[bytes, None] = {}
    above = rows[max(0, pivot - 40) : pivot]
    smallest = 1 << 20
    for row in reversed(above):
        if row.width < smallest or row is above[-1]:
            smallest = row.width
            found.setdefault(row.lead)
            if row.opens:
                found.setdefault(row.lead + step)
    if not above:
        found.setdefault(b"")
    for row in rows[pivot + 1 : pivot + 3]:
        found.setdefault(row.lead)
    return [level for level in found if level != rows[pivot].lead]


def _ends(rows: Sequence[Row], pivot: int) -> Iterator[int]:
    """The last rows of the runs that may move together with the pivot."""
    for at in range(pivot, min(len(rows), pivot + _RUN)):
        if rows[at].width < rows[pivot].width:
            return
        yield at
    width = rows[pivot].width
    last = pivot + _RUN
    if last < len(rows):
        while last < len(rows) and rows[last].width >= width:
            last += 1
        yield last - 1


def _moved(at: Ground, rows: Sequence[Row], pivot: int, last: int, level: bytes, step: bytes, far: int) -> Slip:
    own = rows[pivot].lead
    first, stop = max(0, pivot - 6), min(len(rows), last + 8)
    before = rows[first:stop]
    after = [
        replace(row, lead=level + row.lead[len(own) :]) if pivot <= n <= last else row
        for n, row in enumerate(before, first)
    ]
    steps = abs(len(level.expandtabs(8)) - rows[pivot].width) / max(1, len(step.expandtabs(8)))
    cost = 1.0 + 0.25 * far + 0.25 * (last - pivot) + 0.5 * max(0.0, steps - 1)
    cost += _oddness(after, step) - _oddness(before, step)
    if rows[pivot].width % max(1, len(step.expandtabs(8))) or ((b"\t" in own) != (b"\t" in step) and own):
        cost -= 1.0
    start, end = rows[pivot].start, at.line(rows[last].tokens[-1].end - 1)[1]
    lines = at.text[start:end].splitlines(keepends=True)
    moved = b"".join(level + line[len(own) :] if line.startswith(own) and line.strip() else line for line in lines)
    return Slip(start, end, moved, "indent", cost)


def _oddness(rows: Sequence[Row], step: bytes) -> float:
    """What in the layout of these lines is unlike what people write."""
    size = max(1, len(step.expandtabs(8)))
    total = 0.0
    for n, row in enumerate(rows):
        before = rows[n - 1] if n else None
        if row.width % size:
            total += 1.0
        if before is None:
            continue
        if before.opens:
            total += 0.0 if row.width == before.width + size else 2.5
        if before.first in _ENDING and row.width == before.width and row.first not in _SHARED:
            total += 3.0  # never runs
        if (
            row.first in {"def", "class", "@"}
            and before.first not in {"@", "class"}
            and row.width > before.width - size
        ):
            total += 0.5
        if row.first == "return" and n + 1 < len(rows) and rows[n + 1].width == row.width:
            total += 1.0
        if row.opens:
            total += _outside(rows, n)
    return total


def _outside(rows: Sequence[Row], head: int) -> float:
    """What stands behind a header's block and wants to be in it, or in it and has nothing to do with it."""
    row = rows[head]
    end = head + 1
    while end < len(rows) and rows[end].width > row.width:
        end += 1
    if end == head + 1:
        return 0.0
    total = 0.0
    following = [each for each in rows[end : end + 4] if each.width == row.width]
    if row.bound:
        for each in following[:3]:
            if each.first == "for" and each.bound & row.bound:
                break
            if each.names & row.bound and not (each.assigned & row.bound):
                total += 2.0
                break
    if row.first == "while":
        inside = {name for each in rows[head + 1 : end] for name in each.assigned}
        missing = row.names - inside
        total += 1.0 * any(each.assigned & missing and each.first not in {"while", "for"} for each in following[:3])
        ends = any(each.first in _ENDING for each in rows[head + 1 : end])
        total += 1.5 * (
            not inside & row.names
            and not ends
            and bool(row.names & set().union(*(e.assigned for e in following), frozenset()))
        )
    if row.first == "def":
        total += 0.8 * sum(each.first not in {"def", "class", "@", "async", "return"} for each in following[:3])
        total += 2.0 * any(each.first == "return" for each in following[:2] if row.width == 0 or end < len(rows))
        params = row.names
        total += 0.3 * any(each.names & params and each.first != "def" for each in following[:3])
    if row.first in {"for", "while"}:
        inner = [each for each in rows[head + 1 : end] if each.width == rows[head + 1].width]
        total += 0.5 * (inner[-1].first == "return" and len(inner) > 1)
    return total


def _tabs(at: Ground, rows: Sequence[Row], step: bytes) -> Iterator[Slip]:
    """All tabs in the indentation of a text that uses blanks, as blanks (or the other way round)."""
    tabbed = [row for row in rows if b"\t" in row.lead]
    if not tabbed or len(tabbed) == len([row for row in rows if row.lead]):
        return
    start, end = tabbed[0].start, at.line(tabbed[-1].start)[1]
    for size in (step if b"\t" not in step else b"    ", b" " * 8):

        def spaced(match: re.Match[bytes], size: bytes = size) -> bytes:
            return match.group().replace(b"\t", size)

        yield Slip(
            start,
            end,
            re.sub(rb"^[ \t]*\t[ \t]*", spaced, at.text[start:end], flags=re.MULTILINE),
            "indent",
            -2.0 + 2 * (size != step),
        )
