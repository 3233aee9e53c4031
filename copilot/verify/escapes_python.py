"""Which exceptions leave a Python function by its own `raise` statements, and under which conditions.

A bare `raise`, or `raise e` of the handler's name, stands for the handler's types. What a handler of the same
function surely catches does not leave it. Absent on purpose: exceptions of called functions, `assert`, and raised
values whose class cannot be read from the statement.
"""

from __future__ import annotations

import builtins
from typing import Final

from copilot.syntax.tree import Node
from copilot.verify.contract import Condition, Raised, own, quotable, source

SCOPES: Final = ("function_definition", "lambda", "class_definition")

_BUILTIN: Final = {n: c for n, c in vars(builtins).items() if isinstance(c, type) and issubclass(c, BaseException)}
_LOWERCASE: Final = {"error", "timeout", "herror", "gaierror"}
_MOST_CONDITIONS: Final = 3
_MOST_REASONS: Final = 3


def raised(body: Node, classes: set[str]) -> tuple[Raised, ...]:
    """The exception types in text order; `classes` are the names of the classes that the file defines."""
    reasons: dict[str, list[tuple[tuple[Condition, ...], str] | None]] = {}
    places: dict[str, list[Node]] = {}
    always: set[str] = set()
    for node in own(body, SCOPES):
        if node.type != "raise_statement":
            continue
        reason = _conditions(node, body), _message(node)
        for name in _types(node, body, classes):
            if _caught(node, body, name):
                continue
            reasons.setdefault(name, []).append(reason if any(reason) else None)
            places.setdefault(name, []).append(node)
            if _is_whole(node, body):
                always.add(name)
    return tuple(
        Raised(
            name,
            told(found, _MOST_REASONS),
            name in always,
            some=some(found),
            about=_about(places[name], body),
            again=all(_passes_on(node, body) for node in places[name]),
            last=len(places[name]) == 1 and places[name][0].parent == body,
        )
        for name, found in reasons.items()
    )


Reasons = list[tuple[tuple[Condition, ...], str] | None]


def told(found: Reasons, most: int) -> tuple[tuple[tuple[Condition, ...], str], ...]:
    """The reasons when they are complete and few: "if a or if b" is false while a third place is left out."""
    known = tuple(dict.fromkeys(reason for reason in found if reason is not None))
    return known if None not in found and len(known) <= most else ()


def some(found: Reasons) -> tuple[tuple[tuple[Condition, ...], str], ...]:
    """The first conditions that are known."""
    return tuple(dict.fromkeys(reason for reason in found if reason is not None and reason[0]))[:2]


def _about(places: list[Node], body: Node) -> tuple[str, ...]:
    """The names in the tests around the statements, in text order: what decides whether they are reached."""
    found: dict[str, None] = {}
    for node in places:
        at = node.parent
        tests: list[Node] = []
        while at is not None and at.id != body.id:
            parts = (at.child_by_field_name(name) for name in ("condition", "subject", "left"))
            tests += [part for part in parts if part is not None and at.type != "assignment"]
            at = at.parent
        for test in reversed(tests):
            for one in own(test, SCOPES):
                if one.type == "identifier" and one.parent is not None:
                    parent = one.parent
                    if parent.child_by_field_name("attribute") != one and parent.child_by_field_name("function") != one:
                        found[source(one)] = None
    return tuple(found)


def _passes_on(node: Node, body: Node) -> bool:
    handler = _handler(node, body)
    while handler is not None:
        if _again(node, handler):
            return True
        handler = _handler(handler, body)
    return False


def _types(node: Node, body: Node, classes: set[str]) -> list[str]:
    """The class names that a `raise` statement may raise; empty when they cannot be read."""
    value = _raised_value(node)
    handler = _handler(node, body)
    if value is None:
        return _handler_types(handler) if handler is not None else []
    if value.type == "identifier":
        name = source(value)
        around = handler
        while around is not None:
            if _alias(around) == name:
                return _handler_types(around)
            around = _handler(around, body)
        made = _made(name, body)
        if made is not None:
            value = made
    if value.type == "call":
        value = value.child_by_field_name("function")
    name = source(value)
    if value is None or value.type not in {"identifier", "attribute"} or not _is_exception(name, classes):
        return []
    return [name]


def _raised_value(node: Node) -> Node | None:
    cause = node.child_by_field_name("cause")
    return next((c for c in node.named_children if (cause is None or c.id != cause.id) and c.type != "comment"), None)


def _is_exception(name: str, classes: set[str]) -> bool:
    """True when the spelling can only be a class: known here, built in, CamelCase, or a module's `error`."""
    last = name.rpartition(".")[2]
    if name in _BUILTIN or last in classes:
        return True
    return last.lstrip("_")[:1].isupper() or (
        "." in name and not name.startswith(("self.", "cls.")) and last in _LOWERCASE
    )


def _made(name: str, body: Node) -> Node | None:
    """The call that is the only assignment to the local `name`."""
    found = [n for n in own(body, SCOPES) if n.type == "assignment" and source(n.child_by_field_name("left")) == name]
    right = found[0].child_by_field_name("right") if len(found) == 1 else None
    return right if right is not None and right.type == "call" else None


def _handler(node: Node, body: Node) -> Node | None:
    """The `except` clause around a node inside the function."""
    at = node.parent
    while at is not None and at.id != body.id:
        if at.type == "except_clause":
            return at
        at = at.parent
    return None


