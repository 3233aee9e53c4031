"""A review in reviewdog's diagnostic format (rdjson), which reviewdog posts to any forge.

Columns of that format count bytes of UTF-8; we name lines alone, but where a suggestion takes or brings whole lines.
"""

from __future__ import annotations

import json
from typing import Any, Final

from copilot.review.remark import Remark, Review, Rewritten, told, totals
from copilot.types import Severity

_SEVERITIES: Final = {
    Severity.ERROR: "ERROR",
    Severity.WARNING: "WARNING",
    Severity.INFORMATION: "INFO",
    Severity.HINT: "INFO",
}
SOURCE: Final = {"name": "bank-copilot"}


def written(review: Review, packs: tuple[str, ...]) -> str:  # noqa: ARG001 -- the shape of all forms
    """The result in one line. Coverage is a field of ours, which the format allows."""
    result = {
        "source": SOURCE,
        "diagnostics": [_diagnostic(one) for one in review.remarks],
        "coverage": totals(review.coverage),
    }
    return json.dumps(result, ensure_ascii=False) + "\n"


def _diagnostic(one: Remark) -> dict[str, Any]:
    first, last = one.place
    found: dict[str, Any] = {
        "message": told(one),
        "location": {"path": one.path, "range": {"start": {"line": first}, "end": {"line": max(first, last)}}},
        "severity": _SEVERITIES[one.severity],
        "source": SOURCE,
        "code": {"value": one.rule},
    }
    if one.patch:
        found["suggestions"] = [_suggestion(part) for part in one.patch]
    return found


def _suggestion(part: Rewritten) -> dict[str, Any]:
    """Lines for lines: then the range has lines alone, and the text no last line end. Else from line start to line start."""
    text = "".join(part.new)
    if part.old and part.new:
        bare = text.removesuffix("\n").removesuffix("\r")
        return {"range": {"start": {"line": part.first}, "end": {"line": part.last}}, "text": bare}
    start = {"line": part.first, "column": 1}
    end = {"line": part.last + 1, "column": 1}
    if part.old and not part.old[-1].endswith(("\n", "\r")):
        end = {"line": part.last, "column": len(part.old[-1].encode()) + 1}
    return {"range": {"start": start, "end": end}, "text": text}
