"""Trees that mend a weighted sum: gradient boosting on lists, of each of which one row is right (softmax loss).

Complete binary trees of four levels, grown level by level on binned values, each on some of the columns (Friedman 2001;
for the loss on lists, Cao et al. 2007, ListNet). A row may stand for several that were left out. Deterministic.
"""

from __future__ import annotations

from typing import Any

import numpy as np

DEPTH, BINS, TREES, RATE, RIDGE, LEAST = 4, 24, 96, 0.1, 20.0, 2.0
COLUMNS, SEED = 0.35, 5
Lists = list[tuple[np.ndarray, int, np.ndarray]]
"""The rows of a place, which one is right, and of how many rows each is one (as a logarithm)."""


def _edges(column: np.ndarray) -> np.ndarray:
    """Where the values of a column are cut: evenly among those that are not zero, and at zero."""
    filled = column[column != 0]
    if not len(filled):
        return np.zeros(0)
    zero = [0.0] if column.min() <= 0 else []
    return np.unique(np.concatenate([zero, np.quantile(filled, np.linspace(0, 1, BINS // 2 + 1)[:-1])]))[: BINS - 1]


def trees(lists: Lists, base: np.ndarray, names: tuple[str, ...]) -> list[dict[str, Any]]:
    """Trees to add to `values @ base`: the names and bounds of their splits level by level, and what each leaf adds."""
    rows = np.concatenate([values for values, _, _ in lists])
    starts = np.cumsum([0, *(len(values) for values, _, _ in lists)])
    owner = np.repeat(np.arange(len(lists)), np.diff(starts))
    chance = np.random.default_rng(SEED)
    right = np.zeros(len(rows))
    right[[starts[n] + which for n, (_, which, _) in enumerate(lists)]] = 1
    edges = [_edges(rows[:, f]) for f in range(rows.shape[1])]
    binned = np.stack([np.searchsorted(edge, rows[:, f], side="left") for f, edge in enumerate(edges)], 1)
    scores = rows @ base + np.concatenate([weight for _, _, weight in lists])
    made = []
    for _ in range(TREES):
        shares = np.exp(scores - np.maximum.reduceat(scores, starts[:-1])[owner])
        shares /= np.add.reduceat(shares, starts[:-1])[owner]
        slope, bend = shares - right, shares * (1 - shares) + 1e-6
        some = np.sort(chance.permutation(rows.shape[1])[: int(COLUMNS * rows.shape[1])])
        node = np.zeros(len(rows), np.int64)
        splits: list[tuple[int, float]] = []
        for level in range(DEPTH):
            found = _splits(node, 2**level, binned, edges, slope, bend, some)
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


def mended(values: np.ndarray, made: list[dict[str, Any]], names: tuple[str, ...]) -> np.ndarray:
    """What the trees add to each row."""
    where = {name: n for n, name in enumerate(names)}
    scores = np.zeros(len(values))
    for tree in made:
        columns, bounds = np.array([where[name] for name in tree["names"]]), np.array(tree["above"])
        node, first = np.zeros(len(values), np.int64), 0
        for level in range(DEPTH):
            at = first + node
            node = node * 2 + (values[np.arange(len(values)), columns[at]] > bounds[at])
            first += 2**level
        scores += np.array(tree["adds"])[node]
    return scores


def _splits(
    node: np.ndarray,
    count: int,
    binned: np.ndarray,
    edges: list[np.ndarray],
    slope: np.ndarray,
    bend: np.ndarray,
    some: np.ndarray,
) -> list[tuple[int, float]]:
    """The best `(column, bound)` of each node of a level, of some columns."""
    best = np.full(count, 1e-9)
    column, bound = np.zeros(count, int), np.full(count, np.inf)
    whole, weight = np.bincount(node, slope, count), np.bincount(node, bend, count)
    for f in some.tolist():
        edge = edges[f]
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
