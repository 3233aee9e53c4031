"""The state of Python objects: annotated names, `self` attributes, slots, and what methods read but nobody sets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.syntax.classes import (
    Field,
    Parameter,
    text_of,
)
from copilot.syntax.layout_python import assignments_in, decorators_of, definitions_in, outermost, parameters_of
from copilot.syntax.tree import Node, descendants
from copilot.types import Span

_PLAIN_CALLS: Final = frozenset(
    {"list", "dict", "set", "tuple", "Decimal", "deque", "defaultdict", "Counter", "frozenset"}
)
"""Calls that only build a value: a field that starts with one is state, not machinery."""
_CLASS_LEVEL: Final = re.compile(r"(?:\w+\.)*ClassVar\b")
_FINAL: Final = re.compile(r"(?:\w+\.)*Final(?:\[(.*)\])?$", re.DOTALL)


def attributes_of(body: Node, text: bytes) -> tuple[list[Field], frozenset[str], list[Field], bool]:
    """`(fields set by __init__ or __slots__, names assigned anywhere, fields only read, dynamic)`."""
    initial: dict[str, Field] = {f.name: f for f in _slots(body, text)}
    assigned: set[str] = set()
    used: dict[str, Field] = {}
    dynamic = False
    for function in definitions_in(body, "function_definition"):
        parameters = parameters_of(function, text)
        decorators = decorators_of(outermost(function), text)
        name = text_of(function.child_by_field_name("name"), text)
        dynamic |= name in ("__getattr__", "__getattribute__", "__setattr__", "__new__", "__init_subclass__")
        if not parameters or {"staticmethod", "classmethod"} & set(decorators):
            continue
        self_name = parameters[0].name
        if name == "__init__":
            for field in _initialised(function, self_name, parameters, text):
                initial[field.name] = field
        for node in descendants(function, "attribute", "call"):
            if node.type == "call":
                dynamic |= text_of(node, text).startswith((f"setattr({self_name}", f"vars({self_name}"))
                continue
            if text_of(node.child_by_field_name("object"), text) != self_name:
                continue
            attribute = text_of(node.child_by_field_name("attribute"), text)
            dynamic |= attribute == "__dict__"
            if _is_stored(node):
                assigned.add(attribute)
            elif not (attribute.startswith("__") and attribute.endswith("__")):
                span = Span(node.start_byte, node.end_byte)
                used.setdefault(attribute, Field(attribute, None, None, "used", frozenset(), (), span))
    return list(initial.values()), frozenset(assigned), list(used.values()), dynamic


def _is_stored(attribute: Node) -> bool:
    """True when the attribute is a target of an assignment, a loop, a `with` or a deletion."""
    node, parent = attribute, attribute.parent
    while parent is not None and parent.type in ("pattern_list", "tuple_pattern", "list_pattern", "as_pattern_target"):
        node, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("assignment", "augmented_assignment", "for_statement"):
        return parent.child_by_field_name("left") == node
    return parent.type in ("delete_statement", "as_pattern", "expression_list", "named_expression") and (
        parent.type != "expression_list" or (parent.parent is not None and parent.parent.type == "delete_statement")
    )


def _slots(body: Node, text: bytes) -> Iterator[Field]:
    for node in assignments_in(body):
        if text_of(node.child_by_field_name("left"), text) == "__slots__":
            for string in descendants(node, "string_content"):
                pair = string.parent.parent if string.parent is not None else None
                if pair is not None and pair.type == "pair" and pair.child_by_field_name("value") == string.parent:
                    continue  # the documentation of a slot
                span = Span(string.start_byte, string.end_byte)
                yield Field(text_of(string, text), None, None, "slots", frozenset(), (), span)


def _initialised(function: Node, self_name: str, parameters: tuple[Parameter, ...], text: bytes) -> Iterator[Field]:
    """The attributes that `__init__` assigns, typed by their annotation or by the parameter they take over."""
    types = {p.name: p.annotation for p in parameters[1:] if p.name and p.kind == "plain"}
    for node in descendants(function, "assignment"):
        left, right, kind = (node.child_by_field_name(f) for f in ("left", "right", "type"))
        if left is None:
            continue
        several = left.type in ("pattern_list", "tuple_pattern")
        targets = left.named_children if several else [left]
        values = right.named_children if several and right is not None and right.type == "expression_list" else []
        for position, target in enumerate(targets):
            if target.type != "attribute" or text_of(target.child_by_field_name("object"), text) != self_name:
                continue
            value = right if not several else values[position] if len(values) == len(targets) else right
            annotation = text_of(kind, text) if kind else None
            if annotation is None and value is not None and value.type == "identifier":
                annotation = types.get(text_of(value, text))
            yield Field(
                name=text_of(target.child_by_field_name("attribute"), text),
                type=annotation,
                default=text_of(value, text) if value else None,
                origin="init",
                modifiers=frozenset(),
                annotations=(),
                span=Span(node.start_byte, node.end_byte),
                derived=_is_machinery(value, frozenset(p.name for p in parameters[1:]), text),
            )


def _is_machinery(value: Node | None, parameters: frozenset[str], text: bytes) -> bool:
    """A call that no parameter feeds and that does not merely build a value."""
    if value is None or any(text_of(n, text) in parameters for n in descendants(value, "identifier")):
        return False
    calls = [text_of(c.child_by_field_name("function"), text).rpartition(".")[2] for c in descendants(value, "call")]
    return value.type == "lambda" or any(name not in _PLAIN_CALLS for name in calls)


def declared_fields(body: Node, text: bytes) -> Iterator[Field]:
    """Annotated names of the class body that are state of an instance."""
    for node in assignments_in(body):
        left, kind, value = (node.child_by_field_name(f) for f in ("left", "type", "right"))
        if left is None or left.type != "identifier" or kind is None:
            continue
        annotation: str | None = text_of(kind, text)
        if _CLASS_LEVEL.match(annotation or ""):
            continue
        if final := _FINAL.match(annotation or ""):
            if value is not None:
                continue  # Final with a value is a constant of the class
            annotation = final.group(1)
        yield Field(
            name=text_of(left, text),
            type=annotation,
            default=text_of(value, text) if value else None,
            origin="declared",
            modifiers=frozenset(),
            annotations=(),
            span=Span(node.start_byte, node.end_byte),
        )


def bound_names(body: Node, text: bytes) -> Iterator[str]:
    """Names that the class body gives a value or a definition; a bare annotation gives neither."""
    for kind in ("function_definition", "class_definition"):
        for definition in definitions_in(body, kind):
            yield text_of(definition.child_by_field_name("name"), text)
    for node in assignments_in(body):
        if node.child_by_field_name("right") is not None:
            left = node.child_by_field_name("left")
            yield from (text_of(n, text) for n in descendants(left, "identifier")) if left else ()
    for statement in body.named_children:
        if statement.type in ("if_statement", "try_statement", "with_statement", "for_statement"):
            yield from (text_of(n, text) for n in descendants(statement, "identifier"))
