"""The least value of a smooth convex function, by limited-memory quasi-Newton steps (Liu and Nocedal 1989)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

_REMEMBERED = 12
_ENOUGH = 1e-4
"""What part of the promised descent a step must bring (Armijo 1966)."""

_DONE = 1e-6

Slope = Callable[[np.ndarray], tuple[float, np.ndarray]]
"""Value and gradient at a point."""


def least(slope: Slope, start: np.ndarray, rounds: int = 120) -> np.ndarray:
    """Where the function is least, or as near as `rounds` steps come."""
    at = start
    value, gradient = slope(at)
    moves: list[tuple[np.ndarray, np.ndarray]] = []
    for _ in range(rounds):
        way = _direction(gradient, moves)
        step = 1.0
        while True:
            there = at - step * way
            next_value, next_gradient = slope(there)
            if next_value <= value - _ENOUGH * step * float(gradient @ way) or step < _DONE:
                break
            step /= 2
        if (there - at) @ (next_gradient - gradient) > 0:
            moves = [*moves, (there - at, next_gradient - gradient)][-_REMEMBERED:]
        gained = value - next_value
        at, value, gradient = there, next_value, next_gradient
        if gained < _DONE:
            break
    return at


def _direction(gradient: np.ndarray, moves: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    way = gradient.copy()
    shares = []
    for moved, turned in reversed(moves):
        shares.append(float(moved @ way) / float(moved @ turned))
        way -= shares[-1] * turned
    if moves:
        moved, turned = moves[-1]
        way *= float(moved @ turned) / float(turned @ turned)
    else:
        way *= 0.1 / max(float(np.abs(gradient).max()), 1e-9)
    for (moved, turned), share in zip(moves, reversed(shares), strict=True):
        way += moved * (share - float(turned @ way) / float(moved @ turned))
    return way
