"""Evidence in words: what a check proves, why a proposal was declined. Every face says it the same way.

Absent on purpose: judgement (the checks have it); the stable names of checks, which are for programs.
"""

from __future__ import annotations

from collections.abc import Iterable

from copilot.messages import say
from copilot.types import Check, Declined


def claim(name: str) -> str:
    """What a check of this name holds when it passes."""
    return {
        "applies": say("the edit applies"),
        "asserts": say("the tests assert values"),
        "code unchanged": say("the code is unchanged"),
        "compiler": say("the compiler parses it"),
        "confidence": say("it is sure enough"),
        "covers": say("the tests run the code"),
        "entities": say("it names only what the code has"),
        "examples": say("the examples hold"),
        "existing tests": say("the tests that call it pass"),
        "exists": say("what it names is there"),
        "fault gone": say("the fault is gone"),
        "idempotent": say("a second run changes nothing"),
        "imports": say("what it imports is there"),
        "kept": say("what was there is kept"),
        "language": say("it is in the right language"),
        "length": say("no line is too long"),
        "line": say("it stays at the caret"),
        "lint": say("the linter finds nothing new"),
        "members": say("members are added, none twice"),
        "names": say("every name is bound"),
        "outside unchanged": say("nothing else is changed"),
        "runs": say("the tests pass"),
        "scope": say("nothing else changes"),
        "signature": say("it matches the signature"),
        "stable": say("the tests pass every time"),
        "syntax": say("no new syntax fault"),
        "told": say("it explains something"),
        "worth": say("each test adds something"),
    }.get(name, name)


def plain(checks: Iterable[Check]) -> list[dict[str, object]]:
    """Checks as plain values for JSON: name, passed, detail."""
    return [{"name": check.name, "passed": check.passed, "detail": check.detail} for check in checks]


def proof(checks: Iterable[Check]) -> str:
    """Passed checks in one line."""
    return say("; ").join(check.detail or claim(check.name) for check in checks)


def refused(check: Check) -> Declined:
    """The decline that a failed check makes."""
    if check.name == "confidence":
        return Declined(say("the engine is not sure enough here"), check.detail)
    return Declined(say("not proven: {claim}", claim=claim(check.name)), check.detail)


def why(declined: Declined) -> str:
    """A decline in one line."""
    if not declined.detail:
        return declined.reason
    return say("{reason}: {detail}", reason=declined.reason, detail=declined.detail)
