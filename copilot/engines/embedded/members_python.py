"""What stands behind a dot in Python: the members of classes of the file, of the index and of Python itself, and of modules.

Read from trees, the index and the library's sources; nothing is imported for it. Absent on purpose: which member was meant.
"""

from __future__ import annotations

import builtins
import re
import sys
from functools import lru_cache
from types import ModuleType

from copilot.context import symbols
from copilot.context.receivers import Meanings
from copilot.engines.base import Resources
from copilot.engines.embedded.claimed import (
    meanings,
    text_of,
)
from copilot.syntax import tree as trees
from copilot.syntax.outline import outline
from copilot.syntax.tree import Node
from copilot.types import Document
from copilot.verify.claims import Claim
from copilot.verify.platform import source


def members(document: Document, node: Node, claim: Claim, receiver: str, resources: Resources) -> set[str]:
    """The members of what stands before the dot: a class of the file, of the index, of Python; a module."""
    owner = re.sub(r"^type\[(.*)\]\*?$", r"\1", claim.owner.strip()).partition("[")[0].rstrip("*")
    builtin = getattr(builtins, owner, None)
    found = platform(owner) | (set(dir(builtin)) if isinstance(builtin, type) else set())
    held = meanings(document, node.start_byte, resources.index)
    around = trees.enclosing(node, "class_definition")
    named = _classes(document, owner)
    if not named and receiver in {"self", "cls"} and around is not None:
        named = [around]
    for each in named:
        found |= _own_members(each)
        for base in _bases(each):
            for inner in _classes(document, base):
                found |= _own_members(inner)
            found |= _indexed(held, base)
    if held is None:
        return found
    if not found:
        module = held.module_of(receiver) or imported(document, receiver)
        if module:
            found |= platform(module) | {u.name for u in symbols.in_module(resources.index, module, None, "python")}
    if not named:
        found |= _indexed(held, owner.rpartition(".")[2]) or {
            member.name for unit in held.expression(receiver) for member in held.members(unit)
        }
    return found


def _classes(document: Document, name: str) -> list[Node]:
    """The classes of this name in the document."""
    tree = trees.of(document)
    found = trees.descendants(tree.root_node, "class_definition") if tree is not None and name else ()
    return [each for each in found if text_of(each.child_by_field_name("name")) == name]


def _indexed(held: Meanings | None, name: str) -> set[str]:
    """The members of the class that a name means, as the index knows it."""
    units = held.dotted(name) if held is not None and name else []
    return {m.name for unit in units if unit.is_type and held is not None for m in held.members(unit)}


def _own_members(node: Node) -> set[str]:
    """What a class defines itself: methods, attributes of its body, attributes that its methods assign to `self`."""
    found: set[str] = set()
    body = node.child_by_field_name("body")
    for part in body.named_children if body is not None else ():
        inner = part.child_by_field_name("definition") if part.type == "decorated_definition" else part
        if inner is not None and inner.type in {"function_definition", "class_definition"}:
            found.add(text_of(inner.child_by_field_name("name")))
        for assignment in part.named_children if part.type == "expression_statement" else ():
            if assignment.type == "assignment":
                found.add(text_of(assignment.child_by_field_name("left")))
    for assignment in trees.descendants(node, "assignment"):
        left = assignment.child_by_field_name("left")
        for target in trees.descendants(left, "attribute") if left is not None else ():
            if text_of(target.child_by_field_name("object")) == "self":
                found.add(text_of(target.child_by_field_name("attribute")))
    return {name for name in found if name.isidentifier()}


def _bases(node: Node) -> list[str]:
    given = node.child_by_field_name("superclasses")
    return (
        [text_of(n) for n in given.named_children if n.type in {"identifier", "attribute"}] if given is not None else []
    )


def imported(document: Document, name: str) -> str:
    """The module that a name is bound to by a plain import."""
    rows = [row for row in outline(document).imports if row.name is None and (row.alias or row.module) == name]
    return rows[0].module if rows else ""


@lru_cache(maxsize=64)
def platform(module: str) -> set[str]:
    """The public names of a module of the standard library, read from its source; of a loaded or built-in one, its own."""
    loaded = sys.modules.get(module) if module.partition(".")[0] in sys.stdlib_module_names else None
    if isinstance(loaded, ModuleType):
        return {name for name in dir(loaded) if not name.startswith("_")}
    doc = source(module)
    if doc is None:
        return set()
    shape = outline(doc)
    names = {s.name for s in shape.symbols if s.parent is None} | {row.alias or row.name or "" for row in shape.imports}
    for row in shape.imports:
        if row.name == "*" and row.module != module:
            names |= platform(row.module)
    return {name for name in names if name and name != "*" and not name.startswith("_")}
