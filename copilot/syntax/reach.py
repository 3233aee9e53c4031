"""How far a changed line reaches: the routine around it; outside of routines the whole definition, or the statement.

What a change can make wrong lies there: a rule looks at the routine around a place, at its class's head, or at its imports.
Absent on purpose: what other files have to do with it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import Final

from copilot.syntax import tree as trees
from copilot.syntax.lines import feeds
from copilot.syntax.parsing import Node
from copilot.types import Document, Span

_ROUTINES: Final = frozenset({
    "function_definition", "method_declaration", "constructor_declaration", "compact_constructor_declaration",
    "function_declaration", "method_definition", "generator_function_declaration",
})  # fmt: skip
_IMPORT: Final = re.compile(rb"[ \t]*(?:from|import)[ \t]")
_NO_TOP: Final = b" \t\r\f\v#)]}"
_GOES_ON: Final = re.compile(rb"(?:else|elif|except|finally)\b")


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


def roughly(language: str | None, text: bytes, lines: Iterable[int]) -> bytes:
    """The text that changed lines can reach, without parsing it: in Python the blocks at the margin that they lie in, and the
    imports; of other languages the whole.
    """
    if language != "python":
        return text
    rows = text.split(b"\n")
    return blocks(rows, tops(rows), imports(rows), lines)


def tops(rows: Sequence[bytes]) -> list[int]:
    """The rows (from 0) at which blocks at the margin of a Python text begin: not at a comment, at what ends brackets, or at what
    goes on with the statement above.
    """
    return [n for n, row in enumerate(rows) if row[:1] not in _NO_TOP and not _GOES_ON.match(row)]


def imports(rows: Sequence[bytes]) -> list[int]:
    """The rows (from 0) at which imports of a Python text begin."""
    return [n for n, row in enumerate(rows) if b"import" in row and _IMPORT.match(row)]


def blocks(rows: Sequence[bytes], tops: Sequence[int], imports: Sequence[int], lines: Iterable[int]) -> bytes:
    """The blocks at the margin in which `lines` (from 1) of a Python text lie, with their decorators, and the imports. `tops` and
    `imports`: as the functions of these names give them.
    """
    bounds = [0, *tops, len(rows)]
    parts: dict[int, int] = {}
    for n in {bisect_right(bounds, line - 1) for line in lines if 0 < line <= len(rows)}:
        first, last = min(n, len(bounds) - 1) - 1, min(n, len(bounds) - 1)
        while first > 0 and rows[bounds[first - 1]].startswith(
            b"@"
        ):  # a decorator and what it decorates belong together
            first -= 1
        while last < len(bounds) - 1 and rows[bounds[last - 1]].startswith(b"@"):
            last += 1
        parts[bounds[first]] = bounds[last]
    inside = (row for first, last in sorted(parts.items()) for row in rows[first:last])
    return b"\n".join([*inside, *(rows[n] for n in imports)])
