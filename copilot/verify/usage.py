"""What a body does with one of its parameters, read from the places where the name stands, in any of our languages.

A use is a kind and a piece of code. Uses behind a place that binds the name again speak of something else and are left
out, as are inner scopes that bind it themselves. Absent on purpose: what happens behind a call.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal

from copilot.syntax.tree import Node
from copilot.verify.contract import own, quotable, source

Kind = Literal[
    "passed", "method", "mutates", "sets", "read", "index", "called", "compared", "truth", "computed", "iterated",
    "returned", "yielded", "kept", "text", "entered", "used", "feeds", "rest", "unused",
    "replaced", "rebound", "sometimes", "parts",
]  # fmt: skip
"""`read`: a part of it (`x.a`, `x[k]`); `feeds`: it goes into the call `code`, computed with; `rest`: none of these;
`replaced`: a new value is made from it at first (`x = x or []`), `rebound`: one that has nothing to do with it,
`sometimes`: it is bound again on some of the paths (behind a test, as the target of a loop)."""

Use = tuple[Kind, str]
Places = dict[str, list[Node]]

_MEMBER: Final = {"attribute": "object", "field_access": "object", "member_expression": "object"}
_ELEMENT: Final = {"subscript": "value", "array_access": "array", "subscript_expression": "object"}
_CALLS: Final = {"call": "function", "call_expression": "function", "new_expression": "constructor"}
_ARGUMENTS: Final = frozenset({"argument_list", "arguments"})
_TRANSPARENT: Final = frozenset(
    {"parenthesized_expression", "await", "await_expression", "cast_expression", "as_expression", "non_null_expression",
     "list_splat", "dictionary_splat", "spread_element", "satisfies_expression"}
)  # fmt: skip
_COMPARISONS: Final = frozenset({"==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "instanceof"})
_BINARY: Final = frozenset({"binary_operator", "binary_expression", "unary_operator", "unary_expression"})
_LOGIC: Final = frozenset({"boolean_operator", "not_operator", "&&", "||", "??", "!"})
_TESTED: Final = frozenset(
    {
        "if_statement",
        "elif_clause",
        "while_statement",
        "ternary_expression",
        "if_clause",
        "do_statement",
        "assert_statement",
    }
)
_LOOPS: Final = {
    "for_statement": "right",
    "for_in_clause": "right",
    "enhanced_for_statement": "value",
    "for_in_statement": "right",
}
_TARGETS: Final = {
    "assignment": "left", "augmented_assignment": "left", "for_statement": "left", "for_in_clause": "left",
    "assignment_expression": "left", "augmented_assignment_expression": "left", "for_in_statement": "left",
    "named_expression": "name",
}  # fmt: skip
_ASSIGNS: Final = frozenset({*(kind for kind in _TARGETS if "assignment" in kind), "update_expression"})
_PATTERNS: Final = frozenset(
    {"pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "array_pattern", "object_pattern"}
)
_MUTATORS: Final = frozenset(
    {"append", "extend", "insert", "update", "setdefault", "clear", "popitem", "discard", "appendleft", "addAll", "push",
     "unshift", "splice", "putAll", "removeAll", "sort", "reverse", "putIfAbsent", "popleft", "extendleft"}
)  # fmt: skip
_HOLDERS: Final = frozenset(
    {"lambda", "function_definition", "lambda_expression", "arrow_function", "function_expression", "function_declaration",
     "method_definition", "method_declaration"}
)  # fmt: skip
_GIVEN: Final = ("name", "parameters", "parameter")
_LISTS: Final = frozenset(
    {"parameters", "lambda_parameters", "formal_parameters", "inferred_parameters", "typed_parameter"}
)
_DECLARES: Final = frozenset(
    {"default_parameter", "typed_default_parameter", "required_parameter", "optional_parameter", "formal_parameter",
     "variable_declarator", "enhanced_for_statement", "catch_formal_parameter", "resource", "class_definition",
     "class_declaration", "assignment_pattern", "generator_function_declaration"}
)  # fmt: skip
_COMPREHENSIONS: Final = frozenset(
    {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"}
)
_SHORTHAND: Final = "shorthand_property_identifier_pattern"
"""Binds a name (`const {a} = x`), reads none."""
_NAMES: Final = frozenset({"identifier", "shorthand_property_identifier", _SHORTHAND})
_SHORT: Final = 40


def places(node: Node | None) -> Places:
    """Each name under `node`, with the nodes that spell it in text order: one walk, however many names are asked for."""
    found: Places = {}
    for one in own(node, ()) if node is not None else ():
        if one.type in _NAMES:
            found.setdefault(source(one), []).append(one)
    return found


def uses(body: Node | None, name: str, known: Places) -> tuple[Use, ...]:
    """The distinct uses in text order; `unused` alone when the name does not stand in the body. `known` are the `places`
    in the body, or in more than it.
    """
    if body is None:
        return ()
    found: dict[Use, None] = {}
    seen = False
    edge = (
        body.parent
        if body.parent is not None and body.parent.type == "arrow_function" and body.type != "statement_block"
        else body
    )
    for node in known.get(name, ()):
        if not body.start_byte <= node.start_byte < body.end_byte or not _is_use(node) or _is_bound(node, edge, name):
            continue
        seen = True
        if is_target(node):
            if not found:
                found[_replaced(node, body)] = None
            break
        found[_use(node, edge)] = None
    return tuple(found) or (() if seen else (("unused", ""),))


def _replaced(node: Node, body: Node) -> Use:
    """What a parameter becomes that is bound again before anything else is done with it."""
    at = node.parent
    while at is not None and at.type not in _ASSIGNS and "statement" not in at.type:
        at = at.parent
    statement = at.parent if at is not None else None
    if at is None or at.type not in _ASSIGNS or statement is None or statement.parent != body:
        return ("sometimes", "")
    right = at.child_by_field_name("right")
    reads = at.type == "update_expression" or source(at.child_by_field_name("operator")) not in {"", "="}
    if reads or (right is not None and any(map(_is_use, places(right).get(source(node), ())))):
        return ("replaced", quotable(source(at))) if quotable(source(at)) else ("rest", "")
    return ("rebound", "")


def _is_use(node: Node) -> bool:
    """False for what only spells like the name: an attribute, a method's name, the name of a keyword argument."""
    parent = node.parent
    if parent is None or node.type == _SHORTHAND:
        return False
    for field in ("attribute", "field", "property", "name"):
        if parent.child_by_field_name(field) == node:
            return parent.type == "named_expression"
    return parent.type not in {"formal_parameter", "lambda_parameters", "method_reference", "labeled_statement"}


