"""Calls to try, written out: arguments from the pools, objects made and prepared, seeds as they were seen."""

from __future__ import annotations

import inspect
import itertools
import random
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from . import stubs
from .arguments import Pools, by_annotation
from .express import Expr, Inexpressible, made
from .hints import hints_of
from .invoke import Case
from .seeds import Seed
from .targets import Target, variable

_SEEDS = 24
"""Calls as they were seen that are tried before anything else."""

_RECEIVERS = 16

MAX_TRIED = 220
"""Candidates of one target that are executed before the search by change starts."""


class Prelude(NamedTuple):
    """A call that changed the object `name`: further lines of set-up, to be tried before other calls."""

    name: str
    lines: tuple[str, ...]
    subjects: tuple[str, ...]
    imports: frozenset[tuple[str, str]]


Receiver = tuple[Expr, Prelude]
_NO_PRELUDE = Prelude("", (), (), frozenset())


class Composer:
    """Writes candidate calls for the targets of one group. `preludes` grows while calls are tried."""

    def __init__(self, pools: Pools, chance: random.Random) -> None:
        self.preludes: list[Prelude] = []
        self._pools = pools
        self._random = chance

    def candidates(self, target: Target, *, prepared: bool = False) -> Iterator[Case]:
        """Calls of one target, the most natural first; `prepared` wants only objects that other methods changed."""
        short = target.name.rsplit(".", 1)[-1]
        receivers = self._receivers(target)
        if prepared:
            receivers = [r for r in receivers if r[1].lines]
        if target.kind in ("method", "property", "operator") and not receivers:
            return
        name = target.owner.__name__ if target.kind == "constructor" and target.owner else short
        seeded = [list(self._seeded(target, seed, receivers)) for seed in self._pools.found.calls.get(name, [])]
        yield from [cases[0] for cases in seeded if cases][:_SEEDS]
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
        rows = itertools.islice(_rows(pools, self._random), MAX_TRIED)
        written = (self._case(target, receiver, row, 1) for receiver, row in zip(itertools.cycle(receivers), rows))
        others = [case for cases in seeded for case in cases[1:]] + [cases[0] for cases in seeded if cases][_SEEDS:]
        for one, two in itertools.zip_longest(written, others):
            yield from (case for case in (one, two) if case is not None)

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
        seen = [s.receiver for s in seeds if s.receiver is not None and self._is(s.receiver, target.owner)]
        own = self._pools.objects(target.owner, target.name.rsplit(".", 1)[-1])
        mixed = [each for pair in itertools.zip_longest(seen, own) for each in pair if each is not None]
        rows = [(expr, _NO_PRELUDE) for expr in list(dict.fromkeys(mixed))[:_RECEIVERS]]
        more = [(e, p) for p in self.preludes for e, _ in rows[:3]]
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
            chosen = [(seed.receiver, _NO_PRELUDE), *((seed.receiver, p) for p in self.preludes)]
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
            stands, text = stubs.named(origin.text, target.owner)
            setup = [*(f"{stand} = {value}" for stand, value in stands), f"{name} = {text}", *prelude.lines]
            subjects = [name, *(stand for stand, _ in stands), *prelude.subjects]
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
        if value.text.startswith(("Mock(", "MagicMock(")):
            return True
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


def renamed(line: str, old: str, new: str) -> str:
    """A line of code with one variable renamed."""
    return re.sub(rf"(?<![\w.'\"]){re.escape(old)}(?=\W)", new, line)


def _operands(target: Target) -> int:
    return len([p for p in target.parameters if p.default is p.empty]) or 0


def _rows(
    pools: Sequence[tuple[inspect.Parameter, list[Expr]]], chance: random.Random
) -> Iterator[list[tuple[inspect.Parameter, Expr]]]:
    """Argument lists: the base, one parameter varied at a time, then combinations."""
    needed = [(p, pool) for p, pool in pools if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    several = [(p, pool) for p, pool in pools if p.kind is p.VAR_POSITIONAL]
    base = [(p, pool[0]) for p, pool in needed] + [(p, e) for p, pool in several for e in pool[:2]]
    yield base
    order = [p for p, _ in pools]

    def mixed() -> Iterator[list[tuple[inspect.Parameter, Expr]]]:
        for _ in range(MAX_TRIED if len(pools) > 1 else 0):
            yield [(p, chance.choice(pool)) for p, pool in pools if p.default is p.empty or chance.random() < 0.5]

    def varied() -> Iterator[list[tuple[inspect.Parameter, Expr]]]:
        for turn in range(1, max((len(pool) for _, pool in pools), default=0)):
            for parameter, pool in pools:
                if turn < len(pool) + (parameter.default is not parameter.empty):
                    value = pool[turn - (parameter.default is not parameter.empty)]
                    rest = [(p, v) for p, v in base if p is not parameter]
                    yield sorted([*rest, (parameter, value)], key=lambda r: order.index(r[0]))

    for one, two in itertools.zip_longest(varied(), mixed()):
        yield from (row for row in (one, two) if row is not None)
