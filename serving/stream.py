"""A streamed answer on its way to the client: framing, the model's name, usage, and review before a byte of it goes.

Each event is parsed and its texts are fed to review (`said`); the event waits until all that it says may be shown, and is
sent as it came, apart from the model's name and what stands in the place of a finding. Events of one text keep their
order; other texts of the answer need not wait for it. No I/O; the same bytes out however the bytes in were cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from copilot.guard import Judge, Policy, Reviewed, masks
from copilot.guard.found import Found
from serving.said import Part, Said

DONE: Final = b"data: [DONE]\n\n"
LONGEST: Final = 4_000_000
"""Bytes without the end of an event before the upstream counts as broken."""
MOST: Final = 64_000_000
"""Bytes of a stream before the upstream counts as broken: an engine that never stops."""

KEPT: Final = frozenset({"id", "object", "created", "model", "choices", "usage"})
"""What an answer says beside its texts; all else is the engine's own."""
TEXTS: Final = frozenset({"text", "content", "reasoning_content", "reasoning", "refusal", "arguments"})
"""Fields whose pieces a client puts together."""
_WORDS: Final = frozenset({"assistant", "function", "stop", "length", "tool_calls", "content_filter"})
_SHORTEST: Final = 8
"""Characters of any other string that is looked at."""


Where = tuple[Any, ...]
"""The place of a text in an answer: its choice's index, then the names on the way to it."""


class Broken(Exception):
    """What came is no stream of answers. `str()` is a stable word: garbage, error, cut-off, too-long."""


@dataclass(slots=True)
class _Event:
    """An event that waits: its bytes as they go out if nothing was found, and what it says."""

    told: dict[str, Any]
    data: bytes
    parts: list[Part] = field(default_factory=list)
    ends: list[tuple[Part, dict[str, Any], Where]] = field(default_factory=list)
    """What was held back of texts that end here, with the choice's piece and the text's place in it."""
    words: list[Found] = field(default_factory=list)
    """Findings in strings that came whole."""


