"""How a language is spoken everywhere: what follows up to four words, in many packages at once.

The counts (`idioms/<language>.txt`, made by `tests/bench/idioms.py`) hold only runs that at least three packages share; names
that few use, strings and numbers are one word each. Smoothed from the lowest order up after Witten and Bell (1991). It speaks
where the repository is silent. Absent on purpose: what a project calls its own things.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from copilot.context.lexemes import kept_words
from copilot.context.tokens import LONG, NEW_NAME, NEWLINE, SOME_NUMBER, SOME_STRING

Array = NDArray[Any]

ORDER: Final = 4
HOME: Final = Path(__file__).with_name("idioms")
_SPOKEN: Final = frozenset({"python", "java"})
_MOST: Final = 400
_LEAST: Final = 2e-4
_REMEMBERED: Final = 4096
_TIGHT_BEHIND: Final = frozenset({"(", "[", "{", ".", "@", "!", "~"})
_TIGHT_BEFORE: Final = frozenset({")", "]", "}", ".", ",", ";", ":", NEWLINE})
_LINE_END: Final = "<NL>"
_PLAIN: Final = frozenset({'""', "''", "0", "1", "2"})


def plain(word: str, language: str | None) -> str:
    """A word as it is counted: indents by their direction, strings and most numbers by their kind."""
    if word == NEWLINE:
        return word
    first = word[0]
    if word.startswith("<I") and word.endswith(">"):
        return "<I+>" if "+" in word else "<I->" if "-" in word else word
    if word in _PLAIN or word in kept_words(language):
        return word
    if word[-1] in "'\"" or word == LONG:
        return SOME_STRING
    if first.isdigit() or (first == "." and word[1:2].isdigit()):
        return SOME_NUMBER
    return word if word.isascii() and " " not in word and "\t" not in word else NEW_NAME


class Chances:
    """Each word's probability: what was counted behind the words before, and for the others the rest of the unigram."""

    def __init__(self, behind: Mapping[str, float], plain: Mapping[str, float], base: float) -> None:
        self._behind, self._plain, self._base = behind, plain, base

    def get(self, word: str) -> float | None:
        """The probability of a word; None for one that few packages use."""
        known = self._behind.get(word)
        if known is None and (chance := self._plain.get(word)) is not None:
            return self._base * chance
        return known


@dataclass(frozen=True, slots=True)
class Said:
    """What may follow: each word's probability, and the words that can be proposed, likeliest first."""

    chances: Chances
    likeliest: Sequence[tuple[str, float]]

    def starting(self, typed: str, most: int) -> list[tuple[str, float]]:
        """The likeliest words that begin with these letters."""
        if not typed:
            return list(self.likeliest[:most])
        return [pair for pair in self.likeliest if pair[0].startswith(typed)][:most]


NOTHING_SAID: Final = Said(Chances({}, {}, 1.0), ())


class Idioms:
    """The counts of a language."""

    def __init__(self, language: str) -> None:
        self.language = language
        text = resources.files(__package__).joinpath("idioms", f"{language}.txt").read_text("utf-8")
        self._rows: dict[str, str] = {}
        for row in text.splitlines():
            context, _, counts = row.partition("\t")
            self._rows[context] = counts
        self._parsed: dict[str, tuple[int, int, dict[str, int]]] = {}
        total, _, known = self._counts("")
        self._plain = {word: count / total for word, count in sorted(known.items(), key=lambda pair: -pair[1])}
        self._seen: dict[tuple[str, ...], Said] = {}

    def _counts(self, context: str) -> tuple[int, int, dict[str, int]]:
        known = self._parsed.get(context)
        if known is None:
            row = self._rows.get(context)
            if row is None:
                return 0, 0, {}
            sizes, _, told = row.partition("\t")
            total, distinct = sizes.split(" ")
            words = told.split(" ")
            counts = dict(
                zip((NEWLINE if w == _LINE_END else w for w in words[::2]), map(int, words[1::2]), strict=True)
            )
            known = self._parsed[context] = int(total), int(distinct), counts
        return known

    def after(self, before: Sequence[str]) -> Said:
        """What may follow the last words of `before`."""
        context = [plain(word, self.language) for word in before[-ORDER:]]
        context = [word if word in self._rows else NEW_NAME if word.isidentifier() else word for word in context]
        key = tuple(_LINE_END if word == NEWLINE else word for word in context)
        known = self._seen.get(key)
        if known is None:
            if len(self._seen) > _REMEMBERED:
                self._seen.clear()
            known = self._seen[key] = self._smoothed(key)
        return known

    def _smoothed(self, key: tuple[str, ...]) -> Said:
        p: dict[str, float] = {}
        base = 1.0  # what is left of the unigram
        for length in range(1, len(key) + 1):
            total, distinct, counts = self._counts(" ".join(key[-length:]))
            if not total:
                break
            whole = total + distinct
            held = distinct / whole
            base *= held
            for word in p:
                p[word] *= held
            for word, count in counts.items():
                p[word] = p.get(word, base * self._plain.get(word, 0.0)) + count / whole
        proposed = [(word, chance) for word, chance in p.items() if chance > _LEAST and not _is_class(word)]
        for word, chance in self._plain.items():  # likeliest first
            if base * chance <= _LEAST:
                break
            if word not in p and not _is_class(word):
                proposed.append((word, base * chance))
        said = Chances(p, self._plain, base)
        return Said(said, sorted(proposed, key=lambda pair: (-pair[1], pair[0]))[:_MOST])


def _is_class(word: str) -> bool:
    return len(word) > 2 and word[0] == "<" and word[-1] == ">"


def spaced(before: Sequence[str], word: str, kept: AbstractSet[str]) -> bool:
    """Whether a blank is usual before a word that nothing here was seen behind these words."""
    last = before[-1] if before else NEWLINE
    if last == NEWLINE or last[0] == "<" or last in _TIGHT_BEHIND or word in _TIGHT_BEFORE:
        return False
    if word in ("(", "["):
        return not (last.isidentifier() and last not in kept) and last not in (")", "]")
    if word == "=" or last == "=":
        depth = 0
        for each in reversed(before):
            if each == NEWLINE:
                break
            depth += (each in "([{") - (each in ")]}")
        return depth <= 0
    return True


@cache
def idioms(language: str | None) -> Idioms | None:
    """The counts of a language; None where nobody counted."""
    return Idioms(language) if language in _SPOKEN else None


_Table = tuple[Array, Array, Array, Array]
"""`(ids, what the experts say, rough mix, blanks)` of words."""


def joined(table: _Table, more: Sequence[int], shares: Sequence[float], blanks: Sequence[float]) -> _Table:
    """The table with more words and what they add to the rough mix."""
    ids, p, rough, blank = table
    known = {number: n for n, number in enumerate(ids.tolist())}
    fresh: list[int] = []
    raised = np.concatenate([rough, np.zeros(len(more))])
    for n, (number, share) in enumerate(zip(more, shares, strict=True)):
        at = known.get(number)
        if at is None:
            at = known[number] = len(ids) + len(fresh)
            fresh.append(n)
        raised[at] += share
    if fresh:
        ids = np.concatenate([ids, np.array([more[n] for n in fresh], np.int64)])
        p = np.concatenate([p, np.zeros((len(p), len(fresh)))], axis=1)
        blank = np.concatenate([blank, [blanks[n] for n in fresh]])
    return ids, p, raised[: len(ids)], blank