def _is_bound(node: Node, body: Node, name: str) -> bool:
    """True inside a nested function or comprehension that binds the name itself."""
    at = node.parent
    while at is not None and at.id != body.id:
        if at.type in _HOLDERS:
            holder = at.child_by_field_name("parameters") or at.child_by_field_name("parameter")
            if holder is not None and any(n.type == "identifier" and source(n) == name for n in own(holder, ())):
                return True
        if at.type in _COMPREHENSIONS:
            for clause in at.named_children:
                left = clause.child_by_field_name("left") if clause.type == "for_in_clause" else None
                if left is not None and any(source(n) == name for n in own(left, ())):
                    return True
        at = at.parent
    return False


def is_target(node: Node) -> bool:
    """True when the name is bound again: assigned, deleted, or the target of a loop or of `with`."""
    at, parent = node, node.parent
    while parent is not None and parent.type in _PATTERNS:
        at, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in {"as_pattern_target", "global_statement", "nonlocal_statement", "update_expression"}:
        return True
    if _deletes(parent):
        return True
    field = _TARGETS.get(parent.type)
    return field is not None and parent.child_by_field_name(field) == at


def _deletes(node: Node | None) -> bool:
    return node is not None and (
        node.type == "delete_statement" or source(node.child_by_field_name("operator")) == "delete"
    )


def binds(node: Node) -> bool:
    """True when the name stands where it is given a meaning: as a target, a parameter, or in a declaration."""
    at, parent = node, node.parent
    while parent is not None and parent.type in {*_PATTERNS, "pair_pattern", "rest_pattern"}:
        at, parent = parent, parent.parent
    if parent is None or is_target(node):
        return parent is not None
    if parent.type in _LISTS or (parent.type in _HOLDERS and at in map(parent.child_by_field_name, _GIVEN)):
        return True
    return parent.type in _DECLARES and at in map(parent.child_by_field_name, ("name", "pattern", "left"))


