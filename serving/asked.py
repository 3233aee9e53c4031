"""A request's body as checked values, and every text in it, by reference, so that review can replace it.

Absent on purpose: what a field may hold (`fields.py`), and what is decided about the texts (`inbound.py`).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from serving import fields
from serving.errors import Refused

COMPLETION_TOKENS: Final = 256
CHAT_TOKENS: Final = 2048
"""Answer lengths where a client names none: the engine's own would be 16 tokens, or all that is left of the context."""

_PART: Final = {"text": "text", "input_text": "text", "refusal": "refusal"}
_MESSAGE: Final = frozenset({"role", "content", "name", "tool_calls", "tool_call_id", "reasoning_content", "reasoning"})
_ROLES: Final = frozenset({"system", "developer", "user", "assistant", "tool"})


@dataclass(slots=True)
class Place:
    """Where a text stands: `holder[key]`. Without a holder it is a name of an object's field, which cannot be replaced.

    `shown`: it becomes part of the prompt, so control words in it are neutralised.
    """

    text: str
    where: str
    holder: Any = None
    key: Any = None
    shown: bool = True


@dataclass(slots=True)
class Asked:
    """A checked request. `passed` goes to the engine as it is; `told` is the whole body, whose texts `places` lists."""

    chat: bool
    told: dict[str, Any]
    model: str
    max_tokens: int | None
    choices: int
    stream: bool
    include_usage: bool
    batch: bool
    stop: list[str]
    copilot: dict[str, Any]
    passed: dict[str, Any]
    prompts: int = 1
    places: list[Place] = field(default_factory=list)


def read(body: bytes, *, chat: bool) -> Asked:
    """The request of a body. Raises Refused 400 naming the field at fault; values are never repeated."""
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, "invalid_json", "The body is not JSON in UTF-8.") from None
    if type(told) is not dict:
        raise Refused(400, "invalid_request", "The body must be a JSON object.")
    rules = fields.CHAT if chat else fields.COMPLETIONS
    passed: dict[str, Any] = {}
    for name, value in list(told.items()):
        rule = rules.get(name)
        if rule is None:
            raise _unknown(name, rules)
        if value is None:
            del told[name]
        elif rule.check is not None:
            if (problem := rule.check(value)) is not None:
                raise _wrong(name, f"{name} {problem}.")
            if rule.passed:
                passed[name] = value
        elif rule.does == "refused" and not any(type(value) is type(h) and value == h for h in rule.harmless):
            raise Refused(400, "field_refused", f"{name} is refused: {rule.note}.", param=name)
    return _chat(told, passed) if chat else _completion(told, passed)


def _completion(told: dict[str, Any], passed: dict[str, Any]) -> Asked:
    asked = _common(told, passed, chat=False)
    prompt = told.get("prompt")
    if prompt is None:
        raise _wrong("prompt", "prompt is missing.")
    if type(prompt) is list and len(prompt) == 1:
        prompt = told["prompt"] = prompt[0]
    places = asked.places
    if type(prompt) is str:
        places.append(Place(prompt, "prompt", told, "prompt"))
    else:
        if "suffix" in told or asked.copilot.get("snippets"):
            raise _wrong("prompt", "prompt must be one string where suffix or snippets are given.")
        if asked.stream:
            raise _wrong("prompt", "prompt must be one string where stream is true.")
        places += [Place(text, f"prompt[{at}]", prompt, at) for at, text in enumerate(prompt)]
        asked.prompts = len(prompt)
    if "suffix" in told:
        places.append(Place(told["suffix"], "suffix", told, "suffix"))
    for at, snippet in enumerate(asked.copilot.get("snippets") or ()):
        places.append(Place(snippet["text"], f"copilot.snippets[{at}].text", snippet, "text"))
        if snippet.get("path"):
            places.append(Place(snippet["path"], f"copilot.snippets[{at}].path", snippet, "path"))
    if asked.copilot.get("path"):
        places.append(Place(asked.copilot["path"], "copilot.path", asked.copilot, "path"))
    return asked


def _chat(told: dict[str, Any], passed: dict[str, Any]) -> Asked:
    if "max_completion_tokens" in told:
        if told.get("max_tokens", told["max_completion_tokens"]) != told["max_completion_tokens"]:
            raise _wrong("max_tokens", "max_tokens and max_completion_tokens differ.")
        told["max_tokens"] = told["max_completion_tokens"]
    asked = _common(told, passed, chat=True)
    if asked.copilot.get("snippets"):
        raise _wrong("copilot", "copilot.snippets belongs to /v1/completions; here they stand in a message.")
    if "top_logprobs" in passed and passed.get("logprobs") is not True:
        raise _wrong("top_logprobs", "top_logprobs needs logprobs: true.")
    messages = told.get("messages")
    if messages is None:
        raise _wrong("messages", "messages is missing.")
    for at, message in enumerate(messages):
        _message(message, f"messages[{at}]", asked.places)
    for at, tool in enumerate(passed.get("tools", ())):
        where = f"tools[{at}]"
        if type(tool) is not dict or tool.get("type") != "function" or type(tool.get("function")) is not dict:
            raise _wrong(where, f"{where} must be a function.")
        if type(tool["function"].get("name")) is not str:
            raise _wrong(where, f"{where}.function.name must be a string.")
        _walk(tool, where, asked.places, shown=True)
    if type(passed.get("tool_choice")) is dict:
        _walk(passed["tool_choice"]["function"], "tool_choice", asked.places, shown=True)
    return asked


