"""Java's types and packages as claims speak of them: which import brings a name, which type in sight was meant.

Known are the repository's own imports and definitions, the same package, and the JDK's archives. Absent on purpose:
variables, members and everything else (`claimed_java`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.context import jdk, symbols
from copilot.engines.base import Resources
from copilot.engines.embedded.claimed import (
    Mend,
    extent,
    ranked,
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
from copilot.types import Document, Edit, Span
from copilot.verify.claims import Claim
from copilot.verify.names import JAVA_LANG

NAMES: Final = ("identifier", "type_identifier")
TYPES: Final = frozenset({"class", "interface", "enum", "record", "annotation"})

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


# Types, packages and imports.


def unknown_type(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    """An import that brings the type, or the type in sight that is spelt nearly so."""
    node = next(iter(words(document, span, claim.name, *NAMES)), None)
    if node is None:
        return
    if (declared := trees.enclosing(node, "import_declaration")) is not None:
        yield from _declared(document, declared, resources)
        return
    imports = importable(document, claim.name, resources)
    seen = {name: likeness(claim.name, name) for name in types_in_sight(document, resources)}
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


def importable(document: Document, name: str, resources: Resources) -> dict[str, float]:
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


def types_in_sight(document: Document, resources: Resources) -> set[str]:
    """Types that need no import: of this file, imported, of `java.lang`, of the same package."""
    shape = outline(document)
    found = {s.name for s in shape.symbols if s.kind in TYPES} | set(JAVA_LANG)
    found |= {row.name for row in shape.imports if row.name and row.name != "*"}
    for row in shape.imports:
        if row.name == "*" and not row.static:
            found |= jdk.names(resources.project.java_home, row.module)
    found |= {path.stem for path in document.path.parent.glob("*.java") if path.stem[:1].isupper()}
    return found


def unknown_package(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    """An import that leads nowhere; or, as javac says it, the owner of a call that is no type in sight (`Arrays.asList`)."""
    tree = trees.of(document)
    if tree is None:
        return
    declared = trees.enclosing(trees.node_at(tree, span), "import_declaration")
    if declared is not None:
        yield from _declared(document, declared, resources)
    elif "." not in claim.name:
        yield from unknown_type(document, span, claim, resources)


def _declared(document: Document, node: Node, resources: Resources) -> Iterator[Mend]:
    """Another full name for an import: the class of this name elsewhere, or a class or package that is spelt nearly so."""
    target = next((n for n in node.named_children if n.type == "scoped_identifier"), None)
    if target is None or any(n.type == "asterisk" for n in node.children) or b" static " in (node.text or b""):
        return
    full = text_of(target)
    package, _, name = full.rpartition(".")
    home = resources.project.java_home
    weights: dict[str, float] = {}
    for other, weight in importable(document, name, resources).items():
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


def wrong_package(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:  # noqa: ARG001
    """The package that the folders say."""
    found = re.search(rb"^[ \t]*package\s+([\w.]+)\s*;", document.text, re.MULTILINE)
    parts = claim.owner.split(".")
    if found is None or parts != list(document.path.parent.parts[-len(parts) :]):
        return
    edit = Edit(document.path, Span(*found.span(1)), claim.owner)
    yield Mend((edit,), say("Change to '{name}'", name=claim.owner), 0.9)


def is_imported(document: Document, full: str) -> bool:
    """Whether a class can be named by its simple name here."""
    package, _, name = full.rpartition(".")
    rows = outline(document).imports
    return package in ("", "java.lang") or any(row.module == package and row.name in (name, "*") for row in rows)


def unused_import(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:  # noqa: ARG001
    """The import taken out, where neither code nor documentation names what it brings."""
    tree = trees.of(document)
    node = trees.enclosing(trees.node_at(tree, span), "import_declaration") if tree is not None else None
    if tree is None or node is None or any(part.type == "asterisk" for part in node.children):
        return
    short = claim.name.rpartition(".")[2] or text_of(node).rstrip("; ").rpartition(".")[2]
    used = [n for n in trees.descendants(tree.root_node, *NAMES) if text_of(n) == short and not _inside(n, node)]
    if used or not re.search(rf"[\s.]{re.escape(short)}\s*;", text_of(node)):
        return
    told = re.search(rb"(?:@link|@see|@throws|@exception|@value)[^\n]*\b" + short.encode() + rb"\b", document.text)
    if told is None:
        yield Mend((without_statement(document, node),), say("Remove '{old}'", old=text_of(node)), 0.95)


def _inside(node: Node, outer: Node) -> bool:
    return outer.start_byte <= node.start_byte < outer.end_byte
