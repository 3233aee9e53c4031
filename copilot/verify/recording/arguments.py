# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: B905

"""Inputs by type, by name and by what was seen: an ordered pool of expressions for each parameter."""

from __future__ import annotations

import ast
import collections.abc
import decimal
import enum
import inspect
import itertools
import re
import types
import typing
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from . import stubs
from .commandline import lists
from .express import Expr, Inexpressible, express, made, reference
from .files import Files
from .hints import hints_of, kinds_of
from .identifiers import BY_NAME
from .regexes import patterns, samples
from .seeds import Found, literals
from .tables import BY_TYPE, CALLABLE_NAME, CALLABLES, DECIMAL, HINTS, NUMBERS
from .targets import Target

_OBJECTS = 8
_PROTOCOLS: dict[str, Any] = {
    "SupportsInt": int, "SupportsIndex": int, "SupportsFloat": float, "SupportsAbs": int, "SupportsRound": float,
    "SupportsComplex": complex, "SupportsBytes": bytes,
}  # fmt: skip
"""What stands for a protocol of `typing`."""


class Pools:
    """Builds pools for the parameters of one module's targets."""

    def __init__(
        self, targets: Sequence[Target], found: Found, tree: ast.Module, module: types.ModuleType, files: Files
    ) -> None:
        self.found = found
        self._files, self._code = files, files.code
        self.preludes: dict[str, Any] = {}
        """Class name to what changes its objects, as `choose.Search` found out."""
        self.produced: list[Expr] = []
        """Strings that functions of the module returned: input for others (a formatter feeds a parser)."""
        self._served: dict[tuple[type, str], list[Expr]] = {}
        self._objects: dict[type, list[Expr]] = {}
        """Calls that returned an object of a class of the project: `Money.parse("1.00")`."""
        self._module_literals = literals(tree)[:60]
        self._matching = {p.pattern: [Expr(repr(t)) for t in samples(p)] for p in patterns(module, tree)}
        self._nodes = {n.lineno: n for n in ast.walk(tree) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}
        self._trees = list(self._nodes.values())
        self._by_parameter: dict[str, list[Expr]] = {}
        for target in targets:
            for seed in found.calls.get(target.name.rsplit(".", 1)[-1], []):
                for parameter, value in zip(target.parameters, seed.args):
                    self._by_parameter.setdefault(parameter.name, []).append(value)
                for name, value in seed.keywords:
                    self._by_parameter.setdefault(name, []).append(value)

    def of(self, target: Target, parameter: inspect.Parameter, hint: Any, limit: int = 36) -> list[Expr]:
        """Expressions for one parameter, the most telling first. `hint` is its resolved annotation or None."""
        kinds = kinds_of(hint)
        made_for = lists(self._code, target, parameter.name, self._files) or self._files.pool(target, parameter, kinds)
        if made_for:
            return made_for
        seen = list(dict.fromkeys(self._by_parameter.get(parameter.name, [])))[:12]
        stands = stubs.pool(self._code, target, parameter, kinds)
        if stands:
            return [*seen, *stands]
        rows: list[Expr] = [e for e in seen if _fits(e, kinds)]
        if parameter.default is not parameter.empty and not kinds:
            kinds = {type(parameter.default)} - {type(None)}
        if (not kinds and re.search(r"year|month|week|hour", parameter.name.lower())) or int in kinds:
            rows += [
                Expr(n) for pattern, texts in NUMBERS if re.search(pattern, parameter.name.lower()) for n in texts[:2]
            ]
        near = self._near(target)
        rows += [e for v in near for e in _converted(v, kinds)][:10]
        if not kinds or str in kinds:
            rows += [
                Expr(repr(text))
                for pattern, texts in BY_NAME
                if re.search(pattern, self._words(target, parameter))
                for text in texts
            ][:9]
            rows += [text for row in itertools.zip_longest(*self._matching.values()) for text in row if text][:10]
            rows += self.produced[:4]
        if not kinds or int in kinds:
            rows += [Expr(n) for pattern, texts in NUMBERS if re.search(pattern, parameter.name.lower()) for n in texts]
        if hint is not None:
            rows += [e for kind in kinds for e in self._objects.get(kind, ())] + by_annotation(hint, self.found)
        else:
            rows += self.guessed(parameter)
        rows += [e for v in self._module_literals for e in _converted(v, kinds)][:8]
        if hint is None:
            rows = _by_turns(rows)
        strange = [e for e in seen if e not in rows][:2]  # explicit checks of the type want to be seen too
        return [*list(dict.fromkeys(rows))[:limit], *strange]

    def made(self, kind: type, how: Expr) -> None:
        """Remember a call that returned an object of `kind`."""
        if kind.__module__ in ("builtins", "decimal", "datetime", "re", "pathlib"):
            return
        known = self._objects.setdefault(kind, [])
        if how not in known and len(known) < _OBJECTS:
            known.append(how)

    def makers(self) -> Iterator[tuple[type, Expr]]:
        """All that `made` was told."""
        yield from ((kind, how) for kind, rows in self._objects.items() for how in rows)

    def objects(self, kind: type, method: str = "") -> list[Expr]:
        """Calls that return an object of `kind`, as far as any was seen, and what its constructor gives; stand-ins that it
        is made with answer what `method` asks.
        """
        if (kind, method) not in self._served:
            self._served[kind, method] = self._serving(kind, method)
        return [*self._served[kind, method], *self._objects.get(kind, ()), *by_annotation(kind, self.found)]

    def _serving(self, kind: type, method: str) -> list[Expr]:
        """Constructor calls with stand-ins for the clients that a class is handed; none where it is handed none."""
        try:
            owner = reference(kind)
            parameters = tuple(inspect.signature(kind).parameters.values())
        except (Inexpressible, TypeError, ValueError):
            return []
        target = Target(kind.__name__, "constructor", kind, parameters, kind, (0, 0), owner)
        hints = hints_of(target)
        needed = [
            p for p in parameters if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
        stands = {p.name: stubs.pool(self._code, target, p, kinds_of(hints.get(p.name)), method) for p in needed}
        if not any(stands.values()):
            return []
        pools = [stands[p.name] or self.of(target, p, hints.get(p.name)) for p in needed]
        if not all(pools):
            return []
        base = [pool[0] for pool in pools]
        rows = [base]
        for turn in range(1, max(map(len, pools))):
            for at, pool in enumerate(pools):
                if turn < len(pool) and (stands[needed[at].name] or turn == 1):
                    rows.append([*base[:at], pool[turn], *base[at + 1 :]])
        return [written(owner, tuple(row), ()) for row in rows]

    @staticmethod
    def _words(target: Target, parameter: inspect.Parameter) -> str:
        module = getattr(target.function, "__module__", "") or ""
        return f"{parameter.name} {target.name} {module.rsplit('.', 1)[-1]}".lower()

    def _near(self, target: Target) -> list[Any]:
        """Literals of the target's own code."""
        first, last = target.lines
        values: list[Any] = []
        for node in self._trees:
            if first <= node.lineno <= last:
                values += literals(node)
        return values

    @staticmethod
    def guessed(parameter: inspect.Parameter) -> list[Expr]:
        """Inputs for a parameter without an annotation, by its default and its name."""
        rows: list[Expr] = []
        if parameter.default is not parameter.empty:
            with suppress(Inexpressible):
                rows.append(express(parameter.default))
            rows += BY_TYPE.get(type(parameter.default), ())
        if CALLABLE_NAME.search(parameter.name):
            rows += CALLABLES
        for pattern, kinds in HINTS:
            if re.search(pattern, parameter.name.lower()):
                rows += [e for kind in kinds for e in BY_TYPE[kind][:5]]
                break
        else:
            rows += [e for kind in (int, str, list, decimal.Decimal, dict) for e in BY_TYPE[kind][:3]]
        return rows


def kind_of(text: str) -> str:
    """What type an expression has, as far as its text tells: the name of a class, or one letter for a literal."""
    if text[:1] in "'\"":
        return "s"
    if text[:1].isdigit() or (text[:1] == "-" and text[1:2].isdigit()):
        return "f" if "." in text or "e" in text else "i"
    return text[:1] if not text[:1].isalpha() else re.split(r"\W", text, maxsplit=1)[0]


def _by_turns(rows: list[Expr]) -> list[Expr]:
    """One of each type, then the next of each: where nobody says which type is wanted, all are tried early."""
    kinds: dict[str, list[Expr]] = {}
    for row in dict.fromkeys(rows):
        kinds.setdefault(kind_of(row.text), []).append(row)
    return [row for turn in itertools.zip_longest(*kinds.values()) for row in turn if row is not None]


def _fits(expr: Expr, kinds: Any) -> bool:
    """True when a seen input is of the annotated type, or when nothing plain is annotated."""
    if not kinds or object in kinds or not all(isinstance(k, type) for k in kinds):
        return True
    try:
        return isinstance(made(expr), tuple(kinds))
    except Inexpressible:
        return False


def _converted(value: Any, kinds: Any) -> Iterator[Expr]:
    """A literal of the code as an input of the wanted kinds, with its neighbours when it is a number."""
    if isinstance(value, str):
        if not kinds or str in kinds:
            yield Expr(repr(value))
        if decimal.Decimal in kinds and re.fullmatch(r"-?\d+(\.\d+)?", value):
            step = decimal.Decimal(1).scaleb(decimal.Decimal(value).as_tuple().exponent)  # type: ignore[arg-type]  # finite: a digit string
            for number in (decimal.Decimal(value), decimal.Decimal(value) + step, decimal.Decimal(value) - step):
                yield Expr(f"Decimal('{number}')", DECIMAL)
        return
    if not kinds or int in kinds:
        yield from (Expr(repr(v)) for v in (value, value + 1, value - 1))
    elif float in kinds:
        yield from (Expr(repr(float(v))) for v in (value, value + 1))
    elif decimal.Decimal in kinds:
        yield from (Expr(f"Decimal('{v}')", DECIMAL) for v in (value, value + 1, value - 1))


def by_annotation(hint: Any, found: Found, depth: int = 3) -> list[Expr]:
    """Expressions of a type, boundaries included; constructor calls for classes."""
    if depth < 0:
        return []
    hint = _PROTOCOLS.get(getattr(hint, "__name__", ""), hint) if getattr(hint, "_is_protocol", False) else hint
    if isinstance(hint, type) and hint in BY_TYPE and not typing.get_args(hint):
        return list(BY_TYPE[hint])
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    supertype = getattr(hint, "__supertype__", None)
    if supertype is not None:
        return by_annotation(supertype, found, depth)
    if isinstance(hint, typing.TypeVar):
        choices = [hint.__bound__] if hint.__bound__ else list(hint.__constraints__) or [int, str]
        return [e for choice in choices for e in by_annotation(choice, found, depth - 1)[:4]]
    if origin is typing.Literal:
        return [Expr(repr(a)) for a in args]
    if origin is collections.abc.Callable or hint in (collections.abc.Callable, typing.Callable):
        return list(CALLABLES)
    if origin in (tuple, list, set, frozenset, dict) or (
        isinstance(origin, type) and issubclass(origin, collections.abc.Iterable)
    ):
        return _containers(origin, args, found, depth)
    if args:  # Union, Optional, Annotated, Final and their like
        parts = [by_annotation(a, found, depth) for a in args if not isinstance(a, (str, int))]
        return [e for row in zip(*[p + p[-1:] * 8 for p in parts if p]) for e in row] + [e for p in parts for e in p]
    if isinstance(hint, type):
        return _objects(hint, found, depth)
    return [e for kind in (int, str, list) for e in BY_TYPE[kind][:2]]


def _containers(origin: Any, args: tuple[Any, ...], found: Found, depth: int) -> list[Expr]:
    if isinstance(origin, type) and issubclass(origin, collections.abc.Mapping):
        keys = by_annotation(args[0], found, depth - 1) if args else [Expr("'a'")]
        values = by_annotation(args[1], found, depth - 1) if len(args) > 1 else [Expr("1")]
        rows = ["{%s: %s}", "{%s: %s, %s: %s}"]
        return [
            *(
                _filled(r, [x for k, v in zip(keys, values) for x in (k, v)])
                for r in rows
                if min(len(keys), len(values)) >= r.count(":")
            ),
            Expr("{}"),
        ]
    if origin is tuple and args and args[-1] is not Ellipsis:
        pools = [by_annotation(a, found, depth - 1) for a in args]
        return [
            _filled(
                f"({', '.join(['%s'] * len(pools))},)" if len(pools) == 1 else f"({', '.join(['%s'] * len(pools))})",
                list(row),
            )
            for row in zip(*pools)
        ]
    items = by_annotation(args[0], found, depth - 1) if args else list(BY_TYPE[int])
    left, right = {tuple: ("(", ",)"), set: ("{", "}"), frozenset: ("frozenset({", "})")}.get(origin, ("[", "]"))
    empty = {tuple: "()", set: "set()", frozenset: "frozenset()"}.get(origin, "[]")
    counts = [count for count in (3, 1, 2) if len(items) >= count]
    return [
        *(_filled(left + ", ".join(["%s"] * count) + right, items[:count]) for count in counts),
        Expr(empty),
        *(_filled(left + ", ".join(["%s"] * 2) + right, items[i : i + 2]) for i in (2, 4) if len(items) >= i + 2),
    ]


def _filled(pattern: str, parts: Sequence[Expr]) -> Expr:
    used = list(parts)[: pattern.count("%s")]
    merged: frozenset[tuple[str, str]] = frozenset()
    for part in used:
        merged |= part.imports
    return Expr(pattern % tuple(p.text for p in used), merged)


def _objects(kind: type, found: Found, depth: int) -> list[Expr]:
    """Instances of a class: enum members, seeds that construct it, constructor calls, subclasses of an abstract one."""
    try:
        owner = reference(kind)
    except Inexpressible:
        return []
    if issubclass(kind, enum.Enum):
        return [Expr(f"{owner.text}.{member.name}", owner.imports) for member in kind][:8]
    seeds = found.calls.get(kind.__name__, [])[:6]
    rows = [written(owner, seed.args, seed.keywords) for seed in seeds if seed.receiver is None]
    if inspect.isabstract(kind) or getattr(kind, "_is_protocol", False):
        for child in kind.__subclasses__()[:3]:
            rows += _objects(child, found, depth - 1)
        return rows
    try:
        parameters = list(inspect.signature(kind).parameters.values())
    except (TypeError, ValueError):
        return rows
    target = Target(kind.__name__, "constructor", kind, tuple(parameters), kind, (0, 0), owner)
    hints = hints_of(target)
    needed = [p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    pools = []
    for parameter in needed:
        hint = hints.get(parameter.name)
        pool = by_annotation(hint, found, depth - 1) if hint is not None else Pools.guessed(parameter)
        if kinds_of(hint) & {str}:
            pool = [
                Expr(repr(t))
                for pattern, texts in BY_NAME
                if re.search(pattern, parameter.name.lower())
                for t in texts[:2]
            ] + pool
        pools.append((parameter, pool))
    if all(pool for _, pool in pools):
        for turn in range(4 if pools else 1):
            chosen = []
            for index, (parameter, pool) in enumerate(pools):
                hint = hints.get(parameter.name)
                twins = (
                    sum(hints.get(p.name) is hint for p, _ in pools[:index])
                    if kinds_of(hint) & {str} or _is_enum(hint)
                    else 0
                )
                chosen.append((parameter, pool[(turn + twins) % len(pool)]))
            args = [value for parameter, value in chosen if parameter.kind is not parameter.KEYWORD_ONLY]
            keywords = [(p.name, value) for p, value in chosen if p.kind is p.KEYWORD_ONLY]
            rows.append(written(owner, args, keywords))
            if turn == 0:
                rows += _states(owner, parameters, hints, args, keywords, found)
    return [e for e in dict.fromkeys(rows) if _works(e)][:10]


def _states(
    owner: Expr,
    parameters: Sequence[inspect.Parameter],
    hints: dict[str, Any],
    args: list[Expr],
    keywords: list[tuple[str, Expr]],
    found: Found,
) -> list[Expr]:
    """The same object in other states: optional parameters that are enumerations or flags, one at a time."""
    rows: list[Expr] = []
    for parameter in parameters:
        hint = hints.get(parameter.name)
        if (
            parameter.default is parameter.empty
            or not (_is_enum(hint) or hint is bool)
            or parameter.kind is parameter.POSITIONAL_ONLY
        ):
            continue
        others = [v for v in by_annotation(hint, found, 1) if made(v) != parameter.default]
        rows += [written(owner, args, [*keywords, (parameter.name, value)]) for value in others]
    return rows[:6]


def _is_enum(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, enum.Enum)


def _works(expr: Expr) -> bool:
    try:
        made(expr)
    except Inexpressible:
        return False
    return True


def written(callee: Expr, args: Sequence[Expr], keywords: Sequence[tuple[str, Expr]]) -> Expr:
    """A call as text."""
    words = [a.text for a in args] + [f"{name}={value.text}" for name, value in keywords]
    merged = callee.imports
    for part in [*args, *(value for _, value in keywords)]:
        merged |= part.imports
    return Expr(f"{callee.text}({', '.join(words)})", merged)
