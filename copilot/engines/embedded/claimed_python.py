"""Answers to what is claimed of Python: unknown names, members, modules and keywords, unused code, a missing `await`.

Absent on purpose: what needs a decision (a guard for None, a missing argument): a model is asked.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from copilot import files
from copilot.context import symbols
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
from copilot.engines.embedded.members_python import imported, members, platform
from copilot.engines.embedded.names import likeness
from copilot.errors import UnreadableFile
from copilot.messages import say
from copilot.syntax import tree as trees
from copilot.syntax.outline import outline
from copilot.syntax.tree import Node
from copilot.types import Document, Edit, Span
from copilot.verify.claims import Claim
from copilot.verify.platform import source

_NO_SELF: Final = frozenset({"staticmethod", "classmethod", "overload", "typing.overload"})
_IMPORTS: Final = ("import_statement", "import_from_statement")


def mends(document: Document, span: Span, claim: Claim, resources: Resources) -> list[Mend]:
    """What may answer a claim about `span`, likeliest first; empty where that cannot be told."""
    answer = _KINDS.get(claim.kind)
    return sorted(answer(document, span, claim, resources), key=lambda each: -each.chance) if answer is not None else []


# Members.


def _member(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    found = [n for n in words(document, span, claim.name, "identifier") if is_attribute(n)]
    if len(found) != 1:
        return  # two of the same name on the line: which one is meant cannot be told
    node = found[0]
    owner = node.parent.child_by_field_name("object") if node.parent is not None else None
    there = members(document, node, claim, text_of(owner), resources)
    yield from renamings(document, extent(node), alike(claim, there))


def is_attribute(node: Node) -> bool:
    """Whether a name stands behind a dot."""
    parent = node.parent
    return parent is not None and parent.type == "attribute" and parent.child_by_field_name("attribute") == node


# Modules and what they give.


def _import_name(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    found = [n for n in words(document, span, claim.name, "identifier") if trees.enclosing(n, "import_from_statement")]
    if len(found) != 1:
        return
    node = found[0]
    statement = trees.enclosing(node, "import_from_statement")
    module = claim.owner or text_of(statement.child_by_field_name("module_name") if statement is not None else None)
    held = meanings(document, node.start_byte, resources.index)
    module = held.absolute(module) if held is not None and module.startswith(".") else module
    there = platform(module) | {u.name for u in symbols.in_module(resources.index, module, None, "python")}
    weights = alike(claim, there)
    parent = node.parent.parent if node.parent is not None else None
    alone = parent is None or parent.type != "aliased_import"
    uses = _uses(document, claim.name) if alone else []
    for name, chance in ranked(weights):
        edits = tuple(Edit(document.path, extent(each), name) for each in [node, *uses])
        yield Mend(edits, say("Change to '{name}'", name=name), chance)


def misspelt_import(document: Document, word: str, resources: Resources) -> Mend | None:
    """The import that was to bring an undefined name: its module has the name, and not what is written there."""
    for row in outline(document).imports:
        if row.name is None or row.alias or likeness(word, row.name) <= 0:
            continue
        there = platform(row.module) | {u.name for u in symbols.in_module(resources.index, row.module, word, "python")}
        if word in there and row.name not in there:
            tree = trees.of(document)
            found = trees.touching(tree.root_node, [row.span]) if tree is not None else ()
            names = [n for n in found if n.type == "identifier" and text_of(n) == row.name]
            if len(names) == 1:
                edits = tuple(Edit(document.path, extent(n), word) for n in [*names, *_uses(document, row.name)])
                return Mend(edits, say("Change to '{name}'", name=word), 0.95)
    return None


def meant_import(document: Document, span: Span, resources: Resources) -> Mend | None:
    """What an unused import at `span` was to bring, where the module has no such name: the one that is read and that it has."""
    word = document.text[span.start : span.end].decode("utf-8", "replace")
    tree = trees.of(document)
    found = trees.descendants(tree.root_node, "identifier") if tree is not None else ()
    read = {text_of(n) for n in found if not is_attribute(n) and trees.enclosing(n, *_IMPORTS) is None}
    close = sorted(name for name in read if likeness(word, name) > 0)
    mends = [mend for name in close if (mend := misspelt_import(document, name, resources)) is not None]
    mends = [mend for mend in mends if any(edit.span == span for edit in mend.edits)]
    return mends[0] if len(mends) == 1 else None


def _uses(document: Document, name: str) -> list[Node]:
    """Where a name that an import binds is read."""
    tree = trees.of(document)
    found = trees.descendants(tree.root_node, "identifier") if tree is not None else ()
    return [
        n for n in found
        if text_of(n) == name and not is_attribute(n) and trees.enclosing(n, *_IMPORTS) is None
        and not (n.parent is not None and n.parent.type == "keyword_argument" and n.parent.child_by_field_name("name") == n)
    ]  # fmt: skip


def _module(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    """A module of Python's library or of the repository whose name is nearly so. One that is only not installed has none."""
    tree = trees.of(document)
    statement = trees.enclosing(trees.node_at(tree, span), *_IMPORTS) if tree is not None else None
    if statement is None:
        return
    targets = [n for n in trees.descendants(statement, "dotted_name") if text_of(n) == claim.name]
    if len(targets) != 1 or claim.name.startswith("."):
        return
    known = _known_modules(resources)
    if claim.name in known:
        return
    weights = {name: likeness(claim.name, name) for name in known if name.count(".") == claim.name.count(".")}
    weights = {name: weight for name, weight in weights.items() if weight > 0}
    bound = statement.type == "import_statement" and (
        targets[0].parent is None or targets[0].parent.type != "aliased_import"
    )
    uses = _uses(document, claim.name.partition(".")[0]) if bound and "." not in claim.name else []
    for name, chance in ranked(weights):
        edits = tuple(Edit(document.path, extent(each), name) for each in [targets[0], *uses])
        yield Mend(edits, say("Change to '{name}'", name=name), chance)


