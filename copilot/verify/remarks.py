"""Why a line is there, as far as the code itself shows it: the facts behind comments inside functions.

Each fact names what the line does not: the end of a retry, what a guard spares, the name that a number has elsewhere, the
units of a factor, the parts of a pattern. Absent on purpose: the words (`copilot/engines/embedded`), and everything that a
reader sees on the line itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from copilot.syntax.lines import line_start
from copilot.syntax.outline import outline
from copilot.syntax.tree import Node, node_at, of
from copilot.types import Document, Span
from copilot.verify import patterns
from copilot.verify.contract import own, quotable, source

Kind = Literal["retry", "guard", "number", "unit", "pattern"]

_NUMBERS: Final = frozenset({"integer", "float", "decimal_integer_literal", "decimal_floating_point_literal"})
_ROUND: Final = re.compile(r"\d?0*")
_MOST_EFFECTS: Final = 3
"""Effects that a guard's comment names at most."""

_UNITS: Final[tuple[tuple[str, str, str, float], ...]] = (
    ("s", "ms", "*", 1000), ("ms", "s", "/", 1000), ("s", "us", "*", 1_000_000), ("us", "s", "/", 1_000_000),
    ("ns", "s", "/", 1_000_000_000), ("s", "ns", "*", 1_000_000_000), ("ms", "us", "*", 1000), ("us", "ms", "/", 1000),
    ("min", "s", "*", 60), ("s", "min", "/", 60), ("h", "s", "*", 3600), ("s", "h", "/", 3600), ("h", "min", "*", 60),
    ("d", "h", "*", 24), ("d", "s", "*", 86400), ("s", "d", "/", 86400),
    ("kb", "b", "*", 1024), ("b", "kb", "/", 1024), ("mb", "b", "*", 1024 * 1024), ("b", "mb", "/", 1024 * 1024),
    ("pct", "share", "/", 100), ("share", "pct", "*", 100), ("bp", "share", "/", 10_000), ("share", "bp", "*", 10_000),
    ("cent", "unit", "/", 100), ("unit", "cent", "*", 100),
)  # fmt: skip
"""From, to, operator, factor."""

_SUFFIXES: Final = {
    "s": "s", "sec": "s", "secs": "s", "seconds": "s", "ms": "ms", "millis": "ms", "milliseconds": "ms", "us": "us",
    "micros": "us", "ns": "ns", "nanos": "ns", "min": "min", "mins": "min", "minutes": "min", "h": "h", "hours": "h",
    "days": "d", "kb": "kb", "mb": "mb", "bytes": "b", "pct": "pct", "percent": "pct", "percentage": "pct", "bp": "bp",
    "bps": "bp", "cents": "cent",
}  # fmt: skip


