"""From the evidence of a candidate line to its text and a confidence: a logistic regression over readable features.

Weights live in `complete.json` with their provenance; `tests/bench/completion_fit.py` makes them. A confidence is the
probability that the developer wanted exactly this rest of the line. Absent on purpose: thresholds (the task's).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import resources
from typing import Any, Final

from copilot.engines.embedded.caret import Caret
from copilot.engines.embedded.lines import WORST, Found, Question

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
)

_UNFITTED: Final = (0.0, 1.0, 0.0)
"""A feature that is younger than the fit says nothing until the next one (a test holds them equal)."""

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


def features(
    found: Found, others: Sequence[Found], question: Question, caret: Caret, seen: AbstractSet[str]
) -> list[float]:
    """The values of `FEATURES` for one candidate among `others` (itself included); `seen`: words before the caret."""
    words = [question.vocabulary.word(n) for n in found.words]
    best = max(line.match for line in others)
    shape_best = max(line.shape_match for line in others)
    rival = max((line.logp for line in others if line is not found), default=WORST)
    total = sum(len(line.matches) for line in others) or 1
    logp = max(found.logp, WORST)
    names = [w for w in words if w.isidentifier()]
    fresh = sum(w not in seen for w in names)
    line = [*caret.before.words[len(caret.before.words) - caret.column :], *words] if caret.column else words
    balance = sum((w in _OPENERS) - (w in _CLOSERS) for w in line)
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
    """The fitted regression: `mean`, `scale`, `weight` by feature name, and `bias`."""
    data: dict[str, Any] = json.loads(resources.files(__package__).joinpath("complete.json").read_text("utf-8"))
    return data


def confidence(values: Sequence[float]) -> float:
    """The probability that a candidate with these features is exactly what the developer wants."""
    fitted = weights()
    score = float(fitted["bias"])
    for name, value in zip(FEATURES, values, strict=True):
        mean, scale, weight = fitted["features"].get(name, _UNFITTED)
        score += weight * (value - mean) / scale
    return 1 / (1 + math.exp(-max(min(score, 30.0), -30.0)))
