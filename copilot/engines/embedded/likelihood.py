"""How ordinary a sequence of lexemes is: a 4-gram model over lexeme classes, general counts plus the document's own.

The general counts (`grams/<language>.txt`, made by `tests/bench/fix_grams.py`) hold classes only - keywords, operators,
"a name", "a string" - no identifier and no line of anyone's code. The document adds its own classes, weighted.
Backing off is Dirichlet smoothing (MacKay and Peto 1995): P(c|abx) = (n(abxc) + K P(c|bx)) / (n(abx) + K).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from typing import Final

ORDER: Final = 4
_BACK_OFF: Final = 4.0
_A_KIND: Final = 2.0
"""What each kind of successor that a run has adds to the weight of the shorter run (after Witten and Bell 1991)."""

_OWN_WEIGHT: Final = 3
_VOCABULARY: Final = 120
_SEPARATOR: Final = " "

Counts = dict[str, int]
"""Counts of `a b c d` (and of the shorter prefixes), marks joined by a space."""


def count(sequences: Iterable[Sequence[str]]) -> Counter[str]:
    """Counts of all runs of 1..ORDER marks and, as the run plus a space, how often the run has a successor."""
    found: Counter[str] = Counter()
    for marks in sequences:
        padded = ["NL="] * (ORDER - 1) + list(marks)
        for end in range(ORDER - 1, len(padded)):
            for length in range(1, ORDER + 1):
                run = padded[end - length + 1 : end + 1]
                found[_SEPARATOR.join(run)] += 1
                found[_SEPARATOR.join(run[:-1]) + _SEPARATOR] += 1
    return found


@cache
def general(language: str) -> Counts:
    """The shipped counts of a language."""
    found: Counter[str] = Counter()
    text = resources.files(__package__).joinpath("grams", f"{language}.txt").read_text("utf-8")
    for line in text.splitlines():
        *run, number = line.split(_SEPARATOR)
        times = int(number)
        found[_SEPARATOR.join(run)] += times
        found[_SEPARATOR.join(run[:-1]) + _SEPARATOR] += times
    return dict(found)


@cache
def kinds(language: str) -> Counts:
    """How many different marks follow each run."""
    found: Counter[str] = Counter()
    for run in general(language):
        head, _, last = run.rpartition(_SEPARATOR)
        if last:
            found[head + _SEPARATOR] += 1
    return dict(found)


class Likelihood:
    """Log probabilities for one document; make one a repair, not one a candidate."""

    def __init__(self, language: str, marks: Sequence[str]) -> None:
        self._general = general(language)
        self._kinds = kinds(language)
        self._own = count([marks])
        self._memo: dict[tuple[str, ...], float] = {}

    def surprise(self, marks: Sequence[str], first: int, last: int) -> float:
        """Minus the log probability of `marks[first:last]`, each given the three marks before it."""
        total = 0.0
        for at in range(first, min(last, len(marks))):
            run = tuple(marks[max(0, at - ORDER + 1) : at + 1])
            cost = self._memo.get(run)
            if cost is None:
                cost = self._memo[run] = -math.log(self._probability(run))
            total += cost
        return total

    def _probability(self, run: tuple[str, ...]) -> float:
        chance = 1.0 / _VOCABULARY
        for length in range(1, len(run) + 1):
            part = run[len(run) - length :]
            whole, history = _SEPARATOR.join(part), _SEPARATOR.join(part[:-1]) + _SEPARATOR
            seen = self._general.get(whole, 0) + _OWN_WEIGHT * self._own[whole]
            base = self._general.get(history, 0) + _OWN_WEIGHT * self._own[history]
            held_back = _BACK_OFF + _A_KIND * self._kinds.get(history, 0)
            chance = (seen + held_back * chance) / (base + held_back)
        return chance
