# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: S311

"""Which calls are worth a test: those that reach new lines or expose a planted fault, seeds before anything else.

What is left is a small telling set: a greedy cover of arcs and faults, with every kind of result once and three values
of each target, so that a constant would not pass.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Sequence

from .fault import Mutant, Planted
from .invoke import Runner, Watch
from .outcome import Outcome
from .search import Arc, Budget, Search, Tried

_VALUES = 3
"""Different values that each target shows if it has them."""
_HUNTS = 3
_SHOTS = 12
"""Rounds over the faults that nothing exposes yet, and near misses that are tried for each in a round."""
_CLASSES = 6
"""Kinds of results of one target that are shown even if they run no new line."""


class _Reach:
    """Calls by the lines that they run, each line's in the order in which they were added."""

    def __init__(self, calls: Sequence[Tried]) -> None:
        self._rows: dict[int, list[tuple[int, Tried]]] = {}
        self._count = 0
        for call in calls:
            self.add(call)

    def add(self, call: Tried) -> None:
        """One more, the last."""
        for line in call.lines:
            self._rows.setdefault(line, []).append((self._count, call))
        self._count += 1

    def of(self, mutant: Mutant) -> list[Tried]:
        """Those that run a line of the fault."""
        if len(mutant.lines) == 1:
            return [call for line in mutant.lines for _, call in self._rows.get(line, ())]
        found = {number: call for line in mutant.lines for number, call in self._rows.get(line, ())}
        return [found[number] for number in sorted(found)]


class Choice:
    """Chooses among the calls that a search tried; `rejected` counts those that turned out unsteady."""

    def __init__(self, runner: Runner, budget: Budget, search: Search) -> None:
        self.rejected: dict[str, int] = {}
        self._runner = runner
        self._budget = budget
        self._search = search
        self._tried = search.tried
        self._random = random.Random(11)

    def select(self, mutants: Sequence[Mutant], limit: int) -> tuple[dict[str, list[Tried]], set[int]]:
        """For each target the telling cases, and the numbers of the mutants that they expose."""
        everything = sorted((t for rows in self._tried.values() for t in rows), key=lambda t: t.preference)
        chosen: list[Tried] = []
        covered: set[Arc] = set()
        for one in everything:
            if not one.arcs <= covered:
                chosen.append(one)
                covered |= one.arcs
        kinds = {(one.case.target, _class_of(one.outcome)) for one in chosen}
        chosen = [one for one in chosen if one.arcs or not _echo(one)]
        for one in everything:  # every kind of result once, even if its lines are run by others
            kind = (one.case.target, _class_of(one.outcome))
            if kind not in kinds and (one.arcs or not _echo(one)) and sum(k[0] == kind[0] for k in kinds) < _CLASSES:
                kinds.add(kind)
                chosen.append(one)
        chosen += _contrasts(chosen, everything)
        chosen = [one for one in chosen if self._steady(one)]
        kills: dict[int, set[int]] = {id(one): set() for one in chosen}
        reach = _Reach(everything)
        for mutant in sorted(mutants, key=lambda m: (m.number * 7919) % 1009):
            if self._budget.left() < 0:
                break
            self._expose(mutant, chosen, reach, kills)
        self._hunt(mutants, chosen, reach, kills)
        kept = _minimal(chosen, kills, limit)
        result: dict[str, list[Tried]] = {}
        for one in kept:
            result.setdefault(one.case.target, []).append(one)
        return result, {n for one in kept for n in kills[id(one)]}

    def _expose(self, mutant: Mutant, chosen: list[Tried], reach: _Reach, kills: dict[int, set[int]]) -> None:
        killers = 0
        with Planted(mutant):
            for one in chosen:
                if (
                    _runs(one, mutant)
                    and self._runner.run(one.case, cpu_s=20 * one.cpu_s + 0.02).key != one.outcome.key
                ):
                    kills[id(one)].add(mutant.number)
                    killers += 1
                    if killers == 3:
                        break
            found = None
            if not killers:
                for one in itertools.islice((t for t in reach.of(mutant) if id(t) not in kills), 40):
                    if self._runner.run(one.case, cpu_s=20 * one.cpu_s + 0.02).key != one.outcome.key:
                        found = one
                        break
        if found is not None and self._steady(found):
            chosen.append(found)
            kills[id(found)] = {mutant.number}

    def _hunt(self, mutants: Sequence[Mutant], chosen: list[Tried], reach: _Reach, kills: dict[int, set[int]]) -> None:
        """Look for inputs that expose the faults which are left: near misses of calls that run the faulty line."""
        dead = {number for numbers in kills.values() for number in numbers}
        left = {m.number: m for m in mutants if m.number not in dead}
        for turn in range(_HUNTS):
            for mutant in list(left.values()):
                if self._budget.left() < 0:
                    return
                if mutant.number not in left:
                    continue
                runners = reach.of(mutant)
                found = self._hunted(mutant, runners, turn) if runners else None
                if found is None:
                    continue
                reach.add(found)
                chosen.append(found)
                kills[id(found)] = {mutant.number}
                del left[mutant.number]
                for other in [m for m in left.values() if _runs(found, m)]:
                    with Planted(other):
                        if self._runner.run(found.case, cpu_s=20 * found.cpu_s + 0.02).key != found.outcome.key:
                            kills[id(found)].add(other.number)
                            del left[other.number]

    def _hunted(self, mutant: Mutant, runners: list[Tried], turn: int) -> Tried | None:
        """A near miss of one of the calls that tells the fault from the original."""
        for _ in range(_SHOTS):
            parent = self._random.choice(runners[: 6 + 6 * turn])
            case = self._search.changed(parent.case)
            if case is None:
                continue
            with Planted(mutant):
                wrong = self._runner.run(case, cpu_s=20 * parent.cpu_s + 0.02)
            right = self._runner.run(case, cpu_s=20 * parent.cpu_s + 0.02)
            if right.kind == "nothing" or right.key == wrong.key:
                continue
            done = self._search.tried_again(case)
            if done is not None and done.outcome.key != wrong.key and self._steady(done):
                return done
        return None

    def _steady(self, one: Tried) -> bool:
        """The same again, and no clock, random source or process identity was asked."""
        watch = Watch(self._runner.path)
        again = self._runner.run(one.case, watch, profile=True)
        if watch.forbidden or again.key != one.outcome.key:
            reason = f"asks {watch.forbidden}" if watch.forbidden else "differs when repeated"
            self.rejected[reason] = self.rejected.get(reason, 0) + 1
            return False
        return True


