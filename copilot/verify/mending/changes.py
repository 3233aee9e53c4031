# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""What a template yields, and what templates share: an expression written anew, an operator between two others."""

from __future__ import annotations

import ast
from typing import Any

from .scene import Scene

Change = tuple[float, str, "tuple[tuple[int, int, str], ...]"]
"""Cost, name of the template, edits."""

_PAIRS = (
    ("max", "min"), ("any", "all"), ("startswith", "endswith"), ("upper", "lower"), ("lstrip", "rstrip"), ("find", "rfind"),
    ("split", "rsplit"), ("floor", "ceil"), ("append", "extend"), ("ljust", "rjust"), ("add", "discard"), ("keys", "values"),
    ("items", "keys"), ("items", "values"), ("append", "appendleft"), ("pop", "popleft"), ("isdigit", "isalpha"),
    ("isupper", "islower"), ("int", "float"), ("int", "str"), ("list", "set"), ("list", "tuple"), ("set", "tuple"),
    ("sorted", "list"), ("sorted", "set"), ("sum", "max"), ("sum", "len"), ("len", "max"), ("round", "int"), ("strip", "lstrip"),
    ("strip", "rstrip"), ("union", "intersection"), ("difference", "intersection"), ("partition", "rpartition"),
    ("bisect_left", "bisect_right"), ("heappush", "heappop"), ("append", "remove"), ("isalpha", "isalnum"), ("add", "update"),
    ("sin", "cos"), ("abs", "int"), ("index", "find"), ("title", "capitalize"), ("range", "len"), ("reversed", "sorted"),
    ("math.floor", "round"), ("isdigit", "isalnum"), ("upper", "swapcase"), ("lower", "swapcase"), ("update", "setdefault"),
    ("sum", "min"), ("get", "pop"), ("extend", "insert"), ("timedelta", "date"), ("monthrange", "weekday"), ("ROUND_HALF_UP", "ROUND_HALF_EVEN"),
    ("ROUND_DOWN", "ROUND_UP"), ("ROUND_HALF_UP", "ROUND_DOWN"), ("year", "month"), ("month", "day"), ("year", "day"),
    ("isoweekday", "weekday"), ("hour", "minute"), ("zip", "zip_longest"), ("log", "log2"), ("log", "log10"),
)  # fmt: skip
TWINS: dict[str, list[str]] = {}
for _one, _other in _PAIRS:
    TWINS.setdefault(_one, []).append(_other)
    TWINS.setdefault(_other, []).append(_one)
"""Names that stand for one another by mistake."""


def rewritten(node: Any, scene: Scene, text: str, cost: float, kind: str) -> Change:
    """Another text in the place of an expression."""
    start, end = scene.text.span(node)
    return cost, kind, ((start, end, scene.fits(node, text)),)


def between(left: Any, right: Any, scene: Scene, old: str, new: str) -> tuple[tuple[int, int, str], ...]:
    """The edit that changes an operator between two operands, brackets and comments left alone."""
    start, end = scene.text.span(left)[1], scene.text.span(right)[0]
    gap = scene.text.data[start:end].decode()
    at = gap.find(old)
    if at < 0:
        return ()
    return ((start + at, start + at + len(old), new),)


def in_brackets(node: Any, scene: Scene) -> bool:
    """Whether round brackets stand around an expression."""
    start, end = scene.text.span(node)
    return scene.text.data[:start].rstrip().endswith(b"(") and scene.text.data[end:].lstrip().startswith(b")")


def bracketed(node: Any, text: str) -> str:
    """The text of an expression as an operand: in brackets where an operator would tear it apart."""
    return f"({text})" if isinstance(node, (ast.BinOp, ast.IfExp, ast.Compare, ast.BoolOp)) else text


def inside(node: Any, other: Any, scene: Scene) -> bool:
    """Whether a node is an expression or a part of it."""
    up = node
    while up is not None and not isinstance(up, ast.stmt):
        if up is other:
            return True
        up = scene.parent(up)
    return False
