"""What word comes next: an n-gram model of unbounded order over the open buffer and the repository's token streams.

Counts of every order 0..16 are weighted by where a context was seen (open file 8, same folder 2, elsewhere 1) and
smoothed bottom up after Witten and Bell (1991). The nested cache follows Hellendoorn and Devanbu (2017).
One `Model` serves one request; it is not shared between threads. Absent on purpose: whole lines (`lines`).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from copilot.context.corpus import DEPTH, Corpus, Hits, Segment, find, follow
from copilot.context.tokens import NEW_NAME, REFERENCE, SOME_NUMBER, SOME_STRING, Tokens, shape

Array = NDArray[Any]

ORDER: Final = 16
OPEN_FILE, SAME_FOLDER, ELSEWHERE = 8.0, 2.0, 1.0
_FADE: Final = 600.0
"""Words after which an occurrence in the open file has lost most of its recency."""

_LOCAL: Final = 1 << 30
"""First id of words that only the open buffer has."""

_PATHS: Final = 32
"""Files for which a corpus keeps the weights of all others."""

_UNSEEN: Final = 1e-7
_SHAPE_BASE: Final = 1e-4
_SHAPE_SHARE: Final = 0.35
"""How much the shapes say in the mix with the words."""


class Vocabulary:
    """Word ids of the repository, extended by the buffer's own words for the time of one request."""

    def __init__(self, corpus: Corpus | None) -> None:
        self._words: Sequence[str] = corpus.words if corpus is not None else ()
        self._ids = corpus.ids if corpus is not None else {}
        self._size = len(corpus.counts) if corpus is not None else 0
        self._local: list[str] = []
        self._local_ids: dict[str, int] = {}

    def id(self, word: str) -> int:
        """The id of a word, a new local one when it is unknown."""
        known = self._ids.get(word)
        if known is not None and known < self._size:
            return known
        found = self._local_ids.get(word)
        if found is None:
            found = self._local_ids[word] = _LOCAL + len(self._local)
            self._local.append(word)
        return found

    def word(self, number: int) -> str:
        """The word of an id that this request has seen."""
        return self._local[number - _LOCAL] if number >= _LOCAL else self._words[number]


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
class Next:
    """Words that may follow, most probable first, with probability and how often (0..1) a blank stands before each."""

    ids: Array
    p: Array
    blank: Array


@dataclass(frozen=True, slots=True)
class Past:
    """What stands before the next word: word ids and shape ids (nearest last), and the recent names, latest first."""

    words: tuple[int, ...]
    shapes: tuple[int, ...]
    recent: tuple[str, ...]


def buffer(before: Tokens, after: Tokens, extra: Sequence[str], vocabulary: Vocabulary) -> Source:
    """The open file as a source; the text after the caret's line comes first in the array, the caret is at its end.

    `extra` words (an indent) belong behind `before`. The weight fades with the true distance from the caret.
    """
    number = vocabulary.id
    # The first two words behind the caret are a file start and an indent that is relative to nothing.
    tail, tail_shapes = ([-1, -1, *map(number, words[2:])] for words in (after.words, after.shapes))
    head, head_shapes = ([*map(number, words), *map(number, extra)] for words in (before.words, before.shapes))
    pad = [-1] * DEPTH
    spaces = np.frombuffer(bytes(DEPTH) + _fit(after.spaces, len(tail)) + _fit(before.spaces, len(head)), np.uint8)
    lines = np.array(pad + _padded(after.lines, len(tail)) + _padded(before.lines, len(head)), np.int32)
    age = np.concatenate([np.zeros(DEPTH), np.arange(len(tail)), np.arange(len(head))[::-1]])
    weights = OPEN_FILE * (0.5 + 0.5 * np.exp(-age / _FADE))
    owner = np.full(DEPTH + len(tail) + len(head), -1, np.int32)
    owner[DEPTH + len(tail) :] = 0  # tells the text before the caret from the text after it
    words = np.array(pad + tail + head, np.int32)
    shapes = np.array(pad + tail_shapes + head_shapes, np.int32)
    return Source(Segment(words, shapes, spaces, lines, owner), by_position=weights)


def past(before: Tokens, extra: Sequence[str], recent: Sequence[str], vocabulary: Vocabulary) -> Past:
    """What the caret continues."""
    words = (*before.words[-DEPTH:], *extra)[-DEPTH:]
    shapes = (*before.shapes[-DEPTH:], *extra)[-DEPTH:]
    return Past(tuple(map(vocabulary.id, words)), tuple(map(vocabulary.id, shapes)), tuple(recent))


