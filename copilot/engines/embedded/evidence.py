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

from copilot.context.corpus import Segment, Trail, distinct

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
            return self.by_position.take(at)
        assert self.by_owner is not None
        return self.by_owner.take(self.segment.owner.take(at))


@dataclass(frozen=True, slots=True)
class Evidence:
    """Probabilities of words by the open file, by the others, by all (three rows); the deepest match of the first two."""

    ids: Array
    p: Array
    blank: Array
    reach: tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Said:
    """What the hits of a source that are not hidden say: as in `Trail`, with weights, and whether a blank stood before."""

    group: int
    parts: tuple[tuple[int, int, float], ...]
    stops: list[int]
    lengths: Array
    words: Array
    weights: Array
    spaced: Array


def _said(source: Source, found: Trail, group: int) -> _Said | None:
    weights, at, lengths, after, stops = source.weights(found.at), found.at, found.lengths, found.after, found.stops
    keep = weights > 0
    if not keep.all():
        kept = keep.nonzero()[0]
        weights, at, lengths, after = weights.take(kept), at.take(kept), lengths.take(kept), after.take(kept)
        stops = kept.searchsorted(stops)
    if not len(at):
        return None
    if any(scale != 1 for _, _, scale in found.parts):
        scales = np.array([scale for _, _, scale in found.parts], weights.dtype)
        weights = weights * scales.repeat(np.diff(stops, prepend=0))
    return _Said(group, found.parts, stops.tolist(), lengths, after, weights, source.segment.spaces.take(at) > 0)


def evidence(sources: Sequence[Source], found: Sequence[Trail], base: Callable[[Array], Array]) -> Evidence:
    """What these hits say comes next, smoothed: by the open file (the first source), the others, and all together."""
    seen: list[_Said] = []
    reach = [0, 0]
    for number, (source, of_source) in enumerate(zip(sources, found, strict=True)):
        said = _said(source, of_source, min(number, 1)) if len(of_source.at) else None
        if said is not None:
            reach[said.group] = max(reach[said.group], int(said.lengths.max()))
            seen.append(said)
    if not seen:
        return Evidence(np.zeros(0, np.int64), np.zeros((3, 0)), np.zeros(0), (0, 0))
    ids, inverse = distinct(np.concatenate([row.words for row in seen]))
    every = np.concatenate([row.weights for row in seen])
    spaced = np.bincount(inverse, every * np.concatenate([row.spaced for row in seen]), len(ids))
    blank = spaced / np.bincount(inverse, every, len(ids))
    counts = np.zeros((3, min(max(reach), ORDER) + 1, len(ids)))  # deeper orders have seen nothing
    start = 0
    for said in seen:
        begin = 0
        for (low, high, _), stop in zip(said.parts, said.stops, strict=True):
            if stop > begin:
                part = slice(begin, stop)
                columns = inverse[start + begin : start + stop]
                _count(counts[said.group], low, high, said.lengths[part], said.weights[part], columns)
            begin = stop
        start += begin
    np.add(counts[0], counts[1], out=counts[2])
    p = _smooth(counts, base(ids))
    known = ids >= 0
    if not known.all():
        ids, p, blank = ids[known], p[:, known], blank[known]
    p[:2] *= np.asarray(counts[:2].any(axis=1))[:, known]
    return Evidence(ids, p, blank, (reach[0], reach[1]))


def _count(counts: Array, low: int, high: int, lengths: Array, weights: Array, columns: Array) -> None:
    """Add weighted counts by order (row) and word (column). Row 0 stays empty: the unigram is known."""
    orders, size = counts.shape
    if low == high:
        if low < orders:
            counts[low] += np.bincount(columns, weights, size)
        return
    rows = np.minimum(lengths, orders - 1)
    table = np.bincount(rows * size + columns, weights, orders * size).reshape(orders, size)
    low = min(low, orders - 1)
    for n in range(orders - 1, low, -1):  # what agrees in n words agrees in fewer, too
        table[n - 1] += table[n]
    counts[low:] += table[low:]


def _smooth(counts: Array, base: Array) -> Array:
    """Witten-Bell from order 1 up, for each of the stacked counts (group, order, word).

    p_n = (c_n + D_n p_{n-1}) / (N_n + D_n), D_n the number of distinct successors; an order without counts says nothing.
    """
    various = np.count_nonzero(counts, axis=2)
    whole = counts.sum(axis=2) + various
    held = np.where(whole > 0, various / np.maximum(whole, 1e-12), 1.0)[:, :, None]
    counts = counts / np.maximum(whole, 1e-12)[:, :, None]
    p = np.empty((len(counts), len(base)))
    p[:] = base
    for n in range(1, counts.shape[1]):
        p *= held[:, n]
        p += counts[:, n]
    return p
