"""Braces that are missing or too many in a Java text, by what its indentation says the blocks are.

A parser notices a missing brace at the end of the file; the layout shows it where it belongs.
Absent on purpose: braces within a line (`slips.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from copilot.engines.embedded.ground import Ground, Slip
from copilot.syntax.lines import line_at

_MOST: Final = 3
"""Contradictions between braces and layout that are looked at: the first ones cause the others."""

_LATER: Final = 2.5
"""What each earlier contradiction takes from a later one."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that holds lexemes: its offsets, indentation in bytes, first and last lexeme, and its brace lexemes."""

    start: int
    end: int
    indent: int
    first: str
    last: str
    braces: tuple[tuple[str, int], ...]


def braces(at: Ground) -> Iterator[Slip]:
    """A `}` on its own line, a `}` too many, a `{` at a line's end: where layout and braces begin to disagree."""
    if at.language != "java":
        return
    found = 0
    stack: list[int] = []
    before: _Line | None = None
    for line in _lines(at):
        if before is not None:
            for slip in _between(at, before, line, stack):
                yield replace(slip, cost=slip.cost + _LATER * found)
                found += 1
        if found >= _MOST:
            return
        for brace, _ in line.braces:
            if brace == "{":
                stack.append(line.indent)
            elif stack:
                stack.pop()
        before = line
    if before is not None and stack:
        yield _closing(at, before.end, stack[-1], 1.5 + _LATER * found)


def _closing(at: Ground, end: int, width: int, cost: float) -> Slip:
    """A closing brace on a line of its own after `end`, `width` columns in."""
    newline = b"\r\n" if b"\r\n" in at.text[:4096] else b"\n"
    lead = b"\t" if b"\n\t" in at.text else b" "
    return Slip(end, end, newline + lead * width + b"}", "insert", cost)


def _between(at: Ground, before: _Line, line: _Line, stack: list[int]) -> Iterator[Slip]:
    """What the step from one line to the next says about the braces around it."""
    sibling = line.first != "}" and stack and line.indent <= stack[-1] and before.last in {"}", ";"}
    if sibling or (line.first == "}" and stack and line.indent < stack[-1]):
        yield _closing(at, before.end, stack[-1], 0.8)
    elif line.indent > before.indent and before.last in {")", "else", "try", "do"} and not line.first.startswith("."):
        yield Slip(before.end, before.end, b" {", "insert", 1.2)
    elif not stack and before.last == "}" and line.indent > 0 and before.braces:
        start, end = line_at(at.text, before.braces[-1][1])
        whole = at.text[start:end].strip() == b"}"
        place = before.braces[-1][1]
        yield (
            Slip(start, min(len(at.text), end + 1), b"", "delete", 1.0)
            if whole
            else Slip(place, place + 1, b"", "delete", 1.5)
        )


def _lines(at: Ground) -> Iterator[_Line]:
    row: list[tuple[str, int]] = []
    start = end = -1
    for token in [*at.tokens, None]:
        if token is not None and token.kind != "newline":
            if not row:
                start = line_at(at.text, token.start)[0]
            row.append((token.text, token.start))
            end = token.end
            continue
        if row:
            marks = tuple((text, place) for text, place in row if text in {"{", "}"})
            yield _Line(start, end, row[0][1] - start, row[0][0], row[-1][0], marks)
            row = []
