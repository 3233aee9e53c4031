"""A raw editor for the end-to-end tests: real processes, real bytes, nothing between."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

PROBE = [sys.executable, "-I", str(Path(__file__).with_name("probe.py"))]
PRODUCT = [str(Path(sys.executable).with_name("bank-copilot")), "lsp", "--engine", "replay"]

Json = dict[str, Any]

EVERYTHING = {
    "window": {"workDoneProgress": True},
    "workspace": {
        "applyEdit": True,
        "configuration": True,
        "workspaceEdit": {
            "documentChanges": True,
            "resourceOperations": ["create"],
            "changeAnnotationSupport": {"groupsOnLabel": True},
        },
    },
}
"""Capabilities of an editor that can do all that the server uses."""


class Refused(Exception):
    """An error reply."""

    def __init__(self, error: Json) -> None:
        super().__init__(error["message"])
        self.code, self.message = error["code"], error["message"]


class Editor:
    """One client of one server process. `seen` holds every message that is no reply to us, oldest first."""

    def __init__(self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: Any) -> None:
        self.process, self._reader, self._writer = process, reader, writer
        self.seen: list[Json] = []
        self.answers: dict[str, Callable[[Any], Any]] = {}
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._last, self._news = 0, asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def initialize(self, capabilities: Json | None = None, **params: Any) -> Json:
        """Shake hands; returns the server's capabilities."""
        reply = await self.request("initialize", {"processId": None, "capabilities": capabilities or {}, **params})
        self.notify("initialized", {})
        return reply["capabilities"]

    def send(self, method: str, params: Any) -> tuple[int, asyncio.Future[Any]]:
        """Send a request; its id and the future of its result (an error reply raises Refused, 20 s TimeoutError)."""
        self._last += 1
        future = self._waiting[self._last] = asyncio.get_running_loop().create_future()
        self.raw(frame({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params}))
        return self._last, asyncio.ensure_future(asyncio.wait_for(future, 20))

    async def request(self, method: str, params: Any = None) -> Any:
        """The result of a request."""
        return await self.send(method, params)[1]

    def notify(self, method: str, params: Any = None) -> None:
        """Send a notification."""
        self.raw(frame({"jsonrpc": "2.0", "method": method, "params": params}))

    def raw(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)

    def open(self, uri: str, text: str, language: str = "python") -> None:
        """Open a document, version 1."""
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: tuple[tuple[int, int], tuple[int, int], str]) -> None:
        """Send ranges with their new text."""
        events = [
            {
                "range": {
                    "start": {"line": a[0], "character": a[1]},
                    "end": {"line": b[0], "character": b[1]},
                },
                "text": text,
            }
            for a, b, text in changes
        ]
        self.notify(
            "textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": events}
        )

    async def sight(self, method: str) -> Json:
        """The next message of a method that was not looked at yet."""
        async with asyncio.timeout(20):
            while True:
                self._news.clear()
                for message in self.seen:
                    if message.get("method") == method:
                        self.seen.remove(message)
                        return message
                await self._news.wait()

    async def stop(self) -> int:
        """Leave in order; the exit code."""
        await self.request("shutdown")
        self.notify("exit")
        return await self.ended()

    async def ended(self) -> int:
        """The exit code of the process, once it has ended."""
        return await asyncio.wait_for(self.process.wait(), 20)

    def hang_up(self) -> None:
        """Close our end."""
        self._writer.close()

    async def abandon(self) -> None:
        """End what is left after a test."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        self._writer.close()
        self._reading.cancel()
        await asyncio.wait([self._reading])

    async def _read(self) -> None:
        while header := await self._reader.readline():
            length = int(re.fullmatch(rb"Content-Length: (\d+)\r\n", header)[1])  # type: ignore[index]
            assert await self._reader.readline() == b"\r\n"
            self._take(json.loads(await self._reader.readexactly(length)))

    def _take(self, message: Json) -> None:
        if "method" not in message and message["id"] in self._waiting:
            future = self._waiting.pop(message["id"])
            if not future.done():
                if "error" in message:
                    future.set_exception(Refused(message["error"]))
                else:
                    future.set_result(message["result"])
            return
        self.seen.append(message)
        self._news.set()
        if "method" in message and "id" in message and message["method"] in self.answers:
            result = self.answers[message["method"]](message["params"])
            self.raw(frame({"jsonrpc": "2.0", "id": message["id"], "result": result}))


def frame(message: Any) -> bytes:
    """The bytes of a message."""
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


Start = Callable[..., Awaitable[Editor]]
"""`start(command, **environment)`: the fixture of the same name."""


async def launch(command: list[str], folder: Path, errors: Path, **environment: str) -> Editor:
    """Start a server with its working folder and user configuration in `folder` and its log in `errors`."""
    with errors.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            cwd=folder,
            env={
                **os.environ,
                "XDG_CONFIG_HOME": str(folder),
                "XDG_STATE_HOME": str(folder / "state"),
                "LC_ALL": "C.UTF-8",
                **environment,
            },
        )
    assert process.stdout is not None
    return Editor(process, process.stdout, process.stdin)
