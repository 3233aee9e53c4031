"""What word comes next: an n-gram model of unbounded order over the open buffer and the repository's token streams.

Counts of every order 0..16 are weighted by where a context was seen (open file 8, same folder 2, elsewhere 1) and
smoothed bottom up after Witten and Bell (1991). The nested cache follows Hellendoorn and Devanbu (2017).
One `Model` serves one request; it is not shared between threads. Absent on purpose: whole lines (`lines`).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from copilot.context.corpus import DEPTH, Corpus, Hits, Segment, find
from copilot.context.tokens import Tokens

Array = NDArray[Any]

ORDER: Final = 16
OPEN_FILE, SAME_FOLDER, ELSEWHERE = 8.0, 2.0, 1.0
_FADE: Final = 600.0
"""Words after which an occurrence in the open file has lost most of its recency."""

_LOCAL: Final = 1 << 30
"""First id of words that only the open buffer has."""

_UNSEEN: Final = 1e-7


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


def buffer(before: Tokens, after: Tokens, extra: Sequence[str], vocabulary: Vocabulary) -> tuple[Source, list[int]]:
    """The open file as a source, and the context at the caret (word ids, nearest last).

    `extra` words (an indent) belong behind `before`. The text after the caret's line comes first in the array, so
    that the caret is at the end; its weight fades with its true distance.
    """
    head = [vocabulary.id(w) for w in before.words] + [vocabulary.id(w) for w in extra]
    tail = [-1, -1, *(vocabulary.id(w) for w in after.words[2:])]  # its first indent is relative to nothing
    words = np.array([-1] * DEPTH + tail + head, np.int32)
    spaces = np.frombuffer(bytes(DEPTH) + _fit(after.spaces, len(tail)) + _fit(before.spaces, len(head)), np.uint8)
    lines = np.array([-1] * DEPTH + _padded(after.lines, len(tail)) + _padded(before.lines, len(head)), np.int32)
    age = np.concatenate([np.zeros(DEPTH), np.arange(len(tail)), np.arange(len(head))[::-1]])
    weights = OPEN_FILE * (0.5 + 0.5 * np.exp(-age / _FADE))
    owner = np.full(len(words), -1, np.int32)
    owner[DEPTH + len(tail) :] = 0  # tells the text before the caret from the text after it
    return Source(Segment(words, spaces, lines, owner), by_position=weights), head[-DEPTH:]


def _fit(values: bytearray, size: int) -> bytes:
    return bytes(values[:size]).ljust(size, b"\0")


def _padded(values: list[int], size: int) -> list[int]:
    return values[:size] + [-1] * (size - len(values))


def repository(corpus: Corpus, path: str | None) -> list[Source]:
    """The corpus as sources for a file at a relative path: itself hidden (its buffer replaces it), its folder first."""
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


class Model:
    """The distribution of the next word for contexts that continue the caret's.

    `expired()` turns true when the deadline has passed or the request was cancelled; whoever loops asks it.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        context: Sequence[int],
        corpus: Corpus | None,
        *,
        deadline: float = math.inf,
        stop: threading.Event | None = None,
    ) -> None:
        self.sources, self.context, self.corpus = sources, tuple(context), corpus
        self._deadline, self._stop = deadline, stop
        self._seen: dict[tuple[int, ...], Next] = {}
        self._hits: dict[tuple[int, ...], list[list[Hits]]] = {}
        self._total = float(corpus.counts.sum()) + 1 if corpus is not None else 1.0

    def expired(self) -> bool:
        """Whether to answer with what is ready."""
        return (self._stop is not None and self._stop.is_set()) or time.monotonic() > self._deadline

    def hits(self, line: tuple[int, ...]) -> list[list[Hits]]:
        """Per source, where the context continued by `line` was seen."""
        known = self._hits.get(line)
        if known is None:
            context = np.array((self.context + line)[-DEPTH:], np.int64)
            known = self._hits[line] = [find(source.segment, context) for source in self.sources]
        return known

    def next(self, line: tuple[int, ...] = ()) -> Next:
        """What may follow the context continued by `line`; empty when that context was never seen."""
        known = self._seen.get(line)
        if known is None:
            known = self._seen[line] = self._next(line)
        return known

    def _next(self, line: tuple[int, ...]) -> Next:
        seen: list[tuple[Hits, Array, Array, Array]] = []
        for source, found in zip(self.sources, self.hits(line), strict=True):
            for hits in found:
                weights = source.weights(hits.at)
                keep = weights > 0
                if keep.any():
                    at = hits.at[keep]
                    kept = hits if keep.all() else Hits(at, hits.lengths[keep], hits.low, hits.high, hits.scale)
                    words = source.segment.words[at]
                    seen.append((kept, weights[keep] * hits.scale, words, source.segment.spaces[at] > 0))
        if not seen:
            none = np.zeros(0)
            return Next(none.astype(np.int64), none, none)
        ids, inverse = np.unique(np.concatenate([row[2] for row in seen]), return_inverse=True)
        spaced = np.bincount(inverse, np.concatenate([row[1] * row[3] for row in seen]), len(ids))
        blank = spaced / np.bincount(inverse, np.concatenate([row[1] for row in seen]), len(ids))
        p = _smooth(_counts(seen, inverse, len(ids)), self._unigram(ids))
        best = np.argsort(-p, kind="stable")
        best = best[ids[best] >= 0]
        return Next(ids[best], p[best], blank[best])

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
