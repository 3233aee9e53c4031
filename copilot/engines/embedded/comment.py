"""Documentation without a model: the contract of a definition in words, placed in the file.

Proposes one candidate for the innermost class, function or method around the request's span (the module outside all
of them), or says why there is nothing to say. Absent on purpose: intent, which the code does not state; layout and
place (`copilot/tasks/docwriting.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final, cast

from copilot.config import Settings
from copilot.engines.base import Resources
from copilot.engines.embedded import header_words, prose_en, prose_zh, remark_words
from copilot.messages import say
from copilot.tasks import comment_header, comment_inline, comment_stale, docwriting
from copilot.tasks.docwriting import Words
from copilot.types import Candidate, CommentOptions, Context, Declined, Request
from copilot.verify.docconventions import language_for

_CONFIDENCE: Final = 0.9
_ASKS: Final = 0.4
"""Of a correction that a person should look at first: no editor is to apply it as "the" fix, by one key for a whole file."""


async def propose(request: Request, _context: Context, resources: Resources) -> AsyncIterator[Candidate | Declined]:
    """The documentation that the tree justifies, as insertions, or the reason for silence."""
    options = request.options if isinstance(request.options, CommentOptions) else CommentOptions()
    if request.facts:
        yield await asyncio.to_thread(corrected, request, options, resources.settings)  # it may ask git
        return
    if options.kind == "inline":
        yield remarked(request, options, resources.settings)
        return
    if options.kind == "header":
        yield headed(request, options, resources.settings)
        return
    yield document_at(request, options, resources.settings)


def remarked(request: Request, options: CommentOptions, settings: Settings) -> Candidate | Declined:
    """Comments for what the code shows inside the span (of a caret: in the function around it)."""
    doc = request.document
    words = remark_words.chinese if language_for(doc, options, settings) == "zh" else remark_words.english
    edits = comment_inline.edits(doc, request.span, words)
    if not edits:
        return Declined(say("the code shows nothing here that its lines do not say"))
    return Candidate(edits, "embedded", _CONFIDENCE, say("Say in comments why"))


def headed(request: Request, options: CommentOptions, settings: Settings) -> Candidate | Declined:
    """The file's header: what it defines."""
    doc = request.document
    if not comment_header.wanted(doc):
        return Declined(say("{name} has a header, or its one type says it all", name=doc.path.name))
    if doc.language == "python":
        return document_at(request, options, settings)
    text = header_words.text(doc, language_for(doc, options, settings))
    edit = comment_header.edit(doc, text) if text else None
    if edit is None:
        return Declined(say("nothing to offer"))
    return Candidate((edit,), "embedded", _CONFIDENCE, say("Write the header of the file"))


def corrected(request: Request, options: CommentOptions, settings: Settings) -> Candidate | Declined:
    """The edits that put a contradiction (a finding of `comment_stale`) right."""
    doc, fact = request.document, request.facts[0]
    found = [one for one in comment_stale.contradictions(doc, fact.span) if one.rule == fact.rule]
    same = [one for one in found if one.span == fact.span and comment_stale.told(one) == fact.message]
    if not same:
        return Declined(say("nothing to offer"))
    words = cast("Words", prose_zh if language_for(doc, options, settings) == "zh" else prose_en)
    edits = comment_stale.edits(doc, same[0], words, options, settings)
    if isinstance(edits, Declined):
        return edits
    findings = (comment_stale.finding(doc, same[0]),)
    confidence = _ASKS if same[0].asks else _CONFIDENCE
    return Candidate(edits, "embedded", confidence, comment_stale.title(same[0]), findings)


def document_at(request: Request, options: CommentOptions, settings: Settings) -> Candidate | Declined:
    """One candidate for the definition at the request's span."""
    subject = docwriting.subject(replace(request, options=options), settings)
    if isinstance(subject, Declined):
        return subject
    words = cast("Words", prose_zh if subject.lang == "zh" else prose_en)
    written = docwriting.write(request.document, subject, words)
    return written if isinstance(written, Declined) else Candidate(written[0], "embedded", _CONFIDENCE, written[1])
