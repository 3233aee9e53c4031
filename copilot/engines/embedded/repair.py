"""Syntax repair without a model: find where the parser complains, undo likely slips there, keep what parses.

The candidates and their costs come from `slips.py`; here they are tried, cheapest first, on the smallest stretch of
the text that shows the fault, so that a large file costs what a function costs. Nothing is executed.
Absent on purpose: whole-document proof (`copilot/tasks/fix.py`), words for a person (`fix.py`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from copilot.engines.embedded.conflicts import conflicts
from copilot.engines.embedded.ground import Slip, ground
from copilot.engines.embedded.layout import row_ends
from copilot.engines.embedded.prefixes import closing, first_bad, window
from copilot.engines.embedded.slips import candidates
from copilot.syntax import tree as trees
from copilot.syntax.lines import line_at
from copilot.types import Span
from copilot.verify.firstfault import braces_closing, next_cut
from copilot.verify.syntax import python_error

WANTED: Final = 6
_TRIED: Final = 500
_FIRST_OF_TWO: Final = 8
_SECOND_OF_TWO: Final = 150
_TWICE: Final = 3.0
_CERTAIN: Final = 0.0
"""A slip that costs less is one, whatever the parser says of the rest of its line."""

_GUESSES: Final = frozenset(["indent", "quote"])
"""Kinds of slip whose cost alone says little: they change how much else is read."""

_UNLIKELY: Final = 4.0
"""A repair that costs more may be one fault mistaken for two, or two for one."""

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
    """What a parser says: complaints (byte offsets, none when it accepts).

    `reach`: how far it got, for a parser that stops at its first complaint; None for one that goes on.
    """

    complaints: tuple[int, ...]
    reach: int | None

    def beyond(self, before: Verdict, slip: Slip) -> bool:
        """True when the parser is happier than `before`, the slip's own shift not counted."""
        if self.reach is None or before.reach is None:
            return len(self.complaints) < len(before.complaints)
        return self.reach - max(0, len(slip.new) - (slip.end - slip.start)) > before.reach

    def clear_of(self, line: tuple[int, int], slip: Slip) -> bool:
        """True when what remains lies off the repaired line (for a parser that stops: after it)."""
        grown = len(slip.new) - (slip.end - slip.start)
        end = line[1] + max(0, grown)
        if self.reach is not None:
            return self.reach > end
        return all(not line[0] <= place <= end for place in self.complaints)


Judge = Callable[[bytes], Verdict]


def repairs(
    text: bytes, language: str, target: Span, *, seconds: float = 2.0, stopped: Callable[[], bool] = bool
) -> list[Repair]:
    """Ways to undo the fault at `target`, likeliest first; empty when none is found in `seconds` of CPU time.

    First single slips after which the stretch around the fault parses; then, where other faults remain in it, single
    slips after which the parser gets past this one; then two slips together. `stopped` is asked between tries.
    """
    if regions := conflicts(text, language):
        sides = next((each for each in regions if each[0].end > target.start), regions[-1])
        return _weighed([((side,), side.cost) for side in sides], 0)
    over = within(seconds, stopped)

    start, end = window(text, target) if language == "python" else (0, len(text))
    part = text[start:end]
    here = Span(max(0, target.start - start), min(len(part), target.end - start))
    found = _stages(part, language, here, over)
    return _weighed(found, start)


def _weighed(found: list[_Found], start: int) -> list[Repair]:
    """The likeliest repairs, positions moved by `start`, each with its weight."""
    best = min((cost for _, cost in found), default=0.0)
    weights = {undone: math.exp(best - cost) for undone, cost in found}
    total = sum(weights.values())
    return [
        Repair(tuple(_shifted(slip, start) for slip in undone), cost, weights[undone] / total)
        for undone, cost in sorted(found, key=lambda row: row[1])[:WANTED]
    ]


def within(seconds: float, stopped: Callable[[], bool]) -> Callable[[], bool]:
    """Says whether to stop: `seconds` of this thread's CPU are spent, or `stopped` says so.

    The clock is read seldom: on some machines that costs half a millisecond.
    """
    until = time.thread_time() + seconds
    asked = 0

    def over() -> bool:
        nonlocal asked
        asked += 1
        return stopped() or (asked % 16 == 0 and time.thread_time() > until)

    return over


_Found = tuple[tuple[Slip, ...], float]


def _shifted(slip: Slip, by: int) -> Slip:
    return Slip(slip.start + by, slip.end + by, slip.new, slip.kind, slip.cost)


def undo(text: bytes, undone: tuple[Slip, ...]) -> bytes:
    """`text` with the slips undone (their places do not overlap; later ones first)."""
    for slip in sorted(undone, key=lambda each: -each.start):
        text = text[: slip.start] + slip.new + text[slip.end :]
    return text


def _stages(text: bytes, language: str, target: Span, over: Callable[[], bool]) -> list[_Found]:
    """Single slips that make the text whole and, where those are unlikely or none, that make it whole up to the first
    fault; else half measures.
    """
    for judge in _judges(language):
        tries = _tries(text, language, judge, target, over)
        accepted = tries.accepted
        if min((cost for _, cost in accepted), default=math.inf) > _UNLIKELY:
            known = {undone for undone, _ in accepted}
            accepted += [each for each in _up_to(text, language, judge, target, over) if each[0] not in known]
        if accepted:
            return accepted
        if tries.first():
            line = line_at(text, target.start)
            past: list[_Found] = [((slip,), slip.cost) for slip, after in tries.better if after.clear_of(line, slip)]
            return past or _doubles(text, language, judge, tries.first(), over)
    return []


