"""`textDocument/inlineCompletion`: at most one item, only if proven, only if the text is still the same.

What an editor says about an item afterwards is `acceptance`'s.
"""

from __future__ import annotations

import re
from typing import Final

from lsprotocol import types

from copilot.config import Settings
from copilot.errors import UnreadableFile
from copilot.messages import say
from copilot.types import CompleteOptions, Document, Request, Span, Suggestion, Task
from lsp import convert
from lsp.features import acceptance
from lsp.features.acceptance import ACCEPT
from lsp.server import Event, Server
from lsp.text import Encoding, text_of

_WORD: Final = re.compile(r"\w+\Z")


def register(server: Server) -> None:
    """Declare the method."""

    # Without options pygls does not advertise the method, silently.
    @server.feature(types.TEXT_DOCUMENT_INLINE_COMPLETION, types.InlineCompletionOptions())
    async def inline_completion(params: types.InlineCompletionParams) -> types.InlineCompletionList | None:
        return await complete(server, params)

    def listen(event: Event, uri: str) -> None:
        path = convert.path_of(uri)
        if event == "close":
            for workspace in server.folders.workspaces().values():
                workspace.left(path)
        elif event == "open" and (known := server.folders.opened(server.folders.root_of(path))) is not None:
            document = server.store.snapshot(uri)
            if document is not None and known.settings.completion.enabled:
                known.came(document)

    server.watch(listen)


async def complete(server: Server, params: types.InlineCompletionParams) -> types.InlineCompletionList | None:
    """The answer to one request; None is silence."""
    try:
        document = server.snapshot(params.text_document.uri)
    except UnreadableFile:
        return None
    workspace = server.workspace_for(params.text_document.uri)
    current = workspace.settings
    if not current.completion.enabled or document.language is None:
        return None
    request = _request(document, params, current, server.units)
    with server.diagnoses.held():
        answer = await workspace.inline.suggest(request)
    if server.is_stale(document):
        return None
    shown = item(document, answer, request.span.start, server.units) if isinstance(answer, Suggestion) else None
    if shown is None or not isinstance(answer, Suggestion):
        server.usage.passed(params.text_document.uri)
        return None
    acceptance.completing(server, request, answer, shown)
    return types.InlineCompletionList([shown])


def item(document: Document, answer: Suggestion, caret: int, units: Encoding) -> types.InlineCompletionItem | None:
    """The item for an answer, None when it is more than one edit or reaches over a line end (the method forbids it).

    The range begins where the word under the caret begins, and the text repeats it: editors filter by what is typed.
    """
    if len(answer.edits) != 1:
        return None
    edit = answer.edits[0]
    start, line = edit.span.start, text_of(document).position(caret, units)[0]
    row_start, row_end = text_of(document).line_span(line)
    if not row_start <= start <= caret <= edit.span.end <= row_end or not edit.new:
        return None
    before = text_of(document).slice(row_start, start).decode()
    typed = found[0] if (found := _WORD.search(before)) else ""
    begin = start - len(typed.encode())
    text = typed + edit.new
    return types.InlineCompletionItem(
        insert_text=text,
        filter_text=text.partition("\n")[0],
        range=convert.range_of(document, Span(begin, edit.span.end), units),
        # Where a copied line was copied from is shown to who holds the pointer over the item (3.18).
        command=types.Command(
            say("Accepted"),
            ACCEPT,
            tooltip=answer.origin if ": " in answer.origin else None,
            arguments=[answer.trace_id],
        ),
    )


def _request(document: Document, params: types.InlineCompletionParams, current: Settings, units: Encoding) -> Request:
    caret = convert.offset(document, params.position, units)
    automatic = params.context.trigger_kind == types.InlineCompletionTriggerKind.Automatic
    return Request(
        task=Task.COMPLETE,
        document=document,
        span=Span(caret, caret),
        options=CompleteOptions(current.completion.profile),
        trigger="automatic" if automatic else "invoked",
    )
