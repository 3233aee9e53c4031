"""Trees that mend a weighted sum: gradient boosting on lists, of each of which one row is right (softmax loss).

Complete binary trees of four levels, grown level by level on binned values. Deterministic. After Friedman 2001 and, for the
loss on lists, Cao et al. 2007 (ListNet).
"""

from __future__ import annotations

from typing import Any

import numpy as np

DEPTH, BINS, TREES, RATE, RIDGE, LEAST = 4, 24, 64, 0.12, 20.0, 2.0
Lists = list[tuple[np.ndarray, int]]


def _edges(column: np.ndarray) -> np.ndarray:
    """Where the values of a column are cut: evenly among those that are not zero, and at zero."""
    filled = column[column != 0]
    if not len(filled):
        return np.zeros(0)
    zero = [0.0] if column.min() <= 0 else []
    return np.unique(np.concatenate([zero, np.quantile(filled, np.linspace(0, 1, BINS // 2 + 1)[:-1])]))[: BINS - 1]


def trees(lists: Lists, base: np.ndarray, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Trees to add to `values @ base`: the names and bounds of their splits level by level, and what each leaf adds."""
    rows = np.concatenate([values for values, _ in lists])
    starts = np.cumsum([0, *(len(values) for values, _ in lists)])
    owner = np.repeat(np.arange(len(lists)), np.diff(starts))
    right = np.zeros(len(rows))
    right[[starts[n] + which for n, (_, which) in enumerate(lists)]] = 1
    edges = [_edges(rows[:, f]) for f in range(rows.shape[1])]
    binned = np.stack([np.searchsorted(edge, rows[:, f], side="left") for f, edge in enumerate(edges)], 1)
    scores = rows @ base
    made = []
    for _ in range(TREES):
        shares = np.exp(scores - np.maximum.reduceat(scores, starts[:-1])[owner])
        shares /= np.add.reduceat(shares, starts[:-1])[owner]
        slope, bend = shares - right, shares * (1 - shares) + 1e-6
        node = np.zeros(len(rows), np.int64)
        splits: list[tuple[int, float]] = []
        for level in range(DEPTH):
            found = _splits(node, 2**level, binned, edges, slope, bend)
            splits += found
            which = np.array([f for f, _ in found])[node]
            bound = np.array([b for _, b in found])[node]
            node = node * 2 + (rows[np.arange(len(rows)), which] > bound)
        leaf = -RATE * np.bincount(node, slope, 2**DEPTH) / (np.bincount(node, bend, 2**DEPTH) + RIDGE)
        scores = scores + leaf[node]
        made.append(
            {
                "names": [names[f] for f, _ in splits],
                "above": [round(bound, 5) if np.isfinite(bound) else 1e9 for _, bound in splits],
                "adds": [round(value, 4) for value in leaf.tolist()],
            }
        )
    return made


def _splits(
    node: np.ndarray, count: int, binned: np.ndarray, edges: list[np.ndarray], slope: np.ndarray, bend: np.ndarray
) -> list[tuple[int, float]]:
    """The best `(column, bound)` of each node of a level."""
    best = np.full(count, 1e-9)
    column, bound = np.zeros(count, int), np.full(count, np.inf)
    whole, weight = np.bincount(node, slope, count), np.bincount(node, bend, count)
    for f, edge in enumerate(edges):
        bins = len(edge) + 1
        if bins < 2:
            continue
        key = node * bins + binned[:, f]
        low = np.cumsum(np.bincount(key, slope, count * bins).reshape(count, bins), 1)[:, :-1]
        mass = np.cumsum(np.bincount(key, bend, count * bins).reshape(count, bins), 1)[:, :-1]
        rest, left = whole[:, None] - low, weight[:, None] - mass
        gain = low**2 / (mass + RIDGE) + rest**2 / (left + RIDGE) - (whole**2 / (weight + RIDGE))[:, None]
        gain[(mass < LEAST) | (left < LEAST)] = -1
        at = gain.argmax(1)
        value = gain[np.arange(count), at]
        better = value > best
        best[better], column[better], bound[better] = value[better], f, edge[at[better]]
    return list(zip(column.tolist(), bound.tolist(), strict=True))
