"""A streamed answer on its way to the client: framing, the model's name, usage, restoring; review's hook.

Events pass through as bytes. The first event of a stream is parsed; those that begin with the same bytes up to their
choices are like it and only have the model's name exchanged, many at once; whatever differs (usage, an error, garbage)
is parsed. Where the prompt had something replaced, every event is parsed and its texts restored, holding back what may
be the beginning of a replaced word. No I/O; the same bytes out however the bytes in were cut.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import orjson

from copilot.guard import Reviewed
from prompts import fim

DONE: Final = b"data: [DONE]\n\n"
LONGEST: Final = 4_000_000
"""Bytes without the end of an event before the upstream counts as broken."""
MOST: Final = 64_000_000
"""Bytes of a stream before the upstream counts as broken: an engine that never stops."""


def release(chunk: bytes) -> bytes:
    """What of `chunk` may go to the client now. Content review of streams will hold text back here; now it is identity."""
    return chunk


class Broken(Exception):
    """What came is no stream of answers. `str()` is a stable word: garbage, error, cut-off, too-long."""


class Restorer:
    """Restores, in a text that comes in pieces, what a review replaced, and undoes the escape of control words."""

    def __init__(self, reviewed: Reviewed, *, escaped: bool) -> None:
        self._reviewed, self._escaped = reviewed, escaped
        self._raw = self._text = ""

    def feed(self, piece: str) -> str:
        """What is certain so far."""
        if self._escaped:
            raw = self._raw + piece
            held = fim.held(raw)
            self._raw = raw[len(raw) - held :]
            piece = fim.original(raw[: len(raw) - held])
        text = self._text + piece
        ready = len(text) - self._reviewed.held(text)
        self._text = text[ready:]
        return self._reviewed.restored(text[:ready])

    def rest(self) -> str:
        """What was held back; the text has ended."""
        text = self._text + fim.original(self._raw)
        self._raw = self._text = ""
        return self._reviewed.restored(text)


class Events:
    """One stream. `usage` and `done` tell what was seen; `events` counts pieces (about the tokens generated)."""

    def __init__(self, model: str, *, include_usage: bool, restorer: Callable[[], Restorer] | None = None) -> None:
        self.usage: dict[str, Any] | None = None
        self.done = False
        self.events = self._seen = 0
        self._model, self._include_usage, self._restorer = model, include_usage, restorer
        self._restorers: dict[tuple[object, ...], Restorer] = {}
        self._rest = b""
        self._mark = self._written = b""

    def feed(self, data: bytes) -> bytes:
        """The bytes for the client of what came in. Raises Broken."""
        if self.done:
            return b""
        self._seen += len(data)
        if self._seen > MOST:
            raise Broken("too-long")
        if b"\r" in data:  # never inside JSON; some routers end lines so
            data = data.replace(b"\r", b"")
        buffer = self._rest + data if self._rest else data
        cut = buffer.rfind(b"\n\n")
        if cut < 0:
            if len(buffer) > LONGEST:
                raise Broken("too-long")
            self._rest = buffer
            return b""
        cut += 2
        self._rest, whole = buffer[cut:], buffer[:cut] if cut < len(buffer) else buffer
        mark = self._mark
        if mark:
            count = whole.count(b"\n\n")
            if whole.count(mark) == count == whole.count(b"}\n\n") and not _has_usage(whole):
                self.events += count
                return whole if mark is self._written else whole.replace(mark, self._written)
        return b"".join(map(self._event, whole.split(b"\n\n")[:-1]))

    def _event(self, event: bytes) -> bytes:
        if self.done or not event:
            return b""
        if self._mark and event.startswith(self._mark) and event.endswith(b"}") and not _has_usage(event):
            self.events += 1
            return self._written + event[len(self._mark) :] + b"\n\n"
        if event.startswith(b":"):  # a comment, which keeps a connection alive
            return b""
        if not event.startswith(b"data:"):
            raise Broken("garbage")
        data = event[5:].strip()
        if data == b"[DONE]":
            self.done = True
            return b""
        try:
            told = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise Broken("garbage") from None
        if type(told) is not dict or told.get("error") or type(told.get("choices")) is not list:
            raise Broken("error" if type(told) is dict and told.get("error") else "garbage")
        usage = told.get("usage")
        if type(usage) is dict:
            self.usage = usage
            if not self._include_usage:
                told.pop("usage")
                if not told["choices"]:
                    return b""
        self.events += 1
        told["model"] = self._model
        try:
            if self._restorer is not None:
                for choice in told["choices"]:
                    self._restore(choice)
            elif type(usage) is not dict:
                self._learn(event)
            return b"data: " + orjson.dumps(told) + b"\n\n"
        except (TypeError, AttributeError):  # a number where a list belongs, or nested too deep to be written
            raise Broken("garbage") from None

    def _learn(self, event: bytes) -> None:
        """Take the bytes of this event up to its choices as the mark of its like."""
        at = event.find(b'"choices":')
        if at < 0 or not event.startswith(b"data: {"):
            return
        mark = event[: event.find(b"[", at) + 1]
        try:
            head = orjson.loads(mark[6:] + b"]}")
        except orjson.JSONDecodeError:
            return
        named = head.get("model")
        if type(named) is not str or "usage" in head:
            return
        self._mark = self._written = mark
        if named != self._model:
            self._written = b"data: " + orjson.dumps({**head, "model": self._model})[:-2]

    def _restore(self, choice: Any) -> None:
        if type(choice) is not dict:
            raise Broken("garbage")
        index = choice.get("index", 0)
        said = choice["delta"] if type(choice.get("delta")) is dict else choice
        last = choice.get("finish_reason") is not None
        for key in ("text", "content", "reasoning_content", "reasoning"):
            if type(said.get(key)) is str:
                said[key] = self._put(said[key], (index, key))
        for call in said.get("tool_calls") or ():
            function = call.get("function") if type(call) is dict else None
            if type(function) is dict and type(function.get("arguments")) is str:
                function["arguments"] = self._put(function["arguments"], (index, "call", call.get("index", 0)))
        if last:
            for where, restorer in self._restorers.items():
                left = restorer.rest() if where[0] == index else ""
                key = str(where[1])
                if left and key == "call":
                    said.setdefault("tool_calls", []).append({"index": where[2], "function": {"arguments": left}})
                elif left:
                    said[key] = (said.get(key) or "") + left

    def _put(self, text: str, where: tuple[object, ...]) -> str:
        assert self._restorer is not None
        restorer = self._restorers.get(where)
        if restorer is None:
            restorer = self._restorers[where] = self._restorer()
        return restorer.feed(text)


def _has_usage(data: bytes) -> bool:
    """Whether an event carries usage. Inside a text the quotes would be escaped, so this is never a part of one."""
    return b'"usage":{' in data or b'"usage": {' in data
