"""A review as a GitLab Code Quality report: one JSON list. It has no place for coverage; the other forms do."""

from __future__ import annotations

import json
from typing import Any, Final

from copilot.review.remark import Remark, Review, told
from copilot.types import Severity

_SEVERITIES: Final = {
    Severity.ERROR: "critical",
    Severity.WARNING: "major",
    Severity.INFORMATION: "minor",
    Severity.HINT: "info",
}


def written(review: Review, packs: tuple[str, ...]) -> str:  # noqa: ARG001 -- the shape of all forms
    """The report in one line."""
    return json.dumps([_issue(one) for one in review.remarks], ensure_ascii=False) + "\n"


def _issue(one: Remark) -> dict[str, Any]:
    first, last = one.place
    return {
        "description": told(one),
        "check_name": one.rule,
        "fingerprint": one.fingerprint,
        "severity": _SEVERITIES[one.severity],
        "location": {"path": one.path, "lines": {"begin": first, "end": max(first, last)}},
    }
