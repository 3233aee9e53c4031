"""The data path from outside: what the engine gets, what the client gets, what is on record."""

from __future__ import annotations

import asyncio

import pytest

CODE = {"prompt": "def total(rows):\n    ", "max_tokens": 32}
CHAT = {"messages": [{"role": "user", "content": "add up"}], "max_tokens": 32}


async def test_a_completion_comes_back_under_the_name_that_the_client_used(client, gateway):
    await gateway.upstream.behave(texts=["return 1"])
    status, told, headers = await client.ask("completions", {**CODE, "model": "bank-coder"})
    assert status == 200
    assert told["choices"][0]["text"] == "return 1"
    assert told["model"] == "bank-coder"
    assert headers["X-Copilot-Verdict"] == "allow"
    assert (await client.sent())["body"]["model"] == "stub"


@pytest.mark.parametrize("model", [None, "", "auto"])
async def test_without_a_model_the_default_of_the_task_answers(client, model):
    body = CHAT if model is None else {**CHAT, "model": model}
    assert (await client.ask("chat/completions", body))[1]["model"] == "bank-coder"


@pytest.mark.parametrize(("path", "body"), [("completions", CODE), ("chat/completions", CHAT)])
async def test_a_stream_says_the_same_as_a_whole_answer(client, gateway, path, body):
    await gateway.upstream.behave(texts=['für 你好 \\n "q" \U0001f600\n' * 20], chunks=30)
    whole = (await client.ask(path, body))[1]["choices"][0]
    events = await client.stream(path, body)
    assert events[-1] == "[DONE]"
    pieces = [c for e in events[:-1] for c in e["choices"]]
    said = "".join(p["text"] if path == "completions" else p["delta"].get("content", "") for p in pieces)
    assert said == (whole["text"] if path == "completions" else whole["message"]["content"])
    assert {e["model"] for e in events[:-1]} == {"bank-coder"}
    assert not any("usage" in e for e in events[:-1])


async def test_who_asks_for_usage_gets_it_in_a_last_event(client):
    events = await client.stream("completions", {**CODE, "stream_options": {"include_usage": True}})
    assert events[-2]["choices"] == []
    assert events[-2]["usage"]["completion_tokens"] > 0


async def test_the_engine_is_asked_with_salt_priority_trace_and_our_request_id(client):
    trace = "00-" + "a1" * 16 + "-" + "b2" * 8 + "-01"
    _, _, headers = await client.ask("completions", CODE, traceparent=trace, X_Request_Id="theirs")
    sent = await client.sent()
    assert sent["headers"]["traceparent"] == trace
    assert sent["headers"]["x-request-id"] == headers["X-Request-Id"] != "theirs"
    assert sent["body"]["priority"] == 0
    assert sent["body"]["cache_salt"].startswith("t:")
    assert "authorization" not in sent["headers"]


async def test_salts_differ_by_team_and_classification_and_stay_the_same_otherwise(client):
    async def salt(team, **headers):
        await client.ask("completions", CODE, team, **headers)
        return (await client.sent())["body"]["cache_salt"]

    mine, again, raised = await salt("alpha"), await salt("alpha"), await salt("alpha", X_Copilot_Classification="C3")
    theirs = await salt("beta")
    assert mine == again
    assert len({mine, raised, theirs}) == 3


async def test_a_client_cannot_choose_its_salt(client):
    await client.ask("completions", CODE)
    own = (await client.sent())["body"]["cache_salt"]
    status, _, _ = await client.ask("completions", {**CODE, "cache_salt": "t:theirs"})
    assert status == 200
    assert (await client.sent())["body"]["cache_salt"] == own


@pytest.mark.parametrize(
    ("path", "body", "priority"),
    [
        ("completions", CODE, 0),
        ("completions", {**CODE, "max_tokens": 2000}, 10),
        ("chat/completions", CHAT, 10),
        ("chat/completions", {**CHAT, "priority": 5}, 20),
        ("completions", {**CODE, "service_tier": "flex"}, 20),
    ],
)
async def test_classes_become_priorities_of_the_engine(client, path, body, priority):
    assert (await client.ask(path, body))[0] == 200
    assert (await client.sent())["body"]["priority"] == priority


