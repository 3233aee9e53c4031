"""Review of streamed events: every text of every choice, tool calls as the JSON they are, and what clients can rely on."""

from __future__ import annotations

import json
import random

import pytest
from guard_vectors import CODE, chunks, surrounded, values
from test_gateway_stream import cut, event, said

from copilot.guard import Judge, Policy, escapes, masks, review
from serving.stream import Events

SECRET = "ghp_" + "aB3dE6gH9k" * 3 + "aB3dE6"
WORD = "REDACTED_PROVIDER_KEY_0001"


def chat(delta, index=0, finish=None, **more):
    return event("", choices=[{"index": index, "delta": delta, "finish_reason": finish, **more}])


def call(arguments, index=0, **more):
    return {"tool_calls": [{"index": index, "function": {"arguments": arguments}, **more}]}


def text_of(told, *path, index=0):
    """What a client puts together from one field of one choice."""
    found = []
    for one in told:
        for choice in one["choices"]:
            if choice["index"] != index:
                continue
            node = choice.get("delta", choice)
            if path[0] == "tool_calls":
                found += [
                    c["function"].get("arguments") or "" for c in node.get("tool_calls") or () if c["index"] == path[1]
                ]
            else:
                found.append(node.get(path[0]) or "")
    return "".join(found)


def run(pieces, **more):
    """The events that came out after each piece that went in, and the stream."""
    events = Events("bank", include_usage=False, **more)
    out = [events.feed(piece) for piece in pieces]
    return [told for data in out if data for told in said(data)], events


@pytest.mark.parametrize("seed", range(1))
def test_no_event_says_a_character_of_a_value_in_any_field_and_any_pieces(seed):
    rng = random.Random(seed)
    fields = ["text", "content", "reasoning_content", "arguments"]
    for value in values(rng):
        for name, text in surrounded(rng, value).items():
            field = "arguments" if "arguments" in name else rng.choice(fields[:3])
            plain = escapes.plain(text) if field == "arguments" else text
            whole = masks(plain, Judge(Policy()))
            units = list(escapes.units(text)) if field == "arguments" else text
            pieces = chunks(rng, text)
            last = len(pieces) - 1
            stream = [
                event(piece, finish="stop" if n == last else None)
                if field == "text"
                else chat(call(piece) if field == "arguments" else {field: piece}, finish="stop" if n == last else None)
                for n, piece in enumerate(pieces)
            ]
            data = b"".join(stream) + b"data: [DONE]\n\n"
            told, events = run(cut(data, [rng.randrange(len(data)) for _ in range(20)]))
            path = ("tool_calls", 0) if field == "arguments" else (field,)
            assert text_of(told, *path) == whole.shown(units, 0), (name, field)
            assert {one.rule for one in events.found} == {one.rule for one in whole.places}
            assert len(told) == len(pieces)


def test_choices_fields_and_calls_have_a_state_of_their_own_and_values_between_them_are_none():
    half, rest = SECRET[:20], SECRET[20:]
    stream = [
        chat({"role": "assistant", "content": ""}),
        chat({"content": half}, 0),
        chat({"content": rest}, 1),
        chat({"content": rest + "\n"}, 0),
        chat({"content": "\n"}, 1),
        chat({}, 0, "stop"),
        chat({}, 1, "stop"),
    ]
    told, events = run(stream)
    assert text_of(told, "content") == f"{WORD}\n"
    assert text_of(told, "content", index=1) == f"{rest}\n"
    assert [one.rule for one in events.found] == ["github-token"]


def test_a_thought_goes_out_before_the_answer_and_cannot_be_used_to_split_a_value():
    half, rest = SECRET[:20], SECRET[20:]
    told, _ = run([chat({"reasoning": "Think."}), chat({"content": "Yes.\n"}), chat({"content": "No."}, finish="stop")])
    assert [c["delta"] for one in told for c in one["choices"]] == [
        {"reasoning": "Think."},
        {"content": "Yes.\n"},
        {"content": "No."},
    ]
    told, _ = run(
        [
            chat({"reasoning": half}),
            chat({"content": "x"}),
            chat({"reasoning": rest}),
            chat({"content": "y"}, finish="stop"),
        ]
    )
    assert masks(text_of(told, "reasoning"), Judge(Policy())).places == []


