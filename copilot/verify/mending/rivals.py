# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""How far a candidate is proven: where do those that pass as well behave differently, and does the suite notice faults
around the fix?
"""

from __future__ import annotations

import signal
import types
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from . import inputs
from .scene import Scene
from .source import Function, Patch, Planted, Text, applied, compiled, signature
from .templates import around
from .trial import Court, Late, in_fork
from .watching import Notes

_CALLS = 40
_NEAR = 140
_MUTANTS = 40
_CALL_S = 0.05


class Found(NamedTuple):
    """A candidate that passes every case."""

    patch: Patch
    code: types.CodeType


class Answers(NamedTuple):
    """What each candidate answered: `calls` in words, and a row of outcomes for each candidate."""

    calls: list[str]
    rows: list[list[str]]
    own: int
    """So many of the calls are the tests' own."""


def answers(function: Function, codes: Sequence[types.CodeType], court: Court, numbers: Sequence[int]) -> Answers:
    """The answers of these code objects of one function to the inputs that the tests give it, and to their neighbours."""
    told = in_fork(lambda tell: _asked(function, codes, court, numbers, tell))
    calls = [row[1] for row in told if row[0] == "call"]
    own = next((row[1] for row in told if row[0] == "own"), 0)
    rows: list[list[str]] = [[] for _ in codes]
    for row in told:
        if row[0] == "got":
            rows[row[1]] = row[2]
    whole = min((len(row) for row in rows), default=0)
    return Answers(calls[:whole], [row[:whole] for row in rows], min(own, whole))


def _asked(
    function: Function,
    codes: Sequence[types.CodeType],
    court: Court,
    numbers: Sequence[int],
    tell: Callable[[Any], None],
) -> None:
    signal.signal(signal.SIGVTALRM, _late)
    holder = function.holders[0]
    runs = [court.cases[number].runs for number in numbers]
    with Planted(function, codes[0]):
        signal.setitimer(signal.ITIMER_VIRTUAL, 2.0, 0.05)
        try:
            seen = inputs.recorded(runs, [codes[0]], _CALLS)
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    near = inputs.neighbours(seen, _NEAR, inputs.constants(codes[0]))
    usable = []
    with Planted(function, codes[0]):
        for at, call in enumerate([*seen, *near]):
            got = _outcome(holder, call, court)
            if at < len(seen) or not got.startswith(("!", "…")):  # beyond what the function is made for
                usable.append((call, got))
                tell(("call", inputs.shown(call[0])[1:-1].rstrip(",")))
    tell(("own", min(len(seen), len(usable))))
    tell(("got", 0, [got for _, got in usable]))
    for number, code in enumerate(codes[1:], start=1):
        with Planted(function, code):
            tell(("got", number, [_outcome(holder, call, court) for call, _ in usable]))


def _late(_signal: int, _frame: Any) -> None:
    raise Late


def _outcome(holder: Any, call: Any, court: Court) -> str:
    for cache in court.caches:
        cache.cache_clear()
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, _CALL_S, 0.05)
        return inputs.outcome(holder, call)
    except Late:
        return "…"
    except BaseException as error:  # noqa: BLE001
        return f"!{type(error).__name__}"
    finally:
        for _ in range(2):
            try:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            except Late:
                continue


def survivors(
    text: Text, function: Function, best: Found, court: Court, numbers: Sequence[int], path: str
) -> tuple[int, list[tuple[str, types.CodeType]]]:
    """How many faults were planted around the fix, and those that the suite does not notice (in words, code)."""
    data = applied(text.data, best.patch.edits)
    try:
        after = Text(data)
    except SyntaxError:
        return 0, []
    node = _same(after, function)
    if node is None:
        return 0, []
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
    for patch in around(scene, places):
        code = compiled(after, fixed, patch, path)
        if code is not None and (mark := signature(code)) not in known:
            known.add(mark)
            planted.append((_told(after, patch), code))
        if len(planted) >= _MUTANTS:
            break
    ended = court.tries([(fixed, code) for _, code in planted], numbers)
    return len(planted), [one for one, how in zip(planted, ended) if how.failed < 0]  # noqa: B905


def _same(after: Text, function: Function) -> Any:
    from .source import _defined

    for node, owners in _defined(after.tree.body, ()):
        if (node.name, owners) == (function.name, function.owners):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            if first == function.first:
                return node
    return None


def _told(text: Text, patch: Patch) -> str:
    """A fault as the line that it leaves."""
    start, end, _ = patch.edits[0]
    data = applied(text.data, patch.edits)
    line = data.count(b"\n", 0, start)
    del end
    rows = data.splitlines()
    return rows[line].decode().strip() if line < len(rows) else ""
