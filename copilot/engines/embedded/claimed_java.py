"""Answers to what is claimed of Java: unknown types, variables, members and packages, exceptions, conversions, unused code.

The claims of javac, of Eclipse and of whoever repeats them come to the same kinds. Each answer is compiled before it is
shown, where there is a JDK. Absent on purpose: what needs a decision (a missing return value, a cast that loses digits).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from copilot.context import jdk, symbols
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
from copilot.engines.embedded.names import likeness
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
from copilot.verify.names import JAVA_LANG

_NAMES: Final = ("identifier", "type_identifier")
_TYPES: Final = frozenset({"class", "interface", "enum", "record", "annotation"})
_ROUTINES: Final = (
    "method_declaration",
    "constructor_declaration",
    "lambda_expression",
    "static_initializer",
    "class_body",
)

_USUAL: Final = {
    "java.util": 8.0, "java.io": 6.0, "java.time": 6.0, "java.math": 6.0, "java.nio.file": 6.0, "java.util.function": 6.0,
    "java.util.stream": 6.0, "java.util.concurrent": 6.0, "java.nio.charset": 6.0, "java.text": 5.0, "java.net": 5.0,
    "java.util.regex": 6.0, "java.util.concurrent.atomic": 6.0, "java.time.format": 6.0, "java.security": 5.0,
}  # fmt: skip
_UNUSUAL: Final = (
    "java.awt",
    "javax.swing",
    "java.beans",
    "javax.management",
    "java.rmi",
    "javax.naming",
    "javax.print",
)
_RARELY: Final = 0.3
_IMPORTED: Final = 12.0
_OURS: Final = 8.0
_NEIGHBOUR: Final = 3.0
"""Weights: imported so elsewhere in the repository; defined there; from a package that the file imports already."""


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


# Types, packages and imports.


def _type(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    node = next(iter(words(document, span, claim.name, *_NAMES)), None)
    if node is None:
        return
    if (declared := trees.enclosing(node, "import_declaration")) is not None:
        yield from _declared(document, declared, resources)
        return
    imports = _importable(document, claim.name, resources)
    seen = {name: likeness(claim.name, name) for name in _types_in_sight(document, resources)}
    close = {name: weight for name, weight in seen.items() if weight > 0}
    if imports:
        close = {name: weight * 0.2 for name, weight in close.items()}
    rows = ranked({**{"+" + full: weight for full, weight in imports.items()}, **close})
    for name, chance in rows:
        if name.startswith("+"):
            yield _adding(document, name[1:], chance)
        else:
            yield Mend((Edit(document.path, extent(node), name),), say("Change to '{name}'", name=name), chance)


def _adding(document: Document, full: str, chance: float) -> Mend:
    package, _, name = full.rpartition(".")
    edits = tuple(importing.edits(document, [Need(package, name)]))
    return Mend(edits, say("Add '{statement}'", statement=f"import {full};"), chance)


def _importable(document: Document, name: str, resources: Resources) -> dict[str, float]:
    """Full names that an import could bring, with weights."""
    near = {row.module for row in outline(document).imports}
    weights: dict[str, float] = {}
    hints = [hint for hint in resources.index.imports_of(name) if not hint.statement.startswith("import static")]
    files = sum(hint.files for hint in hints)
    for hint in hints[:5]:
        if re.fullmatch(rf"import ([\w.]+\.{re.escape(name)});?", hint.statement):
            full = hint.statement.removeprefix("import ").removesuffix(";")
            weights[full] = _IMPORTED * hint.files / files
    for unit in symbols.by_names(resources.index, [name]).get(name, []):
        if unit.language == "java" and unit.is_type and unit.module and unit.qualified == name:
            weights.setdefault(f"{unit.module}.{name}", _OURS)
    for package in jdk.packages(resources.project.java_home, name):
        if package == "java.lang":
            continue
        weight = _USUAL.get(package, 1.0 if package.startswith("java.") else 0.5)
        weight *= _RARELY if package.startswith(_UNUSUAL) else 1.0
        weights.setdefault(f"{package}.{name}", weight)
    return {full: w * (_NEIGHBOUR if full.rpartition(".")[0] in near else 1.0) for full, w in weights.items()}


def _types_in_sight(document: Document, resources: Resources) -> set[str]:
    """Types that need no import: of this file, imported, of `java.lang`, of the same package."""
    shape = outline(document)
    found = {s.name for s in shape.symbols if s.kind in _TYPES} | set(JAVA_LANG)
    found |= {row.name for row in shape.imports if row.name and row.name != "*"}
    for row in shape.imports:
        if row.name == "*" and not row.static:
            found |= jdk.names(resources.project.java_home, row.module)
    found |= {path.stem for path in document.path.parent.glob("*.java") if path.stem[:1].isupper()}
    return found


def _package(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    """An import that leads nowhere; or, as javac says it, the owner of a call that is no type in sight (`Arrays.asList`)."""
    tree = trees.of(document)
    if tree is None:
        return
    declared = trees.enclosing(trees.node_at(tree, span), "import_declaration")
    if declared is not None:
        yield from _declared(document, declared, resources)
    elif "." not in claim.name:
        yield from _type(document, span, claim, resources)


def _declared(document: Document, node: Node, resources: Resources) -> Iterator[Mend]:
    """Another full name for an import: the class of this name elsewhere, or a class or package that is spelt nearly so."""
    target = next((n for n in node.named_children if n.type == "scoped_identifier"), None)
    if target is None or any(n.type == "asterisk" for n in node.children) or b" static " in (node.text or b""):
        return
    full = text_of(target)
    package, _, name = full.rpartition(".")
    home = resources.project.java_home
    weights: dict[str, float] = {}
    for other, weight in _importable(document, name, resources).items():
        closeness = likeness(package, other.rpartition(".")[0])
        weights[other] = closeness or weight * 0.1
    there = set(jdk.names(home, package))
    there |= {u.name for u in symbols.in_module(resources.index, package, None, "java") if u.is_type}
    for other_name in there:
        if (closeness := likeness(name, other_name)) > 0:
            weights[f"{package}.{other_name}"] = closeness
    weights.pop(full, None)
    for other, chance in ranked(weights):
        yield Mend((Edit(document.path, extent(target), other),), say("Change to '{name}'", name=other), chance)


def _package_declared(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:  # noqa: ARG001
    found = re.search(rb"^[ \t]*package\s+([\w.]+)\s*;", document.text, re.MULTILINE)
    parts = claim.owner.split(".")
    if found is None or parts != list(document.path.parent.parts[-len(parts) :]):
        return
    edit = Edit(document.path, Span(*found.span(1)), claim.owner)
    yield Mend((edit,), say("Change to '{name}'", name=claim.owner), 0.9)


# Variables and members.


def _undefined(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    node = next(iter(words(document, span, claim.name, "identifier")), None)
    if node is None:
        return
    if node.parent is not None and node.parent.child_by_field_name("field") == node:
        yield from _member(document, span, claim, resources)
        return
    weights = {name: likeness(claim.name, name) * 0.9**depth for name, depth in _variables(node).items()}
    close = {name: weight for name, weight in weights.items() if weight > 0}
    if close:
        yield from renamings(document, extent(node), close)
    elif claim.name[:1].isupper():
        yield from _type(document, span, claim, resources)


def _variables(node: Node) -> dict[str, int]:
    """The variables that a place can see, with how many scopes away."""
    found: dict[str, int] = {}
    depth, at = 0, node
    while at.parent is not None:
        holder = at.parent
        for name in _bound(holder, at):
            found.setdefault(name, depth)
        depth += holder.type in {"block", "class_body", "constructor_body", "method_declaration", "lambda_expression"}
        at = holder
    return found


def _bound(holder: Node, at: Node) -> Iterator[str]:
    """What a node binds for the child `at` of it."""
    if holder.type in {"class_body", "enum_body_declarations", "interface_body", "enum_body"}:
        for field in holder.named_children:
            if field.type in {"field_declaration", "constant_declaration"}:
                yield from _declarators(field)
            elif field.type == "enum_constant":
                yield text_of(field.child_by_field_name("name"))
    elif holder.type in {"block", "constructor_body", "switch_block_statement_group"}:
        for statement in holder.named_children:
            if statement.start_byte >= at.start_byte:
                break
            if statement.type == "local_variable_declaration":
                yield from _declarators(statement)
    elif holder.type in {"for_statement", "try_with_resources_statement"}:
        for part in holder.named_children:
            if part.type == "local_variable_declaration":
                yield from _declarators(part)
            for resource in part.named_children if part.type == "resource_specification" else ():
                yield text_of(resource.child_by_field_name("name"))
    elif holder.type == "enhanced_for_statement":
        yield text_of(holder.child_by_field_name("name"))
    elif holder.type == "catch_clause":
        for part in trees.descendants(holder, "catch_formal_parameter"):
            yield text_of(part.child_by_field_name("name"))
    elif holder.type in {"method_declaration", "constructor_declaration", "lambda_expression", "record_declaration"}:
        given = holder.child_by_field_name("parameters")
        if given is not None and given.type == "identifier":
            yield text_of(given)
        for part in given.named_children if given is not None else ():
            yield text_of(part if part.type == "identifier" else part.child_by_field_name("name"))


def _declarators(node: Node) -> Iterator[str]:
    for part in node.named_children:
        if part.type == "variable_declarator":
            yield text_of(part.child_by_field_name("name"))


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
    around = [s for s in shape.symbols if s.kind in _TYPES and s.span.contains(here)]
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
        found |= {c.name for s in shape.symbols if s.kind in _TYPES and s.name == short for c in shape.children(s)}
        if held is not None:
            found |= {member.name for unit in held.dotted(short) if unit.is_type for member in held.members(unit)}
    return found


def text_of_type(node: Node, name: str) -> str:
    """The type that a variable is declared with in the method or class around; the name itself where it reads as a type."""
    if name[:1].isupper():
        return name
    around = trees.enclosing(node, "program")
    found = re.findall(rf"\b([A-Z]\w*)(?:<[^;(){{}}]*>)?(?:\[\])?\s+{re.escape(name)}\s*[=;,):]", text_of(around))
    return found[0] if len(set(found)) == 1 else ""


# Exceptions and conversions.


def _unreported(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    """The exception in the `throws` of the method around. Who calls it from elsewhere would have to follow."""
    tree = trees.of(document)
    routine = trees.enclosing(trees.node_at(tree, span), *_ROUTINES) if tree is not None else None
    if routine is None or routine.type not in {"method_declaration", "constructor_declaration"}:
        return
    name = claim.name.rpartition(".")[2]
    needs: list[Edit] = []
    if "." in claim.name and not _is_seen(document, claim.name):
        needs = importing.edits(document, [Need(claim.name.rpartition(".")[0], name)])
    elif "." not in claim.name and name not in _types_in_sight(document, resources) | _wildcards(document, resources):
        full = ranked(_importable(document, name, resources))
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


def _wildcards(document: Document, resources: Resources) -> set[str]:
    rows = [row.module for row in outline(document).imports if row.name == "*" and not row.static]
    return {name for module in rows for name in jdk.names(resources.project.java_home, module)}


def _is_seen(document: Document, full: str) -> bool:
    package, _, name = full.rpartition(".")
    rows = outline(document).imports
    return package in ("", "java.lang") or any(row.module == package and row.name in (name, "*") for row in rows)


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


def _unused_import(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:  # noqa: ARG001
    tree = trees.of(document)
    node = trees.enclosing(trees.node_at(tree, span), "import_declaration") if tree is not None else None
    if tree is None or node is None or any(part.type == "asterisk" for part in node.children):
        return
    short = claim.name.rpartition(".")[2] or text_of(node).rstrip("; ").rpartition(".")[2]
    used = [n for n in trees.descendants(tree.root_node, *_NAMES) if text_of(n) == short and not _inside(n, node)]
    if used or not re.search(rf"[\s.]{re.escape(short)}\s*;", text_of(node)):
        return
    told = re.search(rb"(?:@link|@see|@throws|@exception|@value)[^\n]*\b" + short.encode() + rb"\b", document.text)
    if told is None:
        yield Mend((without_statement(document, node),), say("Remove '{old}'", old=text_of(node)), 0.95)


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


def _inside(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte < outer.end_byte


_Answer = Callable[[Document, Span, Claim, Resources], Iterable[Mend]]

_KINDS: Final[dict[str, _Answer]] = {
    "type": _type,
    "undefined": _undefined,
    "member": _member,
    "package": _package,
    "package-declared": _package_declared,
    "unreported": _unreported,
    "convert": _convert,
    "unused-import": _unused_import,
    "unused-variable": _unused_variable,
}
