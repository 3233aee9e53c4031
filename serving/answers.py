"""Whole answers of the engine as the client may see them, and the engine's failures in our words. No I/O.

What an engine says of itself (folders, aliases, its version) stays here.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

import orjson

from copilot.guard import Judge, Masks, escapes, masks
from copilot.guard.found import Found
from copilot.tasks import wrapping
from prompts import fim
from serving.errors import Refused
from serving.inbound import Prepared
from serving.stream import DONE, KEPT, TEXTS, marked, tokens_of
from serving.upstream import Failed

_PATH: Final = re.compile(r"(?:/[\w.+-]+){2,}|[A-Za-z]:\\")
_LONGEST_SAID: Final = 400
_MOST_TOKENS: Final = 10_000_000
"""An engine that is broken, or in other hands, must not write into limits, metrics and usage what it likes."""

_TOO_LONG: Final = (b"maximum context length", b"max_model_len", b"longer than the maximum model length")


class Whole(NamedTuple):
    """An answer as the client may see it, its usage, what review found in it; `denied`: it ended every choice."""

    told: dict[str, Any]
    usage: dict[str, Any] | None
    found: list[Found]
    denied: bool


def whole(data: bytes, made: Prepared, model: str, judge: Judge) -> Whole:
    """The answer for the client: reviewed as the engine said it, then restored. Raises Failed for what is no answer."""
    try:
        told = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Failed("garbage", again=True) from None
    choices = told.get("choices") if type(told) is dict else None
    if type(choices) is not list or not choices or not all(map(_said, choices)):
        raise Failed("garbage", again=True)
    usage = told.get("usage")
    answer = {key: told[key] for key in told if key in KEPT}
    answer["model"] = model
    if made.as_chat:
        answer["object"] = "text_completion"
        answer["choices"] = choices = [_infilled(choice, made) for choice in choices]
    found: list[Found] = []
    denied = 0
    try:
        for choice in choices:
            made_of = _reviewed(choice, made, judge)
            places = [place for one in made_of for place in one.places]
            found += places
            if any(one.denied is not None for one in made_of):
                denied += 1
                _withheld(choice)
            elif places and choice.get("logprobs"):
                choice["logprobs"] = None  # it says the tokens of the answer once more
    except (TypeError, AttributeError, RecursionError):  # a number where a list belongs
        raise Failed("garbage", again=True) from None
    if found:
        answer.update(marked(found, "deny" if denied else "redact"))
    return Whole(answer, usage if type(usage) is dict else None, found, denied == len(choices))


def _reviewed(node: Any, made: Prepared, judge: Judge) -> list[Masks]:
    """Review every string in a choice, and write it as it may be shown; the verdicts."""
    verdicts: list[Masks] = []
    for name, value in list(node.items() if type(node) is dict else enumerate(node)):
        kind = type(value)
        if name == "logprobs" and kind is dict:
            verdicts.append(masks(tokens_of(value), judge))
        elif kind is str:
            node[name], verdict = _string(value, name, made, judge)
            verdicts.append(verdict)
        elif kind in (dict, list):
            verdicts += _reviewed(value, made, judge)
    return verdicts


def _string(text: str, name: object, made: Prepared, judge: Judge) -> tuple[str, Masks]:
    if made.escaped and name in TEXTS:
        text = fim.original(text)
    inside = name == "arguments"
    verdict = masks(escapes.plain(text) if inside else text, judge)
    if verdict.places:
        text = verdict.shown(list(escapes.units(text)) if inside else text, 0)
    return made.reviewed.restored(text) if name in TEXTS else text, verdict


def _withheld(choice: dict[str, Any]) -> None:
    """Take what review denied out of a choice."""
    if type(choice.get("message")) is dict:
        choice["message"] = {"role": "assistant", "content": ""}
    else:
        choice["text"] = ""
    choice["finish_reason"], choice["logprobs"] = "content_filter", None


def written(answer: dict[str, Any], *, stream: bool, include_usage: bool) -> bytes:
    """The bytes of a whole answer for the client. Raises Refused for one that is nested too deep to be written."""
    try:
        return events(answer, include_usage=include_usage) + DONE if stream else orjson.dumps(answer)
    except TypeError:
        raise Refused(502, "upstream_error", "The model's engine gave no usable answer (garbage).") from None


def events(answer: dict[str, Any], *, include_usage: bool) -> bytes:
    """A whole answer as a stream of one piece a choice."""
    usage = answer.pop("usage", None)
    pieces = [orjson.dumps({**answer, "choices": [choice]}) for choice in answer["choices"]]
    if include_usage:
        pieces.append(orjson.dumps({**answer, "choices": [], "usage": usage}))
    return b"".join(b"data: " + piece + b"\n\n" for piece in pieces)


def tokens(usage: dict[str, Any] | None) -> tuple[int, int] | None:
    """Tokens in and out of a usage object; None when it does not say, or says what no request can use."""
    if usage is None:
        return None
    given, made = usage.get("prompt_tokens"), usage.get("completion_tokens", 0)
    if type(given) is not int or type(made) is not int or min(given, made) < 0 or max(given, made) > _MOST_TOKENS:
        return None
    return given, made


def too_long(failed: Failed) -> bool:
    """The engine's context is too short for the prompt."""
    return failed.status == 400 and any(words in failed.body for words in _TOO_LONG)