class Events:
    """One stream. `usage` and `done` tell what was seen; `events` counts pieces (about the tokens generated).

    `reviewed` restores what it replaced in the prompt; `escaped`: control words of the prompt were neutralised. `denied` is
    the finding that ends the answer: from then on nothing comes out but `filtered`.
    """

    def __init__(
        self,
        model: str,
        *,
        include_usage: bool,
        judge: Judge | None = None,
        reviewed: Reviewed | None = None,
        escaped: bool = False,
    ) -> None:
        self.usage: dict[str, Any] | None = None
        self.done = False
        self.denied: Found | None = None
        self.events = self._seen = 0
        self._model, self._include_usage = model, include_usage
        self._judge = judge or Judge(Policy())
        self._reviewed = reviewed if escaped or (reviewed is not None and reviewed.surrogates) else None
        self._escaped = escaped
        self._said: dict[Where, Said] = {}
        self._speaking: dict[object, Said] = {}
        self._waiting: list[_Event] = []
        self._rest = b""
        self._head: dict[str, Any] = {}
        self._index: Any = 0
        self._words: list[Found] = []
        self._moved = False

    def feed(self, data: bytes) -> bytes:
        """The bytes for the client of what came in. Raises Broken."""
        if self.done or self.denied is not None:
            return b""
        self._seen += len(data)
        if self._seen > MOST:
            raise Broken("too-long")
        if b"\r" in data:  # never inside JSON; some routers end lines so
            data = data.replace(b"\r", b"")
        *whole, self._rest = (self._rest + data if self._rest else data).split(b"\n\n")
        if len(self._rest) > LONGEST:
            raise Broken("too-long")
        return b"".join(map(self._event, whole))

    @property
    def found(self) -> list[Found]:
        """What review found so far."""
        return [*self._words, *(place for said in self._said.values() for place in said.flow.masks.places)]

    @property
    def held(self) -> int:
        """The most characters of one text that were held back."""
        return max((said.flow.most for said in self._said.values()), default=0)

    @property
    def spent_s(self) -> float:
        """Seconds in review."""
        return sum(said.flow.spent_s for said in self._said.values())

    def filtered(self) -> bytes:
        """The event that ends the choice which review denied."""
        key, empty = ("delta", {}) if any("delta" in one for one in self._head["choices"]) else ("text", "")
        review = marked([self.denied] if self.denied is not None else [], "deny")
        choice = {"index": self._index, key: empty, "finish_reason": "content_filter", "logprobs": None}
        head = {key: self._head[key] for key in ("id", "object", "created", "model") if key in self._head}
        return b"data: " + orjson.dumps({**head, "choices": [choice], **review}) + b"\n\n"

    # -- events ---------------------------------------------------------------------------------------------------

    def _event(self, event: bytes) -> bytes:
        if self.done or self.denied is not None or not event:
            return b""
        if event.startswith(b":"):  # a comment, which keeps a connection alive
            return b""
        if not event.startswith(b"data:"):
            raise Broken("garbage")
        data = event[5:].strip()
        if data == b"[DONE]":
            self.done = True
            for said in self._said.values():
                said.flow.end()
            return self._released()
        try:
            told = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise Broken("garbage") from None
        if type(told) is not dict or told.get("error") or type(told.get("choices")) is not list:
            raise Broken("error" if type(told) is dict and told.get("error") else "garbage")
        if not told.keys() <= KEPT:
            told = {key: value for key, value in told.items() if key in KEPT}
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
            return self._take(told)
        except (TypeError, AttributeError, RecursionError):  # a number where a list belongs, or nested too deep
            raise Broken("garbage") from None

    def _take(self, told: dict[str, Any]) -> bytes:
        event = _Event(told, orjson.dumps(told))
        self._head = told
        self._moved = not told["choices"]
        for choice in told["choices"]:
            if type(choice) is not dict:
                raise Broken("garbage")
            index = choice.get("index", 0)
            self._walk(choice, (index,), event)
            if choice.get("finish_reason") is not None:
                self._finish(choice, index, event)
        self._waiting.append(event)
        moved = self._moved or not event.parts
        for part in event.parts:
            released = part.said.flow.released
            moved = moved or released > part.at or released >= part.end
        for where, said in self._said.items():
            if said.flow.masks.denied is not None and self.denied is None:
                self.denied, self._index = said.flow.masks.denied, where[0]
        return self._released() if moved else b""

    def _walk(self, node: dict[str, Any], where: Where, event: _Event) -> None:
        for key, value in node.items():
            kind = type(value)
            if kind is str:
                if key in TEXTS:
                    event.parts.append(self._part(value, node, (*where, key)))
                elif len(value) >= _SHORTEST and value not in _WORDS:
                    self._word(value, node, key, where, event)
            elif kind is dict:
                if key == "logprobs":
                    event.parts.append(self._part(tokens_of(value), node, (*where, key)))
                else:
                    self._walk(value, where if key == "delta" else (*where, key), event)
            elif kind is list:
                for place, inner in enumerate(value):
                    if type(inner) is dict:
                        self._walk(inner, (*where, key, inner.get("index", place)), event)
                    elif type(inner) is str and len(inner) >= _SHORTEST:
                        self._word(inner, value, place, where, event)
            elif key == "tool_calls" and value is not None:
                raise Broken("garbage")

    def _part(self, piece: str, holder: dict[str, Any], where: Where) -> Part:
        said, key = self._said.get(where), where[-1]
        if said is None:
            if key == "logprobs":  # the answer's tokens again, and perhaps ahead of its text
                said = Said(self._judge, None, escaped=False, json=False)
            else:
                said = Said(self._judge, self._reviewed, escaped=self._escaped, json=key == "arguments")
            self._said[where] = said
        if piece and key != "logprobs":
            speaking = self._speaking.get(where[0])
            if speaking is not said:
                if speaking is not None:
                    speaking.pause()
                    self._moved = True
                self._speaking[where[0]] = said
        return said.take(piece, holder, key)

    def _word(self, word: str, holder: Any, key: Any, where: Where, event: _Event) -> None:
        """A string that comes whole: an id, a name."""
        made = masks(word, self._judge)
        if made.places:
            self._words += made.places
            event.words += made.places
            holder[key] = made.shown(word, 0)
            if self.denied is None and made.denied is not None:
                self.denied, self._index = made.denied, where[0]

    def _finish(self, choice: dict[str, Any], index: object, event: _Event) -> None:
        """The choice has ended: what was held back of its texts stands in this event."""
        delta = choice["delta"] if type(choice.get("delta")) is dict else choice
        for where, said in self._said.items():
            if where[0] == index:
                part = said.end(delta, where[-1])
                if part is not None:
                    event.ends.append((part, delta, where))
        self._moved = True

    def _released(self) -> bytes:
        """The events that may go, in order."""
        out: list[bytes] = []
        waiting: list[_Event] = []
        for event in self._waiting:
            for part in event.parts:
                if part.said.flow.released < part.end:
                    waiting.append(event)
                    break
            else:
                if event.parts or not waiting:
                    out.append(_written(event))
                else:
                    waiting.append(event)
        self._waiting = waiting
        return b"".join(out)


def _written(event: _Event) -> bytes:
    """The bytes of an event that may go."""
    found, changed = event.words, False
    for part in event.parts:
        shown = part.said.shown(part)
        if part.said.flow.masks.places:
            found += part.found()
        if part.key != "logprobs" and shown is not part.holder[part.key]:
            part.holder[part.key] = shown
            changed = True
    for part, delta, where in event.ends:
        shown = part.said.shown(part)
        found += part.found()
        if shown:
            _attach(delta, where, shown)
            changed = True
    if found:
        event.told.update(marked(found, "redact"))
        for choice in event.told["choices"]:
            if choice.get("logprobs"):
                choice["logprobs"] = None  # it says the tokens of the answer once more
    return b"data: " + (orjson.dumps(event.told) if changed or found else event.data) + b"\n\n"


def _attach(delta: dict[str, Any], where: Where, text: str) -> None:
    if where[1] == "tool_calls":
        call = {"index": where[2], "function": {"arguments": text}}
        delta["tool_calls"] = [*(delta.get("tool_calls") or ()), call]
    else:
        delta[where[-1]] = (delta.get(where[-1]) or "") + text


def marked(found: Sequence[Found], action: str) -> dict[str, Any]:
    """What an answer says of its review: the action, rules and kinds; never a value."""
    rules = sorted({one.rule for one in found})
    kinds = sorted({kind for one in found for kind in (one.kind, *one.also)})
    return {"copilot": {"review": {"action": action, "rules": rules, "kinds": kinds}}}


def tokens_of(logprobs: dict[str, Any]) -> str:
    """The tokens of a `logprobs` object, put together: of a completion or of a chat."""
    rows = logprobs.get("tokens") or [row.get("token") for row in logprobs.get("content") or ()]
    return "".join(row for row in rows if type(row) is str)
