"""Cutting a stream into messages: whatever stands in it, the next well-formed message is found."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsp.frames import Frames


def framed(body: bytes, length: int | None = None) -> bytes:
    return b"Content-Length: %d\r\n\r\n%s" % (len(body) if length is None else length, body)


def read(frames: Frames) -> list[object]:
    """What a consumer sees: parsed bodies, and the text "bad" for one that it gave back."""
    seen: list[object] = []
    for body in frames:
        try:
            seen.append(json.loads(body))
        except ValueError:
            frames.unread(body)
            seen.append("bad")
    return seen


GOOD = framed(b'{"good":1}')


def test_messages_arrive_in_any_cut() -> None:
    stream = framed('{"text":"é😀"}'.encode()) + GOOD + GOOD
    for size in (1, 2, 3, 7, 64, 1000):
        frames, seen = Frames(), []
        for at in range(0, len(stream), size):
            frames.feed(stream[at : at + size])
            seen += read(frames)
        assert seen == [{"text": "é😀"}, {"good": 1}, {"good": 1}]


@pytest.mark.parametrize(
    "header",
    [
        b"content-length: 10\r\n\r\n",
        b"Content-Length:10\n\n",
        b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: 10\r\n\r\n",
        b"Content-Length: 10\r\nContent-Type: x\r\nX-Other: y\r\n\r\n",
    ],
)
def test_headers_as_clients_write_them(header: bytes) -> None:
    frames = Frames()
    frames.feed(header + b'{"good":1}')
    assert read(frames) == [{"good": 1}]


@pytest.mark.parametrize(
    "garbage",
    [
        b"hello\r\n\r\n",
        b"Content-Length: many\r\n\r\n{}",
        b"Content-Length: -5\r\n\r\n{}",
        b"Content-Length: 99999999999999999999999999\r\n\r\n{}",
        framed(b"{}", 10**15),
        framed(b'{"a": ', 200),  # a body cut short
        framed(b"not json"),
        framed(b'{"long": 1}', 5),  # a length too small
        framed(b'{"a":1}', 20),  # a length too large: it reaches into the next header
        b"\x00\xff" * 9000,
        b"Content-Length: 5\r\nno colon\r\n\r\n",
        framed(b""),
    ],
)
def test_the_next_message_is_found_after(garbage: bytes) -> None:
    frames = Frames(limit=10**6)
    frames.feed(garbage)
    seen = read(frames)
    frames.feed(GOOD)
    seen += read(frames)
    assert seen[-1] == {"good": 1}
    assert seen.count({"good": 1}) == 1


def test_a_message_with_a_length_too_large_is_saved_when_the_next_begins() -> None:
    frames = Frames()
    frames.feed(framed(b'{"a":1}', 500))
    assert read(frames) == []
    frames.feed(GOOD)
    assert read(frames) == [{"a": 1}, {"good": 1}]


def test_a_header_inside_a_json_string_is_text() -> None:
    frames = Frames()
    body = json.dumps({"text": "Content-Length: 3\r\n\r\nabc"}).encode()
    frames.feed(framed(body)[:-4])
    assert read(frames) == []
    frames.feed(framed(body)[-4:])
    assert read(frames) == [json.loads(body)]


def test_garbage_does_not_pile_up() -> None:
    frames = Frames()
    for _ in range(200):
        frames.feed(b"x" * 10_000)
        assert read(frames) == []
    assert len(frames._buffer) < 20_000


@given(
    junk=st.lists(st.one_of(st.binary(max_size=40), st.just(GOOD), st.just(b"Content-Length: 30\r\n\r\n")), max_size=8)
)
def test_any_bytes_then_two_messages(junk: list[bytes]) -> None:
    frames = Frames()
    for part in junk:
        frames.feed(part)
        read(frames)
    frames.feed(GOOD)
    read(frames)
    frames.feed(framed(b'{"last":2}'))
    assert {"last": 2} in read(frames)