def refused(failed: Failed, made: Prepared, model: str) -> Refused:
    """What the client is told of a failed attempt."""
    if failed.word == "connect":
        return Refused(503, "upstream_unavailable", "The model's engine cannot be reached.", retry_after_s=2)
    if failed.word != "status":
        return Refused(502, "upstream_error", f"The model's engine gave no usable answer ({failed.word}).")
    match failed.status:
        case 400 if too_long(failed):
            return Refused(
                400, "prompt_too_long", f"The prompt and max_tokens exceed the context of {model}: send less."
            )
        case 400 | 422:
            return Refused(400, "invalid_request", _quoted(failed.body, made, model))
        case 404:
            message = f"The model's engine does not serve {model} now."
            return Refused(503, "upstream_unavailable", message, retry_after_s=5)
        case 429 | 503:
            return Refused(503, "overloaded", "The model's engine is full: try again later.", retry_after_s=1)
        case 401 | 403:
            return Refused(502, "upstream_error", "The model's engine refuses the gateway's key.")
        case 504:
            return Refused(504, "upstream_timeout", "The model's engine did not answer in time.")
        case status:
            return Refused(502, "upstream_error", f"The model's engine failed with status {status}.")


def _said(choice: Any) -> bool:
    if type(choice) is not dict:
        return False
    return type(choice.get("text")) is str or type(choice.get("message")) is dict


def _infilled(choice: dict[str, Any], made: Prepared) -> dict[str, Any]:
    """A completion's choice from a chat turn: the code alone."""
    content = (choice.get("message") or {}).get("content")
    language = made.hole.language if made.hole is not None else None
    text = wrapping.bare(content, language or None).text if type(content) is str else ""
    rest = {"index": choice.get("index", 0), "logprobs": None, "finish_reason": choice.get("finish_reason")}
    return {"text": text, **rest}


def _quoted(body: bytes, made: Prepared, model: str) -> str:
    """The engine's own sentence about a request, unless it speaks of its insides or repeats the request."""
    plain = "The model's engine finds the request invalid."
    try:
        told = orjson.loads(body)
        said = told["error"]["message"] if type(told["error"]) is dict else ""
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return plain
    if type(said) is not str or not said or len(said) > _LONGEST_SAID or "input_value" in said or "\n" in said:
        return plain
    served = made.body["model"]
    said = said.replace(served, model) if served and served != model else said
    return plain if _PATH.search(said) or "`" in said else f"The model's engine says: {said}"
