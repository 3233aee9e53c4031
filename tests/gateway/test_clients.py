"""Clients that exist, unchanged: the `openai` SDK and `langchain-openai` talk to the real gateway, streaming and not."""

from __future__ import annotations

import openai
import pytest
from langchain_openai import ChatOpenAI, OpenAI

ANSWER = "def total(rows):\n    return sum(row.amount for row in rows)\n"


@pytest.fixture
async def sdk(gateway):
    await gateway.upstream.behave(texts=[ANSWER], fault="", ttft_ms=0)
    async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key, max_retries=0) as client:
        yield client


async def test_the_sdk_gets_a_chat_answer_with_its_usage(sdk):
    answer = await sdk.chat.completions.create(model="bank-coder", messages=[{"role": "user", "content": "total"}])
    assert answer.choices[0].message.content == ANSWER
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "bank-coder"
    assert answer.usage.total_tokens > 0


async def test_the_sdk_streams_a_chat_answer_and_the_usage_it_asked_for(sdk):
    stream = await sdk.chat.completions.create(
        model="bank-coder",
        messages=[{"role": "user", "content": "total"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == ANSWER
    assert chunks[-1].usage.completion_tokens > 0
    assert {chunk.model for chunk in chunks} == {"bank-coder"}


async def test_the_sdk_sees_no_usage_chunk_that_it_did_not_ask_for(sdk):
    stream = await sdk.chat.completions.create(
        model="bank-coder", messages=[{"role": "user", "content": "total"}], stream=True
    )
    assert [chunk for chunk in [c async for c in stream] if not chunk.choices] == []


async def test_the_sdk_completes_a_hole_that_the_gateway_renders(sdk, gateway):
    answer = await sdk.completions.create(
        model="bank-coder", prompt="def total(", suffix="\n    return x\n", max_tokens=32
    )
    assert answer.choices[0].text == ANSWER
    sent = (await gateway.upstream.state())["requests"][-1]["body"]
    assert "suffix" not in sent
    assert sent["prompt"] == "<|fim_prefix|>def total(<|fim_suffix|>\n    return x\n<|fim_middle|>"


async def test_the_sdk_streams_a_completion(sdk):
    stream = await sdk.completions.create(model="bank-coder", prompt="def total(", stream=True)
    assert "".join([c.choices[0].text async for c in stream if c.choices]) == ANSWER


async def test_the_sdk_lists_the_models_of_the_team(sdk):
    assert "bank-coder" in [model.id async for model in await sdk.models.list()]


async def test_the_sdk_raises_its_own_typed_errors(sdk, gateway):
    with pytest.raises(openai.NotFoundError) as unknown:
        await sdk.chat.completions.create(model="no-such", messages=[{"role": "user", "content": "x"}])
    assert unknown.value.code == "unknown_model"
    with pytest.raises(openai.BadRequestError) as refused:
        await sdk.chat.completions.create(
            model="bank-coder", messages=[{"role": "user", "content": "x"}], extra_body={"guided_json": {}}
        )
    assert refused.value.param == "guided_json"
    async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key="wrong", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError):
            await stranger.chat.completions.create(model="bank-coder", messages=[{"role": "user", "content": "x"}])


async def test_the_sdk_retries_an_upstream_that_was_down_for_a_moment(gateway):
    await gateway.upstream.behave(texts=[ANSWER], fault="error", status=503, faults_left=2)
    async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key, max_retries=2) as client:
        answer = await client.chat.completions.create(model="bank-coder", messages=[{"role": "user", "content": "x"}])
    assert answer.choices[0].message.content == ANSWER


async def test_langchain_chats_streaming_and_not(gateway):
    await gateway.upstream.behave(texts=[ANSWER], fault="")
    chat = ChatOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key, model="bank-coder", temperature=0)
    told = await chat.ainvoke("total")
    assert told.content == ANSWER
    assert told.usage_metadata["total_tokens"] > 0
    assert "".join([str(chunk.content) async for chunk in chat.astream("total")]) == ANSWER
    await chat.root_async_client.close()
    chat.root_client.close()


async def test_langchain_completes_streaming_and_not(gateway):
    await gateway.upstream.behave(texts=[ANSWER], fault="")
    async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key) as sdk:
        model = OpenAI(
            async_client=sdk.completions, client=object(), api_key="unused", model="bank-coder", temperature=0
        )
        assert await model.ainvoke("def total(") == ANSWER
        assert "".join([chunk async for chunk in model.astream("def total(")]) == ANSWER


async def test_a_frame_that_a_client_rendered_itself_reaches_the_model_as_our_own(gateway):
    """What Zed (`prompt_format: qwen`) and Continue (its qwen template, with its long list of stops) send."""
    await gateway.upstream.behave(texts=["rows"], fault="")
    frame = "<|fim_prefix|>def total(<|fim_suffix|>):\n    return 1\n<|fim_middle|>"
    stops = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>"]
    async with openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.key, max_retries=0) as client:
        for stop in (
            stops[:2],
            [*stops, "<|file_sep|>", "<|im_start|>", "<|im_end|>", "/src/", "#- coding: utf-8", "```"],
        ):
            answer = await client.completions.create(
                model="bank-coder", prompt=frame, max_tokens=64, temperature=0.2, stop=stop
            )
            assert answer.choices[0].text == "rows"
            assert (await gateway.upstream.state())["requests"][-1]["body"]["prompt"] == frame
        broken = "<|fim_prefix|>a<|fim_prefix|>b<|fim_suffix|>c"
        await client.completions.create(model="bank-coder", prompt=broken, max_tokens=8)
    assert "<|fim_" not in (await gateway.upstream.state())["requests"][-1]["body"]["prompt"]
