"""What a body does to the world, told by what the names it calls mean and by the literals it hands over; no meaning, no
claim.

Absent on purpose: what called functions of the project do.
"""

from __future__ import annotations

import re
from typing import Final

from copilot.syntax.tree import Node
from copilot.verify.contract import own, quotable, source
from copilot.verify.effect_names import ENDS, EXACT, HARMLESS, METHODS, RUNS_SQL, STORES, ByMethod, Kind
from copilot.verify.meaning import Names
from copilot.verify.usage import called

Effect = tuple[Kind, str]

_SQL: Final = re.compile(
    r"(?is)^\W*(?:(insert\s+into|update(?=\s+\S+\s+set\b)|delete\s+from|merge\s+into|replace\s+into"
    r"|create\s+table(?:\s+if\s+not\s+exists)?|drop\s+table(?:\s+if\s+exists)?|truncate\s+table|alter\s+table)"
    r"|select\b.*?\bfrom)\s+([A-Za-z_][\w.]*)"
)
_SENTENCE: Final = re.compile(r"^\W*[A-Z][a-z]")
_CALLS: Final = frozenset(
    {"call", "call_expression", "method_invocation", "new_expression", "object_creation_expression"}
)
_ACTS: Final = frozenset(
    {"yield", "await", "global_statement", "nonlocal_statement", "delete_statement", "with_statement", "print_statement",
     "exec_statement", "yield_expression", "await_expression", "import_statement", "import_from_statement",
     "update_expression", "function_definition", "class_definition", "lambda", "synchronized_statement", "list_splat",
     "augmented_assignment"}
)  # fmt: skip
"""Python's `a += b` among them: it changes a list in place, which may be the caller's."""
_LOOKED_AT: Final = frozenset(
    {"assignment_expression", "augmented_assignment_expression", "for_in_statement", "for_in_clause", "for_statement",
     "assignment", "comparison_operator", "variable_declarator", "spread_element", "unary_expression"}
)  # fmt: skip
_WHOLE: Final = frozenset(
    {"list", "tuple", "set", "dictionary", "string", "concatenated_string", "expression_list", "list_comprehension",
     "set_comprehension", "dictionary_comprehension", "array", "template_string"}
)  # fmt: skip
"""What can be gone through without being used up."""


def effects(body: Node | None, scopes: tuple[str, ...], names: Names) -> tuple[Effect, ...]:
    """The distinct effects in text order."""
    found: dict[Effect, None] = {}
    stores: set[str] = set()
    for node in own(body, scopes) if body is not None else ():
        if node.type in {"assignment", "delete_statement"}:
            left = node.child_by_field_name("left") or next(iter(node.named_children), None)
            holder = source(left.child_by_field_name("value")) if left is not None and left.type == "subscript" else ""
            if holder and names.meaning(holder) == "os.environ":
                found["environment write", holder] = None
        elif node.type in _CALLS and (name := called(node)):
            effect = _effect(name, node, names, stores)
            found |= {effect: None} if effect is not None else {}
            stores |= {name.rpartition(".")[0]} if effect is not None and effect[0].startswith("sql") else set()
    return tuple(found)


def _effect(name: str, node: Node, names: Names, stores: set[str]) -> Effect | None:
    """`stores` are the values on which SQL was run before."""
    meaning = names.meaning(name)
    if names.language == "python" and meaning in {"open", "io.open"}:
        return _opened(node), name
    if kind := EXACT[names.language].get(meaning):
        return kind, name
    receiver, _, last = name.rpartition(".")
    if not receiver:
        return None
    if last in RUNS_SQL[names.language] and (sql := _sql(node)):
        return sql
    if last in ENDS and not _arguments(node) and (receiver in stores or _owner(receiver) in STORES):
        return "transaction", name
    return next(((one.kind, name) for one in METHODS[names.language] if _fits(one, receiver, last, names)), None)


def _owner(receiver: str) -> str:
    return receiver.rpartition(".")[2].lstrip("_").lower()


