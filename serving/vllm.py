"""Runs vLLM and keeps it running, or looks over one that somebody else runs.

Ready means that it generates: `/health` alone stays 200 while generation hangs. An engine that dies before it was ever
ready is a mistake in its configuration and is reported with its own last error line; one that dies later is started
again, with a growing pause. Its output goes to the log file; requests are not logged there (`vllm_command.py`).
"""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from copilot.errors import CopilotError
from serving import keeper
from serving.config import Upstream, Vllm
from serving.engine_client import NoAnswer, ask, key, parsed
from serving.logfile import LogFile
from serving.vllm_command import STOPS, command, environment, place

log = logging.getLogger("bank-copilot.vllm")

POLL_S: Final = 0.25
HEALTH_S: Final = 2.0
GENERATE_EVERY_S: Final = 30.0
GENERATE_WITHIN_S: Final = 30.0
STRIKES: Final = 3
"""Failed generations (or health answers) in a row after which a running engine is taken for hung."""
PAUSES_S: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
GOOD_RUN_S: Final = 600.0
"""After such a run the next pause is the shortest again."""
GRACE_S: Final = 10.0
PROBE_PRIORITY: Final = -1000
"""Lower is earlier: a full queue does not look like a hung engine."""

_ERROR = re.compile(r"\b(?:[A-Za-z_.]*(?:Error|Exception|Exit)|error)\b: *\S|\bNo module named\b|\bOut of memory\b")
_STAMP = re.compile(
    r"^(?:\x1b\[[\d;]*m|\([A-Za-z]+[^()]*pid=\d+\)(?:\x1b\[[\d;]*m)?|(?:INFO|WARNING|ERROR|CRITICAL) \S+ \S+ \[\S+\]|\s)+"
)


class EngineFailed(CopilotError):
    """The engine cannot be started; the sentence holds its own last error line."""


Said = Callable[[str, str], None]
"""Told `("vllm", why)` when the engine is away and `("vllm", "")` when it answers again."""


