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

from .arguments import Pools, kind_of
from .composing import MAX_TRIED, Composer, Prelude
from .express import Expr
from .feedback import Log, derived
from .invoke import Case, Runner, Watch
from .outcome import Outcome
from .targets import Target, variable
from .variation import changed
from .worlds import Worlds

Arc = tuple[int, int]
_MUTATOR = re.compile(
    r"(add|append|apply|book|create|deposit|insert|load|open|place|post|push|put|record|register|set|store|update)"
)
"""Verbs that change an object even where its public attributes do not show it."""


_PATIENCE = 3
_DEPTH = 3
"""Answers to comparisons that the answer to a comparison led to, so many times over."""
_ANSWERED = 240
_AT_ONCE = 8
_PROBES = 4
"""Calls of a target that are watched for clocks and random sources, besides those that are watched anyway."""
_SHORT = 80
"""A longer call is no way to make an object that people would read."""


class Tried(NamedTuple):
    """A case that has an outcome, with the arcs it ran; `cpu_s` is what that took, tracing included."""

    case: Case
    outcome: Outcome
    arcs: frozenset[Arc]
    order: int
    cpu_s: float
    lines: frozenset[int]

    @property
    def preference(self) -> tuple[int, int, int, int]:
        """Seeds first, then different arguments, little preparation, and the order of the pools (natural inputs first)."""
        texts = [value.text for _, value in self.case.args]
        return self.case.rank, len(texts) - len(set(texts)), len(self.case.setup), self.order

    @property
    def value(self) -> str:
        """The text of a plain value, empty for other outcomes."""
        return self.outcome.shown[0][1].text if self.outcome.kind == "value" else ""


def _tried(case: Case, outcome: Outcome, watch: Watch, order: int, cpu_s: float) -> Tried:
    return Tried(case, outcome, frozenset(watch.arcs), order, cpu_s, frozenset(line for _, line in watch.arcs))


class Budget:
    """CPU seconds that a piece of work may still use."""

    def __init__(self, seconds: float) -> None:
        self._end = time.process_time() + seconds

    def left(self) -> float:
        """Seconds left, negative when overdrawn."""
        return self._end - time.process_time()


