"""Quick fixes for what other servers complain of: pyright, ruff, pylint, mypy, jdtls, javac …

A code action request carries their diagnostics. What we find ourselves at the same place has its action already and only
takes the diagnostic in. A claim that we can answer is listed after cheap checks and proven when it is resolved (a compiler
or type checker takes seconds). Any other complaint can be put to the model, where there is one. Absent on purpose: reading
the messages (`copilot/verify/claims`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lsprotocol import types

from copilot.messages import say
from copilot.types import DEFAULT_OPTIONS, Declined, Document, Finding, Offer, Request, Severity, Suggestion, Task
from copilot.verify import evidence
from copilot.workspace import Workspace
from lsp import convert, questions
from lsp.server import Server

_LONGEST: Final = 60
_WORTH_ASKING: Final = frozenset({Severity.ERROR, Severity.WARNING})
"""Hints and information of another tool (a name that fades) are no fault to put to a model."""


async def answers(
    server: Server,
    document: Document,
    workspace: Workspace,
    diagnostic: types.Diagnostic,
    mine: Mapping[Finding, types.CodeAction],
    told: list[tuple[Request, Suggestion]],
) -> list[types.CodeAction]:
    """The actions that answer a diagnostic; none when one of `mine` does (it takes the diagnostic in)."""
    from copilot import pipeline
    from copilot.verify import claims

    fact = convert.finding(document, diagnostic, server.units)
    twin = claims.same(document, fact, mine)
    if twin is not None:
        _taken_in(mine[twin], diagnostic)
        return []
    request = Request(Task.FIX, document, fact.span, DEFAULT_OPTIONS[Task.FIX], "automatic", facts=(fact,))
    found = await pipeline.suggest(request, workspace)
    if isinstance(found, Declined):
        return [_asking(server, document, fact, diagnostic)] if workspace.model and _is_worth(fact) else []
    edit = server.workspace_edit(found.edits, found.title, documents=[document])
    same = next((action for action in mine.values() if action.edit == edit), None)
    if same is not None:
        _taken_in(same, diagnostic)
        return []
    action = types.CodeAction(found.title, kind=types.CodeActionKind.QuickFix, diagnostics=[diagnostic])
    if server.client.resolve_edit:
        offer = Offer(Task.FIX, found.title, fact.span, DEFAULT_OPTIONS[Task.FIX])
        action.data = questions.data(offer, server.uri_of(document.path), document, [fact])
    else:
        told.append((request, found))
        action.edit, action.data = edit, {"evidence": evidence.proof(found.checks)}
    return [action]


def _taken_in(action: types.CodeAction, diagnostic: types.Diagnostic) -> None:
    action.diagnostics = [*(action.diagnostics or ()), diagnostic]


def _is_worth(fact: Finding) -> bool:
    return fact.severity in _WORTH_ASKING


def _asking(server: Server, document: Document, fact: Finding, diagnostic: types.Diagnostic) -> types.CodeAction:
    """The complaint put to the model, with progress; its answer goes through the same proof."""
    text = " ".join(fact.message.split())
    title = say("Ask the model: {message}", message=text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
    offer = Offer(Task.FIX, title, fact.span, DEFAULT_OPTIONS[Task.FIX])
    told = questions.data(offer, server.uri_of(document.path), document, [fact])
    command = types.Command(title, "bankCopilot.fix", arguments=[told])
    return types.CodeAction(title, kind=types.CodeActionKind.QuickFix, diagnostics=[diagnostic], command=command)
