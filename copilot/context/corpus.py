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


def find(segment: Segment, context: Array, depth: int = DEPTH) -> list[Hits]:
    """Where the words of `context` (last one nearest) stand before a position, deepest match first."""
    if not len(context) or len(segment.words) <= DEPTH:
        return []
    if segment.order is None:
        at = np.flatnonzero(segment.words[DEPTH:-1] == context[-1]) + DEPTH + 1
        return [Hits(at, _lengths(segment.words, at, context, 1, depth), 1, depth)] if len(at) else []
    return _narrow(segment, context, depth)


def follow(segment: Segment, before: Sequence[Hits], context: Array, depth: int = DEPTH) -> list[Hits]:
    """As `find`, from what was found for the context without its last word: the positions where that word came next.

    Exact where `before` was taken whole; where only a thin sample would be left, `find` looks again.
    """
    word = context[-1]
    found: list[Hits] = []
    for hits in before:
        keep = segment.words[hits.at] == word
        keep &= hits.at < len(segment.words) - 1
        at = hits.at[keep] + 1
        if hits.high > hits.low and hits.low > 1 and len(at) < _THIN:
            return find(segment, context, depth)
        if len(at):
            lengths = np.minimum(hits.lengths[keep] + 1, depth)
            high = depth if hits.high > hits.low else min(hits.high + 1, depth)
            found.append(Hits(at, lengths, min(hits.low + 1, high), high, hits.scale))
    if sum(len(hits.at) for hits in found) >= _PLENTY:
        return found  # what follows the word alone would hardly count beside so many deeper matches
    every, scale = _behind(segment, int(word))
    if len(every):
        found.append(Hits(every, np.ones(len(every), np.int32), 1, 1, scale))
    return found


def _behind(segment: Segment, word: int) -> tuple[Array, float]:
    """Positions behind a word, at most a sample of them, and how many each stands for."""
    if segment.order is None or segment.first is None:
        every = np.flatnonzero(segment.words[DEPTH:-1] == word) + DEPTH + 1
    elif 0 <= word < len(segment.first) - 1:
        every = segment.order[int(segment.first[word]) : int(segment.first[word + 1])]
    else:
        return np.zeros(0, np.int64), 1.0
    if len(every) <= WHOLE:
        return every, 1.0
    step = len(every) / _SAMPLE
    return every[(np.arange(_SAMPLE) * step).astype(np.int64)], step


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


def segment(streams: Sequence[tuple[int, bytes, bytes, bytes, bytes]], *, size: int = 0) -> Segment:
    """Streams `(file version, int32 words, int32 shapes, uint8 spaces, int32 lines)` as one segment.

    `size`: number of word ids; when given the segment gets its orders, otherwise it is to be scanned.
    """
    pad = np.full(DEPTH, -1, np.int32)

    def column(n: int, kind: type[np.generic], ahead: Array) -> Array:
        return np.concatenate([ahead, *(np.frombuffer(cast("bytes", row[n]), kind) for row in streams)])

    words, shapes = column(1, np.int32, pad), column(2, np.int32, pad)
    spaces, lines = column(3, np.uint8, np.zeros(DEPTH, np.uint8)), column(4, np.int32, pad)
    owner = np.repeat(np.array([-1, *(row[0] for row in streams)], np.int32), [DEPTH, *(len(r[3]) for r in streams)])
    if not size:
        return Segment(words, shapes, spaces, lines, owner)
    return Segment(words, shapes, spaces, lines, owner, *_ordered(words, size), *_ordered(shapes, size))


def _ordered(words: Array, size: int) -> tuple[Array, Array]:
    """`(order, first)` of a stream of word ids below `size`."""
    order = _sorted(words)
    first = np.searchsorted(words[order - 1], np.arange(size + 1)).astype(np.int64)
    return order.astype(np.int32), first


def _sorted(words: Array) -> Array:
    """Positions from `DEPTH` on by left context, ties by position (so that equal indexes give equal bytes)."""
    count = len(words)
    rank = np.empty(count, np.int64)
    rank[0] = 0
    rank[1:] = words[:-1].astype(np.int64) + 2
    known = 1
    while True:
        shifted = np.zeros(count, np.int64)
        if known < count:
            shifted[known:] = rank[:-known]
        key = rank * (int(rank.max()) + 1) + shifted
        order = np.argsort(key, kind="stable")
        step = np.empty(count, np.int64)
        step[0] = 1
        ordered = key[order]
        step[1:] = ordered[1:] != ordered[:-1]
        rank = np.empty(count, np.int64)
        rank[order] = np.cumsum(step)
        known *= 2
        if known >= DEPTH or int(step.sum()) == count:
            return order[order >= DEPTH]


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
