# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""The search: run the cases, suspect places, try patches in order, weigh what passes."""

from __future__ import annotations

import os
import sys
import tokenize
from collections.abc import Callable, Sequence
from typing import Any

from ..recording.forked import DIED, cpu, in_fork
from . import choice, rivals, templates
from .belongings import Belongings
from .cases import Case
from .scene import Scene
from .source import Function, Patch, Planted, Text, caches, compiled, functions, signature
from .trial import MORE_BYTES, Court, Tried, timed
from .watching import Notes, watched

_FIRST_S = 1.0
_NEXT_S = 0.15
_WHOLE_S = 20.0
_TIMES = 10
_BATCH = 48
_SLICE = 0.3
_MARGIN = 2.4
_MOST = 40
_FURTHER = 0.3
_HALVED = 600
_CASES = 4
_LAST = 0.15


class Search:
    """One repair. `told` is the answer as plain values."""

    def __init__(self, path: str, cases: list[Case], budget_s: float) -> None:
        with tokenize.open(path) as stream:  # whatever its encoding: offsets are those of the text as UTF-8
            encoding = stream.encoding
        with open(path, "rb") as raw:  # noqa: PTH123 -- Python 3.9, one file
            self.text = Text(raw.read().decode(encoding).encode())
        self.path, self.cases = path, cases
        self.functions = functions(self.text, path)
        self.notes = Notes()
        self.budget_s, self.began = budget_s, cpu()
        self.caches = caches()
        self.first_s = _FIRST_S if budget_s > 0 else _WHOLE_S
        self.before: list[tuple[Patch, Any]] = []
        """What was tried before the first that passes, and failed."""
        self.complete = False
        """Whether everything that costs little more than the first was looked at, in the usual time."""
        self.told: dict[str, Any] = {}

    def left(self) -> float:
        """CPU seconds that are left."""
        return self.budget_s - (cpu() - self.began)

    def run(self) -> dict[str, Any]:
        """Everything in turn; the answer."""
        died = self._baseline()
        if died:
            return {"state": "broken", "why": died}
        self.cases = [case for case in self.cases if not case.skipped]
        if not self.cases:
            return {"state": "no tests"}
        failing = [n for n, case in enumerate(self.cases) if not case.passed]
        self.told = {
            "failing": sorted({self.cases[n].test for n in failing}),
        }
        if not failing:
            return {**self.told, "state": "passing"}
        if self.budget_s <= 0:
            return {**self.told, "state": "failing"}
        self._watch()
        near = [n for n in failing if self.cases[n].reached]
        if not near:
            return {**self.told, "state": "elsewhere"}
        passing = [n for n, case in enumerate(self.cases) if case.passed and case.reached]
        slowest = max((self.cases[n].took for n in passing), default=0.0)
        court = Court(self.cases, self.caches, min(slowest, 1.0), Belongings(self._modules()))
        ranked = self._ranked()
        found = self._searched(ranked, court, near, passing)
        firm = [n for n in near if not self.cases[n].late]
        if not found and firm and len(firm) < len(near) and self.left() > 0.2 * self.budget_s:
            # What took too long may have been slow, and no failure: it is left to the run that proves the change.
            near = firm
            found = self._searched(ranked, court, near, passing)
        self.told.update(tried=court.tried, cpu_s=cpu() - self.began)
        if not found:
            return {**self.told, "state": "none"}
        kept = self._weighed(found, court, [*near, *passing])
        self.told["halves"] = self._halves(court, near, passing) if kept else []
        self.told.update(cases=len(near) + len(passing), complete=self.complete, cpu_s=cpu() - self.began)
        return {**self.told, "state": "found"}

    def _modules(self) -> list[Any]:
        """The modules whose state a candidate could leave changed: the file's own, and those of the tests."""
        files = {self.path, *(c.file for c in self.cases)}
        return [m for m in list(sys.modules.values()) if getattr(m, "__file__", None) in files]

    # -- before

    def _baseline(self) -> str:
        """Which cases pass, and what they take; each bounded. What our own code raised where nothing came of it."""
        done = 0
        while done < len(self.cases):
            start = done

            def work(tell: Callable[[Any], None], start: int = start) -> None:
                slowest, lates = 0.0, 0
                for number in range(start, len(self.cases)):
                    tell(("run", number))
                    # Where one never ends, others of its kind do not, either: they are not waited for as long.
                    limit = self.first_s if not lates else max(_NEXT_S, _TIMES * slowest)
                    run, took = timed(self.cases[number], limit, self.caches)
                    slowest = max(slowest, took) if run.passed else slowest
                    lates += run.late
                    tell(("end", number, took, *run))

            rows = in_fork(work, MORE_BYTES)
            for row in rows:
                if row[0] == "end":
                    case, done = self.cases[row[1]], row[1] + 1
                    case.took, case.passed, case.late, case.skipped = row[2:]
            if rows and rows[-1][0] == "run":
                done = rows[-1][1] + 1  # it died there: it does not pass
                self.cases[done - 1].late = True
            elif done < len(self.cases):
                return str(rows[-1][1]) if rows and rows[-1][0] == DIED else DIED
        return ""

    def _watch(self) -> None:
        """What each case reaches, and types."""
        codes = [(function, watched(function, self.notes, self.path)) for function in self.functions]
        order = sorted(range(len(self.cases)), key=lambda n: (self.cases[n].passed, self.cases[n].took))
        limit = _FIRST_S

        def work(tell: Callable[[Any], None], some: Sequence[int]) -> None:
            planted = [Planted(function, code) for function, code in codes]
            for each in planted:
                each.__enter__()
            for number in some:
                self.notes.reached.clear()
                tell(("run", number))
                case = self.cases[number]
                timed(case, _NEXT_S if case.late else limit, self.caches)
                tell(("end", number, sorted(self.notes.reached)))
            names = [[*at, sorted(kinds)] for at, kinds in self.notes.names.items()]
            tell(("notes", [sorted(k) for k in self.notes.kinds], names, [sorted(t) for t in self.notes.truth]))

        at = 0
        while at < len(order):
            # By packs, so that what was seen is not lost with a process that a test ends.
            pack = order[at : at + 40]
            rows = in_fork(lambda tell: work(tell, pack), MORE_BYTES)  # noqa: B023
            for row in rows:
                if row[0] == "end":
                    self.cases[row[1]].reached = frozenset(row[2])
                elif row[0] == "notes":
                    self._merge(row)
            ended = [row for row in rows if row[0] == "end"]
            at += len(pack) if len(ended) == len(pack) else len(ended) + 1
            if self.left() < 0.6 * self.budget_s and all(self.cases[n].passed for n in order[at:]):
                break

    def _merge(self, row: Any) -> None:
        _, kinds, names, truth = row
        for held, seen in zip(self.notes.kinds, kinds):  # noqa: B905
            held.update(seen)
        for number, name, seen in names:
            self.notes.names.setdefault((number, name), set()).update(seen)
        for held_, seen in zip(self.notes.truth, truth):  # noqa: B905
            held_.update(seen)

    # -- the search

    def _ranked(self) -> list[Patch]:
        reached = [(case.passed, case.reached) for case in self.cases if case.reached]
        suspicion = templates.ochiai(reached, self.notes.keys)
        found: list[Patch] = []
        for function in self.functions:
            scene = Scene(self.text, function, self.notes)
            found += templates.patches(scene, suspicion)
        return sorted(found, key=lambda patch: patch.rank)

    def _searched(
        self, ranked: Sequence[Patch], court: Court, failing: Sequence[int], passing: Sequence[int]
    ) -> list[rivals.Found]:
        """The patches with which everything passes, in order; what costs little more than the first is looked at, too."""
        self.complete = False
        known = {signature(h.__code__) for f in self.functions for h in f.holders}
        found: list[rivals.Found] = []
        late: list[tuple[Patch, Any]] = []
        at = 0
        until = _LAST * self.budget_s
        while at < len(ranked):
            if self.left() < until or len(found) >= _MOST:
                break
            if found and ranked[at].rank > found[0].patch.rank + _MARGIN:
                self.complete = True
                break
            batch: list[tuple[Patch, Any]] = []
            # Of slow tests fewer at once, so that the budget is kept.
            each = self.cases[court.order(failing)[0]].took
            most = min(_BATCH, 1 + int(_SLICE * self.left() / max(each, 1e-4)))
            while at < len(ranked) and len(batch) < most:
                patch = ranked[at]
                at += 1
                code = compiled(self.text, self.functions[patch.function], patch, self.path)
                if code is None or (mark := signature(code)) in known:
                    continue
                known.add(mark)
                batch.append((patch, code))
            if not batch:
                continue
            numbers = [*court.order(failing), *court.order(passing)]
            ended = court.tries([(self.functions[p.function], code) for p, code in batch], numbers)
            for (patch, code), how in zip(batch, ended):  # noqa: B905
                if how.failed < 0:
                    if not found:  # others are looked for, not as long
                        until = max(until, self.left() - _FURTHER * self.budget_s)
                    found.append(rivals.Found(patch, code))
                elif how.late:
                    late.append((patch, code))
                if not found and len(self.before) < _HALVED:
                    self.before.append((patch, code))
        else:
            self.complete = True
        if not found and late and self.left() > 0.05 * self.budget_s:
            self.complete = False  # it ends with the first that passes
            found = self._again(late, court, failing, passing)
        return found

    def _again(
        self, late: list[Any], court: Court, failing: Sequence[int], passing: Sequence[int]
    ) -> list[rivals.Found]:
        """Those that ran out of time, with more of it."""
        for factor in (6.0, 30.0):
            rest = []
            for patch, code in late:
                if self.left() < 0:
                    return []
                numbers = [*court.order(failing), *court.order(passing)]
                ended: list[Tried] = court.tries([(self.functions[patch.function], code)], numbers, factor)
                if ended[0].failed < 0:
                    return [rivals.Found(patch, code)]
                rest += [(patch, code)] if ended[0].late else []
            late = rest
        return []

    # -- behind it

    def _halves(self, court: Court, failing: Sequence[int], passing: Sequence[int]) -> list[bool]:
        """For each half of the cases, whether the search would have come to the same change with it alone; nothing where
        there are too few, or no time.
        """
        if len(failing) < 2 or len(failing) + len(passing) < _CASES or self.left() < 0.1 * self.budget_s:
            return []
        found = []
        for half in (0, 1):
            numbers = [*sorted(failing)[half::2], *sorted(passing)[half::2]]
            ended = court.tries([(self.functions[p.function], code) for p, code in self.before], numbers)
            found.append(all(how.failed >= 0 for how in ended))
            if self.left() < 0:
                break
        return found

    def _weighed(self, found: list[rivals.Found], court: Court, numbers: Sequence[int]) -> bool:
        """What is known of those that pass, the chosen one first; whether it is the one that the search came to first."""
        function: Function = self.functions[found[0].patch.function]
        same = [one for one in found if one.patch.function == function.number]
        got = rivals.answers(function, [one.code for one in same], court, numbers)
        best, idle = self._chosen(same, got, court, numbers)
        planted, left = rivals.survivors(self.text, function, same[best], court, numbers, self.path)
        beside = rivals.answers(function, [same[best].code, *left], court, numbers)
        numbered = {id(one): number for number, one in enumerate(same)}
        told = []
        for one in (same[best], *(one for one in found if one is not same[best])):
            number = numbered.get(id(one))
            differs = [] if number == best else None if number is None else got.differing(number, best)
            told.append(
                {
                    "edits": [list(edit) for edit in one.patch.edits],
                    "kind": one.patch.kind,
                    "cost": one.patch.cost,
                    "rank": one.patch.rank,
                    "function": self.functions[one.patch.function].qualified,
                    "differs": -1 if differs is None else len(differs),
                    "shown": [got.shown(number or 0, at, best) for at in (differs or [])[:3]],
                }
            )
        # A fault that behaves as the change does is none; of one that nothing is known of, it may be.
        unnoticed = sum(beside.differing(number) != [] for number in range(1, len(left) + 1))
        self.told.update(found=told, mutants=planted, unnoticed=unnoticed, idle=idle)
        return best == 0

    def _chosen(
        self, same: list[rivals.Found], got: rivals.Answers, court: Court, numbers: Sequence[int]
    ) -> tuple[int, list[str]]:
        """The number of the candidate that comes first, and the idle parts of it and of likelier ones that answer alike."""
        function: Function = self.functions[same[0].patch.function]
        idle: dict[int, list[str]] = {}
        most = rivals.PARTS * sum(court.cases[number].took for number in numbers if not court.cases[number].late)

        def parts(number: int) -> list[str]:
            if number not in idle and self.left() > most:
                idle[number] = rivals.idle(self.text, function, same[number], court, numbers, self.path)
            return idle.get(number, [])

        groups = choice.behaviours(same, got)
        best = choice.first(same, groups, parts)
        alike = next(group for group in groups if best in group)
        return best, [part for number in alike if number <= best for part in idle.get(number, [])]


def real(path: str) -> str:
    """A path without links."""
    return os.path.realpath(path)
