"""Whole answers and failures of the engine, as the client hears of them."""

from __future__ import annotations

import json

import pytest

from copilot.guard import Judge, Policy, review
from prompts import fim
from serving import answers
from serving.inbound import Hole, Prepared
from serving.lanes import CHAT
from serving.upstream import Failed


def prepared(**more):
    body = {"model": "served-7b"}
    return Prepared("/v1/completions", body, review([], Policy()), fim.named("qwen2.5-coder"), CHAT, 10, **more)


def answer(choice, **more):
    return json.dumps(
        {"id": "c", "object": "o", "created": 1, "model": "/srv/models/7b", "choices": [choice], **more}
    ).encode()


def test_what_the_engine_says_of_itself_stays_behind():
    data = answer(
        {"index": 0, "text": "x"},
        system_fingerprint="vllm-0.32",
        kv_transfer_params={"host": "h"},
        prompt_token_ids=[1],
    )
    told, usage, *_ = answers.whole(data, prepared(), "bank", Judge(Policy()))
    assert set(told) == {"id", "object", "created", "model", "choices"}
    assert told["model"] == "bank"
    assert usage is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b'{"choices": []}',
        b'{"choices": 1}',
        b'{"choices": [{}]}',
        b'{"choices": [{"text": 5}]}',
        b'{"choices": [{"message": "x"}]}',
        b'{"choices": [{"text": "a"}, 7]}',
        b'{"error": {"message": "x"}}',
        b'{"choices": [{"text": "\xff"}]}',
    ],
)
def test_what_is_no_answer_is_a_failure_that_may_be_tried_again(data):
    with pytest.raises(Failed) as failed:
        answers.whole(data, prepared(), "bank", Judge(Policy()))
    assert failed.value.again


def test_arguments_of_tools_and_reasoning_are_restored():
    made = prepared(escaped=True)
    word = fim.neutral("<|im_end|>", made.family.control)
    message = {
        "content": None,
        "reasoning_content": word,
        "tool_calls": [{"function": {"name": "f", "arguments": word}}],
    }
    told, *_ = answers.whole(answer({"index": 0, "message": message}), made, "bank", Judge(Policy()))
    message = told["choices"][0]["message"]
    assert message["reasoning_content"] == message["tool_calls"][0]["function"]["arguments"] == "<|im_end|>"


def test_a_chat_turn_becomes_a_completion_without_fence_and_thoughts():
    made = prepared(as_chat=True, hole=Hole("a", "b", [], "python", ""))
    content = "<think>hm</think>\n```python\nreturn 1\n```\nThat is it."
    told, *_ = answers.whole(
        answer({"index": 0, "message": {"content": content}, "finish_reason": "stop"}), made, "bank", Judge(Policy())
    )
    assert told["choices"][0].pop("text").strip() == "return 1"
    assert told["choices"] == [{"index": 0, "logprobs": None, "finish_reason": "stop"}]
    assert told["object"] == "text_completion"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("bad regex: missing )", True),
        ("The model `served-7b` and `other` exist", False),
        ("cannot open /srv/models/7b/config.json", False),
        ("1 validation error: input_value='secret prompt'", False),
        ("x" * 500, False),
        ("two\nlines", False),
        ("", False),
    ],
)
def test_the_engines_words_are_quoted_only_where_they_tell_nothing_of_its_insides(message, shown):
    body = json.dumps({"error": {"message": message}}).encode()
    refused = answers.refused(Failed("status", again=False, status=400, body=body), prepared(), "bank")
    assert refused.status == 400
    assert (message in refused.message and message != "") == shown


def test_the_served_name_is_written_as_the_clients_own():
    body = b'{"error": {"message": "served-7b has no tools"}}'
    refused = answers.refused(Failed("status", again=False, status=400, body=body), prepared(), "bank")
    assert refused.message == "The model's engine says: bank has no tools"


@pytest.mark.parametrize("body", [b"", b"nonsense", b'{"error": "Unauthorized"}', b'{"error": null}', b"[1]", b"\xff"])
@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 418, 429, 500, 502, 503, 504])
def test_any_failure_has_words_and_a_code(status, body):
    refused = answers.refused(Failed("status", again=False, status=status, body=body), prepared(), "bank")
    assert refused.status in {400, 502, 503, 504}
    assert refused.message
    assert "Unauthorized" not in refused.message


def test_usage_that_says_nothing_is_none():
    assert answers.tokens(None) is answers.tokens({}) is answers.tokens({"prompt_tokens": "many"}) is None
    assert answers.tokens({"prompt_tokens": 3, "completion_tokens": 4}) == (3, 4)
