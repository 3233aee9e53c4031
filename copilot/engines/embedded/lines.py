"""Candidates for the rest of the line: what the model spells out, and what followed the deepest matches elsewhere.

A beam search over the n-gram model and copies of the rest of the line are joined by their words; each candidate
knows its evidence, from which `rank` makes a confidence. Absent on purpose: text (spacing is kept, rendering is
`render`) and judgement.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from copilot.context.corpus import Hits, Segment
from copilot.context.tokens import NEWLINE, REFERENCE, START, is_structure, shape
from copilot.engines.embedded.evidence import SAME_FOLDER, Source
from copilot.engines.embedded.ngram import Model, Vocabulary

_BEAM: Final = 3
_STEPS: Final = 28
_WIDTH: Final = 5
_FIRST_WIDTH: Final = 40
_FLOOR: Final = -7.0
_SLACK: Final = 1.5
_COPIES: Final = 60
_SHAPED: Final = 24
_LONGEST: Final = 48
_KEPT: Final = 8
_SCORED: Final = 24
_LEAST: Final = 1e-9
_SAID: Final = 1e-4
_BEHIND: Final = 6.0
SURROUNDING: Final = 48
"""Words before the caret that are compared with those before a source."""
WORST: Final = -12.0
"""Nothing less probable is told apart: scoring stops there."""

Line = tuple[int, ...]

_OPEN: Final = {"(": ")", "[": "]", "{": "}"}
_CLOSE: Final = frozenset(_OPEN.values())


@dataclass(slots=True)
class Found:
    """A candidate line with its evidence.

    `blanks`: spaces before each word; `logp` natural logarithm of its probability (end of line included), `worst` of
    its least probable word; `beam`: its rank in the beam (-1: copied only); `match`: words of left context that its
    best source shares, `matches` those of all; `shape_match` and `shape_matches` the same by shape; `where`: (segment,
    position) of the best source; `own`, `near`: seen in the open file, in a file of the same folder; `said`: the mean
    logarithm of what each of the four experts gives its words, and the least; `similar`: how much of what stands before
    the caret stands before the best source too (0..1, rare words count more); `scored`: whether there was time for all this.
    """

    words: Line
    blanks: tuple[int, ...]
    logp: float = -math.inf
    worst: float = -math.inf
    beam: int = -1
    match: int = 0
    matches: list[int] = field(default_factory=list)
    shape_match: int = 0
    shape_matches: list[int] = field(default_factory=list)
    where: tuple[Segment, int] | None = None
    own: bool = False
    near: bool = False
    said: tuple[float, ...] = (0.0,) * 8
    similar: float = 0.0
    scored: bool = False

    def support(self, best: int) -> int:
        """Sources whose match is at least .6 of the best candidate's."""
        return sum(length >= 0.6 * best for length in self.matches)


@dataclass(frozen=True, slots=True)
class Question:
    """What every line must fit: letters typed of its first word, and the bracket that already stands behind the caret."""

    typed: str
    closer: str
    vocabulary: Vocabulary

    def fits(self, word: int) -> bool:
        """Whether a first word agrees with what is typed."""
        return self.vocabulary.word(word).startswith(self.typed)

    def ended(self, line: Sequence[int], word: int) -> bool:
        """Whether `word` behind `line` ends the candidate: the line's end, or the closer that is already there."""
        text = self.vocabulary.word(word)
        return text in (NEWLINE, START) or (text == self.closer and self._open(line) == 0)

    def _open(self, line: Sequence[int]) -> int:
        depth = 0
        for number in line:
            word = self.vocabulary.word(number)
            depth += (word in _OPEN) - (word in _CLOSE and depth > 0)
        return depth


def candidates(model: Model, question: Question) -> list[Found]:
    """At most eight candidates with their evidence, in no particular order."""
    found = {line.words: line for line in _copies(model, question)}
    if not model.expired():
        _add_shaped(found, model, question)
    if not model.expired():
        for rank, beam in enumerate(_search(model, question)):
            known = found.setdefault(beam.words, beam)
            known.logp, known.worst, known.beam = beam.logp, beam.worst, rank
    best = max((line.match for line in found.values()), default=0)
    kept = sorted(found.values(), key=lambda line: (-_promise(line, best), line.words))[:_KEPT]
    near = _near(model)
    # A line far less probable than the best one cannot win: how much less is not worth knowing.
    floor = max(WORST, max((line.logp for line in kept), default=WORST) - _BEHIND)
    for line in kept:
        if model.expired():
            break
        logp, worst, said = _score(model, question, line.words, floor)
        if model.expired():  # cut short: it says less than it would
            break
        line.said = said
        if line.beam < 0:
            line.logp, line.worst = logp, worst
        line.similar, line.scored = _similar(line, near), True
    return kept


