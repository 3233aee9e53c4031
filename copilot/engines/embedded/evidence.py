"""What positions with the same left context say comes next: counts of every order, smoothed from the lowest up.

After Witten and Bell (1991), for the open file, for the other files, and for both together at once. Absent on purpose:
where the positions come from (`copilot.context.corpus`) and how the three are weighed (`mixing`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from copilot.context.corpus import Hits, Segment

Array = NDArray[Any]

ORDER: Final = 16
OPEN_FILE, SAME_FOLDER, ELSEWHERE = 8.0, 2.0, 1.0
"""What an occurrence counts by where it is."""


@dataclass(frozen=True, slots=True)
class Source:
    """A segment with the weight of each position's file (`by_owner`) or of each position (`by_position`)."""

    segment: Segment
    by_owner: Array | None = None
    by_position: Array | None = None

    def by_shape(self) -> Source:
        """The same positions, found by shape; the open file does not fade there (names may be old, shapes stay)."""
        flat = None if self.by_position is None else np.minimum(self.by_position * OPEN_FILE, OPEN_FILE)
        return Source(self.segment.by_shape(), self.by_owner, flat)

    def weights(self, at: Array) -> Array:
        """The weight of each position; 0 hides it."""
        if self.by_position is not None:
            return np.asarray(self.by_position[at])
        assert self.by_owner is not None
        return np.asarray(self.by_owner[self.segment.owner[at]])


@dataclass(frozen=True, slots=True)
class Evidence:
    """Probabilities of words by the open file, by the others, by all (three rows); the deepest match of the first two."""

    ids: Array
    p: Array
    blank: Array
    reach: tuple[int, int]


def evidence(sources: Sequence[Source], found: Sequence[Sequence[Hits]], base: Callable[[Array], Array]) -> Evidence:
    """What these hits say comes next, smoothed: by the open file (the first source), the others, and all together."""
    seen: list[tuple[Hits, Array, Array, Array]] = []
    groups: list[int] = []
    reach = [0, 0]
    for number, (source, of_source) in enumerate(zip(sources, found, strict=True)):
        group = min(number, 1)
        for hits in of_source:
            weights = source.weights(hits.at)
            keep = weights > 0
            kept = hits
            if not keep.all():
                if not keep.any():
                    continue
                kept = Hits(hits.at[keep], hits.lengths[keep], hits.low, hits.high, hits.scale)
                weights = weights[keep]
            reach[group] = max(reach[group], int(kept.lengths.max()))
            at = kept.at
            seen.append((kept, weights * hits.scale, source.segment.words[at], source.segment.spaces[at] > 0))
            groups.append(group)
    if not seen:
        return Evidence(np.zeros(0, np.int64), np.zeros((3, 0)), np.zeros(0), (0, 0))
    ids, inverse = np.unique(np.concatenate([row[2] for row in seen]), return_inverse=True)
    every = np.concatenate([row[1] for row in seen])
    spaced = np.bincount(inverse, every * np.concatenate([row[3] for row in seen]), len(ids))
    blank = spaced / np.bincount(inverse, every, len(ids))
    counts = np.zeros((3, ORDER + 1, len(ids)))
    start = 0
    for row, group in zip(seen, groups, strict=True):
        _count(counts[group], row, inverse[start : start + len(row[1])])
        start += len(row[1])
    counts[2] = counts[0] + counts[1]
    p = _smooth(counts, base(ids), max(reach))
    known = ids >= 0
    if not known.all():
        ids, p, blank = ids[known], p[:, known], blank[known]
    p[0] *= counts[0].sum(axis=0)[known] > 0
    p[1] *= counts[1].sum(axis=0)[known] > 0
    return Evidence(ids, p, blank, (reach[0], reach[1]))


def _count(counts: Array, row: tuple[Hits, Array, Array, Array], columns: Array) -> None:
    """Add weighted counts by order (row) and word (column). Row 0 stays empty: the unigram is known."""
    hits, weights = row[0], row[1]
    size = counts.shape[1]
    if hits.low == hits.high:
        if hits.low <= ORDER:
            counts[hits.low] += np.bincount(columns, weights, size)
        return
    rows = np.minimum(hits.lengths, ORDER)
    table = np.bincount(rows * size + columns, weights, (ORDER + 1) * size).reshape(ORDER + 1, size)
    low = min(hits.low, ORDER)
    counts[low:] += np.cumsum(table[::-1], axis=0)[::-1][low:]


def _smooth(counts: Array, base: Array, reach: int) -> Array:
    """Witten-Bell from order 1 up, for each of the stacked counts (group, order, word).

    p_n = (c_n + D_n p_{n-1}) / (N_n + D_n), D_n the number of distinct successors; an order without counts says nothing.
    """
    totals = counts.sum(axis=2)
    distinct = (counts > 0).sum(axis=2)
    whole = totals + distinct
    held = np.where(whole > 0, distinct / np.maximum(whole, 1e-12), 1.0)[:, :, None]
    counts = counts / np.maximum(whole, 1e-12)[:, :, None]
    p = np.broadcast_to(base, (len(counts), len(base)))
    for n in range(1, min(reach, ORDER) + 1):
        p = counts[:, n] + held[:, n] * p
    return np.array(p)
