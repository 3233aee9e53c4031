"""What becomes of what was offered: shown, taken, taken in part (a command and two notifications), and counted.

The counts go to the user's state folder by a timer and at the end, and from there to the gateway; what was taken may be
captured (`captured`). A key costs no I/O. Absent on purpose: what is a count (`copilot.usage`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from copilot.errors import CopilotError
from copilot.messages import say
from copilot.types import CompleteOptions, Document, Edit, Request, Suggestion
from copilot.usage.counts import Subject, subject
from copilot.usage.meter import Listed
from lsp import convert
from lsp.text import text_of

if TYPE_CHECKING:
    from copilot.config import Gateway, Settings
    from copilot.engines.client import Client
    from lsp.server import Event, Server

ACCEPT: Final = "bankCopilot.acceptCompletion"
"""The command of a completion's item, and of an action whose edit was resolved, with the suggestion's trace id."""

_SHOWN: Final = "textDocument/didShowCompletion"
_PARTLY: Final = "textDocument/didPartiallyAcceptCompletion"

_TICK_S: Final = 5.0
_KEEP_S: Final = 60.0
_FIRST_S: Final = 120.0
"""Seconds between two looks at what was taken, until counts are written, and before the first report of a session."""

logger: Final = logging.getLogger(__name__)


def register(server: Server) -> None:
    """Declare the command and the notifications of existing clients, and keep the counts."""

    @server.command(ACCEPT)
    def accept(trace_id: str) -> None:
        server.usage.accepted(trace_id)

    @server.feature(_SHOWN)
    def shown(params: Any) -> None:
        server.usage.shown(_trace(params))

    @server.feature(_PARTLY)
    def partly(params: Any) -> None:
        length = _member(params, "acceptedLength")
        if isinstance(length, int):
            server.usage.partly(_trace(params), length)

    def listen(event: Event, uri: str) -> None:
        if event == "close":
            server.usage.closed(uri)

    server.watch(listen)
    sender = Sender(server)
    server.when_ready(sender.run)
    server.at_end(sender.end)


def completing(server: Server, request: Request, answer: Suggestion, item: types.InlineCompletionItem) -> None:
    """A completion is answered: from now on the editor may show it."""
    line = text_of(request.document).position(request.span.start, server.units)[0]
    insert = item.insert_text if isinstance(item.insert_text, str) else ""
    uri = server.uri_of(request.document.path)
    server.usage.offered(answer.trace_id, _subject(request, answer), uri, line, answer.edits[0].new, insert)


def offering(server: Server, request: Request, answer: Suggestion) -> types.Command:
    """Edits are offered: the command that says that they were taken. The longest new text is followed."""
    edit = _longest(answer)
    here = edit.path == request.document.path
    line = text_of(request.document).position(edit.span.start, server.units)[0] if here else 0
    what, uri = _subject(request, answer), server.uri_of(edit.path)
    server.usage.offered(answer.trace_id, what, uri, line, edit.new)
    return types.Command(say("Accepted"), ACCEPT, arguments=[answer.trace_id])


def listing(server: Server, document: Document, actions: Sequence[tuple[Request, Suggestion]]) -> None:
    """Edits of one document stand in a list. Without a command: a client may take an action that has both for a command."""
    found = []
    for request, answer in actions:
        if any(edit.path != document.path for edit in answer.edits):
            continue
        edits = [convert.text_edit(document, edit, server.units) for edit in answer.edits]
        changes = tuple((_place(edit.range.start), _place(edit.range.end), edit.new_text) for edit in edits)
        line = min(start[0] for start, _, _ in changes)
        found.append(Listed(answer.trace_id, _subject(request, answer), line, _longest(answer).new, changes))
    server.usage.listed(server.uri_of(document.path), found)


def _place(position: types.Position) -> tuple[int, int]:
    return position.line, position.character


def _longest(answer: Suggestion) -> Edit:
    return max(answer.edits, key=lambda edit: len(edit.new))


def _subject(request: Request, answer: Suggestion) -> Subject:
    profile = request.options.profile if isinstance(request.options, CompleteOptions) else ""
    return subject(
        request.task.value,
        request.document.language,
        answer.origin,
        agreed=answer.agreed,
        template=answer.template,
        profile=profile,
    )


class Sender:
    """Keeps the counts of a session, and sends them."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._client: Client | None = None
        self._gateway: Gateway | None = None

    async def run(self) -> None:
        """As long as the session: look, keep, send."""
        loop = asyncio.get_running_loop()
        kept = loop.time()
        sent = kept + _FIRST_S
        while True:
            await asyncio.sleep(_TICK_S)
            try:
                self._server.usage.tick()
            except Exception:  # the counts of a session are worth less than its timer
                logger.exception("a look at what was taken failed")
            now = loop.time()
            if now - kept < _KEEP_S:
                continue
            kept = now
            await self.keep()
            settings = self._server.folders.own_settings()
            if settings.usage.send_s and now - sent >= settings.usage.send_s:
                sent = now
                await self.send()

    async def keep(self) -> None:
        """Write what was counted; a disk that refuses costs the counts of a minute, and the log says so."""
        from copilot.usage import ledger

        rows, settings = self._server.usage.drained(ledger.today()), self._server.folders.own_settings()
        if not rows or not settings.usage.count:
            return
        work = partial(ledger.add, rows, to_send=self._sends(settings))
        try:
            await asyncio.get_running_loop().run_in_executor(self._server.executor, work)
        except CopilotError as error:
            logger.warning("counts were not kept: %s", error)

    async def send(self) -> bool:
        """Send what waits; whether all of it is there."""
        settings = self._server.folders.own_settings()
        if not (settings.usage.count and self._sends(settings)):
            return False
        from copilot.engines.client import Client
        from copilot.usage import sending

        if self._client is None or settings.gateway != self._gateway:
            if self._client is not None:
                await self._client.close()
            self._client, self._gateway = Client(settings.gateway), settings.gateway
        try:
            return await sending.send(self._client)
        except CopilotError as error:
            logger.warning("counts were not sent: %s", error)
            return False

    async def end(self) -> None:
        """The session ends: what is open is settled and written."""
        self._server.usage.end()
        await self.keep()
        if self._client is not None:
            await self._client.close()

    def _sends(self, settings: Settings) -> bool:
        return bool(settings.gateway.url and settings.usage.send_s) and self._server.folders.engine in ("auto", "model")


def _member(params: Any, name: str) -> Any:
    return params.get(name) if isinstance(params, dict) else getattr(params, name, None)


def _trace(params: Any) -> str:
    """The trace id in the item that an editor sends back, empty when it is not one of ours."""
    command = _member(_member(params, "item"), "command")
    arguments = _member(command, "arguments")
    first = arguments[0] if isinstance(arguments, list | tuple) and arguments else ""
    return first if isinstance(first, str) else ""