UNITS: Final = {
    "s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds", "min": "minutes", "h": "hours",
    "d": "days", "kb": "kilobytes", "mb": "megabytes", "b": "bytes", "pct": "percent", "share": "a share of one",
    "bp": "basis points", "cent": "cents", "unit": "the whole unit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remark:
    """One fact about the line that begins at `at`. `values` are code or unit names, by kind:

    `retry`: attempts, exception types; `guard`: what does not happen (`call()` or `target =`); `number`: literal, name;
    `unit`: from, to; `pattern`: parts of `patterns.parts`.
    """

    kind: Kind
    at: int
    values: tuple[str, ...]


def news(one: Remark) -> str:
    """What a fact tells, in words that its line could hold too, in whatever language the comment is."""
    if one.kind == "unit":
        return " ".join(UNITS[unit] for unit in one.values)
    return " ".join((one.kind if one.kind != "guard" else "", *one.values))


def remarks(document: Document, span: Span) -> list[Remark]:
    """The facts about lines in `span` above which no comment stands, one a line, in text order."""
    tree = of(document)
    if tree is None or document.language not in {"python", "java"}:
        return []
    found: dict[int, Remark] = {}
    constants = _constants(document)
    for node in own(_function(node_at(tree, span)), ()):
        if not span.contains(Span(node.start_byte, node.end_byte)):
            continue
        for one in _about(document, node, constants):
            if one.at >= line_start(document.text, span.start):
                found.setdefault(one.at, one)
    return [one for at, one in sorted(found.items()) if not _commented(document, at)]


def _function(node: Node) -> Node:
    """The node itself, or the statement around a place inside a line."""
    while (
        node.parent is not None and node.start_byte == node.parent.start_byte and node.end_byte == node.parent.end_byte
    ):
        node = node.parent
    return node


def _about(document: Document, node: Node, constants: dict[str, str]) -> Iterator[Remark]:
    made: tuple[Kind, tuple[str, ...]] | None = None
    if node.type in {"for_statement", "enhanced_for_statement", "while_statement"}:
        made = ("retry", values) if (values := _retry(document, node)) else None
    elif node.type == "if_statement":
        made = ("guard", values) if (values := _spared(node)) else None
    elif node.type in _NUMBERS:
        name = constants.get(_plain(source(node)), "")
        made = ("number", (source(node), name)) if name and _is_inside(node, name) else None
    elif node.type in {"binary_operator", "binary_expression"}:
        made = ("unit", values) if (values := _conversion(node)) else None
    elif node.type in {"call", "method_invocation"}:
        made = ("pattern", values) if (values := _pattern(document, node)) else None
    if made is not None:
        yield Remark(made[0], _line(document, node), made[1])


def _line(document: Document, node: Node) -> int:
    """The start of the line of the statement that holds the node."""
    at = node
    while at.parent is not None and at.parent.type not in {
        "block",
        "module",
        "program",
        "class_body",
        "constructor_body",
    }:
        at = at.parent
    return line_start(document.text, at.start_byte)


def _commented(document: Document, at: int) -> bool:
    """Whether a comment stands above the line or behind its code."""
    text = document.text
    above = text[line_start(text, at - 1) : at].strip() if at else b""
    end = text.find(b"\n", at)
    line = text[at : end if end >= 0 else len(text)]
    mark = b"#" if document.language == "python" else b"//"
    return above.startswith((b"#", b"//", b"*", b"/*")) or above.endswith(b"*/") or mark in line


def _plain(number: str) -> str:
    return number.replace("_", "").rstrip("lLfFdD")


def _constants(document: Document) -> dict[str, str]:
    """Numbers that one constant of the file names, and one alone; a round or short number may mean anything."""
    names: dict[str, list[str]] = {}
    for symbol in outline(document).symbols:
        if symbol.value is None or not symbol.name.isupper():
            continue
        value = _plain(document.text[symbol.value.start : symbol.value.end].decode("utf-8", "replace").strip())
        if re.fullmatch(r"\d+(?:\.\d+)?", value) and not _ROUND.fullmatch(value) and len(value) > 1:
            names.setdefault(value, []).append(symbol.name)
    return {value: listed[0] for value, listed in names.items() if len(listed) == 1}


def _is_inside(node: Node, name: str) -> bool:
    """Whether a number stands in a function, and not beside its constant's own name."""
    at: Node | None = node
    while at is not None and at.type not in {"function_definition", "method_declaration", "constructor_declaration"}:
        if at.type in {"default_parameter", "typed_default_parameter", "annotation", "decorator"}:
            return False
        at = at.parent
    return at is not None and name not in source(node.parent)


def _retry(document: Document, loop: Node) -> tuple[str, ...]:
    """`(attempts, types…)` of a loop that tries again: a `try` whose body leaves the loop, and handlers that do not."""
    body = loop.child_by_field_name("body")
    tries = [c for c in body.named_children if c.type.startswith("try_")] if body is not None else []
    count = _attempts(document, loop)
    if len(tries) != 1 or not count:
        return ()
    main = tries[0].child_by_field_name("body")
    leaves = main is not None and any(c.type in {"return_statement", "break_statement"} for c in main.named_children)
    handlers = [c for c in tries[0].children if c.type in {"except_clause", "catch_clause"}]
    types = [quotable(text) for one in handlers if (text := _caught(one))]
    if not leaves or len(types) != len(handlers) or not all(types):
        return ()
    ends = ("raise_statement", "throw_statement", "return_statement", "break_statement")
    if any(_last_type(one) in ends for one in handlers):
        return ()
    return (count, *types)


def _last_type(handler: Node) -> str:
    block = next((c for c in reversed(handler.children) if c.type == "block"), None)
    children = [c for c in block.named_children if "comment" not in c.type] if block is not None else []
    return children[-1].type if children else ""


def _caught(handler: Node) -> str:
    if handler.type == "catch_clause":
        kind = next((n for n in own(handler, ("block",)) if n.type == "catch_type"), None)
        return source(kind)
    value = handler.child_by_field_name("value")
    if value is not None and value.type == "as_pattern":
        value = value.named_children[0]
    return source(value).strip("()")


def _attempts(document: Document, loop: Node) -> str:
    """How often a counting loop runs at most, as its code says it."""
    if document.language == "python":
        match = re.fullmatch(
            r"range\((?:0, *)?([\w.]+)\)|range\(1, *([\w.]+) *\+ *1\)", source(loop.child_by_field_name("right"))
        )
        return quotable(match[1] or match[2]) if match is not None else ""
    head = source(loop).partition("{")[0]
    match = re.search(r"= *0 *; *\w+ *< *([\w.]+) *;|= *1 *; *\w+ *<= *([\w.]+) *;", head)
    return quotable(match[1] or match[2]) if match is not None and loop.type == "for_statement" else ""


def _spared(guard: Node) -> tuple[str, ...]:
    """What the rest of the block does and a guard that leaves it spares: changes of `self` or `this`, calls for effect."""
    block = guard.child_by_field_name("consequence")
    parent = guard.parent
    inner = [c for c in block.named_children if "comment" not in c.type] if block is not None else []
    if block is None or parent is None or len(inner) != 1 or parent.type not in {"block", "constructor_body"}:
        return ()
    if guard.child_by_field_name("alternative") is not None or inner[0].type not in {
        "return_statement",
        "continue_statement",
    }:
        return ()
    if inner[0].named_children and source(inner[0].named_children[0]) not in {"None", "null", "False", "false"}:
        return ()
    after = [c for c in parent.named_children if c.start_byte >= guard.end_byte and "comment" not in c.type]
    found = dict.fromkeys(effect for one in after if (effect := _effect(one)))
    if not 1 <= len(found) <= _MOST_EFFECTS or len(after) < 2:
        return ()
    return tuple(found) if not any(name.rstrip("()= ") in source(guard) for name in found) else ()


def _effect(statement: Node) -> str:
    """`self.x =` or `db.save()` for a statement that does only that."""
    if statement.type != "expression_statement" or not statement.named_children:
        return ""
    inner = statement.named_children[0]
    if inner.type == "await" and inner.named_children:
        inner = inner.named_children[0]
    if inner.type in {"assignment", "augmented_assignment", "assignment_expression"}:
        left = source(inner.child_by_field_name("left"))
        return f"{left} =" if re.fullmatch(r"(?:self|this)\.\w+", left) else ""
    if inner.type == "call":
        name = source(inner.child_by_field_name("function"))
    elif inner.type == "method_invocation":
        name = ".".join(filter(None, (source(inner.child_by_field_name(f)) for f in ("object", "name"))))
    else:
        return ""
    return f"{name}()" if re.fullmatch(r"[\w.]+", name) and len(name) <= 40 else ""


def _conversion(node: Node) -> tuple[str, ...]:
    """`(from, to)` of a product or quotient whose factor is that of the units in the names on both sides."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    operator = source(node.child_by_field_name("operator"))
    if left is None or right is None:
        return ()
    number, name = (right, left) if right.type in _NUMBERS else (left, right)
    if number.type not in _NUMBERS or (operator == "/" and number is left):
        return ()
    came, goes = _unit(source(name)), _unit(_target(node))
    try:
        factor = float(_plain(source(number)))
    except ValueError:
        return ()
    for one, other, sign, value in _UNITS:
        if came == one and operator == sign and factor == value:
            plain = other in {"share", "unit"} and not goes
            if goes == other or plain:
                return one, other
    return ()


def _unit(name: str) -> str:
    words = re.split(r"_|(?<=[a-z0-9])(?=[A-Z])|\.", name)
    return _SUFFIXES.get(words[-1].lower(), "") if re.fullmatch(r"[\w.]+", name) and len(words) > 1 else ""


def _target(node: Node) -> str:
    """The name that takes the value: of an assignment, a keyword argument, a declaration, or the function that returns it."""
    at: Node | None = node.parent
    while at is not None and at.type in {"parenthesized_expression", "cast_expression"}:
        at = at.parent
    if at is None:
        return ""
    if at.type in {"assignment", "assignment_expression"}:
        return source(at.child_by_field_name("left"))
    if at.type in {"keyword_argument", "variable_declarator"}:
        return source(at.child_by_field_name("name"))
    if at.type == "return_statement":
        while at is not None and at.type not in {"function_definition", "method_declaration"}:
            at = at.parent
        return source(at.child_by_field_name("name")) if at is not None else ""
    return ""


def _pattern(document: Document, call: Node) -> tuple[str, ...]:
    """The parts of the literal pattern that a call compiles or applies."""
    if document.language == "python":
        name = source(call.child_by_field_name("function"))
        if not re.fullmatch(r"re\.(?:compile|match|search|fullmatch|findall|finditer|sub|split)", name):
            return ()
    else:
        name = source(call.child_by_field_name("name"))
        owner = source(call.child_by_field_name("object"))
        if (owner, name) != ("Pattern", "compile") and name not in {"matches", "replaceAll", "replaceFirst"}:
            return ()
    arguments = call.child_by_field_name("arguments")
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if first is None or first.type not in {"string", "string_literal"}:
        return ()
    return patterns.parts(source(first), document.language or "")
