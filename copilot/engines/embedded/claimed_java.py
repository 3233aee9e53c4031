"""Answers to what is claimed of Java: unknown types, variables, members and packages, exceptions, conversions, unused code.

The claims of javac, of Eclipse and of whoever repeats them come to the same kinds. Each answer is compiled before it is
shown, where there is a JDK. Absent on purpose: what needs a decision (a missing return value, a cast that loses digits).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from copilot.context import jdk
from copilot.engines.base import Resources
from copilot.engines.embedded.claimed import (
    Mend,
    alike,
    extent,
    meanings,
    ranked,
    renamings,
    text_of,
    without_statement,
    words,
)
from copilot.engines.embedded.imports_java import (
    TYPES,
    importable,
    is_imported,
    types_in_sight,
    unknown_package,
    unknown_type,
    unused_import,
    wrong_package,
)
from copilot.engines.embedded.names import likeness
from copilot.engines.embedded.scope_java import variables
from copilot.messages import say
from copilot.syntax import importing
from copilot.syntax import tree as trees
from copilot.syntax.importing import Need
from copilot.syntax.outline import outline
from copilot.syntax.tree import Node
from copilot.tasks.fix_findings import conversion
from copilot.types import Document, Edit, Span
from copilot.verify.claims import Claim
from copilot.verify.javac import Problem

_ROUTINES: Final = (
    "method_declaration",
    "constructor_declaration",
    "lambda_expression",
    "static_initializer",
    "class_body",
)
_DECLARING: Final = (
    "method_declaration", "constructor_declaration", "class_body", "record_declaration", "enum_body", "interface_body",
)  # fmt: skip


def mends(document: Document, span: Span, claim: Claim, resources: Resources) -> list[Mend]:
    """What may answer a claim about `span`, likeliest first; empty where that cannot be told."""
    answer = _KINDS.get(claim.kind)
    return sorted(answer(document, span, claim, resources), key=lambda each: -each.chance) if answer is not None else []


def claim(problem: Problem) -> Claim | None:
    """An error of javac as a claim; None for one of no kind we know."""
    key, arguments = problem.key, problem.arguments
    if key.startswith("cant.resolve") and len(arguments) > 1:
        kind = {"kindname.method": "member", "kindname.variable": "undefined"}.get(arguments[0], "type")
        location = re.search(r"\(compiler\.misc\.location(?:\.1)?: kindname\.(\w+), (.*)\)$", arguments[-1])
        parts = [part.strip() for part in location[2].split(", ")] if location is not None else []
        owner = (
            (parts[1] if location is not None and location[1] == "variable" and len(parts) > 1 else parts[0])
            if parts
            else ""
        )
        return Claim(kind, arguments[1], owner.partition("<")[0])
    if key == "doesnt.exist":
        return Claim("package", problem.name)
    if key.startswith("unreported.exception") and arguments:
        return Claim("unreported", arguments[0])
    types = conversion(problem)
    if types is not None:
        return Claim("convert", types[0].rpartition(".")[2], types[1].rpartition(".")[2])
    return None


# Variables and members.


def _undefined(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    node = next(iter(words(document, span, claim.name, "identifier")), None)
    if node is None:
        return
    if node.parent is not None and node.parent.child_by_field_name("field") == node:
        yield from _member(document, span, claim, resources)
        return
    weights = {name: likeness(claim.name, name) * 0.9**depth for name, depth in variables(node).items()}
    close = {name: weight for name, weight in weights.items() if weight > 0}
    if close:
        yield from renamings(document, extent(node), close)
    elif claim.name[:1].isupper():
        yield from unknown_type(document, span, claim, resources)


def _member(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    node = next(iter(words(document, span, claim.name, "identifier")), None)
    parent = node.parent if node is not None else None
    if node is None or parent is None:
        return
    owner = parent.child_by_field_name("object")
    if owner == node:
        yield from _undefined(document, span, claim, resources)
        return
    there: set[str] = set()
    if owner is None or text_of(owner) in {"this", "super"}:
        there |= _own_members(document, node)
        held = meanings(document, node.start_byte, resources.index)
        there |= {member.name for member in held.inherited()} if held is not None else set()
    if owner is not None:
        there |= _members(document, node, claim, text_of(owner), resources)
    yield from renamings(document, extent(node), alike(claim, there))


def _own_members(document: Document, node: Node) -> set[str]:
    """Fields and methods of the types around a place, of this file alone."""
    here = extent(node)
    shape = outline(document)
    around = [s for s in shape.symbols if s.kind in TYPES and s.span.contains(here)]
    return {child.name for owner in around for child in shape.children(owner)}


def _members(document: Document, node: Node, claim: Claim, owner: str, resources: Resources) -> set[str]:
    """The members of the type that the claim names, else of what stands before the dot."""
    types = re.findall(r"[\w$.]+", re.sub(r"<.*", "", claim.owner))[:1]
    found: set[str] = set()
    shape = outline(document)
    held = meanings(document, node.start_byte, resources.index)
    if not types and held is not None:
        units = held.expression(owner)
        found |= {member.name for unit in units for member in held.members(unit)}
        types = [text_of_type(node, owner)]
    for full in filter(None, types):
        short = full.rpartition(".")[2]
        home = resources.project.java_home
        full_names = [full] if "." in full else [f"java.lang.{full}"]
        full_names += [f"{row.module}.{short}" for row in shape.imports if row.name in (short, "*")]
        for name in full_names:
            found |= jdk.members(home, name)
        found |= {c.name for s in shape.symbols if s.kind in TYPES and s.name == short for c in shape.children(s)}
        if held is not None:
            found |= {member.name for unit in held.dotted(short) if unit.is_type for member in held.members(unit)}
    return found


def text_of_type(node: Node, name: str) -> str:
    """The type that a variable is declared with in the method around, else in the classes around, the nearest first; the name
    itself where it reads as a type; empty where the nearest text that declares it gives it several.
    """
    if name[:1].isupper():
        return name
    declared = re.compile(rf"\b([A-Z]\w*)(?:<[^;(){{}}]*>)?(?:\[\])?\s+{re.escape(name)}\s*[=;,):]")
    found: set[str] = set()
    around = trees.enclosing(node, *_DECLARING)
    while around is not None and not found:
        found = set(declared.findall(text_of(around)))
        around = trees.enclosing(around.parent, *_DECLARING) if around.parent is not None else None
    return found.pop() if len(found) == 1 else ""


# Exceptions and conversions.


def _unreported(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    """The exception in the `throws` of the method around. Who calls it from elsewhere would have to follow."""
    tree = trees.of(document)
    routine = trees.enclosing(trees.node_at(tree, span), *_ROUTINES) if tree is not None else None
    if routine is None or routine.type not in {"method_declaration", "constructor_declaration"}:
        return
    name = claim.name.rpartition(".")[2]
    needs: list[Edit] = []
    if "." in claim.name and not is_imported(document, claim.name):
        needs = importing.edits(document, [Need(claim.name.rpartition(".")[0], name)])
    elif "." not in claim.name and name not in types_in_sight(document, resources):
        full = ranked(importable(document, name, resources))
        if not full:
            return
        needs = importing.edits(document, [Need(full[0][0].rpartition(".")[0], name)])
    listed = next((part for part in routine.named_children if part.type == "throws"), None)
    given = routine.child_by_field_name("parameters")
    if listed is not None:
        edit = Edit(document.path, Span(listed.end_byte, listed.end_byte), f", {name}")
    elif given is not None:
        edit = Edit(document.path, Span(given.end_byte, given.end_byte), f" throws {name}")
    else:
        return
    chance = 0.85 if _is_private(document, routine, resources) else 0.45
    yield Mend((*needs, edit), say("Declare 'throws {name}'", name=name), chance)


def _is_private(document: Document, routine: Node, resources: Resources) -> bool:
    """Whether nobody outside this file calls a method, as far as the index knows."""
    head = document.text[routine.start_byte : routine.start_byte + 200].decode("utf-8", "replace")
    name = text_of(routine.child_by_field_name("name"))
    if re.match(r"(?:@\w+\s+)*private\b", head) or name == "main":
        return True
    return all(call.path == document.path for call in resources.index.calls(name)) and "@Override" not in head


_CONVERSIONS: Final = {
    **{
        (kind, "String"): "String.valueOf({it})"
        for kind in ("int", "long", "short", "byte", "float", "double", "boolean", "char")
    },
    **{(kind, "BigDecimal"): "BigDecimal.valueOf({it})" for kind in ("int", "long", "double")},
    **{(kind, "BigInteger"): "BigInteger.valueOf({it})" for kind in ("int", "long")},
}
"""Conversions that lose nothing: from, to, and how."""


def _convert(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:  # noqa: ARG001
    wrap = _CONVERSIONS.get((claim.name, claim.owner.rpartition(".")[2]))
    tree = trees.of(document)
    if tree is None:
        return
    node: Node = trees.node_at(tree, Span(span.start, min(span.end, span.start) or span.start))
    while node.parent is not None and not _takes_value(node.parent, node):
        node = node.parent
    if node.parent is None:
        return
    text = text_of(node)
    if wrap is not None:
        yield Mend(
            (Edit(document.path, extent(node), wrap.format(it=text)),),
            say("Convert with '{how}'", how=wrap.partition("(")[0]),
            0.45,
        )
    elif (claim.name, claim.owner.rpartition(".")[2]) == ("int", "Long") and node.type == "decimal_integer_literal":
        yield Mend((Edit(document.path, extent(node), f"{text}L"),), say("Change to '{name}'", name=f"{text}L"), 0.9)
    elif (claim.name, claim.owner) == ("double", "float") and node.type == "decimal_floating_point_literal":
        yield Mend((Edit(document.path, extent(node), f"{text}f"),), say("Change to '{name}'", name=f"{text}f"), 0.9)


def _takes_value(holder: Node, node: Node) -> bool:
    return (
        (holder.type == "variable_declarator" and holder.child_by_field_name("value") == node)
        or (holder.type == "assignment_expression" and holder.child_by_field_name("right") == node)
        or holder.type in {"return_statement", "argument_list"}
    )


# What is there and not used.


def _unused_variable(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:  # noqa: ARG001
    node = next(iter(words(document, span, claim.name, "identifier")), None)
    declarator = node.parent if node is not None else None
    statement = declarator.parent if declarator is not None else None
    if declarator is None or statement is None or statement.type != "local_variable_declaration":
        return
    block = statement.parent
    others = (
        [n for n in trees.descendants(block, "identifier") if text_of(n) == claim.name] if block is not None else []
    )
    count = sum(part.type == "variable_declarator" for part in statement.named_children)
    value = declarator.child_by_field_name("value")
    if len(others) == 1 and count == 1 and (value is None or _is_inert(value)):
        edit = without_statement(document, statement)
        yield Mend((edit,), say("Remove '{old}'", old=text_of(statement)), 0.7)


def _is_inert(value: Node) -> bool:
    """Whether an expression does nothing but have a value."""
    kinds = ("method_invocation", "object_creation_expression", "assignment_expression", "update_expression",
             "array_access", "field_access", "cast_expression", "lambda_expression", "array_creation_expression")  # fmt: skip
    return not any(True for _ in trees.descendants(value, *kinds))


_Answer = Callable[[Document, Span, Claim, Resources], Iterable[Mend]]

_KINDS: Final[dict[str, _Answer]] = {
    "type": unknown_type,
    "undefined": _undefined,
    "member": _member,
    "package": unknown_package,
    "package-declared": wrong_package,
    "unreported": _unreported,
    "convert": _convert,
    "unused-import": unused_import,
    "unused-variable": _unused_variable,
}
