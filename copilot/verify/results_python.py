"""What a Python function returns and yields, read from its own statements.

Absent on purpose: the types of expressions that are not literals, and values that only running the code would tell.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Final

from copilot.syntax.tree import Node, node_at, of
from copilot.types import Document, Span
from copilot.verify.contract import Form, Value, own, quotable, source
from copilot.verify.escapes_python import SCOPES

_SHAPES: Final = {
    "list": "list",
    "list_comprehension": "list",
    "dictionary": "dict",
    "dictionary_comprehension": "dict",
    "set": "set",
    "set_comprehension": "set",
    "tuple": "tuple",
    "expression_list": "tuple",
    "string": "str",
    "concatenated_string": "str",
    "lambda": "function",
    "generator_expression": "generator",
    "not_operator": "bool",
}
_BUILT_IN: Final = frozenset({"list", "dict", "set", "tuple", "str", "bool", "generator"})
_MOST: Final = 3
_QUOTED: Final = {
    "identifier", "attribute", "subscript", "integer", "float", "true", "false", "none", "string", "unary_operator",
    "binary_operator", "boolean_operator", "comparison_operator", "not_operator", "list", "tuple", "dictionary", "set",
    "expression_list",
}  # fmt: skip


def returned(body: Node) -> tuple[Value, ...]:
    """The distinct values in text order; a way out without a value counts as `None` when others have one."""
    found: list[Value] = []
    for node in own(body, SCOPES):
        if node.type == "return_statement":
            values = [child for child in node.named_children if child.type != "comment"]
            found += _values(values[0]) if values else [Value("code", "None")]
    if not any(value.code != "None" for value in found):
        return tuple(dict.fromkeys(found))
    if falls_through(body):
        found.append(Value("code", "None"))
    guarded = _guarded(body)
    return guarded or tuple(dict.fromkeys(found))


def yielded(body: Node) -> tuple[Value, ...]:
    """The distinct yielded values in text order; `yield from x` gives the items of `x` and has no value here."""
    found: list[Value] = []
    for node in own(body, SCOPES):
        if node.type == "yield" and node.is_named:
            if any(child.type == "from" for child in node.children):
                found.append(Value("items", quotable(source(node.named_children[-1]))))
                continue
            values = [child for child in node.named_children if child.type != "comment"]
            item = _item(node, values[0]) if values else None
            found += [item] if item is not None else _values(values[0]) if values else [Value("code", "None")]
    return tuple(dict.fromkeys(found))


def _item(node: Node, value: Node) -> Value | None:
    """`for x in y: yield x` gives the items of `y`, behind a condition some of them."""
    form: Form = "items"
    at = node.parent
    while at is not None and at.type in {"expression_statement", "block", "if_statement", "for_statement"}:
        if at.type == "for_statement":
            if value.type != "identifier" or source(at.child_by_field_name("left")) != source(value):
                return None
            text = quotable(source(at.child_by_field_name("right")))
            return Value(form, text) if text else None
        if at.type == "if_statement" or (
            at.type == "block" and any(c.type == "if_statement" for c in at.named_children)
        ):
            form = "picked"
        at = at.parent
    return None


def early(body: Node) -> tuple[str, ...]:
    """The conditions of the guards at the top of the body that leave the function by `return`."""
    found: list[str] = []
    statements = [child for child in body.named_children if child.type not in {"comment", "expression_statement"}]
    for node in statements[:-1]:
        block = node.child_by_field_name("consequence") if node.type == "if_statement" else None
        if block is None or any(child.type in {"elif_clause", "else_clause"} for child in node.children):
            break
        if not any(child.type == "return_statement" for child in block.named_children):
            if any(child.type == "raise_statement" for child in block.named_children):
                continue
            break
        if condition := quotable(source(node.child_by_field_name("condition"))):
            found.append(condition)
    return tuple(found)


def value_form(document: Document, span: Span) -> str:
    """What a value is where it is too long to be quoted: `list`, `dict`, … or the call that makes it."""
    tree = of(document)
    node = node_at(tree, span) if tree is not None else None
    if node is None or node.byte_range != (span.start, span.end):
        return "other"
    while node.type == "parenthesized_expression" and node.named_children:
        node = node.named_children[0]
    if node.type in {"string", "concatenated_string"}:
        return "str"
    value = _value(node)
    return value.code if value.kind == "call" else value.kind if value.kind != "code" else "other"


def type_of(values: tuple[Value, ...]) -> str:
    """The type that the values have by their forms (`dict or None`); empty where that of one is not known."""
    kinds = list(dict.fromkeys(_type(value) for value in values))
    if not kinds or not all(kinds) or len(kinds) > _MOST:
        return ""
    return " or ".join(sorted(kinds, key=lambda kind: kind == "None"))


def _type(value: Value) -> str:
    if value.kind != "code":
        return value.kind if value.kind in _BUILT_IN else "callable" if value.kind == "function" else ""
    try:
        node = ast.parse(value.code, mode="eval").body
    except SyntaxError:
        return ""
    if isinstance(node, ast.UnaryOp):
        if isinstance(node.op, ast.Not):
            return "bool"
        node = node.operand if isinstance(node.op, ast.USub) else node
    if isinstance(node, ast.Constant):
        return type(node.value).__name__.replace("NoneType", "None").replace("ellipsis", "")
    return type(node).__name__.lower() if isinstance(node, ast.List | ast.Dict | ast.Set | ast.Tuple) else ""


def falls_through(block: Node) -> bool:
    """True unless it is sure that the end of the block is never reached."""
    statements = [child for child in block.named_children if child.type != "comment"]
    return not any(_leaves(statement) for statement in statements)


def _leaves(node: Node) -> bool:
    if node.type in {"return_statement", "raise_statement"}:
        return True
    if node.type == "if_statement":
        others = [child for child in node.children if child.type in {"elif_clause", "else_clause"}]
        parts = [p.child_by_field_name("consequence") or p.child_by_field_name("body") for p in (node, *others)]
        has_else = any(child.type == "else_clause" for child in node.children)
        return has_else and all(part is not None and not falls_through(part) for part in parts)
    if node.type == "while_statement" and source(node.child_by_field_name("condition")) in {"True", "1"}:
        return not any(child.type == "break_statement" for child in own(node, (*SCOPES, "for_statement")))
    if node.type == "with_statement":
        body = node.child_by_field_name("body")
        return body is not None and not falls_through(body)
    if node.type == "try_statement":
        return _try_leaves(node)
    return False


def _try_leaves(node: Node) -> bool:
    blocks = {child.type: child for child in node.children if child.type in {"else_clause", "finally_clause"}}
    if "finally_clause" in blocks and not falls_through(blocks["finally_clause"].named_children[-1]):
        return True
    body = blocks["else_clause"].child_by_field_name("body") if "else_clause" in blocks else None
    main = node.child_by_field_name("body")
    parts = [child.named_children[-1] for child in node.children if child.type == "except_clause"]
    ends = [main is not None and not falls_through(main)] if body is None else [not falls_through(body)]
    return all(ends) and all(part.type == "block" and not falls_through(part) for part in parts)


def _values(node: Node) -> list[Value]:
    """The values of an expression; both branches of a conditional one."""
    if node.type == "parenthesized_expression" and len(node.named_children) == 1:
        return _values(node.named_children[0])
    if node.type == "conditional_expression" and len(node.named_children) == 3:
        first, _, last = node.named_children
        return _values(first) + _values(last)
    return [_value(node)]


def _value(node: Node) -> Value:
    code = quotable(source(node))
    if node.type == "await":
        return _value(node.named_children[0])
    if node.type == "yield":
        return Value("sent")
    if node.type == "call":
        called = quotable(source(node.child_by_field_name("function")))
        is_plain = called and "(" not in called.removeprefix("super()")
        short = code if code and (len(code) <= 40 or not is_plain) else f"{called}(...)" if is_plain else ""
        return Value("call", short) if short else Value("other", uses=_uses(node))
    if node.type in {"string", "concatenated_string"} and any(c.type == "interpolation" for c in own(node, ())):
        return Value("str", uses=_uses(node))
    if node.type in _QUOTED and code and not any(c.type == "call" for c in own(node, ())):
        return Value("code", code)
    if node.type == "binary_operator" and _is_format(node):
        return Value("str", uses=_uses(node))
    if node.type == "dictionary":
        return Value("dict", uses=_keys(node))
    shape = _SHAPES.get(node.type)
    names = _uses(node)
    if shape is None and not names and code:
        return Value("code", code)
    return Value("other" if shape is None else shape, uses=names)  # type: ignore[arg-type]  # the values of the table are the literals


def _keys(node: Node) -> tuple[str, ...]:
    """The literal keys of a dictionary as they are spelled; empty unless all are literal texts or numbers."""
    keys = [child.child_by_field_name("key") for child in node.named_children if child.type == "pair"]
    known = [quotable(source(key)) for key in keys if key is not None and key.type in {"string", "integer"}]
    others = [child for child in node.named_children if child.type not in {"pair", "comment"}]
    return tuple(known) if known and len(known) == len(keys) and all(known) and not others else ()


def _uses(node: Node) -> tuple[str, ...]:
    """The names and dotted names in an expression, outermost first come, without those it binds itself."""
    bound = {source(n) for c in own(node, ()) if c.type == "for_in_clause" for n in own(c.children[1], ())}
    found: dict[str, None] = {}
    stack = [node]
    while stack:
        at = stack.pop()
        if at.type in {"identifier", "attribute"}:
            name = quotable(source(at))
            if name.replace(".", "").replace("_", "").isalnum() and name.partition(".")[0] not in bound:
                found[name] = None
                continue
        children = at.named_children
        if at.type == "keyword_argument":
            children = children[-1:]
        elif at.type == "call":
            callee = at.children[0]
            children = (
                [*callee.named_children[:1], *at.children[-1].named_children]
                if callee.type == "attribute"
                else at.children[-1].named_children
            )
        elif at.type == "attribute":
            children = children[:1]
        elif at.type == "string":
            children = [
                part for child in children if child.type == "interpolation" for part in child.named_children[:1]
            ]
        elif at.type == "lambda":
            children = []
        stack.extend(reversed(children))
    return tuple(found)


def _is_format(node: Node) -> bool:
    left, operator = node.child_by_field_name("left"), source(node.child_by_field_name("operator"))
    return left is not None and left.type == "string" and operator == "%" and not source(left).lower().startswith("b")


def _guarded(body: Node) -> tuple[Value, ...]:
    """`X if condition, otherwise Y`: a function that is one or two guards, plain statements, and one last `return`."""
    statements = [child for child in body.named_children if child.type != "comment"]
    returns = [node for node in own(body, SCOPES) if node.type == "return_statement"]
    if not 2 <= len(returns) <= 3 or not statements or statements[-1].type != "return_statement":
        return ()
    found: list[Value] = []
    for node in returns[:-1]:
        block, guard = node.parent, node.parent.parent if node.parent is not None else None
        if block is None or guard is None or guard.type != "if_statement" or guard.parent != body:
            return ()
        if guard.child_by_field_name("consequence") != block or any(
            c.type.startswith("el") and c.is_named for c in guard.children
        ):
            return ()
        condition = quotable(source(guard.child_by_field_name("condition")))
        values = _values(node.named_children[0]) if node.named_children else [Value("code", "None")]
        if not condition or len(values) != 1 or values[0].kind == "other":
            return ()
        found.append(replace(values[0], condition=condition))
    last = [child for child in statements[-1].named_children if child.type != "comment"]
    rest = _values(last[0]) if last else [Value("code", "None")]
    return (*found, *rest) if len(rest) == 1 and rest[0].kind != "other" else ()
