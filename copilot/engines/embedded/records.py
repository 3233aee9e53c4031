"""Recorded behaviour as values: what `verify/recording/` wrote down about calls, read from its JSON."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

_LINE: Final = 70
"""A longer call is not written in one."""

Imports = frozenset[tuple[str, str]]
"""(module, name) pairs; an empty name is `import module`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """`left` is an expression over the variables of the test (`call`: the call itself); it equals `right`."""

    left: str
    right: str
    imports: Imports


@dataclass(frozen=True, slots=True)
class Record:
    """One call and what it did. `raised` is (module, class, message) or None; `wrap` has one `%s` for the call."""

    target: str
    setup: tuple[str, ...]
    call: str
    wrap: str
    imports: Imports
    arguments: tuple[str, ...]
    kind: Literal["value", "facets", "raises"]
    shown: tuple[Shown, ...]
    raised: tuple[str, str, str] | None
    world: tuple[str, ...]
    """Lines that change what is around the call, by the fixtures of pytest."""
    helpers: tuple[str, ...]
    """Definitions that these lines need."""
    raw: Mapping[str, Any]
    fixtures: tuple[str, ...] = ()
    """Fixtures of the project that make its objects."""

    @property
    def expected(self) -> str | None:
        """The value of the call as text, if that is what was recorded."""
        return self.shown[0].right if self.kind == "value" else None

    @property
    def state(self) -> tuple[Shown, ...]:
        """What was recorded beside the value."""
        return tuple(each for each in self.shown if each.left != "call")

    @property
    def plain(self) -> bool:
        """True when the whole record is one expression and its value or exception, whatever is around the call."""
        return not self.setup and not self.state and self.kind != "facets"


def read(row: Mapping[str, Any]) -> Record:
    """A record from its JSON. Raises KeyError or TypeError when it is none."""
    raised = tuple(row["error"]) if row["kind"] == "raises" else None
    return Record(
        target=str(row["target"]),
        setup=tuple(map(str, row["setup"])),
        call=str(row["call"]),
        wrap=str(row["wrap"]),
        imports=frozenset((m, n) for m, n in row["imports"]),
        arguments=tuple(name for name, _ in row["args"]),
        kind=row["kind"],
        shown=tuple(Shown(str(left), str(right), frozenset((m, n) for m, n in i)) for left, right, i in row["shown"]),
        world=tuple(map(str, row.get("world", ()))),
        helpers=tuple(map(str, row.get("helpers", ()))),
        raised=(raised[0], raised[1], raised[2]) if raised else None,
        raw=row,
    )


def inlined(record: Record) -> Record:
    """The record with the object that its call is made on written into the call, where it is used nowhere else.

    `week = Week(2024, 1)` and `week.monday()` become `Week(2024, 1).monday()`: one line that reads by itself, and several
    of them fit in one test.
    """
    if len(record.setup) != 1 or record.state or record.kind != "value":
        return record
    name, _, made = record.setup[0].partition(" = ")
    whole = f"{made}{record.call.removeprefix(name)}"
    if not record.call.startswith(f"{name}.") or len(re.findall(rf"\b{re.escape(name)}\b", record.call)) != 1:
        return record
    if not re.fullmatch(r"[\w.]+\(.*\)", made) or len(whole) > _LINE:
        return record
    return replace(record, setup=(), call=whole)


def furnished(record: Record, fixtures: Mapping[str, str]) -> Record:
    """The record on an object that a fixture of the project makes (`fixtures`: class to fixture), where there is one.

    Whether the same comes of it is for a run to say: the fixture may make the object otherwise.
    """
    name, _, made = (record.setup or ("",))[0].partition(" = ")
    kind = re.match(r"[\w.]*", made)
    fixture = fixtures.get(kind[0].rpartition(".")[2], "") if kind is not None else ""
    if not fixture or not name.isidentifier() or fixture in {n or m.split(".")[0] for m, n in record.imports}:
        return record
    texts = (*record.setup[1:], record.call, *(each.left for each in record.shown))
    if fixture != name and any(re.search(rf"\b{re.escape(fixture)}\b", text) for text in texts):
        return record

    def named(text: str) -> str:
        return re.sub(rf"(?<![\w.'\"]){re.escape(name)}\b(?!['\"])", fixture, text)

    return replace(
        record,
        setup=tuple(map(named, record.setup[1:])),
        call=named(record.call),
        shown=tuple(replace(each, left=named(each.left)) for each in record.shown),
        fixtures=(*record.fixtures, fixture),
    )


def cells(record: Record) -> tuple[str, tuple[str, ...]] | None:
    """`(shape, argument texts)` of a plain call, so that calls of one shape can share a table; None for others."""
    if not record.plain:
        return None
    tree = ast.parse(record.call, mode="eval").body
    if not isinstance(tree, ast.Call) or any(isinstance(a, ast.Starred) for a in tree.args):
        return None
    names = [f"{{{i}}}" for i in range(len(tree.args) + len(tree.keywords))]
    words = [
        *names[: len(tree.args)],
        *(f"{k.arg}={n}" for k, n in zip(tree.keywords, names[len(tree.args) :], strict=True)),
    ]
    head = ast.unparse(tree.func)
    if "{" in head or any(k.arg is None for k in tree.keywords):
        return None
    texts = tuple(ast.unparse(a) for a in [*tree.args, *(k.value for k in tree.keywords)])
    return record.wrap % f"{head}({', '.join(words)})", texts
