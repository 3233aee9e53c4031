"""Starts the gateway: sockets, signals, uvicorn, and an end that loses nothing.

SIGTERM: `/ready` turns to 503 and new work is refused with 503 and Retry-After while running requests finish, up to
`server.drain_s`; then what is left is cancelled and audited, usage is written, and the process exits 0. A second
signal ends the waiting. Absent on purpose: several workers in one process (start several, each with its own
`audit.writer`, behind nginx) and TLS.
"""

from __future__ import annotations

import asyncio
import gc
import ipaddress
import logging
import resource
import socket
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn

from copilot import __version__
from copilot.errors import ConfigError, CopilotError
from serving import config as configuration
from serving.app import Gateway, create
from serving.host import missing
from serving.protocol import limited
from serving.vllm import attached

HEADERS: Final = [
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
]
"""On every answer, the data path's too: uvicorn writes them with its own."""

KEEP_ALIVE_S: Final = 75
"""Longer than nginx's 60: the side that opens connections should be the one that closes them."""

UNREAD_MS: Final = 60_000
"""How long a client may leave what was sent to it unread."""

LEAST_DRAIN_S: Final = 0.2


class _Formatter(logging.Formatter):
    """One line a record. Of an exception its type and place: its message may hold what a client sent."""

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage().strip()
        if record.name == "asyncio":  # goes on with the repr of tasks and their errors, which may quote a request
            said = said.partition("\n")[0]
        text = f"bank-copilot gateway: {said}"
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            place = error.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place is not None else "?"
            text = f"{text}: {type(error).__name__} at {where}"
        return "".join(c if c.isprintable() else " " for c in text)


class Server(uvicorn.Server):
    """Uvicorn's server with a drain in front of its end."""

    def __init__(self, config: uvicorn.Config, app: Gateway, drain_s: float, line: str) -> None:
        super().__init__(config)
        self._app, self._drain_s, self._line = app, drain_s, line
        self._drain_until = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say where."""
        await super().startup(sockets)
        # What was made so far lives as long as the process: a request must not pay for looking at it again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 20, 50)
        sys.stdout.write(self._line + "\n")
        sys.stdout.flush()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """First signal: drain. Second: end now."""
        del sig, frame
        if self._drain_until:
            self._drain_until = time.monotonic()
        else:
            self._drain_until = time.monotonic() + max(self._drain_s, LEAST_DRAIN_S)
            state = getattr(self._app.state, "gateway", None)
            if state is not None:
                state.draining = True

    async def on_tick(self, counter: int) -> bool:
        """Whether it is time to close the sockets."""
        ending = await super().on_tick(counter)
        if not self._drain_until:
            return ending
        state = getattr(self._app.state, "gateway", None)
        left = self._drain_until - time.monotonic()
        return state is None or left <= 0 or state.running() == 0


def serve(path: Path) -> int:
    """Serve until a signal. Returns 0. Raises ConfigError, StoreError, AuditUnavailable, EngineFailed."""
    config = configuration.load(path)
    problems = configuration.secret_problems(config)
    if problems:
        raise ConfigError(f"{path}: {problems[0]}")
    listener = _bound(config.server.host, config.server.port)
    _log_to_stderr()
    _raise_file_limit(config.server.max_connections)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    app = create(config)
    settings = uvicorn.Config(
        app,
        loop="uvloop",
        http=limited(config.server.max_header_kb * 1024, config.server.header_timeout_s),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        headers=HEADERS,
        backlog=1024,
        limit_concurrency=config.server.max_connections,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=1,
    )
    line = f"bank-copilot gateway {__version__} listening on http://{shown}:{port}"
    server = Server(settings, app, config.server.drain_s, line)
    failure: list[CopilotError] = []

    def fail(error: CopilotError) -> None:
        failure.append(error)
        server.should_exit = True

    app.state.fail = fail
    _warn(config, host)
    try:
        server.run(sockets=[listener])
    except SystemExit:
        failed: Exception | None = getattr(app.state, "failed", None)
        if failed is None:
            raise
        raise failed from None
    if failure:
        raise failure[0]
    return 0


def check(path: Path) -> dict[str, object]:
    """What would run, after everything that can be told without starting it was looked at. Raises ConfigError."""
    from serving.bank_templates import BankTemplates

    config = configuration.load(path)
    problems = configuration.secret_problems(config)
    if problems:
        raise ConfigError(f"{path}: {problems[0]}")
    templates = BankTemplates(config.prompts)
    upstreams: dict[str, object] = {}
    warnings = [*_warnings(config, config.server.host), *missing(config)]
    for name, upstream in config.upstreams.items():
        served = tuple(m.served for m in config.models.values() if m.upstream == name)
        upstreams[name] = {"url": upstream.url, "models": list(served)}
        if config.vllm is None or config.vllm.upstream != name:
            _, said = asyncio.run(attached(upstream, served))
            warnings += [f"upstream {name}: {text}" for text in said]
    engine = None
    if config.vllm is not None:
        from serving.vllm_command import command

        engine = command(config.vllm, config.upstreams[config.vllm.upstream], {})
    return {
        "listen": f"{config.server.host}:{config.server.port}",
        "store": configuration.shown_url(config),
        "audit": str(config.audit.folder),
        "upstreams": upstreams,
        "models": sorted(config.models),
        "templates": templates.count,
        "vllm": list(engine) if engine is not None else None,
        "warnings": warnings,
    }


def _warnings(config: configuration.Config, host: str) -> list[str]:
    found = []
    if not config.models:
        found.append("no [models.NAME] section: nothing can be asked.")
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local:
        found.append(
            f"it listens on {host} without TLS: put nginx or Envoy in front, and let nobody else reach the port."
        )
    return found


def _warn(config: configuration.Config, host: str) -> None:
    for text in _warnings(config, host):
        sys.stderr.write(f"bank-copilot gateway: {text}\n")


def _is_news(record: logging.LogRecord) -> bool:
    """False for uvicorn's word that an answer was left incomplete: so a client that does not read is let go, on purpose,
    and no client may fill the log.
    """
    return "without completing response" not in record.getMessage()


def _log_to_stderr() -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter())
    handler.addFilter(_is_news)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bank-copilot.vllm").setLevel(logging.INFO)  # a model loads for minutes: say where it is


def _raise_file_limit(connections: int) -> None:
    """Each connection takes a descriptor here and one to the upstream; many systems start with 1024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + 512
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, most), hard))


def _bound(host: str, port: int) -> socket.socket:
    """A listening address. Raises ConfigError that says what to do."""
    listener: socket.socket | None = None
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):  # inherited by connections: one whose client stopped reading ends
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MS)
        listener.bind(address)
    except OSError as error:
        if listener is not None:
            listener.close()
        reason = error.strerror or "unknown address"
        raise ConfigError(f"{host}:{port} cannot be listened on ({reason}): set server.host and server.port.") from None
    listener.setblocking(False)
    return listener
