"""An engine that misbehaves, clients that leave, and what must never be left over."""

from __future__ import annotations

import asyncio
import json
import socket
import time

import pytest

CODE = {"prompt": "def total(rows):\n    ", "max_tokens": 32, "model": "bank-coder"}
HASTY = {**CODE, "model": "bank-hasty"}


async def settled(gateway, seconds=8.0):
    """Wait until nothing runs in the gateway and in the engine, and every busy connection is gone."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        state = await gateway.upstream.state()
        if state["running"] == 0 and gateway.gauge("bank_copilot_upstream_running") == 0:
            return state
        await asyncio.sleep(0.02)
    raise AssertionError(state["running"], gateway.gauge("bank_copilot_upstream_running"))


@pytest.mark.parametrize("fault", ["garbage", "half", "close", "content-type"])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_broken_answer_is_asked_for_again_as_long_as_nothing_was_passed_on(client, gateway, fault, stream):
    await gateway.upstream.behave(fault=fault, faults_left=1, texts=["fine"], chunks=1 if fault == "half" else 65)
    status, data, _ = await client.ask("completions", {**CODE, "stream": stream})
    assert status == 200
    if stream and fault == "half":
        assert b'"error"' in data  # the first piece was passed on: no second attempt is possible
    else:
        assert b"fine" in data.replace(b"\n", b"") if isinstance(data, bytes) and fault == "half" else data
    await settled(gateway)


@pytest.mark.parametrize("fault", ["garbage", "half", "close", "content-type", "error"])
async def test_an_engine_that_stays_broken_is_a_typed_error(client, gateway, fault):
    await gateway.upstream.behave(fault=fault, message="internal: /srv/models/secret-name exploded")
    status, told, _ = await client.ask("completions", CODE)
    assert status == 502
    assert told["error"]["code"] == "upstream_error"
    assert told["error"]["type"] == "server_error"
    assert "secret-name" not in str(told)
    assert len((await gateway.upstream.state())["requests"]) >= 2
    await settled(gateway)


@pytest.mark.parametrize("fault", ["half", "bad-chunk"])
async def test_a_stream_that_breaks_ends_with_an_error_event_and_no_done(client, gateway, fault):
    await gateway.upstream.behave(fault=fault, chunk_ms=2)
    events = await client.stream("completions", CODE)
    assert events[0]["choices"][0]["text"]
    assert events[-1]["error"]["code"] == "upstream_error"
    await settled(gateway)


async def test_a_stream_that_stalls_ends_with_an_error_event(client, gateway):
    await gateway.upstream.behave(fault="stall")
    events = await client.stream("completions", HASTY)
    assert events[-1]["error"]["code"] == "upstream_timeout"
    state = await settled(gateway)
    assert state["running"] == 0


@pytest.mark.parametrize("stream", [False, True])
async def test_an_engine_that_hangs_is_a_timeout_and_is_left(client, gateway, stream):
    await gateway.upstream.behave(fault="hang")
    before = (await gateway.upstream.state())["aborted"]
    began = time.monotonic()
    status, told, _ = await client.ask("completions", {**HASTY, "stream": stream})
    assert (status, told["error"]["code"]) == (504, "upstream_timeout")
    assert time.monotonic() - began < 3
    assert (await settled(gateway))["aborted"] == before + 1


async def test_an_engine_that_is_away_is_said_so_with_retry_after(client):
    status, told, headers = await client.ask("completions", {**CODE, "model": "bank-dead"})
    assert (status, told["error"]["code"]) == (503, "upstream_unavailable")
    assert int(headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("status", "seen", "code"),
    [
        (400, 400, "invalid_request"),
        (401, 502, "upstream_error"),
        (404, 503, "upstream_unavailable"),
        (429, 503, "overloaded"),
        (503, 503, "overloaded"),
        (500, 502, "upstream_error"),
    ],
)
async def test_statuses_of_the_engine_become_ours(client, gateway, status, seen, code):
    await gateway.upstream.behave(
        fault="error", status=status, message="The model `stub` does not exist; stub, other-team"
    )
    got, told, headers = await client.ask("completions", {**CODE, "stream": True})
    assert (got, told["error"]["code"]) == (seen, code)
    assert "other-team" not in told["error"]["message"]
    assert ("Retry-After" in headers) == (seen == 503)


async def test_the_engines_reason_is_passed_on_where_it_speaks_of_the_request(client, gateway):
    await gateway.upstream.behave(fault="error", status=400, message="Grammar error: Invalid type: number")
    told = (await client.ask("completions", {**CODE, "structured_outputs": {"json": {"type": "x"}}}))[1]
    assert told["error"]["message"] == "The model's engine says: Grammar error: Invalid type: number"


async def test_a_client_that_leaves_aborts_its_request_whether_streaming_or_not(client, gateway):
    await gateway.upstream.behave(ttft_ms=60_000)
    before = (await gateway.upstream.state())["aborted"]
    for stream in (False, True):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await client.ask("completions", {**CODE, "stream": stream})
    state = await settled(gateway)
    assert state["aborted"] == before + 2


async def test_two_hundred_clients_leave_in_the_middle_and_nothing_is_left(client, gateway):
    await gateway.upstream.behave(chunk_ms=50, chunks=200)
    before = (await gateway.upstream.state())["aborted"]
    outcomes = gateway.gauge("bank_copilot_requests_total", outcome="aborted")

    async def leave():
        answer = await client.post("completions", {**CODE, "stream": True})
        await answer.content.readany()
        answer.close()

    await asyncio.gather(*(leave() for _ in range(200)))
    left = time.monotonic()
    state = await settled(gateway)
    assert time.monotonic() - left < 2
    assert state["aborted"] == before + 200
    assert gateway.gauge("bank_copilot_requests_total", outcome="aborted") == outcomes + 200
    for _ in range(300):
        if gateway.upstream_connections() == 0:
            break
        await asyncio.sleep(0.02)
    assert gateway.upstream_connections() == 0


async def test_a_request_that_waits_for_a_slot_leaves_the_queue_with_its_client(client, gateway):
    await gateway.upstream.behave(ttft_ms=2_000)
    body = {**CODE, "model": "bank-shut"}
    first = asyncio.create_task(client.ask("completions", body))
    await asyncio.sleep(0.15)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.ask("completions", body)
    while gateway.gauge("bank_copilot_upstream_waiting", upstream="shut") and not first.done():
        await asyncio.sleep(0.02)
    assert not first.done(), "it waited until the slot was free"
    assert (await first)[0] == 200


async def test_a_full_queue_and_a_long_wait_are_overload_with_retry_after(client, gateway):
    await gateway.upstream.behave(ttft_ms=1200)
    body = {**CODE, "model": "bank-shut"}
    answers = await asyncio.gather(*(client.ask("completions", body) for _ in range(4)))
    assert sorted(status for status, _, _ in answers) == [200, 503, 503, 503]
    for status, told, headers in answers:
        if status == 503:
            assert told["error"]["code"] == "overloaded"
            assert int(headers["Retry-After"]) >= 1
    await settled(gateway)


async def test_one_team_with_many_requests_does_not_slow_another(client, gateway):
    """40 chats of alpha stand before two slots; beta's requests come in between, one after the other."""
    await gateway.upstream.behave(ttft_ms=40)
    body = {**CODE, "model": "bank-narrow"}
    crowd = [asyncio.create_task(client.ask("completions", body)) for _ in range(40)]
    await asyncio.sleep(0.1)
    waits = []
    for _ in range(4):
        began = time.monotonic()
        assert (await client.ask("completions", body, "beta"))[0] == 200
        waits.append(time.monotonic() - began)
    still = sum(not task.done() for task in crowd)
    assert still >= 15, "the crowd was still waiting, so beta went before it"
    assert all(status == 200 for status, _, _ in await asyncio.gather(*crowd))


