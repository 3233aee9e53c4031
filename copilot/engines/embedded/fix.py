"""Correction without a model: syntax repair, names and imports (also as a compiler or another tool claims them), the
linter's safe fixes, insecure statements, one finding at a time.

Absent on purpose: finding the faults (`copilot/tasks/fix_findings.py`) and proving an edit (`copilot/tasks/fix_proof.py`).
"""

from __future__ import annotations

import asyncio
import math
import re
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Final

from copilot import edits as texts
from copilot.engines.base import Resources
from copilot.engines.embedded import claimed_java, claimed_python, imports, names, tested
from copilot.engines.embedded.claimed import Mend
from copilot.engines.embedded.ground import Slip
from copilot.engines.embedded.mend import mends
from copilot.engines.embedded.names import likeness
from copilot.engines.embedded.repair import Repair, repairs
from copilot.errors import ToolMissing
from copilot.messages import say
from copilot.rules import repairing
from copilot.tasks import fix as task
from copilot.tasks.fix_findings import RULES, aside, stage
from copilot.types import Candidate, Context, Declined, Document, Edit, Finding, FixOptions, Request, Span
from copilot.verify import claims, diagnostics, javac, tools

REPAIRED: Final = frozenset({"python", "java"})
"""Languages with syntax repair."""

CONFIDENT: Final = 0.2
_SURE: Final = 0.94
"""What the best possible share is worth: how often an unrivalled repair was the right one when measured."""
_SEVERAL: Final = 0.75
"""The same for several faults undone together."""

_WHOLE: Final = 64 * 1024
"""Bytes of text above which faults are repaired one by one: each look at the whole costs in proportion."""

_RECHECKED: Final = 4
_STRANGER: Final = 2.5


async def propose(
    request: Request,
    context: Context,  # noqa: ARG001 - every engine module has this shape; correction reads the document itself
    resources: Resources,
) -> AsyncIterator[Candidate | Declined]:
    """Candidates for the findings in `request.facts`, or for all that touch the span, in the order of correction
    (`fix_findings.stage`); likeliest first for each.

    Several facts that the linter can fix come first as one candidate together. What was tried before
    (`request.attempts`) is not proposed again.
    """
    if isinstance(request.options, FixOptions) and request.options.by_tests:
        async for proposal in tested.by_tests(request, resources):
            yield proposal
        return
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
    for finding, mend in await _meant(document, wanted, resources):
        linted.pop(finding, None)
        if mend.edits not in tried:
            yield Candidate(mend.edits, "embedded", mend.chance, title=mend.title, findings=(finding,))
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
    """The findings to repair, ours and claims of other tools that we do not find ourselves, in the order of correction."""
    document, strange = request.document, any(fact.source for fact in request.facts)
    found = await task.findings(
        document,
        resources.project,
        resources.settings,
        resources.index,
        compiled=request.trigger == "invoked",
        lint=True if strange else None,
    )
    if not request.facts:
        return tuple(each for each in sorted(found, key=stage) if each.span.touches(request.span))
    meant: dict[Finding, None] = {}
    for fact in request.facts:
        twin = claims.same(document, fact, found) if fact.source else None
        if fact.source:
            meant |= dict.fromkeys((twin, fact) if twin is not None else (fact,))
            continue
        same = [each for each in found if (each.rule, each.span) == (fact.rule, fact.span)]
        # Findings overlap: an unsorted import block holds the unused import. Only a stranger's go by place.
        meant |= dict.fromkeys(same or [each for each in found if _same_place(each.span, fact.span, document)])
    return tuple(sorted(meant, key=lambda each: (stage(each), bool(each.source))))


def _same_place(own: Span, other: Span, document: Document) -> bool:
    return own.start == other.start or (own.touches(other) and b"\n" not in document.text[own.start : other.start])