def _common(told: dict[str, Any], passed: dict[str, Any], *, chat: bool) -> Asked:
    stream = told.get("stream", False)
    choices = told.get("n", 1)
    if stream and choices > 1:
        raise _wrong("n", "n must be 1 where stream is true.")
    options = told.get("stream_options")
    if options is not None and not stream:
        raise _wrong("stream_options", "stream_options needs stream: true.")
    stop = told.get("stop", [])
    asked = Asked(
        chat=chat,
        told=told,
        model=told.get("model", ""),
        max_tokens=told.get("max_tokens"),
        choices=choices,
        stream=stream,
        include_usage=bool(options and options.get("include_usage")),
        batch=bool(told.get("priority")) or told.get("service_tier") == "flex",
        stop=[stop] if type(stop) is str else list(stop),
        copilot=told.get("copilot", {}),
        passed=passed,
    )
    asked.places += [Place(text, "stop", asked.stop, at, shown=False) for at, text in enumerate(asked.stop)]
    if passed.get("response_format", {}).get("type") == "text":
        del passed["response_format"]
    if "response_format" in passed and "structured_outputs" in passed:
        raise _wrong("structured_outputs", "structured_outputs and response_format exclude each other.")
    for name in ("structured_outputs", "response_format"):
        if name in passed:
            _walk(passed[name], name, asked.places, shown=False)
    return asked


def _message(message: Any, where: str, places: list[Place]) -> None:
    if type(message) is not dict or message.get("role") not in _ROLES:
        raise _wrong(where, f"{where} must be an object whose role is one of {', '.join(sorted(_ROLES))}.")
    for key, value in message.items():
        if key not in _MESSAGE and not (key in {"refusal", "audio", "function_call", "annotations"} and not value):
            raise Refused(400, "unknown_field", f"{where} has the field {key[:64]}, which is not known.", param=where)
        if key in {"content", "tool_calls"} or value is None:
            continue
        if type(value) is not str:
            raise _wrong(f"{where}.{key}", f"{where}.{key} must be a string.")
        if key != "role":
            places.append(Place(value, f"{where}.{key}", message, key))
    content, calls = message.get("content"), message.get("tool_calls")
    if type(content) is str:
        places.append(Place(content, f"{where}.content", message, "content"))
    elif type(content) is list:
        _parts(content, f"{where}.content", places)
    elif content is not None or not (message["role"] == "assistant" and calls):
        raise _wrong(f"{where}.content", f"{where}.content must be a string or a list of text parts.")
    if calls is not None:
        _calls(calls, f"{where}.tool_calls", places)


def _parts(content: list[Any], where: str, places: list[Place]) -> None:
    for at, part in enumerate(content):
        kind = part.get("type") if type(part) is dict else None
        if type(kind) is not str:
            raise _wrong(where, f"{where}[{at}] must be an object with a type.")
        key = _PART.get(kind)
        if key is None:
            raise Refused(
                400, "field_refused", f"{where}[{at}] is no text: {fields.CHAT['messages'].note}", param=where
            )
        if type(part.get(key)) is not str or set(part) != {"type", key}:
            raise _wrong(where, f"{where}[{at}] must have type and {key}, nothing else.")
        part["type"] = "text" if key == "text" else kind
        places.append(Place(part[key], f"{where}[{at}].{key}", part, key))
    _bounded(places, where)


def _calls(calls: Any, where: str, places: list[Place]) -> None:
    if type(calls) is not list or len(calls) > fields.MOST_TOOLS:
        raise _wrong(where, f"{where} must be a list of at most {fields.MOST_TOOLS} calls.")
    for at, call in enumerate(calls):
        function = call.get("function") if type(call) is dict else None
        if type(function) is not dict or not all(type(function.get(k)) is str for k in ("name", "arguments")):
            raise _wrong(where, f"{where}[{at}].function must have a name and arguments.")
        _walk(call, f"{where}[{at}]", places, shown=True)


def _walk(value: Any, where: str, places: list[Place], *, shown: bool) -> None:
    """Every string in a structure, and every name of a field. `where` stays that of the outermost structure."""
    waiting = [(value, 1)]
    while waiting:
        holder, depth = waiting.pop()
        if depth > fields.DEEPEST:
            raise _wrong(where, f"{where} is nested deeper than {fields.DEEPEST} levels.")
        _bounded(places, where, len(holder))
        rows = holder.items() if type(holder) is dict else enumerate(holder)
        for key, inner in rows:
            if type(key) is str:
                places.append(Place(key, where, shown=False))
            if type(inner) is str:
                places.append(Place(inner, where, holder, key, shown=shown))
            elif type(inner) in {dict, list}:
                waiting.append((inner, depth + 1))


def _bounded(places: list[Place], where: str, more: int = 0) -> None:
    if len(places) + more > fields.MOST_TEXTS:
        raise _wrong(where, f"{where}: a request may have {fields.MOST_TEXTS} texts at most.")


def _wrong(name: str, message: str) -> Refused:
    return Refused(400, "invalid_request", message, param=name)


def _unknown(name: str, rules: Mapping[str, fields.Rule]) -> Refused:
    near = difflib.get_close_matches(name[:64], rules, n=1, cutoff=0.75)
    hint = f" Did you mean {near[0]}?" if near else ""
    return Refused(400, "unknown_field", f"There is no field {name[:64]}.{hint}", param=name[:64])