def _handled(handler: Node) -> Node | None:
    """What stands after `except`, without the alias."""
    value = handler.child_by_field_name("value")
    if value is not None and value.type == "as_pattern":
        value = value.named_children[0]
    return value


def _handler_types(handler: Node) -> list[str]:
    value = _handled(handler)
    if value is None:
        return []
    if value.type in {"tuple", "parenthesized_expression"}:
        parts = [child for child in value.named_children if child.type != "comment"]
    else:
        parts = [value]
    return [source(part) for part in parts] if all(p.type in {"identifier", "attribute"} for p in parts) else []


def _alias(handler: Node) -> str:
    value = handler.child_by_field_name("value")
    return source(value.child_by_field_name("alias")) if value is not None and value.type == "as_pattern" else ""


def _caught(node: Node, body: Node, name: str) -> bool:
    """True when a handler around the statement surely catches `name` and does not raise again."""
    at, parent = node, node.parent
    while parent is not None and at.id != body.id:
        if parent.type == "try_statement" and parent.child_by_field_name("body") == at:
            for handler in (child for child in parent.children if child.type == "except_clause"):
                if _catches(handler, name):
                    if not any(n.type == "raise_statement" and _again(n, handler) for n in own(handler, SCOPES)):
                        return True
                    break
        if parent.type == "with_statement" and _suppresses(parent, name):
            return True
        at, parent = parent, parent.parent
    return False


def _again(node: Node, handler: Node) -> bool:
    value = _raised_value(node)
    return value is None or (value.type == "identifier" and source(value) == _alias(handler))


def _catches(handler: Node, name: str) -> bool:
    if _handled(handler) is None:
        return True
    return any(_is_kind_of(name, caught) for caught in _handler_types(handler))


def _is_kind_of(name: str, caught: str) -> bool:
    if caught in {name, "BaseException"}:
        return True
    known, above = _BUILTIN.get(name), _BUILTIN.get(caught)
    if known is not None and above is not None:
        return issubclass(known, above)
    return caught == "Exception" and known is None


def _suppresses(node: Node, name: str) -> bool:
    for call in (n for child in node.children if child.type == "with_clause" for n in own(child, SCOPES)):
        if call.type == "call" and source(call.child_by_field_name("function")) in {"suppress", "contextlib.suppress"}:
            arguments = call.child_by_field_name("arguments")
            if arguments is not None and any(_is_kind_of(name, source(a)) for a in arguments.named_children):
                return True
    return False


def _is_whole(node: Node, body: Node) -> bool:
    """True when the statement is all that the function does."""
    statements = [child for child in body.named_children if child.type != "comment"]
    if statements and statements[0].type == "expression_statement" and statements[0].named_children[0].type == "string":
        del statements[0]
    return len(statements) == 1 and statements[0] == node


def _conditions(node: Node, body: Node) -> tuple[Condition, ...]:
    """What surely holds when the statement is reached, outermost first; empty when it cannot be said shortly."""
    found: list[Condition] = []
    at, parent = node, node.parent
    while parent is not None and at.id != body.id:
        if parent.type == "if_statement" and parent.child_by_field_name("consequence") == at:
            found.append(_test(parent.child_by_field_name("condition"), negated=False))
        elif parent.type == "else_clause" and parent.parent is not None and parent.parent.type == "if_statement":
            found += reversed(_before(parent))
            parent = parent.parent
        elif parent.type == "elif_clause" and parent.child_by_field_name("consequence") == at:
            found.append(_test(parent.child_by_field_name("condition"), negated=False))
            found += reversed(_before(parent))
            parent = parent.parent or parent
        elif parent.type == "except_clause":
            types = _handler_types(parent)
            if len(types) != 1 or _raised_value(node) is None or source(_raised_value(node)) == _alias(parent):
                return tuple(reversed(found)) if found and all(c.code for c in found) else ()
            found.append(Condition("caught", quotable(types[0])))
            parent = parent.parent or parent
        elif parent.type in {"elif_clause", "case_clause", "finally_clause"} or (
            parent.type == "else_clause" and parent.parent is not None
        ):
            return ()
        at, parent = parent, parent.parent
    if not found or len(found) > _MOST_CONDITIONS or not all(condition.code for condition in found):
        return ()
    return tuple(reversed(found))


def _before(clause: Node) -> list[Condition]:
    """What did not hold when an `elif` or `else` is reached, in text order."""
    assert clause.parent is not None
    earlier = [clause.parent]
    for child in clause.parent.children:
        if child.id == clause.id:
            break
        if child.type == "elif_clause":
            earlier.append(child)
    return [_test(one.child_by_field_name("condition"), negated=True) for one in earlier]


def _test(node: Node | None, *, negated: bool) -> Condition:
    if node is not None and node.type == "parenthesized_expression" and len(node.named_children) == 1:
        node = node.named_children[0]
    if node is not None and node.type == "not_operator" and negated:
        node, negated = node.child_by_field_name("argument"), False
    return Condition("test", quotable(source(node)), negated)


def _message(node: Node) -> str:
    """The literal message, when the raised call's first argument is one plain string."""
    value = _raised_value(node)
    arguments = value.child_by_field_name("arguments") if value is not None and value.type == "call" else None
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if (
        first is None
        or first.type != "string"
        or [c.type for c in first.children] != ["string_start", "string_content", "string_end"]
    ):
        return ""
    if source(first.children[0]).rstrip("\"'"):
        return ""  # bytes, formatted and raw strings
    return quotable(source(first.children[1])).strip().rstrip(".")