async def _linted(
    document: Document, wanted: Iterable[Finding], resources: Resources
) -> dict[Finding, tuple[Edit, ...]]:
    """Those of the linter's findings that it has a safe fix for."""
    found: dict[Finding, tuple[Edit, ...]] = {}
    for finding in wanted:
        if finding.rule.startswith(diagnostics.LINT):
            with suppress(ToolMissing):
                edits = await diagnostics.safe_fix(document, resources.project, finding)
                if edits:
                    found[finding] = edits
    return found


async def _meant(document: Document, wanted: Iterable[Finding], resources: Resources) -> list[tuple[Finding, Mend]]:
    """Unused imports whose name is another, undefined one misspelt: they are not to be removed."""
    unused = [each for each in wanted if each.rule == diagnostics.LINT + "F401"]
    if not unused:
        return []
    found = await diagnostics.findings(document, resources.project)
    missing = {text for each in found if (text := _missing(document, each))}
    meant = []
    for finding in unused:
        word = document.text[finding.span.start : finding.span.end].decode("utf-8", "replace")
        close = [name for name in missing if likeness(word, name) > 0]
        if len(close) == 1:
            edit = Edit(document.path, finding.span, close[0])
            meant.append((finding, Mend((edit,), say("Change to '{name}'", name=close[0]), 0.9)))
        elif not close and (mend := claimed_python.meant_import(document, finding.span, resources)) is not None:
            meant.append((finding, mend))  # behind a star import no name is missing for certain
    return meant


def _missing(document: Document, finding: Finding) -> str:
    """The name that a finding says is bound nowhere; empty for another finding."""
    if finding.rule == diagnostics.UNDEFINED:
        return document.text[finding.span.start : finding.span.end].decode("utf-8", "replace")
    exported = re.match(r"Undefined name `(\w+)` in `__all__`", finding.message)
    return exported[1] if exported is not None else ""


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
    elif stage(finding) == RULES:
        for edits, title, sure in await aside(repairing.repairs, document, finding):
            yield Candidate(edits, "embedded", sure, title=title, findings=(finding,))
    else:
        for mend in await _claimed(document, finding, resources):
            yield Candidate(mend.edits, "embedded", round(mend.chance, 3), title=mend.title, findings=(finding,))


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
            round((_SURE if len(repair.slips) == 1 else _SEVERAL) * repair.share, 3),
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


async def _claimed(document: Document, finding: Finding, resources: Resources) -> list[Mend]:
    """Answers to what a compiler or another tool claims."""
    if finding.rule.startswith(claims.JAVAC):
        report = await javac.report(document, resources.project, resources.settings)
        met = [p for p in report.problems if (claims.JAVAC + p.key, p.span) == (finding.rule, finding.span)]
        claim = claimed_java.claim(met[0]) if met else None
    else:
        claim = claims.read(finding.message)
    if claim is None:
        return []
    if document.language == "python" and claim.kind == "undefined" and claim.name != "self":
        return [Mend(c.edits, c.title, c.confidence) async for c in _undefined(document, finding, resources)]
    kinds = {"python": claimed_python.mends, "java": claimed_java.mends}.get(document.language or "")
    search = partial(kinds, document, finding.span, claim, resources) if kinds is not None else None
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(resources.executor, search) if search is not None else []
    return [mend for mend in found if mend.edits]


async def _undefined(document: Document, finding: Finding, resources: Resources) -> AsyncIterator[Candidate]:
    root = resources.project.root
    word = document.text[finding.span.start : finding.span.end].decode("utf-8", "replace")
    if word == "self":
        for mend in claimed_python.mends(document, finding.span, claims.Claim("self"), resources):
            yield Candidate(mend.edits, "embedded", mend.chance, title=mend.title, findings=(finding,))
        return
    if (meant := claimed_python.misspelt_import(document, word, resources)) is not None:
        yield Candidate(meant.edits, "embedded", meant.chance, title=meant.title, findings=(finding,))
        return
    for choice in names.choices(document, finding.span, root, resources.index):
        if choice.statement:
            edits = await imports.adding(document, choice.statement, root)
        else:
            edits = (Edit(document.path, finding.span, choice.name),)
        if edits:
            yield Candidate(edits, "embedded", round(choice.chance, 3), title=choice.title, findings=(finding,))
