"""Where a parse had to guess, and which of those places an edit has made.

Absent on purpose: repairing them (`copilot/engines`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from copilot.syntax.parsing import Tree, of
from copilot.types import Document, Edit, Span


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the parser had to guess.

    kind `error`: `span` holds text it could not place (`text`); kind `missing`: a token of type `expected` should
    stand at the empty `span`.
    """

    kind: Literal["error", "missing"]
    span: Span
    expected: str
    text: str


def faults(tree: Tree) -> tuple[Fault, ...]:
    """All ERROR and MISSING nodes, nested ones included, in document order."""
    found: list[Fault] = []
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        if node.is_missing:
            found.append(Fault("missing", Span(*node.byte_range), node.type, ""))
            continue
        if not node.has_error:
            continue
        if node.is_error:
            text = (node.text or b"").decode("utf-8", "replace")
            found.append(Fault("error", Span(*node.byte_range), "", text))
        stack.extend(reversed(node.children))
    return tuple(found)


def new_faults(before: Document, after: Document, edits: Iterable[Edit]) -> tuple[Fault, ...]:
    """The faults of `after` that have no counterpart in `before`."""
    old, new = of(before), of(after)
    if old is None or new is None:
        return ()
    known = [(fault.kind, fault.expected, fault.text) for fault in faults(old)]
    found = []
    for fault in faults(new):
        key = (fault.kind, fault.expected, fault.text)
        if key in known:
            known.remove(key)
        else:
            found.append(fault)
    return tuple(found)
