"""Clients that mean harm, against the real gateway: one key, or none, must not stop it, and nothing slips past review."""

from __future__ import annotations

import asyncio
import json
import socket
import time

import pytest

from copilot.guard.checksums import luhn

CHAT = {"model": "bank-coder", "max_tokens": 8, "messages": [{"role": "user", "content": "hi"}]}
CODE = {"model": "bank-coder", "prompt": "x = ", "max_tokens": 8}


def bank_cards(count):
    """Different numbers that pass for cards."""
    found = []
    for number in range(count):
        head = f"4{number * 7_919 % 10**14:014}"
        found.append(next(head + digit for digit in "0123456789" if luhn((head + digit).encode())))
    return found


async def slowest(client, attack):
    """The longest that another team's small request takes while `attack` goes on, and the attack's answer."""
    running = asyncio.ensure_future(attack)
    worst = 0.0
    while True:
        began = time.monotonic()
        status, _, _ = await client.ask("completions", CODE, "beta")
        assert status == 200
        worst = max(worst, time.monotonic() - began)
        if running.done():
            return worst, running.result()


@pytest.mark.parametrize("kind", ["cards", "digits", "passwords"])
async def test_a_text_made_to_be_slow_to_review_does_not_stop_the_others(client, kind):
    text = {
        "cards": lambda: "\n".join(bank_cards(13_000)),
        "digits": lambda: "4111 1111 1111 1112 1 " * 11_000,
        "passwords": lambda: "pass=x;server=" * 17_000,
    }[kind]()
    body = json.dumps({**CODE, "prompt": text}).encode()
    assert 200_000 < len(body) < 256 * 1024
    worst, (status, told, _) = await slowest(client, client.ask("completions", body))
    assert worst < 0.5
    if kind == "cards":
        assert (status, told["error"]["code"]) == (403, "content_denied")
        assert "more than 1000 values" in told["error"]["message"]
    else:
        assert status == 200


async def test_a_text_full_of_hole_marks_does_not_stop_the_others(client):
    marks = "".join(f"<<HOLE {n}>>" for n in range(2, 15_000))
    body = {"model": "bank-talker", "prompt": marks, "suffix": "<<HOLE>>", "max_tokens": 8}
    began = time.monotonic()
    status, _, _ = await client.ask("completions", body)
    assert status == 200
    assert time.monotonic() - began < 1
    assert "<<HOLE 15000>>" in json.dumps((await client.sent())["body"]["messages"])


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"structured_outputs": {"json": {f"k{n}": "" for n in range(9_000)}}}, "structured_outputs"),
        ({"structured_outputs": {"json": {"enum": ["a"] * 9_000}}}, "structured_outputs"),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": ""}] * 8_500}]}, "messages[0].content"),
    ],
)
async def test_thousands_of_small_texts_are_refused(client, body, param):
    status, told, _ = await client.ask("chat/completions", {**CHAT, **body})
    assert (status, told["error"]["param"]) == (400, param)
    assert "8192 texts" in told["error"]["message"]


@pytest.mark.parametrize("levels", [80, 300, 1_000])
@pytest.mark.parametrize("field", ["tools", "structured_outputs"])
async def test_what_is_nested_too_deep_is_a_typed_error(client, field, levels):
    deep = '{"a":' * levels + "1" + "}" * levels
    value = {
        "tools": f'[{{"type":"function","function":{{"name":"f","parameters":{deep}}}}}]',
        "structured_outputs": f'{{"json":{deep}}}',
    }[field]
    body = f'{{"messages":[{{"role":"user","content":"x"}}],"max_tokens":8,"{field}":{value}}}'.encode()
    status, told, _ = await client.ask("chat/completions", body)
    assert (status, told["error"]["type"]) == (400, "invalid_request_error")


@pytest.mark.parametrize(
    "body",
    [
        {"tools": [{"type": "function", "function": {"name": "f"}}], "tool_choice": "CARD"},
        {"chat_template_kwargs": {"CARD": True}},
        {"logit_bias": {"CARD": 1}},
        {"structured_outputs": {"json": {"enum": ["CARD"]}}},
        {"structured_outputs": {"json": {"properties": {"CARD": {}}}}},
        {"response_format": {"type": "json_schema", "json_schema": {"name": "CARD", "schema": {}}}},
        {"stop": ["CARD"]},
        {"tools": [{"type": "function", "function": {"name": "f", "description": "CARD"}}]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "CARD"}], "name": "CARD"}]},
        {"messages": [{"role": "tool", "tool_call_id": "CARD", "content": "x"}]},
        {"user": "CARD", "metadata": {"CARD": "CARD"}, "cache_salt": "CARD", "prompt_cache_key": "CARD"},
    ],
)
async def test_no_field_carries_a_card_past_review(client, gateway, body):
    card = bank_cards(1)[0]
    if body.get("tool_choice"):
        body = {**body, "tool_choice": {"type": "function", "function": {"name": "CARD"}}}
    status, told, _ = await client.ask("chat/completions", json.dumps({**CHAT, **body}).replace("CARD", card).encode())
    assert status in {200, 400, 403}
    assert card not in json.dumps(told) or status == 200
    assert card not in json.dumps((await gateway.upstream.state())["requests"])


