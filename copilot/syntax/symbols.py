"""The values of an outline: symbols, parameters, imports, calls. Spans are bytes into the document's UTF-8 text.

Absent on purpose: how they are found (`outline.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from copilot.types import Span

Kind = Literal[
    "class",
    "interface",
    "enum",
    "record",
    "annotation",
    "function",
    "method",
    "constructor",
    "field",
    "constant",
    "variable",
    "table",
    "element",
    "key",
]

ParameterKind = Literal["positional-only", "positional", "keyword-only", "varargs", "kwargs"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter as written. `name` is without stars; `self` and `cls` are parameters too.

    `annotation` and `default` are source text. `varargs` is Python's `*args`, Java's `T... x`, JavaScript's `...x`.
    """

    name: str
    annotation: str | None
    default: str | None
    kind: ParameterKind
    span: Span


@dataclass(frozen=True, slots=True)
class Symbol:
    """One definition.

    `span` covers decorators and `export` too, not the comment above. `body` is None where there is none (an abstract
    method, a field). `docstring` covers the string with its quotes or the `/** */` comment. `returns` is the declared
    type: of a function's result, of a field or of a constant. `value` is a field's or constant's initial value.
    `bases` are superclass first, then interfaces. `decorators` are without `@`, arguments included. `qualified` joins
    the names of the enclosing symbols by dots. `parent` indexes `Outline.symbols`.
    """

    kind: Kind
    name: str
    qualified: str
    span: Span
    name_span: Span
    body: Span | None = None
    docstring: Span | None = None
    parameters: tuple[Parameter, ...] = ()
    returns: str | None = None
    bases: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    throws: tuple[str, ...] = ()
    parent: int | None = None
    value: Span | None = None


@dataclass(frozen=True, slots=True)
class Import:
    """One imported thing; `span` is the whole statement. `name` is None for a whole module and `*` for a wildcard."""

    span: Span
    module: str
    name: str | None
    alias: str | None
    static: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call; `span` is the whole expression, `name` the last name of what is called.

    `receiver` is the text before that name, None without one, and empty when it is longer than 200 bytes.
    """

    name: str
    receiver: str | None
    span: Span


@dataclass(frozen=True, slots=True)
class Outline:
    """What one file holds. `module` is its declared package or namespace, `docstring` the file's own documentation."""

    language: str | None
    symbols: tuple[Symbol, ...] = ()
    imports: tuple[Import, ...] = ()
    calls: tuple[Call, ...] = ()
    module: str | None = None
    docstring: Span | None = None

    def at(self, span: Span) -> Symbol | None:
        """The innermost symbol around `span`; inside a constructor that assigns a field, the constructor."""
        around = [symbol for symbol in self.symbols if symbol.span.contains(span)]
        if not around:
            return None
        best = min(around, key=lambda symbol: len(symbol.span))
        if best.kind == "field":
            best = next((s for s in around if s.kind == "constructor" and s.parent == best.parent), best)
        return best

    def children(self, symbol: Symbol) -> tuple[Symbol, ...]:
        """The symbols directly inside `symbol`, in document order."""
        index = self.index(symbol)
        return tuple(other for other in self.symbols if other.parent == index)

    def parent(self, symbol: Symbol) -> Symbol | None:
        """The symbol around `symbol`."""
        return None if symbol.parent is None else self.symbols[symbol.parent]

    def index(self, symbol: Symbol) -> int:
        """Where `symbol` stands in `symbols`. Raises ValueError when it is not of this outline."""
        return self.symbols.index(symbol)
