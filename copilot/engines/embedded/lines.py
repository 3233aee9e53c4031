"""Candidates for the rest of the line: what the model spells out, and what followed the deepest matches elsewhere.

A beam search over the n-gram model and copies of the rest of the line are joined by their words; each candidate
knows its evidence, from which `rank` makes a confidence. Absent on purpose: text (spacing is kept, rendering is
`render`) and judgement.
"""

from __future__ import annotations

import math
from typing import Final

from copilot.context.tokens import is_structure
from copilot.engines.embedded import copied, mended
from copilot.engines.embedded.candidate import CLOSE, OPEN, WORST, Found, Line, Question
from copilot.engines.embedded.ngram import Model

_BEAM: Final = 3
_STEPS: Final = 28
_WIDTH: Final = 5
_FIRST_WIDTH: Final = 40
_FLOOR: Final = -7.0
_SLACK: Final = 1.5
_KEPT: Final = 10
_SCORED: Final = 24
_MENDED: Final = 6
_LEAST: Final = 1e-9
_SAID: Final = 1e-4
_BEHIND: Final = 4.5
SURROUNDING: Final = 48
"""Words before the caret that are compared with those before a source."""


def candidates(model: Model, question: Question) -> list[Found]:
    """At most eight candidates with their evidence, in no particular order."""
    found = {line.words: line for line in copied.copies(model, question)}
    if not model.expired():
        copied.add_shaped(found, model, question)
    if not model.expired():
        copied.add_analogous(found, model, question)
    if not model.expired():
        for rank, beam in enumerate(_search(model, question)):
            known = found.setdefault(beam.words, beam)
            known.logp, known.worst, known.beam = beam.logp, beam.worst, rank
    best = max((line.match for line in found.values()), default=0)
    kept = sorted(found.values(), key=lambda line: (-_promise(line, best), line.words))[:_KEPT]
    if not model.expired():
        fresh = {line.words: line for line in mended.mended(kept[:_MENDED], model, question) if line.words not in found}
        kept = sorted([*kept, *fresh.values()], key=lambda line: (-_promise(line, best), line.words))[:_KEPT]
    near = _near(model)
    # A line far less probable than the best one cannot win: how much less is not worth knowing.
    floor = max(WORST, max((line.logp for line in kept), default=WORST) - _BEHIND)
    for line in kept:
        if model.expired():
            break
        logp, worst, said = _score(model, question, line, floor)
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
        depth += (text in OPEN) - (text in CLOSE)
        if depth == 0 and (text[-1].isalnum() or text[-1] in "_'\"" or text in CLOSE) and text not in model.kept:
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
    return (
        6 * (0 <= line.beam < 3)
        + 0.5 * min(line.match, 20)
        + shapes
        + 0.4 * min(line.support(best), 10)
        + line.own
        + 0.5 * line.led
        + 0.3 * min(line.alike, 20)
        + 2 * line.series
        + 3 * (line.mends > 0)
    )


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


def _score(model: Model, question: Question, line: Found, floor: float) -> tuple[float, float, tuple[float, ...]]:
    """`(log probability, that of the least probable word, what the experts say)` of a line, its end included.

    A word that was made by analogy and that nobody knows is as probable as the one that stood there.
    """
    words = line.words
    stood = line.stood or words
    total = worst = 0.0
    sums, least, asked = [0.0] * 4, [0.0] * 4, 0
    for n in range(min(len(words), _SCORED) + 1):
        if model.expired():
            return WORST, WORST, (*sums, *least)
        following = model.next(words[:n])
        ids = following.ids.tolist()
        if n < len(words):
            word = words[n] if words[n] in ids else stood[n]
            places = [ids.index(word)] if word in ids else []
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
