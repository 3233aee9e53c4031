"""Token arrays of a language's files and the query on them: where has this left context been seen before?

A base segment is immutable, memory-mapped and has a suffix array over left contexts; files saved since are a second
segment that is scanned; files of the base that changed or vanished are masked. Loaded lazily: this module needs numpy.
Positions are sorted by (word before, word before that, ...) to 32 words with prefix doubling (Karp, Miller,
Rosenberg 1972; Manber, Myers 1990).
"""

from __future__ import annotations

import bisect
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

DEPTH: Final = 32
"""Words of left context that the order of a segment tells apart."""

WHOLE: Final = 400
"""A range of at most so many positions is taken whole; a larger one is sampled."""

_SAMPLE: Final = 200
_THIN: Final = 8
_UNSORTED: Final = 4000
_PLENTY: Final = 60
_LEVELS: Final = 3
"""Sampled orders that are kept, the deepest: what shallower ones say hardly counts beside them."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Token streams of some files in a row, `DEPTH` pads (-1) in front.

    `words`, `shapes` int32 ids, `spaces` uint8, `lines` int32, `owner` int32 (version id of the file). `order`:
    positions sorted by left context, `first`: where the positions begin whose word before is w; both None when
    scanned. `shape_order` and `shape_first` are the same for the shapes.
    """

    words: Array
    shapes: Array
    spaces: Array
    lines: Array
    owner: Array
    order: Array | None = None
    first: Array | None = None
    shape_order: Array | None = None
    shape_first: Array | None = None

    def by_shape(self) -> Segment:
        """The same positions with the shapes as words."""
        return Segment(self.shapes, self.words, self.spaces, self.lines, self.owner, self.shape_order, self.shape_first)


@dataclass(frozen=True, slots=True)
class Hits:
    """Positions whose left context agrees with the query's in `lengths` words.

    They speak for the orders `low` to `high` (a sample speaks for one order); each stands for `scale` positions.
    """

    at: Array
    lengths: Array
    low: int
    high: int
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Trail:
    """Some `Hits` of one segment in a row, so that each step is taken by all at once.

    `after`: the word at each position, which is what came next. `parts`: `(low, high, scale)` of each hits, and `stops`
    where it ends in the arrays.
    """

    at: Array
    lengths: Array
    after: Array
    parts: tuple[tuple[int, int, float], ...]
    stops: Array


def trail(segment: Segment, found: Sequence[Hits]) -> Trail:
    """What `find` found, in a row."""
    at = np.concatenate([np.zeros(0, np.int32), *(hits.at for hits in found)])
    lengths = np.concatenate([np.zeros(0, np.int32), *(hits.lengths for hits in found)])
    parts = tuple((hits.low, hits.high, hits.scale) for hits in found)
    return Trail(at, lengths, segment.words.take(at), parts, np.cumsum([len(hits.at) for hits in found], dtype=np.intp))


def find(segment: Segment, context: Array, depth: int = DEPTH) -> list[Hits]:
    """Where the words of `context` (last one nearest) stand before a position, deepest match first."""
    if not len(context) or len(segment.words) <= DEPTH:
        return []
    if segment.order is None:
        at = np.flatnonzero(segment.words[DEPTH:-1] == context[-1]) + DEPTH + 1
        return [Hits(at, _lengths(segment.words, at, context, 1, depth), 1, depth)] if len(at) else []
    return _narrow(segment, context, depth)


def follow(
    segment: Segment, before: Trail, context: Array, behind: dict[int, Trail | None], depth: int = DEPTH
) -> Trail:
    """As `find`, from what was found for the context without its last word: the positions where that word came next.

    Exact where `before` was taken whole; where only a thin sample would be left, `find` looks again. `behind`: what was
    found for single words so far.
    """
    word = int(context[-1])
    keep = (before.after == word).nonzero()[0]
    at = before.at.take(keep) + 1
    if word == segment.words[-1] and (last := at == len(segment.words)).any():
        keep, at = keep[~last], at[~last]  # nothing follows the end
    parts: list[tuple[int, int, float]] = []
    stops: list[int] = []
    begin = 0
    for (low, high, scale), stop in zip(before.parts, keep.searchsorted(before.stops).tolist(), strict=True):
        if high > low > 1 and stop - begin < _THIN:
            return trail(segment, find(segment, context, depth))
        if stop > begin:
            most = depth if high > low else min(high + 1, depth)
            parts.append((min(low + 1, most), most, scale))
            stops.append(stop)
        begin = stop
    lengths = np.minimum(before.lengths.take(keep) + 1, depth)
    after = segment.words.take(at)
    if len(at) < _PLENTY:  # else what follows the word alone would hardly count beside so many deeper matches
        if word not in behind:
            behind[word] = _behind(segment, word)
        alone = behind[word]
        if alone is not None:
            stops.append(len(at) + len(alone.at))
            parts += alone.parts
            at = np.concatenate([at, alone.at])
            lengths, after = np.concatenate([lengths, alone.lengths]), np.concatenate([after, alone.after])
    return Trail(at, lengths, after, tuple(parts), np.array(stops, np.intp))


