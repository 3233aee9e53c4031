"""From a checked request to what the engine is sent: review, neutralising, rendering of the hole, the engine's fields.

Plain values in and out; no I/O. What was replaced in the prompt is remembered in `Prepared`, so that the answer can be
put right by the node that changed the question.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any, Final

from copilot.guard import Policy, Reviewed, retrieved, review
from prompts import fim
from prompts.control import JOINER
from prompts.templates import Library
from serving.asked import CHAT_TOKENS, COMPLETION_TOKENS, Asked, Place
from serving.callers import Route
from serving.errors import Refused
from serving.lanes import BATCH, CHAT, COMPLETION, PRIORITY

BYTES_PER_TOKEN: Final = 3
"""Of a rendered prompt: code has more, Chinese about three; the engine's refusal corrects a wrong guess."""

SHORT_TOKENS: Final = 1024
"""A completion that may be longer than this waits with the chats."""

MOST_REPLACED: Final = 1000
"""Values replaced in one request: more of them are no code, but data."""

OURS: Final = Library()
"""The templates that come with the product, alone."""

_SPARE_TOKENS: Final = 16
_LEAST_BYTES: Final = 64


@dataclass(slots=True)
class Hole:
    """What there is to fill: text before and after it, and snippets, nearest first."""

    before: str
    after: str
    pieces: list[fim.Piece]
    language: str
    path: str


@dataclass(slots=True)
class Prepared:
    """What goes to the engine at `path`. `as_chat`: the hole is asked for in a chat turn, since the model's family has no
    markers, and the answer is turned into a completion. `escaped`: control words of the prompt were neutralised.
    `rendered`: bytes of a hole's prompt.
    """

    path: str
    body: dict[str, Any]
    reviewed: Reviewed
    family: fim.Family
    level: int
    max_tokens: int
    hole: Hole | None = None
    as_chat: bool = False
    escaped: bool = False
    rendered: int = 0
    stop: list[str] = field(default_factory=list)
    stops: int = 4
    library: Library = OURS

    @property
    def replaced(self) -> bool:
        """The answer may hold text that stands for something else."""
        return self.escaped or bool(self.reviewed.surrogates)

    def restored(self, text: str) -> str:
        """A whole answer with everything in it that this request replaced written as it was."""
        if self.escaped:
            text = fim.original(text)
        return self.reviewed.restored(text) if self.reviewed.surrogates else text


class Denied(Refused):
    """Content review stopped the request. `reviewed` says why, for the audit."""

    def __init__(self, reviewed: Reviewed, message: str, param: str | None) -> None:
        super().__init__(403, "content_denied", message, param=param)
        self.reviewed = reviewed


def reviewed(asked: Asked, policy: Policy) -> Reviewed:
    """Review every text of a request; what is redacted is replaced in it. Raises Denied."""
    places = asked.places
    result = review([place.text for place in places], policy)
    if result.verdict.action == "deny":
        raise _denied(result, places, policy)
    if len(result.surrogates) > MOST_REPLACED:
        raise Denied(result, f"The request holds more than {MOST_REPLACED} values that may not leave.", None)
    if result.verdict.action == "redact":
        for place, text in zip(places, result.texts, strict=True):
            if text is not place.text and text != place.text:
                if place.holder is None:
                    raise Denied(result, f"A field's name in {place.where} holds what may not leave.", place.where)
                place.holder[place.key] = place.text = text
    return result


def _denied(result: Reviewed, places: list[Place], policy: Policy) -> Denied:
    found = next((d for d in result.verdict.detections if policy.decided(d) == "deny"), None)
    if found is None:
        return Denied(result, "Content review does not let this request pass.", None)
    where = places[found.text].where
    return Denied(result, f"{where} holds a {found.kind}: take it out and ask again.", where)


