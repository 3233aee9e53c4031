"""The OpenAI dialect: a prompt as a request, an answer however it was cut, and nothing of a developer left unreviewed."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copilot.engines import wire
from copilot.types import Hole, Message, Prompt, Snippet, Span, Task, document

ROOT = Path("/repo")
DOCUMENT = document(ROOT / "src" / "a.py", "python", "x = 1\n")
HOLE = Prompt(
    "complete@1#0",
    64,
    hole=Hole(
        "before",
        "after",
        (Snippet(ROOT / "b.py", Span(0, 3), "one", "", 1), Snippet(Path("/x/c.py"), Span(0, 3), "two", "", 1)),
    ),
    stop=("\n\n",),
)
CHAT = Prompt(
    "fix@1#0", 100, messages=(Message("system", "be brief"), Message("user", "fix it")), schema={"type": "object"}
)


def events(*rows: object, end: str = "\n") -> bytes:
    said = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    return "".join(f"data: {row}{end}{end}" for row in said).encode()


def piece(text: str | None, finish: str | None = None) -> dict:
    return {"model": "m", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]}


ANSWER = events(
    piece(""), piece("def 余额"), piece("():\n"), piece(None), piece("    1", "stop"), {"choices": []}, "[DONE]"
)


def test_a_hole_is_never_rendered_here_and_its_paths_are_the_repositorys():
    prompt, where = wire.with_texts(
        HOLE, wire.place(DOCUMENT, ROOT), wire.texts(HOLE, wire.place(DOCUMENT, ROOT), ROOT)
    )
    path, body = wire.request(prompt, where, Task.COMPLETE, "")
    assert path == "/v1/completions"
    assert body == {
        "max_tokens": 64,
        "temperature": 0.0,
        "stream": True,
        "stop": ["\n\n"],
        "prompt": "before",
        "suffix": "after",
        "copilot": {
            "snippets": [{"path": "b.py", "text": "one"}, {"path": "c.py", "text": "two"}],
            "language": "python",
            "path": "src/a.py",
            "task": "complete",
        },
    }


def test_a_chat_has_its_schema_and_several_answers_come_at_once():
    from dataclasses import replace

    path, body = wire.request(replace(CHAT, samples=3), wire.place(DOCUMENT, ROOT), Task.FIX, "coder")
    assert path == "/v1/chat/completions"
    assert body["messages"] == [{"role": "system", "content": "be brief"}, {"role": "user", "content": "fix it"}]
    assert (body["model"], body["n"], body["stream"]) == ("coder", 3, False)
    assert body["structured_outputs"] == {"json": {"type": "object"}}
    assert "prompt" not in body
    assert "copilot" not in body


@pytest.mark.parametrize("prompt", [HOLE, CHAT])
def test_every_text_of_the_request_went_through_review(prompt):
    where = wire.place(DOCUMENT, ROOT)
    marked = tuple(f"<{n}>" for n, _ in enumerate(wire.texts(prompt, where, ROOT)))
    _, body = wire.request(*wire.with_texts(prompt, where, marked), Task.COMPLETE, "")
    sent = json.dumps(body)
    assert all(mark in sent for mark in marked)
    for text in wire.texts(prompt, where, ROOT):
        assert f'"{text}"' not in sent


@given(st.lists(st.integers(0, len(ANSWER)), max_size=30))
def test_an_answer_is_the_same_however_its_bytes_are_cut(cuts):
    stream = wire.Stream()
    edges = sorted({0, len(ANSWER), *cuts})
    for start, end in itertools.pairwise(edges):
        stream.feed(ANSWER[start:end])
    assert (stream.text, stream.finish, stream.model, stream.done) == ("def 余额():\n    1", "stop", "m", True)


def test_carriage_returns_comments_and_event_names_are_borne():
    stream = wire.Stream()
    stream.feed(b": ping\r\nevent: x\r\nid: 1\r\n" + events(piece("a", "stop"), "[DONE]", end="\r\n"))
    assert (stream.text, stream.done) == ("a", True)


def test_what_follows_the_end_is_not_read():
    stream = wire.Stream()
    stream.feed(events(piece("a"), "[DONE]", "{broken"))
    assert (stream.text, stream.done) == ("a", True)


def test_an_error_in_a_stream_is_a_refusal():
    stream = wire.Stream()
    stream.feed(events(piece("a"), {"error": {"code": "content_denied", "message": "no\x1b[2J"}}))
    assert stream.refused == wire.Fault("content_denied", "no [2J")


@pytest.mark.parametrize(
    "row",
    ["{broken", "[]", "1", '"text"', '{"choices": 1}', '{"choices": [1]}', '{"choices": [{"text": 5}]}', "[" * 100_000],
)
def test_what_is_no_answer_is_said_to_be_none(row):
    with pytest.raises(wire.Garbled):
        wire.Stream().feed(events(row))


def test_an_endless_answer_ends():
    stream = wire.Stream()
    with pytest.raises(wire.Garbled):
        for _ in range(wire.MOST_BYTES // 1000):
            stream.feed(b"x" * 2000)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"null", b"[]", b"{}", b'{"choices": []}', b'{"choices": [null]}'])
def test_a_whole_answer_without_choices_is_none(body):
    with pytest.raises(wire.Garbled):
        wire.answer(body)


def test_a_character_cut_in_half_by_the_model_can_be_written_to_a_file():
    ((choice,), _) = wire.answer(b'{"model": "m", "choices": [{"text": "a\\ud800", "finish_reason": "stop"}]}')
    assert choice.text.encode() == b"a?"


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"error": {"code": "rate_limited", "message": "slow"}}', "rate_limited", "slow"),
        (b'{"code": "draining", "detail": "bye"}', "draining", "bye"),
        (b'{"error": "plain"}', "", "plain"),
        (b"<html>", "", ""),
        (b'{"error": {"code": 5, "message": ["x"]}}', "", ""),
    ],
)
def test_refusals_are_read_in_either_shape(body, code, message):
    assert wire.fault(body) == wire.Fault(code, message)
