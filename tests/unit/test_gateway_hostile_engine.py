"""An engine in other hands: what it sends is a typed failure, and writes into no limit, no log and no stranger's eyes."""

from __future__ import annotations

import json
import logging
import sys
from types import SimpleNamespace

import pytest
from starlette.requests import Request

from copilot.guard import Judge, Policy, review
from serving import answers
from serving.errors import Refused
from serving.main import _Formatter
from serving.readiness import Check, Readiness
from serving.routes import health
from serving.stream import MOST, Broken, Events
from serving.upstream import Failed

MASKED = review(["card 4111 1111 1111 1111"], Policy())
MADE = SimpleNamespace(as_chat=False, escaped=False, reviewed=MASKED, hole=None)
JUDGE = Judge(Policy())

SHAPES = [
    '{"choices":[{"index":0,"delta":{"tool_calls":7}}]}',
    '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":[],"function":{"arguments":"x"}}]}}]}',
    '{"choices":[{"index":[1],"delta":{"content":"x"}}]}',
    '{"choices":[5]}',
    '{"choices":[{"index":0,"text":"x","logprobs":' + "[" * 400 + "]" * 400 + "}]}",
]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_streamed_event_of_a_wrong_shape_is_garbage(shape):
    events = Events("m", include_usage=False, reviewed=MASKED, escaped=True)
    with pytest.raises(Broken, match="garbage"):
        events.feed(f"data: {shape}\n\n".encode())


@pytest.mark.parametrize("calls", ["7", "true", '"x"', '[{"function":{"arguments":5}}]', "[5]"])
def test_a_whole_answer_of_a_wrong_shape_is_garbage_or_left_alone(calls):
    body = f'{{"choices":[{{"index":0,"message":{{"content":null,"tool_calls":{calls}}}}}]}}'.encode()
    try:
        answer, usage, *_ = answers.whole(body, MADE, "m", JUDGE)
    except Failed as failed:
        assert failed.word == "garbage"
    else:
        assert answers.written(answer, stream=False, include_usage=False)
        assert usage is None


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_too_deep_to_be_written_is_a_typed_error(stream):
    body = b'{"choices":[{"text":"x","logprobs":' + b"[" * 400 + b"]" * 400 + b"}]}"
    answer, *_ = answers.whole(body, MADE, "m", JUDGE)
    with pytest.raises(Refused) as refused:
        answers.written(answer, stream=stream, include_usage=False)
    assert refused.value.status == 502


@pytest.mark.parametrize("count", [-1, 2**62, 2**63 + 5, True, "5", 1.5, None])
def test_token_counts_that_no_request_can_have_are_none(count):
    assert answers.tokens({"prompt_tokens": count, "completion_tokens": 1}) is None
    assert answers.tokens({"prompt_tokens": 1, "completion_tokens": count}) is None


def test_a_stream_without_end_ends():
    events = Events("m", include_usage=False)
    piece = b": still here\n\n" * 100_000
    with pytest.raises(Broken, match="too-long"):
        for _ in range(MOST // len(piece) + 1):
            events.feed(piece)


def test_the_log_repeats_no_error_and_no_task():
    try:
        int("canary")
    except ValueError:
        record = logging.LogRecord("x", 40, "", 0, "one\x1b[2J\r\ntwo", (), sys.exc_info())
    task = logging.LogRecord("asyncio", 40, "", 0, "Task exception was never retrieved\nfuture: canary", (), None)
    for text in map(_Formatter().format, (record, task)):
        assert "canary" not in text
        assert text.isprintable()


async def test_who_has_no_key_and_is_elsewhere_hears_of_no_path_and_no_adapter():
    class Looked(Readiness):
        async def _all(self, state):
            return (Check("audit", ok=False, detail="/srv/audit is full"), *self._faults(state))

        def _faults(self, state):
            return tuple(Check(name, ok=False, detail=why) for name, why in state.faults.items())

    state = SimpleNamespace(readiness=Looked(), faults={"vllm": "it ended: /srv/models/x"}, draining=False)
    told = {}
    for who, forwarded in (("here", []), ("elsewhere", [(b"x-forwarded-for", b"10.0.0.1")])):
        scope = {"type": "http", "headers": forwarded, "client": ("127.0.0.1", 1), "method": "GET", "path": "/ready"}
        told[who] = (await health.ready(Request(scope), state)).body.decode()
    assert "/srv/audit" in told["here"]
    assert "/srv" not in told["elsewhere"]
    assert [check["name"] for check in json.loads(told["elsewhere"])["checks"]] == ["audit", "vllm"]


async def test_closed_adapters_are_counted_not_named():
    class Quiet(Readiness):
        async def _store(self, _state):
            return Check("store", ok=True, detail="ok")

        async def _audit(self, _state):
            return Check("audit", ok=True, detail="ok")

    faults = {"adapter merger-team-x": "its files changed", "adapter other": "gone"}
    _, checks = await Quiet().look(SimpleNamespace(faults=faults, upstreams={}, draining=False, packs=None))
    assert "merger-team-x" not in repr(checks)
    assert any(check.name == "adapters" and check.detail == "2 closed" for check in checks)
