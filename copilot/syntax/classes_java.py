"""Reading Java types and methods for `classes.py`: fields, records' components, signatures, `switch`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from copilot.syntax.classes import (
    Field,
    Layout,
    Method,
    Parameter,
    Routine,
    Shape,
    Switch,
    TypeName,
    blank_lines,
    text_of,
)
from copilot.syntax.lines import indent_unit, line_end, line_indent, line_start
from copilot.syntax.tree import Node, descendants
from copilot.types import Span

_KINDS: Final[dict[str, Literal["class", "interface", "enum", "record", "annotation"]]] = {
    "class_declaration": "class",
    "interface_declaration": "interface",
    "enum_declaration": "enum",
    "record_declaration": "record",
    "annotation_type_declaration": "annotation",
}
CLASSES: Final = tuple(_KINDS)
ROUTINES: Final = ("method_declaration", "constructor_declaration")

_COMMENTS: Final = ("line_comment", "block_comment")
_FIELDS: Final = ("field_declaration", "constant_declaration")
_LEAVES: Final = ("break_statement", "return_statement", "throw_statement", "continue_statement", "yield_statement")


def shape(node: Node, text: bytes) -> Shape | None:
    """The shape of a type declaration; None when it has no name or body yet."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None or name.is_missing:
        return None
    members = _members(body)
    modifiers, annotations = _modifiers(node, text)
    extends = node.child_by_field_name("superclass")
    fields = [*_components(node, text), *(f for m in members if m.type in _FIELDS for f in _fields(m, text))]
    interface = node.type == "interface_declaration"
    methods = tuple(_method(m, text, interface=interface) for m in members if m.type in ROUTINES)
    nested = tuple(text_of(m.child_by_field_name("name"), text) for m in members if m.type in CLASSES)
    constants = tuple(
        text_of(c.child_by_field_name("name"), text) for c in body.named_children if c.type == "enum_constant"
    )
    generic = node.child_by_field_name("type_parameters")
    return Shape(
        language="java",
        kind=_KINDS[node.type],
        name=text_of(name, text),
        qualified=_path(node, text),
        visible=text_of(name, text),
        type_parameters=tuple(_parameter_name(p, text) for p in generic.named_children) if generic else (),
        bases=tuple(_bases(node, text)),
        fields=tuple(fields),
        methods=methods,
        constants=constants,
        nested=nested,
        bound=frozenset({*(m.name for m in methods), *(f.name for f in fields), *nested, *constants}),
        decorators=annotations,
        modifiers=modifiers | ({"extends"} if extends is not None else set()),
        span=Span(node.start_byte, node.end_byte),
        layout=_layout(node, body, members, text),
        sound=not node.has_error,
    )


def routine(node: Node, text: bytes) -> Routine | None:
    """The method of a declaration with a body; None for an abstract one."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return None
    statements = [s for s in body.named_children if s.type not in _COMMENTS]
    empty = len(statements) <= 1 and all(_does_nothing(s, text) for s in statements)
    indent = line_indent(text, node.start_byte)
    end = _content_end(body, text)
    replaced = Span(statements[0].start_byte, statements[0].end_byte) if statements and empty else Span(end, end)
    inline = line_start(text, node.start_byte) == line_start(text, body.end_byte)
    return Routine(
        name=text_of(name, text),
        path=_path(node, text),
        parameters=_parameters(node, text),
        span=Span(node.start_byte, node.end_byte),
        body=replaced,
        empty=(empty and not inline) or not statements,
        indent=indent,
        inner=line_indent(text, statements[0].start_byte) if statements and not inline else indent + indent_unit(text),
        sound=not node.has_error,
        switches=tuple(_switches(body, text)),
        branches=tuple(text_of(n, text) for label in descendants(body, "switch_label") for n in label.named_children),
    )


def _members(body: Node) -> list[Node]:
    """The declarations of a body; an enum's stand behind its constants."""
    declarations = next((c for c in body.named_children if c.type == "enum_body_declarations"), body)
    return [m for m in declarations.named_children if m.type not in (*_COMMENTS, "enum_constant")]