async def test_review_and_engine_read_the_same_of_a_name_that_stands_twice(client):
    card = bank_cards(1)[0]
    body = f'{{"model":"bank-coder","max_tokens":8,"prompt":"{card}","prompt":"x = "}}'.encode()
    assert (await client.ask("completions", body))[0] == 200
    assert card not in json.dumps(await client.sent())
    body = f'{{"model":"bank-coder","max_tokens":8,"prompt":"x = ","\\u0070rompt":"{card}"}}'.encode()
    assert (await client.ask("completions", body))[0] == 200
    assert card not in json.dumps(await client.sent())


@pytest.mark.parametrize("half", [b"\\ud83d", b"\\udc00", b"\xed\xa0\x80"])
async def test_half_a_character_is_no_json(client, half):
    status, told, _ = await client.ask("completions", b'{"max_tokens":8,"prompt":"a' + half + b'b"}')
    assert (status, told["error"]["code"]) == (400, "invalid_json")


def raw(gateway, data, seconds=3.0):
    host, port = gateway.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as wire:
        wire.settimeout(seconds)
        wire.sendall(data)
        out = b""
        try:
            while piece := wire.recv(65_536):
                out += piece
        except TimeoutError:
            out += b"<open>"
        return out


TWO = b"\r\n\r\n0\r\n\r\nGET /admin/keys HTTP/1.1\r\nhost: a\r\n\r\n"


@pytest.mark.parametrize(
    "lines",
    [
        b"content-length: 4\r\ntransfer-encoding: chunked",
        b"transfer-encoding: chunked\r\ncontent-length: 4",
        b"content-length: 4\r\ncontent-length: 40",
        b"content-length: 40\r\ncontent-length: 40",
        b"transfer-encoding: chunked, identity",
        b"transfer-encoding: identity\r\ncontent-length: 4",
        b"content-length : 4",
        b"content-length: +4",
        b"content-length: 0x4",
        b"content-length: -1",
        b"x-a: b\r\n authorization: c",
        b"x-a: a\0b",
        b"x-a: a\rb",
    ],
)
def test_two_readings_of_where_a_request_ends_are_refused(gateway_process, lines):
    answer = raw(gateway_process, b"POST /v1/completions HTTP/1.1\r\nhost: a\r\n" + lines + TWO)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert not answer.endswith(b"<open>")
    assert answer.count(b"\r\n\r\n") == 1  # one answer, not two


def test_what_follows_an_upgrade_is_no_request(gateway_process):
    head = b"POST /v1/completions HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\ncontent-length: 40\r\n"
    answer = raw(gateway_process, head + b"\r\nGET /health HTTP/1.1\r\nhost: a\r\n\r\n")
    assert b'"ok"' not in answer


def test_trailers_without_end_take_no_memory(gateway_process):
    host, port = gateway_process.url.removeprefix("http://").split(":")
    before = gateway_process.process.memory_info().rss
    sent = 0
    with socket.create_connection((host, int(port))) as wire:
        wire.settimeout(10)
        wire.sendall(b"POST /v1/completions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n")
        with pytest.raises(OSError, match=r"(?i)reset|pipe"):
            while sent < 20_000_000:
                wire.sendall(b"a: b\r\n" * 10_000)
                sent += 60_000
    assert sent < 20_000_000
    assert gateway_process.process.memory_info().rss - before < 30_000_000


async def test_bodies_of_one_key_that_trickle_are_bounded(client, gateway):
    host, port = gateway.url.removeprefix("http://").split(":")
    head = f"POST /v1/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {gateway.key}\r\ncontent-length: 9000\r\n\r\n"
    wires = [await asyncio.open_connection(host, int(port)) for _ in range(270)]
    try:
        for _, writer in wires:
            writer.write(head.encode())
        answers = [await asyncio.wait_for(reader.readline(), 5) for reader, _ in wires]
    finally:
        for _, writer in wires:
            writer.close()
    assert sum(b" 429 " in line for line in answers) == 14
    assert sum(b" 408 " in line for line in answers) == 256
    assert (await client.ask("completions", CODE))[0] == 200


async def test_sixteen_prompts_are_reserved_sixteen_times(client):
    body = {"model": "bank-coder", "prompt": ["x = "] * 16, "n": 8, "max_tokens": 100}
    status, told, _ = await client.ask("completions", body, "thrifty")  # 3,000 tokens a minute
    assert (status, told["error"]["code"]) == (429, "rate_limited")


async def test_who_leaves_just_before_the_end_pays_for_what_was_generated(client, gateway):
    await gateway.upstream.behave(fault="hang")
    used = gateway.gauge("bank_copilot_tokens_total", team="alpha", direction="out")
    body = {**CODE, "max_tokens": 4_000, "n": 4}
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await client.ask("completions", body)
    await gateway.upstream.behave(fault="")
    for _ in range(50):
        await asyncio.sleep(0.05)
        if (paid := gateway.gauge("bank_copilot_tokens_total", team="alpha", direction="out") - used) > 0:
            break
    assert 200 <= paid <= 600  # a second at 100 tokens a second, four answers


async def test_what_was_refused_after_it_was_read_counts_too(client):
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEpAIBAAKCAQEA7bq9Zx" * 40 + "\n-----END RSA PRIVATE KEY-----\n"
    codes = []
    for _ in range(8):
        _, told, _ = await client.ask("completions", {**CODE, "prompt": key + "x = 1\n" * 400}, "sparing")
        codes.append(told["error"]["code"])
    assert codes[0] == "content_denied"
    assert codes[-1] == "rate_limited"


async def test_nothing_of_this_left_a_traceback(gateway):
    assert gateway.errors() == ""
