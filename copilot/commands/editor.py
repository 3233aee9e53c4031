"""A minimal editor for the demo: speaks LSP over stdio to a real server process and keeps the texts it opened.

It negotiates utf-32 positions, so that a character offset is a Python index. Only what a session needs is here;
real editors are driven by `tests/ide`.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

JsonObject = dict[str, Any]


class ServerGone(Exception):
    """The server process ended in the middle of the session."""


class Editor:
    """One client session. `texts` holds the buffers by path, `diagnostics` what the server published
    for them, `said` the messages it showed.
    """

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.texts: dict[Path, str] = {}
        self.diagnostics: dict[Path, list[JsonObject]] = {}
        self.progress: list[str] = []
        self.said: list[str] = []
        self.capabilities: JsonObject = {}
        self._versions: dict[Path, int] = {}
        self._process = process
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._next = 0
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, command: list[str], roots: list[Path], locale: str) -> Editor:
        """Start the server and shake hands."""
        process = await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=roots[0], limit=1 << 26
        )
        editor = cls(process)
        reply = await editor.request("initialize", _initialize(roots, locale))
        editor.capabilities = reply["capabilities"]
        editor.notify("initialized", {})
        return editor

    async def stop(self) -> int:
        """Shut down in order; returns the server's exit code."""
        await self.request("shutdown", None)
        self.notify("exit", None)
        code = await asyncio.wait_for(self._process.wait(), 20)
        await self._reader
        return code

    async def kill(self) -> None:
        """End the process after a failure."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    async def request(self, method: str, params: Any) -> Any:
        """The result of a request. Raises RuntimeError with the server's message for an error reply."""
        self._next += 1
        future = self._waiting[self._next] = asyncio.get_running_loop().create_future()
        self._send({"id": self._next, "method": method, "params": params})
        return await asyncio.wait_for(future, 120)

    def notify(self, method: str, params: Any) -> None:
        """Send a notification."""
        self._send({"method": method, "params": params})

    def open(self, path: Path, language: str) -> None:
        """Open a file as an editor does."""
        self.texts[path], self._versions[path] = path.read_bytes().decode(), 1
        item = {"uri": path.as_uri(), "languageId": language, "version": 1, "text": self.texts[path]}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def type(self, path: Path, offset: int, text: str, *, remove: int = 0) -> int:
        """Replace `remove` characters at `offset` by `text`, as one incremental change; returns the new caret."""
        old = self.texts[path]
        self._versions[path] += 1
        change = {"range": self.range(path, offset, offset + remove), "text": text}
        self.texts[path] = old[:offset] + text + old[offset + remove :]
        identifier = {"uri": path.as_uri(), "version": self._versions[path]}
        self.notify("textDocument/didChange", {"textDocument": identifier, "contentChanges": [change]})
        return offset + len(text)

    def save(self, path: Path) -> None:
        """Write the buffer and tell the server."""
        path.write_bytes(self.texts[path].encode())
        self.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})

    def apply(self, edit: JsonObject) -> list[Path]:
        """Apply a workspace edit to buffers and disk; returns the files touched."""
        touched = []
        for change in edit.get("documentChanges", ()):
            path = _path(change.get("uri") or change["textDocument"]["uri"])
            if change.get("kind") == "create":
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
            else:
                self._apply_edits(path, change["edits"])
            if path not in touched:
                touched.append(path)
        return touched

    def range(self, path: Path, start: int, end: int) -> JsonObject:
        """LSP range of two character offsets."""
        return {"start": self.position(path, start), "end": self.position(path, end)}

    def position(self, path: Path, offset: int) -> JsonObject:
        """LSP position of a character offset."""
        rows = self._rows(path)
        for line, row in enumerate(rows):
            if offset <= len(row.rstrip("\r\n")) or line == len(rows) - 1:
                return {"line": line, "character": offset}
            offset -= len(row)
        raise AssertionError

    def offset(self, path: Path, position: JsonObject) -> int:
        """Character offset of an LSP position."""
        rows = self._rows(path)
        return sum(map(len, rows[: position["line"]])) + int(position["character"])

    def _rows(self, path: Path) -> list[str]:
        return re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]*\Z", self.texts[path])

    def _apply_edits(self, path: Path, changes: list[JsonObject]) -> None:
        opened = path in self.texts
        if not opened:
            self.texts[path] = path.read_bytes().decode()
        # From the end to the start, so that the positions of those still to do stay right.
        for change in sorted(changes, key=lambda c: self.offset(path, c["range"]["start"]), reverse=True):
            start, end = (self.offset(path, change["range"][side]) for side in ("start", "end"))
            if opened:
                self.type(path, start, change["newText"], remove=end - start)
            else:
                self.texts[path] = self.texts[path][:start] + change["newText"] + self.texts[path][end:]
        if not opened:
            path.write_bytes(self.texts.pop(path).encode())

    def _send(self, message: JsonObject) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    async def _read(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        try:
            while True:
                header = await stream.readuntil(b"\r\n\r\n")
                found = re.search(rb"Content-Length: (\d+)", header)
                assert found is not None
                self._receive(json.loads(await stream.readexactly(int(found[1]))))
        except (asyncio.IncompleteReadError, ConnectionError):
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(ServerGone("the server ended"))

    def _receive(self, message: JsonObject) -> None:
        method = message.get("method")
        if method is None:
            future = self._waiting.pop(message["id"])
            if future.cancelled():
                return
            if "error" in message:
                future.set_exception(RuntimeError(message["error"]["message"]))
            else:
                future.set_result(message.get("result"))
        elif "id" in message:
            answer: Callable[[Any], Any] = _ANSWERS.get(method, lambda _: None)
            if method == "workspace/applyEdit":
                self.apply(message["params"]["edit"])
            self._send({"id": message["id"], "result": answer(message["params"])})
        elif method == "textDocument/publishDiagnostics":
            path = _path(message["params"]["uri"])
            self.diagnostics[path] = message["params"]["diagnostics"]
        elif method == "window/showMessage":
            self.said.append(message["params"]["message"])
        elif method == "$/progress":
            value = message["params"]["value"]
            self.progress.append(value.get("message") or value.get("title") or value["kind"])


async def output_of(command: list[str], folder: Path, text: str = "") -> tuple[int, str]:
    """Run a program to its end in `folder`; its exit code and what it printed. Raises TimeoutError after 2 minutes."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(text.encode()), 120)
    return process.returncode or 0, output.decode()


def _path(uri: str) -> Path:
    return Path(unquote(urlsplit(uri).path))


_ANSWERS: dict[str, Callable[[Any], Any]] = {
    "workspace/applyEdit": lambda _: {"applied": True},
    "workspace/configuration": lambda params: [{} for _ in params["items"]],
}


def _initialize(roots: list[Path], locale: str) -> JsonObject:
    """What a current editor offers; no clientInfo, which the protocol allows to be absent."""
    return {
        "processId": None,
        "rootUri": roots[0].as_uri(),
        "locale": locale,
        "workspaceFolders": [{"uri": root.as_uri(), "name": root.name} for root in roots],
        "capabilities": {
            "general": {"positionEncodings": ["utf-32", "utf-16"]},
            "window": {"workDoneProgress": True},
            "workspace": {
                "applyEdit": True,
                "configuration": True,
                "workspaceEdit": {
                    "documentChanges": True,
                    "resourceOperations": ["create"],
                    "changeAnnotationSupport": {"groupsOnLabel": False},
                },
            },
            "textDocument": {
                "inlineCompletion": {},
                "publishDiagnostics": {"versionSupport": True, "dataSupport": True},
                "codeAction": {
                    "dataSupport": True,
                    "resolveSupport": {"properties": ["edit", "command"]},
                    "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "refactor", "source"]}},
                },
            },
        },
    }
