"""Running an outside program to its end with bounds on time and output; used by the sandbox and by the tools.

The program gets a process group of its own, which is killed at the time limit, on a flood of output, and when the
awaiting task is cancelled. Absent on purpose: isolation (`sandbox.py`) and what the output means.
"""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended. `returncode` is negative for a signal; `truncated`: a stream was cut at the limit."""

    returncode: int
    stdout: bytes
    stderr: bytes
    timed_out: bool
    truncated: bool
    wall_s: float


async def run(
    argv: Sequence[str],
    *,
    cwd: Path | None,
    stdin: bytes,
    wall_s: float,
    keep: int,
    flood: int,
    env: Mapping[str, str] | None = None,
    descriptors: Sequence[int] = (),
) -> Ended:
    """Run `argv` without a shell. The first `keep` bytes of each stream are kept; it is killed after `flood` in all.

    `env` None inherits ours; `descriptors` are ours that it gets too. Raises OSError when the program cannot be started.
    """
    began = time.monotonic()
    loop = asyncio.get_running_loop()
    # Not asyncio's streams: they stop reading when nobody asks, and then a killed process is never seen to end.
    transport, watch = await loop.subprocess_exec(
        lambda: _Watch(keep, flood, loop.create_future()),
        *argv,
        cwd=cwd,
        env=None if env is None else dict(env),
        start_new_session=os.name == "posix",
        pass_fds=tuple(descriptors),
    )
    timed_out = False
    try:
        pipe = transport.get_pipe_transport(0)
        assert isinstance(pipe, asyncio.WriteTransport)
        pipe.write(stdin)
        pipe.write_eof()
        async with asyncio.timeout(wall_s):
            await watch.ended
    except TimeoutError:
        timed_out = True
    finally:
        await asyncio.shield(asyncio.ensure_future(_end(transport, watch)))  # also when cancelled, and never half-way
    code = transport.get_returncode()
    return Ended(
        returncode=-9 if code is None else code,
        stdout=watch.text(1),
        stderr=watch.text(2),
        timed_out=timed_out,
        truncated=watch.truncated,
        wall_s=time.monotonic() - began,
    )


class _Watch(asyncio.SubprocessProtocol):
    """Keeps the first bytes of each stream and drops the rest. `ended` is set when there is no more to wait for."""

    def __init__(self, keep: int, flood: int, ended: asyncio.Future[None]) -> None:
        self.ended = ended
        self.gone = asyncio.Event()
        self.truncated = False
        self._keep, self._flood = keep, flood
        self._open = {1, 2}
        self._kept: dict[int, bytearray] = {1: bytearray(), 2: bytearray()}
        self._seen = 0

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        kept = self._kept[fd]
        room = self._keep - len(kept)
        kept += data[:room]
        self.truncated = self.truncated or len(data) > room
        self._seen += len(data)
        if self._seen > self._flood:
            self._end()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:  # noqa: ARG002 - the base class's parameter
        self._open.discard(fd)
        self._check()

    def process_exited(self) -> None:
        self.gone.set()
        self._check()

    def text(self, fd: int) -> bytes:
        """What was kept of a stream."""
        return bytes(self._kept[fd])

    def _check(self) -> None:
        if self.gone.is_set() and not self._open:
            self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


async def _end(transport: asyncio.SubprocessTransport, watch: _Watch) -> None:
    """Kill the whole group and wait until its leader is gone; a stray that still holds a pipe is not waited for.

    A namespace of processes dies with its first process, and the level without one lets nobody leave the group: no
    stray is left there.
    """
    if not watch.gone.is_set() or os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            if os.name == "posix":
                os.killpg(transport.get_pid(), signal.SIGKILL)
            else:
                transport.kill()
    await watch.gone.wait()
    transport.close()
