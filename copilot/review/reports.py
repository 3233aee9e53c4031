"""A review as text or JSON.

Coverage always stands beside the remarks: that nothing was found is never said without what was looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from copilot.messages import say, visible
from copilot.review.remark import Covered, Remark, Review, totals

FORMATS: Final = ("text", "json")


def written(review: Review, form: str) -> str:
    """A review in one of FORMATS, with a line end."""
    if form == "json":
        return json.dumps(rows(review), ensure_ascii=False) + "\n"
    return "".join(f"{line}\n" for line in _text(review))


def rows(review: Review) -> dict[str, Any]:
    """A review as plain values: `findings`, and `coverage` with its sums and every file that was not looked at whole."""
    return {
        "findings": [finding(one) for one in review.remarks],
        "coverage": {
            **totals(review.coverage),
            "partly_files": [_covered(one) for one in review.coverage if one.status == "partly"],
            "skipped_files": [_covered(one) for one in review.coverage if one.status == "skipped"],
        },
    }


def finding(one: Remark) -> dict[str, Any]:
    """A remark as plain values."""
    return {
        "file": one.path,
        "line": one.line,
        "end_line": one.end_line,
        "side": one.side,
        "rule": one.rule,
        "detail": one.detail,
        "severity": str(one.severity),
        "confidence": one.confidence,
        "message": one.message,
        "symbol": one.symbol,
        "evidence": one.evidence,
        "origin": one.origin,
        "row": one.row,
        "fingerprint": one.fingerprint,
        "folded": one.folded,
        "fix": [{"start": edit.span.start, "end": edit.span.end, "new": edit.new} for edit in one.fix],
    }


def _covered(one: Covered) -> dict[str, Any]:
    return {"file": one.path, "why": one.why, "hunks": one.hunks, "hunks_seen": one.seen, "lines": one.lines}


def _text(review: Review) -> Iterator[str]:
    for one in review.remarks:
        if not one.folded:
            side = say(" (deleted)") if one.side == "old" else ""
            yield f"{visible(one.path)}:{one.line}{side}: {one.severity} {one.rule}: {visible(one.message)}"
    folded = sum(one.folded for one in review.remarks)
    if folded:
        yield say("{count} more remarks are folded; --format json has them all", count=folded)
    yield from coverage_lines(review)


def coverage_lines(review: Review) -> Iterator[str]:
    """The coverage in words: the sums, and each file that was not looked at whole."""
    sums = totals(review.coverage)
    yield say(
        "looked at {reviewed} of {files} files whole, {partly} partly, {skipped} not ({lines} changed lines, {seen} of {hunks} hunks)",
        reviewed=sums["reviewed"],
        files=sums["files"],
        partly=sums["partly"],
        skipped=sums["skipped"],
        lines=sums["lines"],
        seen=sums["hunks_seen"],
        hunks=sums["hunks"],
    )
    for one in review.coverage:
        if one.status != "reviewed":
            yield f"  {visible(one.path)}: {one.status}: {one.why}"
