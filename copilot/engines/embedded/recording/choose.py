# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: S311

"""Which calls are worth a test: those that reach new lines or expose a planted fault, seeds before anything else.

For one group of targets (a function, or a class with its methods): try candidates, search further by changing the
inputs that reached something new (as coverage-guided fuzzers do), then keep the smallest telling set.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import random
import re
import time
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from .arguments import Pools, by_annotation, hints_of
from .express import Expr, Inexpressible, made
from .invoke import Case, Outcome, Runner, Watch
from .mutants import Mutant, Planted
from .seeds import Seed
from .targets import Target, variable

Arc = tuple[int, int]
_MUTATOR = re.compile(
    r"(add|append|apply|book|create|deposit|insert|load|open|place|post|push|put|record|register|set|store|update)"
)
"""Verbs that change an object even where its public attributes do not show it."""
_VALUES = 2
"""Different values that each target shows if it has them."""
_CLASSES = 6
"""Kinds of results of one target that are shown even if they run no new line."""
MAX_TRIED = 220
"""Candidates of one target that are executed before the search by change starts."""


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


class Prelude(NamedTuple):
    """A call that changed the object `name`: further lines of set-up, to be tried before other calls."""

    name: str
    lines: tuple[str, ...]
    subjects: tuple[str, ...]
    imports: frozenset[tuple[str, str]]


Receiver = tuple[Expr, Prelude]
_NO_PRELUDE = Prelude("", (), (), frozenset())


class Budget:
    """CPU seconds that a piece of work may still use."""

    def __init__(self, seconds: float) -> None:
        self._end = time.process_time() + seconds

    def left(self) -> float:
        """Seconds left, negative when overdrawn."""
        return self._end - time.process_time()


class Search:
    """The search for one group of targets."""

    def __init__(self, runner: Runner, pools: Pools, budget: Budget, lines: Sequence[tuple[int, int]]) -> None:
        self._runner = runner
        self._pools = pools
        self._budget = budget
        self._random = random.Random(7)
        self._seen: set[tuple[Any, ...]] = set()
        self._focus = list(lines)
        self.tried: dict[str, list[Tried]] = {}
        self.arcs: set[Arc] = set()
        self.rejected: dict[str, int] = {}
        self._preludes: list[Prelude] = []

    def explore(self, target: Target, share: float) -> None:
        """Execute candidates of one target, then changes of the good ones, within `share` of the CPU budget."""
        own = Budget(max(0.05, self._budget.left() * share))
        first = itertools.islice(self._candidates(target), MAX_TRIED)
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
        for case in itertools.islice(self._candidates(target, prepared=True), MAX_TRIED // 3):
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
        if target.kind != "method" or target.owner is None or done.case.rank > 1 or len(self._preludes) >= 8:
            return
        if done.outcome.kind == "raises" or not (state or _MUTATOR.match(target.name.rsplit(".", 1)[-1])):
            return
        name = variable(target.owner)
        head = f"{name} = "
        if not done.case.setup or not done.case.setup[0].startswith(head):
            return
        if sum(p.lines[-1].split("(")[0] == done.case.call.split("(")[0] for p in self._preludes) >= 2:
            return
        lines = (*done.case.setup[1:], done.case.call)
        if len(lines) <= 3:
            self._preludes.append(Prelude(name, lines, done.case.subjects[1:], done.case.imports))
            self._pools.preludes[target.owner.__name__] = self._preludes

    # -- candidates ---------------------------------------------------------------------------------------------

    def _candidates(self, target: Target, *, prepared: bool = False) -> Iterator[Case]:
        short = target.name.rsplit(".", 1)[-1]
        receivers = self._receivers(target)
        if prepared:
            receivers = [r for r in receivers if r[1].lines]
        if target.kind in ("method", "property", "operator") and not receivers:
            return
        name = target.owner.__name__ if target.kind == "constructor" and target.owner else short
        for seed in self._pools.found.calls.get(name, []):
            yield from self._seeded(target, seed, receivers)
        pools = self._argument_pools(target)
        if pools is None:
            return
        base = [(p, pool[0]) for p, pool in pools if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
        for receiver in receivers:
            case = self._case(target, receiver, base, 1)
            if case is not None:
                yield case
        for parameter, pool in pools:
            for prelude in self._preludes_of(pool[0]):
                row = base if parameter.default is parameter.empty else [*base, (parameter, pool[0])]
                case = self._case(target, receivers[0], row, 1, (parameter.name, prelude)) if receivers else None
                if case is not None:
                    yield case
        for receiver, row in zip(itertools.cycle(receivers), itertools.islice(_rows(pools, self._random), MAX_TRIED)):
            case = self._case(target, receiver, row, 1)
            if case is not None:
                yield case

    def _preludes_of(self, value: Expr) -> list[Prelude]:
        """What changes an object of the class that an argument constructs."""
        found = []
        for name, preludes in self._pools.preludes.items():
            if re.match(rf"{re.escape(name)}\b", value.text) and self._mutable(value):
                found += preludes
        return found

    def _receivers(self, target: Target) -> list[Receiver]:
        """Objects to call a method on: text of the constructor, and what changes the object before."""
        if target.kind not in ("method", "property", "operator") or target.owner is None:
            return [(Expr(""), _NO_PRELUDE)]
        seeds = self._pools.found.calls.get(target.name.rsplit(".", 1)[-1], [])[:12]
        made = [s.receiver for s in seeds if s.receiver is not None and self._is(s.receiver, target.owner)]
        made += by_annotation(target.owner, self._pools.found)
        rows = [(expr, _NO_PRELUDE) for expr in list(dict.fromkeys(made))[:8]]
        more = [(e, p) for p in self._preludes for e, _ in rows[:3]]
        return [*rows[:3], *more, *rows[3:]]

    @staticmethod
    def _is(expr: Expr, owner: Any) -> bool:
        try:
            return isinstance(made(expr), owner)
        except Inexpressible:
            return False

    def _seeded(self, target: Target, seed: Seed, receivers: list[Receiver]) -> Iterator[Case]:
        row: list[tuple[inspect.Parameter, Expr]] = []
        positional = [p for p in target.parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        several = next((p for p in target.parameters if p.kind is p.VAR_POSITIONAL), None)
        for index, value in enumerate(seed.args):
            parameter = positional[index] if index < len(positional) else several
            if parameter is None:
                return
            row.append((parameter, value))
        named = {p.name: p for p in target.parameters}
        for name, value in seed.keywords:
            if name not in named:
                return
            row.append((named[name], value))
        chosen = receivers[:1] + [r for r in receivers if r[1].lines][:6]
        bound = target.owner is not None and target.kind in ("method", "operator")
        if bound and seed.receiver is not None and self._is(seed.receiver, target.owner):
            chosen = [(seed.receiver, _NO_PRELUDE), *((seed.receiver, p) for p in self._preludes)]
        for receiver in chosen:
            case = self._case(target, receiver, row, 0)
            if case is not None:
                yield case

    def _argument_pools(self, target: Target) -> list[tuple[inspect.Parameter, list[Expr]]] | None:
        hints = hints_of(target)
        pools: list[tuple[inspect.Parameter, list[Expr]]] = []
        for parameter in target.parameters:
            if parameter.kind is parameter.VAR_KEYWORD:
                continue
            pool = self._pools.of(target, parameter, hints.get(parameter.name))
            if target.kind == "operator" and target.owner is not None and parameter.name == "other":
                pool = by_annotation(target.owner, self._pools.found) + pool
            if pool:
                pools.append((parameter, pool))
            elif parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL:
                return None
        return pools

    def _case(
        self,
        target: Target,
        receiver: Receiver,
        row: Sequence[tuple[inspect.Parameter, Expr]],
        rank: int,
        before: tuple[str, Prelude] | None = None,
    ) -> Case | None:
        origin, prelude = receiver
        imports = target.callee.imports | origin.imports | prelude.imports
        setup: list[str] = []
        subjects: list[str] = []
        name = ""
        if origin.text:
            assert target.owner is not None
            name = variable(target.owner)
            setup = [f"{name} = {origin.text}", *prelude.lines]
            subjects = [name, *prelude.subjects]
        words: list[str] = []
        keyword = False
        order = {p.name: i for i, p in enumerate(target.parameters)}
        last = -1
        for parameter, value in row:
            imports |= value.imports
            text = value.text
            if self._mutable(value) and parameter.kind is not parameter.VAR_POSITIONAL:
                text = parameter.name
                while text in subjects:
                    text += "_2"
                setup.append(f"{text} = {value.text}")
                subjects.append(text)
                if before is not None and before[0] == parameter.name:
                    setup += [renamed(line, before[1].name, text) for line in before[1].lines]
                    subjects += before[1].subjects
                    imports |= before[1].imports
            skipped = order[parameter.name] > last + 1
            keyword = (
                keyword
                or (skipped and parameter.kind is not parameter.VAR_POSITIONAL)
                or parameter.kind is parameter.KEYWORD_ONLY
            )
            if keyword and parameter.kind is parameter.POSITIONAL_ONLY:
                return None
            last = max(last, order[parameter.name])
            words.append(
                f"{parameter.name}={text}" if keyword and parameter.kind is not parameter.VAR_POSITIONAL else text
            )
        if any(s in {n for _, n in imports} for s in subjects) or (
            target.kind == "operator" and len(words) != _operands(target)
        ):
            return None
        call = target.written(words, name)
        args = tuple((p.name, v) for p, v in row)
        return Case(target.name, tuple(setup), call, imports, args, tuple(subjects), rank)

    def _mutable(self, value: Expr) -> bool:
        """True for an object of project code whose state a call may change: it gets a variable of its own."""
        if "(" not in value.text or not value.imports:
            return False
        try:
            found = made(value)
        except Inexpressible:
            return False
        kind = type(found)
        params = getattr(kind, "__dataclass_params__", None)
        plain = kind.__module__ in ("builtins", "decimal", "datetime", "fractions", "uuid", "pathlib", "enum")
        return (
            not plain
            and hasattr(found, "__dict__")
            and not (params and params.frozen)
            and not isinstance(found, type)
            and not callable(found)
        )

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

    # -- choice -------------------------------------------------------------------------------------------------

    def select(self, mutants: Sequence[Mutant], limit: int) -> tuple[dict[str, list[Tried]], set[int]]:
        """For each target the telling cases, and the numbers of the mutants that they expose."""
        everything = sorted((t for rows in self.tried.values() for t in rows), key=lambda t: t.preference)
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
        for mutant in sorted(mutants, key=lambda m: (m.number * 7919) % 1009):
            if self._budget.left() < 0:
                break
            self._expose(mutant, chosen, everything, kills)
        kept = _minimal(chosen, kills, limit)
        result: dict[str, list[Tried]] = {}
        for one in kept:
            result.setdefault(one.case.target, []).append(one)
        return result, {n for one in kept for n in kills[id(one)]}

    def _expose(self, mutant: Mutant, chosen: list[Tried], everything: list[Tried], kills: dict[int, set[int]]) -> None:
        killers = 0
        with Planted(mutant):
            for one in chosen:
                if (
                    _runs(one, mutant.line)
                    and self._runner.run(one.case, cpu_s=20 * one.cpu_s + 0.02).key != one.outcome.key
                ):
                    kills[id(one)].add(mutant.number)
                    killers += 1
                    if killers == 3:
                        break
            found = None
            if not killers:
                for one in itertools.islice(
                    (t for t in everything if id(t) not in kills and _runs(t, mutant.line)), 40
                ):
                    if self._runner.run(one.case, cpu_s=20 * one.cpu_s + 0.02).key != one.outcome.key:
                        found = one
                        break
        if found is not None and self._steady(found):
            chosen.append(found)
            kills[id(found)] = {mutant.number}

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


def renamed(line: str, old: str, new: str) -> str:
    """A line of code with one variable renamed."""
    return re.sub(rf"(?<![\w.'\"]){re.escape(old)}(?=\W)", new, line)


def _class_of(outcome: Outcome) -> str:
    """What kind of result this is: which exception, true or false, which member of an enumeration, or a value."""
    if outcome.kind == "raises":
        return outcome.error[1]
    if outcome.kind == "value" and re.fullmatch(r"[A-Z]\w*(\.\w+)?", outcome.shown[0][1].text):
        return outcome.shown[0][1].text
    return outcome.kind


def _operands(target: Target) -> int:
    return len([p for p in target.parameters if p.default is p.empty]) or 0


def _runs(one: Tried, line: int) -> bool:
    return any(line == b for _, b in one.arcs)


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
            values.add(best.value)
            kept.append(best)
            counts[name] = counts.get(name, 0) + 1
            arcs |= best.arcs
            dead |= kills[id(best)]
    return kept


def _rows(
    pools: Sequence[tuple[inspect.Parameter, list[Expr]]], chance: random.Random
) -> Iterator[list[tuple[inspect.Parameter, Expr]]]:
    """Argument lists: the base, one parameter varied at a time, then combinations."""
    needed = [(p, pool) for p, pool in pools if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    several = [(p, pool) for p, pool in pools if p.kind is p.VAR_POSITIONAL]
    base = [(p, pool[0]) for p, pool in needed] + [(p, e) for p, pool in several for e in pool[:2]]
    yield base
    for turn in range(1, max((len(pool) for _, pool in pools), default=0)):
        for parameter, pool in pools:
            if turn < len(pool) + (parameter.default is not parameter.empty):
                value = pool[turn - (parameter.default is not parameter.empty)]
                rest = [(p, v) for p, v in base if p is not parameter]
                yield sorted([*rest, (parameter, value)], key=lambda r: [p for p, _ in pools].index(r[0]))
    for _ in range(MAX_TRIED if len(pools) > 1 else 0):
        yield [(p, chance.choice(pool)) for p, pool in pools if p.default is p.empty or chance.random() < 0.5]


class _Place(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[ast.AST] = []

    def visit_Call(self, node: ast.Call) -> None:
        for part in [*node.args, *(k.value for k in node.keywords)]:
            self.visit(part)
        if isinstance(node.func, ast.Attribute):
            self.visit(node.func.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, (str, int, float)) and not isinstance(node.value, bool):
            self.found.append(node)

    def visit_List(self, node: ast.List) -> None:
        self.found.append(node)
        self.generic_visit(node)


def changed(text: str, chance: random.Random) -> str | None:
    """`text` with one constant changed: a digit flipped, a string cut, neighbours swapped, a number moved."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    places = _Place()
    places.visit(tree)
    if not places.found:
        return None
    target: Any = chance.choice(places.found)
    if isinstance(target, ast.List):
        if not target.elts:
            return None
        index = chance.randrange(len(target.elts))
        if chance.random() < 0.5:
            target.elts.pop(index)
        else:
            target.elts.insert(index, target.elts[index])
    elif isinstance(target.value, str):
        new = changed_string(target.value, chance)
        target.value = new
    else:
        target.value = changed_number(target.value, chance)
    return ast.unparse(tree)