def _use(node: Node, body: Node) -> Use:
    at, parent = _climb(node)
    whole: Node | None = None
    while parent is not None and parent.id != body.id:
        kind = parent.type
        if found := _direct(at, parent):
            return found if whole is None or found[0] == "computed" else _held(found, whole)
        if kind in {"conditional_expression", "ternary_expression"} and quotable(source(parent)):
            return ("computed", quotable(source(parent)))
        if kind != "keyword_argument":
            whole = parent
        if kind in {"list", "tuple", "set", "dictionary", "pair", "expression_list", "array", "object", "keyword_argument",
                    "array_initializer", "conditional_expression", "ternary_expression"}:  # fmt: skip
            at, parent = _climb(parent)
            continue
        break
    return _indirect(node, body)


def _held(found: Use, whole: Node) -> Use:
    """The use of a larger value that holds the name."""
    if found[0] in {"passed", "feeds"}:
        return ("feeds", found[1].partition("(")[0])
    code = quotable(source(whole))
    return ("used", code) if code else ("rest", "")


def _climb(node: Node) -> tuple[Node, Node | None]:
    at, parent = node, node.parent
    while parent is not None and parent.type in _TRANSPARENT and not _is_condition(at, parent):
        at, parent = parent, parent.parent
    return at, parent


def _is_condition(at: Node, parent: Node) -> bool:
    grand = parent.parent
    return (
        parent.type == "parenthesized_expression"
        and grand is not None
        and grand.type in _TESTED
        and at.parent == parent
    )


def _direct(at: Node, parent: Node) -> Use | None:
    """What the node directly around says; None when it says nothing by itself."""
    kind = parent.type
    field = _MEMBER.get(kind) or _ELEMENT.get(kind)
    if field is not None and parent.child_by_field_name(field) == at:
        return _part(parent)
    if kind in _ELEMENT or kind == "slice":
        holder = parent if kind in _ELEMENT else parent.parent
        base = (
            holder.child_by_field_name(_ELEMENT[holder.type])
            if holder is not None and holder.type in _ELEMENT
            else None
        )
        return ("index", quotable(source(base))) if base is not None and quotable(source(base)) else None
    if kind == "method_invocation" and parent.child_by_field_name("object") == at:
        name = source(parent.child_by_field_name("name"))
        return ("mutates" if name in _MUTATORS else "method", quotable(f"{source(at)}.{name}"))
    if kind in _CALLS and parent.child_by_field_name(_CALLS[kind]) == at:
        return ("called", quotable(f"{source(at)}(...)"))
    if kind in _ARGUMENTS and parent.parent is not None:
        callee = called(parent.parent)
        whole = quotable(source(parent.parent))
        if callee:
            return ("passed", whole if whole and len(whole) <= _SHORT and "=>" not in whole else callee)
        return None
    return _operator(at, parent) or _statement(at, parent)


def _operator(at: Node, parent: Node) -> Use | None:
    kind = parent.type
    operator = source(parent.child_by_field_name("operator"))
    if kind in {"comparison_operator", "instanceof_expression"} or operator in _COMPARISONS:
        return ("compared", quotable(source(parent))) if quotable(source(parent)) else ("truth", "")
    if kind in _LOGIC or operator in _LOGIC:
        return ("truth", "")
    if kind in _BINARY:
        whole, above = parent, parent.parent
        while (
            above is not None
            and above.type in _BINARY | {"parenthesized_expression"}
            and len(quotable(source(above))) > 0
        ):
            if above.type == "parenthesized_expression" and (above.parent is None or above.parent.type not in _BINARY):
                break
            if source(above.child_by_field_name("operator")) in _COMPARISONS | _LOGIC:
                break
            whole, above = above, above.parent
        code = quotable(source(whole))
        return ("computed", code) if code else None
    if kind in {"interpolation", "template_substitution"}:
        return ("text", "")
    if (kind in _TESTED and parent.child_by_field_name("condition") == at) or (
        kind == "parenthesized_expression" and parent.parent is not None and parent.parent.type in _TESTED
    ):
        return ("truth", "")
    if kind == "conditional_expression" and parent.named_children[1] == at:
        return ("truth", "")
    return None


