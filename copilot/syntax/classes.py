"""What a class consists of, read off the tree: fields, methods, bases, and where new members belong.

One shape for every language; `classes_python` and `classes_java` read it. The outline (`outline.py`) names what a
file defines; this is the closer look that writing members needs. Absent on purpose: other files (see
`copilot/context/lineage.py`) and any opinion about what should be generated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Literal, Protocol, cast

from copilot.syntax import tree as trees
from copilot.syntax.lines import line_end
from copilot.syntax.outline import outline
from copilot.syntax.tree import Node
from copilot.types import Document, Span

READERS: Final = {
    "python": "copilot.syntax.classes_python",
    "java": "copilot.syntax.classes_java",
}
"""Language to the module that reads its classes; a further language is a row and a module."""

_TYPES: Final = frozenset({"class", "interface", "enum", "record", "annotation"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter. A bare `*` or `/` of Python is a parameter of kind `mark` with an empty name."""

    name: str
    annotation: str | None = None
    default: str | None = None
    kind: Literal["plain", "args", "kwargs", "mark"] = "plain"
    text: str = ""


@dataclass(frozen=True, slots=True)
class TypeName:
    """A base as written: `Repo<Account>` has name `Repo` and arguments `("Account",)`."""

    name: str
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """State of an instance (or, with the modifier `static`, of the class).

    `origin`: declared in the class body, assigned in `__init__`, listed in `__slots__`, a record's component, or
    `used`: a method reads it and nothing assigns it. `derived`: its first value is a call that no parameter feeds
    (a lock, a logger), so it says nothing about what the object stands for.
    """

    name: str
    type: str | None
    default: str | None
    origin: Literal["declared", "init", "slots", "component", "used"]
    modifiers: frozenset[str]
    annotations: tuple[str, ...]
    span: Span
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Method:
    """A method or constructor; `decorators` without `@`, `modifiers` as written (`async`, `static`, `public` …)."""

    name: str
    role: Literal["method", "constructor", "getter", "setter", "deleter"]
    parameters: tuple[Parameter, ...]
    returns: str | None
    decorators: tuple[str, ...]
    modifiers: frozenset[str]
    type_parameters: str
    throws: tuple[str, ...]
    abstract: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Layout:
    """Where and how members stand: `header` ends the line that opens the body, `last` ends its last content.

    `inner` is the members' indentation. `placeholder` is a `pass` or `...` that stands for an empty body. `inline`:
    the body shares the line of its header or closing brace.
    """

    indent: str
    inner: str
    header: int
    after_fields: int
    last: int
    blank_lines: int
    placeholder: Span | None = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A class, interface, enum, record or annotation type. `sound`: no syntax error inside it.

    `visible` is how code inside the class reaches it by name (`Outer.Inner`; a function around it ends the path).
    `constants` are an enum's members. `assigned` are attributes that methods other than the constructor assign.
    `bound` are all names that the body binds. `dynamic`: attributes come and go in ways a tree cannot show.
    """

    language: str
    kind: Literal["class", "interface", "enum", "record", "annotation"]
    name: str
    qualified: str
    visible: str
    type_parameters: tuple[str, ...]
    bases: tuple[TypeName, ...]
    fields: tuple[Field, ...]
    methods: tuple[Method, ...]
    constants: tuple[str, ...]
    nested: tuple[str, ...]
    bound: frozenset[str]
    decorators: tuple[str, ...]
    modifiers: frozenset[str]
    span: Span
    layout: Layout
    sound: bool
    dynamic: bool = False

    def method(self, name: str) -> Method | None:
        """The first method of that name."""
        return next((m for m in self.methods if m.name == name), None)


@dataclass(frozen=True, slots=True)
class Routine:
    """A function or method around the caret, as far as a dispatch needs it.

    `empty`: the body does nothing yet (docstring, `pass`, `...`, `raise NotImplementedError`). `body` is what a
    generated body replaces when it is empty: the placeholder, or an empty span where statements belong. `branches`
    are the constants that its switches and comparisons name, repetitions included.
    """

    name: str
    path: str
    parameters: tuple[Parameter, ...]
    span: Span
    body: Span
    empty: bool
    indent: str
    inner: str
    sound: bool
    switches: tuple[Switch, ...] = ()
    branches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Switch:
    """A `match` or `switch` over a plain name: which labels it has and where a further branch goes."""

    subject: str
    labels: frozenset[str]
    at: int
    indent: str
    inner: str
    arrow: bool = False
    closed: bool = True


class _Reader(Protocol):
    CLASSES: tuple[str, ...]
    ROUTINES: tuple[str, ...]

    def shape(self, node: Node, text: bytes) -> Shape | None: ...

    def routine(self, node: Node, text: bytes) -> Routine | None: ...


def classes(document: Document) -> tuple[Shape, ...]:
    """Every class of the file, in document order; empty for a language without a reader."""
    return tuple(_shapes(document, None))


def named(document: Document, name: str) -> tuple[Shape, ...]:
    """The classes of the file with that plain or dotted name."""
    found = _shapes(document, name.rpartition(".")[2])
    return tuple(s for s in found if name in (s.name, s.qualified))


def _shapes(document: Document, name: str | None) -> Iterator[Shape]:
    """The outline knows where the classes are; only those of the wanted name are read closely."""
    reader, tree = _reader(document), trees.of(document)
    if reader is None or tree is None:
        return
    for symbol in outline(document).symbols:
        if symbol.kind in _TYPES and name in (None, symbol.name):
            at = tree.root_node.descendant_for_byte_range(symbol.name_span.start, symbol.name_span.end)
            node = at.parent if at is not None else None
            if node is not None and node.type in reader.CLASSES and (shape := reader.shape(node, document.text)):
                yield shape


def class_at(document: Document, span: Span) -> Shape | None:
    """The innermost class around `span`."""
    reader, node = _reader(document), _node(document, span)
    while reader is not None and node is not None:
        inner = node.child_by_field_name("definition") or node  # a caret on a decorator means what it decorates
        if inner.type in reader.CLASSES:
            return reader.shape(inner, document.text)
        node = node.parent
    return None


def routine_at(document: Document, span: Span) -> Routine | None:
    """The innermost function or method around `span`, unless a class stands between."""
    reader, node = _reader(document), _node(document, span)
    while reader is not None and node is not None and node.type not in reader.CLASSES:
        inner = node.child_by_field_name("definition") or node
        if inner.type in reader.ROUTINES:
            return reader.routine(inner, document.text)
        node = node.parent
    return None


def text_of(node: Node | None, text: bytes) -> str:
    """The source of a node on one line, without comments (a multi-line string stays as it is). Empty for None."""
    if node is None:
        return ""
    raw = text[node.start_byte : node.end_byte]
    if b"\n" not in raw and b"\r" not in raw:
        return raw.decode(errors="replace")
    for comment in reversed([*trees.descendants(node, "comment", "line_comment", "block_comment")]):
        raw = raw[: comment.start_byte - node.start_byte] + raw[comment.end_byte - node.start_byte :]
    whole = raw.decode(errors="replace")
    return whole if '"""' in whole or "'''" in whole else " ".join(whole.split())


