"""Which names a Python expression can see: the tree's bindings, scope by scope, and the builtins.

Read off the tree, so that it works in a file our own interpreter could not compile. A class body is seen only from
itself, as the language has it. Absent on purpose: attributes, and what a star import brings.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass
from typing import Final

from copilot.syntax import tree as trees
from copilot.syntax.tree import Node

BUILTINS: Final = frozenset(name for name in dir(builtins) if not name.startswith("_"))

_SCOPES: Final = frozenset({"function_definition", "lambda", "class_definition", "module"})
_COMPREHENSIONS: Final = frozenset(
    {"list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"}
)


@dataclass(frozen=True, slots=True)
class Name:
    """A name in sight. `depth`: 0 the innermost scope, growing outwards; `start`: first binding's offset, -1 builtin."""

    text: str
    depth: int
    start: int


def in_sight(at: Node) -> list[Name]:
    """The names that `at` can see, innermost first, each once."""
    found: dict[str, Name] = {}
    depth, inner = 0, True
    node: Node | None = at
    while node is not None:
        if node.type in _COMPREHENSIONS:
            for clause in node.children:
                if clause.type == "for_in_clause":
                    _add(found, _targets(clause.child_by_field_name("left")), depth)
        elif node.type in _SCOPES and (node.type != "class_definition" or inner):
            _add(found, _parameters(node) + _bindings(node), depth)
            depth += 1
            inner = inner and node.type == "lambda"
        node = node.parent
    for name in sorted(BUILTINS):
        found.setdefault(name, Name(name, depth, -1))
    return list(found.values())


def _add(found: dict[str, Name], nodes: list[Node], depth: int) -> None:
    for node in nodes:
        text = (node.text or b"").decode("utf-8", "replace")
        found.setdefault(text, Name(text, depth, node.start_byte))


def _parameters(scope: Node) -> list[Node]:
    holder = scope.child_by_field_name("parameters")
    found: list[Node] = []
    for child in holder.named_children if holder else ():
        if child.type == "identifier":
            found.append(child)
        else:
            name = child.child_by_field_name("name") or next(
                (each for each in trees.descendants(child, "identifier")), None
            )
            found += _targets(name)
    return found


def _bindings(scope: Node) -> list[Node]:
    """The identifiers that a scope's own body binds, nested scopes left out but for their names."""
    found: list[Node] = []
    body = scope if scope.type == "module" else scope.child_by_field_name("body")
    stack = list(body.children) if body else []
    while stack:
        node = stack.pop(0)
        if node.type in {"function_definition", "class_definition"}:
            found += _targets(node.child_by_field_name("name"))
            continue
        if node.type in {"lambda", *_COMPREHENSIONS}:
            continue
        if node.type in {"assignment", "augmented_assignment", "for_statement"}:
            found += _targets(node.child_by_field_name("left"))
        elif node.type == "named_expression":
            found += _targets(node.child_by_field_name("name"))
        elif node.type in {"as_pattern_target", "case_pattern", "global_statement", "nonlocal_statement"}:
            found += list(trees.descendants(node, "identifier"))
        elif node.type in {"import_statement", "import_from_statement", "future_import_statement"}:
            found += _imported(node)
            continue
        stack[:0] = node.children
    return found


def _imported(statement: Node) -> list[Node]:
    found: list[Node] = []
    for name in statement.children_by_field_name("name"):
        if name.type == "aliased_import":
            found += _targets(name.child_by_field_name("alias"))
        else:
            found += list(trees.descendants(name, "identifier"))[:1]
    return found


def _targets(node: Node | None) -> list[Node]:
    """The identifiers that an assignment to this pattern binds."""
    if node is None:
        return []
    if node.type == "identifier":
        return [node]
    if node.type in {"attribute", "subscript", "call"}:
        return []
    return [each for child in node.named_children for each in _targets(child)]