@dataclass(frozen=True, slots=True)
class _Tries:
    """Slips after which the judge accepts, slips that made it happier, and slips that are certain without it."""

    accepted: list[_Found]
    better: list[tuple[Slip, Verdict]]
    certain: list[tuple[Slip, Verdict]]

    def first(self) -> list[tuple[Slip, Verdict]]:
        """The slips that another may follow, likeliest first."""
        certain = sorted(self.certain, key=lambda row: row[0].cost)[: _FIRST_OF_TWO // 2]
        better = sorted(self.better, key=lambda row: row[0].cost)
        return [*certain, *better][:_FIRST_OF_TWO]


def _tries(text: bytes, language: str, judge: Judge, target: Span, over: Callable[[], bool]) -> _Tries:
    verdict = judge(text)
    if not verdict.complaints:
        return _Tries([], [], [])
    soil = ground(text, language, (*verdict.complaints, target.start))
    accepted: list[_Found] = []
    better: list[tuple[Slip, Verdict]] = []
    certain: list[tuple[Slip, Verdict]] = []
    best = math.inf
    seen: set[int] = set()
    for slip in candidates(soil)[:_TRIED]:
        if slip.cost > best + _GIVE_UP or len(accepted) >= 3 * WANTED or over():
            break
        changed = undo(text, (slip,))
        if hash(changed) in seen:
            continue  # a second way to the same text
        seen.add(hash(changed))
        after = judge(changed)
        if not after.complaints:
            accepted.append(((slip,), slip.cost))
            best = min(best, slip.cost)
        elif not accepted and after.beyond(verdict, slip) and not _later(text, verdict, slip):
            better.append((slip, after))
        elif not accepted and slip.cost < _CERTAIN and slip.kind not in _GUESSES:
            certain.append((slip, after))
    return _Tries(accepted, better, certain)


def _later(text: bytes, verdict: Verdict, slip: Slip) -> bool:
    """True for a slip on a line behind the one where a parser stopped: it has not got there by reading."""
    return verdict.reach is not None and text.find(b"\n", verdict.reach, slip.start) != -1


def _doubles(
    text: bytes, language: str, judge: Judge, better: list[tuple[Slip, Verdict]], over: Callable[[], bool]
) -> list[_Found]:
    """Two slips: each that got the parser further, with a second one where it stops then."""
    accepted: list[_Found] = []
    for first, verdict in better:
        half = undo(text, (first,))
        soil = ground(half, language, verdict.complaints, reach=6)
        for second in candidates(soil)[:_SECOND_OF_TWO]:
            if over():
                return accepted
            after_first = first.start + len(first.new)
            whole = undo(half, (second,))
            if whole == text or judge(whole).complaints:
                continue
            cost = first.cost + second.cost + _TWICE
            if second.end < first.start or second.start > after_first:
                grown = len(first.new) - (first.end - first.start) if second.start > first.start else 0
                accepted.append(((first, _shifted(second, -grown)), cost))
            else:
                accepted.append(((_merged(text, whole, cost),), cost))
    return accepted


def _merged(text: bytes, whole: bytes, cost: float) -> Slip:
    """Two slips that touch, as the one replacement that they come to (whole characters)."""
    start = 0
    while start < min(len(text), len(whole)) and text[start] == whole[start]:
        start += 1
    tail = 0
    while tail < min(len(text), len(whole)) - start and text[-1 - tail] == whole[-1 - tail]:
        tail += 1
    while start and text[start : start + 1] and text[start] & 0xC0 == 0x80:
        start -= 1
    end = len(text) - tail
    while end < len(text) and text[end] & 0xC0 == 0x80:
        end += 1
    return Slip(start, end, whole[start : len(whole) - (len(text) - end)], "replace", cost)


def parses(text: bytes, language: str) -> bool:
    """Whether the parser accepts the text."""
    return not next(_judges(language))(text).complaints


def first_complaint(text: bytes, language: str) -> Span | None:
    """Where the parser first complains, None when it accepts the text."""
    verdict = next(_judges(language))(text)
    if not verdict.complaints:
        return None
    at = min(verdict.complaints)
    if language == "python":
        ends = row_ends(text)
        first = first_bad(text, ends)
        piece = text[: ends[first]] if ends else text
        at = min((at, len(piece), *_python(piece + closing(piece)).complaints))
    return Span(at, at)


def _judges(language: str) -> Iterator[Judge]:
    """CPython for Python, then (text of a later Python than ours) the grammar; the grammar for the rest."""
    if language == "python":
        yield _python
    yield _Grammar(language)


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
    """Judge by tree-sitter."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, text: bytes) -> Verdict:
        tree = trees.parse(text, self._language)
        if tree is None or not tree.root_node.has_error:
            return Verdict((), None)
        found = trees.faults(tree)
        return Verdict(tuple(dict.fromkeys(at for fault in found for at in (fault.span.start, fault.span.end))), None)


def _up_to(text: bytes, language: str, judge: Judge, target: Span, over: Callable[[], bool]) -> list[_Found]:
    """Repairs of a text judged without what follows the fault, for a text with more faults further down."""

    def closed(piece: bytes) -> Verdict:
        return judge(piece + (braces_closing(piece) if language == "java" else closing(piece)))

    for end in _ends(text, language, target):
        piece = text[:end]
        tries = _tries(piece, language, closed, target, over)
        found = tries.accepted or _doubles(piece, language, closed, tries.first(), over)
        if found:
            return found
    return []


def _ends(text: bytes, language: str, target: Span) -> Iterator[int]:
    """Where to stop reading: after the faulty line (Java: statement), then one and two further on."""
    if language == "python":
        ends = row_ends(text)
        first = first_bad(text, ends)
        yield from ends[first : first + 3]
        return
    at = target.start
    for _ in range(3):
        cut = next_cut(text, at)
        if cut is None:
            return
        yield cut
        at = cut + 1