def _echo(one: Tried) -> bool:
    """True for a constructor that ran no code of the file: it would only show that arguments are stored."""
    return "." not in one.case.target and one.outcome.kind == "facets" and not one.case.subjects


def _class_of(outcome: Outcome) -> str:
    """What kind of result this is: which exception, true or false, which member of an enumeration, or a value."""
    if outcome.kind == "raises":
        return outcome.error[1]
    if outcome.kind == "value" and re.fullmatch(r"[A-Z]\w*(\.\w+)?", outcome.shown[0][1].text):
        return outcome.shown[0][1].text
    return outcome.kind


def _runs(one: Tried, mutant: Mutant) -> bool:
    return not mutant.lines.isdisjoint(one.lines)


def _contrasts(chosen: list[Tried], everything: list[Tried]) -> list[Tried]:
    """A second value for each target that shows only one: a constant would pass otherwise."""
    more: list[Tried] = []
    shown: dict[str, set[str]] = {}
    for one in chosen:
        shown.setdefault(one.case.target, set()).add(one.value)
    for one in everything:
        values = shown.get(one.case.target, {""})
        if one.value and one.value not in values and len(values - {""}) < _VALUES:
            values.add(one.value)
            more.append(one)
    return more


def _minimal(chosen: list[Tried], kills: dict[int, set[int]], limit: int) -> list[Tried]:
    """Greedy set cover over arcs and exposed mutants, at most `limit` cases of one target."""
    kept: list[Tried] = []
    counts: dict[str, int] = {}
    arcs: set[Arc] = set()
    dead: set[int] = set()
    kinds: set[tuple[str, str]] = set()
    shown: dict[str, set[str]] = {}
    rest = list(chosen)
    while rest:
        best = max(
            rest, key=lambda t: (len(t.arcs - arcs) + 2 * len(kills[id(t)] - dead), [-part for part in t.preference])
        )
        rest.remove(best)
        name = best.case.target
        values = shown.setdefault(name, set())
        kind = (name, _class_of(best.outcome))
        gain = best.arcs - arcs or kills[id(best)] - dead or kind not in kinds
        if (gain or (best.value and best.value not in values and len(values) < _VALUES)) and counts.get(
            name, 0
        ) < limit:
            kinds.add(kind)
            values |= {best.value} - {""}
            kept.append(best)
            counts[name] = counts.get(name, 0) + 1
            arcs |= best.arcs
            dead |= kills[id(best)]
    return kept