def _path(node: Node, text: bytes) -> str:
    names: list[str] = []
    at: Node | None = node
    while at is not None:
        if at.type in (*CLASSES, *ROUTINES):
            names.append(text_of(at.child_by_field_name("name"), text))
        at = at.parent
    return ".".join(reversed(names))


def _modifiers(node: Node, text: bytes) -> tuple[frozenset[str], tuple[str, ...]]:
    """`(modifier words, annotations without @)` of a declaration."""
    marks = next((c for c in node.children if c.type == "modifiers"), None)
    if marks is None:
        return frozenset(), ()
    annotations = tuple(text_of(c, text)[1:] for c in marks.named_children if c.type.endswith("annotation"))
    return frozenset(c.type for c in marks.children if not c.type.endswith("annotation")), annotations


def _parameter_name(parameter: Node, text: bytes) -> str:
    name = next(descendants(parameter, "type_identifier", "identifier"), None)
    return text_of(name, text)


def _bases(node: Node, text: bytes) -> Iterator[TypeName]:
    """The superclass, then the interfaces."""
    for child in node.children:
        if child.type == "superclass":
            yield from (_type_name(c, text) for c in child.named_children[:1])
    for child in node.children:
        if child.type in ("super_interfaces", "extends_interfaces"):
            for listed in child.named_children:
                yield from (_type_name(t, text) for t in listed.named_children)


def _type_name(node: Node, text: bytes) -> TypeName:
    if node.type == "annotated_type":
        node = node.named_children[-1]
    if node.type != "generic_type":
        return TypeName(text_of(node, text))
    arguments = node.named_children[-1]
    return TypeName(text_of(node.named_children[0], text), tuple(text_of(a, text) for a in arguments.named_children))


def _components(node: Node, text: bytes) -> Iterator[Field]:
    if node.type == "record_declaration":
        for p in _parameters(node, text):
            span = Span(node.start_byte, node.end_byte)
            yield Field(p.name, p.annotation, None, "component", frozenset({"private", "final"}), (), span)


def _fields(node: Node, text: bytes) -> Iterator[Field]:
    modifiers, annotations = _modifiers(node, text)
    if node.type == "constant_declaration":
        modifiers |= {"static", "final"}
    base = text_of(node.child_by_field_name("type"), text)
    for declarator in node.children_by_field_name("declarator"):
        value = declarator.child_by_field_name("value")
        yield Field(
            name=text_of(declarator.child_by_field_name("name"), text),
            type=base + text_of(declarator.child_by_field_name("dimensions"), text),
            default=text_of(value, text) if value is not None else None,
            origin="declared",
            modifiers=modifiers,
            annotations=annotations,
            span=Span(node.start_byte, node.end_byte),
        )


def _method(node: Node, text: bytes, *, interface: bool) -> Method:
    modifiers, annotations = _modifiers(node, text)
    throws = next((c for c in node.children if c.type == "throws"), None)
    kind = node.child_by_field_name("type")
    dimensions = text_of(node.child_by_field_name("dimensions"), text)
    body = node.child_by_field_name("body")
    free = not {"default", "static", "private"} & modifiers
    return Method(
        name=text_of(node.child_by_field_name("name"), text),
        role="constructor" if node.type == "constructor_declaration" else "method",
        parameters=_parameters(node, text),
        returns=text_of(kind, text) + dimensions if kind is not None else None,
        decorators=annotations,
        modifiers=modifiers | ({"public"} if interface and "private" not in modifiers else set()),
        type_parameters=text_of(node.child_by_field_name("type_parameters"), text),
        throws=tuple(text_of(t, text) for t in throws.named_children) if throws is not None else (),
        abstract="abstract" in modifiers or (interface and free and body is None),
        span=Span(node.start_byte, node.end_byte),
    )


