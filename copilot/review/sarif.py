"""A review as SARIF 2.1.0 (OASIS, errata 01), for code scanning and dashboards.

A log is about the files as they are now, so a finding on a deleted line stands at the line before which that one stood (of a
deleted file: at its first), says so in its text, and has the old line in `properties`. Coverage is in `properties.coverage`
of the run, and each file that was not looked at whole is a notification of the invocation. Absent on purpose: `suppressions`
(what was dismissed is known to the bot alone).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from copilot import __version__
from copilot.messages import locale, say
from copilot.review import pages
from copilot.review.remark import Covered, Remark, Review, Rewritten, told, totals
from copilot.types import Severity

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT: Final = "SRCROOT"
_LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
    Severity.HINT: "note",
}
_RANKS: Final = {"high": 90.0, "medium": 60.0, "low": 30.0}


def written(review: Review, packs: tuple[str, ...]) -> str:
    """The log, in one line."""
    return json.dumps(log(review, packs), ensure_ascii=False) + "\n"


def log(review: Review, packs: tuple[str, ...]) -> dict[str, Any]:
    """The log as plain values."""
    rules = list(_rules(review, packs))
    at = {rule["id"]: n for n, rule in enumerate(rules)}
    run = {
        "tool": {
            "driver": {"name": "bank-copilot", "version": __version__, "semanticVersion": __version__, "rules": rules}
        },
        "language": "zh-CN" if locale() == "zh" else "en-US",
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "automationDetails": {"id": "bank-copilot/review/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "exitCode": 1 if review.remarks else 0,
                "toolExecutionNotifications": [_notified(one) for one in review.coverage if one.status != "reviewed"],
            }
        ],
        "results": [_result(one, at[one.rule]) for one in review.remarks],
        "properties": {"coverage": totals(review.coverage), "elsewhere": review.elsewhere, "unplaced": review.unplaced},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules(review: Review, packs: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """The rules of the packs with their pages, then those that remarks name beside."""
    known = pages.known(packs)
    for policy in known.values():
        why = policy.why_zh if locale() == "zh" else policy.why_en
        yield {
            "id": policy.id,
            "shortDescription": {"text": policy.title},
            "fullDescription": {"text": why},
            "help": {"text": pages.shown(policy, packs), "markdown": pages.markdown(policy, packs)},
            "defaultConfiguration": {"level": _LEVELS[policy.severity]},
        }
    others = {one.rule: one for one in reversed(review.remarks) if one.rule not in known}
    for name in sorted(others):
        one = others[name]
        text = name if one.rule == one.message else f"{name}: {one.message}"
        yield {
            "id": name,
            "shortDescription": {"text": text if one.origin == "rules" else name},
            "help": {"text": text},
            "defaultConfiguration": {"level": _LEVELS[one.severity]},
        }


def _result(one: Remark, rule: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": rule,
        "level": _LEVELS[one.severity],
        "rank": _RANKS[one.confidence],
        "message": {"text": told(one)},
        "locations": [_location(one)],
        "partialFingerprints": {"bankCopilot/v1": one.fingerprint},
        "properties": {
            "side": one.side,
            "line": one.line,
            "confidence": one.confidence,
            "origin": one.origin,
            "detail": one.detail,
            "folded": one.folded,
            "also": list(one.also),
        },
    }
    if one.patch:
        changed = {"artifactLocation": _artifact(one.path), "replacements": [_replaced(part) for part in one.patch]}
        found["fixes"] = [{"description": {"text": say("fix that passes our checks")}} | {"artifactChanges": [changed]}]
    return found


def _location(one: Remark) -> dict[str, Any]:
    first, last = one.place
    region: dict[str, Any] = {"startLine": first, "endLine": max(first, last)}
    if one.side == "new" and all(one.columns):
        region |= {"startColumn": one.columns[0], "endColumn": one.columns[1]}
    place: dict[str, Any] = {"artifactLocation": _artifact(one.path), "region": region}
    if one.side == "new" and one.evidence and "startColumn" in region and region["endLine"] == first:
        place["contextRegion"] = {"startLine": first, "endLine": first, "snippet": {"text": one.evidence}}
    found: dict[str, Any] = {"physicalLocation": place}
    if one.symbol:
        found["logicalLocations"] = [{"fullyQualifiedName": one.symbol, "name": one.symbol.rpartition(".")[2]}]
    return found


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path.encode("utf-8", "surrogateescape")), "uriBaseId": _ROOT}


def _replaced(part: Rewritten) -> dict[str, Any]:
    """Whole lines: from the start of the first to the start of the one behind the last, or to the end of a last line without end."""
    region = {"startLine": part.first, "startColumn": 1, "endLine": part.last + 1, "endColumn": 1}
    if part.old and not part.old[-1].endswith(("\n", "\r")):
        region |= {"endLine": part.last, "endColumn": len(part.old[-1]) + 1}
    return {"deletedRegion": region, "insertedContent": {"text": "".join(part.new)}}


def _notified(one: Covered) -> dict[str, Any]:
    return {
        "level": "warning" if one.status == "skipped" else "note",
        "descriptor": {"id": one.status},
        "message": {"text": f"{one.status}: {one.why}"},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(one.path)}}],
    }
