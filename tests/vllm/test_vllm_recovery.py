"""Overload and death of the engine: who waits is told so, who writes goes on, and nothing has to be restarted."""

from __future__ import annotations

import asyncio
import os
import signal
import time

import stack
from drive import completion_params, open_, play
from scenarios import named
from stack import MODEL

HELD = ("bank_copilot_upstream_running", "bank_copilot_upstream_waiting")


async def test_more_than_the_engine_can_take_is_refused_with_retry_after(gateway):
    async def one(number: int):
        body = {"model": MODEL, "prompt": f"value_{number} = ", "max_tokens": 120, "temperature": 1, "priority": 5}
        return await gateway.ask("/v1/completions", body)

    # A tiny model on a fast machine may be done before the clients have all asked: it halts until the gateway has them all.
    group = gateway.engine_group()
    os.killpg(group, signal.SIGSTOP)
    try:
        asked = [asyncio.create_task(one(n)) for n in range(90)]
        async with asyncio.timeout(10):
            while sum([await gateway.figure(name) for name in HELD]) < len(asked):
                await asyncio.sleep(0.02)
    finally:
        os.killpg(group, signal.SIGCONT)
    answers = await asyncio.gather(*asked)
    seen = {answer.status for answer in answers}
    assert seen <= {200, 429, 503}
    assert 200 in seen
    refused = [answer for answer in answers if answer.status != 200]
    assert refused, "90 at once over 8 places and a queue of 24 were all answered"
    for answer in refused:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        assert int(headers["retry-after"]) >= 1
        assert answer.json["error"]["code"] in {"overloaded", "rate_limited"}
        assert set(answer.json["error"]) == {"message", "type", "param", "code"}
    answer = await one(1000)
    assert answer.status == 200


async def test_a_killed_engine_is_replaced_by_the_embedded_one_until_it_is_back(gateway, tmp_path):
    taught, other, third = named("complete-accounts-0"), named("complete-cards-1"), named("complete-accounts-3")
    async with stack.editor(tmp_path, gateway) as editor:
        assert await play(editor, taught) == taught.answer
        loads = [
            asyncio.create_task(
                gateway.ask(
                    "/v1/completions",
                    {"model": MODEL, "prompt": f"x{n} = ", "max_tokens": 1500, "min_tokens": 1500, "temperature": 1},
                    timeout_s=60,
                )
            )
            for n in range(6)
        ]
        async with asyncio.timeout(20):
            while not await gateway.metrics("vllm:num_requests_running"):
                await asyncio.sleep(0.02)
        group = gateway.engine_group()
        os.killpg(group, signal.SIGKILL)

        done, hung = await asyncio.wait(loads, timeout=20)
        assert not hung
        for load in done:
            answer = load.result()
            if answer.status != 200:  # one may have been done before the kill
                assert answer.status in {502, 503}, answer.body
                assert answer.json["error"]["code"] in {"upstream_unavailable", "upstream_error"}
        assert any(load.result().status != 200 for load in done)

        # The editor goes on: an answer of the embedded engine, or silence, at once, and the state is said once.
        assert await play(editor, other) != other.answer  # only the model knows it
        uri = open_(editor, taught)
        text = REPEATED
        change = {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [{"text": text}]}
        editor.notify("textDocument/didChange", change)
        async with asyncio.timeout(10):  # far less than the engine needs to come back
            found = await editor.request("textDocument/inlineCompletion", completion_params(uri, text, len(text)))
        (item,) = found["items"]  # of the embedded engine: the model is dead
        assert item["insertText"].startswith("PermissionError("), item
        status = (await stack.command(editor, "bankCopilot.status"))["workspaces"][0]
        assert (status["gateway"]["status"], bool(status["gateway"]["reason"])) == ("degraded", True), status

        async with asyncio.timeout(30):  # `/ready` keeps a look for two seconds
            while (await stack.http(gateway.url + "/ready")).json["status"] == "ready":
                await asyncio.sleep(0.2)
        await gateway.ready(400)
        back = time.monotonic()
        assert gateway.engine_group() != group
        while await play(editor, third) != third.answer:
            assert time.monotonic() - back < 40, "the model is back, the editor does not ask it"
            await asyncio.sleep(0.2)
        # Said once when it went and once when it came back, however many keystrokes lay between.
        told = [m["params"]["message"] for m in editor.seen if m.get("method") == "window/showMessage"]
        assert [("not available" in text, "back" in text) for text in told] == [(True, False), (False, True)], told


REPEATED = '''"""Moves."""


def one(account, cents):
    if account.frozen:
        raise PermissionError("the account is frozen")
    account.balance -= cents
    return account.balance


def two(account, cents):
    if account.frozen:
        raise PermissionError("the account is frozen")
    account.balance -= cents
    return account.balance


def three(account, cents):
    if account.frozen:
        raise '''
