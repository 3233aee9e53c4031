"""The rows of an answer with the indentation that they have in the file: its margin, its unit, tabs or blanks.

A model may be right about the code and wrong about its margin: the first row bare (it goes on at the caret) or half
indented, everything relative to nothing, another unit, tabs. Rows inside a string stay as they are, and what is aligned
inside brackets moves with its statement. Absent on purpose: where a block ends (`infill`).
"""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Final

from copilot.tasks.rows import Scan, continues, indent, opens

_TAB: Final = 4
"""Blanks that stand for a tab, where nothing says otherwise."""

_NEAR_ROWS: Final = 400


def step(text: str, language: str | None) -> str:
    """One level of indentation, as the blocks of a text have it; empty when it has none."""
    rows = [row for row in text.split("\n")[-_NEAR_ROWS:] if row.strip()]
    steps: Counter[str] = Counter()
    for above, row in itertools.pairwise(rows):
        outer, inner = indent(above), indent(row)
        if opens(above, language) and inner.startswith(outer) and inner != outer:
            steps[inner[len(outer) :]] += 1
    found = steps.most_common(1)
    return found[0][0] if found else ""


def laid_out(rows: list[str], margin: str, unit: str, language: str | None, *, relative: bool) -> list[str]:
    """The rows, the first of which stands at `margin`; a row further left than the block keeps an indentation that is
    less. `unit` is one level in the file, empty when it is not known; `relative`: the answer has no margin of its own.
    """
    found = [_spelled(row, unit or margin[:1]) for row in rows] if unit or margin else list(rows)
    statements = _statements(found, language)
    first, base = _base(found, statements, margin, unit, language, relative=relative)
    levels = [(base, margin)]
    out = [margin + first]
    moved, opened = 0, opens(found[0], language)
    for number, row in enumerate(found[1:], 1):
        if number in statements:
            width = len(indent(row))
            while len(levels) > 1 and levels[-1][0] > width:
                levels.pop()
            at, here = levels[-1]
            if width < at:
                here = here[: max(len(here) - (at - width), 0)]
            elif width > at and opened:
                here += unit or indent(row)[at:]
                levels.append((width, here))
            elif width > at:
                here += indent(row)[at:]
                levels.append((width, here))
            moved, opened = len(here) - width, opens(row, language)
            out.append(here + row[width:])
        elif _is_inside_string(statements, number) or not row.strip():
            out.append(rows[number])
        else:
            width = max(len(indent(row)) + moved, 0)
            out.append((indent(row)[:1] or margin[:1] or " ") * width + row.lstrip(" \t"))
    return out


class _Statements(set[int]):
    """Numbers of the rows that begin a statement; `strings` are those that a string over several rows holds, `nested`
    those that brackets hold.
    """

    def __init__(self) -> None:
        super().__init__()
        self.strings: set[int] = set()
        self.nested: set[int] = set()


def _statements(rows: list[str], language: str | None) -> _Statements:
    found, scan = _Statements(), Scan(language)
    for number, row in enumerate(rows):
        if scan.long:
            found.strings.add(number)
        elif row.strip() and (scan.is_code or not number):
            found.add(number)
            if scan.depth > 0:
                found.nested.add(number)
        scan.see(row)
    return found


def _is_inside_string(statements: _Statements, number: int) -> bool:
    return number in statements.strings


def _spelled(row: str, unit: str) -> str:
    """A row whose margin is of tabs or blanks as `unit` is."""
    lead = indent(row)
    if "\t" in unit:
        if " " not in lead:
            return row
        width = sum(_TAB if char == "\t" else 1 for char in lead)
        return "\t" * (width // _TAB) + " " * (width % _TAB) + row[len(lead) :]
    return lead.replace("\t", unit if len(unit) > 1 else " " * _TAB) + row[len(lead) :] if "\t" in lead else row


def _base(
    rows: list[str], statements: _Statements, margin: str, unit: str, language: str | None, *, relative: bool
) -> tuple[str, int]:
    """The first row without its margin, and the indentation of its level in the answer (its own may be missing)."""
    own = len(indent(rows[0]))
    bare = rows[0].lstrip(" \t")
    goes_on = continues(rows[0], language)
    opened = opens(rows[0], language)
    widths = []
    for number in sorted(statements)[1:]:
        if not goes_on and (opened or number not in statements.nested):
            widths.append(len(indent(rows[number])))
        goes_on = continues(rows[number], language)
    if not widths:
        return bare, len(margin) if not own and not relative else own
    following = widths[0]
    if not relative and following < len(margin) and own in (0, len(margin)) and not opened:
        return bare, len(margin)  # the block ends behind its first statement
    if opened:
        if not relative and following > len(margin) and len(unit) in (0, following - len(margin)):
            return bare, len(margin)
        if following <= own:
            return bare, own
        back = next((width for width in widths if width < following), own)
        return bare, max(own, back)
    if following == len(margin) and (own != following or not relative):
        return bare, len(margin)
    return bare, max(own, following) if own < following else own
