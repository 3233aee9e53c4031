"""Correction without a model: syntax repair, undefined names, and the linter's safe fixes, one finding at a time.

Absent on purpose: finding the faults (`copilot/verify/diagnostics.py`) and proving an edit (`copilot/tasks/fix.py`).
"""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from functools import partial
from typing import Final

from copilot import edits as texts
from copilot.engines.base import Resources
from copilot.engines.embedded import imports, names
from copilot.engines.embedded.ground import Slip
from copilot.engines.embedded.mend import mends
from copilot.engines.embedded.repair import Repair, repairs
from copilot.errors import ToolMissing
from copilot.messages import say
from copilot.tasks import fix as task
from copilot.types import Candidate, Context, Declined, Document, Edit, Finding, Request, Span
from copilot.verify import diagnostics, tools

REPAIRED: Final = frozenset({"python", "java"})
"""Languages with syntax repair."""

CONFIDENT: Final = 0.2
_SURE: Final = 0.94
"""What the best possible share is worth: how often an unrivalled repair was the right one when measured."""

_WHOLE: Final = 64 * 1024
"""Bytes of text above which faults are repaired one by one: each look at the whole costs in proportion."""

_RECHECKED: Final = 4
_STRANGER: Final = 2.5


async def propose(
    request: Request,
    context: Context,  # noqa: ARG001 - every engine module has this shape; correction reads the document itself
    resources: Resources,
) -> AsyncIterator[Candidate | Declined]:
    """Candidates for the findings in `request.facts`, or for all that touch the span; likeliest first for each.

    Several facts that the linter can fix come first as one candidate together. What was tried before
    (`request.attempts`) is not proposed again.
    """
    document = request.document
    if document.language == "python":
        try:
            tools.ruff_binary()
        except ToolMissing as missing:
            yield Declined(say("the linter is missing"), str(missing))
    tried = {attempt.candidate.edits for attempt in request.attempts}
    wanted = await _wanted(request, resources)
    if not wanted:
        yield Declined(say("no fault here"))
    broken = [finding for finding in wanted if finding.rule == diagnostics.SYNTAX]
    if (
        document.language in REPAIRED
        and len(document) <= _WHOLE
        and broken
        and (request.trigger == "invoked" or broken[1:])
    ):
        for candidate in await _syntax(document, broken[0], resources, whole=True):
            if candidate.edits not in tried:
                yield candidate
    linted = await _linted(document, wanted, resources)
    if len(linted) > 1:
        together = _together(linted)
        if together.edits not in tried and len(together.findings) > 1:
            yield together
    for finding in wanted:
        nothing = True
        async for candidate in _candidates(document, finding, linted, resources):
            if candidate.edits not in tried:
                nothing = False
                yield candidate
        if nothing:
            line = document.text.count(b"\n", 0, finding.span.start) + 1
            yield Declined(say("no repair found for line {line}", line=line), finding.message)


async def _wanted(request: Request, resources: Resources) -> tuple[Finding, ...]:
    """The findings to repair. A fact that was found elsewhere is matched with our own finding at its place."""
    found = await task.findings(request.document, resources.project, resources.settings, resources.index)
    if not request.facts:
        return tuple(each for each in found if each.span.touches(request.span))
    meant = set[Finding]()
    for fact in request.facts:
        same = [each for each in found if (each.rule, each.span) == (fact.rule, fact.span)]
        # Findings overlap: an unsorted import block holds the unused import. Only a stranger's go by place.
        meant.update(same or (each for each in found if _same_place(each.span, fact.span, request.document)))
    return tuple(each for each in found if each in meant)


def _same_place(own: Span, other: Span, document: Document) -> bool:
    return own.start == other.start or (own.touches(other) and b"\n" not in document.text[own.start : other.start])


async def _linted(
    document: Document, wanted: Iterable[Finding], resources: Resources
) -> dict[Finding, tuple[Edit, ...]]:
    """Those of the linter's findings that it has a safe fix for."""
    found: dict[Finding, tuple[Edit, ...]] = {}
    for finding in wanted:
        if finding.rule.startswith(diagnostics.LINT):
            edits = await diagnostics.safe_fix(document, resources.project, finding)
            if edits:
                found[finding] = edits
    return found


async def _candidates(
    document: Document, finding: Finding, linted: dict[Finding, tuple[Edit, ...]], resources: Resources
) -> AsyncIterator[Candidate]:
    if finding.rule == diagnostics.SYNTAX:
        if document.language in REPAIRED:
            for candidate in await _syntax(document, finding, resources, whole=False):
                yield candidate
    elif finding.rule == diagnostics.UNDEFINED:
        async for candidate in _undefined(document, finding, resources):
            yield candidate
    elif finding in linted:
        title = say("Fix: {message}", message=finding.message)
        yield Candidate(linted[finding], "ruff", 0.95, title=title, findings=(finding,))


