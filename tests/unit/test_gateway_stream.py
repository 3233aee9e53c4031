"""A stream's events however its bytes are cut: names, usage, restoring, and what is no stream."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.guard import Judge, Policy, Reviewed
from copilot.guard.detect import detect
from copilot.types import Verdict
from prompts.control import neutral
from serving.said import Said
from serving.stream import Broken, Events

WORDS = ("<|im_start|>", "<|fim_prefix|>")


def event(text, *, finish=None, usage=None, choices=None, compact=True, **more):
    row = {"index": 0, "text": text, "finish_reason": finish, "logprobs": None}
    told = {"id": "cmpl-7", "object": "text_completion", "created": 5, "model": "served-name"}
    told["choices"] = [row] if choices is None else choices
    if usage is not None:
        told["usage"] = usage
    separators = (",", ":") if compact else None
    return f"data: {json.dumps({**told, **more}, separators=separators, ensure_ascii=False)}\n\n".encode()


def whole(texts, *, compact=True):
    body = b"".join(
        event(t, compact=compact, finish="stop" if at == len(texts) - 1 else None) for at, t in enumerate(texts)
    )
    usage = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
    return body + event("", usage=usage, choices=[], compact=compact) + b"data: [DONE]\n\n"


def cut(data, places):
    points = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in itertools.pairwise(points)]


def said(data):
    assert data.endswith(b"\n\n")
    return [json.loads(part.removeprefix(b"data: ")) for part in data[:-2].split(b"\n\n")]


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


@given(
    texts=st.lists(TEXT, min_size=1, max_size=12).filter(lambda texts: not detect("".join(texts))),
    places=st.lists(st.integers(0, 10**6), max_size=12),
    compact=st.booleans(),
)
def test_the_same_bytes_come_out_however_they_went_in(texts, places, compact):
    data = whole(texts, compact=compact)
    one, many = Events("bank", include_usage=False), Events("bank", include_usage=False)
    expected = one.feed(data)
    assert b"".join(map(many.feed, cut(data, places))) == expected
    assert [e["choices"][0]["text"] for e in said(expected)] == texts
    assert {e["model"] for e in said(expected)} == {"bank"}
    assert one.done
    assert many.done
    assert one.usage == many.usage == {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


def test_text_that_looks_like_the_envelope_is_left_alone():
    tricky = [
        '"model":"served-name"',
        'data: {"choices":[',
        '"usage":{"prompt_tokens":1}',
        "\n\ndata: [DONE]\n\n",
        '{"error":1}',
    ]
    told = said(Events("bank", include_usage=False).feed(whole(["a", *tricky])))
    assert [e["choices"][0]["text"] for e in told] == ["a", *tricky]


def test_usage_is_shown_to_who_asked():
    told = said(Events("bank", include_usage=True).feed(whole(["a", "b"])))
    assert told[-1]["choices"] == []
    assert told[-1]["usage"]["total_tokens"] == 7


def test_a_name_of_quotes_and_a_name_that_is_the_same_are_written_right():
    for name in ('a"b\\', "served-name"):
        assert {e["model"] for e in said(Events(name, include_usage=False).feed(whole(["x"] * 5)))} == {name}


def test_comments_and_carriage_returns_of_routers_are_no_event():
    data = b": ping\n\n" + whole(["a", "b"]).replace(b"\n", b"\r\n")
    assert [e["choices"][0]["text"] for e in said(Events("bank", include_usage=False).feed(data))] == ["a", "b"]


@pytest.mark.parametrize(
    "bad",
    [
        b"data: {not json\n\n",
        b"data: 5\n\n",
        b'data: {"choices": 5}\n\n',
        b'data: {"error": {"message": "secret"}}\n\n',
        b"<html>\n\n",
        b"event: x\n\n",
        b"data: {\xff}\n\n",
    ],
)
def test_what_is_no_event_breaks_the_stream_and_is_never_passed_on(bad):
    for before in (b"", event("a"), event("a") + event("b")):
        events = Events("bank", include_usage=False)
        events.feed(before)
        with pytest.raises(Broken):
            events.feed(bad + event("c"))


def test_an_event_without_end_does_not_grow_for_ever():
    events = Events("bank", include_usage=False)
    with pytest.raises(Broken):
        for _ in range(100):
            events.feed(b"x" * 100_000)


def test_after_done_nothing_is_passed_on():
    events = Events("bank", include_usage=False)
    events.feed(whole(["a"]))
    assert events.feed(event("late")) == b""
    assert events.feed(b"garbage\n\n") == b""


CARD, OTHER, KEY = "1047290000000001", "1047 2900 0000 0002", "REDACTED_PROVIDER_KEY_0001"
SURROGATES = {CARD: "4111 1111", OTHER: "\u2060x", KEY: "sk-1"}
REVIEWED = Reviewed((), Verdict("redact"), SURROGATES)


@given(
    parts=st.lists(
        st.sampled_from(
            [*SURROGATES, "1", "10", "1047 2900", KEY[:9], KEY[:-1], *WORDS, "\u2060", "<", "<|", "a\n", "你"]
        ),
        max_size=14,
    ),
    places=st.lists(st.integers(0, 10**6), max_size=20),
    escaped=st.booleans(),
)
def test_what_was_replaced_is_restored_in_any_pieces_and_never_shows_half(parts, places, escaped):
    text = "".join(parts)
    meant = REVIEWED.restored(text)
    if escaped:
        text = neutral(text, WORDS)
        assert "<|im_start|>" not in text
    said = Said(Judge(Policy({"invisible-character": "allow"})), REVIEWED, escaped=escaped, json=False)
    parts = [said.take(piece, {}, "") for piece in cut(text, places)]
    parts.append(said.end({}, ""))
    out = ""
    for part in parts:
        assert part.clear
        out += said.shown(part)
        assert meant.startswith(out)
    assert out == meant


@given(places=st.lists(st.integers(0, 10**6), max_size=20))
def test_a_restored_stream_gives_every_choice_its_own_words(places):
    texts = list(f"pay {CARD} and {KEY}, then 1047")
    data = whole(texts)
    events = Events("bank", include_usage=False, reviewed=REVIEWED)
    out = b"".join(map(events.feed, cut(data, places)))
    assert "".join(e["choices"][0]["text"] for e in said(out)) == "pay 4111 1111 and sk-1, then 1047"


def test_arguments_of_tools_are_restored_too():
    def call(text, finish=None):
        delta = {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}
        return event("", choices=[{"index": 0, "delta": delta, "finish_reason": finish}])

    events = Events("bank", include_usage=False, reviewed=REVIEWED)
    out = said(
        b"".join(map(events.feed, [call('{"n":"' + CARD[:9]), call(CARD[9:] + '"}1047'), call("", "tool_calls")]))
    )
    calls = [c["function"]["arguments"] for e in out for c in e["choices"][0]["delta"]["tool_calls"]]
    assert "".join(calls) == '{"n":"4111 1111"}1047'
