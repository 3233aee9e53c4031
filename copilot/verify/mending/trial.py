# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001

"""Running cases in forked processes: each bounded in processor time and memory, however it behaves."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from .belongings import Belongings
from .cases import Case
from .source import Function, Planted

_MORE_BYTES = 512 << 20
_LEAST_S = 0.02
_FACTOR = 5
_GRACE = 12
_HARD_S = 0.6


class Late(BaseException):
    """The time of a case is up."""


class Tried(NamedTuple):
    """How a candidate ended. `failed`: the number of the case that failed first, -1 when all passed. `late`: it failed by
    its time.
    """

    failed: int
    late: bool = False


def cpu() -> float:
    """Processor seconds of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def in_fork(work: Callable[[Callable[[Any], None]], None]) -> list[Any]:
    """What `work` tells in a forked process (plain values, in order), also when the process dies on the way."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        mine = os.getpid()
        try:
            _confined()
            work(lambda value: _tell(writer, value) if os.getpid() == mine else None)
        except BaseException:  # noqa: S110 -- whoever reads sees that it ended early
            pass
        finally:
            os._exit(0)
    os.close(writer)
    pieces: list[bytes] = []
    reading = threading.Thread(target=_drained, args=(reader, pieces))
    reading.start()
    os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)  # what its tests started and left behind holds the pipe
    reading.join()
    *lines, _ = b"".join(pieces).split(b"\n")
    return [json.loads(line) for line in lines]


def _confined() -> None:
    with contextlib.suppress(OSError):
        os.setpgid(0, 0)
    gc.disable()
    with open("/proc/self/statm", "rb") as stream:  # noqa: PTH123 -- Python 3.9, one file
        now = int(stream.read().split()[0]) * resource.getpagesize()
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = now + _MORE_BYTES
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


def _tell(writer: int, value: Any) -> None:
    data = json.dumps(value).encode() + b"\n"
    while data:
        data = data[os.write(writer, data) :]


def _drained(reader: int, pieces: list[bytes]) -> None:
    with os.fdopen(reader, "rb") as pipe:
        pieces.append(pipe.read())


def passes(case: Case, limit: float, caches: Iterable[Any] = ()) -> tuple[bool, bool]:
    """Whether a case passes here and now, and whether its time was up; it gets `limit` CPU seconds.

    First it is interrupted, again and again; code that does not let itself be interrupted ends with its process.
    """
    count = 0
    expired = False

    def late(_signal: int, _frame: Any) -> None:
        nonlocal count, expired
        count, expired = count + 1, True
        if count > _GRACE:
            os._exit(0)
        raise Late

    for cache in caches:
        cache.cache_clear()
    signal.signal(signal.SIGVTALRM, late)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, 2 * limit + _HARD_S)
    signal.setitimer(signal.ITIMER_REAL, 20 * limit + 5)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, limit, 0.01)
        passed = case.runs()
    except BaseException:
        passed = False
    finally:
        for _ in range(2):
            try:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)
                signal.setitimer(signal.ITIMER_PROF, 0)
                signal.setitimer(signal.ITIMER_REAL, 0)
            except Late:
                continue
    return passed and not expired, expired


class Court:
    """Tries candidates against cases. `spent` is CPU time since the start; `order`: the numbers of the cases, those first
    that fail most.
    """

    def __init__(self, cases: Sequence[Case], caches: Sequence[Any], slowest: float, belongings: Belongings) -> None:
        self.cases, self.caches = cases, caches
        self._belongings = belongings
        self.tried = 0
        self.late = 0
        self._wins = [0] * len(cases)
        self._slowest = slowest

    def limit(self, number: int, factor: float = 1.0) -> float:
        """CPU seconds that a case gets under a candidate."""
        case = self.cases[number]
        return factor * max(_LEAST_S, _FACTOR * (case.took if case.passed else self._slowest))

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
            told = in_fork(lambda tell: self._in_child(rest, numbers, tell, factor))  # noqa: B023
            done = [Tried(*row[1:]) for row in told if row[0] == "end"]
            ended += done
            running = [row for row in told if row[0] == "run"]
            if len(done) < len(rest) and not done and not running:
                ended.append(Tried(numbers[0]))  # it could not even start
            elif len(done) < len(rest) and told and told[-1][0] == "run":
                ended.append(Tried(told[-1][1], True))
        self.tried += len(candidates)
        for one in ended:
            self.late += one.late
            if one.failed >= 0:
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
                    good, late = passes(self.cases[number], self.limit(number, factor), self.caches)
                    if not good:
                        failed = number
                        break
            self._belongings.restore()
            if failed < 0 and at:
                tell(("again", -1))
                return  # once more, in a process of its own
            tell(("end", failed, late))


def timed(case: Case, limit: float, caches: Iterable[Any]) -> tuple[bool, float]:
    """Whether it passes, and the CPU time that it took."""
    began = time.process_time()
    passed, _ = passes(case, limit, caches)
    return passed, time.process_time() - began
