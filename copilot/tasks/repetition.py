"""Where an answer begins to say the same again: rows, blocks of rows, and the end of a row.

A model that has lost the thread repeats itself until it is stopped. One copy is what it meant. Absent on purpose:
repeating what stands in the file (`infill`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_TIMES: Final = 3
"""As often a single row must stand in a row; a block of several rows twice. Two equal calls are code."""

_LETTERS: Final = 2
_MOST: Final = 40
_PERIOD: Final = 6
"""Rows that are looked at, and of a block that is looked for."""

_TAIL: Final = re.compile(r"(.{2,40}?)\1{5,}(.{0,40})\Z", re.DOTALL)
_RUN: Final = re.compile(r"(\w)\1{31,}")
_LOOKED_AT: Final = 600
_STRETCH: Final = 40
"""Characters that repeat before the end of a row is no table."""


def first_copy(rows: Sequence[str]) -> int:
    """How many of the rows stand before the second copy of what repeats; all of them where nothing does."""
    bare = [row.strip() for row in rows[:_MOST]]
    for start in range(len(bare)):
        for period in range(1, _PERIOD + 1):
            block = bare[start : start + period]
            if sum(char.isalnum() for row in block for char in row) < _LETTERS:
                continue
            times = 1
            while bare[start + times * period : start + (times + 1) * period] == block:
                times += 1
            if times >= (_TIMES if period == 1 else 2):
                return start + period
    return len(rows)


def shortened(row: str) -> str:
    """A row without the copies at its end; empty where it is one letter again and again."""
    if _RUN.search(row):
        return ""
    tail = row[-_LOOKED_AT:]
    found = _TAIL.search(tail)
    if found is None or len(found[0]) < _STRETCH or not any(char.isalnum() for char in found[1]):
        return row
    unit, rest = found[1], found[2]
    if not unit.startswith(rest):
        return row
    ahead = row[: len(row) - len(tail) + found.start()]
    while ahead.endswith(unit):
        ahead = ahead[: -len(unit)]
    return ahead + unit
