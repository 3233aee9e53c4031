"""`textDocument/codeAction` and its resolve: listed after cheap checks, an edit only after all of them.

Quick fixes are proven when they are listed (a repair that does not exist must not be offered); generation and
comments are proven when they are resolved; what takes seconds (unit tests, a model's code, an explanation) runs as a
command with progress.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

from lsprotocol import types

from copilot.types import (
    DEFAULT_OPTIONS,
    CommentOptions,
    Declined,
    Document,
    Finding,
    Offer,
    Request,
    Span,
    Suggestion,
    Task,
)
from copilot.verify import evidence
from copilot.workspace import Workspace
from lsp import convert, questions
from lsp.features import acceptance, failing_tests, foreign
from lsp.features.diagnostics import diagnostic
from lsp.server import Server
from lsp.text import text_of

KINDS: Final = (types.CodeActionKind.QuickFix, types.CodeActionKind.RefactorRewrite, types.CodeActionKind.Source)

_QUICK_S: Final = 3.0
"""Quick fixes that take longer to prove are not listed this time: ours, and then in as long again other servers'."""

PREFERRED: Final = 0.5
"""How probable a repair is that an editor may apply as "the" fix of its diagnostic."""

Action = types.CodeAction | types.Command


def register(server: Server) -> None:
    """Declare the method with its kinds and the resolve step."""

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=list(KINDS), resolve_provider=True)
    )
    async def code_action(params: types.CodeActionParams) -> list[Action] | None:
        return await actions(server, params)

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        return await resolved(server, action)


async def actions(server: Server, params: types.CodeActionParams) -> list[Action] | None:
    """What can be done at a range; None when the text moved on meanwhile or policy keeps the file out."""
    uri = params.text_document.uri
    document = server.snapshot(uri)
    workspace = server.workspace_for(uri)
    if document.language is None or workspace.index.excluded(document.path):
        return None
    span = convert.span(document, params.range, server.units)
    found: list[Action] = []
    fixes: list[tuple[Request, Suggestion]] = []
    if _wanted(params, types.CodeActionKind.QuickFix):
        strange = [one for one in params.context.diagnostics if one.source != convert.SOURCE]
        found += await _fixes(server, document, span, workspace, strange, fixes)
    if _wanted(params, types.CodeActionKind.RefactorRewrite) or _wanted(params, types.CodeActionKind.Source):
        loop = asyncio.get_running_loop()
        offers = await loop.run_in_executor(server.executor, _offers, document, span, workspace)
        listed = [_listed(server, offer, uri, document) for offer in offers]
        found += [action for action in listed if action.kind is not None and _wanted(params, action.kind)]
    if _wanted(params, types.CodeActionKind.QuickFix) or _wanted(params, types.CodeActionKind.RefactorRewrite):
        repairs = failing_tests.listed(server, document, span, uri)
        found += [action for action in repairs if action.kind is not None and _wanted(params, action.kind)]
    if server.is_stale(document):
        return None
    acceptance.listing(server, document, fixes)
    return found if server.client.code_action_literals else _commands(found)


async def resolved(server: Server, action: types.CodeAction) -> types.CodeAction:
    """The action with its edit, or without one (and the reason shown) when its checks decline it."""
    from copilot import pipeline

    told = action.data if isinstance(action.data, dict) else {}
    if "uri" not in told:
        return action  # a quick fix carries its edit already
    document = server.snapshot(str(told["uri"]))
    request = questions.request(told, document, server.protocol.typed)
    found = await pipeline.suggest(request, server.workspace_for(str(told["uri"])))
    if server.is_stale(document):
        return action
    if isinstance(found, Declined):
        server.tell(evidence.why(found))
        return action
    why = evidence.told(found)
    action.edit = server.workspace_edit(found.edits, found.title or action.title, documents=[document], why=why)
    action.command = acceptance.offering(server, request, found)
    action.data = {**told, "evidence": why}
    return action


