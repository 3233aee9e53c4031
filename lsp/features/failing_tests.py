"""`bankCopilot.repair`: the change of the code with which a failing test passes; always shown before it is applied.

Offered on a test, and on the file under test once a run has shown that tests of it fail. Absent on purpose: the search
and its proof (the pipeline's).
"""

from __future__ import annotations

import shlex
from typing import Any, Final

from lsprotocol import types

from copilot.errors import UsageError
from copilot.messages import say
from copilot.types import Declined, Document, FixOptions, Request, Span, Suggestion, Task
from copilot.verify import evidence, python_places
from lsp import convert, questions
from lsp.server import Server

COMMAND: Final = "bankCopilot.repair"
_MOST: Final = 3
"""So many files of the project that a test imports are looked into."""


def register(server: Server) -> None:
    """Declare the command."""

    @server.command(COMMAND)
    async def repair(*given: Any) -> dict[str, Any]:
        if not 1 <= len(given) <= 2:
            raise UsageError(say("This command takes the place it is about: a uri and a range."))
        uri = str(given[0])
        document = server.snapshot(uri)
        where = given[1] if len(given) > 1 else None
        span = Span(0, len(document))
        if where is not None:
            span = convert.span(document, server.protocol.typed(where, types.Range), server.units)
        async with server.working(say("Repair by tests")):
            return await _repaired(server, document, span)


def listed(server: Server, document: Document, span: Span, uri: str) -> list[types.CodeAction]:
    """The action on a test, and on a file whose tests are known to fail; by the tree alone."""
    from copilot.tasks import fix_tests

    name = fix_tests.failing_test(document, span)
    if name:
        title = say("Repair the code that {name} tests", name=name)
        known = _command(server, document, name) in server.failing.values()
    elif document.path in server.failing:
        title, known = say("Repair {name} so that its failing tests pass", name=document.path.name), True
    else:
        return []
    kind = types.CodeActionKind.QuickFix if known else types.CodeActionKind.RefactorRewrite
    where = convert.range_of(document, span, server.units)
    command = types.Command(title, COMMAND, arguments=[uri, where])
    return [types.CodeAction(title, kind=kind, command=command)]


async def _repaired(server: Server, document: Document, span: Span) -> dict[str, Any]:
    from copilot.tasks import fix_tests

    name = fix_tests.failing_test(document, span)
    if name or python_places.is_test(document.path):
        test = _command(server, document, name)
        paths = fix_tests.subjects(document, server.workspace_for(server.uri_of(document.path)).project.root)
    else:
        test, paths = server.failing.get(document.path, ""), [document.path]
    declined = Declined(say("the file imports no file of the project"))
    for path in paths[:_MOST]:
        subject = server.document(path)
        if subject is None:
            continue
        answer, request = await _asked(server, subject, test)
        if isinstance(answer, Suggestion):
            return await _shown(server, request, answer)
        declined = answer
        if declined.reason in (say("the tests pass already"), say("the tests cannot be run")):
            break
    server.tell(evidence.why(declined))
    return questions.answer(declined)


def _command(server: Server, document: Document, name: str) -> str:
    """What runs a test of a file; all of them where the name is empty."""
    path, root = document.path, server.workspace_for(server.uri_of(document.path)).project.root
    place = path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
    return f"pytest {shlex.quote(f'{place}::{name}' if name else place)}"


async def _asked(server: Server, subject: Document, test: str) -> tuple[Suggestion | Declined, Request]:
    from copilot import pipeline

    workspace = server.workspace_for(server.uri_of(subject.path))
    options = FixOptions(by_tests=True, test=test)
    request = Request(Task.FIX, subject, Span(0, len(subject)), options)
    answer = await pipeline.suggest(request, workspace)
    unknown = {
        say("the tests cannot be run"),
        say("the failing tests do not reach this file"),
        say("the file is outside the project"),
        say("there are no tests in {suite}", suite=test),
    }
    if isinstance(answer, Declined) and answer.reason == say("the tests pass already"):
        server.failing.pop(subject.path, None)
    elif isinstance(answer, Suggestion) or answer.reason not in unknown:
        server.failing[subject.path] = test
    return answer, request


async def _shown(server: Server, request: Request, found: Suggestion) -> dict[str, Any]:
    """The editor asks before it applies the change; one that cannot is asked with a message."""
    from lsp.features import acceptance

    title, why = found.title, evidence.told(found)
    if not server.client.change_annotations:
        yes = types.MessageActionItem(say("Apply"))
        question = types.ShowMessageRequestParams(types.MessageType.Info, f"{title} — {why}", [yes])
        if await server.window_show_message_request_async(question) != yes:
            return {**questions.answer(found), "applied": False}
    acceptance.offering(server, request, found)
    applied = await server.apply_edit(found.edits, title, documents=[request.document], confirm=True, why=why)
    (server.usage.accepted if applied else server.usage.declined)(found.trace_id)
    if applied:
        server.failing.pop(request.document.path, None)
    return {**questions.answer(found), "applied": applied}
