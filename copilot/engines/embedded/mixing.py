"""How the experts are mixed into one probability: a log-linear model over what each says of a word.

The experts are the word and the shape model of the open file and of the other files, both together, and the unigram.
How much each counts depends on how deep its match is (gates); the class of a word in its grammatical surrounding, its
kind, and how lately the name was used speak too. Weights live in `mix.json`, made by `tests/bench/completion_fit.py`
from histories of other packages. Absent on purpose: numpy-free callers (this needs it) and any state.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from copilot.context.lexemes import kept_words
from copilot.context.tokens import LONG, NEW_NAME, NEWLINE, SOME_NUMBER, SOME_STRING, START
from copilot.engines.embedded import position
from copilot.engines.embedded.below import NOTHING, Expected
from copilot.engines.embedded.idioms import NOTHING_SAID, Chances, plain
from copilot.engines.embedded.likelihood import general
from copilot.syntax.lexemes import KEYWORDS, mark_of

Array = NDArray[Any]

EXPERTS: Final = ("own_words", "other_words", "all_words", "own_shapes", "other_shapes", "all_shapes", "unigram")
GATED: Final = ((0, 0), (1, 1), (3, 2), (4, 3))
"""Experts with a gate, and whose reach opens it."""

BINS: Final = (1, 2, 3, 5, 8, 14, 24)
"""Limits of the reach (words of matching context) between the bins of a gate."""

CLASS_BINS: Final = (1, 2, 3, 5, 8)

KINDS: Final = ("newline", "opener", "closer", "comma", "dot", "string", "number", "name", "operator")
EXTRA: Final = ("class", "kept", "recent", "among_recent", "latest", "again", "local", "length", "unused", "unbound",
                "spoken", "spoken_class", "spoken_never")  # fmt: skip
FLOOR: Final = -13.8
"""What an expert that never saw a word says of it (natural logarithm)."""

_LEAST: Final = 1e-6
_CLASSES_SAID: Final = frozenset({NEW_NAME, SOME_NUMBER, SOME_STRING})
_NEVER: Final = -13.0
_CLASS_ORDER: Final = 3
_BACK_OFF: Final = 4.0
_CLASSES: Final = 120
_LINE_MARKS: Final = ("NL=", "NL>", "NL<")


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a word is asked for: the words before it, the names used last (latest first), and the reach of the experts:
    words of the open file and of the others, shapes of both; `spoken`: what is said everywhere (`idioms`); `brackets` that
    are open, and the `step` to the next line (`position`).
    """

    language: str | None
    before: Sequence[str]
    recent: Sequence[str]
    reach: tuple[int, int, int, int]
    spoken: Chances = NOTHING_SAID.chances
    expected: Expected = NOTHING
    brackets: Sequence[str] = ()
    step: int | None = None


@dataclass(frozen=True)
class _Weights:
    """The weights as arrays: by expert (7), where one is missing (4), both by reach (4 x 8), by kind, by name."""

    experts: Array
    missing: Array
    gates: Array
    missing_gates: Array
    kinds: tuple[float, ...]
    extra: dict[str, float]
    class_gates: tuple[float, ...]
    spoken_gates: tuple[float, ...]
    places: tuple[float, ...]


_GATED_NAMES: Final = tuple(EXPERTS[expert] for expert, _ in GATED)
_SIZES: Final = {
    **dict.fromkeys(EXPERTS, 1),
    **{f"{name}_missing": 1 for name in _GATED_NAMES},
    **{f"{name}_by_reach": len(BINS) + 1 for name in _GATED_NAMES},
    **{f"{name}_missing_by_reach": len(BINS) + 1 for name in _GATED_NAMES},
    **{f"is_{kind}": 1 for kind in KINDS},
    **dict.fromkeys(EXTRA, 1),
    "class_by_reach": len(CLASS_BINS) + 1,
    "spoken_by_reach": len(CLASS_BINS) + 1,
    "by_place": position.SIZE,
}
"""The columns of `table`, in order, as they are named in `mix.json`."""


@cache
def weights() -> _Weights:
    """The fitted weights."""
    data = json.loads(resources.files(__package__).joinpath("mix.json").read_text("utf-8"))["weights"]
    return _Weights(
        np.array([data[name] for name in EXPERTS]),
        np.array([data[f"{name}_missing"] for name in _GATED_NAMES]),
        np.array([data[f"{name}_by_reach"] for name in _GATED_NAMES]),
        np.array([data[f"{name}_missing_by_reach"] for name in _GATED_NAMES]),
        tuple(data[f"is_{kind}"] for kind in KINDS),
        {name: data[name] for name in EXTRA},
        tuple(data["class_by_reach"]),
        tuple(data["spoken_by_reach"]),
        tuple(data["by_place"]),
    )


