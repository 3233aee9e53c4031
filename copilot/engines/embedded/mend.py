"""A text with several faults, mended as a whole: one fault after the other until it parses, likeliest first.

States of the text are taken up cheapest first (what the repairs so far cost together), so that a wrong first repair
that leaves more behind falls back behind a right one. What is counted is states, not time. Absent on purpose: how one
fault is repaired (`repair.py`).
"""

from __future__ import annotations

import difflib
import heapq
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from copilot.engines.embedded.ground import Slip
from copilot.engines.embedded.repair import WANTED, Repair, first_complaint, parses, repairs, undo

_STATES: Final = 14
"""Half-mended texts that are looked at. Most texts need two, a text with three faults five to ten."""

_BRANCHES: Final = 4


def mends(text: bytes, language: str, *, seconds: float = 3.0, stopped: Callable[[], bool] = bool) -> list[Repair]:
    """Ways to make the whole text parse, likeliest first, as edits of `text`; empty when none is found.

    At most a fixed number of half-mended texts and `seconds` of this thread's CPU.
    """
    until = time.thread_time() + seconds
    queue: list[tuple[float, int, _State]] = []
    seen = {text}
    found: list[_State] = []
    at: _State | None = _State(0.0, text, ())
    for _ in range(_STATES):
        at = at or (heapq.heappop(queue)[2] if queue else None)
        if at is None or time.thread_time() > until or stopped() or len(found) >= WANTED:
            break
        before, at = at, None
        target = first_complaint(before.text, language)
        if target is None:
            found.append(before)
            continue
        left = max(0.1, until - time.thread_time())
        for repair in repairs(before.text, language, target, seconds=left, stopped=stopped)[:_BRANCHES]:
            after = undo(before.text, repair.slips)
            if after in seen:
                continue
            seen.add(after)
            state = _State(before.cost + repair.cost, after, (*before.steps, repair))
            if at is None and not found:
                at = state  # straight on to a whole text first
            else:
                heapq.heappush(queue, (state.cost, len(seen), state))
    left_over = [state for _, _, state in sorted(queue)[: 4 * WANTED]]
    found += [state for state in left_over if not stopped() and parses(state.text, language)]
    return _ranked(text, language, sorted(found, key=lambda state: state.cost)[:WANTED])


@dataclass(frozen=True, slots=True)
class _State:
    """A text on the way, what the repairs so far cost, and the repairs, each of the text that the one before left."""

    cost: float
    text: bytes
    steps: tuple[Repair, ...]


def _ranked(text: bytes, language: str, found: list[_State]) -> list[Repair]:
    weights = [math.exp(found[0].cost - state.cost) for state in found]
    return [
        Repair(
            state.steps[0].slips if len(state.steps) == 1 else _needed(text, difference(text, state.text), language),
            state.cost,
            weight / sum(weights),
        )
        for state, weight in zip(found, weights, strict=True)
        if state.steps
    ]


def _needed(text: bytes, slips: tuple[Slip, ...], language: str) -> tuple[Slip, ...]:
    """The edits without those that a later one made needless."""
    for slip in slips:
        others = tuple(each for each in slips if each is not slip)
        if others and parses(undo(text, others), language):
            slips = others
    return slips


def difference(text: bytes, after: bytes) -> tuple[Slip, ...]:
    """`after` as edits of `text`: one for each line that differs (for each run of lines whose number differs, too), cut to
    what differs, whole words and operators.
    """
    old, new = text.splitlines(keepends=True), after.splitlines(keepends=True)
    found, starts = [], [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if b - a == d - c:
            rows = zip(range(a, b), new[c:d], strict=True)
            found += [_cut(text, starts[n], starts[n + 1], row) for n, row in rows if old[n] != row]
        else:
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
    while lead and _whole(old[lead - 1 :], new[lead - 1 :], len(old) - lead - tail, len(new) - lead - tail):
        lead -= 1
    while tail and _whole(
        old[: len(old) - tail + 1][::-1],
        new[: len(new) - tail + 1][::-1],
        len(old) - lead - tail,
        len(new) - lead - tail,
    ):
        tail -= 1
    return Slip(start + lead, end - tail, new[lead : len(new) - tail], _kind(old, new), 0.0)


def _whole(old: bytes, new: bytes, old_size: int, new_size: int) -> bool:
    """Whether the first character, which stays, belongs to a word or an operator that changes behind it."""
    kind = _class(old[0])
    return bool(kind) and ((old_size > 0 and _class(old[1]) == kind) or (new_size > 0 and _class(new[1]) == kind))


def _class(character: int) -> int:
    """1 for a character of words, 2 for one of operators, 0 for all else."""
    if character >= 0x80 or chr(character).isalnum() or character == 0x5F:
        return 1
    return 2 if character in b"=!<>&|+-*/%" else 0


def _kind(old: bytes, new: bytes) -> str:
    """`indent` when only the depth of lines differs."""
    same = [row.strip() for row in old.splitlines()] == [row.strip() for row in new.splitlines()]
    return "indent" if same else "replace"
