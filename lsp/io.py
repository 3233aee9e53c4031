"""Byte streams of one session: stdin/stdout or one TCP connection, and the loop that reads messages from them.

On POSIX a pipe is read by the event loop itself (no thread hop per header line, 0.1 ms a message); everywhere else,
and for a stdin that is a plain file, a thread reads. Absent on purpose: what a message means (`protocol.py`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, Protocol

from lsp.frames import Frames

_CHUNK: Final = 256 * 1024
_FLUSH_S: Final = 2.0
_POLL_S: Final = 1.0
_BEGIN: Final = b"content-"
"""How a message of the protocol begins, in small letters (both of its headers do)."""

logger: Final = logging.getLogger(__name__)

Read = Callable[[], Awaitable[bytes]]


class Writer(Protocol):
    """What the protocol writes to. `write` does not block on a slow client where the platform allows it."""

    def write(self, data: bytes) -> Any:
        """Send bytes, all of them, in order."""

    def close(self) -> Any:
        """Send what is left and close."""


class Receiver(Protocol):
    """The protocol as this module sees it."""

    @property
    def exit_code(self) -> int | None:
        """Set once the session is over."""

    def receive(self, message: Any) -> None:
        """Handle one decoded JSON value. Never raises for a bad message."""

    def refuse_body(self) -> None:
        """Answer a body that is not JSON."""


async def read_messages(read: Read, receiver: Receiver) -> None:
    """Hand over every message until the stream ends or the session is over. `read` returns b"" at the end."""
    frames = Frames()
    while receiver.exit_code is None and (data := await read()):
        frames.feed(data)
        for body in frames:
            try:
                message = json.loads(body)
            except (ValueError, RecursionError):
                frames.unread(body)
                receiver.refuse_body()
                continue
            receiver.receive(message)
            # A request's task takes its snapshot now, before a change that came in the same chunk is applied.
            await asyncio.sleep(0)
            if receiver.exit_code is not None:
                return


def claim_stdio() -> tuple[int, int]:
    """Private descriptors of stdin and stdout; the public ones become the null device and stderr.

    A stray print, or a child process that reads its stdin, would otherwise break the protocol.
    """
    sys.stdout.flush()
    source, target = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return source, target


async def open_reader(descriptor: int) -> Read:
    """A reader of a descriptor: by the event loop where that works, else by a thread of its own."""
    if os.name == "posix":
        stream = asyncio.StreamReader(limit=_CHUNK)
        pipe = os.fdopen(descriptor, "rb", buffering=0, closefd=False)
        with contextlib.suppress(ValueError):  # a plain file cannot be waited for
            await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
            return lambda: stream.read(_CHUNK)
    return thread_reader(descriptor)


def thread_reader(descriptor: int) -> Read:
    """A reader that blocks in one thread: for Windows, and for files."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="stdin")

    async def read() -> bytes:
        with contextlib.suppress(OSError):
            return await asyncio.get_running_loop().run_in_executor(thread, os.read, descriptor, _CHUNK)
        return b""

    return read


async def open_writer(descriptor: int) -> Writer:
    """A writer to a descriptor that never blocks the event loop on POSIX pipes."""
    pipe = os.fdopen(descriptor, "wb", buffering=0, closefd=False)
    if os.name == "posix":
        loop = asyncio.get_running_loop()
        with contextlib.suppress(ValueError):
            transport, protocol = await loop.connect_write_pipe(
                lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), pipe
            )
            return asyncio.StreamWriter(transport, protocol, None, loop)
    return BlockingWriter(descriptor)


class BlockingWriter:
    """Writes to a plain file, or to a pipe where the event loop cannot."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes) -> None:
        """Write everything."""
        view = memoryview(data)
        while view:
            view = view[os.write(self._descriptor, view) :]

    def close(self) -> None:
        """Nothing is buffered."""


@contextlib.asynccontextmanager
async def one_connection(port: int) -> AsyncIterator[tuple[Read, Writer]]:
    """Wait for one client on 127.0.0.1 (port 0: a free one, said on stderr) and refuse every further one.

    The client is the first that begins as the protocol does. A web page can post to a local port, and the headers of
    a post would be a message's: what begins with anything else is no editor.
    """
    first: asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]
    first = asyncio.get_running_loop().create_future()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begin = b""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            begin = b"" if first.done() else await reader.readexactly(len(_BEGIN))
        if first.done() or begin.lower() != _BEGIN:
            writer.close()
        else:
            first.set_result((reader, writer))

    listener = await asyncio.start_server(connected, "127.0.0.1", port)
    chosen = listener.sockets[0].getsockname()[1]
    sys.stderr.write(f"bank-copilot: 127.0.0.1:{chosen}\n")
    sys.stderr.flush()
    reader, writer = await first
    listener.close()
    begin = [_BEGIN]

    async def read() -> bytes:
        return begin.pop() if begin else await reader.read(_CHUNK)

    yield read, writer


async def flush(writer: Writer) -> None:
    """Close the writer once its bytes are out; give a client that does not read two seconds."""
    with contextlib.suppress(OSError, TimeoutError):
        writer.close()
        if isinstance(writer, asyncio.StreamWriter):
            await asyncio.wait_for(writer.wait_closed(), _FLUSH_S)


async def process_ended(process: int) -> None:
    """Return when a process is gone (POSIX)."""
    with contextlib.suppress(OSError, AttributeError, NotImplementedError):
        handle = os.pidfd_open(process)
        try:
            await _readable(handle)
        finally:
            os.close(handle)
        return
    while alive(process):  # noqa: ASYNC110 -- nobody can set an event for a foreign process
        await asyncio.sleep(_POLL_S)


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(descriptor, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(descriptor)


def alive(process: int) -> bool:
    """True when the process exists and can be seen from here (an editor outside a container cannot).

    Always False on Windows, where signal 0 would end the process; there the end of stdin is the sign.
    """
    if os.name != "posix" or process <= 0:
        return False
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def end_process(code: int) -> int:
    """`code`, or the end of the process at once when a thread that cannot be stopped would hold it."""
    if any(t.is_alive() and not t.daemon and t is not threading.main_thread() for t in threading.enumerate()):
        logging.shutdown()
        sys.stderr.flush()
        os._exit(code)
    return code
