"""What a definition's own text says about it: the facts that its documentation may state and must not contradict.

Everything here is read from one file's tree; what the tree does not prove is absent, never guessed. Reading is in
`contract_python.py` and `contract_java.py`. Absent on purpose: wording (`copilot/engines/embedded`) and what follows
from other files, such as exceptions that called functions raise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from copilot.guard.detect import detect
from copilot.guard.kinds import BY_NAME
from copilot.syntax.outline import Symbol
from copilot.syntax.tree import Node
from copilot.types import Span

SCRIPTS: Final = frozenset({"javascript", "typescript", "tsx"})
"""Languages that JSDoc documents."""

BRACES: Final = SCRIPTS | {"java"}
"""Languages whose documentation is a comment above the definition."""

LONGEST_QUOTE: Final = 60
"""Code longer than this is not quoted in documentation."""

_UNQUOTABLE: Final = ("\n", "\r", "\\", "`", '"""', "'''", "*/", "/*", "{@")


_REMARK: Final = re.compile(r"(?://|#).*\n")


_NAME: Final = re.compile(r"(?<!\w)[^\W\d]\w*")


def own(node: Node, scopes: tuple[str, ...]) -> Iterator[Node]:
    """The nodes under `node` in text order, without what lies inside nested definitions of the types `scopes`."""
    stack = [node]
    while stack:
        at = stack.pop()
        yield at
        if at.id == node.id or at.type not in scopes:
            stack.extend(reversed(at.children))


def source(node: Node | None) -> str:
    """The source text of a node; empty for None."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def names(code: str) -> set[str]:
    """The identifiers in a piece of code (and the words in its strings)."""
    return set(_NAME.findall(code))


def quotable(code: str) -> str:
    """`code` on one line when it can stand in a comment of any style, else an empty text."""
    if _REMARK.search(code):
        return ""
    line = " ".join(code.split())
    if not line or len(line) > LONGEST_QUOTE or any(mark in line for mark in _UNQUOTABLE):
        return ""
    return line if line.count("{") == line.count("}") else ""


def message(made: Node | None) -> str:
    """The literal text that an exception is made with, quotable and without its full stop; empty for none."""
    arguments = made.child_by_field_name("arguments") if made is not None else None
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if first is None or first.type not in {"string", "string_literal"}:
        return ""
    return quotable(source(first)[1:-1]).strip().rstrip(".")


def deprecated(symbol: Symbol) -> str | None:
    """What a marker like `@deprecated("use x")` says, quotable or empty; None without one."""
    for mark in symbol.decorators:
        head, _, rest = mark.partition("(")
        if head.strip().rpartition(".")[2] in {"deprecated", "Deprecated"}:
            return quotable(rest.rpartition(")")[0])
    return None


def public(name: str, code: str) -> str:
    """`code`, the value of `name`, as `quotable`; empty for what may be a key or a password."""
    shown = quotable(code)
    is_text = any(mark in shown for mark in ("'", '"'))
    if is_text and any(BY_NAME[found.kind].family == "secret" for found in detect(f"{name} = {shown}")):
        return ""
    return shown


@dataclass(frozen=True, slots=True)
class Condition:
    """When something happens. `test`: the code that holds (`negated`: does not hold), or the exception that is caught."""

    kind: Literal["test", "caught"]
    code: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Raised:
    """One exception type that leaves the function, with the places that raise it in text order.

    `reasons` holds for each place its conditions (all must hold) and the literal message, both possibly empty.
    `reasons` is empty unless it is complete; `some` are those known where it is not. `about` are the names that decide,
    `again`: it is caught and passed on, `last`: reached where nothing before left the function; `declared`: it stands in
    Java's `throws`, and `thrown` says that the body itself throws it.
    """

    type: str
    reasons: tuple[tuple[tuple[Condition, ...], str], ...] = ()
    always: bool = False
    declared: bool = False
    thrown: bool = True
    some: tuple[tuple[tuple[Condition, ...], str], ...] = ()
    about: tuple[str, ...] = ()
    again: bool = False
    last: bool = False


Form = Literal[
    "code", "call", "items", "picked", "sent", "new", "list", "dict", "array", "object", "set", "tuple", "str", "bool", "function", "generator", "other"
]  # fmt: skip
"""`items`: those of `code`, one by one, `picked`: some of them; `new`: an object of the class `code`; `call`: what the call `code` gives."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value that is returned or yielded.

    `code` is empty when it is too long to quote; then `kind` says its form and `uses` the names it is computed from.
    `condition`: this value is given only if that holds.
    """

    kind: Form
    code: str = ""
    condition: str = ""
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as documentation names it (`*args` with its stars) and what surely happens with it.

    `uses`: kind and code of each use (`usage.py`); empty when there is no body that could use it.
    """

    name: str
    annotation: str | None = None
    default: str | None = None
    stored: str = ""
    passed: str = ""
    guards: tuple[tuple[str, str], ...] = ()
    uses: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TypeParameter:
    """A Java type parameter: its bound, and the first parameter (or the result) whose type uses it."""

    name: str
    bound: str = ""
    used_by: str = ""
    used_type: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a class, a component of a record, or a constant of an enum. `form` says what a long value is."""

    name: str
    annotation: str | None = None
    default: str | None = None
    form: str = ""


Flag = Literal[
    "abstract",
    "async",
    "classmethod",
    "contextmanager",
    "dataclass",
    "enum",
    "exception",
    "generator",
    "overload",
    "override",
    "property",
    "setter",
    "staticmethod",
    "stub",
]


@dataclass(frozen=True, slots=True)
class Contract:
    """The facts of one definition. `symbol` is None for the file as a module.

    `result` is the declared result type (of a generator: what it returns at its end), `element` the declared type of
    what is yielded. `gives`: some path returns a value other than a bare `None`, or the signature declares one.
    `changes` are attributes and globals that are assigned, `calls` what top-level statements call for effect.
    `inner` is what it calls anywhere, `reads` the receiver's attributes that it reads. `effects` are kind and code of what
    it does to the world (`sideeffects.py`), `early` the conditions under which it is left before its end, `pure`: it
    surely changes nothing. `base` is the class of the same file whose method it overrides. `passes` are callee and
    exception, where a statement of its own calls a function of the same file that raises it; `deprecated` is what the
    marker in the code says beside that, None without one.
    `doc` is the existing documentation. `offers` are the public names a class or module defines.
    """

    language: str
    symbol: Symbol | None
    owner: Symbol | None = None
    parameters: tuple[Parameter, ...] = ()
    type_parameters: tuple[TypeParameter, ...] = ()
    result: str | None = None
    element: str | None = None
    gives: bool = False
    returned: tuple[Value, ...] = ()
    yielded: tuple[Value, ...] = ()
    raised: tuple[Raised, ...] = ()
    changes: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    effects: tuple[tuple[str, str], ...] = ()
    early: tuple[str, ...] = ()
    pure: bool = False
    base: str = ""
    passes: tuple[tuple[str, str], ...] = ()
    deprecated: str | None = None
    fields: tuple[Field, ...] = ()
    offers: tuple[str, ...] = ()
    flags: frozenset[Flag] = frozenset()
    doc: Span | None = None
    broken: bool = False

    @property
    def name(self) -> str:
        """The bare name; empty for a module."""
        return self.symbol.name if self.symbol is not None else ""

    @property
    def callable(self) -> bool:
        """True for functions, methods and constructors."""
        return self.symbol is not None and self.symbol.kind in {"function", "method", "constructor"}
