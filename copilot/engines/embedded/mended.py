"""Copied lines whose names are not at hand here, with names that are: the one that resembles it, else the likeliest.

`_sha256_str(source)` where only `entry_source` is bound becomes `_sha256_str(entry_source)`. Absent on purpose: types and
what is called, which can be imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from copilot.engines.embedded import analogy, below
from copilot.engines.embedded.candidate import Found, Question
from copilot.engines.embedded.ngram import Model

_NEAR: Final = 240
_LEAST: Final = 0.02
_LINES: Final = 3
_NAMES: Final = 2
"""Names of a line that may be replaced; one that needs more belongs elsewhere."""


def mended(lines: Sequence[Found], model: Model, question: Question) -> list[Found]:
    """The first lines that read names which are not at hand, mended; without those that cannot be."""
    own = set(model.own())
    near = [w for w in dict.fromkeys(reversed(question.before[-_NEAR:])) if w.isidentifier() and w not in model.kept]

    def at_hand(name: str) -> bool:
        return name in own or name in model.kept or name in below.BUILTINS

    found: list[Found] = []
    for line in lines:
        fresh = _mended(line, near, at_hand, model, question)
        if fresh is not None:
            found.append(fresh)
        if len(found) == _LINES or model.expired():
            break
    return found


def _mended(
    line: Found, near: Sequence[str], at_hand: Callable[[str], bool], model: Model, question: Question
) -> Found | None:
    vocabulary = question.vocabulary
    words = [*question.before[len(question.before) - question.column :], *map(vocabulary.word, line.words)]
    start = question.column
    values = (
        n for n in below.strange_at(words, start, at_hand) if words[n + 1 : n + 2] != ["("] and words[n][0].islower()
    )
    strange = list(dict.fromkeys(words[n] for n in values))
    if not 0 < len(strange) <= _NAMES:
        return None
    changes: dict[str, str] = {}
    for name in strange:
        first = words.index(name, start) - start
        known = _resembling(name, near) or _likeliest(line.words[:first], model, question, at_hand)
        if not known or (first == 0 and not known.startswith(question.typed)):
            return None
        changes[name] = known
    ids = tuple(vocabulary.id(changes.get(word, word)) for word in words[start:])
    return Found(ids, line.blanks, where=line.where, stood=line.words, mends=len(changes))


def _resembling(name: str, near: Sequence[str]) -> str:
    """The nearest name that has all parts of this one, or all but whose parts this one has."""
    parts = set(analogy.parts_of(name))
    for other in near:
        mine = set(analogy.parts_of(other))
        if mine and parts and (mine <= parts or parts <= mine):
            return other
    return ""


def _likeliest(line: tuple[int, ...], model: Model, question: Question, at_hand: Callable[[str], bool]) -> str:
    following = model.next(line)
    for number, p in zip(following.ids.tolist(), following.p.tolist(), strict=True):
        if p < _LEAST:
            break
        word = question.vocabulary.word(number)
        if word.isidentifier() and word not in model.kept and at_hand(word):
            return word
    return ""
