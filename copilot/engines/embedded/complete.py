"""Inline completion without a model: the rest of the line, learned from the open file and the repository.

The work runs in a thread of `resources.executor` and is cut short by the deadline (it answers with what is ready)
or by closing the iterator. Silence where there is nothing to learn from: comments, long strings, the middle of a
word, or code that already stands behind the caret. Absent on purpose: several lines, and thresholds (the task's).
"""

from __future__ import annotations

import asyncio
import itertools
import math
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from copilot.context.gather import line_of
from copilot.engines.base import Resources
from copilot.engines.embedded import outcomes, session
from copilot.engines.embedded.caret import Caret, caret
from copilot.messages import say
from copilot.tasks.complete import THRESHOLDS
from copilot.types import Candidate, CompleteOptions, Context, Declined, Edit, Request, Span

if TYPE_CHECKING:
    from copilot.context.index import Index
    from copilot.engines.embedded.candidate import Found

_OFFERED: Final = 3
_OWN: Final = 0.7
"""The part of the deadline that is the engine's own; the checks and the way back need the rest."""

_EFFORT_S: Final = 0.08
"""An automatic completion is answered with what is ready after so much work of its thread (on an idle machine that is the
wait, too), whatever the deadline allows.
"""

_CERTAIN: Final = {"quiet": 0.9, "normal": 0.8, "eager": 0.65}
"""The least probability of the next words, by profile; they are proposed while somebody types, not when asked for."""

_DOUBTFUL: Final = 0.65
_NEARLY: Final = 0.85

_SHORTEST: Final = 3
"""Characters from which the next words are worth a key."""

_REFUSED: Final = 0.8
"""How much each proposal that the developer typed past on this line takes from the log odds of the next ones."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rest of line: what to insert at the caret, how sure (0..1), the evidence, and the values behind `confidence`."""

    text: str
    confidence: float
    found: Found
    values: tuple[float, ...]
    source: str = ""
    """`folder/name.py:12` of the line it was copied from; empty when no single line stands behind it."""
    whole: bool = True
    """Whether it is meant to be the whole rest of the line; else the next words, which are surer."""

    said: float = 0.0
    """What `confidence` was before it followed what became of earlier proposals."""


async def propose(request: Request, context: Context, resources: Resources) -> AsyncIterator[Candidate | Declined]:
    """At most three lines, surest first, and maybe the next words, behind or before them; or the reason for silence."""
    if resources.index.excluded(request.document.path):
        yield Declined(say("policy keeps this file out of completion"))
        return
    place = request.span
    if len(place):
        yield Declined(say("completion needs a caret, not a selection"))
        return
    stop = threading.Event()
    deadline = time.monotonic() + _OWN * resources.settings.completion.patience_s(request.trigger)
    loop = asyncio.get_running_loop()
    try:
        answer = await loop.run_in_executor(resources.executor, _answer, request, context, resources, deadline, stop)
    finally:
        stop.set()
    if isinstance(answer, Declined):
        yield answer
        return
    for proposal in answer:
        yield Candidate(
            (Edit(request.document.path, Span(place.end, place.end), proposal.text),),
            f"embedded: {proposal.source}" if proposal.source else "embedded",
            proposal.confidence,
            title=say("complete the line") if proposal.whole else say("complete the next words"),
        )


def _answer(
    request: Request, context: Context, resources: Resources, deadline: float, stop: threading.Event
) -> list[Proposal] | Declined:
    here = caret(request.document.path, request.document.language, context.before, context.after)
    if isinstance(here, str):
        reasons = {
            "inside": say("the caret is inside a word"),
            "rest": say("code follows the caret on its line"),
            "place": say("comments and long strings are not completed"),
        }
        return Declined(reasons[here])
    typing = request.trigger == "automatic"
    found = proposals(
        request,
        here,
        resources.index,
        deadline,
        stop,
        effort=_EFFORT_S if typing else math.inf,
        least=_CERTAIN[_profile(request)] if typing else math.inf,
    )
    if not found or stop.is_set():  # nobody hears it any more: it must not count as shown
        return Declined(say("nothing like this was seen before"))
    return cautious(request, context.before, found, getattr(resources.index, "folder", None))


