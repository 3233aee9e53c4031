"""The ground of reading Python: which node is the definition, its path and parameters, where its body stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from copilot.syntax.classes import Layout, Parameter, blank_lines, text_of
from copilot.syntax.lines import indent_unit, line_end, line_indent, line_start, next_line
from copilot.syntax.tree import Node
from copilot.types import Span

CLASSES: Final = ("class_definition",)
ROUTINES: Final = ("function_definition",)
_MARKS: Final = ("positional_separator", "keyword_separator")


def outermost(node: Node) -> Node:
    """The definition with its decorators around it."""
    parent = node.parent
    return parent if parent is not None and parent.type == "decorated_definition" else node


def definitions_in(body: Node, kind: str) -> Iterator[Node]:
    """The definitions of one kind that stand directly in a body, without their decorators."""
    for child in body.named_children:
        inner = child.child_by_field_name("definition") if child.type == "decorated_definition" else child
        if inner is not None and inner.type == kind:
            yield inner


def decorators_of(outer: Node, text: bytes) -> tuple[str, ...]:
    """The decorators of a definition, without `@`."""
    marks = [c for c in outer.named_children if c.type == "decorator"] if outer.type == "decorated_definition" else []
    return tuple(text_of(mark.named_children[0], text) for mark in marks if mark.named_children)


def path_to(node: Node, through: tuple[str, ...], text: bytes) -> str:
    """The dotted names of the definitions around `node`; a definition that is not of `through` ends the path."""
    names: list[str] = []
    at: Node | None = node
    while at is not None and (at.type not in ROUTINES or at.type in through):
        if at.type in through:
            names.append(text_of(at.child_by_field_name("name"), text))
        at = at.parent
    return ".".join(reversed(names))


def parameters_of(function: Node, text: bytes) -> tuple[Parameter, ...]:
    """A function's parameters, bare `*` and `/` included."""
    listed = function.child_by_field_name("parameters")
    return tuple(_parameter(p, text) for p in listed.named_children if p.type != "comment") if listed else ()


def _parameter(node: Node, text: bytes) -> Parameter:
    raw = text_of(node, text)
    if node.type in _MARKS:
        return Parameter("", kind="mark", text=raw)
    name = node.child_by_field_name("name") or (node.named_children[0] if node.named_children else node)
    annotation, default = node.child_by_field_name("type"), node.child_by_field_name("value")
    kind: Literal["plain", "args", "kwargs"] = (
        "kwargs" if raw.startswith("**") else "args" if raw.startswith("*") else "plain"
    )
    return Parameter(
        text_of(name, text).lstrip("*"),
        text_of(annotation, text) if annotation else None,
        text_of(default, text) if default else None,
        kind,
        raw,
    )


def layout_of(node: Node, body: Node, text: bytes) -> Layout:
    """Where members or statements of a class or function stand."""
    outer = outermost(node)
    indent = line_indent(text, outer.start_byte)
    colon = next((c for c in reversed(node.children) if c.type == ":"), body)
    statements = [s for s in body.named_children if s.type != "comment"]
    inline = bool(statements) and line_start(text, statements[0].start_byte) == line_start(text, colon.start_byte)
    inner = line_indent(text, statements[0].start_byte) if statements and not inline else indent + indent_unit(text)
    rest = [s for s in statements if not is_docstring(s, statements)]
    lone = rest[0] if len(rest) == 1 and _is_placeholder(rest[0], text) else None
    fields = [s for s in statements if s not in rest or _is_field(s)]
    header = line_end(text, colon.end_byte) if not inline else colon.end_byte
    last = end_with_comments(statements[-1], inner, text) if statements else header
    return Layout(
        indent=indent,
        inner=inner,
        header=header,
        after_fields=line_end(text, fields[-1].end_byte) if fields and not inline else header,
        last=last,
        blank_lines=blank_lines(text, [s for s in rest if s.type in ("function_definition", "decorated_definition")]),
        placeholder=Span(lone.start_byte, lone.end_byte) if lone is not None else None,
        inline=inline,
    )


def end_with_comments(statement: Node, inner: str, text: bytes) -> int:
    """The end of a statement's line, and of comment lines of the same body that follow it without a blank line."""
    end = line_end(text, statement.end_byte)
    while end < len(text):
        start = next_line(text, end)
        stop = line_end(text, start)
        line = text[start:stop].decode(errors="replace")
        if not line.startswith(inner + "#"):
            break
        end = stop
    return end


def is_docstring(statement: Node, statements: list[Node]) -> bool:
    """True for the string that opens a body."""
    if statement != statements[0] or statement.type != "expression_statement" or not statement.named_children:
        return False
    return statement.named_children[0].type in ("string", "concatenated_string")


def _is_field(statement: Node) -> bool:
    return (
        statement.type == "expression_statement"
        and bool(statement.named_children)
        and statement.named_children[0].type in ("assignment", "string")  # a string may document the field above
    )


def _is_placeholder(statement: Node, text: bytes) -> bool:
    return statement.type == "pass_statement" or text_of(statement, text) == "..."


def does_nothing(statement: Node, text: bytes) -> bool:
    """`pass`, `...` or `raise NotImplementedError`."""
    return _is_placeholder(statement, text) or (
        statement.type == "raise_statement" and "NotImplementedError" in text_of(statement, text)
    )


def assignments_in(body: Node) -> Iterator[Node]:
    """The assignments (annotations included) that stand directly in a body."""
    for statement in body.named_children:
        if statement.type == "expression_statement":
            yield from (c for c in statement.named_children if c.type == "assignment")
