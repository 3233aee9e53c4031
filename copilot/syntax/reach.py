"""How far a changed line reaches: the routine around it; outside of routines the whole definition, or the statement.

What a change can make wrong lies there: a rule looks at the routine around a place, at its class's head, or at its imports.
Absent on purpose: what other files have to do with it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from typing import Final

from copilot.syntax import tree as trees
from copilot.syntax.lines import feeds
from copilot.syntax.parsing import Node
from copilot.types import Document, Span

_ROUTINES: Final = frozenset({
    "function_definition", "method_declaration", "constructor_declaration", "compact_constructor_declaration",
    "function_declaration", "method_definition", "generator_function_declaration",
})  # fmt: skip
_IMPORT: Final = re.compile(rb"^[ \t]*(?:from|import)[ \t][^\n]*", re.MULTILINE)
_TOP: Final = re.compile(rb"^[^\s#)\]}][^\n]*", re.MULTILINE)


def spans(doc: Document, lines: Iterable[int]) -> list[Span]:
    """The ranges that changed lines (from 1) reach, in order, without doubles; of a text without a tree the lines alone."""
    starts = feeds(doc.text)
    tree = trees.of(doc)
    found: set[Span] = set()
    last: Span | None = None
    for line in sorted(set(lines)):
        if not 0 < line < len(starts):
            continue
        row = Span(starts[line - 1], starts[line])
        if last is not None and last.start <= row.start and row.end <= last.end:
            continue
        last = _around(tree.root_node, doc.text, row) if tree is not None else row
        found.add(last)
    return sorted(found)


def _around(root: Node, text: bytes, row: Span) -> Span:
    code = text[row.start : row.end]
    start = row.start + len(code) - len(code.lstrip())
    node: Node | None = root.descendant_for_byte_range(min(start, row.end - 1), min(start, row.end - 1))
    outer = routine = None
    while node is not None and node.parent is not None:
        if node.type in _ROUTINES:
            routine = node
        outer, node = node, node.parent
    best = routine or outer
    if best is None:
        return row
    whole = best.parent if best.parent is not None and best.parent.type == "decorated_definition" else best
    return Span(min(row.start, whole.start_byte), max(row.end, whole.end_byte))


def roughly(doc: Document, lines: Iterable[int]) -> bytes:
    """The text that changed lines can reach, without parsing it: in Python the blocks at the margin that they lie in, and the
    imports; of other languages the whole.
    """
    if doc.language != "python":
        return doc.text
    starts = feeds(doc.text)
    tops = [0, *(found.start() for found in _TOP.finditer(doc.text)), len(doc.text)]
    blocks = {bisect_right(tops, starts[line - 1]) for line in lines if 0 < line < len(starts)}
    # A decorator at the margin belongs to what follows it.
    parts = (doc.text[tops[max(0, n - 2)] : tops[min(n + 1, len(tops) - 1)]] for n in sorted(blocks))
    return b"\n".join([*parts, *_IMPORT.findall(doc.text)])
