"""What a client may write in a request, field by field: honoured, ignored or refused, and why.

One table, from which the documentation is generated (`table`). Checks return what is wrong with a value in a phrase, or
None. `null` is the same as leaving a field out. Absent on purpose: reading a whole request, which is `asked.py`'s.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from serving.config import TASKS

Does = Literal["honoured", "ignored", "refused"]
Check = Callable[[Any], str | None]

MOST_STOPS: Final = 32
MOST_CHOICES: Final = 8
MOST_PROMPTS: Final = 16
MOST_SNIPPETS: Final = 64
MOST_MESSAGES: Final = 256
MOST_TOOLS: Final = 64
MOST_TEXTS: Final = 8192
"""Strings and names of fields in one request: each is reviewed."""
DEEPEST: Final = 64
"""Levels of a schema or a tool: whoever compiles or writes it is recursive."""

_LANGUAGE: Final = re.compile(r"[A-Za-z0-9+#._-]{0,32}")
_SWITCH: Final = re.compile(r"[a-z][a-z_]{0,31}")
_TOKEN_ID: Final = re.compile(r"[0-9]{1,7}")
"""Short: a number that nobody reviews must not be able to hold a card's."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done with one field. `passed`: a checked value goes to the engine as it is under the same name.

    A refused field may have `harmless` values (those that mean what happens anyway), which are dropped.
    """

    does: Does
    check: Check | None = None
    note: str = ""
    passed: bool = False
    harmless: tuple[object, ...] = ()


def flag(value: Any) -> str | None:
    """True or false."""
    return None if type(value) is bool else "must be true or false"


def whole(least: int, most: int) -> Check:
    """An integer from `least` to `most`."""
    problem = f"must be an integer from {least} to {most}"
    return lambda value: None if type(value) is int and least <= value <= most else problem


def number(least: float, most: float) -> Check:
    """A finite number from `least` to `most`."""
    problem = f"must be a number from {least:g} to {most:g}"

    def check(value: Any) -> str | None:
        fits = type(value) in {int, float} and math.isfinite(value) and least <= value <= most
        return None if fits else problem

    return check


def word(value: Any) -> str | None:
    """A string."""
    return None if type(value) is str else "must be a string"


def one_of(*allowed: str) -> Check:
    """One of a few words."""
    problem = f"must be one of {', '.join(allowed)}"
    return lambda value: None if type(value) is str and value in allowed else problem


def _name(value: Any) -> str | None:
    return None if type(value) is str and len(value) <= 256 else "must be a string of at most 256 characters"


def _language(value: Any) -> str | None:
    return None if type(value) is str and _LANGUAGE.fullmatch(value) else "must be a language name such as python"


def _path(value: Any) -> str | None:
    fits = type(value) is str and len(value) <= 1024 and "\n" not in value and "\r" not in value
    return None if fits else "must be a path of at most 1024 characters on one line"


def _stop(value: Any) -> str | None:
    stops = [value] if type(value) is str else value
    fits = (
        type(stops) is list
        and 1 <= len(stops) <= MOST_STOPS
        and all(type(s) is str and 0 < len(s) <= 256 for s in stops)
    )
    return None if fits or stops == [] else f"must be a string or up to {MOST_STOPS} strings of 1 to 256 characters"


def _prompt(value: Any) -> str | None:
    if type(value) is str:
        return None
    if type(value) is list and 1 <= len(value) <= MOST_PROMPTS and all(type(p) is str for p in value):
        return None
    return f"must be a string or up to {MOST_PROMPTS} strings; token ids cannot be reviewed and are refused"


def _stream_options(value: Any) -> str | None:
    if type(value) is not dict:
        return "must be an object"
    if wrong := [k for k in value if k not in {"include_usage", "include_obfuscation"}]:
        return f"has the unknown field {wrong[0][:64]}; there is include_usage"
    return next((f"{k} must be true or false" for k, v in value.items() if v is not None and type(v) is not bool), None)


def _bias(value: Any) -> str | None:
    problem = "must map up to 300 token ids to numbers from -100 to 100"
    if type(value) is not dict or len(value) > 300:
        return problem
    fits = all(_TOKEN_ID.fullmatch(k) and number(-100, 100)(v) is None for k, v in value.items())
    return None if fits else problem


KINDS: Final = ("json", "regex", "choice", "grammar", "json_object", "structural_tag")


def _structured(value: Any) -> str | None:
    if type(value) is not dict:
        return "must be an object"
    given = {k: v for k, v in value.items() if v is not None}
    options = {"disable_any_whitespace", "disable_additional_properties", "whitespace_pattern"}
    if wrong := [k for k in given if k not in KINDS and k not in options]:
        return f"has the unknown field {wrong[0][:64]}; there are {', '.join(KINDS)}"
    kinds = [k for k in given if k in KINDS]
    if len(kinds) != 1:
        return f"must have exactly one of {', '.join(KINDS)}"
    kind, told = kinds[0], given[kinds[0]]
    if kind == "json":
        return None if type(told) in {dict, str} else "json must be a JSON schema"
    if kind == "choice":
        fits = type(told) is list and 0 < len(told) <= 256 and all(type(c) is str for c in told)
        return None if fits else "choice must be up to 256 strings"
    if kind == "json_object":
        return None if told is True else "json_object must be true"
    return None if type(told) is str and told else f"{kind} must be a string"


def _format(value: Any) -> str | None:
    if type(value) is not dict:
        return "must be an object"
    match value.get("type"):
        case "text" | "json_object":
            return None if len(value) == 1 else "has unknown fields beside type"
        case "json_schema":
            told = value.get("json_schema")
            fits = len(value) == 2 and type(told) is dict and type(told.get("schema")) is dict
            return None if fits else "of type json_schema needs json_schema: {name, schema}"
        case _:
            return "must have the type text, json_object or json_schema"


def _switches(value: Any) -> str | None:
    fits = (
        type(value) is dict
        and len(value) <= 8
        and all(_SWITCH.fullmatch(k) and type(v) is bool for k, v in value.items())
    )
    return None if fits else "may hold true/false switches such as enable_thinking, nothing else"


def _list(most: int) -> Check:
    problem = f"must be a list of 1 to {most} objects"
    return lambda value: None if type(value) is list and 1 <= len(value) <= most else problem


def _tool_choice(value: Any) -> str | None:
    if type(value) is str:
        return None if value in {"none", "auto", "required"} else "must be none, auto, required or a function"
    named = value.get("function") if type(value) is dict and value.get("type") == "function" else None
    fits = type(named) is dict and set(named) == {"name"} and type(named["name"]) is str and len(value) == 2
    return None if fits else "must be none, auto, required or a function"


def _copilot(value: Any) -> str | None:
    if type(value) is not dict:
        return "must be an object"
    known: dict[str, Check] = {"task": one_of(*sorted(TASKS)), "language": _language, "path": _path}
    for key, told in value.items():
        if key == "snippets":
            problem = None if told is None else _snippets(told)
        elif key in known:
            problem = None if told is None else known[key](told)
        else:
            return f"has the unknown field {key[:64]}; there are snippets, language, path, task"
        if problem is not None:
            return f"{key} {problem}"
    return None


def _snippets(value: Any) -> str | None:
    if type(value) is not list or len(value) > MOST_SNIPPETS:
        return f"must be a list of at most {MOST_SNIPPETS} objects"
    for at, row in enumerate(value):
        if type(row) is not dict or set(row) - {"path", "text"} or type(row.get("text")) is not str:
            return f"[{at}] must be an object with path and text"
        if _path(row.get("path", "")) is not None:
            return f"[{at}].path {_path(row['path'])}"
    return None


def _passed(check: Check, note: str = "") -> Rule:
    return Rule("honoured", check, note, passed=True)


def _read(check: Check, note: str = "") -> Rule:
    return Rule("honoured", check, note)


def _ignored(note: str) -> Rule:
    return Rule("ignored", None, note)


def _refused(note: str, *harmless: object) -> Rule:
    return Rule("refused", None, note, harmless=harmless)


_NO_TEXT: Final = "only reviewed text goes to the model"
_MODEL_ONLY: Final = "it depends on the model's token numbers, which may change under you"
_REMOVED: Final = "the engine ignores it silently; use structured_outputs or response_format"

COMMON: Final[dict[str, Rule]] = {
    "model": _read(_name, "A name of GET /v1/models; empty or `auto`: the task's default."),
    "max_tokens": _read(
        whole(1, 1_000_000), "At most the model's context. Left out: 256 for completions, 2048 for chat."
    ),
    "n": _read(whole(1, MOST_CHOICES), "More than 1 only without `stream`."),
    "stream": _read(flag),
    "stream_options": _read(_stream_options, "`include_usage`."),
    "stop": _read(_stop, f"Up to {MOST_STOPS}."),
    "temperature": _passed(number(0, 2)),
    "top_p": _passed(number(0.000001, 1)),
    "top_k": _passed(whole(-1, 1000)),
    "min_p": _passed(number(0, 1)),
    "seed": _passed(whole(-(2**63), 2**63 - 1)),
    "presence_penalty": _passed(number(-2, 2)),
    "frequency_penalty": _passed(number(-2, 2)),
    "repetition_penalty": _passed(number(0.01, 2)),
    "min_tokens": _passed(whole(0, 4096)),
    "logit_bias": _passed(_bias),
    "include_stop_str_in_output": _passed(flag),
    "structured_outputs": _passed(_structured, f"Exactly one of {', '.join(KINDS)}."),
    "response_format": _passed(_format, "`text`, `json_object` or `json_schema`; not beside `structured_outputs`."),
    "priority": _read(whole(0, 1000), "Above 0: batch, which waits for everybody else. Nobody can ask to go first."),
    "service_tier": _read(
        one_of("auto", "default", "flex", "priority", "scale"), "`flex` is batch; others change nothing."
    ),
    "copilot": _read(_copilot, "`snippets` (path, text; nearest first), `language`, `path`, `task`."),
    "cache_salt": _ignored("The gateway writes its own over it, for each team and classification."),
    "request_id": _refused("the gateway gives its own, in X-Request-Id"),
    "user": _ignored("The key says who asks."),
    "metadata": _ignored("Nothing is stored."),
    "store": _ignored("Nothing is stored."),
    "safety_identifier": _ignored("The key says who asks."),
    "prompt_cache_key": _ignored("The cache is separated by team."),
    "prompt_cache_retention": _ignored("The cache is separated by team."),
    "best_of": _refused("ask for n answers instead", 1),
    "use_beam_search": _refused("it is not offered", False),
    "length_penalty": _refused("it belongs to beam search", 1, 1.0),
    "early_stopping": _refused("it belongs to beam search", False),
    "ignore_eos": _refused("it generates beyond the end of an answer", False),
    "stop_token_ids": _refused(_MODEL_ONLY, []),
    "allowed_token_ids": _refused(_MODEL_ONLY),
    "bad_words": _refused("it is not offered", []),
    "skip_special_tokens": _refused("control words are never part of an answer", True),
    "spaces_between_special_tokens": _refused("control words are never part of an answer", True),
    "add_special_tokens": _refused("the model's family decides it"),
    "truncate_prompt_tokens": _refused("it cuts blindly; the gateway clips snippets and far text first"),
    "truncation_side": _refused("it cuts blindly; the gateway clips snippets and far text first"),
    "prompt_logprobs": _refused("it is not offered", 0),
    "return_token_ids": _refused("it is not offered", False),
    "return_tokens_as_token_ids": _refused("it is not offered", False),
    "detokenize": _refused("answers are text", True),
    "logits_processors": _refused("it names code on the server"),
    "logits_processor_pattern": _refused("it names code on the server"),
    "kv_transfer_params": _refused("it belongs to the engine"),
    "vllm_xargs": _refused("it belongs to the engine"),
    "mm_processor_kwargs": _refused("it belongs to the engine"),
    **{
        f"guided_{kind}": _refused(_REMOVED)
        for kind in (
            "json",
            "json_object",
            "regex",
            "choice",
            "grammar",
            "structural_tag",
            "decoding_backend",
            "whitespace_pattern",
        )
    },
}

COMPLETIONS: Final[dict[str, Rule]] = {
    **COMMON,
    "prompt": _read(_prompt, f"A string, or up to {MOST_PROMPTS} strings; control words in it are text, no commands."),
    "suffix": _read(word, "Text after the hole: the gateway renders fill-in-the-middle for the model's family."),
    "logprobs": _passed(whole(0, 5)),
    "echo": _refused("the prompt that was rendered is not given back", False),
    "prompt_embeds": _refused(_NO_TEXT),
}

CHAT: Final[dict[str, Rule]] = {
    **COMMON,
    "messages": _read(_list(MOST_MESSAGES), "Text only: image, audio and file parts are refused."),
    "max_completion_tokens": _read(whole(1, 1_000_000), "The same as `max_tokens`."),
    "logprobs": _passed(flag),
    "top_logprobs": _passed(whole(0, 20), "Needs `logprobs`."),
    "tools": _passed(_list(MOST_TOOLS), "Functions; names, descriptions and parameters are reviewed."),
    "tool_choice": _passed(_tool_choice),
    "parallel_tool_calls": _passed(flag),
    "reasoning_effort": _passed(one_of("none", "minimal", "low", "medium", "high", "xhigh")),
    "chat_template_kwargs": _passed(_switches, "True/false switches such as `enable_thinking`."),
    "verbosity": _ignored("The prompt says how long an answer should be."),
    "modalities": Rule("refused", None, "answers are text", harmless=(["text"],)),
    "prediction": _ignored("The engine speculates by itself."),
    "audio": _refused(_NO_TEXT),
    "web_search_options": _refused("nothing leaves the bank"),
    "functions": _refused("it was replaced by tools"),
    "function_call": _refused("it was replaced by tool_choice"),
    "chat_template": _refused("a template is a program on the server"),
    "documents": _refused("put them into a message"),
    "echo": _refused("the prompt that was rendered is not given back", False),
    "add_generation_prompt": _refused("the answer is always the assistant's", True),
    "continue_final_message": _refused("the answer is always a turn of its own", False),
    "include_reasoning": _passed(flag),
}


def table() -> str:
    """The documentation of all fields, as Markdown."""
    lines = ["| Field | Where | What happens |", "| --- | --- | --- |"]
    for name in sorted({*COMPLETIONS, *CHAT}):
        where = " and ".join(w for w, t in (("completions", COMPLETIONS), ("chat", CHAT)) if name in t)
        same = COMPLETIONS.get(name) == CHAT.get(name)
        rule = CHAT.get(name) or COMPLETIONS[name]
        said = f"{rule.does}. {rule.note}" if rule.note else f"{rule.does}."
        if rule.does == "refused":
            said = f"refused: {rule.note}."
        lines.append(f"| `{name}` | {'both' if same else where} | {said} |")
    return "\n".join(lines) + "\n"


def page() -> str:
    """`fields.md`."""
    return (
        "# Fields of `/v1/completions` and `/v1/chat/completions`\n\n"
        "Generated from `serving/fields.py`. A field that is not listed is refused with 400 naming it, and so is a wrong\n"
        "type or a value out of range. `null` is the same as leaving a field out.\n\n" + table()
    )
