"""`workspace/executeCommand`: what takes longer or needs words, run with progress, applied through the editor.

Each command takes either the data of a listed action, or `(uri, range, …)` from a client's own menu. It returns
what was done with its evidence, or `declined` with the reason.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lsprotocol import types

from copilot.edits import difference
from copilot.errors import UsageError
from copilot.messages import say
from copilot.types import (
    CommentOptions,
    Declined,
    Document,
    ExplainOptions,
    FixOptions,
    GenerateOptions,
    Request,
    Span,
    Suggestion,
    Task,
    TestsOptions,
)
from copilot.verify import evidence
from lsp import convert, documenting, explanations, questions
from lsp.features import acceptance
from lsp.server import Server

Make = Callable[[Document, Span], Request]
"""A command's question about a place."""


def register(server: Server) -> None:
    """Declare the commands."""

    @server.command("bankCopilot.generate")
    async def generate(*given: Any) -> dict[str, Any]:
        target, where, instruction, kind = _padded(given, None, None, "", "auto")
        options = server.protocol.typed({"kind": kind}, GenerateOptions)

        def make(document: Document, span: Span) -> Request:
            return Request(Task.GENERATE, document, span, options, instruction=str(instruction))

        return await _answered(server, target, where, make, say("Generate"))

    @server.command("bankCopilot.edit")
    async def edit(*given: Any) -> dict[str, Any]:
        target, where, instruction = _padded(given, None, None, "")

        def make(document: Document, span: Span) -> Request:
            return Request(Task.GENERATE, document, span, GenerateOptions("edit"), instruction=str(instruction))

        return await _answered(server, target, where, make, say("Edit"))

    @server.command("bankCopilot.explain")
    async def explain(*given: Any) -> dict[str, Any]:
        target, where, question = _padded(given, None, None, "")

        def make(document: Document, span: Span) -> Request:
            return Request(Task.EXPLAIN, document, span, ExplainOptions(), instruction=str(question))

        return await _explained(server, target, where, make)

    @server.command("bankCopilot.comment")
    async def comment(*given: Any) -> dict[str, Any]:
        target, where, chosen = _padded(given, None, None, None)
        options = server.protocol.typed({} if chosen is None else chosen, CommentOptions)
        if isinstance(target, dict):
            request = questions.request(target, server.snapshot(str(target.get("uri", ""))), server.protocol.typed)
            if isinstance(request.options, CommentOptions) and request.options.reach == "all":
                return await documenting.document_all(server, request.document, request.span, request.options)
        elif options.kind == "docstring":
            document = server.snapshot(str(target))
            span = _span(server, document, where)
            if where is None or documenting.several(document, span):
                return await documenting.document_all(server, document, span, options)

        def make(document: Document, span: Span) -> Request:
            return Request(Task.COMMENT, document, span, options)

        return await _answered(server, target, where, make, say("Document"))

    @server.command("bankCopilot.tests")
    async def tests(*given: Any) -> dict[str, Any]:
        target, where = _padded(given, None, None)

        def make(document: Document, span: Span) -> Request:
            return Request(Task.TESTS, document, span, TestsOptions())

        return await _answered(server, target, where, make, say("Unit tests"))

    @server.command("bankCopilot.fix")
    async def fix(*given: Any) -> dict[str, Any]:
        target, where = _padded(given, None, None)
        if where is None and isinstance(target, str):
            return await _repaired(server, target)

        def make(document: Document, span: Span) -> Request:
            return Request(Task.FIX, document, span, FixOptions())

        return await _answered(server, target, where, make, say("Fix"))


def _padded(given: tuple[Any, ...], *defaults: Any) -> tuple[Any, ...]:
    """Arguments with defaults for those left out (pygls insists on all of a handler's own)."""
    if not given or len(given) > len(defaults):
        raise UsageError(say("This command takes the place it is about: a uri and a range."))
    return (*given, *defaults[len(given) :])


async def _answered(server: Server, target: Any, where: Any, make: Make, title: str) -> dict[str, Any]:
    """Ask the pipeline with progress, and apply the answer."""
    found, request = await _asked(server, target, where, make, title)
    if isinstance(found, Declined):
        server.tell(evidence.why(found))
        return questions.answer(found)
    return await _applied(server, request, found, title)


async def _asked(
    server: Server, target: Any, where: Any, make: Make, title: str
) -> tuple[Suggestion | Declined, Request]:
    """The pipeline's answer about a listed action's data or a place, with progress; and what was asked."""
    from copilot import pipeline

    uri = str(target.get("uri", "")) if isinstance(target, dict) else str(target)
    document, workspace = server.snapshot(uri), server.workspace_for(uri)
    if isinstance(target, str):
        request = make(document, _span(server, document, where))
    else:
        request = questions.request(target, document, server.protocol.typed)
    if isinstance(request.options, TestsOptions):
        request = replace(request, options=replace(request.options, early=True))
    async with server.working(title):
        return await pipeline.suggest(request, workspace), request


async def _explained(server: Server, target: Any, where: Any, make: Make) -> dict[str, Any]:
    """Ask for an explanation. A client that asks by place shows the answer itself; for a listed action we do."""
    found, _ = await _asked(server, target, where, make, say("Explain"))
    if isinstance(found, Declined):
        server.tell(evidence.why(found))
        return questions.answer(found)
    shown = await explanations.show(server, found.prose) if isinstance(target, dict) else False
    return {**questions.answer(found), "explanation": found.prose, "shown": shown}


async def _repaired(server: Server, uri: str) -> dict[str, Any]:
    """Every proven correction of a document, as one change."""
    from copilot import pipeline

    document, workspace = server.snapshot(uri), server.workspace_for(uri)
    async with server.working(say("Fix")):
        after, found, declines = await pipeline.repair(document, workspace)
    if not found:
        answer = declines[0] if declines else Declined(say("nothing to offer"))
        server.tell(evidence.why(answer))
        return questions.answer(answer)
    whole = replace(found[0], edits=(difference(document, after),), checks=tuple(c for s in found for c in s.checks))
    request = Request(Task.FIX, document, Span(0, len(document)), FixOptions())
    return await _applied(server, request, whole, "; ".join(s.title for s in found))


async def _applied(server: Server, request: Request, found: Suggestion, title: str) -> dict[str, Any]:
    why = evidence.told(found)
    acceptance.offering(server, request, found)
    applied = await server.apply_edit(found.edits, found.title or title, documents=[request.document], why=why)
    (server.usage.accepted if applied else server.usage.declined)(found.trace_id)
    return {**questions.answer(found), "applied": applied}


def _span(server: Server, document: Document, where: Any) -> Span:
    if where is None:
        return Span(0, len(document))
    return convert.span(document, server.protocol.typed(where, types.Range), server.units)