class Search:
    """The search for one group of targets."""

    def __init__(self, runner: Runner, pools: Pools, worlds: Worlds, log: Log) -> None:
        self._runner = runner
        self._log = log
        self._pools = pools
        self._worlds = worlds
        self._probed: dict[str, int] = {}
        self._unsettled: set[str] = set()
        self._random = random.Random(7)
        self._seen: set[tuple[Any, ...]] = set()
        self.tried: dict[str, list[Tried]] = {}
        self.arcs: set[Arc] = set()
        """Steps between lines that any call made; -n is the entry of the function that starts in line n."""
        self.rejected: dict[str, int] = {}
        self._composer = Composer(pools, self._random)
        self._decided: set[tuple[int, bool]] = set()
        self._brushed: set[tuple[int, int]] = set()
        """What only calls reached that have no outcome."""
        self._blame: dict[tuple[str, str, str], list[int]] = {}
        """For a target, a parameter and a type of argument: calls that failed for no reason of their own, and others."""
        runner.on_call = log.clear

    def explore(self, target: Target, seconds: float) -> None:
        """Execute candidates of one target, then changes of the good ones, within so many CPU seconds."""
        own = Budget(max(0.05, seconds))
        self._worlds.begin(target)
        first = itertools.islice(self._composer.candidates(target), MAX_TRIED)
        corpus: list[Case] = []
        answered = 0
        for case in (each for one in first for each in self._worlds.around(target, one)):
            if own.left() < 0:
                return
            pending = [(case, 0)]
            while pending:
                one, depth = pending.pop()
                done, fresh = self._try(target, one)
                if fresh or (done is not None and len(corpus) < 6):
                    corpus.append(one)
                if self._log.seen and depth < _DEPTH and (fresh or depth < 2) and answered < _ANSWERED:
                    more = self._answering(one)
                    answered += len(more)
                    pending += [(each, depth + 1) for each in reversed(more)]
                if own.left() < 0:
                    return
        idle = 0
        while corpus and own.left() > 0 and idle < 150:
            parent = self._random.choice(corpus[-8:] if idle % 2 else corpus)
            twin = self.changed(parent)
            if twin is None:
                idle += 5
                continue
            _, fresh = self._try(target, twin)
            idle = 0 if fresh else idle + 1
            if fresh:
                corpus.append(twin)

    def revisit(self, target: Target, budget: Budget) -> None:
        """Again, on objects that other methods have changed by now: deposit, then withdraw; open twice."""
        for case in itertools.islice(self._composer.candidates(target, prepared=True), MAX_TRIED // 3):
            if budget.left() < 0:
                return
            for each in self._worlds.around(target, case):
                self._try(target, each)

    def _try(self, target: Target, case: Case) -> tuple[Tried | None, bool]:
        """The case with its outcome, None where it has none; and whether it reached something new all the same."""
        identity = (case.world, case.setup, case.call)
        self._log.clear()
        if identity in self._seen or (case.rank == 1 and self._hopeless(target, case)):
            return None, False
        self._seen.add(identity)
        watch = Watch(self._runner.path)
        began = time.process_time()
        outcome = self._runner.run(case, watch)
        cost = time.process_time() - began
        self._learn(target, case, outcome)
        if outcome.kind == "nothing":
            self.rejected[outcome.reason] = self.rejected.get(outcome.reason, 0) + 1
            brushed = {*watch.arcs, *self._log.decided} - self.arcs - self._decided - self._brushed
            self._brushed |= brushed
            return None, bool(brushed)  # it failed further on than others did: a change of it may not
        if outcome.kind == "raises" and not self._reached(target, watch.arcs):
            return None, False  # an argument could not even be made
        fresh = not (watch.arcs <= self.arcs and self._log.decided <= self._decided)
        self.arcs |= watch.arcs
        self._decided |= self._log.decided
        short = not case.setup and len(case.call) < _SHORT and self._runner.value is not None
        probed = self._probed.get(target.name, 0)
        if (fresh and (short or probed < _PROBES)) or target.name in self._unsettled:
            self._probed[target.name] = probed + 1
            kind = type(self._runner.value)
            steady = Watch(self._runner.path)
            self._runner.run(case, steady, profile=True)
            if steady.remedy is not None and self._worlds.learn(target, steady.remedy):
                self._unsettled.add(target.name)  # one clock less may still leave another
                return self._again(target, case)
            self._unsettled.discard(target.name)
            if not steady.forbidden and short and not case.world:
                # an object made of today's date would carry it into every other test
                self._pools.made(kind, Expr(case.call, case.imports))
        done = _tried(case, outcome, watch, len(self._seen), cost)
        self.tried.setdefault(target.name, []).append(done)
        self._remember(target, done)
        return done, fresh

    def _again(self, target: Target, case: Case) -> tuple[Tried | None, bool]:
        """The case in the worlds of which it was just learnt that it needs them."""
        bare = case._replace(
            world=(), subjects=tuple(s for s in case.subjects if f"{s} = " not in "\n".join(case.world))
        )
        bares = dict.fromkeys([bare, self._worlds.on_the_day(bare)])
        rows = [self._try(target, each) for one in bares for each in self._worlds.around(target, one)]
        good = [row for row in rows if row[0] is not None]
        return good[0] if good else (None, False)

    def _learn(self, target: Target, case: Case, outcome: Outcome) -> None:
        """Note which types of arguments a target takes: a call that fails in an operator got the wrong ones."""
        failed = outcome.kind == "nothing" and outcome.reason.startswith(("TypeError", "AttributeError"))
        for name, value in case.args:
            counts = self._blame.setdefault((target.name, name, kind_of(value.text)), [0, 0])
            counts[0 if failed else 1] += 1

    def _hopeless(self, target: Target, case: Case) -> bool:
        """True for a call with an argument of a type that never went well while another one did."""
        for name, value in case.args:
            failed, fine = self._blame.get((target.name, name, kind_of(value.text)), (0, 0))
            if (
                failed >= _PATIENCE
                and not fine
                and any(
                    counts[1]
                    for (owner, parameter, _), counts in self._blame.items()
                    if (owner, parameter) == (target.name, name)
                )
            ):
                return True
        return False

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

    def _answering(self, case: Case) -> list[Case]:
        """The case with what the code compared its input with, written where the input stood."""
        seen = list(self._log.seen)
        rank = case.rank + 1
        found = [case._replace(call=new, rank=rank) for new in derived(case.call, seen)]
        for index, line in enumerate(case.setup):
            head, tail = case.setup[:index], case.setup[index + 1 :]
            found += [case._replace(setup=(*head, new, *tail), rank=rank) for new in derived(line, seen)]
        return [case for case in found if (case.world, case.setup, case.call) not in self._seen][:_AT_ONCE]

    def tried_again(self, case: Case) -> Tried | None:
        """A case that has been run before, with the arcs it runs; None when it has no outcome."""
        watch = Watch(self._runner.path)
        began = time.process_time()
        outcome = self._runner.run(case, watch)
        cost = time.process_time() - began
        if outcome.kind == "nothing":
            return None
        return _tried(case, outcome, watch, len(self._seen), cost)

    def changed(self, case: Case) -> Case | None:
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