def _fits(one: ByMethod, receiver: str, method: str, names: Names) -> bool:
    return (
        method in one.methods
        and (not one.receivers or _owner(receiver) in one.receivers)
        and (not one.modules or names.imported(one.modules))
        and not (one.near and receiver.rpartition(".")[0] not in {"", "self", "cls", "this"})
    )


def is_pure(body: Node | None, scopes: tuple[str, ...], names: Names) -> bool:
    """True when the body surely changes nothing outside: it binds local names only, calls only what is harmless, and uses
    up no iterator.
    """
    if body is None:
        return False
    nodes = list(own(body, scopes))
    local = {source(n.child_by_field_name("name")) for n in nodes if n.type == "variable_declarator"}
    return not any(_acts(node, local, names) for node in nodes)


def _acts(node: Node, local: set[str], names: Names) -> bool:
    """True when the node by itself may change something."""
    kind = node.type
    if kind in _CALLS:
        return not _is_harmless(node, names)
    if kind in _ACTS or kind not in _LOOKED_AT:
        return kind in _ACTS
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if kind in {"assignment_expression", "augmented_assignment_expression"}:  # else a field, or the module's
        return left is None or left.type != "identifier" or source(left) not in local
    if kind == "for_in_statement":
        is_own = node.child_by_field_name("kind") is not None or source(left) in local
        return not is_own or (source(node.child_by_field_name("operator")) == "of" and not _is_whole(right, names))
    if kind in {"for_in_clause", "for_statement"}:  # without a right side Java's and JavaScript's with three parts
        return right is not None and (_reaches_out(left) or not _is_whole(right, names))
    if kind == "assignment":
        taken_apart = left is not None and left.type != "identifier"
        return _reaches_out(left) or (taken_apart and not _is_whole(right, names))
    if kind == "comparison_operator":
        is_search = any(child.type in {"in", "not in"} for child in node.children)
        return is_search and not all(_is_whole(child, names) for child in node.named_children[1:])
    if kind == "variable_declarator":
        holder = node.child_by_field_name("name")
        return holder is not None and holder.type == "array_pattern"
    if kind == "spread_element":
        return node.parent is None or node.parent.type != "object"
    return source(node.child_by_field_name("operator")) == "delete"


def _is_harmless(call: Node, names: Names) -> bool:
    name = called(call)
    if not name or names.meaning(name) not in HARMLESS[names.language]:
        return False
    return name not in {"min", "max"} or len(_arguments(call)) > 1


def _reaches_out(target: Node | None) -> bool:
    return target is None or any(inner.type in {"attribute", "subscript"} for inner in own(target, ()))


def _is_whole(node: Node | None, names: Names) -> bool:
    """True for what is no iterator by its form."""
    while node is not None and node.type == "parenthesized_expression" and len(node.named_children) == 1:
        node = node.named_children[0]
    return node is not None and (node.type in _WHOLE or names.meaning(called(node)) == "range")


def _arguments(node: Node) -> list[Node]:
    holder = node.child_by_field_name("arguments")
    return [child for child in holder.named_children if "comment" not in child.type] if holder is not None else []


def _sql(node: Node) -> Effect | None:
    """What the statement in the first argument, alone or in `text(…)`, does with which table."""
    first = next(iter(_arguments(node)), None)
    if first is not None and called(first).rpartition(".")[2] == "text":
        first = next(iter(_arguments(first)), None)
    if first is None or "string" not in first.type:
        return None
    statement = source(first).lstrip("rfbRFB")
    match = _SQL.match(statement)
    if match is None or not quotable(match[2]) or _SENTENCE.match(statement):
        return None
    return ("sql write" if match[1] else "sql read", match[2])


def _opened(node: Node) -> Kind:
    mode = ""
    for at, argument in enumerate(_arguments(node)):
        if argument.type == "keyword_argument" and source(argument.child_by_field_name("name")) == "mode":
            mode = source(argument.child_by_field_name("value"))
        elif at == 1 and argument.type == "string":
            mode = source(argument)
    return "file write" if set(mode) & set("wax+") else "file read"
