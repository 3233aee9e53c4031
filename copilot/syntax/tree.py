"""Trees as the rest of the product sees them: parse, keep, edit, find nodes, compare faults.

Absent on purpose: what a tree means (`outline.py`); the parser's own interface (`parsing.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from copilot.syntax.faults import Fault, faults, new_faults
from copilot.syntax.parsing import Node, Tree, edit_tree, of, parse, parsed, reuse
from copilot.types import Span

__all__ = [
    "Fault",
    "Node",
    "Tree",
    "descendants",
    "edit_tree",
    "enclosing",
    "faults",
    "new_faults",
    "node_at",
    "of",
    "parse",
    "parsed",
    "reuse",
    "touching",
]


def node_at(tree: Tree, span: Span) -> Node:
    """The smallest named node that covers `span`; the root when the span reaches outside it."""
    return tree.root_node.named_descendant_for_byte_range(span.start, span.end) or tree.root_node


def enclosing(node: Node, *types: str) -> Node | None:
    """The node itself or its nearest ancestor whose type is one of `types`."""
    at: Node | None = node
    while at is not None and at.type not in types:
        at = at.parent
    return at


def touching(root: Node, spans: Sequence[Span]) -> Iterator[Node]:
    """The nodes that one of the spans lies in or at, or that lie in one; in document order."""
    stack = [root]
    while stack:
        at = stack.pop()
        here = Span(at.start_byte, at.end_byte)
        if any(span.touches(here) for span in spans):
            yield at
            stack.extend(reversed(at.children))


def descendants(node: Node, *types: str) -> Iterator[Node]:
    """The nodes under `node` (itself included) of the given types, or all of them, in document order."""
    stack = [node]
    while stack:
        at = stack.pop()
        if not types or at.type in types:
            yield at
        stack.extend(reversed(at.children))
