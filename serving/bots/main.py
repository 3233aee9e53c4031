"""Starts the bot: a small parent and its three parts, each a process that is given its own secret and no other.

`receive` has the webhooks' secrets, `read` the tokens that read, `post` those that write; the environment of each is made anew
from a short list. A part that ends is started again after a pause; SIGTERM ends all. On a host where each part shall be
another user, `--part` runs one alone.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Final

from copilot import __version__
from copilot.errors import ConfigError
from copilot.review import precision
from serving.bots import config as configuration
from serving.bots import worker
from serving.bots.config import PARTS, Config, Part
from serving.bots.memory import Memory

log: Final = logging.getLogger("bank-copilot.bot")

PASSED: Final = (
    "PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "XDG_STATE_HOME", "XDG_CACHE_HOME",
    "SSL_CERT_FILE", "SSL_CERT_DIR", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHASHSEED", "SYSTEMROOT",
)  # fmt: skip
"""Variables that every part is given beside its secrets."""
PAUSES_S: Final = (0.2, 1.0, 5.0, 15.0, 60.0)
STARTED_S: Final = 5.0
"""A part that runs for so long could use its configuration."""
GOOD_RUN_S: Final = 60.0
GRACE_S: Final = 20.0
_POLL_S: Final = 0.1


def run(file: Path, part: Part | None = None, parent: int = 0) -> int:
    """Run the bot, or one part of it, until a signal, or its parent's end. Returns 0. Raises ConfigError and UsageError."""
    config = configuration.load(file)
    _log_to_stderr(part)
    worker.private()
    worker.follow(parent)
    if part is None:
        return _Parent(file, config).run()
    for name in config.forges:
        configuration.secret(config, name, part)
    if part == "receive":
        return _receive(config)
    ending: list[bool] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.append(True))
    work = worker.read if part == "read" else worker.post
    sys.stdout.write(f"bank-copilot bot {__version__} {part}\n")
    sys.stdout.flush()
    work(config, lambda: bool(ending))
    return 0


def check(file: Path) -> dict[str, object]:
    """What would run, and what is missing. Raises ConfigError."""
    config = configuration.load(file)
    return {
        "listen": f"{config.server.host}:{config.server.port}",
        "folder": str(config.store.folder),
        "forges": {name: f"{one.kind} {one.address}: {', '.join(one.projects)}" for name, one in config.forges.items()},
        "webhooks": [f"/webhooks/{name}" for name in config.forges],
        "model": config.model.url or "none",
        "policies": sorted({one.policy for one in config.forges.values()}),
        "warnings": configuration.problems(config),
    }


def rules(file: Path) -> list[Mapping[str, object]]:
    """What became of each rule's remarks. Raises ConfigError; none where nothing was posted yet."""
    path = configuration.load(file).store.folder / "memory.db"
    if not path.exists():
        return []
    memory = Memory(path)
    try:
        return precision.rows(memory.tallies())
    finally:
        memory.close()


def environment(config: Config, part: Part) -> dict[str, str]:
    """What a part is given: the short list, and its own secrets."""
    wanted = {*PASSED, *configuration.variables(config, part)}
    return {name: value for name, value in os.environ.items() if name in wanted}


class _Parent:
    """Keeps the parts running."""

    def __init__(self, file: Path, config: Config) -> None:
        self._file, self._config = file, config
        self._running: dict[Part, subprocess.Popen[bytes]] = {}
        self._began: dict[Part, float] = {}
        self._due: dict[Part, float] = dict.fromkeys(PARTS, 0.0)
        self._tries: dict[Part, int] = dict.fromkeys(PARTS, 0)
        self._ran: set[Part] = set()
        self._ending = False

    def run(self) -> int:
        """Until a signal. Raises ConfigError when a part cannot use its configuration."""
        for part in PARTS:
            for name in self._config.forges:
                configuration.secret(self._config, name, part)
        for name in self._config.forges:
            configuration.apart(self._config, name)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        try:
            while not self._ending:
                for part in PARTS:
                    self._kept(part)
                time.sleep(_POLL_S)
        finally:
            self._stop()
        return 0

    def _end(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._ending = True

    def _kept(self, part: Part) -> None:
        running = self._running.get(part)
        now = time.monotonic()
        if running is not None:
            code = running.poll()
            if code is None:
                if now - self._began[part] > STARTED_S:
                    self._ran.add(part)
                return
            del self._running[part]
            # What it said stands in the log already. Once it ran, a token's file may be missing for a moment.
            if code == 2 and part not in self._ran:
                raise ConfigError(f"the part `{part}` cannot run with this configuration.")
            # One that was killed is not broken: a job that ends its process is given up after a few attempts.
            good = code < 0 or now - self._began[part] > GOOD_RUN_S
            tries = 0 if good else self._tries[part]
            self._tries[part] = tries + 1
            self._due[part] = now + PAUSES_S[min(tries, len(PAUSES_S) - 1)]
            log.warning("the part %s ended with %d and is started again", part, code)
        if now >= self._due[part]:
            command = (sys.executable, "-P", "-m", "copilot.cli", "bot", "--config", str(self._file.resolve()))
            self._running[part] = subprocess.Popen(
                (*command, "--part", part, "--parent", str(os.getpid())),
                env=environment(self._config, part),
                stdin=subprocess.DEVNULL,
                cwd="/",
            )
            self._began[part] = now

    def _stop(self) -> None:
        for running in self._running.values():
            running.terminate()
        until = time.monotonic() + GRACE_S
        for running in self._running.values():
            try:
                running.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()


def _receive(config: Config) -> int:
    """The part that listens."""
    import uvicorn

    from serving.bots.webhooks import Webhooks
    from serving.main import HEADERS

    host, port = config.server.host, config.server.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"{host}:{port} cannot be listened on ({error.strerror}): set server.host and server.port."
        ) from None
    app = Webhooks(config)
    settings = uvicorn.Config(
        app, loop="asyncio", ws="none", lifespan="off", log_config=None, log_level="error", access_log=False,
        proxy_headers=False, server_header=False, headers=HEADERS, limit_concurrency=512, timeout_keep_alive=75,
        timeout_graceful_shutdown=5,
    )  # fmt: skip
    shown = f"[{host}]" if ":" in host else host
    sys.stdout.write(f"bank-copilot bot {__version__} listening on http://{shown}:{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    asyncio.run(uvicorn.Server(settings).serve(sockets=[listener]))
    app.queue.close()
    return 0


class _Formatter(logging.Formatter):
    """One line a record, with the part that says it."""

    def __init__(self, part: str) -> None:
        super().__init__()
        self._part = part

    def format(self, record: logging.LogRecord) -> str:
        """Only what can be printed."""
        said = "".join(c if c.isprintable() else " " for c in record.getMessage())
        return f"bank-copilot bot{self._part}: {said}"


def _log_to_stderr(part: Part | None) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(_Formatter(f" {part}" if part else ""))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bank-copilot.bot").setLevel(logging.INFO)