def _statement(at: Node, parent: Node) -> Use | None:
    kind = parent.type
    if kind in _LOOPS and parent.child_by_field_name(_LOOPS[kind]) == at:
        return ("iterated", "")
    if kind == "return_statement" or (kind == "arrow_function" and parent.child_by_field_name("body") == at):
        return ("returned", "")
    if kind in {"yield", "yield_expression"}:
        return ("yielded", "")
    if kind in {"with_item", "as_pattern"}:
        return ("entered", "")
    left = parent.child_by_field_name("left") or (
        parent.child_by_field_name("name") if kind == "variable_declarator" else None
    )
    right = parent.child_by_field_name("right") or (
        parent.child_by_field_name("value") if kind == "variable_declarator" else None
    )
    if right == at and left is not None and quotable(source(left)) and source(left) != source(at):
        return ("parts" if left.type in _PATTERNS else "kept", quotable(source(left)))
    return None


def _part(part: Node) -> Use:
    """A use of `x.a` or `x[k]`: changed, called or read."""
    above = part.parent
    code = quotable(source(part))
    if _deletes(above):
        return ("mutates", quotable(source(above)) or code)
    if is_target(part):
        return ("sets" if part.type in _MEMBER else "mutates", code)
    if above is not None and above.type in _CALLS and above.child_by_field_name(_CALLS[above.type]) == part:
        if source(part).rpartition(".")[2] in _MUTATORS:
            return ("mutates", code)
        whole = quotable(source(above))
        return ("method", whole if whole and len(whole) <= _SHORT and "=>" not in whole else code)
    return ("read", code)


def _indirect(node: Node, body: Node) -> Use:
    """The smallest expression around that can be quoted, else the nearest call it goes into."""
    at, best = node.parent, ""
    while at is not None and at.id != body.id:
        if name := called(at):
            return ("feeds", name)
        code = quotable(source(at))
        if code and code != source(node) and at.is_named and "statement" not in at.type and at.type not in _ARGUMENTS:
            best = best or code
        at = at.parent
    return ("used", best) if best else ("rest", "")


def called(call: Node) -> str:
    """The dotted name that a call calls (`super().x` and `new X` too); empty for anything else."""
    if call.type == "method_invocation":
        receiver, name = source(call.child_by_field_name("object")), source(call.child_by_field_name("name"))
        text = f"{receiver}.{name}" if receiver else name
    elif call.type == "object_creation_expression":
        text = source(call.child_by_field_name("type")).partition("<")[0]
    elif call.type == "explicit_constructor_invocation":
        text = source(call.child_by_field_name("constructor"))
    elif call.type in _CALLS:
        callee = call.child_by_field_name(_CALLS[call.type])
        if callee is None or callee.type not in {"identifier", "attribute", "member_expression", "super"}:
            return ""
        text = source(callee)
    else:
        return ""
    text = quotable(text)
    return text if text and not set("([{\"'") & set(text.removeprefix("super()")) else ""


def calls(body: Node | None, scopes: tuple[str, ...]) -> Iterator[tuple[str, Node]]:
    """Each call in the body that has a plain name, with its node, in text order."""
    for node in own(body, scopes) if body is not None else ():
        if node.type in {*_CALLS, "method_invocation", "object_creation_expression"} and (name := called(node)):
            yield name, node


def called_for_effect(body: Node | None) -> tuple[str, ...]:
    """The distinct names that the body's own statements call (awaited or not), in text order."""
    found: dict[str, None] = {}
    for statement in body.named_children if body is not None else ():
        node = statement.named_children[0] if statement.type == "expression_statement" else None
        if node is not None and node.type in {"await", "await_expression"} and node.named_children:
            node = node.named_children[0]
        if (
            node is not None
            and node.type in {"call", "call_expression", "method_invocation"}
            and (name := called(node))
        ):
            found[name] = None
    return tuple(found)
