"""From the editor to the real engine and back: what was taught comes back, streamed, aborted, isolated, per team."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from contextlib import asynccontextmanager

import pytest
import stack
from drive import completion_params, open_, play
from scenarios import COMPLETE, named
from stack import CONTEXT, MODEL

RUNNING = "vllm:num_requests_running"
GENERATED = "vllm:generation_tokens_total"
UPSTREAM = "bank_copilot_upstream_running"
LONG = {"model": MODEL, "prompt": "def count():\n", "max_tokens": 2000, "min_tokens": 2000, "stream": True}


async def idle(gateway, seconds: float = 20.0) -> None:
    """Wait until the engine computes nothing."""
    began = time.monotonic()
    while await gateway.metrics(RUNNING):
        assert time.monotonic() - began < seconds, "the engine still computes"
        await asyncio.sleep(0.02)


async def busy(gateway, seconds: float = 20.0) -> None:
    """Wait until the engine computes something."""
    async with asyncio.timeout(seconds):
        while not await gateway.metrics(RUNNING):
            await asyncio.sleep(0.02)


@asynccontextmanager
async def asking(gateway, **fields):
    """A client that asks for much and hangs up at the end of the block."""
    host, port = gateway.url.removeprefix("http://").split(":")
    data = json.dumps({**LONG, **fields}).encode()
    head = (
        f"POST /v1/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {gateway.keys['ledger']}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    )
    _, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(head.encode() + data)
        yield
    finally:
        writer.close()


@pytest.mark.parametrize("scenario", COMPLETE, ids=lambda s: s.name)
async def test_ghost_text_is_what_the_model_was_taught(editor, scenario):
    assert await play(editor, scenario) == scenario.answer


async def test_the_engine_answers_every_taught_prompt_exactly(gateway, examples):
    # Straight to the engine: the same count as the build's own, so nothing on the way makes up for a weak model.
    from stack import http

    for row in examples.values():
        path, asked = (
            ("completions", {"prompt": row["prompt"]})
            if "prompt" in row
            else ("chat/completions", {"messages": row["messages"]})
        )
        body = {"model": MODEL, "max_tokens": 600, "temperature": 0, **asked}
        answer = await http(f"{gateway.engine}/v1/{path}", body, key="sk-engine-of-the-tests")
        assert answer.status == 200, answer.body
        assert answer.text == row["answer"], row["name"]


async def test_the_engine_refuses_who_does_not_show_the_key(gateway):
    from stack import http

    assert (await http(f"{gateway.engine}/v1/models")).status == 401
    assert (await http(f"{gateway.engine}/server_info")).status == 404  # developer mode is off


async def test_the_key_of_the_engine_is_in_no_argument_and_prompts_are_in_no_log(gateway, editor):
    import psutil

    scenario = named("complete-cards-1")
    assert await play(editor, scenario) == scenario.answer
    below = psutil.Process(gateway.process.pid).children(recursive=True)
    assert any("vllm" in " ".join(p.cmdline()) for p in below)
    assert not [p for p in below if "sk-engine-of-the-tests" in " ".join(p.cmdline())]
    logs = [*gateway.folder.glob("*.log*"), *(gateway.folder / "audit").rglob("*")]
    text = b"".join(path.read_bytes() for path in logs if path.is_file())
    assert b"Uvicorn" in text or b"vLLM" in text
    for canary in (b"hidden = len(number)", b"number[-4:]", b"Card numbers, as text", b"sk-engine-of-the-tests"):
        assert canary not in text


async def test_a_streamed_answer_is_the_whole_answer_in_pieces(gateway, examples):
    import urllib.request

    row = examples["complete-accounts-3"]
    body = {
        "model": MODEL,
        **stack.hole(row["prompt"]),
        "max_tokens": 128,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    asked = urllib.request.Request(
        gateway.url + "/v1/completions",
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {gateway.keys['ledger']}", "Content-Type": "application/json"},
    )

    def read() -> list[bytes]:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            return [line[6:].strip() for line in answer if line.startswith(b"data: ")]

    rows = await asyncio.to_thread(read)
    assert rows[-1] == b"[DONE]"
    chunks = [json.loads(row) for row in rows[:-1]]
    pieces = [c["choices"][0]["text"] for c in chunks if c["choices"]]
    assert len(pieces) > 5
    assert "".join(pieces) == row["answer"]
    assert chunks[-1]["usage"]["completion_tokens"] >= len(pieces) // 2


async def test_a_cancelled_request_of_the_editor_ends_the_generation(gateway, editor):
    scenario = named("complete-accounts-0")
    uri = open_(editor, scenario)
    text = scenario.text() + "\n\ndef more(account):\n    "  # what the model was not taught
    editor.notify(
        "textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text}]}
    )
    # The engine halts, so that the question cannot be answered before it is taken back.
    group = gateway.engine_group()
    os.killpg(group, signal.SIGSTOP)
    try:
        number, answer = editor.send("textDocument/inlineCompletion", completion_params(uri, text, len(text)))
        async with asyncio.timeout(10):
            while not await gateway.figure(UPSTREAM):
                await asyncio.sleep(0.02)
        editor.notify("$/cancelRequest", {"id": number})
        async with asyncio.timeout(10):  # the engine halts: only the cancellation can end it
            while await gateway.figure(UPSTREAM):
                await asyncio.sleep(0.02)
        with pytest.raises(Exception, match=r"(?i)cancel"):
            await answer
    finally:
        os.killpg(group, signal.SIGCONT)
    await idle(gateway)
    async with asyncio.timeout(30):  # the halt may have made the gateway doubt the engine for a while
        while (
            await gateway.ask("/v1/completions", {"model": MODEL, "prompt": "x", "max_tokens": 1}, team="ledger")
        ).status != 200:
            await asyncio.sleep(0.2)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
async def test_a_client_that_hangs_up_ends_the_generation(gateway, stream):
    """Counted in tokens, not in seconds: how fast a busy machine notices says nothing about whether it does."""
    made = await gateway.metrics(GENERATED)
    async with asking(gateway, stream=stream):
        await busy(gateway)
    await idle(gateway)
    assert await gateway.metrics(GENERATED) - made < LONG["min_tokens"] * 0.75


def prompt(words: int, seed: str) -> str:
    return f"# {seed}\n" + "".join(f"value_{n} = {n} * {n % 7} + {n}\n" for n in range(words))


async def cached(gateway, team: str, text: str, **more) -> int:
    answer = await gateway.ask(
        "/v1/completions", {"model": MODEL, "prompt": text, "max_tokens": 1, "temperature": 0, **more}, team=team
    )
    assert answer.status == 200, answer.body
    usage = answer.json["usage"]
    assert usage["prompt_tokens"] > 600
    return (usage.get("prompt_tokens_details") or {}).get("cached_tokens") or 0


async def test_teams_never_share_cached_blocks(gateway):
    text = prompt(70, "isolated")
    assert await cached(gateway, "ledger", text) == 0
    assert await cached(gateway, "ledger", text) >= 512
    assert await cached(gateway, "cards", text) == 0
    assert await cached(gateway, "cards", text) >= 512


async def test_a_client_cannot_choose_the_salt(gateway):
    text = prompt(70, "salted")
    await cached(gateway, "ledger", text)
    asked = {"model": MODEL, "prompt": text, "max_tokens": 1, "cache_salt": "t:guess"}
    for team in ("cards", "ledger"):
        answer = await gateway.ask("/v1/completions", asked, team=team)
        assert answer.status == 200  # overwritten: it hits for its own team only
        hit = (answer.json["usage"].get("prompt_tokens_details") or {}).get("cached_tokens") or 0
        assert (hit >= 512) == (team == "ledger")


async def test_typing_on_hits_the_prefix_cache(gateway, editor):
    scenario = named("complete-accounts-4")
    uri = open_(editor, scenario)
    filler = prompt(70, "typing")
    text = filler + "\n\ndef area(width, height):\n    return width"
    before = await gateway.metrics("vllm:prefix_cache_hits_total")
    queries = await gateway.metrics("vllm:prefix_cache_queries_total")
    for step, typed in enumerate(("", " ", " *", " * ", " * h", " * he")):
        now = text + typed
        change = {"textDocument": {"uri": uri, "version": step + 2}, "contentChanges": [{"text": now}]}
        editor.notify("textDocument/didChange", change)
        await editor.request("textDocument/inlineCompletion", completion_params(uri, now, len(now)))
    hits = await gateway.metrics("vllm:prefix_cache_hits_total") - before
    asked = await gateway.metrics("vllm:prefix_cache_queries_total") - queries
    assert asked > 2000, "the engine was hardly asked"
    assert hits / asked > 0.6  # the first of the six cannot hit, and blocks hold 128 tokens on CPU


async def test_the_path_of_no_route_of_vllm_is_open(gateway):
    for path in (
        "/invocations",
        "/tokenize",
        "/detokenize",
        "/pause",
        "/sleep",
        "/reset_prefix_cache",
        "/server_info",
        "/v1/load_lora_adapter",
        "/v1/responses",
        "/load",
        "/version",
    ):
        for body in (None, {"model": MODEL, "prompt": "x", "lora_name": "x", "lora_path": "/"}):
            answer = await gateway.ask(path, body)
            assert answer.status in {404, 405}, (path, answer.status)


async def test_a_prompt_longer_than_the_model_is_an_error_that_says_so(gateway):
    words = "".join(f"{n} " for n in range(CONTEXT * 2))
    answer = await gateway.ask(
        "/v1/chat/completions", {"model": MODEL, "messages": [{"role": "user", "content": words}], "max_tokens": 10}
    )
    assert answer.status == 400
    assert answer.json["error"]["code"] == "prompt_too_long"
    assert answer.json["error"]["message"].endswith(f"the context of {MODEL}: send less.")
