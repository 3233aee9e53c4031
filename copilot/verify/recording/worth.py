# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: B905, BLE001

"""What each test of a file is worth: the steps between lines that it takes first, and the planted faults that it alone
exposes.

A pytest plug-in. After the tests have run, each under a trace of the file in focus, faults are planted one at a time, in
forked children, and the tests that reach them run again there. Tests of other files that are given along (those that
the project has) count as there before.
"""

from __future__ import annotations

import ast
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

from .effects import Effects
from .fault import Mutant, Planted
from .forked import cpu, in_fork, untold
from .mutants import plant

_SAMPLE = 12
"""Faults that are tried where no test needs one to speak for it: enough to say what the tests see."""

_CPU_S = 0.06
_FACTOR = 4
"""CPU seconds of one test under a fault, beside so many times what it took without: many a fault makes a loop endless."""

Arc = tuple[int, int]


class Worth:
    """The plug-in. `told` is the answer: `{"gains": {test: [arcs, faults]}, "mutants", "killed", "before", "survivors":
    [[line, old, new]], "complete"}` (`killed` by the new tests, `before` by the others; `complete`: every fault was tried
    that a test reaches which reaches nothing new); `lines` are those that the new tests ran.
    """

    def __init__(self, asked: dict[str, Any], module: str, test: str, focus: str, effects: Effects) -> None:
        self.told: dict[str, Any] = {
            "gains": {}, "mutants": 0, "killed": 0, "before": 0, "survivors": [], "complete": True,
        }  # fmt: skip
        self.lines: list[int] = []
        self._module, self._effects = module, effects
        self._spans = [tuple(span) for span in asked["spans"]]
        self._most: int = asked["most"]
        self._cpu_s: float = asked["cpu_s"]
        self._wanted = {(line, old, new) for line, old, new in asked["wanted"]}
        self._test, self._focus = os.path.realpath(test), focus
        self._arcs: dict[str, set[Arc]] = {}
        self._took: dict[str, float] = {}
        self._failed: set[str] = set()
        self._items: dict[str, Any] = {}
        self._weighing = False

    def pytest_runtest_protocol(self, item: Any) -> None:
        """Each test by its function: the rows of a table count together."""
        self._items[item.nodeid] = item

    def pytest_runtest_call(self, item: Any) -> None:
        """Trace from here; `pytest_runtest_teardown` ends it."""
        if self._weighing:
            return
        arcs = self._arcs.setdefault(item.nodeid, set())
        self._took[item.nodeid] = time.process_time()
        sys.settrace(_tracer(self._focus, arcs))

    def pytest_runtest_teardown(self, item: Any) -> None:
        """The end of the test itself."""
        sys.settrace(None)
        if item.nodeid in self._took and not self._weighing:
            self._took[item.nodeid] = time.process_time() - self._took[item.nodeid]

    def pytest_runtest_logreport(self, report: Any) -> None:
        """A test that fails exposes nothing."""
        if report.outcome != "passed":
            self._failed.add(report.nodeid)

    def pytest_sessionfinish(self, session: Any) -> None:
        """All tests have run, and fixtures of the session are torn down: weigh them."""
        del session
        self._weighing = self._effects.idle = True
        if any(name not in self._others() for name in self._failed):
            self.told["error"] = "not all pass"
            return
        try:
            self._weigh()
        except Exception as error:  # an honest nothing is better than no report of the tests at all
            self.told["error"] = f"{type(error).__name__}: {error}"[:200]

    def _weigh(self) -> None:
        good = [n for n in self._items if n not in self._failed and n in self._arcs]
        others = [n for n in self._others() if n in good]
        own = [n for n in good if n not in others]
        self.lines = sorted({line for name in own for _, line in self._arcs[name]})
        inside = {name: {arc for arc in self._arcs[name] if self._within(arc)} for name in good}
        seen: set[Arc] = set().union(*(inside[name] for name in others))
        functions: dict[str, list[str]] = {}
        for name in own:
            functions.setdefault(_function(name), []).append(name)
        gains: dict[str, list[int]] = {}
        for function, cases in functions.items():
            new = set().union(*(inside[case] for case in cases)) - seen
            gains[function] = [len(new), 0]
            seen |= new
        self.told["gains"] = gains
        self._plant(functions, others)

    def _others(self) -> list[str]:
        """The tests that the project has."""
        return [name for name, item in self._items.items() if os.path.realpath(str(item.fspath)) != self._test]

    def _within(self, arc: Arc) -> bool:
        return any(first <= arc[1] <= last for first, last in self._spans)

    def _plant(self, functions: dict[str, list[str]], others: list[str]) -> None:
        """Faults on the lines of the focus; whoever exposes one first has it, the project's own tests before all."""
        gains = self.told["gains"]
        certain = [f for f in functions if gains[f][0]]
        doubtful = [f for f in functions if not gains[f][0]]
        # Tests that reach something new have proven themselves: a look at the faults that the others reach comes first.
        reached = {line for f in doubtful for case in functions[f] for _, line in self._arcs[case]}
        mutants = self._mutants()
        wanted = {m.number for m in mutants if (m.line, *m.change) in self._wanted}
        mutants.sort(key=lambda m: (m.number not in wanted, m.lines.isdisjoint(reached), (m.number * 7919) % 1009))
        telling = sum(m.number in wanted or not m.lines.isdisjoint(reached) for m in mutants)
        # By number, so that the same tests get the same answer on a slow machine; the time is a last resort.
        tried = mutants[: min(self._most, max(telling, _SAMPLE))]
        order = [*others, *(case for f in (*certain, *doubtful) for case in functions[f])]
        ended = self._tried(tried, order)
        self.told["complete"] = len(ended) >= telling
        self.told["mutants"] = len(ended)
        for mutant, killer in zip(tried, ended):
            if killer is None:
                self.told["survivors"].append([mutant.line, *mutant.change])
            elif killer in others:
                self.told["before"] += 1
            else:
                gains[_function(killer)][1] += 1
                self.told["killed"] += 1

    def _mutants(self) -> list[Mutant]:
        module = sys.modules.get(self._module)
        path = getattr(module, "__file__", None)
        if module is None or path is None:
            return []
        with open(path, "rb") as stream:  # noqa: PTH123 -- Python 3.9, one file
            tree = ast.parse(stream.read())
        return [m for m in plant(tree, path, list(self._spans), module) if self._reaching(m, list(self._arcs))]

    def _reaching(self, mutant: Mutant, names: Sequence[str]) -> list[str]:
        return [name for name in names if any(line in mutant.lines for _, line in self._arcs.get(name, ()))]

    def _tried(self, mutants: Sequence[Mutant], order: Sequence[str]) -> list[str | None]:
        """For each fault the first of these tests that fails under it, None when all pass; a shorter list when the time
        is up.

        Forked processes take the faults, each from where the one before ended: a fault may kill its process, or leave
        in it what would speak against the next.
        """
        ended: list[str | None] = []
        began = cpu()
        while len(ended) < len(mutants) and cpu() - began < self._cpu_s:
            ended += self._in_fork(mutants[len(ended) :], order, self._cpu_s - (cpu() - began))
        return ended

    def _in_fork(self, mutants: Sequence[Mutant], order: Sequence[str], cpu_s: float) -> list[str | None]:
        """As `_tried`, of one process; at least the first fault's."""
        ended: list[str | None] = []
        running: str | None = None
        for kind, number in in_fork(lambda tell: self._in_child(mutants, order, cpu_s, tell)):
            running = order[number] if kind == "run" else None
            if kind == "end":
                ended.append(order[number] if number >= 0 else None)
        # It died, or ran on for ever, in this test; or before any: then nothing is known of the fault.
        return [*ended, running] if running is not None or not ended else ended

    def _in_child(
        self, mutants: Sequence[Mutant], order: Sequence[str], cpu_s: float, tell: Callable[[Any], None]
    ) -> None:
        """Tell `run <test>` before a test, `end <test or -1>` after a fault (numbers of `order`), `left 0` before a test
        that runs without a fault: it must pass, or the fault was not what it failed under.
        """
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        began = time.process_time()
        for count, mutant in enumerate(mutants):
            if count and time.process_time() - began > cpu_s:
                return
            killer = -1
            for name in self._reaching(mutant, order):
                number = order.index(name)
                tell(("run", number))
                with Planted(mutant):
                    failed = self._fails(name)
                if failed:
                    killer = number
                    break
            if count and killer >= 0:
                tell(("left", 0))
                if self._fails(order[killer]):
                    return  # an earlier fault left its mark: this one is tried again in a process of its own
            tell(("end", killer))

    def _fails(self, name: str) -> bool:
        """Whether a test fails here and now; the process is killed when it takes too long."""
        from _pytest.runner import runtestprotocol

        item = self._items[name]
        item.repr_failure = untold
        limit = _CPU_S + _FACTOR * self._took.get(name, 0.0)
        signal.setitimer(signal.ITIMER_VIRTUAL, limit)
        signal.setitimer(signal.ITIMER_REAL, 10 * limit)
        self._failed.discard(name)
        reports = runtestprotocol(item, log=False, nextitem=None)
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        # A failed `subTest` is a report of its own, beside those of the test, which passes (pytest 9).
        return name in self._failed or any(report.outcome == "failed" for report in reports)


def _function(name: str) -> str:
    """The test function of a node: its name in the file without the row of a table."""
    return name.split("::", 1)[-1].split("[", 1)[0]


def _tracer(focus: str, arcs: set[Arc]) -> Any:
    known: dict[str, bool] = {}

    def start(frame: Any, _event: str, _arg: Any) -> Any:
        code = frame.f_code
        name = code.co_filename
        if name not in known:
            known[name] = os.path.realpath(name) == focus
        if not known[name]:
            return None
        last = [-code.co_firstlineno]

        def local(current: Any, event: str, _arg: Any) -> Any:
            if event == "line":
                arcs.add((last[0], current.f_lineno))
                last[0] = current.f_lineno
            return local

        return local

    return start
