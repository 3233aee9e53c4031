"""Inline completion without a model: the rest of the line, learned from the open file and the repository.

The work runs in a thread of `resources.executor` and is cut short by the deadline (it answers with what is ready)
or by closing the iterator. Silence where there is nothing to learn from: comments, long strings, the middle of a
word, or code that already stands behind the caret. Absent on purpose: several lines, and thresholds (the task's).
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from copilot.context.lexemes import kept_words
from copilot.engines.base import Resources
from copilot.engines.embedded.caret import Caret, caret
from copilot.messages import say
from copilot.types import Candidate, Context, Declined, Edit, Request, Span

if TYPE_CHECKING:
    from copilot.context.index import Index
    from copilot.engines.embedded.lines import Found

_OFFERED: Final = 3
_OWN: Final = 0.7
"""The part of the deadline that is the engine's own; the checks and the way back need the rest."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A rest of line: what to insert at the caret, how sure (0..1), the evidence, and the values behind `confidence`."""

    text: str
    confidence: float
    found: Found
    values: tuple[float, ...]
    source: str = ""
    """`name.py:12` of the line it was copied from; empty when no single line stands behind it."""


async def propose(request: Request, context: Context, resources: Resources) -> AsyncIterator[Candidate | Declined]:
    """At most three candidates, surest first, or the reason for silence."""
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
    for proposal in answer[:_OFFERED]:
        yield Candidate(
            (Edit(request.document.path, Span(place.end, place.end), proposal.text),),
            f"embedded: {proposal.source}" if proposal.source else "embedded",
            proposal.confidence,
            title=say("complete the line"),
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
    found = proposals(request, here, resources.index, deadline, stop)
    return found or Declined(say("nothing like this was seen before"))


def proposals(
    request: Request,
    here: Caret,
    index: Index,
    deadline: float = math.inf,
    stop: threading.Event | None = None,
) -> list[Proposal]:
    """Candidates for the rest of the caret's line, surest first. Synchronous: a few to tens of milliseconds of CPU."""
    from copilot.context.listing import relative  # numpy below costs 100 ms: paid here, in the worker thread
    from copilot.engines.embedded import lines, ngram, rank

    corpus = index.corpus(request.document.language)
    vocabulary = ngram.Vocabulary(corpus)
    sources = [ngram.buffer(here.before, here.after, here.extra, vocabulary)]
    start = ngram.past(here.before, here.extra, here.recent, vocabulary)
    root = getattr(index, "root", None)
    own = relative(root, request.document.path) if root is not None else None
    if corpus is not None:
        sources += ngram.repository(corpus, own)
    literal = kept_words(request.document.language)
    model = ngram.Model(sources, start, vocabulary, corpus, literal, deadline=deadline, stop=stop)
    closer = here.rest.strip()[:1]
    question = lines.Question(here.typed, closer if closer and closer in ")]}" else "", vocabulary)
    found = lines.candidates(model, question)
    seen = set(here.before.words)
    kept: list[Proposal] = []
    for line in found:
        text = rank.render(line, question, here)
        if text is not None:
            values = rank.features(line, found, question, here, seen)
            kept.append(Proposal(text, rank.confidence(values), line, tuple(values), _source(line, corpus, request)))
    return sorted(kept, key=lambda p: (-p.confidence, p.text))


def _source(line: Found, corpus: object, request: Request) -> str:
    """`name:line` (from 1) of the line that a candidate repeats."""
    from copilot.context.corpus import Corpus

    if line.where is None:
        return ""
    segment, at = line.where
    number = int(segment.lines[at])
    owner = int(segment.owner[at])
    if owner > 0 and isinstance(corpus, Corpus):
        return f"{corpus.live[owner].rpartition('/')[2]}:{number + 1}"
    return f"{request.document.path.name}:{number + 1}" if owner == 0 else request.document.path.name
