"""Documentation without a model: the contract of a definition in words, placed in the file.

Proposes one candidate for the innermost class, function or method around the request's span (the module outside all
of them), or says why there is nothing to say. Absent on purpose: intent, which the code does not state; layout and
place (`copilot/tasks/docwriting.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final, cast

from copilot.config import Settings
from copilot.engines.base import Resources
from copilot.engines.embedded import prose_en, prose_zh
from copilot.tasks import docwriting
from copilot.tasks.docwriting import Words
from copilot.types import Candidate, CommentOptions, Context, Declined, Request

_CONFIDENCE: Final = 0.9


async def propose(request: Request, _context: Context, resources: Resources) -> AsyncIterator[Candidate | Declined]:
    """The documentation that the tree justifies, as insertions, or the reason for silence."""
    options = request.options if isinstance(request.options, CommentOptions) else CommentOptions()
    yield document_at(request, options, resources.settings)


def document_at(request: Request, options: CommentOptions, settings: Settings) -> Candidate | Declined:
    """One candidate for the definition at the request's span."""
    subject = docwriting.subject(replace(request, options=options), settings)
    if isinstance(subject, Declined):
        return subject
    words = cast("Words", prose_zh if subject.lang == "zh" else prose_en)
    written = docwriting.write(request.document, subject, words)
    return written if isinstance(written, Declined) else Candidate(written[0], "embedded", _CONFIDENCE, written[1])
