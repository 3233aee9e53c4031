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
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

DEPTH: Final = 32
"""Words of left context that the order of a segment tells apart."""

WHOLE: Final = 1500
"""A range of at most so many positions is taken whole; a larger one is sampled."""

_SAMPLE: Final = 500


@dataclass(frozen=True, slots=True)
class Segment:
    """Token streams of some files in a row, `DEPTH` pads (-1) in front.

    `words` int32 ids, `spaces` uint8, `lines` int32, `owner` int32 (version id of the file). `order`: positions
    sorted by left context, `first`: where the positions begin whose word before is w; both None when scanned.
    """

    words: Array
    spaces: Array
    lines: Array
    owner: Array
    order: Array | None = None
    first: Array | None = None


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
            return sampled[::-1]
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
    return sampled[::-1]


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


def segment(streams: Sequence[tuple[int, bytes, bytes, bytes]], *, size: int = 0) -> Segment:
    """Streams `(file version, int32 words, uint8 spaces, int32 lines)` as one segment.

    `size`: number of word ids; when given the segment gets its order, otherwise it is to be scanned.
    """
    parts = [np.frombuffer(words, np.int32) for _, words, _, _ in streams]
    pad = np.full(DEPTH, -1, np.int32)
    words = np.concatenate([pad, *parts])
    spaces = np.concatenate([np.zeros(DEPTH, np.uint8), *(np.frombuffer(s, np.uint8) for _, _, s, _ in streams)])
    lines = np.concatenate([pad, *(np.frombuffer(n, np.int32) for _, _, _, n in streams)])
    owners = np.repeat(np.array([-1, *(row[0] for row in streams)], np.int32), [DEPTH, *map(len, parts)])
    if not size:
        return Segment(words, spaces, lines, owners)
    order = _sorted(words)
    before = words[order - 1]
    first = np.searchsorted(before, np.arange(size + 1)).astype(np.int64)
    return Segment(words, spaces, lines, owners, order.astype(np.int32), first)


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
        key = rank * (int(rank.max()) + 1) + shifted if known > 1 or count else rank
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


_FIELDS: Final = ("words", "spaces", "lines", "owner", "order", "first")


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
        arrays = [np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _FIELDS]
    except (OSError, ValueError, EOFError):
        return None
    return Segment(*arrays) if len({len(a) for a in arrays[:4]}) == 1 else None


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
    cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """Scratch for what an engine derives from this very corpus (spacing table, flags)."""


def join(words: Sequence[str], ids: Mapping[str, int], live: Mapping[int, str], segments: Sequence[Segment]) -> Corpus:
    """A corpus of these segments; its unigram counts every segment, stale files too (they fade at the next base)."""
    counts = np.zeros(len(words), np.int64)
    for part in segments:
        body = part.words[DEPTH:]
        counts += np.bincount(body, minlength=len(words))[: len(words)]
    return Corpus(words, ids, live, tuple(segments), counts)
