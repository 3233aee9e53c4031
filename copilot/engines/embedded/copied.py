"""The rest of the line as it stood elsewhere: behind the same words, behind the same shape with this place's names, and by
analogy.

Absent on purpose: what the model spells out by itself (`lines`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from copilot.context.corpus import Hits, Segment
from copilot.context.tokens import NEWLINE, REFERENCE, START, is_structure, shape
from copilot.engines.embedded import analogy, below
from copilot.engines.embedded.analogy import Rule
from copilot.engines.embedded.candidate import Found, Line, Question
from copilot.engines.embedded.evidence import SAME_FOLDER, Source
from copilot.engines.embedded.ngram import Model
from copilot.engines.embedded.sources import Vocabulary

Array = NDArray[Any]

_COPIES: Final = 60
_SHAPED: Final = 24
_LONGEST: Final = 48
_ANALOGOUS: Final = 16
_FEWEST: Final = 3
_ALIGNED: Final = 60


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the context, or its shape, was seen: words of agreement, weight of the file, position, source."""

    key: float
    weight: float
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
                places.append(_Place(2 * length + weight, weight, length, at, source))
    return sorted(places, key=lambda place: (-place.key, -place.at))


def copies(model: Model, question: Question) -> list[Found]:
    """The rest of the line at the deepest matches, nearest first, joined by their words."""
    places = _places(model.sources, model.hits(), _COPIES * (4 if question.typed else 1))
    if question.typed:
        places = [place for place in places if question.fits(int(place.source.segment.words[place.at]))]
    joined: dict[Line, Found] = {}
    judged: dict[tuple[int, ...], int] = {}
    for place in places[: 2 * _COPIES]:
        copied = _rest(place.source.segment, place.at, question, judged)
        if copied is None:
            continue
        words, blanks = copied
        line = joined.setdefault(words, Found(words, blanks))
        line.matches.append(place.length)
        if place.length > line.match:
            line.match, line.where = place.length, (place.source.segment, place.at)
        _seen_at(line, place, question)
    return list(joined.values())


def _seen_at(line: Found, place: _Place, question: Question) -> None:
    segment, end = place.source.segment, place.at + len(line.words)
    line.led = max(line.led, below.led(segment, end, question.newline, question.indent, question.following))
    line.files.add((id(segment), int(segment.owner[place.at])))
    if place.source.by_position is not None:
        line.own = True
    elif place.weight == SAME_FOLDER:
        line.near = True


def add_shaped(found: dict[Line, Found], model: Model, question: Question) -> None:
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
        named, end = place.source.segment.by_shape(), place.at + len(words)
        line.led = max(line.led, below.led(named, end, question.newline, question.indent, question.following))
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


def add_analogous(found: dict[Line, Found], model: Model, question: Question) -> None:
    """Lines by analogy (`analogy`) with the nearest lines of this shape, and the next ones of a series."""
    vocabulary, kept = question.vocabulary, model.kept
    many = 3 if question.typed else 1
    for place in _places(model.shape_sources, model.shape_hits(), many * _ANALOGOUS)[: many * _ANALOGOUS]:
        segment = place.source.segment
        count, rule = analogy.aligned(_backwards(segment.shapes, place.at, vocabulary), question.before, kept)
        made = _made(place, rule, model, question) if count >= _FEWEST else None
        if made is not None:
            line = found.setdefault(made.words, made)
            line.alikes += 1
            if count > line.alike:
                line.alike, line.stood = count, made.stood
            if line.where is None:
                line.where = (segment.by_shape(), place.at)
    for evidence, words, stood in analogy.next_lines(question.before, question.column, kept):
        numbers = tuple(map(vocabulary.id, words))
        if question.fits(numbers[0]):
            line = found.setdefault(numbers, Found(numbers, _blanks_above(question, len(numbers))))
            if evidence > line.series:
                line.series, line.stood = evidence, tuple(map(vocabulary.id, stood))


def _backwards(words: Array, at: int, vocabulary: Vocabulary) -> Iterator[str]:
    """The words of a stream before a position, the nearest first."""
    for number in words[max(at - _ALIGNED, 0) : at][::-1].tolist():
        yield vocabulary.word(number) if number >= 0 else START


def _blanks_above(question: Question, count: int) -> tuple[int, ...]:
    """The blanks before the last words of the line above."""
    end = len(question.spaces) - question.column
    while end and question.before[end - 1] != NEWLINE:
        end -= 1
    return tuple(min(blank, 1) for blank in question.spaces[max(end - 1 - count, 0) : max(end - 1, 0)])


def _made(place: _Place, rule: Rule, model: Model, question: Question) -> Found | None:
    """The line at a place of equal shape by analogy; None where nothing differs, or where it names nothing here."""
    if all(old == new for old, new in rule.words.items()):
        return None
    segment = place.source.segment  # seen by shape: `words` are the shapes, `shapes` the words
    vocabulary, recent, kept = question.vocabulary, list(model.past(()).recent), model.kept
    made: list[int] = []
    stood: list[int] = []
    for n in range(place.at, min(place.at + _LONGEST + 1, len(segment.words))):
        shaped, number = int(segment.words[n]), int(segment.shapes[n])
        if number < 0 or shaped < 0:
            return None
        word = vocabulary.word(number)
        changed = rule.applied(word)
        rank = REFERENCE.get(vocabulary.word(shaped))
        if changed == word and word not in rule.words and rank is not None:
            if rank >= len(recent):
                return None
            changed = recent[rank]
        fresh = number if changed == word else vocabulary.id(changed)
        if not made and not question.fits(fresh):
            return None
        if question.ended(made, fresh):
            blanks = tuple(segment.spaces[place.at : n].tolist())
            return Found(tuple(made), blanks, stood=tuple(stood)) if made else None
        if is_structure(changed):
            return None
        shape(changed, recent, kept)
        made.append(fresh)
        stood.append(number)
    return None


def _rest(
    segment: Segment, at: int, question: Question, judged: dict[tuple[int, ...], int]
) -> tuple[Line, tuple[int, ...]] | None:
    """The words from a position to the end of its line; None when it is empty, too long, or holds a long literal.

    `judged`: how many words of a row are such a rest, as far as it was asked.
    """
    row = segment.words[at : at + _LONGEST + 1].tolist()
    row = tuple(row[: row.index(question.newline) + 1] if question.newline in row else row)
    size = judged.get(row)
    if size is None:
        size = judged[row] = _length(row, question)
    return (row[:size], tuple(segment.spaces[at : at + size].tolist())) if size else None


def _length(row: Line, question: Question) -> int:
    for n, number in enumerate(row):
        if number < 0:
            return 0
        if question.ended(row[:n], number):
            return n
        if is_structure(question.vocabulary.word(number)):
            return 0
    return 0