class Engine:
    """One vLLM that this gateway runs. `adapters` gives the folders to load at each start, `on_ready` runs after each.

    `state`: stopped, starting, ready, waiting (for the next start) or failed.
    """

    def __init__(
        self,
        settings: Vllm,
        upstream: Upstream,
        said: Said,
        *,
        adapters: Callable[[], Awaitable[Mapping[str, Path]]] | None = None,
        on_ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self.settings, self.upstream, self._said = settings, upstream, said
        self._adapters, self._on_ready = adapters, on_ready
        self.state = "stopped"
        self.starts = 0
        self.group: int | None = None
        """Process group of the engine; its number is that of vLLM's API process."""
        self._keeper: asyncio.subprocess.Process | None = None
        self._lines: deque[str] = deque(maxlen=200)
        self._draining: asyncio.Task[None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._first: asyncio.Future[None] | None = None

    async def start(self) -> None:
        """Begin; returns once the process is there, long before it is ready. Raises ConfigError and EngineFailed."""
        command(self.settings, self.upstream, {})  # says at once what is wrong with the configuration
        self._first = asyncio.get_running_loop().create_future()
        await self._launch()
        self._task = asyncio.create_task(self._supervise(), name="vllm")

    async def ready(self) -> None:
        """Wait for the first time it is ready. Raises EngineFailed when it will never be."""
        assert self._first is not None
        await asyncio.shield(self._first)

    async def stop(self) -> None:
        """End the engine and everything it started; returns when all of it is gone."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        if self._first is not None and not self._first.done():
            self._first.cancel()
        await self._end()
        self.state = "stopped"

    async def _supervise(self) -> None:
        tries = 0
        while True:
            began = time.monotonic()
            try:
                if self._keeper is None:
                    await self._launch()
                await self._become_ready()
                await self._watch()
            except (CopilotError, OSError) as error:  # its own failures, and those of the registry of adapters
                why = str(error)
            await self._end()
            assert self._first is not None
            self._said("vllm", why)
            if not self._first.done():
                self.state = "failed"
                self._first.set_exception(EngineFailed(why))
                self._first.exception()  # whoever does not wait is told by the fault
                return
            tries = 0 if time.monotonic() - began > GOOD_RUN_S else tries
            self.state, pause = "waiting", PAUSES_S[min(tries, len(PAUSES_S) - 1)]
            log.error("vLLM: %s Next start in %g s.", why, pause)
            tries += 1
            await asyncio.sleep(pause)

    async def _launch(self) -> None:
        host, port = place(self.upstream)
        await _free(host, port)
        folders = await self._adapters() if self._adapters is not None and self.settings.lora else {}
        words = command(self.settings, self.upstream, folders)
        self._lines.clear()
        self.state = "starting"
        self.starts += 1
        self._keeper = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", keeper.__file__, str(GRACE_S), *words),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment(self.settings, os.environ, key(self.upstream)),
            start_new_session=True,  # a terminal's Ctrl-C reaches the gateway alone, which drains first
        )
        assert self._keeper.stdout is not None
        self._draining = asyncio.create_task(self._drain(self._keeper))
        number = (await self._keeper.stdout.readline()).strip()
        if not number:
            await self._end()
            raise EngineFailed(f"vLLM could not be started: {self._last_error()}")
        self.group = int(number)
        log.info("vLLM: started as process group %d; loading the model takes from a minute to many.", self.group)

    async def _drain(self, process: asyncio.subprocess.Process) -> None:
        """Keep the engine's output moving: a full pipe would stop it."""
        assert process.stderr is not None
        rest, file = b"", LogFile(self.settings.log)
        try:
            while data := await process.stderr.read(65_536):
                file.write(data)
                *lines, rest = (rest + data).split(b"\n")
                self._lines.extend(line.decode("utf-8", "replace")[:2_000] for line in lines if line.strip())
                rest = rest[-65_536:]
            if rest.strip():
                self._lines.append(rest.decode("utf-8", "replace")[:2_000])
        finally:
            file.close()

    async def _become_ready(self) -> None:
        """Raises EngineFailed when it dies or takes longer than `start_s`."""
        limit = time.monotonic() + self.settings.start_s
        while not await self._generates():
            if self._gone():
                await self._settle()
                raise EngineFailed(f"vLLM ended while starting: {self._last_error()}")
            if time.monotonic() > limit:
                raise EngineFailed(f"vLLM was not ready within {self.settings.start_s:g} s (vllm.start_s).")
            await asyncio.sleep(POLL_S)
        if self._on_ready is not None:
            await self._on_ready()
        self.state = "ready"
        self._said("vllm", "")
        log.info("vLLM: ready.")
        assert self._first is not None
        if not self._first.done():
            self._first.set_result(None)

    async def _watch(self) -> None:
        """Raises EngineFailed when the engine has died or hangs."""
        strikes, generated = 0, time.monotonic()
        assert self._keeper is not None
        ended = asyncio.create_task(self._keeper.wait())
        try:
            while strikes < STRIKES:
                await asyncio.wait([ended], timeout=HEALTH_S)
                if ended.done():
                    raise EngineFailed(f"vLLM ended ({_how(ended.result())}).")
                due = time.monotonic() - generated > GENERATE_EVERY_S
                well = await (self._generates() if due else self._healthy())
                if well:
                    strikes = 0
                    generated = time.monotonic() if due else generated
                else:
                    strikes += 1
            raise EngineFailed("vLLM runs but does not answer; it is ended and started again.")
        finally:
            ended.cancel()

    async def _healthy(self) -> bool:
        try:
            return (await ask(self.upstream, "GET", "/health"))[0] == 200
        except NoAnswer:
            return False

    async def _generates(self) -> bool:
        """One token, after `/health`."""
        if not await self._healthy():
            return False
        asked = {"model": self.settings.served[0], "prompt": "x", "max_tokens": 1, "priority": PROBE_PRIORITY}
        try:
            status, body = await ask(self.upstream, "POST", "/v1/completions", asked, timeout_s=GENERATE_WITHIN_S)
        except NoAnswer:
            return False
        return status == 200 and bool(parsed(body).get("choices"))

    def _gone(self) -> bool:
        return self._keeper is None or self._keeper.returncode is not None

    async def _settle(self) -> None:
        """Let the last lines of an ended engine arrive."""
        if self._draining is not None:
            await asyncio.wait([self._draining], timeout=2)

    async def _end(self) -> None:
        process, self._keeper = self._keeper, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), GRACE_S + 5)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        finally:
            if self.group is not None:
                keeper.signal_group(self.group, signal.SIGKILL)
                self.group = None
        await self._settle()

    def _last_error(self) -> str:
        """The engine's own words for why it ended, without its time stamps."""
        lines = [_STAMP.sub("", line).strip() for line in self._lines]
        # The first process re-raises what a worker said with a pointer to "the root cause above": take that one.
        errors = [line for line in lines if _ERROR.search(line)]
        causes = [line for line in errors if "root cause" not in line] or errors or lines[-1:]
        return causes[-1][:500] if causes else "it said nothing."


