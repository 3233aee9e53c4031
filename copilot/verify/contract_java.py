"""Reading the contract of a Java declaration from its tree.

Absent on purpose: whether an exception class is checked (that needs the class path), and what called methods throw.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from copilot.syntax.outline import Outline, Symbol
from copilot.syntax.tree import Node, enclosing, node_at, of
from copilot.types import Document
from copilot.verify.contract import (
    Contract,
    Field,
    Flag,
    Parameter,
    Raised,
    TypeParameter,
    deprecated,
    names,
    own,
    quotable,
    source,
)
from copilot.verify.escapes_java import SCOPES, raised
from copilot.verify.meaning import names_of
from copilot.verify.results_java import early, returned
from copilot.verify.sideeffects import effects, is_pure
from copilot.verify.usage import called_for_effect, calls, is_target, uses

DECLARATIONS: Final = (
    "class_declaration",
    "interface_declaration",
    "enum_declaration",
    "record_declaration",
    "annotation_type_declaration",
    "method_declaration",
    "constructor_declaration",
    "compact_constructor_declaration",
    "annotation_type_element_declaration",
)


def read(document: Document, found: Outline, symbol: Symbol) -> Contract:
    """The contract of a type, method or constructor of `document`, whose outline is `found`."""
    tree = of(document)
    base = Contract("java", symbol, found.parent(symbol), doc=symbol.docstring)
    node = enclosing(node_at(tree, symbol.name_span), *DECLARATIONS) if tree is not None else None
    if node is None or node.has_error:
        return replace(base, broken=True)
    flags = _flags(symbol, node)
    types = _type_parameters(node, symbol)
    if symbol.kind not in {"method", "constructor", "function"}:
        return replace(_type(document, base, found, symbol), type_parameters=types, flags=frozenset(flags))
    body = node.child_by_field_name("body")
    result = " ".join(symbol.returns.split()) if symbol.returns and symbol.kind != "constructor" else None
    if result == "void":
        result = None
    escaping = raised(body, symbol)
    known = names_of(found, body)
    assigned = _assigned(body)
    record = base.owner if node.type == "compact_constructor_declaration" else None
    listed = record.parameters if record is not None else symbol.parameters
    parameters = tuple(
        Parameter(
            one.name,
            _type_text(one.annotation, one.kind),
            stored=_stored(body, one.name) if one.name not in assigned else "",
            passed=_passed(body, one.name),
            guards=_guards(escaping, one.name) if one.name not in assigned else (),
            uses=uses(body, one.name, known.around),
        )
        for one in listed
    )
    return replace(
        base,
        parameters=parameters,
        type_parameters=types,
        result=result,
        gives=result is not None,
        returned=returned(body) if result is not None else (),
        raised=escaping,
        changes=_changes(body),
        calls=called_for_effect(body),
        inner=tuple(dict.fromkeys(name for name, _ in calls(body, SCOPES))),
        reads=_reads(body, _fields(found, base.owner) - {one.name for one in symbol.parameters}),
        effects=effects(body, SCOPES, known),
        early=early(body),
        pure=is_pure(body, SCOPES, known),
        deprecated=deprecated(symbol),
        flags=frozenset(flags),
    )


def _flags(symbol: Symbol, node: Node) -> set[Flag]:
    flags: set[Flag] = set()
    if "Override" in {mark.partition("(")[0].rpartition(".")[2] for mark in symbol.decorators}:
        flags.add("override")
    if "abstract" in symbol.modifiers or node.child_by_field_name("body") is None:
        flags.add("abstract")
    if "static" in symbol.modifiers:
        flags.add("staticmethod")
    if any(name.endswith(("Exception", "Error", "Throwable")) for name in symbol.bases):
        flags.add("exception")
    return flags


def _type_text(annotation: str | None, kind: str) -> str | None:
    text = " ".join(annotation.split()) if annotation is not None else None
    return f"{text}..." if text is not None and kind == "varargs" and not text.endswith("...") else text


def _type_parameters(node: Node, symbol: Symbol) -> tuple[TypeParameter, ...]:
    holder = node.child_by_field_name("type_parameters")
    if holder is None:
        holder = next((child for child in node.children if child.type == "type_parameters"), None)
    found = []
    for child in holder.named_children if holder is not None else ():
        if child.type != "type_parameter":
            continue
        name = next((source(c) for c in child.named_children if c.type in {"type_identifier", "identifier"}), "")
        bound = next((c for c in child.named_children if c.type == "type_bound"), None)
        user = next(
            ((p.name, p.annotation or "") for p in symbol.parameters if name in names(p.annotation or "")), ("", "")
        )
        if not user[0] and name in names(symbol.returns or ""):
            user = ("", symbol.returns or "")
        limit = quotable(source(bound).removeprefix("extends")) if bound is not None else ""
        found.append(TypeParameter(name, limit, user[0], quotable(user[1])))
    return tuple(found)


def _type(document: Document, base: Contract, found: Outline, symbol: Symbol) -> Contract:
    parameters: tuple[Parameter, ...] = ()
    fields, offers = [], []
    if symbol.kind == "record":
        parameters = tuple(Parameter(p.name, _type_text(p.annotation, p.kind)) for p in symbol.parameters)
    for child in found.children(symbol):
        if child.kind == "method" and ("public" in child.modifiers or symbol.kind in {"interface", "annotation"}):
            offers.append(child.name)
        elif child.kind == "constant" and symbol.kind == "enum" and child.returns is None:
            value = document.text[child.value.start : child.value.end].decode() if child.value is not None else None
            fields.append(Field(child.name, None, quotable(value) or None if value is not None else None))
    return replace(base, parameters=parameters, fields=tuple(fields), offers=tuple(dict.fromkeys(offers)))


def _assigned(body: Node | None) -> set[str]:
    """Names that the body assigns."""
    found = set()
    for node in own(body, ()) if body is not None else ():
        if node.type == "assignment_expression":
            found.add(source(node.child_by_field_name("left")))
        elif node.type == "update_expression":
            found |= {source(child) for child in node.named_children}
    return found


def _stored(body: Node | None, name: str) -> str:
    """`this.x` for the `x` of a top-level `this.x = x`."""
    for node in body.named_children if body is not None else ():
        inner = node.named_children[0] if node.type == "expression_statement" and node.named_children else None
        if (
            inner is None
            or inner.type != "assignment_expression"
            or source(inner.child_by_field_name("operator")) != "="
        ):
            continue
        if source(inner.child_by_field_name("right")) == name:
            left = inner.child_by_field_name("left")
            if (
                left is not None
                and left.type == "field_access"
                and source(left.child_by_field_name("object")) == "this"
            ):
                return quotable(source(left))
    return ""


def _passed(body: Node | None, name: str) -> str:
    """The method that the only use of a parameter is an argument of."""
    uses = [n for n in own(body, ()) if n.type == "identifier" and source(n) == name] if body is not None else []
    parent = uses[0].parent if len(uses) == 1 else None
    call = parent.parent if parent is not None and parent.type == "argument_list" else None
    if call is None or call.type not in {"method_invocation", "explicit_constructor_invocation"}:
        return ""
    if call.type == "explicit_constructor_invocation":
        return (
            quotable(source(call.child_by_field_name("constructor")))
            if call.child_by_field_name("object") is None
            else ""
        )
    receiver, method = source(call.child_by_field_name("object")), source(call.child_by_field_name("name"))
    return quotable(f"{receiver}.{method}" if receiver else method) if "(" not in receiver else ""


def _guards(escaping: tuple[Raised, ...], name: str) -> tuple[tuple[str, str], ...]:
    found = [
        (one.type, conditions[0].code)
        for one in escaping
        for conditions, _ in one.reasons
        if len(conditions) == 1 and conditions[0].kind == "test" and not conditions[0].negated
    ]
    return tuple((kind, code) for kind, code in found if name in names(code))[:1]


def _fields(found: Outline, owner: Symbol | None) -> set[str]:
    return (
        {one.name for one in found.children(owner) if one.kind in {"field", "constant"}} if owner is not None else set()
    )


def _reads(body: Node | None, fields: set[str]) -> tuple[str, ...]:
    """Fields that are read, as `this.x` or by a bare name that no local variable has, in text order."""
    found: dict[str, None] = {}
    nodes = list(own(body, ())) if body is not None else []
    local = {source(n.child_by_field_name("name")) for n in nodes if n.type in {"variable_declarator", "resource"}}
    for node in nodes:
        if node.type == "identifier" and source(node) in fields - local and not is_target(node):
            parent = node.parent
            if parent is None or node not in {parent.child_by_field_name("name"), parent.child_by_field_name("field")}:
                found[source(node)] = None
        if node.type == "field_access" and source(node.child_by_field_name("object")) == "this" and not is_target(node):
            found[source(node)] = None
    return tuple(found)


def _changes(body: Node | None) -> tuple[str, ...]:
    """Fields written as `this.x`, in text order."""
    found: dict[str, None] = {}
    for node in own(body, SCOPES) if body is not None else ():
        left = node.child_by_field_name("left") if node.type == "assignment_expression" else None
        if node.type == "update_expression" and node.named_children:
            left = node.named_children[0]
        while left is not None and left.type == "array_access":
            left = left.child_by_field_name("array")
        if left is not None and left.type == "field_access" and source(left.child_by_field_name("object")) == "this":
            found[source(left)] = None
    return tuple(found)