async def test_nobody_can_ask_to_go_first(client):
    assert (await client.ask("completions", {**CODE, "priority": -1}))[0] == 400


async def test_snippets_and_suffix_become_one_prompt_of_the_family(client):
    body = {
        **CODE,
        "suffix": "\n",
        "copilot": {"snippets": [{"path": "bank/near.py", "text": "NEAR = 1\n"}], "language": "python", "path": "a.py"},
    }
    assert (await client.ask("completions", body))[0] == 200
    sent = (await client.sent())["body"]
    assert sent["prompt"].index("NEAR = 1") < sent["prompt"].index("<|fim_prefix|>def total")
    assert sent["prompt"].endswith("<|fim_middle|>")
    assert "copilot" not in sent
    assert "suffix" not in sent
    assert "<|endoftext|>" in sent["stop"]


async def test_a_prompt_too_long_for_the_engine_is_clipped_and_asked_again(client, gateway):
    message = "This model's maximum context length is 1024 tokens, however you requested more."
    await gateway.upstream.behave(fault="error", status=400, message=message, faults_left=2, texts=["fine"], chunks=1)
    body = {"prompt": "x = 1\n" * 2000, "suffix": "\n", "max_tokens": 16, "stream": True}
    status, data, headers = await client.ask("completions", body)
    assert status == 200
    assert b"fine" in data
    sizes = [len(r["body"]["prompt"]) for r in (await gateway.upstream.state())["requests"][-3:]]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[2] < sizes[0] / 2
    directions = [r["direction"] for r in gateway.records() if r["request"] == headers["X-Request-Id"]]
    assert directions.count("in") == 3, "each prompt that left is on record"


async def test_a_plain_prompt_too_long_is_refused_by_name(client, gateway):
    await gateway.upstream.behave(fault="error", status=400, message="maximum context length is 1024 tokens")
    status, told, _ = await client.ask("completions", CODE)
    assert (status, told["error"]["code"]) == (400, "prompt_too_long")


async def test_control_words_of_users_reach_the_engine_as_text_and_come_back_as_written(client, gateway):
    word = "<|im_start|>system"
    body = {"messages": [{"role": "user", "content": f"explain {word}"}]}
    await client.ask("chat/completions", body)
    content = (await client.sent())["body"]["messages"][0]["content"]
    assert "<|im_start|>" not in content
    escaped = content.removeprefix("explain ")
    await gateway.upstream.behave(texts=[f"it means {escaped}!"], chunks=40)
    told = (await client.ask("chat/completions", body))[1]
    assert told["choices"][0]["message"]["content"] == f"it means {word}!"
    events = await client.stream("chat/completions", body)
    assert "".join(e["choices"][0]["delta"].get("content", "") for e in events[:-1]) == f"it means {word}!"


async def test_a_model_without_markers_is_asked_in_a_chat_turn_and_answers_as_a_completion(client, gateway):
    await gateway.upstream.behave(texts=["```python\nreturn sum(rows)\n```"])
    body = {**CODE, "model": "bank-talker", "suffix": "\n"}
    told = (await client.ask("completions", body))[1]
    assert told["object"] == "text_completion"
    assert told["choices"][0]["text"].strip() == "return sum(rows)"
    assert (await client.sent())["path"] == "/v1/chat/completions"
    events = await client.stream("completions", {**body, "stream_options": {"include_usage": True}})
    assert events[0]["choices"][0]["text"].strip() == "return sum(rows)"
    assert events[-2]["usage"]
    assert events[-1] == "[DONE]"


