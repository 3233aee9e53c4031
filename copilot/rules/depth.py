"""A text without what is nested deeper than anybody writes.

A look at a tree costs the square of its depth and more, and what recurses over it would run out of stack: one line of some
thousand open parentheses would hold up a whole review. So the innermost part is blanked, in place; the rest of the file is
judged as ever. It is never passed over as a whole: a branch could take its files out of review by one such line.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from copilot.syntax import tree as trees
from copilot.syntax.parsing import Node
from copilot.syntax.tree import Tree
from copilot.types import Document

_DEEPEST: Final = 120
"""Levels below which a part of so many nodes is blanked: what is left is at most twice as deep."""
_ROUNDS: Final = 3
"""How often blanking is tried: what is put in its place may read as something else, and be deep again."""


def shallow(document: Document, tree: Tree) -> tuple[Document, Tree] | None:
    """The document and its tree, of the same length and lines and with the deep parts blanked where there are any; None where
    they stay deep.
    """
    for _ in range(_ROUNDS):
        deep = _deep(tree.root_node)
        if not deep:
            return document, tree
        text = bytearray(document.text)
        for node in deep:
            text[node.start_byte : node.end_byte] = _blank(node, document.text)
        document = replace(document, parts=(bytes(text),))
        read = trees.of(document)
        if read is None:
            return None
        tree = read
    return None


def _deep(root: Node) -> list[Node]:
    """The nodes at the deepest level that hold as many nodes again: only they can be the top of a deep part."""
    level = [root] if root.descendant_count > _DEEPEST else []
    for _ in range(_DEEPEST):
        level = [child for node in level for child in node.children if child.descendant_count > _DEEPEST]
        if not level:
            break
    return level


def _blank(node: Node, text: bytes) -> bytes:
    """As many bytes and the same line ends: a nought for an expression, nothing for a statement."""
    kept = bytearray(byte if byte in b"\r\n" else 0x20 for byte in text[node.start_byte : node.end_byte])
    if not node.type.endswith(("statement", "block", "declaration", "definition")) and kept:
        kept[0] = ord("0")
    return bytes(kept)
