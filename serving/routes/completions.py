"""`/v1/completions` and `/v1/chat/completions`: a raw ASGI callable, and the one watch over all that runs.

Absent on purpose: any other path. There is no catch-all, so nothing else of the engine can be reached through here.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Final

from serving.errors import Refused
from serving.exchange import ENDPOINTS, Exchange, Receive, Scope, Send
from serving.records import Records
from serving.state import State

TICK_S: Final = 0.1
"""How late a deadline may be noticed, and how old the gauges of the queues may be."""
CLOSE_S: Final = 1.0
"""How long the last words to clients may take at the end."""


class DataPath:
    """The data path of one gateway process."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._running: set[Exchange] = set()
        self._records = Records(state.journal, state.faults)
        self._ticking = False
        self._idle = asyncio.Event()

    @property
    def running(self) -> int:
        """Requests now under way."""
        return len(self._running)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request to one of the two paths. Raises LookupError for another path or protocol."""
        if scope["type"] != "http" or scope["path"] not in ENDPOINTS:
            raise LookupError(scope["type"])
        exchange = Exchange(self._state, self._records, scope, receive, send)
        self._running.add(exchange)
        self._idle.clear()
        if not self._ticking:
            self._ticking = True
            asyncio.get_running_loop().call_later(TICK_S, self._tick)
        try:
            await exchange.run()
        finally:
            self._running.discard(exchange)
            if not self._running:
                self._idle.set()

    async def close(self) -> None:
        """End what still runs: streams with an error event, waiting requests with 503; and wait for their records."""
        for exchange in tuple(self._running):
            exchange.stop(Refused(503, "draining", "This gateway stops: ask again.", retry_after_s=1))
        if self._running:
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await self._idle.wait()
        for exchange in tuple(self._running):  # clients that do not read
            exchange.end("aborted")
        self._records.flush()

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for exchange in tuple(self._running):
            if exchange.deadline < now:
                exchange.expire()
        for upstream in self._state.upstreams.values():
            upstream.report()
        self._ticking = bool(self._running)
        if self._ticking:
            loop.call_later(TICK_S, self._tick)
