"""Requests as the data of a code action, and back: ids and places only, so that the server keeps no state for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from copilot.errors import UsageError
from copilot.messages import say
from copilot.types import (
    DEFAULT_OPTIONS,
    Declined,
    Document,
    Finding,
    FixOptions,
    Offer,
    Request,
    Severity,
    Span,
    Suggestion,
    Task,
    TestsOptions,
)
from copilot.verify import evidence


def data(offer: Offer, uri: str, document: Document, facts: Iterable[Finding] = ()) -> dict[str, Any]:
    """What a listed action carries until it is resolved; `facts`: the complaints that it answers."""
    told = [
        [fact.rule, fact.severity.value, fact.span.start, fact.span.end, fact.message, fact.source] for fact in facts
    ]
    return {
        **({"facts": told} if told else {}),
        "task": offer.task.value,
        "uri": uri,
        "version": document.version,
        "start": offer.span.start,
        "end": offer.span.end,
        "options": {
            key: str(value) if isinstance(value, Path) else value for key, value in asdict(offer.options).items()
        },
        "instruction": offer.instruction,
    }


def request(told: Any, document: Document, typed: Callable[[Any, Any], Any]) -> Request:
    """The request of a listed action for the document as it is now.

    `typed` reads plain values as a dataclass (`Protocol.typed`). Raises UsageError when the text has moved on,
    JsonRpcException for options that are none.
    """
    try:
        task = Task(told["task"])
        span = Span(int(told["start"]), int(told["end"]))
        kind = type(DEFAULT_OPTIONS[task])
        options = typed(told["options"], kind)
        same = told["version"] == document.version and 0 <= span.start <= span.end <= len(document)
        instruction = str(told["instruction"])
        facts = tuple(_fact(row, document) for row in told.get("facts", ()))
    except (KeyError, TypeError, ValueError):
        raise UsageError(say("This action was not made by this server.")) from None
    if not same:
        raise UsageError(say("The text has changed meanwhile; nothing was applied."))
    if isinstance(options, TestsOptions) and (options.out or options.path or options.module):  # a setting's to say
        raise UsageError(say("This action was not made by this server."))
    if isinstance(options, FixOptions) and (
        options.test or options.by_tests
    ):  # no command is run because an action says so
        raise UsageError(say("This action was not made by this server."))
    return Request(task, document, span, options, instruction=instruction, facts=facts)


def _fact(row: Any, document: Document) -> Finding:
    """Raises ValueError or TypeError for one that does not fit the document."""
    rule, severity, start, end, message, source = row
    if not 0 <= start <= end <= len(document):
        raise ValueError(start)
    return Finding(str(rule), Severity(severity), document.path, Span(start, end), str(message), source=str(source))


def answer(found: Suggestion | Declined) -> dict[str, Any]:
    """A command's result: what was done with its evidence, or why not."""
    if isinstance(found, Declined):
        tried = [{"title": a.candidate.title, "checks": evidence.plain(a.checks)} for a in found.attempts]
        return {"declined": found.reason, "detail": found.detail, "attempts": tried}
    return {
        "title": found.title,
        "origin": found.origin,
        "checks": evidence.plain(found.checks),
        "leftOut": dict(found.left_out),
        "files": [str(path) for path in dict.fromkeys(edit.path for edit in found.edits)],
        "traceId": found.trace_id,
    }