def certain(model: Model, question: Question, least: float) -> tuple[Found, float] | None:
    """The next words as long as all of them together have the probability `least`, and that probability.

    The likeliest word each time. It ends before the line does (whole lines are the candidates' business), behind a name,
    a literal or a closing bracket, and leaves no bracket open, so that it stands for itself.
    """
    words: Line = ()
    blanks: tuple[int, ...] = ()
    p, depth = 1.0, 0
    whole: tuple[Found, float] | None = None
    while len(words) < _STEPS and not model.expired():
        following = model.next(words)
        if not len(following.ids):
            break
        word, likely = int(following.ids[0]), float(following.p[0])
        text = question.vocabulary.word(word)
        if p * likely < least or question.ended(words, word) or is_structure(text):
            break
        p *= likely
        words, blanks = (*words, word), (*blanks, int(following.blank[0] >= 0.5))
        depth += (text in _OPEN) - (text in _CLOSE)
        if depth == 0 and (text[-1].isalnum() or text[-1] in "_'\"" or text in _CLOSE) and text not in model.kept:
            whole = Found(words, blanks), p
    return whole


def top(model: Model) -> float:
    """The probability of the likeliest next word; 0 when there was no time for it."""
    if model.expired():
        return 0.0
    following = model.next()
    return float(following.p[0]) if len(following.p) else 0.0