async def test_a_denied_request_never_reaches_the_engine_and_is_on_record(client, gateway):
    before = (await gateway.upstream.state())["finished"]
    key = "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEowIBAAKCAQEA" * 8 + "\n-----END RSA PRIVATE KEY-----\n"
    messages = [{"role": "system", "content": "be brief"}, {"role": "user", "content": [{"type": "text", "text": key}]}]
    status, told, headers = await client.ask("chat/completions", {"messages": messages})
    assert (status, told["error"]["code"], headers["X-Copilot-Verdict"]) == (403, "content_denied", "deny")
    assert told["error"]["param"] == "messages[1].content[0].text"
    assert "MIIE" not in str(told)
    assert (await gateway.upstream.state())["finished"] == before
    records = gateway.record(headers["X-Request-Id"])
    assert records["in"]["verdict"] == "deny"
    assert records["in"]["rules"]


CARD = "4111111111111111"


async def test_a_card_number_is_replaced_on_the_way_in_and_restored_on_the_way_out(client, gateway):
    body = {"messages": [{"role": "user", "content": f"card = '{CARD}'"}]}
    _, _, headers = await client.ask("chat/completions", body)
    assert headers["X-Copilot-Verdict"] == "redact"
    content = (await client.sent())["body"]["messages"][0]["content"]
    assert CARD not in content
    surrogate = content.removeprefix("card = '").removesuffix("'")
    await gateway.upstream.behave(texts=[f"pay('{surrogate}')"], chunks=60)
    assert (await client.ask("chat/completions", body))[1]["choices"][0]["message"]["content"] == f"pay('{CARD}')"
    events = await client.stream("chat/completions", body)
    assert "".join(e["choices"][0]["delta"].get("content", "") for e in events[:-1]) == f"pay('{CARD}')"


async def test_every_request_leaves_two_records_with_hashes_and_counts(client, gateway):
    _, told, headers = await client.ask(
        "completions",
        CODE,
        X_Copilot_Task="complete",
        X_Copilot_Prompt="complete@1#abcdef123456",
        User_Agent="Neovim/0.12",
    )
    for _ in range(100):
        records = gateway.record(headers["X-Request-Id"])
        if "out" in records:
            break
        await asyncio.sleep(0.02)
    assert records["in"]["team"] == "alpha"
    assert records["in"]["template"] == "complete@1#abcdef123456"
    assert records["in"]["client"] == "Neovim/0.12"
    assert len(records["in"]["input_hash"]) == 64
    assert records["out"]["outcome"] == "ok"
    assert records["out"]["tokens_out"] == told["usage"]["completion_tokens"]
    assert len(records["out"]["output_hash"]) == 64


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"{", None),
        (b"\xff\xfe{}", None),
        (b"[]", None),
        (b'{"prompt": "\\ud800"}', None),
        ({}, "prompt"),
        ({"prompt": [1, 2, 3]}, "prompt"),
        ({"prompt": [[1, 2]]}, "prompt"),
        ({"prompt": {"a": 1}}, "prompt"),
        ({"prompt": "x", "max_tokens": 0}, "max_tokens"),
        ({"prompt": "x", "max_tokens": True}, "max_tokens"),
        ({"prompt": "x", "max_tokens": 8192}, "max_tokens"),
        ({"prompt": "x", "temperature": 3}, "temperature"),
        ({"prompt": "x", "temperature": "hot"}, "temperature"),
        ({"prompt": "x", "n": 100}, "n"),
        ({"prompt": "x", "n": 2, "stream": True}, "n"),
        ({"prompt": "x", "stop": ["a"] * 33}, "stop"),
        ({"prompt": "x", "stop": [""]}, "stop"),
        ({"prompt": "x", "guided_json": {}}, "guided_json"),
        ({"prompt": "x", "guided_choice": ["a"]}, "guided_choice"),
        ({"prompt": "x", "prompt_logprobs": 3}, "prompt_logprobs"),
        ({"prompt": "x", "truncate_prompt_tokens": -1}, "truncate_prompt_tokens"),
        ({"prompt": "x", "return_token_ids": True}, "return_token_ids"),
        ({"prompt": "x", "echo": True}, "echo"),
        ({"prompt": "x", "logprobs": 50}, "logprobs"),
        ({"prompt": "x", "structured_outputs": {"json": {}, "regex": "a"}}, "structured_outputs"),
        ({"prompt": "x", "structured_outputs": {"jsn": {}}}, "structured_outputs"),
        (
            {"prompt": "x", "structured_outputs": {"regex": "a"}, "response_format": {"type": "json_object"}},
            "structured_outputs",
        ),
        ({"prompt": "x", "stream_options": {"include_usage": True}}, "stream_options"),
        ({"prompt": "x", "temprature": 1}, "temprature"),
        ({"prompt": "x", "copilot": {"snipets": []}}, "copilot"),
        ({"prompt": "x", "copilot": {"snippets": [{"txt": ""}]}}, "copilot"),
        ({"prompt": ["a", "b"], "suffix": "c"}, "prompt"),
    ],
)
async def test_a_wrong_request_is_refused_by_the_name_of_its_field(client, body, param):
    status, told, _ = await client.ask("completions", body)
    assert status == 400
    assert told["error"]["param"] == param
    assert told["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([], "messages"),
        ("x", "messages"),
        ([{"role": "root", "content": "x"}], "messages[0]"),
        ([{"role": "user"}], "messages[0].content"),
        ([{"role": "user", "content": "x", "extra": 1}], "messages[0]"),
        (
            [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://x"}}]}],
            "messages[0].content",
        ),
        ([{"role": "user", "content": [{"type": "text", "text": 5}]}], "messages[0].content"),
        ([{"role": "user", "content": ["x"]}], "messages[0].content"),
        ([{"role": "assistant", "tool_calls": [{"id": "1"}]}], "messages[0].tool_calls"),
    ],
)
async def test_a_wrong_message_is_refused_by_its_place(client, messages, param):
    status, told, _ = await client.ask("chat/completions", {"messages": messages})
    assert (status, told["error"]["param"]) == (400, param)


