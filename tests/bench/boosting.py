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


Sums = np.ndarray
"""Slope, curve and rows (three planes) by feature and bin."""


def _tree(
    binned: np.ndarray, cuts: list[np.ndarray], slope: np.ndarray, curve: np.ndarray, allowed: np.ndarray, shape: Shape
) -> tuple[list[Node], np.ndarray]:
    """One tree and the leaf of each row."""
    leaf = np.zeros(len(binned), np.int64)
    nodes: list[Node] = [[0.0]]
    rows_of = {0: np.arange(len(binned))}
    sums_of: dict[int, Sums] = {}
    waiting: list[tuple[float, int, int, int]] = []
    part = binned[:, allowed] + np.arange(len(allowed)) * shape.bins

    def summed(rows: np.ndarray) -> Sums:
        size, places = len(allowed) * shape.bins, part[rows].ravel()
        planes = (np.bincount(places, np.repeat(of[rows], len(allowed)), size) for of in (slope, curve))
        return np.stack([*planes, np.bincount(places, minlength=size)]).reshape(3, len(allowed), shape.bins)

    def consider(node: int, sums: Sums) -> None:
        whole, bend, _ = sums[:, 0].sum(axis=1)
        nodes[node] = [shape.rate * whole / (bend + shape.ridge)]
        sums_of[node] = sums
        found = _split(sums, shape)
        if found is not None:
            heapq.heappush(waiting, (-found[0], node, int(allowed[found[1]]), found[2]))

    consider(0, summed(rows_of[0]))
    leaves = 1
    while waiting and leaves < shape.leaves:
        _, node, feature, at = heapq.heappop(waiting)
        rows = rows_of.pop(node)
        goes_left = binned[rows, feature] <= at
        left, right = len(nodes), len(nodes) + 1
        nodes += [[0.0], [0.0]]
        nodes[node] = [int(feature), float(cuts[feature][at]), left, right]
        rows_of[left], rows_of[right] = rows[goes_left], rows[~goes_left]
        # The sums of the larger side are what the smaller one leaves.
        small, large = sorted((left, right), key=lambda side: len(rows_of[side]))
        sums = summed(rows_of[small])
        rest = sums_of.pop(node) - sums
        consider(small, sums)
        consider(large, rest)
        leaves += 1
    for node, rows in rows_of.items():
        leaf[rows] = node
    return nodes, leaf


def _split(sums: Sums, shape: Shape) -> tuple[float, int, int] | None:
    """`(gain, place of the feature, last bin that goes left)` of the best split."""
    whole, bend, count = sums[:, 0].sum(axis=1)
    left, weight, rows = np.cumsum(sums, axis=2)
    fits = (rows >= shape.least) & (count - rows >= shape.least)
    if not fits.any():
        return None
    gain = left**2 / (weight + shape.ridge) + (whole - left) ** 2 / (bend - weight + shape.ridge)
    gain = np.where(fits, gain - whole**2 / (bend + shape.ridge), -1.0)
    feature, at = divmod(int(gain.argmax()), gain.shape[1])
    return (float(gain[feature, at]), feature, at) if gain[feature, at] > 1e-3 else None
