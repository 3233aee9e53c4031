"""Taken suggestions kept for the bank's tuning team, where the bank and the developer agree; and the developer's word.

Ten minutes after it was taken a text is looked at for the last time (`acceptance`); what is left of it then makes a pair. The
consent comes from the user's file, the environment, the command line or the command here, never from an editor's
settings: a repository can carry those.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from copilot.errors import CopilotError
from copilot.messages import say
from lsp import convert

if TYPE_CHECKING:
    from copilot.capture.pair import Source
    from copilot.config import Settings
    from copilot.usage.following import Taken
    from copilot.usage.survival import Survival
    from lsp.server import Server

CONSENT: Final = "bankCopilot.captureConsent"
_MOST: Final = 64

logger: Final = logging.getLogger(__name__)


def register(server: Server) -> None:
    """Declare the command, and hear of what was taken."""
    capturing = Capturing(server)
    server.usage.on_taken = capturing.taken
    server.usage.on_aged = capturing.aged
    server.when_ready(capturing.start)

    @server.command(CONSENT)
    async def consent(*given: Any) -> dict[str, Any]:
        """Without an argument: how it stands. True agrees; False withdraws, and deletes what was kept."""
        if given and isinstance(given[0], bool):
            await capturing.say_so(agrees=given[0])
        return await capturing.status()


class Capturing:
    """What waits to become a pair, and whether anything may."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._agrees = False
        self._sources: dict[str, Source] = {}

    async def start(self) -> None:
        """Read the developer's word. Without it, what an earlier one has left is deleted; what is too old is too."""
        await self._in_thread(partial(self._settled, self._settings()))

    def taken(self, taken: Taken) -> None:
        """A text was taken: remember what stands around it, if it may be kept."""
        server = self._server
        path = convert.path_of(taken.where)
        workspace = server.folders.opened(server.folders.root_of(path))
        if workspace is None or not self._agrees or workspace.settings.capture.policy != "on":
            return
        document = server.store.snapshot(taken.where)
        if document is None or workspace.index.excluded(path) or not path.is_relative_to(workspace.project.root):
            return
        from copilot.capture import pair

        inside = path.relative_to(workspace.project.root)
        found = pair.source(inside, document.text, taken.line, taken.text)
        if found is not None and not pair.unwanted(found, workspace.settings):
            self._sources[taken.trace_id] = found
            while len(self._sources) > _MOST:
                del self._sources[next(iter(self._sources))]

    def aged(self, taken: Taken, there: str, survival: Survival) -> None:
        """It was looked at for the last time: keep the pair, unless nothing is left of it."""
        source = self._sources.pop(taken.trace_id, None)
        if source is not None and survival != "gone" and self._agrees:
            self._server.spawn(self._in_thread(partial(self._keep, source, taken, there, self._settings())))

    async def say_so(self, *, agrees: bool) -> None:
        """The developer agrees, or withdraws: then everything is deleted at once. Raises UnreadableFile."""
        from copilot.capture import consent, store

        loop, threads = asyncio.get_running_loop(), self._server.executor
        self._agrees = False
        self._sources.clear()
        await loop.run_in_executor(threads, partial(consent.say_so, agrees=agrees))
        if agrees:
            self._agrees = await loop.run_in_executor(threads, consent.given, self._settings().capture)
        else:
            gone = await loop.run_in_executor(threads, store.delete)
            self._server.tell(say("Consent is withdrawn; captured records deleted: {count}.", count=gone))

    async def status(self) -> dict[str, Any]:
        """How it stands, for a client's own display."""
        from copilot.capture import consent, store

        loop, settings = asyncio.get_running_loop(), self._settings().capture
        there = await loop.run_in_executor(self._server.executor, store.days)
        why = consent.missing(settings, agrees=self._agrees)
        records = sum(day.records for day in there)
        return {"policy": settings.policy, "consent": self._agrees, "active": not why, "why": why, "records": records}

    def _settings(self) -> Settings:
        return self._server.folders.own_settings()

    async def _in_thread(self, work: Any) -> None:
        try:
            await asyncio.get_running_loop().run_in_executor(self._server.executor, work)
        except (CopilotError, OSError) as error:
            logger.warning("capture: %s", error if isinstance(error, CopilotError) else error.strerror)

    def _settled(self, settings: Settings) -> None:
        from copilot.capture import consent, store
        from copilot.usage.ledger import today

        self._agrees = consent.given(settings.capture)
        if not self._agrees:
            store.delete()
        else:
            store.tidy(today(), settings.capture.days)

    def _keep(self, source: Source, taken: Taken, there: str, settings: Settings) -> None:
        from pathlib import Path

        from copilot.capture import consent, pair, sealing, store
        from copilot.usage.ledger import today

        if consent.missing(settings.capture, agrees=consent.given(settings.capture)):
            return  # another editor, or the verb, has withdrawn it meanwhile
        lock = sealing.lock(Path(settings.capture.key_file))
        record = pair.record(source, taken.text, there, asdict(taken.subject), today(), settings)
        if record is not None:
            store.add(record, lock, today())
            store.tidy(today(), settings.capture.days)