def _promise(line: Found, best: int) -> float:
    """Which candidates are worth scoring."""
    shapes = 0.2 * min(line.shape_match, 24)
    return 6 * (0 <= line.beam < 3) + 0.5 * min(line.match, 20) + shapes + 0.4 * min(line.support(best), 10) + line.own


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the context, or its shape, was seen: words of agreement, position, source."""

    key: float
    length: int
    at: int
    source: Source


def _places(sources: Sequence[Source], found: Sequence[Sequence[Hits]], most: int) -> list[_Place]:
    """The deepest matches, on ties the nearer file and the later position first."""
    places: list[_Place] = []
    for source, of_source in zip(sources, found, strict=True):
        for hits in of_source:
            weights = source.weights(hits.at)
            keep = np.flatnonzero(weights > 0)
            keep = keep[np.argsort(-hits.lengths[keep], kind="stable")][:most]
            for at, length, weight in zip(
                hits.at[keep].tolist(), hits.lengths[keep].tolist(), weights[keep].tolist(), strict=True
            ):
                places.append(_Place(2 * length + weight, length, at, source))
    return sorted(places, key=lambda place: (-place.key, -place.at))


def _copies(model: Model, question: Question) -> list[Found]:
    """The rest of the line at the deepest matches, nearest first, joined by their words."""
    places = _places(model.sources, model.hits(), _COPIES * (4 if question.typed else 1))
    if question.typed:
        places = [place for place in places if question.fits(int(place.source.segment.words[place.at]))]
    joined: dict[Line, Found] = {}
    for place in places[: 2 * _COPIES]:
        copied = _rest(place.source.segment, place.at, question)
        if copied is None:
            continue
        words, blanks = copied
        line = joined.setdefault(words, Found(words, blanks))
        line.matches.append(place.length)
        if place.length > line.match:
            line.match, line.where = place.length, (place.source.segment, place.at)
        _seen_at(line, place)
    return list(joined.values())


def _seen_at(line: Found, place: _Place) -> None:
    if place.source.by_position is not None:
        line.own = True
    elif place.source.weights(np.array([place.at]))[0] == SAME_FOLDER:
        line.near = True


def _add_shaped(found: dict[Line, Found], model: Model, question: Question) -> None:
    """Lines that followed the same shape, their names replaced by the ones that play the same part here."""
    places = _places(model.shape_sources, model.shape_hits(), _SHAPED * (6 if question.typed else 1))
    taken = 0
    for place in places:
        renamed = _renamed(place, model, question)
        if renamed is None:
            continue
        words, blanks = renamed
        line = found.setdefault(words, Found(words, blanks))
        line.shape_matches.append(place.length)
        if place.length > line.shape_match:
            line.shape_match = place.length
            if line.where is None:
                line.where = (place.source.segment.by_shape(), place.at)
        taken += 1
        if taken == _SHAPED:
            break


def _renamed(place: _Place, model: Model, question: Question) -> tuple[Line, tuple[int, ...]] | None:
    """The line at a place of equal shape with this place's names; None when a reference points to no name here.

    A name that was new there, a string and a number stay what they were there.
    """
    segment = place.source.segment  # seen by shape: `words` are the shapes, `shapes` the words
    vocabulary, recent, kept = question.vocabulary, list(model.past(()).recent), model.kept
    words: list[int] = []
    for n in range(place.at, min(place.at + _LONGEST + 1, len(segment.words))):
        shaped, number = int(segment.words[n]), int(segment.shapes[n])
        if shaped < 0 or number < 0:
            return None
        rank = REFERENCE.get(vocabulary.word(shaped))
        if rank is not None:
            if rank >= len(recent):
                return None
            number = vocabulary.id(recent[rank])
        if not words and not question.fits(number):
            return None
        if question.ended(words, number):
            return (tuple(words), tuple(segment.spaces[place.at : n].tolist())) if words else None
        text = vocabulary.word(number)
        if is_structure(text):
            return None
        shape(text, recent, kept)
        words.append(number)
    return None


def _rest(segment: Segment, at: int, question: Question) -> tuple[Line, tuple[int, ...]] | None:
    """The words from a position to the end of its line; None when it is empty, too long, or holds a long literal."""
    words: list[int] = []
    for number in segment.words[at : at + _LONGEST + 1].tolist():
        if number < 0:
            return None
        if question.ended(words, number):
            return (tuple(words), tuple(segment.spaces[at : at + len(words)].tolist())) if words else None
        if is_structure(question.vocabulary.word(number)):
            return None
        words.append(number)
    return None


def _search(model: Model, question: Question) -> list[Found]:
    """Beam search; finished lines, best first."""
    live = [Found((), (), 0.0, 0.0)]
    done: list[Found] = []
    for step in range(_STEPS):
        grown: list[Found] = []
        for line in live:
            if model.expired():
                break
            grown += _extend(model, question, line, done, step)
        floor = max((line.logp for line in done), default=-math.inf) - _SLACK
        live = sorted((g for g in grown if g.logp > max(floor, _FLOOR)), key=lambda g: (-g.logp, g.words))[:_BEAM]
        if not live or (len(done) >= _BEAM and live[0].logp < max(line.logp for line in done)):
            break
    return sorted(done, key=lambda line: (-line.logp, line.words))[: 2 * _BEAM]


def _extend(model: Model, question: Question, line: Found, done: list[Found], step: int) -> list[Found]:
    following = model.next(line.words)
    ids, p, blank = following.ids.tolist(), following.p.tolist(), following.blank.tolist()
    width = _FIRST_WIDTH if step == 0 and question.typed else _WIDTH
    chosen = range(min(width, len(ids)))
    grown: list[Found] = []
    for i in chosen:
        logp = math.log(max(p[i], _LEAST))
        if line.logp + logp < _FLOOR:
            break
        ended = question.ended(line.words, ids[i])
        if not ended and is_structure(question.vocabulary.word(ids[i])):
            continue
        worst = min(line.worst, logp)
        if not ended:
            grown.append(Found((*line.words, ids[i]), (*line.blanks, int(blank[i] >= 0.5)), line.logp + logp, worst))
        elif line.words:
            done.append(Found(line.words, line.blanks, line.logp + logp, worst))
    return grown


def _score(model: Model, question: Question, words: Line, floor: float) -> tuple[float, float, tuple[float, ...]]:
    """`(log probability, that of the least probable word, what the experts say)` of a line, its end included."""
    total = worst = 0.0
    sums, least, asked = [0.0] * 4, [0.0] * 4, 0
    for n in range(min(len(words), _SCORED) + 1):
        if model.expired():
            return WORST, WORST, (*sums, *least)
        following = model.next(words[:n])
        ids = following.ids.tolist()
        if n < len(words):
            places = [ids.index(words[n])] if words[n] in ids else []
        else:
            places = [i for i, w in enumerate(ids) if question.ended(words, w)]
        p = float(following.p[places].sum()) or 1e-7
        asked += 1
        for row in range(4):
            said = math.log(max(float(following.said[row, places].sum()), _SAID))
            sums[row] += said
            least[row] = min(least[row], said)
        logp = math.log(p)
        total, worst = total + logp, min(worst, logp)
        if total < floor:
            total = WORST
            break
    return total, worst, (*(value / asked for value in sums), *least)


def _near(model: Model) -> dict[int, float]:
    """The words before the caret, rare ones with more weight; the weights sum to one."""
    corpus = model.corpus
    size = len(corpus.counts) if corpus is not None else 0
    found = {}
    for word in set(model.before[-SURROUNDING:]):
        if word >= 0:
            often = int(corpus.counts[word]) if corpus is not None and word < size else 0
            found[word] = 1 / math.log(2 + often)
    total = sum(found.values()) or 1.0
    return {word: weight / total for word, weight in found.items()}


def _similar(line: Found, near: dict[int, float]) -> float:
    if line.where is None:
        return 0.0
    segment, at = line.where
    stream = segment.words
    before = set(stream[max(at - SURROUNDING, 0) : at].tolist())
    return sum(weight for word, weight in near.items() if word in before)
