# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Templates for constants: neighbours, those of the function, what is usual; a name in the place of one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from .changes import Change, rewritten
from .scene import Scene, alike

_USUAL = (7, 10, 12, 24, 30, 31, 60, 97, 100, 360, 365, 366, 1000, 3600)
"""Numbers of calendars, clocks and money."""


def changes(node: Any, scene: Scene) -> Iterator[Change]:
    """What may stand in the place of a constant."""
    value = node.value
    if value is Ellipsis or isinstance(scene.parent(node), ast.Expr):
        return
    done = {scene.of(node)}

    def one(text: str, cost: float) -> Iterator[Change]:
        if text not in done:
            done.add(text)
            yield rewritten(node, scene, text, cost, "constant")

    if isinstance(value, bool):
        yield from one(str(not value), 0.9)
        yield from one("None", 3.0)
    elif isinstance(value, int):
        negative = isinstance(scene.parent(node), ast.UnaryOp)
        for other in (value + 1, value - 1):
            if other >= 0 or not negative:
                yield from one(str(other), 1.0)
        for text, cost in (
            ("0", 1.6),
            ("1", 1.6),
            ("-1", 2.0),
            ("2", 2.2),
            (str(value * 10), 3.0),
            (str(value // 10), 3.0),
            (str(value + 2), 3.0),
            (str(-value), 2.0),
        ):
            if not (negative and text.startswith("-")):
                yield from one(text, cost)
        if abs(value) >= 5:
            for usual in _USUAL:
                yield from one(str(usual), 2.5)
        for text in ("float('inf')", "[]", "''", "None", "1.0"):
            if isinstance(scene.parent(node), (ast.Assign, ast.Return, ast.AnnAssign)):
                yield from one(text, 3.3)
    elif isinstance(value, float):
        for fraction in (
            value + 1,
            value - 1,
            value * 10,
            value / 10,
            value * 100,
            value / 100,
            -value,
            value / 2,
            value * 2,
        ):
            yield from one(repr(fraction), 1.8)
        for text in ("0.0", "1.0"):
            yield from one(text, 2.0)
    elif isinstance(value, str):
        yield from _string(value, one, scene)
    elif value is None:
        for text in ("[]", "0", "False", "True", '""', "1", "{}"):
            yield from one(text, 2.6)
    for text in scene.constants:
        try:
            other = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            continue
        same = type(other) is type(value) or {type(other), type(value)} <= {int, float}
        yield from one(text, 1.9 if same else 3.2)
    kinds = {type(value).__name__}
    if not isinstance(value, (bool, type(None))):
        for turn, name in enumerate(scene.like(kinds, node)[:10]):
            if scene.kinds_of(name):
                yield rewritten(node, scene, name, 2.1 + 0.12 * turn, "name for a constant")
        for text, held, _ in scene.expressions:
            if held and alike(kinds, held):
                yield rewritten(node, scene, text, 3.5, "expression")


def _string(value: str, one: Any, scene: Scene) -> Iterator[Change]:
    others: list[tuple[str, float]] = [
        ("", 1.9),
        (" ", 2.2),
        (value.lower(), 1.9),
        (value.upper(), 1.9),
        (value.strip(), 1.9),
    ]
    others += [
        (f" {value}", 2.9),
        (f"{value} ", 2.9),
        (value[1:], 2.6),
        (value[:-1], 2.6),
        (value[::-1], 3.0),
        (value.title(), 2.8),
    ]
    if len(value) <= 2:
        others += [
            (text, 2.6)
            for text in (
                ",",
                ", ",
                "-",
                "_",
                ".",
                ":",
                "/",
                "\n",
                "0",
                "1",
                "(",
                ")",
                "[",
                "]",
                "{",
                "}",
                "a",
                "A",
                "z",
            )
        ]
    if 2 <= len(value) <= 30:
        letters = sorted({c for text in scene.constants for c in text if c.isalnum()})[:20]
        others += [(value + c, 3.2) for c in letters[:12]]
        others += [(value[:i] + value[i + 1 :], 2.8) for i in range(len(value))][:14]
        others += [(value[:i] + value[i + 1] + value[i] + value[i + 2 :], 2.8) for i in range(len(value) - 1)][:14]
    for text, cost in others:
        if text != value:
            yield from one(repr(text), cost)