def _known_modules(resources: Resources) -> set[str]:
    found = {name for name in sys.stdlib_module_names if not name.startswith("_")}
    rows = resources.index.select("SELECT DISTINCT module FROM files WHERE language='python' AND module != ''")
    return found | {str(row[0]) for row in rows}


# Arguments.


def _keyword(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:
    found = [
        n for n in words(document, span, claim.name, "identifier")
        if n.parent is not None and n.parent.type == "keyword_argument" and n.parent.child_by_field_name("name") == n
    ]  # fmt: skip
    call = trees.enclosing(found[0], "call") if len(found) == 1 else None
    if call is None:
        return
    given = call.child_by_field_name("arguments")
    taken = {
        text_of(p.child_by_field_name("name"))
        for p in (given.named_children if given is not None else ())
        if p.type == "keyword_argument"
    }
    there = _parameters(document, call, resources) - taken
    yield from renamings(document, extent(found[0]), alike(claim, there))


def _parameters(document: Document, call: Node, resources: Resources) -> set[str]:
    """The names of the parameters of what is called, where one definition is meant: of this file, else of the index."""
    callee = call.child_by_field_name("function")
    name = text_of(callee).rpartition(".")[2]
    module = imported(document, text_of(callee).rpartition(".")[0])
    platform = source(module) if module else None
    if platform is not None:
        meant = [s for s in outline(platform).symbols if s.name == name and s.parent is None]
        return _taken(platform, meant[0].span, name) if len(meant) == 1 else set()
    own = [s for s in outline(document).symbols if s.name == name]
    if len(own) == 1:
        return _taken(document, own[0].span, name)
    found = [each for each in resources.index.definitions(name) if each.language == "python"]
    if own or len(found) != 1:
        return set()
    try:
        other = files.read(found[0].path, "python")
    except UnreadableFile:
        return set()
    return _taken(other, found[0].span, name)


def _taken(doc: Document, span: Span, name: str) -> set[str]:
    shape = outline(doc)
    meant = [s for s in shape.symbols if s.name == name and s.span.touches(span)]
    for symbol in meant:
        if symbol.kind == "class":
            start = [c for c in shape.children(symbol) if c.name == "__init__"]
            if start:
                return {p.name for p in start[0].parameters[1:]}
            return {c.name for c in shape.children(symbol) if c.kind == "field"}  # a dataclass
        return {p.name for p in symbol.parameters if p.name not in {"self", "cls"}}
    return set()


# What is there and not used; small ones.


def _unused_variable(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:  # noqa: ARG001
    """The assignment goes; what its value does stays."""
    found = words(document, span, claim.name, "identifier")
    for node in found:
        assignment = node.parent
        statement = assignment.parent if assignment is not None else None
        if assignment is None or statement is None or assignment.type != "assignment":
            continue
        if assignment.child_by_field_name("left") != node or statement.type != "expression_statement":
            continue
        function = trees.enclosing(node, "function_definition")
        value = assignment.child_by_field_name("right")
        names = (
            [n for n in trees.descendants(function, "identifier") if text_of(n) == claim.name]
            if function is not None
            else []
        )
        if value is None or len(names) != 1:
            return
        if _is_inert(value):
            block = statement.parent
            if block is not None and len(block.named_children) == 1:
                return  # the block would be empty
            yield Mend((without_statement(document, statement),), say("Remove '{old}'", old=text_of(statement)), 0.7)
        else:
            edit = Edit(document.path, Span(node.start_byte, value.start_byte), "")
            yield Mend((edit,), say("Keep the call and remove the variable '{name}'", name=claim.name), 0.6)
        return


def _is_inert(value: Node) -> bool:
    return not any(
        True for _ in trees.descendants(value, "call", "await", "yield", "attribute", "subscript", "binary_operator")
    )


def _await(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:  # noqa: ARG001
    tree = trees.of(document)
    node = trees.enclosing(trees.node_at(tree, span), "call") if tree is not None else None
    function = trees.enclosing(node, "function_definition", "lambda") if node is not None else None
    if node is None or function is None or not text_of(function).startswith("async "):
        return
    if node.parent is not None and node.parent.type == "expression_statement":
        edit = Edit(document.path, Span(node.start_byte, node.start_byte), "await ")
        yield Mend((edit,), say("Insert '{new}'", new="await"), 0.9)


def _self(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:  # noqa: ARG001
    """The missing first parameter of a method that uses it."""
    tree = trees.of(document)
    node = trees.enclosing(trees.node_at(tree, span), "function_definition") if tree is not None else None
    given = node.child_by_field_name("parameters") if node is not None else None
    if node is None or given is None or node.parent is None or trees.enclosing(node.parent, "class_definition") is None:
        return
    body = node.child_by_field_name("body")
    uses = any(text_of(n) == "self" for n in trees.descendants(body, "identifier")) if body is not None else False
    names = [text_of(n) for n in trees.descendants(given, "identifier")]
    static = {text_of(n).lstrip("@") for n in node.parent.named_children if n.type == "decorator"} & _NO_SELF
    if uses and "self" not in names and not static:
        gap = ", " if given.named_children else ""
        edit = Edit(document.path, Span(given.start_byte + 1, given.start_byte + 1), f"self{gap}")
        yield Mend((edit,), say("Insert '{new}'", new="self"), 0.9)


def _written(document: Document, span: Span, claim: Claim, resources: Resources) -> Iterator[Mend]:  # noqa: ARG001
    """The tool writes what should stand there: where its words are the text, they are replaced."""
    wide = document.text[span.start : span.end].decode("utf-8", "replace")
    at = wide.find(claim.name)
    if wide.count(claim.name) == 1:
        start = span.start + len(wide[:at].encode())
        edit = Edit(document.path, Span(start, start + len(claim.name.encode())), claim.owner)
        yield Mend((edit,), say("Change '{old}' to '{new}'", old=claim.name, new=claim.owner), 0.8)


_Answer = Callable[[Document, Span, Claim, Resources], Iterable[Mend]]

_KINDS: Final[dict[str, _Answer]] = {
    "undefined": _self,  # of `self`; the other names are looked up in `names`
    "member": _member,
    "import-name": _import_name,
    "module": _module,
    "keyword": _keyword,
    "unused-variable": _unused_variable,
    "await": _await,
    "self": _self,
    "written": _written,
}