def _behind(segment: Segment, word: int) -> Trail | None:
    """Positions behind a word, at most a sample of them."""
    scale = 1.0
    if segment.order is None or segment.first is None:
        every = np.flatnonzero(segment.words[DEPTH:-1] == word) + DEPTH + 1
    elif 0 <= word < len(segment.first) - 1:
        every = segment.order[int(segment.first[word]) : int(segment.first[word + 1])]
    else:
        return None
    if len(every) > WHOLE:
        scale = len(every) / _SAMPLE
        every = every[(np.arange(_SAMPLE) * scale).astype(np.int64)]
    return trail(segment, [Hits(every, np.ones(len(every), np.int32), 1, 1, scale)]) if len(every) else None


def _narrow(segment: Segment, context: Array, depth: int) -> list[Hits]:
    words, order, first = segment.words, segment.order, segment.first
    assert order is not None
    assert first is not None
    last = int(context[-1])
    if last >= len(first) - 1:
        return []
    low, high, n = int(first[last]), int(first[last + 1]), 1
    sampled: list[Hits] = []
    reach = min(depth, len(context))
    while high - low > WHOLE:
        step = (high - low) / _SAMPLE
        at = order[low + (np.arange(_SAMPLE) * step).astype(np.int64)]
        sampled.append(Hits(at, np.full(_SAMPLE, n, np.int32), n, n, step))
        if n == reach:
            return sampled[: -_LEVELS - 1 : -1]
        n += 1
        target = int(context[-n])
        where = range(low, high)

        def word(i: int, n: int = n) -> int:
            return int(words[int(order[i]) - n])

        low, high = (
            low + bisect.bisect_left(where, target, key=word),
            low + bisect.bisect_right(where, target, key=word),
        )
    if high > low:
        at = np.asarray(order[low:high])
        sampled.append(Hits(at, _lengths(words, at, context, n, depth), n, depth))
    return sampled[: -_LEVELS - 1 : -1]


def _lengths(words: Array, at: Array, context: Array, known: int, depth: int) -> Array:
    """How many words before each position agree with the context, `known` of them already sure."""
    lengths = np.full(len(at), known, np.int32)
    alive = np.arange(len(at))
    here = at
    for n in range(known + 1, min(depth, len(context), DEPTH) + 1):
        same = words[here - n] == context[-n]
        alive, here = alive[same], here[same]
        if not len(alive):
            break
        lengths[alive] = n
    return lengths


def segment(streams: Sequence[tuple[int, bytes, bytes, bytes, bytes]]) -> Segment:
    """Streams `(file version, int32 words, int32 shapes, uint8 spaces, int32 lines)` as one segment, to be scanned."""
    pad = np.full(DEPTH, -1, np.int32)

    def column(n: int, kind: type[np.generic], ahead: Array) -> Array:
        return np.concatenate([ahead, *(np.frombuffer(cast("bytes", row[n]), kind) for row in streams)])

    words, shapes = column(1, np.int32, pad), column(2, np.int32, pad)
    spaces, lines = column(3, np.uint8, np.zeros(DEPTH, np.uint8)), column(4, np.int32, pad)
    owner = np.repeat(np.array([-1, *(row[0] for row in streams)], np.int32), [DEPTH, *(len(r[3]) for r in streams)])
    return Segment(words, shapes, spaces, lines, owner)


def ordered(made: Segment, size: int) -> Segment:
    """The segment with its orders; `size`: number of word ids."""
    order, first = _ordered(made.words, size)
    shape_order, shape_first = _ordered(made.shapes, size)
    return Segment(made.words, made.shapes, made.spaces, made.lines, made.owner, order, first, shape_order, shape_first)


def _ordered(words: Array, size: int) -> tuple[Array, Array]:
    """`(order, first)` of a stream of word ids below `size`."""
    often = np.bincount(words[DEPTH - 1 : -1] + 1, minlength=size + 1)
    return _sorted(words), np.cumsum(often[: size + 1])


def _sorted(words: Array) -> Array:
    """Positions from `DEPTH` on by left context, ties by position (so that equal indexes give equal bytes).

    The positions sorted to a depth, moved on by that depth, are in order of what stands behind it: what is left of a
    round is a stable sort by rank, and only of positions whose rank is not theirs alone.
    """
    count = len(words)
    rank = np.zeros(count, np.int32)
    rank[1:] = words[:-1] + 2
    order, label = _by_rank(np.arange(count, dtype=np.int32), rank)
    placed, slots, known = order, np.arange(count, dtype=np.int32), 1
    starts = _starts(label)
    shared = np.ones(count, bool)
    while known < DEPTH:
        sizes = np.diff(starts, append=len(placed))
        rank[placed] = np.repeat(slots[starts] + 1, sizes)
        more = np.repeat(sizes > 1, sizes)
        shared[placed] = more
        slots = slots[more]
        if not len(slots):
            break
        moved = np.concatenate([np.arange(known, dtype=np.int32), order[order < count - known] + np.int32(known)])
        moved = moved[shared[moved]]
        placed, label = _by_rank(moved, rank[moved])
        behind = rank[placed - known]
        behind[placed < known] = 0
        starts = _starts(label, behind)
        order[slots] = placed
        known *= 2
    return order[order >= DEPTH]


