"""`bankCopilot.comment` over several definitions: a selection or a whole file, as one change of the document.

Absent on purpose: a single definition, which any command of a place does (`features/execute_command.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from copilot.messages import say
from copilot.types import CommentOptions, Declined, Document, Request, Span, Suggestion, Task
from copilot.verify import evidence
from lsp import questions
from lsp.features import acceptance

if TYPE_CHECKING:
    from lsp.server import Server


def several(document: Document, span: Span) -> bool:
    """Whether a selection holds whole definitions (an empty or a small one is about the definition around it)."""
    from copilot.tasks import comment

    return len(span) > 0 and bool(comment.held(document, span))


async def document_all(server: Server, document: Document, span: Span, options: CommentOptions) -> dict[str, Any]:
    """Document what `span` holds, with progress; of a whole file only what has no documentation, shown first where the
    editor can.
    """
    from copilot import documenting
    from copilot.edits import difference

    whole = span == Span(0, len(document))
    title = say("Document what is missing in this file") if whole else say("Document the selection")
    workspace = server.workspace_for(server.uri_of(document.path))
    async with server.working(title):
        found = await documenting.documented(document, span, workspace, options, "missing" if whole else "all")
    if not found.changed:
        answer = found.declined[0] if found.declined else Declined(say("nothing to offer"))
        server.tell(evidence.why(answer))
        return questions.answer(answer)
    left = tuple((one.gate or "left as it was", 1) for one in found.left)
    checks = tuple({check.name: check for one in found.made for check in one.checks}.values())
    first = found.made[0]
    edits = (
        tuple(edit for one in found.made for edit in one.edits) if found.plain else (difference(document, found.after),)
    )
    answer_ = Suggestion(
        edits,
        checks,
        first.origin,
        min(one.confidence for one in found.made),
        first.trace_id,
        title,
        template=first.template,
    )
    why = evidence.told(answer_)
    acceptance.offering(server, Request(Task.COMMENT, document, span, options), answer_)
    applied = await server.apply_edit(edits, title, documents=[document], confirm=whole, why=why)
    (server.usage.accepted if applied else server.usage.declined)(answer_.trace_id)
    told = questions.answer(replace(answer_, left_out=left))
    return {**told, "applied": applied, "made": [one.title for one in found.made], "stale": list(found.asks)}
