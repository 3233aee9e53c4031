"""What the completion agent is measured with: a stub model behind two protocols, language servers over pipes, an open file."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cost

ROOT = Path(__file__).parents[2]
SCRIPT = Path(sys.executable).with_name("bank-copilot")
TABBY = ROOT / "build" / "tabby" / "node_modules" / "tabby-agent" / "dist" / "cli.js"

Json = dict[str, Any]


@dataclass
class Stub:
    """A model behind both protocols: Tabby's and ours. Counts what it is asked and what runs."""

    port: int = 0
    asked: int = 0
    running: int = 0
    latency_s: float = 0.0
    answer: Any = None
    """`(text before the caret)` to the text that it answers."""
    _ready: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Listen in a thread of its own."""
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self._ready.wait(10)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (line := await reader.readline()).strip():
            length = 0
            while (header := await reader.readline()).strip():
                if header.lower().startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            body = json.loads(await reader.readexactly(length) or b"null") if length else None
            path = line.split()[1].decode()
            try:
                kind, data = await self._reply(path, body, reader)
            except ConnectionError:
                break
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (kind, len(data), data)
            )
            await writer.drain()
        writer.close()

    async def _reply(self, path: str, body: Any, reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
        if path != "/v1/completions":
            told = {"model": "stub", "device": "cpu", "arch": "x", "cpu_info": "x", "cpu_count": 1,
                    "version": {"build_date": "", "build_timestamp": "", "git_sha": "", "git_describe": "v0.20.0"}}  # fmt: skip
            return b"application/json", json.dumps(told).encode()
        self.asked += 1
        self.running += 1
        try:
            if self.latency_s:
                gone = asyncio.ensure_future(reader.read(1))
                done, _ = await asyncio.wait({gone}, timeout=self.latency_s)
                if done:
                    raise ConnectionError
                gone.cancel()
                await asyncio.gather(gone, return_exceptions=True)
            ours = "segments" not in body
            text = self.answer(body["prompt"] if ours else body["segments"]["prefix"])
        finally:
            self.running -= 1
        if not ours:
            return b"application/json", json.dumps({"id": "c", "choices": [{"index": 0, "text": text}]}).encode()
        piece = {
            "id": "c",
            "object": "text_completion",
            "model": "stub",
            "choices": [{"index": 0, "text": text, "finish_reason": "stop"}],
        }
        return b"text/event-stream", f"data: {json.dumps(piece)}\n\ndata: [DONE]\n\n".encode()


class Agent:
    """A language server over pipes, spoken to without an event loop, so that only it is measured."""

    def __init__(self, command: list[str], root: Path, environment: dict[str, str], method: str) -> None:
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=root,
            env={**os.environ, **environment},
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._in, self._out = self.process.stdin, self.process.stdout
        self.method, self.last, self.answers = method, 0, dict[int, Json]()
        self._come = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        capabilities = {"textDocument": {"inlineCompletion": {}, "completion": {}, "diagnostic": {}}, "workspace": {}}
        params = {
            "processId": os.getpid(),
            "rootUri": root.as_uri(),
            "capabilities": capabilities,
            "clientInfo": {"name": "bench"},
        }
        self.ask("initialize", params)
        self.send("initialized", {}, request=False)

    def _read(self) -> None:
        while True:
            length = 0
            while (line := self._out.readline()) != b"\r\n":
                if not line:
                    return
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            message: Json = json.loads(self._out.read(length))
            if "method" in message:
                if "id" in message:
                    self._write({"id": message["id"], "result": None})
                continue
            with self._come:
                self.answers[message["id"]] = message
                self._come.notify_all()

    def _write(self, message: Json) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._in.flush()

    def send(self, method: str, params: Any, *, request: bool = True) -> int:
        """Write a message; the id of a request."""
        self.last += 1
        self._write({"method": method, "params": params} | ({"id": self.last} if request else {}))
        return self.last

    def wait(self, number: int, timeout_s: float = 60) -> Json:
        """The reply to a request."""
        with self._come:
            if not self._come.wait_for(lambda: number in self.answers, timeout_s):
                raise TimeoutError(number)
            return self.answers.pop(number)

    def ask(self, method: str, params: Any) -> Json:
        """A request and its reply."""
        return self.wait(self.send(method, params))

    def cancel(self, number: int) -> None:
        """Take a request back."""
        self.send("$/cancelRequest", {"id": number}, request=False)

    def cpu_ms(self) -> float:
        """CPU milliseconds of the process so far."""
        return cost.cpu_ms(self.process.pid)

    def rss_mb(self) -> float:
        """Resident memory in megabytes."""
        return cost.rss_mb(self.process.pid)

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(30)


class Editor:
    """One open file in an agent: text by lines, the caret, versions."""

    def __init__(self, agent: Agent, path: Path, text: str) -> None:
        self.agent, self.uri, self.rows, self.version = agent, path.as_uri(), text.split("\n"), 1
        item = {"uri": self.uri, "languageId": "python", "version": 1, "text": text}
        agent.send("textDocument/didOpen", {"textDocument": item}, request=False)

    def replace(self, row: int, start: int, end: int, text: str) -> None:
        """Change a part of one row; `text` may hold line ends."""
        self.version += 1
        old = self.rows[row]
        self.rows[row : row + 1] = (old[:start] + text + old[end:]).split("\n")
        change = {
            "range": {"start": {"line": row, "character": start}, "end": {"line": row, "character": end}},
            "text": text,
        }
        params = {"textDocument": {"uri": self.uri, "version": self.version}, "contentChanges": [change]}
        self.agent.send("textDocument/didChange", params, request=False)

    def completion(self, row: int, column: int) -> int:
        """Ask; the id of the request. Automatic, as while typing."""
        context = {"triggerKind": 1 if self.agent.method.endswith("/completion") else 2}
        place = {"line": row, "character": column}
        return self.agent.send(
            self.agent.method, {"textDocument": {"uri": self.uri}, "position": place, "context": context}
        )


def offered(reply: Json, typed: str) -> str | None:
    """The text that a reply adds behind what is typed of the word; None for silence."""
    result = reply.get("result") or {}
    items = result.get("items") if isinstance(result, dict) else result
    if not items:
        return None
    text = items[0].get("insertText") or (items[0].get("textEdit") or {}).get("newText") or ""
    return text.removeprefix(re.findall(r"\w*\Z", typed)[0])


@contextmanager
def ours(root: Path, stub: Stub, engine: str, **settings: str) -> Iterator[Agent]:
    """Our server."""
    environment = {
        "BANK_COPILOT_GATEWAY_URL": f"http://127.0.0.1:{stub.port}", "BANK_COPILOT_GATEWAY_KEY": "env:BENCH_KEY", "BENCH_KEY": "k",
        "BANK_COPILOT_MODEL_COMPLETE_MS": "5000", "XDG_CACHE_HOME": str(root.parent / "cache"), **settings,
    }  # fmt: skip
    agent = Agent([str(SCRIPT), "lsp", "--engine", engine], root, environment, "textDocument/inlineCompletion")
    try:
        yield agent
    finally:
        agent.close()


@contextmanager
def tabby(root: Path, stub: Stub) -> Iterator[Agent]:
    """Tabby's agent, its debounce off."""
    home = root.parent / "home"
    folder = home / ".tabby-client" / "agent"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        f'[server]\nendpoint = "http://127.0.0.1:{stub.port}"\ntoken = "t"\n[anonymousUsageTracking]\ndisable = true\n'
        '[completion.debounce]\nmode = "fixed"\ninterval = 0\n'
    )
    agent = Agent(["node", str(TABBY), "--lsp", "--stdio"], root, {"HOME": str(home)}, "textDocument/completion")
    try:
        yield agent
    finally:
        agent.close()