async def _fixes(
    server: Server,
    document: Document,
    span: Span,
    workspace: Workspace,
    strange: Sequence[types.Diagnostic],
    told: list[tuple[Request, Suggestion]],
) -> list[types.CodeAction]:
    """Proven repairs of the findings on the lines of the range, ours first, then those that other servers complain of;
    `told` gets what they are made of.

    Whole lines: what is missing at the end of a line has no width there, and a cursor cannot stand on it.
    """
    lines = text_of(document).lines_around(span.start, span.end)
    found: list[types.CodeAction] = []
    mine: dict[Finding, types.CodeAction] = {}
    try:
        async with asyncio.timeout(_QUICK_S):
            findings = await server.diagnoses.of(document, workspace)
            for finding in findings:
                if finding.span.touches(lines):
                    answer = await _quick(server, document, workspace, finding, told)
                    if answer is not None:
                        mine[finding] = answer
                        found.append(answer)
    except TimeoutError:
        pass
    try:
        async with asyncio.timeout(_QUICK_S):
            for one in strange:
                found += await foreign.answers(server, document, workspace, one, mine, told)
    except TimeoutError:
        pass
    return found


async def _quick(
    server: Server, document: Document, workspace: Workspace, finding: Finding, told: list[tuple[Request, Suggestion]]
) -> types.CodeAction | None:
    from copilot import pipeline

    request = pipeline.question(document, finding)
    found = await pipeline.suggest(request, workspace)
    if isinstance(found, Declined):
        return None
    told.append((request, found))
    return types.CodeAction(
        title=found.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(server, document, _bare(finding))],
        is_preferred=True if found.confidence >= PREFERRED else None,
        edit=server.workspace_edit(found.edits, found.title, documents=[document]),
        data={"evidence": evidence.proof(found.checks)},
    )


def _offers(document: Document, span: Span, workspace: Workspace) -> list[Offer]:
    from copilot.tasks import comment, explain, generate, tests

    return [
        *(generate.model_offers(document, span) if workspace.model else ()),
        *generate.offers(document, span, workspace.index),
        *comment.offers(document, span),
        *comment.wider_offers(document, span),
        *tests.offers(document, span),
        *(explain.offers(document, span) if workspace.model else ()),
    ]


def _listed(server: Server, offer: Offer, uri: str, document: Document) -> types.CodeAction:
    told = questions.data(offer, uri, document)
    if offer.task in (Task.TESTS, Task.EXPLAIN):
        return _as_command(offer, types.CodeActionKind.Source, told)
    if isinstance(offer.options, CommentOptions) and offer.options.reach == "all":
        whole = offer.span == Span(0, len(document))
        return _as_command(offer, types.CodeActionKind.Source if whole else types.CodeActionKind.RefactorRewrite, told)
    if offer.options == DEFAULT_OPTIONS[Task.GENERATE]:  # a model writes it, which takes longer than a resolve may
        return _as_command(offer, types.CodeActionKind.RefactorRewrite, told)
    if server.client.resolve_edit:
        return types.CodeAction(offer.title, kind=types.CodeActionKind.RefactorRewrite, data=told)
    return _as_command(offer, types.CodeActionKind.RefactorRewrite, told)


def _as_command(offer: Offer, kind: types.CodeActionKind, told: dict[str, Any]) -> types.CodeAction:
    command = types.Command(offer.title, f"bankCopilot.{offer.task.value}", arguments=[told])
    return types.CodeAction(offer.title, kind=kind, command=command)


def _wanted(params: types.CodeActionParams, kind: types.CodeActionKind | str) -> bool:
    """Kinds form a tree: `refactor` asks for `refactor.rewrite` too."""
    only = params.context.only
    return only is None or any(f"{_name(kind)}.".startswith(f"{_name(one)}.") for one in only)


def _name(kind: types.CodeActionKind | str) -> str:
    return kind.value if isinstance(kind, types.CodeActionKind) else kind


def _commands(found: list[Action]) -> list[Action]:
    """For an editor that knows no action objects: those that are commands."""
    return [a.command for a in found if isinstance(a, types.CodeAction) and a.command is not None]


def _bare(finding: Finding) -> Finding:
    """The finding without its fix: the action carries the edit itself."""
    return Finding(finding.rule, finding.severity, finding.path, finding.span, finding.message)
