"""Review: what a model is asked about rows of a change, and its answer as plain values.

Two questions: what is wrong (`find`), and which of several claims hold (`judge`). What comes of them is only read here: that a
claim is true to the code is proven by the gates (`copilot.review.claimed`), which know the change; nothing in an answer does
anything. Absent on purpose: an embedded review (the rules are that).
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from copilot import files, messages
from copilot.config import Settings
from copilot.messages import say
from copilot.reviewfacts import ReviewOptions
from copilot.tasks import answers, generate_prompt
from copilot.types import Candidate, Check, Context, Declined, Message, Project, Prompt, Request, Severity
from prompts.templates import Library, fenced

KINDS: Final = (
    "correctness", "security", "privacy", "money", "transaction", "concurrency", "errors", "resources", "contract",
)  # fmt: skip
"""What a model may report; a rule of a model's findings is `model.<kind>`."""

_SEVERITIES: Final = tuple(each.value for each in Severity)[:3]
_SAYS: Final = ("undefined", "unused", "missing")
_MOST: Final = 12
_NAMES: Final = 5
_MESSAGE: Final = 1_000
_QUOTE: Final = 500
_FIX: Final = 4_000
_ANSWER: Final = 2_048
_WARM: Final = 0.7
_TONGUES: Final = {"en": "English", "zh": "Simplified Chinese (简体中文)"}


def _row(required: Mapping[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": dict(required), "required": list(required), "additionalProperties": False}


_TEXT: Final = {"type": "string"}
_FOUND: Final = _row({
    "side": {"enum": ["new", "old"]},
    "line": {"type": "integer"},
    "quote": _TEXT,
    "kind": {"enum": list(KINDS)},
    "severity": {"enum": list(_SEVERITIES)},
    "message": _TEXT,
    "names": {"type": "array", "maxItems": _NAMES, "items": _row({"name": _TEXT, "says": {"enum": list(_SAYS)}})},
    "fix": {"anyOf": [{"type": "null"}, _row({"old": _TEXT, "new": _TEXT})]},
})  # fmt: skip
_VERDICT: Final = _row({"claim": {"type": "integer"}, "why": _TEXT, "holds": {"type": "boolean"}})
SCHEMAS: Final[Mapping[str, Mapping[str, object]]] = {
    "find": _row({"findings": {"type": "array", "maxItems": _MOST, "items": _FOUND}}),
    "judge": _row({"verdicts": {"type": "array", "items": _VERDICT}}),
}


def build(request: Request, context: Context, settings: Settings, library: Library) -> Prompt | Declined:  # noqa: ARG001 - the protocol's
    """The prompt: what is around, the rows, and of a judge the claims, each in a fence longer than any inside."""
    options = _options(request)
    if not options.rows.strip():
        return Declined(say("there are no lines to review"))
    language = request.document.language or ""
    values = {
        "language": language,
        "path": generate_prompt.shown_path(request.document.path),
        "rows": fenced(options.rows),
        "around": "\n" + fenced(options.around) if options.around.strip() else "",
        "claims": fenced(options.claims),
        "kinds": ", ".join(KINDS),
        "tongue": _TONGUES[messages.locale() if settings.ui.locale == "auto" else settings.ui.locale],
    }
    template = library.choose("review" if options.stage == "find" else "judge", request.document.language)
    return Prompt(
        template=template.reference,
        max_tokens=_ANSWER,
        messages=tuple(Message(role, text) for role, text in library.render(template, values)),
        temperature=_WARM if options.warm else 0.0,
        schema=SCHEMAS[options.stage],
    )


def _options(request: Request) -> ReviewOptions:
    assert isinstance(request.options, ReviewOptions)
    return request.options


def read(text: str, request: Request) -> Candidate | None:
    """The answer as JSON rows in `prose`: of `find` with the keys of its schema, of `judge` `{number: holds}`.

    Rows that are not as the schema says are left out, and counted; None where the answer is no such object.
    """
    told = answers.json_object(text)
    find = _options(request).stage == "find"
    rows = told.get("findings" if find else "verdicts") if told is not None else None
    if not isinstance(rows, list):
        return None
    if find:
        found = [row for each in rows[:_MOST] if (row := _finding(each)) is not None]
        left = {"unreadable": len(rows[:_MOST]) - len(found), "beyond": len(rows[_MOST:])}
        return Candidate(
            (), "", 0.5, prose=_plain(found), left_out=tuple((why, count) for why, count in left.items() if count)
        )
    verdicts: dict[str, bool] = {}
    for row in rows:
        if isinstance(row, dict) and type(row.get("claim")) is int and type(row.get("holds")) is bool:
            number = str(row["claim"])
            verdicts[number] = row["holds"] and verdicts.get(number, True)  # who says both says no
    return Candidate((), "", 0.5, prose=_plain(verdicts))


def _plain(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _finding(row: Any) -> dict[str, Any] | None:
    if not isinstance(row, dict):
        return None
    quote, message, line = row.get("quote"), row.get("message"), row.get("line")
    if not isinstance(quote, str) or not isinstance(message, str) or type(line) is not int or not message.strip():
        return None
    if row.get("side") not in ("new", "old") or row.get("kind") not in KINDS or row.get("severity") not in _SEVERITIES:
        return None
    names = row.get("names")
    fix = row.get("fix")
    return {
        "side": row["side"],
        "line": line,
        "quote": _whole(quote)[:_QUOTE],
        "kind": row["kind"],
        "severity": row["severity"],
        "message": " ".join(_whole(message).split())[:_MESSAGE],
        "names": [each for one in names[:_NAMES] if (each := _named(one))] if isinstance(names, list) else [],
        "fix": _fix(fix),
    }


def _whole(text: str) -> str:
    """A text that can be written: half a character, which an escape in JSON can name, becomes U+FFFD."""
    return files.encode(text).decode()


def _named(row: Any) -> list[str]:
    if isinstance(row, dict) and isinstance(row.get("name"), str) and row.get("says") in _SAYS:
        return [row["name"], row["says"]]
    return []


def _fix(row: Any) -> list[str]:
    """`[old, new]`, empty where there is none."""
    if not isinstance(row, dict) or not isinstance(row.get("old"), str) or not isinstance(row.get("new"), str):
        return []
    return [_whole(row["old"]), _whole(row["new"])] if max(len(row["old"]), len(row["new"])) <= _FIX else []


def rounds(settings: Settings) -> int:  # noqa: ARG001 - the protocol's
    """One: further answers are questions of their own, since they vote."""
    return 1


def satisfied(request: Request, candidate: Candidate, settings: Settings) -> bool:  # noqa: ARG001 - the protocol's
    """An answer is an answer."""
    return True


async def checks(candidate: Candidate, request: Request, project: Project, settings: Settings) -> AsyncIterator[Check]:  # noqa: ARG001 - the protocol's
    """`told`: it could be read. What it claims is for the gates of the review."""
    yield Check("told", passed=bool(candidate.prose))
