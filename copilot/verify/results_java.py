"""What a Java method returns, read from its own statements.

Absent on purpose: the types of expressions; the declared type is in the contract.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from copilot.syntax.tree import Node
from copilot.verify.contract import Value, own, quotable, source
from copilot.verify.escapes_java import SCOPES, condition

_QUOTED: Final = {
    "identifier", "field_access", "decimal_integer_literal", "decimal_floating_point_literal", "string_literal", "true",
    "false", "null_literal", "this", "binary_expression", "unary_expression", "array_access", "character_literal",
    "hex_integer_literal",
}  # fmt: skip


def returned(body: Node | None) -> tuple[Value, ...]:
    """The distinct values in text order."""
    found: dict[Value, None] = {}
    for node in own(body, SCOPES) if body is not None else ():
        if node.type == "return_statement" and node.named_children:
            for value in _values(node.named_children[0]):
                found[value] = None
    return _guarded(body) or tuple(found)


def early(body: Node | None) -> tuple[str, ...]:
    """The conditions of the guards at the top of the body that leave the method by `return`."""
    found: list[str] = []
    statements = [c for c in body.named_children if "comment" not in c.type] if body is not None else []
    for node in statements[:-1]:
        block = node.child_by_field_name("consequence") if node.type == "if_statement" else None
        if block is None or node.child_by_field_name("alternative") is not None:
            break
        inside = block.named_children if block.type == "block" else [block]
        if not any(child.type == "return_statement" for child in inside):
            if any(child.type == "throw_statement" for child in inside):
                continue
            break
        if code := condition(node, negated=False).code:
            found.append(code)
    return tuple(found)


def _guarded(body: Node | None) -> tuple[Value, ...]:
    """`X if condition, otherwise Y`: guards in front of one last `return`."""
    statements = [c for c in body.named_children if "comment" not in c.type] if body is not None else []
    returns = [node for node in own(body, SCOPES) if node.type == "return_statement"] if body is not None else []
    if not 2 <= len(returns) <= 3 or not statements or statements[-1].type != "return_statement":
        return ()
    found: list[Value] = []
    for node in returns[:-1]:
        holder = (
            node.parent
            if node.parent is not None and node.parent.type == "if_statement"
            else node.parent and node.parent.parent
        )
        if holder is None or holder.type != "if_statement" or holder.parent != body or not node.named_children:
            return ()
        if holder.child_by_field_name("alternative") is not None:
            return ()
        test, values = condition(holder, negated=False), _values(node.named_children[0])
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
        called = f"{receiver}.{name}(...)" if receiver else f"{name}(...)"
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
