"""Where webhooks arrive: a small ASGI application that checks who sent one and writes down what is to be done, no more.

`POST /webhooks/NAME` answers 202 as soon as the job is durable: nothing is asked of the forge and no repository is read on
that path. `/health` (to this host also what to do), `/ready` (503 where the queue cannot be written) and `/metrics` (this host
alone). Nothing of a body is logged.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import Metric

from serving.bots import figures, forges, signatures
from serving.bots.config import Config, secret
from serving.bots.forge import Target
from serving.bots.handed import HEAD
from serving.bots.jobs import Queue
from serving.bots.memory import tallies

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log: Final = logging.getLogger("bank-copilot.bot")

_PREFIX: Final = "/webhooks/"
_LOCAL: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Refused(Exception):
    """A request that ends here: a status, and a word that says why."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status, self.word = status, word


class Webhooks:
    """The application. `clock` gives seconds of the epoch."""

    def __init__(self, config: Config, clock: Callable[[], float] = time.time) -> None:
        """Raises ConfigError for a secret that is not there, UsageError where the queue cannot be opened."""
        self._config, self._clock = config, clock
        self._secrets = {name: secret(config, name, "receive") for name in config.forges}
        self._forges = {name: forges.named(one.kind) for name, one in config.forges.items()}
        self.queue = Queue(config.store.folder / "queue.db", clock)
        self._lock = asyncio.Lock()
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._arrived = Counter(
            "bank_copilot_bot_webhooks",
            "Webhooks by what became of them.",
            ("forge", "outcome"),
            registry=self._registry,
        )
        gauge = "bank_copilot_bot_jobs"
        self._jobs = Gauge(gauge, "Jobs by queue and state.", ("queue", "state"), registry=self._registry)
        self._oldest = Gauge(
            "bank_copilot_bot_oldest_seconds", "Age of the oldest waiting job.", ("queue",), registry=self._registry
        )
        self._rules = Gauge(
            "bank_copilot_bot_remarks", "Remarks by rule and fate.", ("rule", "fate"), registry=self._registry
        )
        self._precision = Gauge(
            "bank_copilot_bot_precision_at_least",
            "Lower bound of a rule's precision.",
            ("rule",),
            registry=self._registry,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI event."""
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            status, body = await self._answer(scope, receive)
        except Refused as refused:
            status, body = refused.status, {"error": refused.word}
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = b"text/plain; version=0.0.4" if isinstance(body, bytes) else b"application/json"
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(text)), (b"cache-control", b"no-store")]
        if status in {408, 413}:  # what is left of the body is not read
            headers.append((b"connection", b"close"))
        if status == 503:
            headers.append((b"retry-after", b"30"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, Any]:
        path, method = scope["path"], scope["method"]
        if path.startswith(_PREFIX):
            if method != "POST":
                raise Refused(405, "method")
            return await self._arrives(path.removeprefix(_PREFIX), scope, receive)
        if method not in {"GET", "HEAD"}:
            raise Refused(404, "not_found")
        match path:
            case "/health":
                local = (scope.get("client") or ("",))[0] in _LOCAL
                return 200, await asyncio.to_thread(self.health, whole=local)
            case "/ready":
                async with self._lock:
                    ready = await asyncio.to_thread(self.queue.writable)
                return (200, {"status": "ok"}) if ready else (503, {"status": "the queue cannot be written"})
            case "/metrics":
                if (scope.get("client") or ("",))[0] not in _LOCAL:
                    raise Refused(403, "loopback_only")
                return 200, await asyncio.to_thread(self.metrics)
            case _:
                raise Refused(404, "not_found")

    async def _arrives(self, name: str, scope: Scope, receive: Receive) -> tuple[int, Any]:
        forge = self._config.forges.get(name)
        if forge is None:
            raise Refused(404, "not_found")
        try:
            status, word = await self._taken(name, scope, receive)
        except Refused as refused:
            self._arrived.labels(name, refused.word).inc()
            raise
        self._arrived.labels(name, word).inc()
        return status, {"status": word}

    async def _taken(self, name: str, scope: Scope, receive: Receive) -> tuple[int, str]:
        forge, server = self._config.forges[name], self._config.server
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        body = await self._body(receive, server.max_body_kb * 1024, server.body_timeout_s)
        right = signatures.holds(
            forge.kind, self._secrets[name], headers, body, now=self._clock(), window_s=server.replay_s
        )
        if not right:
            raise Refused(401, "signature")
        try:
            told = json.loads(body)
            target = self._forges[name].event(headers, told)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError):  # 1e999 is no integer
            raise Refused(400, "body") from None
        if target is None:
            return 202, "ignored"
        if not forge.allows(target.project):
            return 202, "not_configured"
        if not 0 < target.number < 10**12 or not HEAD.fullmatch(target.head) or len(target.target) > 250:
            raise Refused(400, "body")
        delivery = f"{name} {signatures.delivery(forge.kind, headers, body)}"
        async with self._lock:  # one connection
            outcome = await asyncio.to_thread(self._withdrawn if target.over else self._put, name, target, delivery)
        if outcome == "full":
            raise Refused(503, "full")
        return 202, outcome

    def _put(self, name: str, target: Target, delivery: str) -> str:
        job = {"project": target.project, "number": target.number, "head": target.head, "target": target.target}
        key = _key(name, target)
        version = f"{target.head} {target.target}"
        try:
            return self.queue.put(
                key,
                version,
                json.dumps({"forge": name, **job}).encode(),
                made=target.made,
                delivery=delivery,
                most=self._config.server.max_waiting,
                afresh=figures.is_dead(self._config.store.folder / "outbox.db", key),
                back=target.back,
            )
        except sqlite3.Error as error:
            raise _unwritable(error) from None

    def _withdrawn(self, name: str, target: Target, delivery: str) -> str:
        """A merge request that is over: its job need not be done. What is being read or posted now, its poster looks after."""
        key = _key(name, target)
        try:
            gone = self.queue.withdrawn(key, made=target.made, delivery=delivery)
        except sqlite3.Error as error:
            raise _unwritable(error) from None
        if gone:
            log.info("%s: over before it was read", key)
        return "withdrawn" if gone else "ignored"

    async def _body(self, receive: Receive, most: int, timeout_s: float) -> bytes:
        pieces, size = [], 0
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Refused(400, "gone")
                    piece = message.get("body", b"")
                    size += len(piece)
                    if size > most:
                        raise Refused(413, "too_large")
                    pieces.append(piece)
                    if not message.get("more_body", False):
                        return b"".join(pieces)
        except TimeoutError:
            raise Refused(408, "timeout") from None

    def health(self, *, whole: bool) -> dict[str, object]:
        """Whether the work is being done: ok, or attention. `whole`: with what to do about it."""
        found = figures.todo(self._kept(), self._clock())
        return {"status": "attention" if found else "ok"} | ({"todo": found} if whole else {})

    def _kept(self) -> dict[str, figures.Kept]:
        return {name: figures.kept(self._config.store.folder / f"{name}.db") for name in ("queue", "outbox")}

    def collect(self) -> Iterator[Metric]:
        """What the other parts counted, for the registry."""
        yield from figures.families(self._kept())

    def metrics(self) -> bytes:
        """The exposition text; of what other parts keep as far as this one may read it."""
        for name, one in self._kept().items():
            for state in ("waiting", "out", "dead"):
                self._jobs.labels(name, state).set(one.jobs.get(state, 0))
            self._oldest.labels(name).set(0 if one.since is None else max(0.0, self._clock() - one.since))
        for one in _tallied(self._config.store.folder / "memory.db"):
            fates = {
                "shown": one.shown,
                "addressed": one.addressed,
                "dismissed": one.dismissed,
                "outdated": one.outdated,
            }
            for fate, count in fates.items():
                self._rules.labels(one.rule, fate).set(count)
            self._precision.labels(one.rule).set(one.at_least)
        return generate_latest(self._registry)


def _key(name: str, target: Target) -> str:
    return f"{name} {target.project} {target.number}"


def _unwritable(error: sqlite3.Error) -> Refused:
    log.error("the queue cannot be written: %s", type(error).__name__)
    return Refused(503, "store")


def _tallied(path: Path) -> list[Any]:
    try:
        with figures.read_only(path) as db:
            return list(tallies(db))
    except sqlite3.Error:
        return []


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
