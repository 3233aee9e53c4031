"""An upstream that answers like vLLM at almost no cost, can be told what to say and how to misbehave, and counts aborts.

    python tests/stub_vllm.py [--port 0] [--ttft-ms 0] [--chunk-ms 0] [--chunks 65] [--size 1200] [--old]

prints `listening on PORT`. Beside vLLM's routes (`/v1/completions`, `/v1/chat/completions`, `/v1/models`, `/health`,
`/metrics`, LoRA loading) it has `POST /_stub` (a JSON object of `Behaviour` fields, merged) and `GET /_stub`
(`running`, `aborted`, `finished`, `requests`: the last 50 as `{"path", "headers", "body"}`, `adapters`).
In tests: `async with stub() as upstream: upstream.url; await upstream.behave(texts=["…"]); await upstream.state()`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import urllib.request
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httptools

Json = dict[str, Any]


@dataclass
class Behaviour:
    """`texts` are answered in order, the last one again and again; empty: filler of `size` bytes.

    `fault`: "" | "garbage" (200, no JSON) | "half" (closes in the middle) | "close" (closes before a byte) |
    "content-type" (HTML, 200) | "hang" (never answers) | "error" (`status` with an OpenAI error object) |
    "bad-chunk" (a stream with a line that is no JSON) | "stall" (a stream that stops half way and stays open).
    `old`: an engine that knows no `cache_salt` and is in developer mode.
    `faults_left` < 0: for ever; else so many requests misbehave and then all is well.
    """

    texts: list[str] = field(default_factory=list)
    size: int = 1200
    chunks: int = 65
    ttft_ms: float = 0.0
    chunk_ms: float = 0.0
    fault: str = ""
    faults_left: int = -1
    status: int = 500
    message: str = "stub"
    finish_reason: str = "stop"
    models: list[str] = field(default_factory=lambda: ["stub"])
    max_model_len: int = 8192
    old: bool = False


class Stub:
    """The state of one stub."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.running = self.aborted = self.finished = 0
        self.requests: deque[Json] = deque(maxlen=50)
        self.adapters: dict[str, str] = {}

    def text(self) -> str:
        told = self.behaviour.texts
        if not told:
            return "x = 1\n" * (self.behaviour.size // 6)
        return told.pop(0) if len(told) > 1 else told[0]

    def fault(self) -> str:
        now = self.behaviour
        if not now.fault or now.faults_left == 0:
            return ""
        now.faults_left -= now.faults_left > 0
        return now.fault


class Connection(asyncio.Protocol):
    """One HTTP/1.1 connection; requests are answered one after the other."""

    def __init__(self, stub: Stub) -> None:
        self.stub = stub
        self.work: asyncio.Task[None] | None = None
        self._fresh()

    def _fresh(self) -> None:
        self.parser = httptools.HttpRequestParser(self)
        self.path, self.headers, self.body = b"", {}, []

    def connection_made(self, transport) -> None:
        self.transport = transport

    def connection_lost(self, exc) -> None:  # noqa: ARG002 -- the protocol's
        if self.work is not None and not self.work.done():
            self.work.cancel()

    def data_received(self, data) -> None:
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserError:
            self.transport.close()

    def on_url(self, url) -> None:
        self.path += url

    def on_header(self, name, value) -> None:
        self.headers[name.decode().lower()] = value.decode("latin-1")

    def on_body(self, body) -> None:
        self.body.append(body)

    def on_message_complete(self) -> None:
        method, path, body = self.parser.get_method().decode(), self.path.decode(), b"".join(self.body)
        self.work = asyncio.get_running_loop().create_task(self._answer(method, path, dict(self.headers), body))
        self._fresh()

    def send(self, status: int, body: bytes, kind: str = "application/json", extra: str = "") -> None:
        head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n{extra}\r\n"
        self.transport.write(head.encode() + body)

    def error(self, status: int, message: str) -> None:
        self.send(status, json.dumps({"error": {"message": message, "type": "stub", "code": status}}).encode())

    async def _answer(self, method: str, path: str, headers: Json, body: bytes) -> None:
        stub = self.stub
        if path in ("/v1/completions", "/v1/chat/completions"):
            asked = json.loads(body)
            if "<0>" in (asked.get("stop") or ""):  # the gateway's look over a foreign engine
                self.send(200, self._whole(asked, ["y"], chat=False))
                return
            stub.requests.append({"path": path, "headers": headers, "body": asked})
            stub.running += 1
            try:
                await self._generate(asked, chat="chat" in path)
                stub.finished += 1
            except asyncio.CancelledError:
                stub.aborted += 1
                raise
            finally:
                stub.running -= 1
        elif path == "/_stub" and method == "POST":
            for name, value in json.loads(body).items():
                assert hasattr(stub.behaviour, name), name
                setattr(stub.behaviour, name, value)
            self.send(200, b"{}")
        elif path == "/_stub":
            state = {k: getattr(stub, k) for k in ("running", "aborted", "finished", "adapters")}
            told = {**state, "requests": list(stub.requests), "behaviour": asdict(stub.behaviour)}
            self.send(200, json.dumps(told).encode())
        elif path == "/v1/models":
            names = [(n, None) for n in stub.behaviour.models] + [(n, stub.behaviour.models[0]) for n in stub.adapters]
            rows = [
                {
                    "id": n,
                    "object": "model",
                    "parent": p,
                    "root": "/srv/x",
                    "max_model_len": stub.behaviour.max_model_len,
                }
                for n, p in names
            ]
            self.send(200, json.dumps({"object": "list", "data": rows}).encode())
        elif path == "/v1/load_lora_adapter":
            asked = json.loads(body)
            if asked["lora_name"] in stub.adapters and not asked.get("load_inplace"):
                self.error(400, "The lora adapter has already been loaded.")
            else:
                stub.adapters[asked["lora_name"]] = asked["lora_path"]
                self.send(200, b"Success", "text/plain")
        elif path == "/v1/unload_lora_adapter":
            known = stub.adapters.pop(json.loads(body)["lora_name"], None) is not None
            self.send(200, b"Success", "text/plain") if known else self.error(404, "not found")
        elif path == "/metrics":
            text = f"vllm:num_requests_running {stub.running}\nvllm:num_requests_waiting 0\n"
            self.send(200, text.encode(), "text/plain")
        elif path == "/health":
            self.send(200, b"")
        elif path == "/openapi.json" and not stub.behaviour.old:
            fields = {"properties": {"cache_salt": {}}}
            schemas = {"CompletionRequest": fields, "ChatCompletionRequest": fields}
            self.send(200, json.dumps({"components": {"schemas": schemas}}).encode())
        elif path == "/server_info" and not stub.behaviour.old:
            self.error(404, "not found")  # only there in developer mode
        else:
            self.send(200, b'{"leaked": true}')  # vLLM has open paths; a gateway must never get here

    async def _generate(self, asked: Json, *, chat: bool) -> None:
        now, fault = self.stub.behaviour, self.stub.fault()
        if now.ttft_ms:
            await asyncio.sleep(now.ttft_ms / 1000)
        if fault == "error":
            return self.error(now.status, now.message)
        if fault == "hang":
            await asyncio.sleep(3600)
        if fault == "close":
            return self.transport.close()
        if fault == "garbage":
            return self.send(200, b"\x00\xffnot json")
        if fault == "content-type":
            return self.send(200, b"<html>proxy login</html>", "text/html")
        texts = [self.stub.text() for _ in range(asked.get("n") or 1)]
        if asked.get("stream"):
            return await self._stream(asked, texts[0], fault, chat=chat)
        body = self._whole(asked, texts, chat=chat)
        if fault == "half":
            head = f"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
            self.transport.write(head.encode() + body[: len(body) // 2])
            await asyncio.sleep(0.01)
            return self.transport.close()
        return self.send(200, body)

    def _usage(self, asked: Json, written: int) -> Json:
        given = asked.get("prompt") or json.dumps(asked.get("messages"))
        count = len(given) // 4 + 1
        out = written // 4 + 1
        return {"prompt_tokens": count, "completion_tokens": out, "total_tokens": count + out}

    def _whole(self, asked: Json, texts: list[str], *, chat: bool) -> bytes:
        rows = []
        for at, text in enumerate(texts):
            said: Json = {"message": {"role": "assistant", "content": text}} if chat else {"text": text}
            rows.append({"index": at, **said, "finish_reason": self.stub.behaviour.finish_reason, "logprobs": None})
        kind = "chat.completion" if chat else "text_completion"
        usage = self._usage(asked, sum(map(len, texts)))
        told = {"id": "cmpl-1", "object": kind, "created": 1, "model": asked.get("model"), "choices": rows}
        return json.dumps({**told, "usage": usage}).encode()

    async def _stream(self, asked: Json, text: str, fault: str, *, chat: bool) -> None:
        now = self.stub.behaviour
        self.transport.write(
            b"HTTP/1.1 200 X\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"
        )
        kind = "chat.completion.chunk" if chat else "text_completion"
        common = {"id": "cmpl-1", "object": kind, "created": 1, "model": asked.get("model")}
        step = max(1, -(-len(text) // max(1, now.chunks)))
        pieces = [text[at : at + step] for at in range(0, len(text), step)] or [""]
        for at, piece in enumerate(pieces):
            said: Json = {"delta": {"content": piece}} if chat else {"text": piece}
            if chat and at == 0:
                said["delta"]["role"] = "assistant"
            last = now.finish_reason if at == len(pieces) - 1 else None
            row = {"index": 0, **said, "finish_reason": last, "logprobs": None}
            self._event(json.dumps({**common, "choices": [row]}))
            if at == len(pieces) // 2:
                if fault == "half":
                    await asyncio.sleep(0.01)
                    return self.transport.close()
                if fault == "bad-chunk":
                    self._event("{not json")
                if fault == "stall":
                    await asyncio.sleep(3600)
            if now.chunk_ms:
                await asyncio.sleep(now.chunk_ms / 1000)
        if (asked.get("stream_options") or {}).get("include_usage"):
            self._event(json.dumps({**common, "choices": [], "usage": self._usage(asked, len(text))}))
        self._event("[DONE]")
        self.transport.write(b"0\r\n\r\n")
        return None

    def _event(self, text: str) -> None:
        data = f"data: {text}\n\n".encode()
        self.transport.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")


@dataclass
class Running:
    """A stub in a process of its own."""

    url: str
    process: asyncio.subprocess.Process

    async def behave(self, **fields: Any) -> None:
        """Change its behaviour."""
        await asyncio.to_thread(self._ask, json.dumps(fields).encode())

    async def state(self) -> Json:
        """What it counted."""
        return await asyncio.to_thread(self._ask, None)

    def _ask(self, body: bytes | None) -> Json:
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/_stub", data=body), timeout=10) as answer:
            return json.loads(answer.read())


@asynccontextmanager
async def stub(*arguments: str, port: int = 0) -> AsyncIterator[Running]:
    """A stub on a free port; ended (by pid) at the end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__)), "--port", str(port), *arguments, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = await process.stdout.readline()
        yield Running(f"http://127.0.0.1:{int(line.split()[-1])}", process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def serve(options: argparse.Namespace) -> None:
    """Serve until killed."""
    state = Stub(
        Behaviour(
            ttft_ms=options.ttft_ms,
            chunk_ms=options.chunk_ms,
            chunks=options.chunks,
            size=options.size,
            old=options.old,
        )
    )
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(state), "127.0.0.1", options.port, backlog=1024)
    print("listening on", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--ttft-ms", type=float, default=0)
    parser.add_argument("--chunk-ms", type=float, default=0)
    parser.add_argument("--chunks", type=int, default=65)
    parser.add_argument("--size", type=int, default=1200)
    parser.add_argument("--old", action="store_true")
    import uvloop

    uvloop.run(serve(parser.parse_args()))
