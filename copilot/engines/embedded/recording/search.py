# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: S311

"""Trying calls of one group of targets (a function, or a class with its methods).

First the candidates, then changes of the inputs that reached something new, as coverage-guided fuzzers do. What a
method does to its object is remembered, so that others are tried on the changed object.
"""

from __future__ import annotations

import itertools
import random
import re
import time
from typing import Any, NamedTuple

from .arguments import Pools
from .composing import MAX_TRIED, Composer, Prelude
from .invoke import Case, Outcome, Runner, Watch
from .targets import Target, variable
from .variation import changed

Arc = tuple[int, int]
_MUTATOR = re.compile(
    r"(add|append|apply|book|create|deposit|insert|load|open|place|post|push|put|record|register|set|store|update)"
)
"""Verbs that change an object even where its public attributes do not show it."""


class Tried(NamedTuple):
    """A case that has an outcome, with the arcs it ran; `cpu_s` is what that took, tracing included."""

    case: Case
    outcome: Outcome
    arcs: frozenset[Arc]
    order: int
    cpu_s: float

    @property
    def preference(self) -> tuple[int, int, int, int]:
        """Seeds first, then different arguments, little preparation, and the order of the pools (natural inputs first)."""
        texts = [value.text for _, value in self.case.args]
        return self.case.rank, len(texts) - len(set(texts)), len(self.case.setup), self.order

    @property
    def value(self) -> str:
        """The text of a plain value, empty for other outcomes."""
        return self.outcome.shown[0][1].text if self.outcome.kind == "value" else ""


class Budget:
    """CPU seconds that a piece of work may still use."""

    def __init__(self, seconds: float) -> None:
        self._end = time.process_time() + seconds

    def left(self) -> float:
        """Seconds left, negative when overdrawn."""
        return self._end - time.process_time()


class Search:
    """The search for one group of targets."""

    def __init__(self, runner: Runner, pools: Pools, budget: Budget) -> None:
        self._runner = runner
        self._pools = pools
        self._budget = budget
        self._random = random.Random(7)
        self._seen: set[tuple[Any, ...]] = set()
        self.tried: dict[str, list[Tried]] = {}
        self.arcs: set[Arc] = set()
        """Steps between lines that any call made; -n is the entry of the function that starts in line n."""
        self.rejected: dict[str, int] = {}
        self._composer = Composer(pools, self._random)

    def explore(self, target: Target, share: float) -> None:
        """Execute candidates of one target, then changes of the good ones, within `share` of the CPU budget."""
        own = Budget(max(0.05, self._budget.left() * share))
        first = itertools.islice(self._composer.candidates(target), MAX_TRIED)
        corpus: list[Tried] = []
        for case in first:
            if own.left() < 0:
                return
            done, fresh = self._try(target, case)
            if done is not None and (fresh or len(corpus) < 6):
                corpus.append(done)
        idle = 0
        while corpus and own.left() > 0 and idle < 150:
            parent = self._random.choice(corpus[-8:] if idle % 2 else corpus)
            twin = self._changed(parent.case)
            if twin is None:
                idle += 5
                continue
            done, fresh = self._try(target, twin)
            idle = 0 if fresh else idle + 1
            if done is not None and fresh:
                corpus.append(done)

    def revisit(self, target: Target) -> None:
        """Again, on objects that other methods have changed by now: deposit, then withdraw; open twice."""
        for case in itertools.islice(self._composer.candidates(target, prepared=True), MAX_TRIED // 3):
            if self._budget.left() < 0:
                return
            self._try(target, case)

    def _try(self, target: Target, case: Case) -> tuple[Tried | None, bool]:
        identity = (case.setup, case.call)
        if identity in self._seen:
            return None, False
        self._seen.add(identity)
        watch = Watch(self._runner.path)
        began = time.process_time()
        outcome = self._runner.run(case, watch)
        cost = time.process_time() - began
        if outcome.kind == "nothing":
            self.rejected[outcome.reason] = self.rejected.get(outcome.reason, 0) + 1
            return None, False
        if outcome.kind == "raises" and not self._reached(target, watch.arcs):
            return None, False  # an argument could not even be made
        fresh = not watch.arcs <= self.arcs
        self.arcs |= watch.arcs
        done = Tried(case, outcome, frozenset(watch.arcs), len(self._seen), cost)
        self.tried.setdefault(target.name, []).append(done)
        self._remember(target, done)
        return done, fresh

    @staticmethod
    def _reached(target: Target, arcs: set[Arc]) -> bool:
        first, last = target.lines
        return any(first <= line and (line <= last or target.kind == "constructor") for _, line in arcs)

    def _remember(self, target: Target, done: Tried) -> None:
        """A method that changed its object prepares it for others: deposit before withdraw."""
        state = [left for left, _ in done.outcome.shown if left != "call" and not left.startswith("result")]
        if target.kind != "method" or target.owner is None or done.case.rank > 1 or len(self._composer.preludes) >= 8:
            return
        if done.outcome.kind == "raises" or not (state or _MUTATOR.match(target.name.rsplit(".", 1)[-1])):
            return
        name = variable(target.owner)
        head = f"{name} = "
        if not done.case.setup or not done.case.setup[0].startswith(head):
            return
        if sum(p.lines[-1].split("(")[0] == done.case.call.split("(")[0] for p in self._composer.preludes) >= 2:
            return
        lines = (*done.case.setup[1:], done.case.call)
        if len(lines) <= 3:
            self._composer.preludes.append(Prelude(name, lines, done.case.subjects[1:], done.case.imports))
            self._pools.preludes[target.owner.__name__] = self._composer.preludes

    def _changed(self, case: Case) -> Case | None:
        """A case with one constant of its text changed."""
        places = [("call", case.call), *(("setup", line) for line in case.setup)]
        kind, text = self._random.choice(places)
        new = changed(text, self._random)
        if new is None:
            return None
        args = case.args
        if kind == "call":
            return case._replace(call=new, rank=case.rank + 2, args=args)
        setup = tuple(new if line == text else line for line in case.setup)
        return case._replace(setup=setup, rank=case.rank + 2)
