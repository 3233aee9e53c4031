"""Ways to a gateway that tests can break: a TLS terminator, a CONNECT proxy, and a server that says what it is told.

Each is an async context manager that gives its port; what it saw is in the object.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Way:
    """`port` of the server; `seen` the first line of each request or tunnel."""

    port: int = 0
    seen: list[str] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)


async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.close()


async def _joined(reader, writer, host: str, port: int) -> None:
    inner, outer = await asyncio.open_connection(host, port)
    await asyncio.gather(_pipe(reader, outer), _pipe(inner, writer))


@asynccontextmanager
async def _serving(handle, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    running: set[asyncio.Task] = set()

    async def tracked(reader, writer) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        task.add_done_callback(running.discard)
        with suppress(asyncio.CancelledError, OSError, ssl.SSLError, asyncio.IncompleteReadError):
            await handle(reader, writer)
        with suppress(OSError, RuntimeError):
            writer.close()

    server = await asyncio.start_server(tracked, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(running):
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=5)


@asynccontextmanager
async def tls_in_front(port: int, context: ssl.SSLContext) -> AsyncIterator[int]:
    """TLS as nginx would speak it (a refused handshake ends with its alert), in front of a plain port; gives its own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        open_now: list[socket.socket] = []

        def handle(raw: socket.socket) -> None:
            with suppress(OSError, ssl.SSLError), raw:
                secured = context.wrap_socket(raw, server_side=True)
                inner = socket.create_connection(("127.0.0.1", port))
                open_now.extend((secured, inner))
                with secured, inner:
                    back = threading.Thread(target=_pump, args=(inner, secured), daemon=True)
                    back.start()
                    _pump(secured, inner)
                    back.join(5)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=handle, args=(listener.accept()[0],), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            for one in open_now:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            await asyncio.to_thread(thread.join, 5)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError, ssl.SSLError):
        while data := source.recv(65_536):
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@asynccontextmanager
async def connect_proxy(*, password: str = "", status: int = 0) -> AsyncIterator[Way]:
    """An HTTP proxy that tunnels; with a `password` only for who knows it; with a `status` it refuses everybody."""
    way = Way()

    async def handle(reader, writer) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        first = head.split(b"\r\n")[0].decode()
        way.seen.append(first)
        way.heads.append(head)
        if status or (password and password.encode() not in head):
            writer.write(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % (status or 407))
            await writer.drain()
            return
        method, target, _ = first.split()
        assert method == "CONNECT", first
        host, _, port = target.rpartition(":")
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _joined(reader, writer, "127.0.0.1" if host.endswith(".example") else host, int(port))

    async with _serving(handle) as way.port:
        yield way


@asynccontextmanager
async def answering(answer: bytes, *, tls: ssl.SSLContext | None = None, at_once: bool = False) -> AsyncIterator[Way]:
    """A server that answers every request (or any byte: `at_once`) with the same bytes and closes; empty: it hangs."""
    way = Way()

    async def handle(reader, writer) -> None:
        head = await (reader.read(1) if at_once else reader.readuntil(b"\r\n\r\n"))
        way.seen.append(head.split(b"\r\n")[0].decode("latin-1"))
        way.heads.append(head)
        if not answer:
            await asyncio.sleep(3600)
        writer.write(answer)
        await writer.drain()

    async with _serving(handle, tls) as way.port:
        yield way
