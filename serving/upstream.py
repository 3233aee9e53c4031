"""One upstream: its connections, its queue, and what its failures mean. The gateway's only importer of aiohttp.

A connection is taken from a pool and given back whole or closed, never left half read. Absent on purpose: what is sent
and what becomes of the answer.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from typing import Any, Final

import aiohttp
import orjson
from yarl import URL

from serving.config import Upstream as Settings
from serving.errors import Refused
from serving.lanes import Full, Lanes, Ticket
from serving.metrics import Metrics

KEEPALIVE_S: Final = 4
"""Below the 5 s after which vLLM's server closes an idle connection: a request must not meet a closing one."""

LONGEST: Final = 32_000_000
"""Bytes of a whole answer that are read at most."""

_SMOOTHING: Final = 0.1


class Failed(Exception):
    """An attempt that brought no answer. `word` is stable: connect, closed, garbage, content-type, cut-off, status,
    too-long. `again`: another attempt may go better, when nothing was passed on yet.
    """

    def __init__(self, word: str, *, again: bool, status: int = 0, body: bytes = b"") -> None:
        super().__init__(word)
        self.word, self.again, self.status, self.body = word, again, status, body


class Upstream:
    """One vLLM, or a router in front of several. Made inside a running event loop."""

    def __init__(self, name: str, settings: Settings, metrics: Metrics | None = None) -> None:
        """Raises OSError (ssl.SSLError) when the CA bundle cannot be read."""
        self.name, self.settings = name, settings
        self.lanes = Lanes(settings.active, settings.queued)
        self._metrics = metrics
        self._mean_s = 1.0
        self._reported = (-1, -1)
        base = settings.url.rstrip("/")
        self._base = base
        self._urls: dict[str, URL] = {}
        context: ssl.SSLContext | bool = True
        if settings.ca_bundle:
            context = ssl.create_default_context(cafile=settings.ca_bundle)
        self._headers = {"Accept-Encoding": "identity"}
        if settings.key_env and (key := os.environ.get(settings.key_env)):
            self._headers["Authorization"] = f"Bearer {key}"
        self.connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_S, ssl=context)
        self._session = aiohttp.ClientSession(
            connector=self.connector,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("User-Agent", "Accept", "Content-Type"),
            auto_decompress=False,
            trust_env=False,
        )

    @property
    def open_connections(self) -> int:
        """Connections in use now (idle ones in the pool are not)."""
        return len(self.connector._acquired)  # noqa: SLF001 -- the library counts, and has no public name for it

    async def enter(self, level: int, team: str, cost: int) -> Ticket:
        """A slot, after waiting for it if need be. Raises Refused 503 when the queue is full; cancelling leaves it."""
        waiting: asyncio.Future[bool] | None = None

        def wake(slot: bool) -> None:  # noqa: FBT001 -- the queue's signature
            if waiting is not None and not waiting.done():
                waiting.set_result(slot)

        ticket = Ticket(level, team, cost, wake)
        try:
            self.lanes.enter(ticket)
        except Full:
            raise self._overloaded() from None
        if ticket.waiting:
            waiting = asyncio.get_running_loop().create_future()
            try:
                got = await waiting
            except asyncio.CancelledError:
                self.lanes.leave(ticket)
                raise
            if not got:
                raise self._overloaded()
        return ticket

    def leave(self, ticket: Ticket, seconds: float) -> None:
        """The slot is free again after so long."""
        self.lanes.leave(ticket)
        self._mean_s += _SMOOTHING * (seconds - self._mean_s)

    def report(self) -> None:
        """Bring the gauges up to date."""
        now = (sum(self.lanes.running), self.lanes.waiting)
        if self._metrics is not None and now != self._reported:
            self._reported = now
            self._metrics.active(self.name, *now)

    def retry_after_s(self) -> float:
        """A guess when a slot will be free: what waits now, at the pace of late."""
        return min(60.0, max(1.0, (self.lanes.waiting + 1) * self._mean_s / self.lanes.active))

    async def post(self, path: str, body: bytes, headers: dict[str, str], *, stream: bool) -> aiohttp.ClientResponse:
        """The start of an answer with status 200 and the right content type. Raises Failed; the connection is closed then.

        There are no timers here but the one for connecting: the caller cancels.
        """
        url = self._urls.get(path) or self._urls.setdefault(path, URL(self._base + path))
        try:
            answer = await self._session.post(
                url, data=body, headers={**self._headers, **headers}, allow_redirects=False
            )
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Failed("connect", again=True) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Failed("closed", again=True) from error
        if answer.status != 200:
            try:
                told = await answer.content.read(65_536)
            except (aiohttp.ClientError, OSError, ValueError):
                told = b""
            finally:
                answer.close()
            raise Failed("status", again=answer.status in {500, 502, 504}, status=answer.status, body=told)
        wanted = "text/event-stream" if stream else "application/json"
        if not answer.headers.get("Content-Type", "").lower().startswith(wanted):
            answer.close()
            raise Failed("content-type", again=True)
        return answer

    async def read(self, answer: aiohttp.ClientResponse) -> bytes:
        """The whole body. Raises Failed."""
        try:
            if (answer.content_length or 0) > LONGEST:
                raise Failed("too-long", again=False)
            if answer.content_length is not None:
                return await answer.read()
            pieces, size = [], 0
            async for piece in answer.content.iter_any():
                size += len(piece)
                if size > LONGEST:
                    raise Failed("too-long", again=False)
                pieces.append(piece)
            return b"".join(pieces)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Failed("cut-off", again=True) from error
        finally:
            answer.close()  # does nothing where the body was read to its end: the pool has the connection back

    async def piece(self, answer: aiohttp.ClientResponse) -> bytes:
        """What has arrived of a stream, at least a byte. Raises Failed, at its end too: a stream says when it is done."""
        try:
            data = await answer.content.readany()
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Failed("cut-off", again=True) from error
        if not data:
            raise Failed("cut-off", again=True)
        return data

    async def finish(self, answer: aiohttp.ClientResponse) -> None:
        """Give back the connection of a stream whose last event was seen; its end is here already, or comes at once."""
        try:
            if not answer.content.at_eof():
                async with asyncio.timeout(1.0):
                    await answer.content.readany()
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError):
            pass
        finally:
            if answer.content.at_eof():
                answer.release()
            else:
                answer.close()

    async def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, timeout_s: float = 5.0
    ) -> tuple[int, bytes]:
        """Status and body of a question beside the data path (health, probes). Takes no slot.

        Raises Refused upstream_unavailable or upstream_timeout.
        """
        headers = {**self._headers, "Content-Type": "application/json"}
        data = None if body is None else orjson.dumps(body)
        try:
            async with (
                asyncio.timeout(timeout_s),
                self._session.request(
                    method, URL(self._base + path), data=data, headers=headers, allow_redirects=False
                ) as answer,
            ):
                return answer.status, await answer.content.read(LONGEST)
        except TimeoutError:
            raise Refused(504, "upstream_timeout", "The model's engine did not answer in time.") from None
        except (aiohttp.ClientError, OSError, ValueError):
            raise Refused(
                503, "upstream_unavailable", "The model's engine cannot be reached.", retry_after_s=2
            ) from None

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    def overdue(self) -> Refused:
        """What a request is told that waited too long for a slot."""
        message = f"No slot became free in {self.settings.queue_s:g} s: try again later."
        return Refused(503, "overloaded", message, retry_after_s=self.retry_after_s())

    def slow(self) -> Refused:
        """What a request is told whose answer does not come, or does not go on."""
        return Refused(504, "upstream_timeout", "The model's engine did not answer in time.")

    def _overloaded(self) -> Refused:
        message = "All slots are busy and the queue is full: try again later."
        return Refused(503, "overloaded", message, retry_after_s=self.retry_after_s())