def answer_tokens(asked: Asked, route: Route) -> int:
    """The most tokens that one answer may have. Raises Refused 400 where that would not fit the model's context."""
    most = route.context_tokens
    if asked.max_tokens is None:
        return min(CHAT_TOKENS if asked.chat else COMPLETION_TOKENS, most // 2)
    if asked.max_tokens >= most:
        message = f"max_tokens must be below {most}, the model's context."
        raise Refused(400, "invalid_request", message, param="max_tokens")
    return asked.max_tokens


def prepared(asked: Asked, route: Route, result: Reviewed, salt: str, library: Library = OURS) -> Prepared:
    """What the engine is sent; `library` are the templates of the team. Raises Refused 400."""
    limit = answer_tokens(asked, route)
    level = BATCH if asked.batch else CHAT if asked.chat or limit > SHORT_TOKENS else COMPLETION
    family = _family(route.family, route.served)
    body: dict[str, Any] = {"model": route.served, **asked.passed}
    made = Prepared(
        "", body, result, family, level, limit, stop=_stops(asked, family, route), stops=route.stops, library=library
    )
    body["max_tokens"] = limit
    if asked.choices > 1:
        body["n"] = asked.choices
    body["priority"] = PRIORITY[level]
    body["cache_salt"] = salt
    if asked.stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    hole = None if asked.chat else _hole(asked, family, result)
    if hole is not None:
        made.hole = hole
        made.as_chat = family.chat
        render(made, (route.context_tokens - limit - _SPARE_TOKENS) * BYTES_PER_TOKEN)
        return made
    if made.stop:
        body["stop"] = made.stop
    if asked.chat:
        made.path = "/v1/chat/completions"
        _neutralise(made, asked)
        body["messages"] = asked.told["messages"]
    else:
        made.path = "/v1/completions"
        _neutralise(made, asked)
        body["prompt"] = asked.told["prompt"]
    return made


def _stops(asked: Asked, family: fim.Family, route: Route) -> list[str]:
    """The client's stop strings, at most what the engine takes; control words, which mostly end an answer anyway, go
    first. Raises Refused 400.
    """
    control = {*family.control, *family.stop, family.prefix, family.suffix, family.middle}
    plain = [word for word in asked.stop if word not in control]
    if len(plain) > route.stops:
        message = f"The engine of this model takes {route.stops} stop strings, control words not counted."
        raise Refused(400, "invalid_request", message, param="stop")
    return [*plain, *(word for word in asked.stop if word in control)][: route.stops]


@functools.lru_cache(maxsize=256)
def _family(name: str, served: str) -> fim.Family:
    return fim.named(name) if name else fim.family(served)


def shortened(made: Prepared) -> None:
    """Write the hole's prompt again, smaller by two fifths than it was."""
    render(made, made.rendered * 3 // 5)


def render(made: Prepared, budget: int) -> None:
    """Write the hole's prompt into the body, within so many bytes."""
    hole = made.hole
    assert hole is not None
    budget = max(_LEAST_BYTES, budget)
    if made.as_chat:
        made.path = "/v1/chat/completions"
        turns = fim.chat_turns(
            hole.before, hole.after, hole.pieces, hole.language, hole.path, budget, library=made.library
        )
        made.body["messages"] = [{"role": role, "content": content} for role, content in turns]
        made.rendered = sum(len(content.encode()) for _, content in turns)
        made.escaped = any(JOINER in content for _, content in turns)
        for name in ("stream", "stream_options", "logprobs"):
            made.body.pop(name, None)
        if made.stop:
            made.body["stop"] = made.stop
        return
    made.path = "/v1/completions"
    rendered = fim.render(
        made.family,
        hole.before,
        hole.after,
        hole.pieces,
        language=hole.language,
        path=hole.path,
        budget_bytes=budget,
    )
    made.body["prompt"] = rendered.prompt
    made.rendered = len(rendered.prompt.encode())
    made.escaped = JOINER in rendered.prompt  # rendering neutralises by itself
    made.body["stop"] = [*made.stop, *(word for word in rendered.stop if word not in made.stop)][: made.stops]
    # vLLM looks for stop words in the text, where special tokens are left out unless this says otherwise: StarCoder's
    # <file_sep> or CodeLlama's ▁<EOT> would never end an infill. The token that ends an answer is not put out either way.
    made.body["skip_special_tokens"] = False


def _hole(asked: Asked, family: fim.Family, result: Reviewed) -> Hole | None:
    told, ours = asked.told, asked.copilot
    snippets = ours.get("snippets") or ()
    prompt = told["prompt"]
    language, path = ours.get("language") or "", ours.get("path") or ""
    if "suffix" in told or snippets:
        orders = any(one.kind == "injection" for one in result.verdict.detections)
        pieces = [fim.Piece(s.get("path") or "", retrieved(s["text"]) if orders else s["text"]) for s in snippets]
        return Hole(prompt, told.get("suffix", ""), pieces, language, path)
    if type(prompt) is str and (parts := frame(prompt, family)) is not None:
        return Hole(*parts, [], language, path)
    return None


def frame(prompt: str, family: fim.Family) -> tuple[str, str] | None:
    """Before and after, when a client rendered one clean frame by itself (Zed, Continue), of this family or another: each
    marker once and in its place. Anything else is text, for whose markers they are cannot be told.
    """
    if not prompt.startswith(_openings()):
        return None
    return next((parts for row in (family, *fim.families()) if (parts := fim.unframed(row, prompt)) is not None), None)


@functools.cache
def _openings() -> tuple[str, ...]:
    marks = {mark for row in fim.families() for mark in (row.prefix, row.suffix) if mark}
    return tuple(sorted({*(mark.strip() for mark in marks), *(mark.strip(" \u2581") for mark in marks)}))


def _neutralise(made: Prepared, asked: Asked) -> None:
    control = made.family.control
    for place in asked.places:
        if place.holder is None:
            if place.text != fim.neutral(place.text, control):
                raise Refused(
                    400, "invalid_request", f"A field's name in {place.where} is a control word.", param=place.where
                )
        elif place.shown:
            text = fim.neutral(place.text, control)
            if text is not place.text and text != place.text:
                place.holder[place.key] = text
                made.escaped = True
