"""What a file defines, imports and calls, read from its tree by one query a language.

The code here is the same for every language; `queries/<language>/outline.scm` says what is what. Every pattern has
exactly one anchor capture, and these captures beside it:

| anchor | stands on | beside it |
|---|---|---|
| `@definition.<kind>` | a definition; of several patterns on one definition the last in the file gives the kind | `@name`, or `@name.only` (one name: the last pattern's); `@parameters`, `@body`, `@type` (+ `@type.suffix`) or `@type.quoted`, `@value` |
| `@definition.member` | a field that a constructor assigns (`self.x = …`); it belongs to the constructor's class | `@name`, `@type`, `@value` |
| `@extent` | a node that wraps a definition (decorators, `export`) and widens its span | `@extent.of` |
| `@doc` | a documentation comment or string | `@doc.of`: what it documents |
| `@parameter`, `@parameter.varargs`, `@parameter.kwargs` | a child of a `@parameters` node | `@name`, `@type`, `@type.suffix`, `@default` |
| `@separator.positional`, `@separator.keyword` | Python's `/` and `*` among the parameters | |
| `@decorator`, `@modifier` | belongs to the innermost definition around it whose name comes later | |
| `@base`, `@throws` | belongs to the innermost definition around it | |
| `@import` | an import statement, a match for each imported thing | `@import.module`, `@import.name`, `@import.alias`, `@import.static` |
| `@call` | a call | `@call.name`, `@call.receiver` |
| `@module.doc`, `@module.name` | the file's own documentation; its package or namespace | |

A capture that starts with `_` is for predicates only. A `variable` or `constant` inside a function is a local and
left out; a variable in a type is a `field`; a `function` in a type is a `method`.

Of broken code the more legible tree is read (`mending.py`).

Absent on purpose: scopes and name resolution, and anything that needs a second file.
"""

from __future__ import annotations

import re
from typing import Final

from copilot.syntax.mending import mended
from copilot.syntax.parsing import Node, Query, QueryCursor, Recent, Tree, of, query, query_without
from copilot.syntax.reading import Captures, Reading
from copilot.syntax.symbols import Call, Import, Kind, Outline, Parameter, ParameterKind, Symbol
from copilot.types import Document, Span

__all__ = [
    "Call",
    "Import",
    "Kind",
    "Outline",
    "Parameter",
    "ParameterKind",
    "Symbol",
    "brief",
    "calls",
    "imports",
    "near",
    "outline",
    "statements",
]

_ANCHORS: Final = (
    "doc.of",
    "extent",
    "parameter",
    "parameter.varargs",
    "parameter.kwargs",
    "separator.positional",
    "separator.keyword",
    "decorator",
    "modifier",
    "base",
    "throws",
    "import",
    "call",
    "module.doc",
    "module.name",
)

_outlines: Final[Recent[Outline]] = Recent()


def outline(document: Document, *, deadline_s: float | None = None) -> Outline:
    """The outline of a document; empty when its language has no query or the parse ran past `deadline_s` seconds."""
    known = _outlines.get(document)
    if known is not None:
        return known
    tree = of(document, deadline_s=deadline_s)
    rules = query(document.language, "outline") if document.language is not None and tree is not None else None
    if tree is None or rules is None or document.language is None:
        return Outline(document.language)
    result = _read(document, document.language, tree, rules, deadline_s)
    _outlines.put(document, result)
    return result


def statements(document: Document) -> list[int]:
    """Where the statements of a file begin that stand in no other; none when it has errors, or no outline."""
    tree = of(document)
    if tree is None or tree.root_node.has_error or query(document.language or "", "outline") is None:
        return []
    return [node.start_byte for node in tree.root_node.named_children]


def brief(document: Document, within: Span | None = None) -> Outline:
    """As `outline`, without documentation, decorators, modifiers, calls' receivers, and parameters that name no type.

    For the index, which keeps none of these: it costs a third less. Nothing of it is kept for the next caller.
    `within`: only what begins there, in a file without errors.
    """
    tree = of(document)
    if tree is None or document.language is None:
        return Outline(document.language)
    rules = query_without(document.language, "outline", _LEFT_OUT, _UNSEEN)
    if rules is None:
        return Outline(document.language)
    if within is None:
        return _read(document, document.language, tree, rules, None)
    return _seen(Reading(document.text, document.language), rules, tree.root_node, within=within).outline()


