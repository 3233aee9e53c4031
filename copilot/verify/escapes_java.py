"""Which exceptions leave a Java method: what `throws` declares and what its own `throw` statements let out.

Absent on purpose: whether a class is checked (that needs the class path), and what called methods throw.
"""

from __future__ import annotations

from typing import Final

from copilot.syntax.outline import Symbol
from copilot.syntax.tree import Node
from copilot.verify.contract import Condition, Raised, message, names, own, quotable, source
from copilot.verify.escapes_python import some, told

SCOPES: Final = ("lambda_expression", "class_body", "class_declaration", "record_declaration", "enum_declaration")


_BROAD: Final = {"Throwable", "Exception"}


_MOST: Final = 3


def raised(body: Node | None, symbol: Symbol) -> tuple[Raised, ...]:
    """What `throws` declares, then what the body's own `throw new` lets out."""
    reasons: dict[str, list[tuple[tuple[Condition, ...], str] | None]] = {}
    places: dict[str, list[Node]] = {}
    always: set[str] = set()
    for node in own(body, SCOPES) if body is not None else ():
        if node.type != "throw_statement":
            continue
        value = node.named_children[0] if node.named_children else None
        reason = _conditions(node, body), message(value)
        for name in _thrown(value, node, body):
            if not _caught(node, body, name):
                reasons.setdefault(name, []).append(reason if any(reason) else None)
                places.setdefault(name, []).append(node)
                if body is not None and [c.id for c in body.named_children if "comment" not in c.type] == [node.id]:
                    always.add(name)
    return tuple(
        Raised(
            name,
            told(reasons.get(name, []), _MOST),
            name in always,
            declared=name in symbol.throws,
            thrown=name in reasons,
            some=some(reasons.get(name, [])),
            about=_about(places.get(name, []), body),
            last=len(places.get(name, [])) == 1 and places[name][0].parent == body,
        )
        for name in dict.fromkeys([*symbol.throws, *reasons])
    )


def _about(places: list[Node], body: Node | None) -> tuple[str, ...]:
    """The names in the tests around the statements: what decides whether they are reached."""
    found: dict[str, None] = {}
    for node in places:
        at = node.parent
        tests: list[Node] = []
        while at is not None and body is not None and at.id != body.id:
            test = at.child_by_field_name("condition")
            tests += [test] if test is not None else []
            at = at.parent
        for test in reversed(tests):
            for one in own(test, SCOPES):
                is_name = one.parent is not None and one.parent.child_by_field_name("name") == one
                if one.type == "identifier" and not is_name and names(source(one)):
                    found[source(one)] = None
    return tuple(found)


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
    return [source(k) for k in kinds.named_children] if kinds is not None else [], source(
        formal.child_by_field_name("name")
    )


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
                found.append(condition(parent, negated=False))
            elif parent.child_by_field_name("alternative") == at:
                if at.type == "if_statement":
                    return ()  # an `else if`: what came before matters too
                found.append(condition(parent, negated=True))
        elif parent.type == "catch_clause":
            kinds, name = _catch(parent)
            if len(kinds) != 1 or source(node.named_children[0]) == name:
                return ()
            found.append(Condition("caught", quotable(kinds[0])))
        elif parent.type in {"switch_block_statement_group", "switch_rule", "finally_clause"}:
            return ()
        at, parent = parent, parent.parent
    return tuple(reversed(found)) if len(found) <= _MOST and all(c.code for c in found) else ()


def condition(statement: Node, *, negated: bool) -> Condition:
    """The condition of an `if`, without its parentheses."""
    node = statement.child_by_field_name("condition")
    while node is not None and node.type == "parenthesized_expression" and len(node.named_children) == 1:
        node = node.named_children[0]
    return Condition("test", quotable(source(node)), negated)
