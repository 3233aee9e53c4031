# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001

"""Running cases in forked processes: each bounded in processor time and memory, however it behaves."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from ..recording.forked import DIED, in_fork
from .belongings import Belongings
from .cases import Case, Late
from .source import Function, Planted

MORE_BYTES = 512 << 20
_LEAST_S = 0.02
_FACTOR = 5
_GRACE = 12
_HARD_S = 0.6


class Tried(NamedTuple):
    """How a candidate ended. `failed`: the number of the case that failed first, -1 when all passed. `late`: it failed by
    its time. `lost`: neither, nothing is known.
    """

    failed: int
    late: bool = False
    lost: bool = False


class Run(NamedTuple):
    """How a case ended: whether it passed, whether its time was up, whether it skips (then it did not pass)."""

    passed: bool
    late: bool
    skipped: bool


def bounded(call: Callable[[], Any], limit: float, instead: Any = None) -> tuple[Any, bool]:
    """What a call gives (`instead` where it raises), and whether its time was up; it gets `limit` CPU seconds.

    First it is interrupted, again and again; code that does not let itself be interrupted ends with its process.
    """
    count, running, given = 0, False, instead

    def late(_signal: int, _frame: Any) -> None:
        nonlocal count
        if not running:
            return  # to free what the call left behind may take longer than the clock's interval
        count += 1
        if count > _GRACE:
            os._exit(0)
        raise Late

    signal.signal(signal.SIGVTALRM, late)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, 2 * limit + _HARD_S)
    signal.setitimer(signal.ITIMER_REAL, 20 * limit + 5)
    try:
        try:
            running = True
            signal.setitimer(signal.ITIMER_VIRTUAL, limit, 0.01)
            given = call()
        finally:
            running = False
    except BaseException:
        running = False
    for clock in (signal.ITIMER_VIRTUAL, signal.ITIMER_PROF, signal.ITIMER_REAL):
        signal.setitimer(clock, 0)
    return given, count > 0


def passes(case: Case, limit: float, caches: Iterable[Any] = ()) -> Run:
    """How a case ends here and now; it gets `limit` CPU seconds."""
    for cache in caches:
        cache.cache_clear()
    passed, late = bounded(case.runs, limit, instead=False)
    return Run(bool(passed) and not late, late, passed is None and not late)


class Court:
    """Tries candidates against cases. `tried` counts them; `slowest`: CPU seconds of the slowest case that passes."""

    def __init__(self, cases: Sequence[Case], caches: Sequence[Any], slowest: float, belongings: Belongings) -> None:
        self.cases, self.caches = cases, caches
        self._belongings = belongings
        self.tried = 0
        self._wins = [0] * len(cases)
        self._slowest = slowest

    def limit(self, number: int, factor: float = 1.0) -> float:
        """CPU seconds that a case gets under a candidate."""
        case = self.cases[number]
        # One that fails may end earlier than it will when it passes; one that was interrupted says nothing.
        took = case.took if case.passed else max(self._slowest, 0.0 if case.late else case.took)
        return factor * max(_LEAST_S, _FACTOR * took)

    def order(self, numbers: Iterable[int]) -> list[int]:
        """Those that told candidates apart before, first; the quick before the slow."""
        return sorted(numbers, key=lambda n: (-self._wins[n], self.cases[n].took, n))

    def tries(
        self, candidates: Sequence[tuple[Function, Any]], numbers: Sequence[int], factor: float = 1.0
    ) -> list[Tried]:
        """How each candidate (a function and its code object) ends with these cases, in this order.

        One process takes them in turn, a new one where one died. A candidate that passes does so in a process that
        only it has used: what another left behind might help it.
        """
        ended: list[Tried] = []
        while len(ended) < len(candidates):
            rest = candidates[len(ended) :]
            told = in_fork(lambda tell: self._in_child(rest, numbers, tell, factor), MORE_BYTES)  # noqa: B023
            done = [Tried(*row[1:]) for row in told if row[0] == "end"]
            ended += done
            if len(done) == len(rest):
                break
            if told and told[-1][0] == "run":
                ended.append(Tried(told[-1][1], True))
            elif not done and (not told or told[-1][0] == DIED):
                ended.append(Tried(numbers[0], lost=True))
        self.tried += len(candidates)
        for one in ended:
            if one.failed >= 0 and not one.lost:
                self._wins[one.failed] += 1
        return ended

    def _in_child(
        self,
        candidates: Sequence[tuple[Function, Any]],
        numbers: Sequence[int],
        tell: Callable[[Any], None],
        factor: float,
    ) -> None:
        """`run <case>` before a case that may end the process, `end <case> <late>` after a candidate."""
        for at, (function, code) in enumerate(candidates):
            failed, late = -1, False
            tell(("run", numbers[0]))
            with Planted(function, code):
                for number in numbers:
                    if number != numbers[0]:
                        tell(("run", number))
                    run = passes(self.cases[number], self.limit(number, factor), self.caches)
                    if not run.passed:
                        failed, late = number, run.late
                        break
            self._belongings.restore()
            if failed < 0 and at:
                tell(("again", -1))
                return  # once more, in a process of its own
            tell(("end", failed, late))


def timed(case: Case, limit: float, caches: Iterable[Any]) -> tuple[Run, float]:
    """How it ends, and the CPU time that it took."""
    began = time.process_time()
    run = passes(case, limit, caches)
    return run, time.process_time() - began