def cautious(request: Request, before: str, found: list[Proposal], folder: Path | None = None) -> list[Proposal]:
    """The proposals with the confidence that is left after what the developer typed past on this line, and after what
    became of earlier ones in the workspace whose index lies in `folder`; noted as shown.

    The next words are proposed only where no whole line is sure enough, and only if they still are.
    """
    path, profile = request.document.path, _profile(request)
    doubt = _REFUSED * session.refused(path, before)
    if request.trigger == "automatic":
        for confidence, right in session.settled(path, before):
            outcomes.learn(folder, confidence, right=right)
        doubt -= outcomes.of(folder).shift()
    found = [replace(each, confidence=lowered(each.confidence, doubt), said=each.confidence) for each in found]
    whole = [each for each in found if each.whole][:_OFFERED]
    part = [each for each in found if not each.whole and each.confidence >= _CERTAIN[profile]]
    # A few words that are nearly certain are worth more than a line that is hardly likelier than not.
    surer = part and (not whole or (whole[0].confidence < _DOUBTFUL and part[0].confidence >= _NEARLY))
    found = [*part, *whole] if surer else [*whole, *part]
    shown = next((each for each in found if not each.whole or each.confidence >= THRESHOLDS[profile]), None)
    # What the engine would show without the correction teaches, shown or not: else it could silence itself for ever.
    would = next((each for each in found if not each.whole or each.said >= THRESHOLDS[profile]), None)
    if would is not None:
        session.note(path, before, would.text, would.said, shown=would is shown)
    if shown is not None and shown is not would:
        session.note(path, before, shown.text, shown.said)
    return found


def _profile(request: Request) -> str:
    return request.options.profile if isinstance(request.options, CompleteOptions) else "normal"


def lowered(confidence: float, doubt: float) -> float:
    """A probability with its log odds lowered by `doubt`."""
    odds = confidence / max(1 - confidence, 1e-9) * math.exp(-doubt)
    return odds / (1 + odds)


def proposals(
    request: Request,
    here: Caret,
    index: Index,
    deadline: float = math.inf,
    stop: threading.Event | None = None,
    *,
    effort: float = math.inf,
    least: float = math.inf,
) -> list[Proposal]:
    """Candidates for the rest of the caret's line, surest first. Synchronous: a few to tens of milliseconds of CPU.

    The last one may be the next words only, if their probability is at least `least` (and not the whole line's).
    It answers with what is ready at the deadline (monotonic seconds), after `effort` seconds of CPU, or once stopped.
    """
    from copilot.context.listing import relative  # numpy below costs 100 ms: paid here, in the worker thread
    from copilot.context.tokens import NEWLINE
    from copilot.engines.embedded import below, calibrate, candidate, lines, ngram, rank, scene
    from copilot.engines.embedded import sources as places

    corpus = index.corpus(request.document.language)
    vocabulary = places.Vocabulary(corpus)
    sources = [places.buffer(here.before, here.after, here.extra, vocabulary)]
    start = ngram.past(here.before, here.extra, here.recent, vocabulary, request.document.language)
    under, due = below.below(here), below.expected(here, request.document.language)
    root = getattr(index, "root", None)
    own = relative(root, request.document.path) if root is not None else None
    if corpus is not None:
        sources += places.repository(corpus, own)
    model = ngram.Model(
        sources,
        start,
        vocabulary,
        corpus,
        request.document.language,
        typed=here.typed,
        own=lambda: itertools.chain(here.before.backward(), here.after.forward()),
        before=[vocabulary.id(word) for word in here.before.words[-lines.SURROUNDING :]],
        expected=due,
        step=under.step,
        deadline=deadline,
        stop=stop,
        effort=effort,
    )
    closer = here.rest.strip()[:1]
    question = candidate.Question(
        here.typed,
        closer if closer and closer in ")]}" else "",
        vocabulary,
        vocabulary.id(NEWLINE),
        vocabulary.id(under.indent) if under.indent else -1,
        tuple(vocabulary.id(word) for word in under.words),
        [*here.before.words, *here.extra],
        here.before.spaces,
        here.column,
    )
    found = lines.candidates(model, question)
    around = scene.scene(here, request.document.language, lines.top(model), model.reach(), due, under)
    kept: list[Proposal] = []
    row = line_of(request.document, request.span.start)
    correction = calibrate.of(getattr(index, "folder", None)).correction
    for line in found:
        text = rank.render(line, question, here)
        if text is not None:
            values = rank.features(line, found, question, here, around)
            sure = rank.confidence(values, correction) if line.scored else rank.instant(values)
            kept.append(
                Proposal(text, sure, line, tuple(values), _source(line, corpus, request, row, row - here.before.line))
            )
    kept.sort(key=lambda p: (-p.confidence, p.text))
    part = lines.certain(model, question, least) if least < 1 else None
    text = rank.render(part[0], question, here) if part is not None else None
    if part is not None and text is not None and len(text.strip()) >= _SHORTEST:
        kept.append(Proposal(text, part[1], part[0], (), whole=False))
    return kept


def _source(line: Found, corpus: object, request: Request, row: int, first: int) -> str:
    """`path:line` (from 1) of the line that a candidate repeats. Of the open file, lines count from its line `first`
    before the caret, and from the caret's, `row`, behind it.
    """
    from copilot.context.corpus import Corpus

    if line.where is None:
        return ""
    segment, at = line.where
    number = int(segment.lines[at])
    owner = int(segment.owner[at])
    if owner > 0 and isinstance(corpus, Corpus):
        return f"{corpus.live[owner]}:{number + 1}"
    return f"{request.document.path.name}:{(first if owner == 0 else row) + number + 1}"
