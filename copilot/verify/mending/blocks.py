# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Where a statement stands: its lines, its block."""

from __future__ import annotations

from typing import Any

from .scene import Scene


def rows(node: Any, scene: Scene) -> tuple[int, int]:
    """The whole lines of a statement."""
    return scene.text.starts[node.lineno - 1], scene.text.starts[node.end_lineno]


def alone(node: Any, scene: Scene) -> bool:
    """Whether nothing else stands on its lines."""
    start, end = scene.text.span(node)
    first, last = rows(node, scene)
    behind = scene.text.data[end:last].strip()
    return not scene.text.data[first:start].strip() and (not behind or behind.startswith(b"#"))


def siblings(node: Any, scene: Scene) -> tuple[list[Any], int]:
    """The block that a statement stands in, and its place there."""
    parent = scene.parent(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if isinstance(block, list) and any(s is node for s in block):
            return block, next(i for i, s in enumerate(block) if s is node)
    return [node], 0
