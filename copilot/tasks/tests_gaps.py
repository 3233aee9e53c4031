"""What proven tests leave open, as the question for more of them: lines that never run, faults that nobody notices.

Absent on purpose: finding the gaps (the checks and the embedded engine do).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from copilot.tasks import excerpts
from copilot.testfacts import Gap
from copilot.types import Candidate, Check, Document, Request, TestsOptions
from copilot.verify import python_tests

_MOST_LINES: Final = 12
_MOST_FAULTS: Final = 10
_MOST_BYTES: Final = 5_000
"""Of the proven tests so much is shown, the first ones."""


def further(request: Request, candidate: Candidate, checks: Sequence[Check]) -> Request | None:
    """The request that asks for more tests beside a proven file; None when it leaves nothing open, or nobody asked."""
    if request.trigger == "automatic":
        return None
    gaps = [*candidate.gaps, *(gap for check in checks for gap in check.gaps)]
    if not gaps or not isinstance(request.options, TestsOptions) or len(candidate.edits) != 1:
        return None
    order = {"line": 0, "fault": 1}
    ordered = sorted(set(gaps), key=lambda gap: (order[gap.kind], gap.line, gap.old, gap.new))
    options = replace(request.options, ground=candidate.edits[0].new, gaps=tuple(ordered))
    return replace(request, options=options, attempts=())


def told(document: Document, gaps: Iterable[Gap]) -> str:
    """The gaps for a model, most telling first: lines by their text, faults as changes of a line."""
    rows = ["", *document.text.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")]
    lines = [gap for gap in gaps if gap.kind == "line" and gap.line < len(rows)]
    unreached = {gap.line for gap in lines}
    faults = [gap for gap in gaps if gap.kind == "fault" and gap.line < len(rows) and gap.line not in unreached]
    said = [f"- this line never runs: {excerpts.one_line(rows[gap.line], 120)}" for gap in lines[:_MOST_LINES]]
    said += [_changed(rows[gap.line], gap) for gap in _spread(faults)]
    return "\n" + "\n".join(said) if said else ""


def _spread(faults: Sequence[Gap]) -> list[Gap]:
    """One fault of each line before the second of any."""
    turns: dict[int, int] = {}
    numbered = []
    for gap in faults:
        turns[gap.line] = turns.get(gap.line, 0) + 1
        numbered.append((turns[gap.line], gap.line, gap))
    chosen = sorted(numbered, key=lambda row: row[:2])[:_MOST_FAULTS]
    return [gap for _, _, gap in sorted(chosen, key=lambda row: (row[1], row[0]))]


def _changed(row: str, gap: Gap) -> str:
    row = row.strip()
    if gap.old and row.count(gap.old) == 1:
        changed = row.replace(gap.old, gap.new)
        return f"- no test fails when this line\n      {excerpts.one_line(row, 120)}\n  is\n      {excerpts.one_line(changed, 120)}"
    return (
        f"- no test fails when {excerpts.one_line(gap.old, 60)} is {excerpts.one_line(gap.new, 60)} in this line:\n"
        f"      {excerpts.one_line(row, 120)}"
    )


def ground(text: str) -> str:
    """The proven tests as a model is shown them: what the code gives, test by test, within a budget."""
    if len(text.encode()) <= _MOST_BYTES:
        return text
    names: list[str] = []
    whole = python_tests.names(text)
    for name in reversed(whole):
        names.append(name)
        left = python_tests.without(text, names)
        if len(left.encode()) <= _MOST_BYTES:
            return left
    return ""
