"""A review in words or as data: text and JSON here, each other form in a module of its own.

Coverage always stands beside the remarks: that nothing was found is never said without what was looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from itertools import groupby
from typing import Any, Final

from copilot.messages import say, visible
from copilot.review import checkstyle, codequality, rdjson, sarif
from copilot.review.pages import known
from copilot.review.remark import Asking, Covered, Remark, Review, Rewritten, readable, totals
from copilot.rules import BANK

FORMATS: Final = ("text", "json", "sarif", "rdjson", "checkstyle", "codequality")

_OTHERS: Final[dict[str, Callable[[Review, tuple[str, ...]], str]]] = {
    "sarif": sarif.written,
    "rdjson": rdjson.written,
    "checkstyle": checkstyle.written,
    "codequality": codequality.written,
}


def written(review: Review, form: str, packs: tuple[str, ...] = (BANK,)) -> str:
    """A review in one of FORMATS, with a line end. `packs`: the rules that were asked for, for their titles and pages."""
    if form != "sarif":  # that one writes names as the bytes that they are
        review = _readable(review)
    if form in _OTHERS:
        return _OTHERS[form](review, packs)
    if form == "json":
        return json.dumps(rows(review), ensure_ascii=False) + "\n"
    return "".join(f"{line}\n" for line in _text(review, packs))


def _readable(review: Review) -> Review:
    remarks = tuple(replace(one, path=readable(one.path)) for one in review.remarks)
    return replace(
        review, remarks=remarks, coverage=tuple(replace(one, path=readable(one.path)) for one in review.coverage)
    )


def rows(review: Review) -> dict[str, Any]:
    """A review as plain values: `findings`, and `coverage` with its sums and every file that was not looked at whole."""
    return {
        "findings": [finding(one) for one in review.remarks],
        "elsewhere": review.elsewhere,
        "unplaced": review.unplaced,
        "coverage": {
            **totals(review.coverage),
            "partly_files": [_covered(one) for one in review.coverage if one.status == "partly"],
            "skipped_files": [_covered(one) for one in review.coverage if one.status == "skipped"],
            "model_partly": [
                {"file": one.path, "hunks": one.hunks, "hunks_model": one.model} for one in _unseen(review)
            ],
        },
        "model": _asking(review.model) if review.model is not None else None,
    }


def finding(one: Remark) -> dict[str, Any]:
    """A remark as plain values. `columns` count code points from 1; `fix` has bytes of the UTF-8 text, `patch` whole lines."""
    return {
        "file": one.path,
        "line": one.line,
        "end_line": one.end_line,
        "columns": list(one.columns),
        "side": one.side,
        "beside": one.beside,
        "rule": one.rule,
        "detail": one.detail,
        "severity": str(one.severity),
        "confidence": one.confidence,
        "message": one.message,
        "symbol": one.symbol,
        "evidence": one.evidence,
        "origin": one.origin,
        "also": list(one.also),
        "row": one.row,
        "fingerprint": one.fingerprint,
        "folded": one.folded,
        "fix": [{"start": edit.span.start, "end": edit.span.end, "new": edit.new} for edit in one.fix],
        "patch": [
            {"first": part.first, "last": part.last, "old": list(part.old), "new": list(part.new)} for part in one.patch
        ],
    }


def _asking(asking: Asking) -> dict[str, Any]:
    return {**asdict(asking), "dropped": dict(asking.dropped), "why": list(asking.why)}


def _unseen(review: Review) -> list[Covered]:
    """Files of which a model that was asked did not see every hunk."""
    return [one for one in review.coverage if one.model is not None and one.model < one.hunks]


def _covered(one: Covered) -> dict[str, Any]:
    return {"file": one.path, "why": one.why, "hunks": one.hunks, "hunks_seen": one.seen, "lines": one.lines}


def _text(review: Review, packs: tuple[str, ...]) -> Iterator[str]:
    titles = {name: policy.title for name, policy in known(packs).items()}
    shown = [one for one in review.remarks if not one.folded]
    for path, group in groupby(sorted(shown, key=lambda one: one.path), key=lambda one: one.path):
        for one in sorted(group, key=lambda one: (one.place, one.rule)):
            side = say(" (deleted)") if one.side == "old" else ""
            title = titles.get(one.rule, "")
            yield f"{_name(path)}:{one.line}{side}: {one.severity} {_name(one.rule)}" + f" {title}" * bool(title)
            yield from (f"    {line}" for line in visible(one.message).split("\n"))
            if one.evidence:
                yield f"    | {visible(one.evidence.split(chr(10))[0])}"
            if one.also:
                yield "    " + say("also: {tools}", tools=_name(", ".join(one.also)))
            yield from _patched(one.patch)
        yield ""
    if len(shown) < len(review.remarks):
        yield say("{count} more remarks are folded; --format json has them all", count=len(review.remarks) - len(shown))
    if review.elsewhere:
        yield say("{count} findings of other tools stand on no changed line", count=review.elsewhere)
    if review.unplaced:
        yield say("{count} findings of other tools name no line of a file that is here", count=review.unplaced)
    if shown:
        yield say("remarks: {count}", count=len(review.remarks))
    else:
        yield say("no remarks")
    yield from coverage_lines(review)


def _patched(patch: tuple[Rewritten, ...]) -> Iterator[str]:
    if patch:
        yield "    " + say("fix that passes our checks") + ":"
    for part in patch:
        yield f"    @@ {part.first} @@"
        yield from (f"    -{visible(line.rstrip())}" for line in part.old)
        yield from (f"    +{visible(line.rstrip())}" for line in part.new)


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
            yield f"  {_name(one.path)}: {one.status}: {one.why}"
    if review.model is not None:
        yield say("the model saw {seen} of {hunks} hunks", seen=sums["hunks_model"], hunks=sums["hunks"])
        for one in _unseen(review):
            yield f"  {_name(one.path)}: " + say(
                "the model saw {seen} of {hunks} hunks", seen=one.model, hunks=one.hunks
            )


def _name(text: str) -> str:
    """A name on one line, whatever it holds."""
    return visible(text).replace("\t", "\\t").replace("\n", "\\n")