def blank_lines(text: bytes, nodes: list[Node]) -> int:
    """How many blank lines follow the last but one of `nodes`; one when there are fewer than two."""
    if len(nodes) < 2:
        return 1
    between = text[line_end(text, nodes[-2].end_byte) : nodes[-1].start_byte].decode(errors="replace")
    lines = between.splitlines()[1:]
    return min(2, next((n for n, line in enumerate(lines) if line.strip()), max(0, len(lines) - 1)))


def _reader(document: Document) -> _Reader | None:
    name = READERS.get(document.language or "")
    return cast("_Reader", import_module(name)) if name else None


def code_span(text: bytes, span: Span) -> Span:
    """`span` without the blanks at its edges; a caret on the blanks before a line's code moves to that code."""
    start, end = span.start, span.end
    if start == end:
        while start < len(text) and text[start] in b" \t":
            start += 1
        return span if start >= len(text) or text[start] in b"\r\n" else Span(start, start)
    inside = text[start:end]
    kept = inside.strip()
    return Span(start + inside.index(kept), start + inside.index(kept) + len(kept)) if kept else Span(start, start)


def _node(document: Document, span: Span) -> Node | None:
    tree = trees.of(document)
    where = code_span(document.text, span)
    return tree.root_node.descendant_for_byte_range(where.start, where.end) if tree is not None else None