def imports(document: Document) -> tuple[Import, ...]:
    """What a document imports, as its outline has it, by a query for nothing else; of broken code what can be read of it."""
    known = _outlines.get(document)
    if known is not None:
        return known.imports
    tree = of(document)
    rules = query_without(document.language or "", "outline", _NO_IMPORT, frozenset()) if tree is not None else None
    if tree is None or rules is None or document.language is None:
        return ()
    return _seen(Reading(document.text, document.language), rules, tree.root_node).outline().imports


def calls(document: Document, within: Span) -> tuple[Call, ...]:
    """The calls that begin in a range, by a query for nothing else, without their receivers; of broken code what can be read."""
    tree = of(document)
    rules = query_without(document.language or "", "outline", _NO_CALL, _UNSEEN) if tree is not None else None
    if tree is None or rules is None or document.language is None:
        return ()
    return tuple(_seen(Reading(document.text, document.language), rules, tree.root_node, within=within).calls)


def near(document: Document, at: int, tree: Tree | None) -> Outline:
    """As `outline`, for what is looked for around byte `at`: without documentation, decorators, modifiers and calls, with
    parameters only of the definitions that `at` is in or behind, and in Python without what stands inside definitions
    at the margin that it is far from. A third of the cost; nothing of it is kept.
    """
    language = document.language
    rules = (
        query_without(language, "outline", _NOT_NEAR, _UNSEEN) if language is not None and tree is not None else None
    )
    if tree is None or rules is None or language is None:
        return Outline(language)
    tree = mended(document.text, language, tree)
    found = _around(Reading(document.text, language), rules, tree.root_node, at)
    listed = query_without(language, "outline", _NO_PARAMETER, frozenset())
    if listed is not None:
        for holder in found.parameter_lists(at):
            _seen(found, listed, holder)
    return found.outline()


_PLAIN: Final = {"python": frozenset({"function_definition", "class_definition", "decorated_definition"})}
"""Statements at the margin inside which, far from a place, only imports are looked for."""

_BARE: Final = {"python": frozenset({"expression_statement", "import_statement", "import_from_statement", "comment",
                                     "future_import_statement"})}  # fmt: skip
"""Statements that hold no others."""

_MARGIN: Final = 2
"""How deep the patterns of a statement at the margin begin: the file, the statement, what it decorates or assigns."""


def _around(found: Reading, rules: Query, root: Node, at: int) -> Reading:
    """All matches, but of definitions at the margin only the last one that begins before byte `at` is looked into, and
    those that import something.
    """
    plain, bare = _PLAIN.get(found.language), _BARE.get(found.language)
    if plain is None or bare is None or root.has_error:
        return _seen(found, rules, root)
    _seen(found, rules, root, depth=_MARGIN)
    near = True
    for node in reversed(root.children):
        begin, end = node.byte_range
        if node.type in bare:
            continue
        if node.type not in plain or (near and begin <= at) or found.text.find(b"import", begin, end) >= 0:
            _seen(found, rules, node)
        near = near and not (node.type in plain and begin <= at)
    return found


_NOT_NEAR: Final = re.compile(r"\b(doc|decorator|modifier|separator|call|parameter)\b")
_NO_PARAMETER: Final = re.compile(r"^(?!.*\b(parameter|separator)\b)")
_NO_IMPORT: Final = re.compile(r"^(?!.*\bimport\b)")
_NO_CALL: Final = re.compile(r"^(?!.*\bcall\b)")
_LEFT_OUT: Final = re.compile(r"\b(doc|decorator|modifier|separator)\b|^(?!.*\btype\b).*\bparameter\b")
_UNSEEN: Final = frozenset({"call.receiver", "default"})


def _read(document: Document, language: str, tree: Tree, rules: Query, deadline_s: float | None) -> Outline:
    tree = mended(document.text, language, tree, deadline_s=deadline_s)
    return _seen(Reading(document.text, language), rules, tree.root_node).outline()


def _seen(found: Reading, rules: Query, node: Node, *, depth: int | None = None, within: Span | None = None) -> Reading:
    """What the rules match under a node, begun at most `depth` deep; `within`: only there."""
    roles: dict[int, str] = {}
    cursor = QueryCursor(rules)
    if depth is not None:
        cursor.set_max_start_depth(depth)
    if within is not None:
        cursor.set_byte_range(within.start, within.end)
    for pattern, captures in cursor.matches(node):
        role = roles.get(pattern)
        if role is None:
            role = roles[pattern] = _anchor(captures)
        if within is not None and role and not within.start <= captures[role][0].start_byte < within.end:
            continue  # a pattern of the whole file reaches beyond the range
        found.see(pattern, role, captures)
    return found


def _anchor(captures: Captures) -> str:
    for name in captures:
        if name.startswith("definition."):
            return name
    return next((name for name in _ANCHORS if name in captures), "")