def _by_rank(positions: Array, rank: Array) -> tuple[Array, Array]:
    """Positions and their ranks in order of rank, stable: by halves of 16 bits, which numpy sorts without comparing."""
    at = np.argsort(rank.astype(np.uint16), kind="stable")
    if len(rank) and int(rank.max()) >> 16:
        at = at[np.argsort((rank >> 16).astype(np.uint16)[at], kind="stable")]
    return positions[at], rank[at]


def _starts(*columns: Array) -> Array:
    """Where runs of rows that are equal in all columns begin."""
    fresh = np.ones(len(columns[0]), bool)
    np.not_equal(columns[0][1:], columns[0][:-1], out=fresh[1:])
    for column in columns[1:]:
        fresh[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(fresh).astype(np.int32)


_FIELDS: Final = ("words", "shapes", "spaces", "lines", "owner", "order", "first", "shape_order", "shape_first")


def save(made: Segment, folder: Path) -> None:
    """Write a segment's arrays; the folder appears whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".new-"))
    for name in _FIELDS:
        np.save(fresh / f"{name}.npy", getattr(made, name))
    if folder.exists():
        shutil.rmtree(folder)
    fresh.rename(folder)


def load(folder: Path) -> Segment | None:
    """A saved segment, memory-mapped; None when it is missing or damaged."""
    try:
        # A plain view of the map: numpy's memmap class would cost a microsecond an access.
        arrays = [
            np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False).view(np.ndarray) for name in _FIELDS
        ]
    except (OSError, ValueError, EOFError):
        return None
    return Segment(*arrays) if len({len(a) for a in arrays[:5]}) == 1 else None


class Spelling:
    """A growing list of words, sorted when first asked, and again when many more have come."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._table: list[int] = []
        self._sorted = 0

    def starting(self, start: str) -> list[int]:
        """The ids of the words that begin with `start`, in no particular order."""
        words = self._words
        if not self._sorted or len(words) - self._sorted > _UNSORTED:
            self._table = sorted(range(len(words)), key=words.__getitem__)
            self._sorted = len(words)
        low = bisect.bisect_left(self._table, start, key=words.__getitem__)
        high = bisect.bisect_left(self._table, start + "\U0010ffff", low, key=words.__getitem__)
        return self._table[low:high] + [n for n in range(self._sorted, len(words)) if words[n].startswith(start)]


@dataclass(frozen=True, slots=True)
class Corpus:
    """All token streams of a language family at one moment.

    `words` is the list of all words by id (it only grows), `ids` its inverse, `live` the relative path of each
    current file version; a position whose owner is not in `live` is stale.
    """

    words: Sequence[str]
    ids: Mapping[str, int]
    live: Mapping[int, str]
    segments: tuple[Segment, ...]
    counts: Array
    """How often each word id occurs (the unigram)."""
    cache: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """For what an engine derives from this very corpus for a path."""
    spelling: Spelling = field(default_factory=lambda: Spelling(()), compare=False, repr=False)
    """The words by their letters."""

    def spelt(self, start: str, most: int) -> list[int]:
        """The most frequent words that begin with `start`."""
        found = [n for n in self.spelling.starting(start) if n < len(self.counts) and self.counts[n] > 0]
        return sorted(found, key=lambda n: (-int(self.counts[n]), self.words[n]))[:most]


def join(
    words: Sequence[str],
    ids: Mapping[str, int],
    live: Mapping[int, str],
    segments: Sequence[Segment],
    spelling: Spelling | None = None,
) -> Corpus:
    """A corpus of these segments; its unigram counts every segment, stale files too (they fade at the next base)."""
    counts = np.zeros(len(words), np.int64)
    for part in segments:
        body = part.words[DEPTH:]
        counts += np.bincount(body, minlength=len(words))[: len(words)]
    return Corpus(words, ids, live, tuple(segments), counts, spelling=spelling or Spelling(words))


def distinct(values: Array) -> tuple[Array, Array]:
    """As `numpy.unique` with `return_inverse`, without what that asks first: these arrays are short and many."""
    order = values.argsort(kind="stable")  # quicker than the default on some machines
    ordered = values[order]
    fresh = np.empty(len(values), bool)
    fresh[:1] = True
    np.not_equal(ordered[1:], ordered[:-1], out=fresh[1:])
    inverse = np.empty(len(values), np.intp)
    inverse[order] = fresh.cumsum() - 1
    return ordered[fresh], inverse
