"""Syntax repair without a model: find where the parser complains, undo likely slips there, keep what parses.

The candidates and their costs come from `slips.py`; here they are tried, cheapest first, on the smallest stretch of
the text that shows the fault, so that a large file costs what a function costs. Nothing is executed.
Absent on purpose: whole-document proof (`copilot/tasks/fix.py`), words for a person (`fix.py`).
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from copilot.engines.embedded import slips
from copilot.engines.embedded.slips import Slip
from copilot.syntax import tree as trees
from copilot.types import Span
from copilot.verify.syntax import python_error

WANTED: Final = 6
_TRIED: Final = 500
_GIVE_UP: Final = 9.0
"""A candidate that costs this much more than the best accepted one is not worth a parse."""


@dataclass(frozen=True, slots=True)
class Repair:
    """Slips undone together (one, or two), positions in the whole text. `share` is its weight among all accepted."""

    slips: tuple[Slip, ...]
    cost: float
    share: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a parser says: complaints (byte offsets, none when it accepts) and how far it got before the first."""

    complaints: tuple[int, ...]
    reach: int


Judge = Callable[[bytes], Verdict]


def repairs(text: bytes, language: str, target: Span, *, seconds: float = 2.0) -> list[Repair]:
    """Ways to undo the fault at `target`, likeliest first; empty when none is found in `seconds` of wall time."""
    until = time.monotonic() + seconds
    start, end = window(text, target) if language == "python" else (0, len(text))
    judge = _judge(language, text[start:end])
    found = _single(text[start:end], language, judge, target.start - start, until)
    if not found:
        found = _double(text[start:end], language, judge, target.start - start, until)
    if not found:
        return []
    best = min(cost for _, cost in found)
    weights = [math.exp(best - cost) for _, cost in found]
    total = sum(weights)
    ranked = sorted(zip(found, weights, strict=True), key=lambda row: row[0][1])
    return [
        Repair(tuple(_shifted(slip, start) for slip in undone), cost, weight / total)
        for (undone, cost), weight in ranked[:WANTED]
    ]


def _shifted(slip: Slip, by: int) -> Slip:
    return Slip(slip.start + by, slip.end + by, slip.new, slip.kind, slip.cost)


def _single(
    text: bytes, language: str, judge: Judge, target: int, until: float
) -> list[tuple[tuple[Slip, ...], float]]:
    verdict = judge(text)
    if not verdict.complaints:
        return []
    ground = slips.ground(text, language, (*verdict.complaints, target))
    found: list[tuple[tuple[Slip, ...], float]] = []
    best = math.inf
    for slip in slips.candidates(ground)[:_TRIED]:
        if slip.cost > best + _GIVE_UP or len(found) >= 3 * WANTED or time.monotonic() > until:
            break
        after = text[: slip.start] + slip.new + text[slip.end :]
        if not judge(after).complaints:
            found.append(((slip,), slip.cost))
            best = min(best, slip.cost)
    return found


def _double(
    text: bytes, language: str, judge: Judge, target: int, until: float
) -> list[tuple[tuple[Slip, ...], float]]:
    return []


def _judge(language: str, text: bytes) -> Judge:
    return _python if language == "python" else _Grammar(text, language)


def _python(text: bytes) -> Verdict:
    error = python_error(text)
    if error is None:
        return Verdict((), len(text))
    first = _offset(text, error.lineno or 1, error.offset or 1)
    last = _offset(text, error.end_lineno, error.end_offset or 1) if error.end_lineno else first
    return Verdict((first, last) if last > first else (first,), first)


def _offset(text: bytes, line: int, column: int) -> int:
    """Byte offset of CPython's 1-based line and character column."""
    start = 0
    for _ in range(line - 1):
        found = text.find(b"\n", start)
        if found == -1:
            return len(text)
        start = found + 1
    row = text[start : text.find(b"\n", start) if text.find(b"\n", start) != -1 else len(text)]
    return start + len(row.decode("utf-8", "replace")[: max(0, column - 1)].encode())


class _Grammar:
    """Judge by tree-sitter, each time from the tree of the unrepaired text."""

    def __init__(self, text: bytes, language: str) -> None:
        self._text, self._language = text, language
        self._tree = trees.parse(text, language)

    def __call__(self, text: bytes) -> Verdict:
        tree = trees.parse(text, self._language)
        if tree is None or not tree.root_node.has_error:
            return Verdict((), len(text))
        places: dict[int, None] = {}
        for fault in trees.faults(tree):
            places.setdefault(fault.span.start)
            places.setdefault(fault.span.end)
        return Verdict(tuple(places), min(places))


_ITEM: Final = re.compile(rb"^(?:def|class|async|@|import|from)\b|^@", re.MULTILINE)


def window(text: bytes, target: Span) -> tuple[int, int]:
    """The stretch of a Python text that shows the fault at `target` on its own: whole top-level items, more if needed."""
    starts = [match.start() for match in _ITEM.finditer(text)]
    before = [start for start in starts if start <= target.start]
    after = [start for start in starts if start > target.end]
    for back, ahead in ((1, 0), (2, 1), (6, 3)):
        first = before[-back] if len(before) >= back else 0
        last = after[ahead] if len(after) > ahead else len(text)
        if python_error(text[first:last]) is not None:
            return first, last
    return 0, len(text)
