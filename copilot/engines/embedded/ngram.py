"""What word comes next: an n-gram model of unbounded order over the open buffer and the repository's token streams.

Counts of every order 0..16 are weighted by where a context was seen (open file 8, same folder 2, elsewhere 1) and
smoothed bottom up after Witten and Bell (1991) (`evidence`); a fitted model weighs the groups (`mixing`).
One `Model` serves one request; it is not shared between threads. Absent on purpose: whole lines (`lines`).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from copilot.context.corpus import DEPTH, Corpus, Hits, Trail, distinct, find, follow, trail
from copilot.context.lexemes import kept_words
from copilot.context.pieces import Lexed
from copilot.context.tokens import NEW_NAME, REFERENCE, SOME_NUMBER, SOME_STRING, START, shape
from copilot.engines.embedded import position
from copilot.engines.embedded.below import NOTHING, Expected
from copilot.engines.embedded.evidence import Evidence, Source, evidence
from copilot.engines.embedded.idioms import NOTHING_SAID, idioms, joined, spaced
from copilot.engines.embedded.mixing import Moment, mix
from copilot.engines.embedded.sources import LOCAL, Vocabulary

Array = NDArray[Any]

_UNSEEN: Final = 1e-7
_SHAPE_BASE: Final = 1e-4
_SHAPE_SHARE: Final = 0.35
"""How much the shapes say in the rough mix, by which it is decided what the mixer sees."""

_IDIOM_SHARE: Final = 0.1
_OFFERED: Final = 12
_DEEP: Final = 8
"""Words of agreement from which the repository speaks for itself: idioms offer no further words there."""

_DUE: Final = 0.05
"""What a name that is due (`below.Expected`) counts in the rough mix, as if it were said everywhere."""

_DUE_NAMES: Final = 4
_MIXED, _MIXED_SPELT = 28, 40
_LOOK: Final = 16
_SPELT: Final = 12
_BACK: Final = 8
"""Words before the caret that the mixer looks at."""


@dataclass(frozen=True, slots=True)
class Next:
    """Words that may follow, most probable first, with probability and how often (0..1) a blank stands before each.

    `said`: what each expert gives a word (0: never seen by it), four rows: words and shapes, of the open file and of the
    others each.
    """

    ids: Array
    p: Array
    blank: Array
    said: Array


@dataclass(frozen=True, slots=True)
class Asked:
    """Words that may follow with what the six experts and the unigram say of each; `local`: only the open file has it."""

    ids: list[int]
    words: list[str]
    p: Array
    blank: Array
    unigram: Array
    moment: Moment
    local: list[bool]


@dataclass(frozen=True, slots=True)
class Past:
    """What stands before the next word: word ids and shape ids (nearest last), the recent names, latest first,
    and the brackets that are open.
    """

    words: tuple[int, ...]
    shapes: tuple[int, ...]
    recent: tuple[str, ...]
    brackets: tuple[str, ...] = ()


def past(
    before: Lexed, extra: Sequence[str], recent: Sequence[str], vocabulary: Vocabulary, language: str | None
) -> Past:
    """What the caret continues."""
    words = (*before.words[-DEPTH:], *extra)[-DEPTH:]
    shapes = (*before.shapes[-DEPTH:], *extra)[-DEPTH:]
    brackets = position.opened(before.words, language)
    return Past(tuple(map(vocabulary.id, words)), tuple(map(vocabulary.id, shapes)), tuple(recent), brackets)


class _Memory:
    """What was found for the caret's context, by source; where each line led on from there, and single words."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self.hits: list[list[Hits]] | None = None
        self.trails: dict[tuple[int, ...], list[Trail]] = {}
        self.behind: list[dict[int, Trail | None]] = [{} for _ in sources]


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
        language: str | None,
        *,
        typed: str = "",
        own: Callable[[], Iterable[str]] = tuple,
        before: Sequence[int] = (),
        expected: Expected = NOTHING,
        step: int | None = None,
        deadline: float = math.inf,
        stop: threading.Event | None = None,
        effort: float = math.inf,
    ) -> None:
        self.sources, self.vocabulary, self.corpus = sources, vocabulary, corpus
        self.shape_sources = [source.by_shape() for source in sources]
        self.language, self.kept = language, kept_words(language)
        self.typed, self.own, self.before = typed, own, before
        self._expected, self._step, self._idioms = expected, step, idioms(language)
        self._due = sorted(expected.unbound)[:_DUE_NAMES] + sorted(expected.unused)[:_DUE_NAMES]
        self._deadline, self._stop = deadline, stop
        self._effort = time.thread_time() + effort if effort < math.inf else effort
        self._looks, self._late = 0, False
        self._past: dict[tuple[int, ...], Past] = {(): start}
        self._seen: dict[tuple[int, ...], Next] = {}
        self._words, self._shapes = _Memory(self.sources), _Memory(self.shape_sources)
        self._total = float(corpus.counts.sum()) + 1 if corpus is not None else 1.0

    def expired(self) -> bool:
        """Whether to answer with what is ready."""
        if self._late or (self._stop is not None and self._stop.is_set()):
            return True
        if time.monotonic() > self._deadline:
            self._late = True
        elif self._effort < math.inf:
            self._looks += 1  # the clock of a thread is slow to read on some machines
            if self._looks % _LOOK == 0 and time.thread_time() > self._effort:
                self._late = True
        return self._late

    def past(self, line: tuple[int, ...]) -> Past:
        """The context at the caret continued by `line`."""
        known = self._past.get(line)
        if known is None:
            before = self.past(line[:-1])
            recent = list(before.recent)
            word = self.vocabulary.word(line[-1])
            shaped = shape(word, recent, self.kept)
            known = self._past[line] = Past(
                (*before.words, line[-1])[-DEPTH:],
                (*before.shapes, self.vocabulary.id(shaped))[-DEPTH:],
                tuple(recent),
                position.after(before.brackets, word, self.language),
            )
        return known

    def hits(self) -> list[list[Hits]]:
        """Per source, where the caret's context was seen."""
        return _hits(self._words, self.past(()).words)

    def shape_hits(self) -> list[list[Hits]]:
        """Per source, where the shape of that context was seen."""
        return _hits(self._shapes, self.past(()).shapes)

    def trails(self, line: tuple[int, ...] = ()) -> list[Trail]:
        """Per source, where the context continued by `line` was seen."""
        return self._followed(self._words, line, self.hits, self.past(line).words)

    def _followed(
        self, memory: _Memory, line: tuple[int, ...], first: Callable[[], list[list[Hits]]], context: Sequence[int]
    ) -> list[Trail]:
        known = memory.trails.get(line)
        if known is None:
            before = memory.trails.get(line[:-1]) if line else None
            words = np.array(context, np.int64)
            if before is not None:
                every = zip(memory.sources, before, memory.behind, strict=True)
                known = [follow(source.segment, at, words, behind) for source, at, behind in every]
            else:
                found = [find(source.segment, words) for source in memory.sources] if line else first()
                known = [trail(s.segment, hits) for s, hits in zip(memory.sources, found, strict=True)]
            memory.trails[line] = known
        return known

    def next(self, line: tuple[int, ...] = ()) -> Next:
        """What may follow the context continued by `line`: the experts mixed; empty when never seen.

        Behind the empty line it is a word that begins with the letters typed, known from anywhere.
        """
        known = self._seen.get(line)
        if known is None:
            known = self._seen[line] = _mixed(self.asked(line))
        return known

    def asked(self, line: tuple[int, ...] = ()) -> Asked | None:
        """What the mixer is asked for a context; None when nothing like it was seen."""
        words = evidence(self.sources, self.trails(line), self._unigram)
        past = self.past(line)
        shapes = evidence(self.shape_sources, self._followed(self._shapes, line, self.shape_hits, past.shapes), _flat)
        return self._joined(words, self._named(shapes, past.recent), past, line)

    def reach(self) -> tuple[int, int]:
        """Words of context that the open file, and that any other file shares with the caret's."""
        depths = [max((int(hits.lengths.max()) for hits in found if len(hits.at)), default=0) for found in self.hits()]
        return depths[0], max(depths[1:], default=0)

    def _named(self, shapes: Evidence, recent: Sequence[str]) -> Evidence:
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
        return Evidence(np.array(ids, np.int64), shapes.p[:, rows], shapes.blank[rows], shapes.reach)

    def _joined(self, words: Evidence, shapes: Evidence, past: Past, line: tuple[int, ...]) -> Asked | None:
        """Both kinds of evidence side by side, of the likeliest words only."""
        ids, inverse = distinct(np.concatenate([words.ids, shapes.ids]))
        size, split = len(ids), len(words.ids)
        p = np.zeros((6, size))
        p[:3, inverse[:split]] = words.p
        for row in range(3):
            p[3 + row] = np.bincount(inverse[split:], shapes.p[row], size)
        rough = (1 - _SHAPE_SHARE) * p[2] + _SHAPE_SHARE * p[5]
        shares = np.concatenate([words.p[2] * (1 - _SHAPE_SHARE), shapes.p[2] * _SHAPE_SHARE])
        blanks = np.bincount(inverse, shares * np.concatenate([words.blank, shapes.blank]), size)
        blank = blanks / np.maximum(rough, 1e-12)
        if not line and self.typed:
            fitting = [
                n for n, number in enumerate(ids.tolist()) if self.vocabulary.word(number).startswith(self.typed)
            ]
            ids, p, rough, blank = ids[fitting], p[:, fitting], rough[fitting], blank[fitting]
            known = set(ids.tolist())
            more = np.array([n for n in self._spelt() if n not in known], np.int64)
            ids, rough = np.concatenate([ids, more]), np.concatenate([rough, np.zeros(len(more))])
            p, blank = np.hstack([p, np.zeros((6, len(more)))]), np.concatenate([blank, np.zeros(len(more))])
        before = [self.vocabulary.word(number) if number >= 0 else START for number in past.words[-_BACK:]]
        spoken = self._idioms.after(before) if self._idioms is not None else NOTHING_SAID
        typed = "" if line else self.typed
        starting = spoken.starting(typed, _OFFERED if typed or max(words.reach) < _DEEP else 0)
        if before[-1:] != ["."]:
            starting += [(name, _DUE) for name in self._due if line or name.startswith(self.typed)]
        if starting:
            ids, p, rough, blank = joined(
                (ids, p, rough, blank),
                [self.vocabulary.id(word) for word, _ in starting],
                [_IDIOM_SHARE * chance for _, chance in starting],
                [float(spaced(before, word, self.kept)) for word, _ in starting],
            )
        best = np.argsort(-rough, kind="stable")[: _MIXED if line or not self.typed else _MIXED_SPELT]
        if not len(best):
            return None
        numbers = ids[best].tolist()
        return Asked(
            numbers,
            [self.vocabulary.word(number) for number in numbers],
            p[:, best],
            blank[best],
            self._unigram(ids[best]),
            Moment(
                self.language,
                before,
                past.recent,
                (*words.reach, *shapes.reach),
                spoken.chances,
                self._expected,
                past.brackets,
                self._step,
            ),
            [number >= LOCAL for number in numbers],
        )

    def _spelt(self) -> list[int]:
        """Words that begin with the typed letters: names of the open file, nearest first, and the repository's."""
        named = dict.fromkeys(word for word in self.own() if word.startswith(self.typed))
        found = [self.vocabulary.id(word) for word in list(named)[:_SPELT]]
        if self.corpus is not None:
            found += self.corpus.spelt(self.typed, _SPELT)
        return list(dict.fromkeys(found))

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


def _hits(memory: _Memory, context: Sequence[int]) -> list[list[Hits]]:
    if memory.hits is None:
        words = np.array(context, np.int64)
        memory.hits = [find(source.segment, words) for source in memory.sources]
    return memory.hits


_NAMELESS: Final = frozenset({NEW_NAME, SOME_STRING, SOME_NUMBER})


def _mixed(asked: Asked | None) -> Next:
    if asked is None:
        return Next(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros((4, 0)))
    mixed = mix(asked.words, asked.p, asked.unigram, asked.moment, asked.local)
    order = np.argsort(-mixed, kind="stable")
    return Next(np.array(asked.ids)[order], mixed[order], asked.blank[order], asked.p[[0, 1, 3, 4]][:, order])


def _flat(ids: Array) -> Array:
    return np.full(len(ids), _SHAPE_BASE)