def named(weight: Sequence[float]) -> dict[str, float | list[float]]:
    """The weights of `table`'s columns by name."""
    found: dict[str, float | list[float]] = {}
    at = 0
    for name, size in _SIZES.items():
        values = [round(float(value), 3) for value in weight[at : at + size]]
        found[name] = values[0] if size == 1 else values
        at += size
    return found


def table(words: Sequence[str], p: Array, unigram: Array, moment: Moment, local: Sequence[bool]) -> Array:
    """One row a word, the columns of `_SIZES`: times the weights it is the score of `mix`. For fitting."""
    logs = _logs(p, unigram)
    columns: dict[str, Array] = dict(zip(EXPERTS, logs, strict=True))
    none = np.zeros(len(words))
    for name, (expert, gate) in zip(_GATED_NAMES, GATED, strict=True):
        missing = (logs[expert] < _NEVER).astype(float)
        columns[f"{name}_missing"] = missing
        at = int(np.searchsorted(BINS, moment.reach[gate], side="right"))
        for suffix, value in (("by_reach", logs[expert]), ("missing_by_reach", missing)):
            columns[f"{name}_{suffix}"] = np.stack([value if n == at else none for n in range(len(BINS) + 1)])
    rows = [_told(word, moment, fresh=fresh) for word, fresh in zip(words, local, strict=True)]
    for n, kind in enumerate(KINDS):
        columns[f"is_{kind}"] = np.array([row[0] == n for row, _ in rows], float)
    for n, name in enumerate(EXTRA):
        columns[name] = np.array([values[n] for _, values in rows])
    at = class_bin(moment)
    for name in ("class", "spoken"):
        columns[f"{name}_by_reach"] = np.stack([columns[name] if n == at else none for n in range(len(CLASS_BINS) + 1)])
    columns["by_place"] = np.zeros((position.SIZE, len(words)))
    for n, found in enumerate(_places(words, moment)):
        columns["by_place"][list(found), n] = 1
    return np.vstack([columns[name] for name in _SIZES]).T


def _places(words: Sequence[str], moment: Moment) -> list[tuple[int, ...]]:
    last = moment.before[-1] if moment.before else NEWLINE
    return position.places(words, last, moment.brackets, moment.step, moment.language)


def _logs(p: Array, unigram: Array) -> Array:
    said = np.concatenate([p, unigram[None]])
    return np.where(said > _LEAST, np.log(np.maximum(said, _LEAST)), FLOOR)


def _told(word: str, moment: Moment, *, fresh: bool) -> tuple[_Facts, tuple[float, ...]]:
    """`(facts, values of EXTRA)` of a word."""
    facts = _facts(word, moment.language)
    _, kept, name, mark, as_said = facts
    rank = list(moment.recent).index(word) if word in moment.recent else -1
    marks = _marks(moment)
    values = (
        _class_logs(moment.language, marks)(mark),
        float(kept),
        1 / (1 + rank) if rank >= 0 else 0.0,
        float(rank >= 0),
        float(rank == 0),
        float(name and word in moment.before),
        float(fresh),
        float(len(word)),
        float(word in moment.expected.unused),
        float(word in moment.expected.unbound),
        *_spoken(as_said, moment.spoken),
    )
    return facts, values


def _spoken(as_said: str, spoken: Chances) -> tuple[float, float, float]:
    """`(logarithm of what is said everywhere, whether only of its class, whether nothing)` of a word."""
    chance = spoken.get(as_said)
    if chance is not None:
        return math.log(max(chance, _LEAST)), float(as_said in _CLASSES_SAID), 0.0
    chance = spoken.get(NEW_NAME) if as_said.isidentifier() else None
    if chance is None:
        return FLOOR, 0.0, 1.0
    return math.log(max(chance, _LEAST)), 1.0, 0.0


def mix(words: Sequence[str], p: Array, unigram: Array, moment: Moment, local: Sequence[bool]) -> Array:
    """The probability of each word; they sum to one. `p`: what the six experts say (rows), 0 where they say nothing."""
    fitted = weights()
    logs = _logs(p, unigram)
    bins = [bisect_right(BINS, moment.reach[gate]) for _, gate in GATED]
    by_expert = fitted.experts.copy()
    score = np.zeros(len(words))
    for n, (expert, _) in enumerate(GATED):
        by_expert[expert] += fitted.gates[n, bins[n]]
        score += (logs[expert] < _NEVER) * (fitted.missing[n] + fitted.missing_gates[n, bins[n]])
    score += by_expert @ logs
    score += grammar_of(words, moment, local)
    score -= score.max()
    found = np.exp(score)
    return np.asarray(found / found.sum())