def _parameters(node: Node, text: bytes) -> tuple[Parameter, ...]:
    listed = node.child_by_field_name("parameters")
    found = []
    for p in listed.named_children if listed is not None else ():
        if p.type == "formal_parameter":
            kind = text_of(p.child_by_field_name("type"), text) + text_of(p.child_by_field_name("dimensions"), text)
            name = text_of(p.child_by_field_name("name"), text)
            found.append(Parameter(name, kind, text=f"{kind} {name}"))
        elif p.type == "spread_parameter":
            typed = [c for c in p.named_children if c.type not in ("modifiers", "variable_declarator")]
            name = text_of(next(descendants(p, "variable_declarator"), None), text)
            kind = text_of(typed[0] if typed else None, text) + "..."
            found.append(Parameter(name, kind, kind="args", text=f"{kind} {name}"))
    return tuple(found)


def _layout(node: Node, body: Node, members: list[Node], text: bytes) -> Layout:
    indent = line_indent(text, node.start_byte)
    opening = body.start_byte + 1
    last = _content_end(body, text)
    alone = [m for m in members if line_start(text, m.start_byte) != line_start(text, opening)]
    fields = [m for m in members if m.type in _FIELDS]
    methods = [m for m in members if m.type in ROUTINES]
    return Layout(
        indent=indent,
        inner=line_indent(text, alone[0].start_byte) if alone else indent + indent_unit(text),
        header=opening,
        after_fields=_with_comment(fields[-1], text) if fields else opening,
        last=last,
        blank_lines=blank_lines(text, methods),
        inline=line_start(text, last) == line_start(text, body.end_byte - 1),
    )


def _with_comment(node: Node, text: bytes) -> int:
    """The end of a member and of a comment on its line."""
    follower = node.next_sibling
    if follower is not None and follower.type in _COMMENTS and follower.start_byte < line_end(text, node.end_byte):
        return follower.end_byte
    return node.end_byte


def _content_end(body: Node, text: bytes) -> int:
    """The end of what a body in braces holds, comments included; right behind the opening brace when nothing."""
    closing = body.end_byte - 1
    return body.start_byte + 1 + len(text[body.start_byte + 1 : closing].rstrip())


def _does_nothing(statement: Node, text: bytes) -> bool:
    return statement.type == "throw_statement" and "UnsupportedOperationException" in text_of(statement, text)


def _switches(body: Node, text: bytes) -> Iterator[Switch]:
    for node in descendants(body, "switch_expression"):
        condition, block = node.child_by_field_name("condition"), node.child_by_field_name("body")
        subject = condition.named_children[0] if condition is not None and condition.named_children else None
        if subject is None or subject.type != "identifier" or block is None:
            continue
        groups = [c for c in block.named_children if c.type not in _COMMENTS]
        if not groups or line_start(text, groups[0].start_byte) == line_start(text, block.start_byte):
            continue
        arrow = groups[0].type == "switch_rule"
        marks = [[m for m in g.named_children if m.type == "switch_label"] for g in groups]
        closing = next((n for n, m in enumerate(marks) if any(not x.named_children for x in m)), len(groups))
        if not arrow and closing and not _leaves(groups[closing - 1]):
            continue  # the group before would fall through into a new branch
        if closing < len(groups) and len(marks[closing]) > 1:
            continue  # a label shares its group with default
        at = groups[closing - 1].end_byte if closing else block.start_byte + 1
        indent = line_indent(text, groups[0].start_byte)
        lines = [s for g in groups for s in g.named_children if s.type != "switch_label"]
        own = next((s for s in lines if line_indent(text, s.start_byte) != indent), None)
        inner = line_indent(text, own.start_byte) if own is not None and not arrow else indent + indent_unit(text)
        labels = frozenset(text_of(n, text).rpartition(".")[2] for m in marks for x in m for n in x.named_children)
        yield Switch(text_of(subject, text), labels, line_end(text, at), indent, inner, arrow=arrow)


def _leaves(group: Node) -> bool:
    """True when control cannot run from this group into the next."""
    last = group.named_children[-1]
    while last.type == "block" and last.named_children:
        last = last.named_children[-1]
    return last.type in _LEAVES
