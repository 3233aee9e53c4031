"""From the evidence of a candidate line to its text and a confidence: a logistic regression over readable features.

Weights live in `complete.json` with their provenance; `tests/bench/completion_fit.py` makes them. A confidence is the
probability that the developer wanted exactly this rest of the line. Absent on purpose: thresholds (the task's).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

from copilot.engines.embedded import below, wellformed
from copilot.engines.embedded.candidate import WORST, Found, Question
from copilot.engines.embedded.caret import Caret
from copilot.engines.embedded.scene import Scene
from copilot.engines.embedded.sources import LOCAL

FEATURES: Final = (
    "logp",
    "logp_word",
    "worst",
    "beam_first",
    "beam_rank",
    "gap",
    "likely",
    "match",
    "match_best",
    "match_is_best",
    "support",
    "shape_match",
    "shape_best",
    "shape_support",
    "share",
    "copied",
    "own",
    "near",
    "words",
    "characters",
    "new_names",
    "new_share",
    "strings",
    "balance",
    "opens_block",
    "ends_closed",
    "same_as_above",
    "column",
    "typed",
    "choices",
    "line_start",
    "is_typed",
    "with_rest",
    "own_words",
    "other_words",
    "own_shapes",
    "other_shapes",
    "own_words_least",
    "other_words_least",
    "own_shapes_least",
    "other_shapes_least",
    "similar",
    "similar_best",
    "top",
    "reach_own",
    "reach_other",
    "unknown_names",
    "in_file",
    "just_above",
    "keyword_first",
    "led",
    "led_best",
    "led_is_best",
    "files",
    "step",
    "step_agrees",
    "binds_below",
    "unbound",
    "uses_unused",
    "unused",
    "strange_names",
    "indent",
    "misclosed",
    "ended_well",
    "left_open",
    "inside",
    "below_closes",
    "has_below",
    "alike",
    "alike_best",
    "alikes",
    "series",
    "invented",
    "first_agrees",
    "mends",
    "ends_alike",
    "ends_comma",
    "comma_fits",
)

LATE: Final = frozenset({
    "logp", "logp_word", "worst", "beam_first", "beam_rank", "gap", "likely", "shape_match", "shape_best",
    "shape_support", "own_words", "other_words", "own_shapes", "other_shapes", "own_words_least", "other_words_least",
    "own_shapes_least", "other_shapes_least", "similar", "similar_best", "top", "choices",
})  # fmt: skip
"""Features that are not known yet when only the copies were found in time."""

PLACE: Final = {name: n for n, name in enumerate(FEATURES)}
_OPENERS: Final = frozenset("([{")
_CLOSERS: Final = frozenset(")]}")


def render(found: Found, question: Question, caret: Caret) -> str | None:
    """What the candidate inserts at the caret; None when nothing, or when it collides with what stands behind it."""
    pieces: list[str] = []
    for n, (number, blank) in enumerate(zip(found.words, found.blanks, strict=True)):
        word = question.vocabulary.word(number)
        if n == 0:
            first = word[len(question.typed) :]
            spaced = blank and not question.typed and caret.line and not caret.line[-1].isspace()
            pieces.append((" " if spaced else "") + first)
        else:
            pieces.append((" " if blank else "") + word)
    text = "".join(pieces)
    rest = caret.rest.strip()
    if rest and not question.closer:
        if question.typed[:1] in ("'", '"') and rest[0] == question.typed[0] and len(found.words) == 1:
            return text[:-1] or None  # the closing quote is already there
        if not text.endswith(rest):
            return None
        text = text[: -len(rest)]
    if not text.strip() or _repeats(caret, text):
        return None
    return text


def _repeats(caret: Caret, text: str) -> bool:
    """Whether the finished line would say again what the next line says (a lone bracket or keyword may repeat)."""
    line = (caret.line + text + caret.rest).strip()
    return line == caret.next_line.strip() and sum(c.isalnum() for c in line) > 3


def features(found: Found, others: Sequence[Found], question: Question, caret: Caret, scene: Scene) -> list[float]:
    """The values of `FEATURES` for one candidate among `others` (itself included)."""
    words = [question.vocabulary.word(n) for n in found.words]
    best = max(line.match for line in others)
    shape_best = max(line.shape_match for line in others)
    led_best = max(line.led for line in others)
    rival = max((line.logp for line in others if line is not found), default=WORST)
    total = sum(len(line.matches) for line in others) or 1
    logp = max(found.logp, WORST)
    names = [w for w in words if w.isidentifier()]
    fresh = sum(w not in scene.before for w in names)
    line = [*caret.before.words[len(caret.before.words) - caret.column :], *words] if caret.column else words
    balance = sum((w in _OPENERS) - (w in _CLOSERS) for w in line)
    left, misclosed = wellformed.behind(scene.brackets, line, scene.language)
    last = words[-1][-1]
    return [
        logp,
        logp / (len(words) + 1),
        max(found.worst, WORST),
        float(found.beam == 0),
        float(found.beam if 0 <= found.beam < 4 else 4),
        min(max(logp - max(rival, WORST), -8.0), 8.0),
        float(logp > -1),
        math.log1p(found.match),
        math.log1p(best),
        float(found.match == best),
        math.log1p(found.support(best)),
        math.log1p(found.shape_match),
        math.log1p(shape_best),
        math.log1p(sum(length >= 0.6 * shape_best for length in found.shape_matches)),
        len(found.matches) / total,
        float(bool(found.matches)),
        float(found.own),
        float(found.near),
        math.log1p(len(words)),
        math.log1p(sum(map(len, words))),
        float(min(fresh, 4)),
        fresh / len(names) if names else 0.0,
        float(min(sum(w[-1] in "'\"" for w in words), 3)),
        float(max(min(balance, 3), -3)),
        float(last in ":{([,"),
        float(last in ");}]"),
        float(words == _line_above(caret)),
        math.log1p(caret.column),
        math.log1p(len(question.typed)),
        math.log1p(len(others)),
        float(not caret.column and not question.typed),
        float(bool(question.typed)),
        float(bool(caret.rest.strip())),
        *found.said,
        found.similar,
        max(line.similar for line in others),
        scene.top,
        math.log1p(scene.reach[0]),
        math.log1p(scene.reach[1]),
        float(min(sum(w not in scene.before and w not in scene.after for w in names), 4)),
        math.log1p(scene.often(tuple(line))),
        float(tuple(line) in scene.above),
        float(words[0] in scene.kept),
        math.log1p(found.led),
        math.log1p(led_best),
        float(found.led == led_best),
        math.log1p(len(found.files)),
        float(scene.step or 0),
        float(wellformed.agrees(line, left, scene.step, scene.following)),
        float(min(sum(w in scene.unbound for w in names), 2)),
        float(min(len(scene.unbound), 3)),
        float(min(sum(w in scene.unused for w in names), 2)),
        float(min(len(scene.unused), 3)),
        float(min(below.strange(line, len(line) - len(words), scene.at_hand), 3)),
        float(scene.indent),
        float(misclosed),
        float(wellformed.well_ended(line, left, bool(scene.brackets), scene.language)),
        float(min(len(left), 3)),
        float(min(len(scene.brackets), 3)),
        float(scene.following[:1] in ((")",), ("]",), ("}",))),
        float(scene.step is not None),
        math.log1p(found.alike),
        math.log1p(max(line.alike for line in others)),
        math.log1p(found.alikes),
        float(found.series),
        float(
            min(
                sum(
                    n >= LOCAL and w not in scene.before and w not in scene.after
                    for n, w in zip(found.words, words, strict=True)
                    if w.isidentifier()
                ),
                3,
            )
        ),
        float(names[0] == scene.following[0] if names and scene.following else 0),
        float(found.mends),
        scene.ends_alike(line),
        float(last == ","),
        (scene.trailing if last == "," else -scene.trailing)
        if scene.following[:1] in ((")",), ("]",), ("}",))
        else 0.0,
    ]


def _line_above(caret: Caret) -> list[str]:
    words = caret.before.words
    end = len(words) - caret.column - (0 if caret.extra else 1)
    start = end - 1
    while start > 0 and words[start - 1] != "\n":
        start -= 1
    return [w for w in words[start : max(end - 1, 0)] if not w.startswith("<I")]


@cache
def weights() -> dict[str, Any]:
    """The fitted model: `bias` and `features` (mean, scale, weight by name) of the regression, `trees` with `tree_bias`."""
    data: dict[str, Any] = json.loads(resources.files(__package__).joinpath("complete.json").read_text("utf-8"))
    return data


@cache
def digest() -> str:
    """A fingerprint of the shipped weights: a correction that was learned for others says nothing about these."""
    read = hashlib.sha256()
    for name in ("complete.json", "mix.json"):
        read.update(resources.files(__package__).joinpath(name).read_bytes())
    return read.hexdigest()[:16]


def logit(values: Sequence[float]) -> float:
    """The shipped model's log odds that a candidate with these features is exactly what the developer wants.

    The mean of a regression and of boosted trees: the one is smooth where there was little to learn from, the other knows
    what matters only together.
    """
    fitted = weights()
    return float(fitted["stretch"]) * _raw(*_shipped(), values) + float(fitted["shift"])


def logits(fitted: Mapping[str, Any], table: Iterable[Sequence[float]]) -> list[float]:
    """The log odds of many candidates by a model that is being fitted, before they are stretched."""
    regression, grown = _regression(fitted), _grown(fitted)
    return [_raw(regression, grown, values) for values in table]


def _raw(regression: _Regression, grown: _Grown, values: Sequence[float]) -> float:
    score, trees = grown
    for tree in trees:
        node = tree
        while type(node) is tuple:
            at, bound, low, high = node
            node = low if values[at] <= bound else high
        score += node
    return (_score(regression, values) + score) / 2


_Regression = tuple[float, list[tuple[int, float, float, float]]]
"""The bias, and for each feature its place, mean, scale and weight."""

_Grown = tuple[float, list[Any]]
"""The bias, and trees: a leaf is what it adds, a split `(feature, bound, tree up to it, tree beyond)`."""


def _regression(fitted: Mapping[str, Any]) -> _Regression:
    rows = fitted["features"].items()
    return float(fitted["bias"]), [(PLACE[name], mean, scale, weight) for name, (mean, scale, weight) in rows]


def _grown(fitted: Mapping[str, Any]) -> _Grown:
    def planted(tree: list[list[float]], at: int) -> Any:
        node = tree[at]
        if len(node) == 1:
            return float(node[0])
        return int(node[0]), node[1], planted(tree, int(node[2])), planted(tree, int(node[3]))

    return float(fitted["tree_bias"]), [planted(tree, 0) for tree in fitted["trees"]]


@cache
def _shipped() -> tuple[_Regression, _Grown]:
    return _regression(weights()), _grown(weights())


@cache
def _at_once() -> _Regression:
    return _regression(weights()["instant"])


@dataclass(frozen=True, slots=True)
class Correction:
    """What a workspace's own history says of the shipped model: `scale * logit + bias + shifts[feature] * value`."""

    scale: float = 1.0
    bias: float = 0.0
    shifts: Mapping[str, float] = field(default_factory=dict)


def _score(regression: _Regression, values: Sequence[float]) -> float:
    score, rows = regression
    for at, mean, scale, weight in rows:
        score += weight * (values[at] - mean) / scale
    return score


def instant(values: Sequence[float]) -> float:
    """The probability where only the copies were found in time: a regression on the features that are known then."""
    return _probability(_score(_at_once(), values))


def _probability(score: float) -> float:
    return 1 / (1 + math.exp(-max(min(score, 30.0), -30.0)))


def confidence(values: Sequence[float], correction: Correction) -> float:
    """The probability that a candidate with these features is right, as this workspace's history corrects it."""
    score = correction.scale * logit(values) + correction.bias
    for name, shift in correction.shifts.items():
        if name in PLACE:
            score += shift * values[PLACE[name]]
    return _probability(score)