def grammar_of(words: Sequence[str], moment: Moment, local: Sequence[bool]) -> Array:
    """The part of the score that asks no expert: class, kind, recency of the name."""
    fitted, language = weights(), moment.language
    extra = fitted.extra
    among = extra["among_recent"]
    classes = _class_logs(language, _marks(moment))
    by_class = extra["class"] + fitted.class_gates[class_bin(moment)]
    by_spoken = extra["spoken"] + fitted.spoken_gates[class_bin(moment)]
    expected = moment.expected
    rank = {name: n for n, name in enumerate(moment.recent)}
    nearby = set(moment.before)
    scores = []
    for word, fresh, places in zip(words, local, _places(words, moment), strict=True):
        name, mark, as_said, score = _standing(word, language)
        score += by_class * classes(mark)
        if (n := rank.get(word)) is not None:
            score += among + extra["recent"] / (1 + n) + (extra["latest"] if n == 0 else 0.0)
        if name and word in nearby:
            score += extra["again"]
        if fresh:
            score += extra["local"]
        if word in expected.unused:
            score += extra["unused"]
        if word in expected.unbound:
            score += extra["unbound"]
        said, of_class, never = _spoken(as_said, moment.spoken)
        for at in places:
            score += fitted.places[at]
        score += by_spoken * said + extra["spoken_class"] * of_class + extra["spoken_never"] * never
        scores.append(score)
    return np.array(scores)


def _marks(moment: Moment) -> tuple[str, ...]:
    """The classes of the words before; a line end is told by the indent behind it."""
    words = [word for word in moment.before if word != NEWLINE]
    return tuple(_facts(word, moment.language)[3] for word in words[-_CLASS_ORDER:])


def class_bin(moment: Moment) -> int:
    """Where the deepest match of words stands among the bins of the class's gate (0..5)."""
    deepest = max(moment.reach[:2])
    return sum(deepest >= limit for limit in CLASS_BINS)


_Facts = tuple[int, bool, bool, str, str]


@lru_cache(maxsize=65536)
def _facts(word: str, language: str | None) -> _Facts:
    """`(kind, kept word, plain name, class, as idioms count it)` of a word."""
    kept = word in kept_words(language)
    return kind_of(word), kept, word.isidentifier() and not kept, mark(word, language), plain(word, language)


@lru_cache(maxsize=65536)
def _standing(word: str, language: str | None) -> tuple[bool, str, str, float]:
    """`(plain name, class, as idioms count it, the part of the score that no surrounding changes)` of a word."""
    kind, kept, name, mark, as_said = _facts(word, language)
    fitted = weights()
    score = fitted.kinds[kind] + fitted.extra["length"] * len(word) + (fitted.extra["kept"] if kept else 0.0)
    return name, mark, as_said, score


def kind_of(word: str) -> int:
    """The index of a word's kind in `KINDS`."""
    if word == NEWLINE:
        return 0
    if word in ("(", "[", "{"):
        return 1
    if word in (")", "]", "}"):
        return 2
    if word in (",", "."):
        return 3 if word == "," else 4
    if word[-1] in "'\"":
        return 5
    if word[0].isdigit():
        return 6
    return 7 if word.isidentifier() else 8


def mark(word: str, language: str | None) -> str:
    """The class of a word in the general model (`likelihood`)."""
    first = word[0]
    if word in (NEWLINE, START):
        return "NL="
    if word == LONG or word[-1] in "'\"":
        return "s"
    if word.startswith("<I"):
        return "NL>" if "+" in word else "NL<" if "-" in word else "NL="
    if first.isalpha() or first == "_":
        return word if word in KEYWORDS.get(language or "", ()) else mark_of("name", word)
    return "0" if first.isdigit() else word


class _Classes:
    """The logarithm of each class's probability behind some classes, in the general model of a language."""

    def __init__(self, language: str | None, marks: tuple[str, ...]) -> None:
        self._counts = general(language) if language in KEYWORDS else {}
        self._marks, self._known = marks, dict[str, float]()

    def __call__(self, mark: str) -> float:
        found = self._known.get(mark)
        if found is None:
            parts = _LINE_MARKS if mark == "NL=" else (mark,)
            found = self._known[mark] = math.log(sum(map(self._chance, parts)))
        return found

    def _chance(self, mark: str) -> float:
        run = (*self._marks, mark)
        chance = 1.0 / _CLASSES
        for length in range(1, len(run) + 1):
            part = run[len(run) - length :]
            seen = self._counts.get(" ".join(part), 0)
            chance = (seen + _BACK_OFF * chance) / (self._counts.get(" ".join(part[:-1]) + " ", 0) + _BACK_OFF)
        return chance


@lru_cache(maxsize=4096)
def _class_logs(language: str | None, marks: tuple[str, ...]) -> _Classes:
    return _Classes(language, marks)