def _fit(values: bytearray, size: int) -> bytes:
    return bytes(values[:size]).ljust(size, b"\0")


def _padded(values: list[int], size: int) -> list[int]:
    return values[:size] + [-1] * (size - len(values))


def repository(corpus: Corpus, path: str | None) -> list[Source]:
    """The corpus as sources for a file at a relative path: itself hidden (its buffer replaces it), its folder first."""
    known = corpus.cache.get(path)
    if known is None:
        if len(corpus.cache) >= _PATHS:
            corpus.cache.clear()
        known = corpus.cache[path] = _repository(corpus, path)
    return known


def _repository(corpus: Corpus, path: str | None) -> list[Source]:
    folder = path.rpartition("/")[0] if path else None
    weights = np.zeros(max(corpus.live, default=0) + 1, np.float32)
    for version, name in corpus.live.items():
        if name != path:
            weights[version] = SAME_FOLDER if name.rpartition("/")[0] == folder else ELSEWHERE
    found = []
    for part in corpus.segments:
        newest = int(part.owner.max(initial=-1))
        grown = weights if newest < len(weights) else np.pad(weights, (0, newest + 1 - len(weights)))
        found.append(Source(part, by_owner=grown))
    return found


_Memory = dict[tuple[int, ...], list[list[Hits]]]