async def test_a_misspelt_field_is_told_the_right_one(client):
    told = (await client.ask("completions", {**CODE, "max_token": 5}))[1]
    assert "Did you mean max_tokens?" in told["error"]["message"]


async def test_harmless_fields_are_dropped_before_the_engine(client):
    body = {**CODE, "user": "ann", "metadata": {"a": "b"}, "store": False, "echo": False, "best_of": 1, "suffix": None}
    assert (await client.ask("completions", body))[0] == 200
    sent = (await client.sent())["body"]
    assert not {"user", "metadata", "store", "echo", "best_of", "suffix"} & set(sent)


async def test_several_prompts_are_asked_for_at_once(client):
    assert (await client.ask("completions", {"prompt": ["a", "b"], "max_tokens": 4}))[0] == 200
    assert (await client.sent())["body"]["prompt"] == ["a", "b"]


async def test_a_body_over_the_limit_is_refused(client):
    assert (await client.ask("completions", {"prompt": "x" * 300_000}))[0] == 413


async def test_other_methods_are_told_which_one_there_is(client, gateway):
    async with client.session.get(f"{gateway.url}/v1/completions") as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"


async def test_without_a_key_nothing_is_read(client, gateway):
    async with client.session.post(f"{gateway.url}/v1/completions", data=b"{") as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert (await answer.json())["error"]["type"] == "authentication_error"


@pytest.mark.parametrize("header", ["X-Copilot-Task", "X-Copilot-Prompt", "X-Copilot-Classification"])
async def test_a_governance_header_that_is_no_word_is_refused(client, header):
    status, told, _ = await client.ask("completions", CODE, **{header: "no; such"})
    assert (status, told["error"]["param"]) == (400, header)


async def test_requests_over_the_teams_limit_are_told_when_to_come_back(client):
    answers = [await client.ask("completions", CODE, "poor") for _ in range(5)]
    assert [status for status, _, _ in answers] == [200, 200, 200, 429, 429]
    assert 1 <= int(answers[-1][2]["Retry-After"]) <= 61
    assert answers[-1][1]["error"]["code"] == "rate_limited"


async def test_tokens_are_reserved_by_bytes_and_settled_by_usage(client):
    """2,500 are reserved each time and about 320 used: without settling, the second request would be refused."""
    body = {"prompt": "x" * 100, "max_tokens": 2_450}
    statuses = [(await client.ask("completions", body, "frugal"))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]
