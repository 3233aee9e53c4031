"""A text with several faults, mended as a whole: one fault after the other until it parses, likeliest first.

States of the text are taken up cheapest first (what the repairs so far cost together), so that a wrong first repair
that leaves more behind falls back behind a right one. What is counted is states, not time. Absent on purpose: how one
fault is repaired (`repair.py`).
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from copilot.engines.embedded.ground import Slip
from copilot.engines.embedded.repair import first_complaint, repairs, undo

_STATES: Final = 14
_WANTED: Final = 6
_BRANCHES: Final = 4


@dataclass(frozen=True, slots=True)
class Mend:
    """A whole text after all repairs, the repairs as edits of the text before, and its weight among all found."""

    text: bytes
    slips: tuple[Slip, ...]
    cost: float
    share: float


def mends(
    text: bytes, language: str, *, seconds: float = 4.0, stopped: Callable[[], bool] = bool
) -> list[Mend]:
    """Ways to make the whole text parse, likeliest first; empty when none is found."""
    until = time.monotonic() + seconds
    queue: list[tuple[float, int, bytes]] = [(0.0, 0, text)]
    seen = {text}
    found: list[tuple[float, bytes]] = []
    count = 0
    for _ in range(_STATES):
        if not queue or time.monotonic() > until or stopped() or len(found) >= _WANTED:
            break
        cost, _, at = heapq.heappop(queue)
        target = first_complaint(at, language)
        if target is None:
            found.append((cost, at))
            continue
        for repair in repairs(at, language, target, seconds=max(0.1, until - time.monotonic()), stopped=stopped)[:_BRANCHES]:
            after = undo(at, repair.slips)
            if after not in seen:
                seen.add(after)
                count += 1
                heapq.heappush(queue, (cost + repair.cost, count, after))
    while queue and len(found) < _WANTED:
        cost, _, at = heapq.heappop(queue)
        if first_complaint(at, language) is None:
            found.append((cost, at))
    if not found:
        return []
    best = found[0][0]
    weights = [math.exp(best - cost) for cost, _ in found]
    return [
        Mend(after, difference(text, after), cost, weight / sum(weights))
        for (cost, after), weight in zip(found, weights, strict=True)
    ]


def difference(text: bytes, after: bytes) -> tuple[Slip, ...]:
    """`after` as edits of `text`, by whole lines, each cut to what differs (whole characters)."""
    import difflib

    old, new = text.splitlines(keepends=True), after.splitlines(keepends=True)
    found, starts = [], [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            found.append(_cut(text, starts[a], starts[b], b"".join(new[c:d])))
    return tuple(found)


def _cut(text: bytes, start: int, end: int, new: bytes) -> Slip:
    old = text[start:end]
    lead = 0
    while lead < min(len(old), len(new)) and old[lead] == new[lead]:
        lead += 1
    while lead and lead < len(old) and old[lead] & 0xC0 == 0x80:
        lead -= 1
    while lead and lead < len(new) and new[lead] & 0xC0 == 0x80:
        lead -= 1
    tail = 0
    while tail < min(len(old), len(new)) - lead and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    while tail and old[len(old) - tail] & 0xC0 == 0x80:
        tail -= 1
    return Slip(start + lead, end - tail, new[lead : len(new) - tail], "replace", 0.0)
