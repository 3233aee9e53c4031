"""Malformed input and crashing handlers: the server answers the next request, and no document text reaches its log."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path

import pytest
from raw_editor import PROBE, Editor, Refused, Start, frame

CANARY = "Kontonummer_4711_KANARIENVOGEL"
URI = "file:///nowhere/a.py"


async def opened(start: Start, text: str = "a", **environment: str) -> Editor:
    editor = await start(PROBE, **environment)
    await editor.initialize()
    editor.open(URI, text)
    return editor


async def check_alive(editor: Editor) -> None:
    assert (await editor.request("probe/text", {"uri": URI}))["text"] == "a"


BROKEN_BYTES = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"Content-Length: x\r\n\r\n{}",
    b"Content-Length: -1\r\n\r\n{}",
    b"Content-Length: 99999999999999999\r\n\r\n{}",
    b"Content-Length: 9999999999999999999999999999999999\r\n\r\n{}",
    b"Content-Length: 500\r\n\r\n{" + f'"text": "{CANARY}'.encode(),
    frame({"a": 1}).replace(b"10", b"4"),
    b"Content-Length: 0\r\n\r\n",
    b"\r\n\r\n\r\n",
    b"\xff\xfe\x00" * 5000,
]

BROKEN_BODIES = [
    b"",
    b"{",
    f'{{"jsonrpc": "2.0", "method": "textDocument/didOpen", "text": "{CANARY}'.encode(),
    b"\xff\xfe{}",
    b"null",
    b"[]",
    b'"text"',
    b"1e999",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"9" * 10_000,
    b"NaN",
]

SKEWED = [
    {},
    {"jsonrpc": "1.0", "id": 1, "method": "shutdown"},
    {"jsonrpc": "2.0"},
    {"jsonrpc": "2.0", "id": None, "method": "probe/text"},
    {"jsonrpc": "2.0", "id": {"a": CANARY}, "method": "probe/text"},
    {"jsonrpc": "2.0", "id": 3.5, "method": "probe/text"},
    {"jsonrpc": "2.0", "id": True, "method": "probe/text"},
    {"jsonrpc": "2.0", "method": 7},
    {"jsonrpc": "2.0", "method": CANARY},
    {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 10**9}},
    {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {}},
    {"jsonrpc": "2.0", "method": "textDocument/didOpen", "params": {"textDocument": CANARY}},
    {"jsonrpc": "2.0", "method": "textDocument/didOpen"},
    {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"textDocument": {"uri": URI, "version": CANARY}}},
    {
        "jsonrpc": "2.0",
        "method": "textDocument/didChange",
        "params": {"textDocument": {"uri": "file:///closed.py", "version": 1}, "contentChanges": [{"text": CANARY}]},
    },
    {"jsonrpc": "2.0", "method": "textDocument/didClose", "params": {"textDocument": {"uri": "file:///closed.py"}}},
    {"jsonrpc": "2.0", "method": "initialized", "params": {}},
    {"jsonrpc": "2.0", "method": "shutdown", "params": [CANARY]},  # a notification: not the request
    {"jsonrpc": "2.0", "id": "unasked", "result": CANARY},
    {"jsonrpc": "2.0", "id": "unasked", "error": {"code": 1, "message": CANARY}},
    {"jsonrpc": "2.0", "id": "unasked", "error": CANARY},
    {"jsonrpc": "2.0", "id": None, "result": 1},
    {"jsonrpc": "2.0", "method": "window/workDoneProgress/cancel", "params": {"token": CANARY}},
    {"jsonrpc": "2.0", "method": "workspace/didChangeWorkspaceFolders", "params": {"event": CANARY}},
    {"jsonrpc": "2.0", "method": "workspace/didChangeConfiguration", "params": {"settings": [CANARY]}},
    {"jsonrpc": "2.0", "method": "textDocument/didSave", "params": {"textDocument": {"uri": "untitled:" + CANARY}}},
    {"jsonrpc": "2.0", "method": "textDocument/didSave", "params": {"textDocument": {"uri": "\0[::"}}},
    {"jsonrpc": "2.0", "method": "textDocument/didShowCompletion", "params": {"type_name": 7, "item": CANARY}},
]

REQUESTS = [
    ("no/such/method", {}, -32601),
    ("textDocument/didOpen", {}, -32601),  # a notification sent as a request
    ("textDocument/inlineCompletion", {"position": CANARY}, -32602),
    ("textDocument/inlineCompletion", None, -32602),
    ("workspace/executeCommand", {"command": CANARY}, -32602),
    ("workspace/executeCommand", {"command": "probe.sleep", "arguments": [CANARY]}, -32602),
    ("workspace/executeCommand", {"command": "probe.sleep", "arguments": [1, 2, 3]}, -32602),
    ("probe/crash", {"uri": URI, "how": "known"}, -32803),
    ("probe/crash", {"uri": URI, "how": "unknown"}, -32603),
    ("probe/crash", {"uri": URI, "how": "reply"}, -32603),
    ("probe/crash", {"uri": "file:///nowhere/none.py", "how": "known"}, -32803),
]


async def test_malformed_bytes(start: Start) -> None:
    editor = await opened(start)
    for data in BROKEN_BYTES:
        editor.raw(data)
        await check_alive(editor)


async def test_malformed_bodies_and_messages(start: Start) -> None:
    editor = await opened(start)
    for body in BROKEN_BODIES:
        editor.raw(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        await check_alive(editor)
    codes = {message["error"]["code"] for message in editor.seen if "error" in message}
    assert codes == {-32700, -32600}
    for message in SKEWED:
        editor.raw(frame(message))
        await check_alive(editor)
    for method, params, code in REQUESTS:
        with pytest.raises(Refused) as refused:
            await editor.request(method, params)
        assert refused.value.code == code, method
        await check_alive(editor)
    assert await editor.stop() == 0


async def test_random_damage(start: Start) -> None:
    rng = random.Random(11)
    editor = await opened(start)
    seed = frame({"jsonrpc": "2.0", "id": "x", "method": "textDocument/hover", "params": {"uri": URI, "n": [1, 2]}})
    for _ in range(400):
        data = bytearray(seed)
        for _ in range(rng.choice([1, 2, 8])):
            at = rng.randrange(len(data) + 1)
            match rng.randrange(4):
                case 0:
                    data[at : at + 1] = bytes([rng.randrange(256)])
                case 1:
                    del data[at : at + rng.randrange(1, 12)]
                case 2:
                    data[at:at] = rng.choice(
                        [b"{", b'"', b"\r\n", b"0", b"\\ud800", b"null", b"Content-Length: 7\r\n\r\n"]
                    )
                case _:
                    data = data[: at + 1]
        editor.raw(bytes(data))
    # Damage may have eaten the beginning of what follows; a client that sends twice is heard at least once.
    for _ in range(3):
        editor.raw(frame({"jsonrpc": "2.0", "id": "probe", "method": "probe/text", "params": {"uri": URI}}))
    async with asyncio.timeout(20):
        while not any(m.get("id") == "probe" and "result" in m for m in editor.seen):
            editor._news.clear()
            await editor._news.wait()
    await check_alive(editor)


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
async def test_no_document_text_reaches_the_log(start: Start, stderr_file: Path, level: str) -> None:
    text = f'note = "{CANARY} \\d"\nif {CANARY} is 1: pass\n'
    editor = await opened(start, text, BANK_COPILOT_LOG_LEVEL=level)
    for how in ("unknown", "reply", "background", "callback", "compile"):
        future = editor.send("probe/crash", {"uri": URI, "how": how})[1]
        try:
            await future
        except Refused as refused:
            assert CANARY not in refused.message
    editor.notify("probe/notified", {"content": CANARY})
    editor.change(URI, 2, ((0, 0), (0, 0), CANARY))
    for data in BROKEN_BYTES:
        editor.raw(data)
    for message in SKEWED:
        editor.raw(frame(message))
    for method, params, _ in REQUESTS:
        with pytest.raises(Refused):
            await editor.request(method, params)
    position = {"line": 0, "character": 3}
    question = {"textDocument": {"uri": URI}, "position": position, "context": {"triggerKind": 1}}
    await editor.request("textDocument/inlineCompletion", question)
    await editor.request("workspace/executeCommand", {"command": "bankCopilot.acceptCompletion", "arguments": [CANARY]})
    shown = [m for m in editor.seen if m.get("method") == "window/showMessage"]
    assert shown  # the notification's crash was said, in one sentence
    assert CANARY not in json.dumps(shown)
    assert await editor.stop() == 0
    log = stderr_file.read_text()
    assert ("ValueError at probe.py" in log) is True
    for word in (CANARY, "Kontonummer", "KANARIENVOGEL"):
        assert word not in log
