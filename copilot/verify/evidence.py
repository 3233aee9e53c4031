"""Evidence in words: what a check proves, why a proposal was declined. Every face says it the same way.

Absent on purpose: judgement (the checks have it); the stable names of checks, which are for programs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from copilot.messages import say
from copilot.types import Check, Declined, Suggestion


def claim(name: str) -> str:
    """What a check of this name holds when it passes."""
    return {
        "applies": say("the edit applies"),
        "asserts": say("the tests assert values"),
        "claimed": say("another tool said it"),
        "code unchanged": say("the code is unchanged"),
        "compiler": say("the compiler parses it"),
        "compiles": say("the compiler finds nothing new"),
        "confidence": say("it is sure enough"),
        "covers": say("the tests run the code"),
        "encoding": say("the file's encoding can hold the text"),
        "entities": say("it names only what the code has"),
        "examples": say("the examples hold"),
        "existing tests": say("the tests that call it pass"),
        "exists": say("what it names is there"),
        "fault gone": say("the fault is gone"),
        "idempotent": say("a second run changes nothing"),
        "imports": say("what it imports is there"),
        "kept": say("what was there is kept"),
        "clean": say("it promises nothing and repeats no secret"),
        "telling": say("each sentence says more than a name"),
        "language": say("it is in the right language"),
        "length": say("no line is too long"),
        "licence": say("it is nobody else's code"),
        "line": say("it stays at the caret"),
        "lint": say("the linter finds nothing new"),
        "members": say("members are added, none twice"),
        "names": say("every name is bound"),
        "outside unchanged": say("nothing else is changed"),
        "packages": say("its packages are known"),
        "plausible": say("the tests speak for the change"),
        "proven": say("the tests prove the change"),
        "runs": say("the tests pass"),
        "scope": say("nothing else changes"),
        "secure": say("it adds nothing insecure"),
        "signature": say("it matches the signature"),
        "stable": say("the tests pass every time"),
        "suggestion": say("the tests allow the change"),
        "syntax": say("no new syntax fault"),
        "tests pass": say("the tests pass"),
        "true": say("the documentation says what the code says"),
        "told": say("it explains something"),
        "types": say("the type checker finds nothing new"),
        "words": say("it holds no word of the bank's lists"),
        "worth": say("each test adds something"),
    }.get(name, name)


def plain(checks: Iterable[Check]) -> list[dict[str, object]]:
    """Checks as plain values for JSON: name, passed, detail."""
    return [{"name": check.name, "passed": check.passed, "detail": check.detail} for check in checks]


def proof(checks: Iterable[Check]) -> str:
    """Passed checks in one line."""
    return say("; ").join(check.detail or claim(check.name) for check in checks)


def told(answer: Suggestion) -> str:
    """The evidence of a suggestion in one line: its proof, and what was left out."""
    return say("; ").join(filter(None, [proof(answer.checks), left_out(answer.left_out)]))


def notes(answer: Suggestion) -> list[str]:
    """What a developer should look at beside the tests that are offered: a test that was left out, a doubtful result."""
    return [finding.message for finding in answer.findings if finding.rule.startswith("tests.")]


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


_MOST_REASONS: Final = 8


def left_out(counts: Iterable[tuple[str, int]]) -> str:
    """What is not offered beside what is, in one line; empty where nothing was left out."""
    told = counted(counts)
    return say("left out: {counts}", counts=told) if told else ""


def counted(counts: Iterable[tuple[str, int]]) -> str:
    """Reasons with their counts, most frequent first: of the recorder why calls are no test, of the checks why tests are not."""
    groups: dict[str, int] = {}
    for reason, count in counts:
        if count:
            told = _reason(reason)
            groups[told] = groups.get(told, 0) + count
    rows = sorted(groups.items(), key=lambda row: (-row[1], row[0]))[:_MOST_REASONS]
    return "; ".join(f"{told}: {count}" for told, count in rows)


def _reason(reason: str) -> str:
    if reason.endswith("on purpose"):
        return say("calls that failed in a way no code raises on purpose ({name})", name=reason.partition(" ")[0])
    if reason.startswith("asks "):
        return say("calls that ask the clock or a random source")
    told = {
        "contradicts a doctest": say("results not recorded because a doctest contradicts them"),
        "does not equal itself (NaN)": say("results not recorded because they are NaN"),
        "is infinite": say("results not recorded because they are infinite"),
        "differs when repeated": say("results not recorded because they differ when repeated"),
        "takes too long": say("calls that take too long"),
        "its result has no text": say("results that cannot be written as code"),
        "shows nothing": say("results that cannot be written as code"),
        "cannot be written": say("results that cannot be written as code"),
        "cannot be compared": say("results that cannot be written as code"),
        "its exception cannot be imported": say("results that cannot be written as code"),
        "its world cannot be made": say("calls whose surroundings cannot be made"),
        "its process died": say("calls that end the process"),
        "cannot be written with unittest": say("calls that cannot be written with unittest"),
        "needs one name for two things": say("calls that need one name for two things"),
        "asserts": say("tests that hold the code to nothing"),
        "runs": say("tests that fail"),
        "stable": say("tests that fail when all else differs"),
        "words": say("it holds no word of the bank's lists"),
        "worth": say("tests that add nothing"),
    }
    return told.get(reason) or say("calls that reach outside the module ({what})", what=reason)