def test_a_call_is_named_before_its_arguments_and_its_json_stays_json():
    arguments = json.dumps({"code": f'key = "{SECRET}"\nurl = "redis://:hunter2x@h"\n'})
    for pieces in (list(arguments), [arguments]):
        stream = [
            chat(
                {
                    "tool_calls": [
                        {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
                    ]
                }
            )
        ]
        stream += [chat(call(piece)) for piece in pieces] + [chat({}, finish="tool_calls")]
        told, _ = run(stream)
        assert told[0]["choices"][0]["delta"]["tool_calls"][0]["function"]["name"] == "f"
        code = json.loads(text_of(told, "tool_calls", 0))["code"]
        assert code == f'key = "{WORD}"\nurl = "redis://:REDACTED_PASSWORD_0002@h"\n'


def test_what_is_masked_is_marked_where_it_stands_and_its_tokens_are_not_said_again():
    logprobs = {"tokens": ["x", SECRET], "token_logprobs": [0.0, 0.0]}
    told, _ = run(
        [
            event(
                "a = 1\n",
                choices=[{"index": 0, "text": "a = 1\n", "logprobs": {"tokens": ["a = 1\n"]}, "finish_reason": None}],
            ),
            event(
                "",
                choices=[
                    {
                        "index": 0,
                        "text": f"x{SECRET}".replace("x", "x=", 1),
                        "logprobs": logprobs,
                        "finish_reason": "stop",
                    }
                ],
            ),
        ]
    )
    assert told[0]["choices"][0]["logprobs"] == {"tokens": ["a = 1\n"]}
    assert "copilot" not in told[0]
    assert told[1]["choices"][0]["logprobs"] is None
    assert told[1]["copilot"] == {"review": {"action": "redact", "rules": ["github-token"], "kinds": ["provider-key"]}}
    assert SECRET[:10] not in json.dumps(told)


def test_names_ids_and_what_the_engine_adds_are_no_way_out():
    stream = [
        chat({"tool_calls": [{"index": 0, "id": SECRET, "function": {"name": SECRET, "arguments": "{}"}}]}),
        event("x", finish="stop", system_note=SECRET),
        b'data: {"choices":[{"index":0,"text":"' + SECRET.encode() + b'","text":"y","finish_reason":"stop"}]}\n\n',
    ]
    told, events = run([*stream, b"data: [DONE]\n\n"])
    assert SECRET not in json.dumps(told)
    assert len(told) == 3
    assert events.found


def test_a_surrogate_of_the_answer_is_none_of_the_prompt():
    prompt = review(["a = 'redis://:hunter2x@h'"], Policy())
    (surrogate,) = prompt.surrogates
    judge = Judge(Policy(), prompt.texts, frozenset(prompt.surrogates.values()))
    data = event(f"redis://:{surrogate}@h redis://:Other9z-pw@h\n", finish="stop")
    told, _ = run([data], judge=judge, reviewed=prompt)
    shown = text_of(told, "text")
    assert shown.startswith("redis://:hunter2x@h redis://:REDACTED_PASSWORD_")
    assert surrogate not in shown


def test_what_policy_denies_ends_the_stream_for_all_choices():
    judge = Judge(Policy({"provider-key": "deny"}))
    stream = [
        chat({"content": CODE}),
        chat({"content": f"k = '{SECRET}'\n"}),
        chat({"content": "late\n"}),
        b"data: [DONE]\n\n",
    ]
    told, events = run(stream, judge=judge)
    assert events.denied is not None
    assert CODE.startswith(text_of(told, "content"))
    (last,) = said(events.filtered())
    assert last["choices"] == [{"index": 0, "delta": {}, "finish_reason": "content_filter", "logprobs": None}]
    assert last["copilot"]["review"] == {"action": "deny", "rules": ["github-token"], "kinds": ["provider-key"]}


def test_what_a_broken_stream_held_back_is_never_sent():
    events = Events("bank", include_usage=False)
    out = events.feed(event(f"key = {SECRET[:30]}"))
    assert out == b""