def _together(linted: dict[Finding, tuple[Edit, ...]]) -> Candidate:
    """The safe fixes that do not touch one another, as one candidate (the rest has its turn afterwards)."""
    edits: list[Edit] = []
    done: list[Finding] = []
    for finding, fix in linted.items():
        if not any(mine.span.touches(other.span) for mine in fix for other in edits):
            edits += fix
            done.append(finding)
    title = say("Apply {count} safe fixes of the linter", count=len(done))
    return Candidate(tuple(edits), "ruff", 0.96, title=title, findings=tuple(done))


async def _syntax(document: Document, finding: Finding, resources: Resources, *, whole: bool) -> list[Candidate]:
    """Repairs of the fault; with `whole` of all faults of the text together."""
    stop = threading.Event()
    language = document.language or ""
    search = (
        partial(mends, document.text, language, stopped=stop.is_set)
        if whole
        else partial(repairs, document.text, language, finding.span, stopped=stop.is_set)
    )
    try:
        found = await asyncio.get_running_loop().run_in_executor(resources.executor, search)
    finally:
        stop.set()  # cancelled: the thread gives up at its next try
    if document.language == "python" and len(found) > 1:
        found = await _without_strangers(document, found, resources)
    return [
        Candidate(
            _edits(document, repair),
            "embedded",
            round(_SURE * repair.share, 3),
            title=_title(document, repair),
            findings=(finding,),
        )
        for repair in found
        if repair.share >= CONFIDENT
    ]


async def _without_strangers(document: Document, found: list[Repair], resources: Resources) -> list[Repair]:
    """The repairs weighed anew: a name on the repaired line that is defined nowhere speaks against one."""
    costs = []
    for rank, repair in enumerate(found):
        cost = repair.cost
        if rank < _RECHECKED:
            cost += _STRANGER * await _strangers(document, repair, resources)
        else:
            cost += _STRANGER
        costs.append(cost)
    best = min(costs)
    weights = [math.exp(best - cost) for cost in costs]
    total = sum(weights)
    ranked = sorted(zip(found, costs, weights, strict=True), key=lambda row: row[1])
    return [replace(repair, cost=cost, share=weight / total) for repair, cost, weight in ranked]


async def _strangers(document: Document, repair: Repair, resources: Resources) -> int:
    """How many undefined names stand on the lines that the repair writes."""
    edits = _edits(document, repair)
    after = texts.apply(document, edits)
    try:
        found = await tools.ruff(after, resources.project.root)
    except ToolMissing:
        return 0
    lines = {after.text.count(b"\n", 0, task.mapped(edit.span.start, edits)) for edit in edits}
    undefined = [each for each in found if each.code in {"F821", "F841"}]
    return sum(after.text.count(b"\n", 0, each.span.start) in lines for each in undefined)


def _edits(document: Document, repair: Repair) -> tuple[Edit, ...]:
    return tuple(
        Edit(document.path, Span(slip.start, slip.end), slip.new.decode("utf-8", "replace").replace("\r\n", "\n"))
        for slip in sorted(repair.slips, key=lambda each: each.start)
    )


def _title(document: Document, repair: Repair) -> str:
    return say("; ").join(_phrase(document, slip) for slip in repair.slips)


def _phrase(document: Document, slip: Slip) -> str:
    """What undoing one slip does, in a few words."""
    line = document.text.count(b"\n", 0, slip.start) + 1
    old, new = document.text[slip.start : slip.end].decode("utf-8", "replace").strip(), slip.new.decode().strip()
    if slip.kind == "indent":
        return say("Correct the indentation of line {line}", line=line)
    if slip.kind == "comment":
        return say("Write line {line} as a comment", line=line)
    if not new:
        return say("Remove '{old}'", old=_short(old))
    if not old:
        return say("Insert '{new}'", new=_short(new))
    return say("Change '{old}' to '{new}'", old=_short(old), new=_short(new))


def _short(text: str) -> str:
    line = text.splitlines()[0] if text else text
    return line if len(line) <= 40 and line == text else line[:39] + "…"


async def _undefined(document: Document, finding: Finding, resources: Resources) -> AsyncIterator[Candidate]:
    root = resources.project.root
    for choice in names.choices(document, finding.span, root, resources.index):
        if choice.statement:
            edits = await imports.adding(document, choice.statement, root)
        else:
            edits = (Edit(document.path, finding.span, choice.name),)
        if edits:
            yield Candidate(edits, "embedded", round(choice.chance, 3), title=choice.title, findings=(finding,))
