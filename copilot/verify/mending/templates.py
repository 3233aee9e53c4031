# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Every patch of one edit that the templates know, the most promising first: by suspicion, template and size."""

from __future__ import annotations

import ast
import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from . import conditions, expressions, statements
from .changes import Change
from .scene import Scene
from .source import Patch
from .watching import Key, key

_SUSPICION = 2.2
"""How much the least suspected place costs more than the most suspected."""
_SIZE = 0.012
_LONG = 40


def patches(scene: Scene, suspicion: Mapping[Key, float]) -> Iterator[Patch]:
    """Patches of one function, in no order; `suspicion` maps nodes that failing tests reached to 0..1."""
    for node in scene.nodes:
        doubt = _doubt(node, scene, suspicion)
        if doubt is None:
            continue
        for cost, kind, written in _changes(node, scene):
            if not written:
                continue
            edits = tuple(sorted(written))
            size = sum(len(new) + end - start for start, end, new in edits)
            rank = cost + _SUSPICION * (1 - doubt) + _SIZE * min(size, _LONG)
            yield Patch(edits, kind, cost, scene.function.number, rank)


def _changes(node: Any, scene: Scene) -> Iterator[Change]:
    if isinstance(node, ast.expr):
        yield from expressions.changes(node, scene)
    if isinstance(node, ast.stmt):
        yield from statements.changes(node, scene)
    yield from conditions.changes(node, scene)


def _doubt(node: Any, scene: Scene, suspicion: Mapping[Key, float]) -> float | None:
    """The suspicion of a node or of what it stands in; None when no failing test came near it."""
    up = node
    while up is not None and up is not scene.node:
        if hasattr(up, "lineno"):
            found = suspicion.get(key(up))
            if found is not None:
                return found
            if isinstance(up, ast.stmt):
                # Never reached by a failing test: only what leads there can be at fault.
                return None
        up = scene.parent(up)
    return None


def ochiai(reached: list[tuple[bool, frozenset[int]]], keys: list[Key]) -> dict[Key, float]:
    """Suspicion of each node from (passed, numbers of nodes reached) of the cases, highest 1."""
    failing = sum(not passed for passed, _ in reached)
    bad: dict[int, int] = {}
    good: dict[int, int] = {}
    for passed, numbers in reached:
        counts = good if passed else bad
        for number in numbers:
            counts[number] = counts.get(number, 0) + 1
    found: dict[Key, float] = {}
    for number, hits in bad.items():
        value = hits / math.sqrt(failing * (hits + good.get(number, 0)))
        found[keys[number]] = max(found.get(keys[number], 0.0), value)
    most = max(found.values(), default=1.0)
    return {at: value / most for at, value in found.items()}


PLANTED = frozenset({
    "comparison", "arithmetic", "constant", "and or", "negated", "augmented", "unary dropped", "statement deleted", "clause dropped",
    "one more or less", "function", "attribute", "arguments swapped", "operands swapped", "operand dropped", "call dropped",
})  # fmt: skip
"""Templates whose changes are planted as faults, too."""
LEFT_OUT = frozenset({
    "clause dropped", "operand dropped", "statement deleted", "call dropped", "unary dropped", "argument dropped", "slice dropped",
    "index dropped", "filter dropped", "condition dropped", "one branch",
})  # fmt: skip
"""Templates that leave a part out."""


def around(
    scene: Scene, places: list[tuple[int, int]], kinds: Collection[str] = PLANTED, dearest: float = 2.0
) -> Iterator[Patch]:
    """Small faults of these kinds in the statements that these spans touch, cheapest first."""
    found: list[Patch] = []
    for node in scene.nodes:
        statement = node if isinstance(node, ast.stmt) else scene.statement(node)
        if statement is None:
            continue
        start, end = scene.text.span(statement)
        body = getattr(statement, "body", None)
        if isinstance(body, list) and body:  # of a block only its head
            end = scene.text.span(body[0])[0]
        if not any(start <= last and first <= end for first, last in places):
            continue
        for cost, kind, edits in _changes(node, scene):
            if edits and kind in kinds and cost <= dearest:
                found.append(Patch(tuple(sorted(edits)), kind, cost, scene.function.number, cost))
    yield from sorted(found, key=lambda patch: patch.cost)
