"""The data flow: gather, propose, prove, answer. Everything a face shows came through `suggest`.

An engine proposes; checks decide; what fails is declined with a reason. This module knows no language and no engine by
name; of the tasks only correction, which is also asked unasked (`diagnose`) and repeatedly (`repair`).
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

from copilot import edits, rules, tasks
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.base import Engine, closing
from copilot.messages import say
from copilot.tasks import bank_findings, comment_stale, committed, fix, fix_findings
from copilot.types import (
    Attempt,
    Candidate,
    Check,
    CommentOptions,
    Context,
    Declined,
    Document,
    Finding,
    FixOptions,
    Project,
    Request,
    Suggestion,
    Task,
)
from copilot.verify import evidence, existing, output

SYNTAX: Final = "syntax"
"""The rule of a finding that says that the text does not parse."""

_REPAIRED: Final = 3
"""Syntax faults whose repair is looked for unasked: the later ones often go with the first."""

_MOST_REPAIRS: Final = 200
_MENDINGS: Final = 6
"""How often a candidate is proven, each time without what failed before."""

_EXTENSIONS: Final = 2
"""How often an engine is asked again to add to what it has just added."""

_LIKELIER_THAN_NOT: Final = 0.5
_WORTH_SHOWING: Final = 0.2
"""The same for a text that does not parse, where doing nothing is certainly wrong."""


class Workbench(Protocol):
    """What the pipeline needs of a workspace (`copilot.workspace.Workspace` is one)."""

    @property
    def settings(self) -> Settings:
        """The settings in force now."""

    @property
    def project(self) -> Project:
        """The project under the cursor."""

    @property
    def index(self) -> Index:
        """The read side of the repository index."""

    def engines(self, request: Request) -> Sequence[Engine]:
        """Engines in the order in which they are asked."""

    async def gather(self, request: Request) -> Context:
        """What an engine sees beside the document."""


@dataclass(frozen=True, slots=True)
class _Proven:
    """A candidate with its proof; `further`: the question for what it leaves open, None where that is nothing."""

    candidate: Candidate
    checks: tuple[Check, ...]
    further: Request | None = None


async def suggest(request: Request, workspace: Workbench) -> Suggestion | Declined:
    """The best proven candidate of the first engine that has one, or the reason for silence.

    Where a task can say what a proven candidate leaves open (`tasks.further`), the engines behind that one are asked to
    add to it while there is time. Cancelling the awaiting task closes the running engine's iterator. Within one engine
    the candidate with the highest confidence wins; an engine's own order breaks ties.
    """
    began = time.monotonic()
    task = tasks.module(request.task)
    request = replace(request, trace_id=request.trace_id or secrets.token_hex(16))
    request = await tasks.prepared(request, workspace.settings, workspace.project)
    context = await workspace.gather(request)
    reasons: list[Declined] = []
    rejected: list[Attempt] = []
    best: tuple[_Proven, Engine] | None = None
    patience_s = tasks.patience_s(request, workspace.settings)
    question: Request | None = request
    for engine in workspace.engines(request):
        if question is None:
            break
        left_s = None if best is None or patience_s is None else began + patience_s - time.monotonic()
        try:
            async with (
                asyncio.timeout(left_s),
                aclosing(_rounds(task, engine, question, context, workspace, reasons, rejected)) as stream,
            ):
                async for proven in stream:
                    best = (proven if best is None else _beside(best[0], proven)), engine
        except TimeoutError:
            if best is None:
                raise
            break  # what is proven stands
        question = best[0].further if best is not None else request
    if best is None:
        return _declined(reasons, rejected)
    proven, engine = best
    done = await tasks.finished(request, proven.candidate, workspace.project, workspace.settings)
    return _suggestion(replace(proven, candidate=done), engine, request.trace_id)


def _beside(before: _Proven, proven: _Proven) -> _Proven:
    """What extends another candidate, with what was told of that one."""
    counts = Counter(dict(before.candidate.left_out))
    counts.update(dict(proven.candidate.left_out))
    left_out = tuple(sorted(counts.items(), key=lambda row: (-row[1], row[0])))
    findings = tuple(dict.fromkeys((*before.candidate.findings, *proven.candidate.findings)))
    return replace(proven, candidate=replace(proven.candidate, left_out=left_out, findings=findings))


async def _rounds(
    task: tasks.TaskModule,
    engine: Engine,
    request: Request,
    context: Context,
    workspace: Workbench,
    reasons: list[Declined],
    rejected: list[Attempt],
) -> AsyncGenerator[_Proven]:
    """What one engine has proven, each with more than the one before. The engine is asked again with what failed."""
    often = engine.rounds(request.task)
    repairs, extensions = min(task.rounds(workspace.settings), often), min(_EXTENSIONS, often - 1)
    while repairs > 0:
        failed: list[Attempt] = []
        best = await _best(task, engine, request, context, workspace, reasons, failed)
        if best is None:
            rejected += failed
            if not failed:
                break  # the same question would get the same silence
            request = replace(request, attempts=(*request.attempts, *failed))
            repairs -= 1
            continue
        best = replace(best, further=tasks.further(request, best.candidate, best.checks))
        yield best
        if best.further is None or not extensions:
            break
        request = best.further
        extensions -= 1


async def _best(
    task: tasks.TaskModule,
    engine: Engine,
    request: Request,
    context: Context,
    workspace: Workbench,
    reasons: list[Declined],
    failed: list[Attempt],
) -> _Proven | None:
    best: _Proven | None = None
    async with closing(engine, request, context) as stream:
        async for proposal in stream:
            if isinstance(proposal, Declined):
                reasons.append(proposal)
                continue
            if best is not None and proposal.confidence <= best.candidate.confidence:
                continue
            proven = await _proven(task, proposal, request, workspace, failed)
            if proven is None:
                continue
            best = proven
            if task.satisfied(request, best.candidate, workspace.settings):
                break
    return best


async def _proven(
    task: tasks.TaskModule, candidate: Candidate, request: Request, workspace: Workbench, failed: list[Attempt]
) -> _Proven | None:
    """The candidate with its proof; without the parts that a check refused, where the rest can stand alone."""
    left: Candidate | None = candidate
    for _ in range(_MENDINGS):
        if left is None:
            break
        left = await tasks.laid_out(request, left, workspace.project)
        checks = await _prove(task, left, request, workspace)
        if all(check.passed for check in checks):
            return _Proven(left, checks)
        failed.append(Attempt(left, checks))
        left = tasks.mended(request, left, checks)
    return None


async def _prove(
    task: tasks.TaskModule, candidate: Candidate, request: Request, workspace: Workbench
) -> tuple[Check, ...]:
    done: list[Check] = []
    async for check in task.checks(candidate, request, workspace.project, workspace.settings):
        done.append(check)
        if not check.passed:
            return tuple(done)
    if tasks.brings_names(request.task) and candidate.edits:
        check = await asyncio.to_thread(
            existing.exist, request.document, candidate.edits, workspace.index, workspace.project
        )
        if not check.passed:
            return (*done, check)
    if candidate.edits:
        done += await asyncio.to_thread(
            output.checks, request.document, candidate.edits, workspace.index, workspace.project, workspace.settings
        )
    return tuple(done)


def _suggestion(best: _Proven, engine: Engine, trace_id: str) -> Suggestion:
    candidate = best.candidate
    return Suggestion(
        edits=candidate.edits,
        checks=best.checks,
        origin=candidate.origin or engine.name,
        confidence=candidate.confidence,
        trace_id=trace_id,
        title=candidate.title,
        findings=candidate.findings,
        prose=candidate.prose,
        left_out=candidate.left_out,
        template=candidate.template,
        agreed=candidate.agreed,
    )


def _declined(reasons: list[Declined], rejected: list[Attempt]) -> Declined:
    if reasons and rejected and rejected[0].checks[-1].name == "confidence":
        # One engine's doubt tells less than why the other said nothing (a model that did not answer in time).
        return replace(reasons[0], attempts=tuple(rejected))
    if rejected:
        return replace(evidence.refused(rejected[0].checks[-1]), attempts=tuple(rejected))
    if reasons:
        return reasons[0]
    return Declined(say("nothing to offer"))


async def diagnose(document: Document, workspace: Workbench) -> tuple[Finding, ...]:
    """What is wrong in a document. The first syntax faults carry their repair when it is proven. Where the bank's rules are told in
    the editor (`review.editor`), also what a review finds beside them on lines that differ from the last commit.
    """
    found = list(await fix.findings(document, workspace.project, workspace.settings, workspace.index))
    broken = [at for at, finding in enumerate(found) if finding.rule == SYNTAX]
    for at in broken[:_REPAIRED]:
        answer = await suggest(_question(document, (found[at],), "automatic"), workspace)
        if isinstance(answer, Suggestion):
            found[at] = replace(found[at], fix=answer.edits)
    if workspace.index.excluded(document.path):
        return tuple(found)
    if not broken:
        found += await fix_findings.aside(comment_stale.findings, document, workspace.settings)
    if workspace.settings.review.editor and len(document) <= bank_findings.LARGEST:
        known = {(each.rule, _row(document, each)) for each in found}
        more = await fix_findings.aside(_reviewed, document, workspace.settings, not broken)
        found += [each for each in more if (each.rule, _row(document, each)) not in known]
    return tuple(found)


def _reviewed(document: Document, settings: Settings, sound: bool) -> list[Finding]:  # noqa: FBT001 -- through an executor
    """What a review finds in a text beside what the rules do; nothing outside a repository. Blocks."""
    from copilot.review import editing

    held, top = committed.committed(document), committed.top(document)
    if not held.versioned or top is None or (held.before is None and len(document) > bank_findings.NEW):
        return []
    return editing.findings(document, held.before, top, settings.review.off, sound=sound)


def _row(document: Document, finding: Finding) -> int:
    return document.text.count(b"\n", 0, finding.span.start)


async def repair(document: Document, workspace: Workbench) -> tuple[Document, list[Suggestion], list[Declined]]:
    """Every correction of a document that is proven and likelier than not (of a syntax fault: the likeliest), in turn.

    In the order of `fix_findings.stage`: what does not parse (the rest is unknown until that is gone), then names,
    imports and what a compiler says, then the linter's safe fixes together, then insecure statements. Returns the
    corrected document, the suggestions in the order in which they were applied (each refers to the text that the one
    before left), and the reasons for what stays wrong. Of a text that did not parse and has no import at all, the names
    that only an import would define are left: it is a part of something, and a second call adds them.
    """
    done: list[Suggestion] = []
    declines: dict[tuple[str, ...], Declined] = {}
    broken = False
    for _ in range(_MOST_REPAIRS):
        found = await fix.findings(document, workspace.project, workspace.settings, workspace.index, compiled=True)
        todo = sorted((f for f in found if _known_as(document, f) not in declines), key=fix_findings.stage)
        if not todo:
            break
        first = fix_findings.stage(todo[0])
        broken = broken or first == fix_findings.SYNTAX
        if broken and fix_findings.is_provided(document, todo[0]):
            declines[_known_as(document, todo[0])] = Declined(
                say("a name that a text without imports may be given; call again to import it"), todo[0].message
            )
            continue
        linted = first == fix_findings.LINT
        facts = tuple(f for f in todo if fix_findings.stage(f) == first) if linted else (todo[0],)
        answer = await suggest(_question(document, facts, "invoked"), workspace)
        least = _WORTH_SHOWING if facts[0].rule == SYNTAX else _LIKELIER_THAN_NOT
        if isinstance(answer, Suggestion) and answer.confidence >= least:
            document = edits.apply(document, answer.edits)
            done.append(answer)
            continue
        why = answer if isinstance(answer, Declined) else Declined(say("several corrections are likely"), answer.title)
        declines.update(dict.fromkeys((_known_as(document, f) for f in facts), why))
    return document, done, list(dict.fromkeys(declines.values()))


def _known_as(document: Document, finding: Finding) -> tuple[str, ...]:
    """What tells a finding that was looked at from the others, wherever edits move it; of the rules by its line, too."""
    line = finding.span.start
    row = document.text[document.text.rfind(b"\n", 0, line) + 1 : finding.span.end]
    own = finding.rule.startswith((rules.PREFIX, "javac:"))
    return (finding.rule, finding.message, row.decode("utf-8", "replace") if own else "")


def question(document: Document, finding: Finding) -> Request:
    """What is asked, unasked by a person, to put a finding of `diagnose` right."""
    if comment_stale.is_about(finding):
        return Request(Task.COMMENT, document, finding.span, CommentOptions(), "automatic", facts=(finding,))
    return _question(document, (finding,), "automatic")


def _question(document: Document, facts: tuple[Finding, ...], trigger: Literal["invoked", "automatic"]) -> Request:
    return Request(Task.FIX, document, facts[0].span, FixOptions(), trigger, facts=facts)