async def test_a_client_that_does_not_read_holds_no_memory_and_is_let_go(gateway):
    """Ten clients ask for 16 MB each and never read: the gateway stops reading from the engine too."""
    await gateway.upstream.behave(size=16_000_000, chunks=2_000)
    body = json.dumps({**HASTY, "stream": True}).encode()
    head = (
        f"POST /v1/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {gateway.key}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    before = gateway.process.memory_info().rss
    host, port = gateway.url.removeprefix("http://").split(":")
    clients = []
    for _ in range(10):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect((host, int(port)))
        one.sendall(head.encode() + body)
        clients.append(one)
    try:
        most = 0
        for _ in range(60):
            await asyncio.sleep(0.05)
            most = max(most, gateway.process.memory_info().rss)
        assert most - before < 40_000_000
        assert (await settled(gateway, 15))["running"] == 0
    finally:
        for one in clients:
            one.close()


async def test_a_body_that_does_not_arrive_is_given_up(gateway):
    host, port = gateway.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /v1/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {gateway.key}\r\n"
        f"Content-Length: 100\r\n\r\n{{".encode()
    )
    answer = await asyncio.wait_for(reader.read(), 10)
    assert answer.startswith(b"HTTP/1.1 408")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "body_timeout"
    writer.close()


async def test_no_text_and_no_key_is_ever_written_down(client, gateway):
    """The canary stands in the prompt, a snippet, a message, an answer, an error and a field's name."""
    canary = "zq7canary41bird"
    await gateway.upstream.behave(texts=[f"say {canary}"])
    await client.ask("completions", {**CODE, "prompt": canary, "suffix": canary})
    await client.stream("chat/completions", {"messages": [{"role": "user", "content": canary}]})
    await client.ask("completions", {**CODE, canary: canary})
    await client.ask("completions", {**CODE, "model": canary})
    await client.ask("completions", ("{" + canary).encode())
    for fault in ("garbage", "half", "bad-chunk", "error", "hang"):
        await gateway.upstream.behave(fault=fault, message=canary)
        await client.ask("completions", {**HASTY, "prompt": canary, "stream": fault != "garbage"})
    await settled(gateway)
    async with client.session.get(f"{gateway.url}/metrics") as answer:
        assert canary not in await answer.text()
    await asyncio.sleep(0.2)
    written = [path for path in gateway.folder.rglob("*") if path.is_file()]
    assert any(path.suffix == ".jsonl" for path in written)
    for path in written:
        data = path.read_bytes()
        assert canary.encode() not in data, path
        for key in gateway.keys.values():
            assert key.encode() not in data, path


async def test_no_request_of_this_run_left_a_traceback(gateway):
    assert "Traceback" not in gateway.errors()
