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
    Condition,
    Contract,
    Field,
    Flag,
    Parameter,
    Raised,
    TypeParameter,
    Value,
    names,
    own,
    quotable,
    source,
)

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
SCOPES: Final = ("lambda_expression", "class_body", "class_declaration", "record_declaration", "enum_declaration")
_BROAD: Final = {"Throwable", "Exception"}
_QUOTED: Final = {
    "identifier", "field_access", "decimal_integer_literal", "decimal_floating_point_literal", "string_literal", "true",
    "false", "null_literal", "this", "binary_expression", "unary_expression", "array_access", "character_literal",
    "hex_integer_literal",
}  # fmt: skip
_MOST: Final = 3


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
    escaping = _raised(body, symbol)
    assigned = _assigned(body)
    parameters = tuple(
        Parameter(
            one.name,
            _type_text(one.annotation, one.kind),
            stored=_stored(body, one.name) if one.name not in assigned else "",
            passed=_passed(body, one.name),
            guards=_guards(escaping, one.name) if one.name not in assigned else (),
        )
        for one in ([] if node.type == "compact_constructor_declaration" else symbol.parameters)
    )
    return replace(
        base,
        parameters=parameters,
        type_parameters=types,
        result=result,
        gives=result is not None,
        returned=_returned(body) if result is not None else (),
        raised=escaping,
        changes=_changes(body),
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
        user = next(((p.name, p.annotation or "") for p in symbol.parameters if name in names(p.annotation or "")), ("", ""))
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


def _raised(body: Node | None, symbol: Symbol) -> tuple[Raised, ...]:
    """What `throws` declares, then what the body's own `throw new` lets out."""
    reasons: dict[str, list[tuple[tuple[Condition, ...], str] | None]] = {}
    always: set[str] = set()
    for node in own(body, SCOPES) if body is not None else ():
        if node.type != "throw_statement":
            continue
        value = node.named_children[0] if node.named_children else None
        reason = _conditions(node, body), _message(value)
        for name in _thrown(value, node, body):
            if not _caught(node, body, name):
                reasons.setdefault(name, []).append(reason if any(reason) else None)
                if body is not None and [c.id for c in body.named_children if "comment" not in c.type] == [node.id]:
                    always.add(name)
    found = [Raised(name, _told(reasons.pop(name, [])), name in always, declared=True) for name in symbol.throws]
    found += [Raised(name, _told(places), name in always) for name, places in reasons.items()]
    return tuple(found)


def _told(found: list[tuple[tuple[Condition, ...], str] | None]) -> tuple[tuple[tuple[Condition, ...], str], ...]:
    known = tuple(dict.fromkeys(reason for reason in found if reason is not None))
    return known if None not in found and len(known) <= _MOST else ()


def _thrown(value: Node | None, node: Node, body: Node | None) -> list[str]:
    if value is None:
        return []
    if value.type == "object_creation_expression":
        made = value.child_by_field_name("type")
        is_anonymous = any(child.type == "class_body" for child in value.children)
        return [source(made).partition("<")[0]] if made is not None and not is_anonymous else []
    if value.type == "identifier":
        handler = _handler(node, body)
        while handler is not None:
            kinds, name = _catch(handler)
            if name == source(value):
                return [kind for kind in kinds if kind not in _BROAD]  # a precise rethrow has the narrower types
            handler = _handler(handler, body)
    return []


def _catch(handler: Node) -> tuple[list[str], str]:
    """The types and the name of a `catch`."""
    formal = next((child for child in handler.children if child.type == "catch_formal_parameter"), None)
    if formal is None:
        return [], ""
    kinds = next((child for child in formal.named_children if child.type == "catch_type"), None)
    return [source(k) for k in kinds.named_children] if kinds is not None else [], source(formal.child_by_field_name("name"))


def _handler(node: Node, body: Node | None) -> Node | None:
    at = node.parent
    while at is not None and body is not None and at.id != body.id:
        if at.type == "catch_clause":
            return at
        at = at.parent
    return None


def _caught(node: Node, body: Node | None, name: str) -> bool:
    """True when a `catch` around the statement takes `name`, or may take it: a false `@throws` is worse than none."""
    at, parent = node, node.parent
    while parent is not None and body is not None and at.id != body.id:
        if parent.type.startswith("try_") and parent.child_by_field_name("body") == at:
            for handler in (child for child in parent.children if child.type == "catch_clause"):
                kinds, _ = _catch(handler)
                if name in kinds or _BROAD & set(kinds) or ("RuntimeException" in kinds and not name.endswith("Error")):
                    return True
        at, parent = parent, parent.parent
    return False


def _conditions(node: Node, body: Node | None) -> tuple[Condition, ...]:
    found: list[Condition] = []
    at, parent = node, node.parent
    while parent is not None and body is not None and at.id != body.id:
        if parent.type == "if_statement":
            if parent.child_by_field_name("consequence") == at:
                found.append(_test(parent, negated=False))
            elif parent.child_by_field_name("alternative") == at:
                if at.type == "if_statement":
                    return ()  # an `else if`: what came before matters too
                found.append(_test(parent, negated=True))
        elif parent.type == "catch_clause":
            kinds, name = _catch(parent)
            if len(kinds) != 1 or source(node.named_children[0]) == name:
                return ()
            found.append(Condition("caught", quotable(kinds[0])))
        elif parent.type in {"switch_block_statement_group", "switch_rule", "finally_clause"}:
            return ()
        at, parent = parent, parent.parent
    return tuple(reversed(found)) if len(found) <= _MOST and all(c.code for c in found) else ()


def _test(statement: Node, *, negated: bool) -> Condition:
    node = statement.child_by_field_name("condition")
    while node is not None and node.type == "parenthesized_expression" and len(node.named_children) == 1:
        node = node.named_children[0]
    return Condition("test", quotable(source(node)), negated)


def _message(value: Node | None) -> str:
    arguments = value.child_by_field_name("arguments") if value is not None else None
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if first is None or first.type != "string_literal":
        return ""
    return quotable(source(first)[1:-1]).strip().rstrip(".")


def _returned(body: Node | None) -> tuple[Value, ...]:
    found: dict[Value, None] = {}
    for node in own(body, SCOPES) if body is not None else ():
        if node.type == "return_statement" and node.named_children:
            for value in _values(node.named_children[0]):
                found[value] = None
    return _guarded(body) or tuple(found)


def _guarded(body: Node | None) -> tuple[Value, ...]:
    """`X if condition, otherwise Y`: guards in front of one last `return`."""
    statements = [c for c in body.named_children if "comment" not in c.type] if body is not None else []
    returns = [node for node in own(body, SCOPES) if node.type == "return_statement"] if body is not None else []
    if not 2 <= len(returns) <= 3 or not statements or statements[-1].type != "return_statement":
        return ()
    found: list[Value] = []
    for node in returns[:-1]:
        holder = node.parent if node.parent is not None and node.parent.type == "if_statement" else node.parent and node.parent.parent
        if holder is None or holder.type != "if_statement" or holder.parent != body or not node.named_children:
            return ()
        if holder.child_by_field_name("alternative") is not None:
            return ()
        test, values = _test(holder, negated=False), _values(node.named_children[0])
        if not test.code or len(values) != 1 or values[0].kind == "other":
            return ()
        found.append(replace(values[0], condition=test.code))
    rest = _values(statements[-1].named_children[0])
    return (*found, *rest) if len(rest) == 1 and rest[0].kind != "other" else ()


def _values(node: Node) -> list[Value]:
    if node.type == "parenthesized_expression" and len(node.named_children) == 1:
        return _values(node.named_children[0])
    if node.type == "ternary_expression":
        branches = [node.child_by_field_name("consequence"), node.child_by_field_name("alternative")]
        return [value for branch in branches if branch is not None for value in _values(branch)]
    code = quotable(source(node))
    if node.type == "method_invocation":
        receiver, name = source(node.child_by_field_name("object")), source(node.child_by_field_name("name"))
        called = f"{receiver}.{name}()" if receiver else f"{name}()"
        short = quotable(called) if "(" not in receiver else ""
        if not short and len(code) > 40:
            return [Value("other", uses=_uses(node))]
        return [Value("call", code if code and len(code) <= 40 else short)]
    if node.type == "object_creation_expression":
        return [Value("new", quotable(source(node.child_by_field_name("type")).partition("<")[0]))]
    if node.type == "lambda_expression":
        return [Value("function")]
    if node.type in _QUOTED and code and not any(c.type == "method_invocation" for c in own(node, ())):
        return [Value("code", code)]
    return [Value("other", uses=_uses(node))]


def _uses(node: Node) -> tuple[str, ...]:
    """The variables and `this.x` fields in an expression, in text order."""
    found: dict[str, None] = {}
    stack = [node]
    while stack:
        at = stack.pop()
        if at.type == "field_access" and "(" not in source(at) and quotable(source(at)):
            found[source(at)] = None
            continue
        children = at.named_children
        if at.type == "identifier":
            found[source(at)] = None
        elif at.type == "method_invocation":
            name = at.child_by_field_name("name")
            children = [child for child in children if name is None or child.id != name.id]
        elif at.type in {"lambda_expression", "method_reference", "class_body"}:
            children = []
        stack.extend(reversed(children))
    return tuple(found)


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
        if inner is None or inner.type != "assignment_expression" or source(inner.child_by_field_name("operator")) != "=":
            continue
        if source(inner.child_by_field_name("right")) == name:
            left = inner.child_by_field_name("left")
            if left is not None and left.type == "field_access" and source(left.child_by_field_name("object")) == "this":
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
        return quotable(source(call.child_by_field_name("constructor"))) if call.child_by_field_name("object") is None else ""
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
