"""A prompt as the bytes of a request, and the bytes of an answer as texts: the OpenAI dialect, read tolerantly.

Pure functions. Absent on purpose: sockets (`client.py`), content review (`screen.py`) and the markers of
fill-in-the-middle, which only the gateway renders.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from copilot.types import Document, Hole, Message, Prompt, Task

COMPLETIONS: Final = "/v1/completions"
CHAT: Final = "/v1/chat/completions"
MOST_BYTES: Final = 8_000_000
"""A longer answer is none."""

_LINE_BYTES: Final = 1_000_000
_SAID_CHARS: Final = 300


class Garbled(ValueError):
    """What came is no answer in this dialect."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer. `finish` is the server's word: stop, length, …; empty when it was not said."""

    text: str
    finish: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer to a simple question; names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def etag(self) -> str:
        """Its version, empty without one."""
        return self.headers.get("etag", "")


@dataclass(frozen=True, slots=True)
class Fault:
    """The server's refusal: its stable word and its sentence, both short and printable."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Place:
    """What is said of where a hole is: never an absolute path."""

    path: str
    language: str


def place(document: Document, root: Path) -> Place:
    """A document's place in its repository."""
    return Place(relative(document.path, root), document.language or "")


def relative(path: Path, root: Path) -> str:
    """A path as the prompt has it: from the repository's root, or its bare name outside of it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def texts(prompt: Prompt, where: Place, root: Path) -> tuple[str, ...]:
    """Every text of the developer that a request would carry, for content review; `with_texts` puts them back."""
    if prompt.hole is None:
        return tuple(message.content for message in prompt.messages)
    pieces = [text for s in prompt.hole.snippets for text in (relative(s.path, root), s.text)]
    return (prompt.hole.before, prompt.hole.after, where.path, *pieces)


def with_texts(prompt: Prompt, where: Place, reviewed: Sequence[str]) -> tuple[Prompt, Place]:
    """The prompt and its place with the reviewed texts in the order of `texts`."""
    if prompt.hole is None:
        turns = zip(prompt.messages, reviewed, strict=True)
        return replace(prompt, messages=tuple(Message(turn.role, text) for turn, text in turns)), where
    before, after, path, *pieces = reviewed
    pairs = zip(prompt.hole.snippets, pieces[::2], pieces[1::2], strict=True)
    snippets = tuple(replace(s, path=Path(name), text=text) for s, name, text in pairs)
    return replace(prompt, hole=Hole(before, after, snippets)), replace(where, path=path)


def request(prompt: Prompt, where: Place, task: Task, model: str) -> tuple[str, dict[str, Any]]:
    """Route and body. One sample is streamed, several come at once."""
    body: dict[str, Any] = {"model": model} if model else {}
    body |= {"max_tokens": prompt.max_tokens, "temperature": prompt.temperature, "stream": prompt.samples == 1}
    if prompt.stop:
        body["stop"] = list(prompt.stop)
    if prompt.samples > 1:
        body["n"] = prompt.samples
    if prompt.schema is not None:
        body["structured_outputs"] = {"json": prompt.schema}
    if prompt.hole is None:
        return CHAT, {**body, "messages": [{"role": m.role, "content": m.content} for m in prompt.messages]}
    snippets = [{"path": s.path.as_posix(), "text": s.text} for s in prompt.hole.snippets]
    ours = {"snippets": snippets, "language": where.language, "path": where.path, "task": task.value}
    return COMPLETIONS, {**body, "prompt": prompt.hole.before, "suffix": prompt.hole.after, "copilot": ours}


def answer(body: bytes) -> tuple[list[Choice], str]:
    """The choices of a whole answer, and the model's name. Raises Garbled."""
    told = _object(body)
    rows = told.get("choices")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise Garbled
    return [Choice(_text(row), _word(row.get("finish_reason"))) for row in rows], _word(told.get("model"))


def fault(body: bytes) -> Fault:
    """The refusal in an error's body, OpenAI's or RFC 9457's; empty words when it is neither."""
    try:
        told = _object(body)
    except Garbled:
        return Fault("", "")
    return _fault(told)


@dataclass(slots=True)
class Stream:
    """Server-sent events of one streamed answer, fed as they come."""

    text: str = ""
    finish: str = ""
    model: str = ""
    done: bool = False
    refused: Fault | None = None
    _rest: bytearray = field(default_factory=bytearray)
    _seen: int = 0

    def feed(self, data: bytes) -> None:
        """Take bytes. Raises Garbled for a line that is no event of an answer, or too much of it."""
        self._seen += len(data)
        if self._seen > MOST_BYTES:
            raise Garbled
        self._rest += data
        if len(self._rest) > _LINE_BYTES:
            raise Garbled
        if b"\n" not in data:
            return
        for line in self._lines():
            if not line.startswith(b"data:"):
                continue  # comments, event names and ids say nothing here
            value = line[5:].strip()
            if value == b"[DONE]":
                self.done = True
            elif value and not self.done:
                self._event(_object(value))

    def _lines(self) -> Iterator[bytes]:
        *lines, rest = bytes(self._rest).split(b"\n")
        self._rest = bytearray(rest)
        yield from lines

    def _event(self, told: Mapping[str, Any]) -> None:
        if "error" in told:
            self.refused = _fault(told)
            return
        self.model = self.model or _word(told.get("model"))
        rows = told.get("choices")
        if not isinstance(rows, list):
            raise Garbled
        for row in rows:
            if not isinstance(row, dict):
                raise Garbled
            self.text += _text(row)
            self.finish = _word(row.get("finish_reason")) or self.finish


def _object(data: bytes) -> dict[str, Any]:
    try:
        told = json.loads(data)
    except (ValueError, RecursionError):
        raise Garbled from None
    if not isinstance(told, dict):
        raise Garbled
    return told


def _text(row: Mapping[str, Any]) -> str:
    """The text of a choice: of a completion, of a message, or of a piece of one. A thought apart is left out."""
    said = row.get("text")
    for name in ("message", "delta"):
        if isinstance(inner := row.get(name), dict):
            said = inner.get("content")
    if said is None:
        return ""
    if not isinstance(said, str):
        raise Garbled
    # A lone surrogate (a character cut in half) cannot be written to any file.
    return said.encode("utf-8", "replace").decode("utf-8")


def _fault(told: Mapping[str, Any]) -> Fault:
    inner = told.get("error")
    if isinstance(inner, dict):
        return Fault(_word(inner.get("code")), _word(inner.get("message")))
    return Fault(_word(told.get("code")), _word(told.get("detail") or inner))


def _word(value: object) -> str:
    """A short printable text, whatever the server sent."""
    return printable(value) if isinstance(value, str) else ""


def printable(text: str) -> str:
    """A foreign text as it may stand in a message: short, on one line, without control characters."""
    return "".join(c if c.isprintable() else " " for c in text[:_SAID_CHARS])