async def attached(upstream: Upstream, served: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
    """Whether an engine that somebody else runs answers, and what is wrong or risky with it, in sentences."""
    try:
        status, body = await ask(upstream, "GET", "/v1/models")
    except NoAnswer as error:
        return False, (f"it does not answer ({error}).",)
    if status in (401, 403):
        return True, ("it refuses our key; name the variable that holds it in key_env.",)
    rows = parsed(body).get("data")
    if status != 200 or not isinstance(rows, list):
        return status < 500, (f"/v1/models answers {status}; it is no vLLM.",)
    said: list[str] = []
    names = {row.get("id") for row in rows if isinstance(row, dict)}
    said += [f"it does not serve {name} (--served-model-name)." for name in served if name not in names]
    if not await _salts(upstream):
        said.append(
            "it does not know cache_salt (vLLM 0.10 and later do): teams would share cached prompts, and one could "
            "measure what another asked."
        )
    with suppress(NoAnswer):
        stops = [f"<{n}>" for n in range(upstream.stops)]
        asked = {"model": (*served, "")[0], "prompt": "x", "max_tokens": 1, "stop": stops}
        if (await ask(upstream, "POST", "/v1/completions", asked, timeout_s=GENERATE_WITHIN_S))[0] == 400:
            said.append(
                f"it refuses requests with {upstream.stops} stop strings, and completions need them: set "
                f"VLLM_MAX_STOP_STRINGS={STOPS} in its environment, or `stops` of its upstream to what it takes."
            )
    with suppress(NoAnswer):
        if (await ask(upstream, "GET", "/server_info"))[0] == 200:
            said.append(
                "its developer mode is on (VLLM_SERVER_DEV_MODE=1): whoever reaches it can read its configuration, "
                "put it to sleep and empty its cache. Switch it off."
            )
    return True, tuple(said)


async def _salts(upstream: Upstream) -> bool:
    """Whether both endpoints know `cache_salt`: by the engine's own schema, else by its version."""
    with suppress(NoAnswer):
        status, body = await ask(upstream, "GET", "/openapi.json")
        if status == 200:
            schemas = _inner(parsed(body), "components", "schemas")
            asked = [_inner(schemas, name, "properties") for name in ("CompletionRequest", "ChatCompletionRequest")]
            if all(asked):
                return all("cache_salt" in fields for fields in asked)
        status, body = await ask(upstream, "GET", "/version")
        numbers = re.match(r"(\d+)\.(\d+)", str(parsed(body).get("version", "")))
        return numbers is not None and (int(numbers[1]), int(numbers[2])) >= (0, 10)
    return False


def _inner(told: dict[str, Any], *names: str) -> dict[str, Any]:
    """An object inside others; empty where it is something else or not there."""
    for name in names:
        value = told.get(name)
        told = value if isinstance(value, dict) else {}
    return told


async def _free(host: str, port: int) -> None:
    """Raises EngineFailed when something listens there: it would be taken for our engine."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), 2)
    except OSError:
        return
    writer.close()
    raise EngineFailed(f"Something already listens on {host}:{port}. End it, or leave out [vllm] to attach to it.")


def _how(code: int) -> str:
    if code > 128:
        with suppress(ValueError):
            return f"by {signal.Signals(code - 128).name}"
    return f"with code {code}"