class Model:
    """The distribution of the next word for contexts that continue the caret's.

    `expired()` turns true when the deadline has passed or the request was cancelled; whoever loops asks it.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        start: Past,
        vocabulary: Vocabulary,
        corpus: Corpus | None,
        kept: frozenset[str],
        *,
        deadline: float = math.inf,
        stop: threading.Event | None = None,
    ) -> None:
        self.sources, self.vocabulary, self.corpus = sources, vocabulary, corpus
        self.shape_sources = [source.by_shape() for source in sources]
        self.kept = kept
        self._deadline, self._stop = deadline, stop
        self._past: dict[tuple[int, ...], Past] = {(): start}
        self._seen: dict[tuple[int, ...], Next] = {}
        self._hits: _Memory = {}
        self._shape_hits: _Memory = {}
        self._total = float(corpus.counts.sum()) + 1 if corpus is not None else 1.0

    def expired(self) -> bool:
        """Whether to answer with what is ready."""
        return (self._stop is not None and self._stop.is_set()) or time.monotonic() > self._deadline

    def past(self, line: tuple[int, ...]) -> Past:
        """The context at the caret continued by `line`."""
        known = self._past.get(line)
        if known is None:
            before = self.past(line[:-1])
            recent = list(before.recent)
            shaped = shape(self.vocabulary.word(line[-1]), recent, self.kept)
            known = self._past[line] = Past(
                (*before.words, line[-1])[-DEPTH:],
                (*before.shapes, self.vocabulary.id(shaped))[-DEPTH:],
                tuple(recent),
            )
        return known

    def hits(self, line: tuple[int, ...] = ()) -> list[list[Hits]]:
        """Per source, where the context continued by `line` was seen."""
        return self._found(self._hits, self.sources, line, np.array(self.past(line).words, np.int64))

    def shape_hits(self, line: tuple[int, ...] = ()) -> list[list[Hits]]:
        """Per source, where the shape of that context was seen."""
        return self._found(self._shape_hits, self.shape_sources, line, np.array(self.past(line).shapes, np.int64))

    def _found(
        self, memory: _Memory, sources: Sequence[Source], line: tuple[int, ...], context: Array
    ) -> list[list[Hits]]:
        known = memory.get(line)
        if known is None:
            before = memory.get(line[:-1]) if line else None
            if before is None:
                known = [find(source.segment, context) for source in sources]
            else:
                known = [follow(s.segment, hits, context) for s, hits in zip(sources, before, strict=True)]
            memory[line] = known
        return known

    def next(self, line: tuple[int, ...] = ()) -> Next:
        """What may follow the context continued by `line`: words and shapes mixed; empty when never seen."""
        known = self._seen.get(line)
        if known is None:
            words = _distribution(self.sources, self.hits(line), self._unigram)
            shapes = _distribution(self.shape_sources, self.shape_hits(line), _flat)
            known = self._seen[line] = _mixed(words, self._named(shapes, self.past(line).recent))
        return known

    def _named(self, shapes: Next, recent: Sequence[str]) -> Next:
        """Shapes as words: a reference is the name it points to, a word is itself; what names nothing drops out."""
        ids, rows = [], []
        for row, number in enumerate(shapes.ids.tolist()):
            text = self.vocabulary.word(number)
            rank = REFERENCE.get(text)
            if rank is not None and rank < len(recent):
                ids.append(self.vocabulary.id(recent[rank]))
                rows.append(row)
            elif rank is None and text not in _NAMELESS:
                ids.append(number)
                rows.append(row)
        return Next(np.array(ids, np.int64), shapes.p[rows], shapes.blank[rows])

    def _unigram(self, ids: Array) -> Array:
        base = np.full(len(ids), _UNSEEN)
        if self.corpus is not None:
            known = (ids >= 0) & (ids < len(self.corpus.counts))
            base[known] += self.corpus.counts[ids[known]] / self._total
        return base

    def probability(self, line: tuple[int, ...], word: int) -> float:
        """The probability of one word behind `line`."""
        following = self.next(line)
        at = np.flatnonzero(following.ids == word)
        return float(following.p[at[0]]) if len(at) else _UNSEEN


_NAMELESS: Final = frozenset({NEW_NAME, SOME_STRING, SOME_NUMBER})


def _flat(ids: Array) -> Array:
    return np.full(len(ids), _SHAPE_BASE)


def _mixed(words: Next, shapes: Next) -> Next:
    """Both distributions in one; each loses the share of the other only where that one has something to say."""
    if not len(words.ids) or not len(shapes.ids):
        return words if len(words.ids) else shapes
    ids, inverse = np.unique(np.concatenate([words.ids, shapes.ids]), return_inverse=True)
    parts = np.concatenate([words.p * (1 - _SHAPE_SHARE), shapes.p * _SHAPE_SHARE])
    p = np.bincount(inverse, parts, len(ids))
    blank = np.bincount(inverse, parts * np.concatenate([words.blank, shapes.blank]), len(ids)) / np.maximum(p, 1e-12)
    best = np.argsort(-p, kind="stable")
    return Next(ids[best], p[best], blank[best])


def _distribution(sources: Sequence[Source], found: Sequence[Sequence[Hits]], base: Callable[[Array], Array]) -> Next:
    """The smoothed distribution behind these hits, most probable first."""
    seen: list[tuple[Hits, Array, Array, Array]] = []
    for source, of_source in zip(sources, found, strict=True):
        for hits in of_source:
            weights = source.weights(hits.at)
            keep = weights > 0
            if keep.any():
                at = hits.at[keep]
                kept = hits if keep.all() else Hits(at, hits.lengths[keep], hits.low, hits.high, hits.scale)
                seen.append((kept, weights[keep] * hits.scale, source.segment.words[at], source.segment.spaces[at] > 0))
    if not seen:
        none = np.zeros(0)
        return Next(none.astype(np.int64), none, none)
    ids, inverse = np.unique(np.concatenate([row[2] for row in seen]), return_inverse=True)
    spaced = np.bincount(inverse, np.concatenate([row[1] * row[3] for row in seen]), len(ids))
    blank = spaced / np.bincount(inverse, np.concatenate([row[1] for row in seen]), len(ids))
    p = _smooth(_counts(seen, inverse, len(ids)), base(ids))
    best = np.argsort(-p, kind="stable")
    best = best[ids[best] >= 0]
    return Next(ids[best], p[best], blank[best])


def _counts(seen: Sequence[tuple[Hits, Array, Array, Array]], inverse: Array, size: int) -> Array:
    """Weighted counts by order (row) and word (column). Row 0 stays empty: the unigram is known."""
    counts = np.zeros((ORDER + 1, size))
    start = 0
    for hits, weights, words, _ in seen:
        columns = inverse[start : start + len(words)]
        start += len(words)
        if hits.low == hits.high:
            if hits.low <= ORDER:
                counts[hits.low] += np.bincount(columns, weights, size)
            continue
        rows = np.minimum(hits.lengths, ORDER)
        table = np.bincount(rows * size + columns, weights, (ORDER + 1) * size).reshape(ORDER + 1, size)
        low = min(hits.low, ORDER)
        counts[low:] += np.cumsum(table[::-1], axis=0)[::-1][low:]
    return counts


def _smooth(counts: Array, base: Array) -> Array:
    """Witten-Bell from order 1 up: p_n = (c_n + D_n p_{n-1}) / (N_n + D_n), D_n the number of distinct successors."""
    p = base
    totals = counts.sum(axis=1)
    distinct = (counts > 0).sum(axis=1)
    for n in range(1, ORDER + 1):
        if totals[n] <= 0:
            continue  # a sampled segment may be silent at an order that a deeper one fills
        p = (counts[n] + distinct[n] * p) / (totals[n] + distinct[n])
    return p
