"""`textDocument/diagnostic`, and `publishDiagnostics` for editors that do not ask, and for what a review found.

A diagnostic whose repair is already proven carries it in `data.fix`, for clients that show it directly.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from copilot.errors import UnreadableFile
from copilot.types import Document, Finding
from lsp import convert
from lsp.server import Event, Server

if TYPE_CHECKING:
    from copilot.config import Settings

_QUIET_S: Final = 0.25
"""So long nothing is typed before an editor that does not ask is told."""


def register(server: Server) -> None:
    """Declare the pull method, and follow the documents for editors that need pushing."""
    pushing: dict[str, asyncio.Task[None]] = {}

    @server.feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(identifier="bank-copilot", inter_file_dependencies=False, workspace_diagnostics=False),
    )
    async def pull(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        shown = await diagnostics(server, params.text_document.uri)
        result_id = _digest(server, shown)
        if params.previous_result_id == result_id:
            return types.RelatedUnchangedDocumentDiagnosticReport(result_id=result_id)
        return types.RelatedFullDocumentDiagnosticReport(items=shown, result_id=result_id)

    def follow(event: Event, uri: str) -> None:
        if (running := pushing.pop(uri, None)) is not None:
            running.cancel()
        outdated = event == "change" and server.reviewed.forget(uri)
        if not server.client.pull_diagnostics:
            pushing[uri] = server.spawn(push(server, uri, wait_s=_QUIET_S if event == "change" else 0.0))
        elif outdated:
            server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))
        elif event in {"open", "close"} and server.reviewed.holds(uri):
            pushing[uri] = server.spawn(push(server, uri))

    server.watch(follow)
    server.watch(lambda event, uri: server.diagnoses.forget(convert.path_of(uri)) if event == "close" else None)


async def diagnostics(server: Server, uri: str) -> list[types.Diagnostic]:
    """The diagnostics of a document now; none for a file that is unreadable, unknown, or kept out by policy."""
    try:
        document = server.snapshot(uri)
    except UnreadableFile:
        return []
    if document.language is None:
        return []
    workspace = server.workspace_for(uri)
    findings = await server.diagnoses.of(document, workspace)
    for why in await _refused(server, workspace.settings):
        server.tell_once(why, types.MessageType.Warning)
    return [diagnostic(server, document, finding) for finding in findings]


async def _refused(server: Server, settings: Settings) -> tuple[str, ...]:
    """What is wrong with the bank's own rules, which nobody would miss otherwise."""
    if not settings.review.editor or not settings.review.rules:
        return ()
    from copilot.tasks import bank_findings

    found = await asyncio.get_running_loop().run_in_executor(server.executor, bank_findings.refused, settings)
    return tuple(found.values())


def diagnostic(server: Server, document: Document, finding: Finding) -> types.Diagnostic:
    """One finding as the editor sees it."""
    data: dict[str, Any] = {"rule": finding.rule}
    if finding.fix:
        own = [convert.text_edit(document, edit, server.units) for edit in finding.fix if edit.path == document.path]
        data["fix"] = [server.protocol.plain(edit) for edit in own]
    return convert.diagnostic(document, finding, server.units, data)


async def push(server: Server, uri: str, *, wait_s: float = 0.0) -> None:
    """Publish what an editor is not told otherwise: what the last review found beside the live diagnostics, and these too where
    the editor does not ask for them.
    """
    await asyncio.sleep(wait_s)
    document = server.store.snapshot(uri)
    live = await diagnostics(server, uri) if document is not None else []
    if document is not None and server.is_stale(document):
        return
    shown = server.reviewed.beside(uri, document.text if document is not None else None, live)
    if not server.client.pull_diagnostics:
        shown = [*live, *shown]
    version = document.version if document is not None and server.client.publish_versions else None
    server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, shown, version))


def _digest(server: Server, shown: list[types.Diagnostic]) -> str:
    text = repr([server.protocol.plain(one) for one in shown])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
