"""What the model says, seen from the client: at no moment a byte of a value, whole or streamed; and what is on record."""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "unit"))

from guard_vectors import CODE, card, jwt, pem, values

from copilot.guard import Judge, Policy, masks

CHAT = {"messages": [{"role": "user", "content": "write it"}], "max_tokens": 32}
HOLE = {"prompt": "x = ", "max_tokens": 32}
POLICY = Policy({"private-key": "deny"})


async def received(client, path, body):
    """The bytes of a stream as they came: one entry for each moment."""
    moments = []
    async with client.post(path, {**body, "stream": True}) as answer:
        assert answer.status == 200
        async for piece in answer.content.iter_any():
            moments.append(piece)
    return moments, answer.headers["X-Request-Id"]


def said(data: bytes) -> str:
    """The text that whole events in `data` say."""
    events = [e.removeprefix(b"data: ") for e in data.split(b"\n\n")[:-1]]
    choices = [c for e in events if e.startswith(b"{") for c in json.loads(e).get("choices", ())]
    return "".join(c.get("text") or c.get("delta", {}).get("content") or "" for c in choices)


async def outcome(gateway, request):
    for _ in range(100):
        records = gateway.record(request)
        if "out" in records:
            return records["out"]
        await asyncio.sleep(0.05)
    raise AssertionError("no record of the answer")


def vectors():
    rng = random.Random(77)
    made = values(rng)
    rng.shuffle(made)
    return [*made[:12], f'token = "{jwt(rng)}"', f"card = {card(rng)}"]


@pytest.mark.parametrize("path", ["completions", "chat/completions"])
async def test_a_value_is_replaced_before_a_byte_of_it_arrives(client, gateway, path):
    body = CHAT if "chat" in path else HOLE
    for value in vectors():
        text = f"{CODE}\n{value}\n{CODE}"
        whole = masks(text, Judge(POLICY))
        await gateway.upstream.behave(texts=[text], chunks=len(text) // 5)
        moments, request = await received(client, path, body)
        record = await outcome(gateway, request)
        data = b"".join(moments)
        got = said(data)
        if whole.denied is not None:
            assert text.startswith(got)
            assert len(got) <= whole.denied.start
            assert (record["verdict"], record["outcome"]) == ("deny", "denied")
            continue
        assert data.endswith(b"data: [DONE]\n\n")
        assert got == whole.shown(text, 0)
        assert b'"copilot":{"review":{"action":"redact"' in data
        assert record["verdict"] == "redact"
        assert record["rules"] == sorted({one.rule for one in whole.places})
        journal = json.dumps(gateway.records()[-20:])
        for place in whole.places:
            secret = text[place.start : place.end]
            assert secret.encode() not in data
            assert secret not in journal


async def test_a_denied_value_ends_the_stream_and_the_engines_work(client, gateway):
    key = pem(random.Random(5))
    await gateway.upstream.behave(texts=[f"{CODE}\n{key}\n" + CODE * 40], chunks=900, chunk_ms=4)
    before = await gateway.upstream.state()
    refused = gateway.gauge("bank_copilot_detections_total", kind="private-key", action="deny", node="output")
    moments, request = await received(client, "chat/completions", CHAT)
    data = b"".join(moments)
    *_, filtered, error = [json.loads(e.removeprefix(b"data: ")) for e in data.split(b"\n\n")[:-1]]
    assert filtered["choices"][0]["finish_reason"] == "content_filter"
    assert filtered["copilot"]["review"] == {"action": "deny", "kinds": ["private-key"], "rules": ["private-key-block"]}
    assert error["error"]["code"] == "content_denied"
    assert b"PRIVATE" not in data
    for line in key.split("\n"):
        assert line.encode() not in data
    for _ in range(100):
        after = await gateway.upstream.state()
        if after["aborted"] > before["aborted"]:
            break
        await asyncio.sleep(0.05)
    assert (after["aborted"], after["finished"]) == (before["aborted"] + 1, before["finished"])
    record = await outcome(gateway, request)
    assert (record["verdict"], record["rules"]) == ("deny", ["private-key-block"])
    assert record["outcome"] == "denied"
    told = gateway.gauge("bank_copilot_detections_total", kind="private-key", action="deny", node="output")
    assert told == refused + 1


async def test_a_whole_answer_is_reviewed_whole(client, gateway):
    secret = "ghp_" + "aB3dE6gH9k" * 4
    await gateway.upstream.behave(texts=[f'key = "{secret[:40]}"\n', "return 1", pem(random.Random(6))])
    status, told, headers = await client.ask("completions", {**HOLE, "n": 3})
    assert status == 200
    first, second, third = told["choices"]
    assert re.fullmatch(r'key = "REDACTED_PROVIDER_KEY_\d+"\n', first["text"])
    assert (second["text"], second["finish_reason"]) == ("return 1", "stop")
    assert (third["text"], third["finish_reason"]) == ("", "content_filter")
    assert told["copilot"]["review"]["kinds"] == ["password", "private-key", "provider-key"]
    assert headers["X-Copilot-Answer"] == "deny"
    await gateway.upstream.behave(texts=[pem(random.Random(6))])
    status, told, headers = await client.ask("completions", HOLE)
    assert (status, told["error"]["code"]) == (403, "content_denied")
    assert (await outcome(gateway, headers["X-Request-Id"]))["rules"] == ["private-key-block"]


async def test_what_the_developer_sent_comes_back_to_him_also_when_the_model_knows_it_by_heart(client, gateway):
    url = "postgresql://app:Tr0ub4dor-horse@db/app"
    body = {"messages": [{"role": "user", "content": f'engine = "{url}"'}], "max_tokens": 32}
    await gateway.upstream.behave(texts=[f'again = "{url}"\n' * 3], chunks=40)
    moments, request = await received(client, "chat/completions", body)
    assert said(b"".join(moments)) == f'again = "{url}"\n' * 3
    assert (await outcome(gateway, request))["verdict"] == "allow"


async def test_a_line_is_seen_as_soon_as_it_is_written(client, gateway):
    await gateway.upstream.behave(texts=["first = 1\nsecond = 2\n" + "x = 1\n" * 40], chunks=80, fault="stall")
    got = ""
    async with client.post("chat/completions", {**CHAT, "stream": True}) as answer:
        data = b""
        while not got:
            data += await answer.content.readany()
            got = said(data)
    assert got.startswith("first = ")


async def test_a_secret_in_a_clients_name_is_in_no_record(client, gateway):
    secret = "ghp_" + "aB3dE6gH9k" * 3 + "aB3dE6"
    _, _, headers = await client.ask("completions", HOLE, User_Agent=f"curl/8 {secret}")
    record = await outcome(gateway, headers["X-Request-Id"])
    assert secret not in json.dumps(gateway.records())
    assert record["client"].startswith("curl/8 REDACTED_PROVIDER_KEY_")
