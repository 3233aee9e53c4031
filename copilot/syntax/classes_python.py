"""Reading Python classes for `classes.py`: bases, methods, members of enums."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from copilot.syntax.attributes_python import attributes_of, bound_names, declared_fields
from copilot.syntax.classes import (
    Method,
    Shape,
    TypeName,
    text_of,
)
from copilot.syntax.layout_python import (
    CLASSES,
    ROUTINES,
    assignments_in,
    decorators_of,
    definitions_in,
    does_nothing,
    is_docstring,
    layout_of,
    outermost,
    parameters_of,
    path_to,
)
from copilot.syntax.routines_python import routine
from copilot.syntax.tree import Node
from copilot.types import Span

__all__ = ["CLASSES", "ROUTINES", "routine", "shape"]

ENUMS: Final = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})
_ROLES: Final[dict[str, Literal["getter", "setter", "deleter"]]] = {
    "property": "getter",
    "setter": "setter",
    "deleter": "deleter",
}
_ABSTRACT: Final = re.compile(r"(?:\w+\.)*abstract(?:method|property|classmethod|staticmethod)$")


def shape(node: Node, text: bytes) -> Shape | None:
    """The shape of a `class_definition`; None when it has no name or body yet."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None or name.is_missing:
        return None
    outer = outermost(node)
    bases = tuple(_bases(node, text))
    protocol = any(base.name.rpartition(".")[2] == "Protocol" for base in bases)
    methods = tuple(_methods(body, text, protocol=protocol))
    declared = tuple(declared_fields(body, text))
    initial, assigned, used, dynamic = attributes_of(body, text)
    bound = frozenset(bound_names(body, text))
    known = {f.name for f in declared}
    defined = {m.name for m in methods}  # `self.x = x` may go through a property's setter
    fields = [*declared, *(f for f in initial if f.name not in known | defined)]
    known |= {f.name for f in initial} | bound | assigned
    fields += [f for f in used if f.name not in known]
    enum = any(base.name.rpartition(".")[2] in ENUMS for base in bases)
    return Shape(
        language="python",
        kind="enum" if enum else "class",
        name=text_of(name, text),
        qualified=path_to(node, (*CLASSES, *ROUTINES), text),
        visible=path_to(node, CLASSES, text),
        type_parameters=_type_parameters(node, bases, text),
        bases=bases,
        fields=tuple(fields),
        methods=methods,
        constants=tuple(_members(body, text)) if enum else (),
        nested=tuple(text_of(c.child_by_field_name("name"), text) for c in definitions_in(body, "class_definition")),
        bound=bound,
        decorators=decorators_of(outer, text),
        modifiers=frozenset(),
        span=Span(outer.start_byte, outer.end_byte),
        layout=layout_of(node, body, text),
        sound=not node.has_error,
        dynamic=dynamic,
    )


def _bases(node: Node, text: bytes) -> Iterator[TypeName]:
    listed = node.child_by_field_name("superclasses")
    for base in listed.named_children if listed is not None else ():
        if base.type in ("identifier", "attribute"):
            yield TypeName(text_of(base, text))
        elif base.type == "subscript":
            arguments = base.children_by_field_name("subscript")
            yield TypeName(text_of(base.child_by_field_name("value"), text), tuple(text_of(a, text) for a in arguments))
        elif base.type not in ("keyword_argument", "comment"):
            yield TypeName(f"<{base.type}>")


def _type_parameters(node: Node, bases: tuple[TypeName, ...], text: bytes) -> tuple[str, ...]:
    """PEP 695 parameters, else the arguments of `Generic[...]` or `Protocol[...]`."""
    listed = node.child_by_field_name("type_parameters")
    if listed is not None:
        return tuple(text_of(p, text).split(":")[0].strip() for p in listed.named_children)
    for base in bases:
        if base.name.rpartition(".")[2] in ("Generic", "Protocol"):
            return base.arguments
    return ()


def _methods(body: Node, text: bytes, *, protocol: bool) -> Iterator[Method]:
    for function in definitions_in(body, "function_definition"):
        name = function.child_by_field_name("name")
        if name is None:
            continue
        decorators = decorators_of(outermost(function), text)
        role: Literal["method", "constructor", "getter", "setter", "deleter"] = "method"
        for decorator in decorators:
            role = _ROLES.get(decorator.rpartition(".")[2], role)
        if decorators and _ABSTRACT.match(decorators[-1]) and decorators[-1].endswith("abstractproperty"):
            role = "getter"
        spelled = text_of(name, text)
        returns = function.child_by_field_name("return_type")
        yield Method(
            name=spelled,
            role="constructor" if spelled == "__init__" else role,
            parameters=parameters_of(function, text),
            returns=text_of(returns, text) if returns else None,
            decorators=decorators,
            modifiers=frozenset({"async"}) if function.children[0].type == "async" else frozenset(),
            type_parameters=text_of(function.child_by_field_name("type_parameters"), text),
            throws=(),
            abstract=any(_ABSTRACT.match(d) for d in decorators) or _is_unfinished(function, text, protocol=protocol),
            span=Span(outermost(function).start_byte, function.end_byte),
        )


def _is_unfinished(function: Node, text: bytes, *, protocol: bool) -> bool:
    """Abstract by convention: nothing but `raise NotImplementedError`, or `...` in a protocol."""
    body = function.child_by_field_name("body")
    statements = [s for s in body.named_children if s.type != "comment"] if body is not None else []
    rest = [s for s in statements if not is_docstring(s, statements)]
    if len(rest) != 1:
        return False
    return does_nothing(rest[0], text) and (protocol or rest[0].type == "raise_statement")


def _members(body: Node, text: bytes) -> Iterator[str]:
    """An enum's members: plain assignments of public names."""
    for node in assignments_in(body):
        left = node.child_by_field_name("left")
        if left is not None and left.type == "identifier" and node.child_by_field_name("type") is None:
            name = text_of(left, text)
            if not name.startswith("_"):
                yield name