def changed_string(value: str, chance: random.Random) -> str:
    """A near miss of a string; numbers inside `Decimal("…")` stay numbers most of the time."""
    if re.fullmatch(r"-?\d+\.?\d*", value) and chance.random() < 0.6:
        number = float(value) if "." in value else int(value)
        return str(changed_number(number, chance))
    if not value:
        return chance.choice(["a", "0", " "])
    index = chance.randrange(len(value))
    turn = chance.randrange(9)
    if turn <= 3:
        old = value[index]
        new = (
            chance.choice("0123456789")
            if old.isdigit() or turn == 3
            else chance.choice("ABCXYZ" if old.isupper() else "abcxyz")
        )
        return value[:index] + new + value[index + 1 :]
    if turn == 4:
        return value[:-1]
    if turn == 5:
        return value[:index] + value[index + 1 :]
    if turn == 6 and index + 1 < len(value):
        return value[:index] + value[index + 1] + value[index] + value[index + 2 :]
    if turn == 7:
        return value.lower() if value != value.lower() else value.upper()
    return value + value[index]


def changed_number(value: Any, chance: random.Random) -> Any:
    """A neighbour of a number, or another magnitude."""
    if isinstance(value, float):
        return chance.choice(
            [round(value + 1, 6), round(value - 1, 6), round(value * 10, 6), round(value / 10, 6), 0.0, -value]
        )
    return chance.choice([value + 1, value - 1, value * 10, value // 2, 0, value * 2, value + 7, -value])
