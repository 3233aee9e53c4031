"""Boosted regression trees for a probability, small and in numpy: logistic loss, histograms, best leaf first.

After Friedman (2001); the split gain and the leaf values follow Chen and Guestrin (2016). A tree is a list of nodes
`[feature, threshold, left, right]` (go left when the value is at most the threshold) or `[value]`.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any

import numpy as np

Node = list[Any]


@dataclass(frozen=True)
class Shape:
    """How the trees grow."""

    rounds: int = 120
    rate: float = 0.06
    leaves: int = 12
    ridge: float = 8.0
    least: float = 30.0
    bins: int = 48
    columns: float = 0.6


def boosted(
    x: np.ndarray, y: np.ndarray, weight: np.ndarray, shape: Shape, seed: int = 5
) -> tuple[float, list[list[Node]]]:
    """`(bias, trees)`: the logit is the bias plus the values of the leaves."""
    chance = np.random.default_rng(seed)
    parts = np.linspace(0, 1, shape.bins + 1)[1:-1]
    # Rounded up as they will be written: a value that is a threshold stays on its side.
    cuts = [np.unique(np.ceil(np.quantile(column, parts) * 1e4) / 1e4) for column in x.T]
    binned = np.stack(
        [np.searchsorted(cut, column, side="left") for cut, column in zip(cuts, x.T, strict=True)], axis=1
    )
    base = float(np.average(y, weights=weight))
    bias = float(np.log(base / (1 - base)))
    logit = np.full(len(y), bias)
    trees = []
    for _ in range(shape.rounds):
        p = 1 / (1 + np.exp(-logit))
        slope, curve = weight * (y - p), weight * p * (1 - p)
        allowed = np.flatnonzero(chance.random(x.shape[1]) < shape.columns)
        tree, leaf = _tree(binned, cuts, slope, curve, allowed, shape)
        logit += np.array([node[0] if len(node) == 1 else 0.0 for node in tree])[leaf]
        trees.append(tree)
    return bias, trees


def _tree(
    binned: np.ndarray, cuts: list[np.ndarray], slope: np.ndarray, curve: np.ndarray, allowed: np.ndarray, shape: Shape
) -> tuple[list[Node], np.ndarray]:
    """One tree and the leaf of each row."""
    leaf = np.zeros(len(binned), np.int64)
    nodes: list[Node] = [[0.0]]
    rows_of = {0: np.arange(len(binned))}
    waiting: list[tuple[float, int, int, int]] = []

    def consider(node: int) -> None:
        rows = rows_of[node]
        nodes[node] = [shape.rate * slope[rows].sum() / (curve[rows].sum() + shape.ridge)]
        found = _split(binned[rows], slope[rows], curve[rows], allowed, shape)
        if found is not None:
            heapq.heappush(waiting, (-found[0], node, found[1], found[2]))

    consider(0)
    leaves = 1
    while waiting and leaves < shape.leaves:
        _, node, feature, at = heapq.heappop(waiting)
        rows = rows_of.pop(node)
        goes_left = binned[rows, feature] <= at
        left, right = len(nodes), len(nodes) + 1
        nodes += [[0.0], [0.0]]
        nodes[node] = [int(feature), float(cuts[feature][at]), left, right]
        rows_of[left], rows_of[right] = rows[goes_left], rows[~goes_left]
        consider(left)
        consider(right)
        leaves += 1
    for node, rows in rows_of.items():
        leaf[rows] = node
    return nodes, leaf


def _split(
    binned: np.ndarray, slope: np.ndarray, curve: np.ndarray, allowed: np.ndarray, shape: Shape
) -> tuple[float, int, int] | None:
    """`(gain, feature, last bin that goes left)` of the best split."""
    best: tuple[float, int, int] | None = None
    whole, bend = slope.sum(), curve.sum()
    count = len(slope)
    for feature in allowed:
        column = binned[:, feature]
        size = shape.bins
        left, weight = np.cumsum(np.bincount(column, slope, size)), np.cumsum(np.bincount(column, curve, size))
        rows = np.cumsum(np.bincount(column, minlength=size))
        fits = (rows >= shape.least) & (count - rows >= shape.least)
        if not fits.any():
            continue
        gain = left**2 / (weight + shape.ridge) + (whole - left) ** 2 / (bend - weight + shape.ridge)
        gain = np.where(fits, gain - whole**2 / (bend + shape.ridge), -1.0)
        at = int(np.argmax(gain))
        if gain[at] > 1e-3 and (best is None or gain[at] > best[0]):
            best = (float(gain[at]), int(feature), at)
    return best
