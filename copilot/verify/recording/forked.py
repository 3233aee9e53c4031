# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001

"""Work in a forked process: what it tells arrives, however it ends."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import resource
import signal
import threading
from collections.abc import Callable
from typing import Any

DIED = "died"
"""The mark of a process that our own code ended by an exception, before its name."""


def forked(work: Callable[[int], None]) -> tuple[bytes, int]:
    """What `work` writes to the descriptor that it is given, in a forked process with a group of its own, and the wait
    status of that process. A process that a test forked off and that ran on writes nothing.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        try:
            work(writer)
        finally:
            os._exit(0)
    os.close(writer)
    pieces: list[bytes] = []
    reading = threading.Thread(target=_drained, args=(reader, pieces))
    reading.start()
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(OSError):
        os.killpg(child, signal.SIGKILL)  # what its tests started and left behind holds the pipe
    reading.join()
    return b"".join(pieces), status


def in_fork(work: Callable[[Callable[[Any], None]], None], more_bytes: int = 0) -> list[Any]:
    """What `work` tells in a forked process (plain values, in order), also when the process dies on the way; where `work`
    itself raises, a last row says so (`DIED`, the exception's name). `more_bytes`: so much more memory than now it may
    take (0: as it may already).
    """

    def telling(writer: int) -> None:
        mine = os.getpid()

        def tell(value: Any) -> None:
            if os.getpid() == mine:  # else a process that a test forked off and that ran on
                write(writer, json.dumps(value).encode() + b"\n")

        try:
            gc.disable()
            if more_bytes:
                _limited(more_bytes)
            work(tell)
        except BaseException as error:
            tell((DIED, type(error).__name__))

    *lines, _ = forked(telling)[0].split(b"\n")
    return [json.loads(line) for line in lines]


def write(writer: int, data: bytes) -> None:
    """All of it: a pipe may take less at once."""
    while data:
        data = data[os.write(writer, data) :]


def cpu() -> float:
    """Processor seconds of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def untold(*_: Any, **__: Any) -> str:
    """In the place of a test's `repr_failure`: the text of a failure that nobody reads takes longer than the test."""
    return ""


def _limited(more_bytes: int) -> None:
    with open("/proc/self/statm", "rb") as stream:  # noqa: PTH123 -- Python 3.9, one file
        now = int(stream.read().split()[0]) * resource.getpagesize()
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = now + more_bytes
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


def _drained(reader: int, pieces: list[bytes]) -> None:
    with os.fdopen(reader, "rb") as pipe:
        pieces.append(pipe.read())
