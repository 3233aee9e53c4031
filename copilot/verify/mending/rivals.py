# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""How far a candidate is proven: where do those that pass as well behave differently, does the suite notice faults around
the fix, and do all its parts do something?
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

from ..recording.forked import DIED, in_fork
from . import inputs
from .scene import Scene
from .source import Function, Patch, Planted, Text, applied, compiled, defined, signature
from .templates import LEFT_OUT, PLANTED, around
from .trial import MORE_BYTES, Court, bounded
from .watching import Notes

_CALLS = 40
_NEAR = 140
_MUTANTS = 40
_DEAR = 2.0
_CALL_S = 0.05
_RECORDED_S = 2.0
PARTS = 12
"""Of so many parts at most it is asked whether they are idle: the suite may run once for each."""


class Found(NamedTuple):
    """A candidate that passes every case."""

    patch: Patch
    code: types.CodeType


class Answers(NamedTuple):
    """What each candidate answered: `calls` in words, and a row of outcomes for each candidate, None where it gave none:
    there was nothing to ask, or its process died.
    """

    calls: list[str]
    rows: list[list[str] | None]

    def differing(self, number: int, other: int = 0) -> list[int] | None:
        """The calls that a candidate answers otherwise than another (the first); None when nothing is known."""
        base, row = self.rows[other], self.rows[number]
        if base is None or row is None:
            return None
        return [at for at, (a, b) in enumerate(zip(base, row)) if a != b]  # noqa: B905

    def shown(self, number: int, at: int, other: int = 0) -> list[str]:
        """A call, what another candidate (the first) answers, and what this one does."""
        return [self.calls[at], *(row[at] for row in (self.rows[other], self.rows[number]) if row is not None)]


def answers(function: Function, codes: Sequence[types.CodeType], court: Court, numbers: Sequence[int]) -> Answers:
    """The answers of these code objects of one function to the inputs that the tests give it, and to their neighbours."""
    calls: list[str] = []
    rows: list[list[str] | None] = [None] * len(codes)
    for row in in_fork(lambda tell: _asked(function, codes, court, numbers, tell), MORE_BYTES):
        if row[0] == "calls":
            calls = row[1]
        elif row[0] == "got" and calls:
            rows[row[1]] = row[2]
    return Answers(calls, rows)


def _asked(
    function: Function,
    codes: Sequence[types.CodeType],
    court: Court,
    numbers: Sequence[int],
    tell: Callable[[Any], None],
) -> None:
    holder = function.holders[0]
    runs = [court.cases[number].runs for number in numbers]
    found: dict[str, Any] = {}
    with Planted(function, codes[0]):
        bounded(lambda: inputs.record(runs, codes[0], _CALLS, found), _RECORDED_S)
    seen = list(found.values())
    near = inputs.neighbours(seen, _NEAR, inputs.constants(codes[0]))
    usable, base = [], []
    with Planted(function, codes[0]):
        for at, call in enumerate([*seen, *near]):
            got = _outcome(holder, call, court)
            # What a neighbour makes it raise is beyond what the function is made for.
            if got != inputs.UNKNOWN and (at < len(seen) or not got.startswith("!")):
                usable.append(call)
                base.append(got)
    tell(("calls", [inputs.shown(call[0])[1:-1].rstrip(",") for call in usable]))
    tell(("got", 0, base))

    def rest(tell: Callable[[Any], None], start: int) -> None:
        for number in range(start, len(codes)):
            with Planted(function, codes[number]):
                tell((number, [_outcome(holder, call, court) for call in usable]))

    start = 1
    while start < len(codes):
        # In processes of their own: one that a candidate ends takes no answer of another with it.
        told = [row for row in in_fork(lambda tell: rest(tell, start), MORE_BYTES) if row[0] != DIED]  # noqa: B023
        for number, row in told:
            tell(("got", number, row))
        start += len(told) + 1  # that one died, or none is left


def _outcome(holder: Any, call: Any, court: Court) -> str:
    for cache in court.caches:
        cache.cache_clear()
    told, late = bounded(lambda: inputs.outcome(holder, call), _CALL_S, inputs.UNKNOWN)
    return inputs.UNKNOWN if late else str(told)


def survivors(
    text: Text, function: Function, best: Found, court: Court, numbers: Sequence[int], path: str
) -> tuple[int, list[types.CodeType]]:
    """How many faults were planted around the fix, and those that the suite does not notice or of which nothing is known."""
    planted = _planted(text, function, best, path, PLANTED, _DEAR, _MUTANTS)
    return len(planted), [code for _, code in _unnoticed(planted, function, court, numbers)]


def idle(text: Text, function: Function, best: Found, court: Court, numbers: Sequence[int], path: str) -> list[str]:
    """Parts of the statements that a candidate changes which can be left out, and neither a test nor an input tells; not
    those that did nothing before, either.
    """

    def same(code: types.CodeType, parts: Sequence[tuple[str, types.CodeType]]) -> list[str]:
        got = answers(function, [code, *(part for _, part in parts)], court, numbers)
        return [part for number, (part, _) in enumerate(parts, 1) if got.differing(number) == []]

    parts = _planted(text, function, best, path, LEFT_OUT, math.inf, PARTS)
    left = _unnoticed(parts, function, court, numbers)
    found = same(best.code, left) if left else []
    if not found:
        return []
    untouched = tuple((start, end, text.data[start:end].decode()) for start, end, _ in best.patch.edits)
    was = Found(best.patch._replace(edits=untouched), function.holders[0].__code__)
    before = same(was.code, _planted(text, function, was, path, LEFT_OUT, math.inf, PARTS))
    return [part for part in found if part not in before]


def _unnoticed(
    planted: Sequence[tuple[str, types.CodeType]], function: Function, court: Court, numbers: Sequence[int]
) -> list[tuple[str, types.CodeType]]:
    ended = court.tries([(function, code) for _, code in planted], numbers)
    return [one for one, how in zip(planted, ended) if how.failed < 0 or how.lost]  # noqa: B905


def _planted(
    text: Text, function: Function, best: Found, path: str, kinds: Collection[str], dearest: float, most: int
) -> list[tuple[str, types.CodeType]]:
    """Faults around the fix: the text that each replaces, and the code with it."""
    data = applied(text.data, best.patch.edits)
    try:
        after = Text(data)
    except SyntaxError:
        return []
    node = _same(after, function)
    if node is None:
        return []
    grown = len(data) - len(text.data)
    fixed = function._replace(node=node, end=function.end + grown)
    scene = Scene(after, fixed, Notes())
    shift = 0
    places = []
    for start, end, new in best.patch.edits:
        places.append((start + shift, start + shift + len(new.encode())))
        shift += len(new.encode()) - (end - start)
    known = {signature(best.code)}
    planted: list[tuple[str, types.CodeType]] = []
    for patch in around(scene, places, kinds, dearest):
        code = compiled(after, fixed, patch, path)
        if code is not None and (mark := signature(code)) not in known:
            known.add(mark)
            planted.append((_replaced(data, patch), code))
        if len(planted) >= most:
            break
    return planted


def _replaced(data: bytes, patch: Patch) -> str:
    start, end, _ = patch.edits[0]
    return data[start:end].decode("utf-8", "replace").strip()


def _same(after: Text, function: Function) -> Any:
    for node, owners in defined(after.tree.body, ()):
        if (node.name, owners) == (function.name, function.owners):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first == function.first:
                return node
    return None
