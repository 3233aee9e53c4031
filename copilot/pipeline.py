"""The data flow: gather, propose, prove, answer. Everything a face shows came through `suggest`.

An engine proposes; checks decide; what fails is declined with a reason. This module knows no language, no task and
no engine by name.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Protocol, cast

from copilot import tasks
from copilot.config import Settings
from copilot.engines.base import Engine
from copilot.messages import say
from copilot.types import Attempt, Candidate, Check, Context, Declined, Project, Request, Suggestion


class Workbench(Protocol):
    """What the pipeline needs of a workspace (`copilot.workspace.Workspace` is one)."""

    @property
    def settings(self) -> Settings:
        """The settings in force now."""

    @property
    def project(self) -> Project:
        """The project under the cursor."""

    def engines(self, request: Request) -> Sequence[Engine]:
        """Engines in the order in which they are asked."""

    async def gather(self, request: Request) -> Context:
        """What an engine sees beside the document."""


@dataclass(frozen=True, slots=True)
class _Proven:
    candidate: Candidate
    checks: tuple[Check, ...]


async def suggest(request: Request, workspace: Workbench) -> Suggestion | Declined:
    """The best proven candidate of the first engine that has one, or the reason for silence.

    Cancelling the awaiting task closes the running engine's iterator. Within one engine the candidate with the
    highest confidence wins; an engine's own order breaks ties.
    """
    task = tasks.module(request.task)
    context = await workspace.gather(request)
    reasons: list[Declined] = []
    rejected: list[Attempt] = []
    for engine in workspace.engines(request):
        asked = request
        for _ in range(task.rounds(workspace.settings)):
            failed: list[Attempt] = []
            best = await _best(task, engine, asked, context, workspace, reasons, failed)
            if best is not None:
                return _suggestion(best, engine)
            rejected += failed
            if not failed:
                break  # the same question would get the same silence
            asked = replace(asked, attempts=(*asked.attempts, *failed))
    return _declined(reasons, rejected)


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
    proposals = cast("aclosing[AsyncIterator[Candidate | Declined]]", aclosing(engine.propose(request, context)))  # type: ignore[type-var]
    async with proposals as stream:
        async for proposal in stream:
            if isinstance(proposal, Declined):
                reasons.append(proposal)
                continue
            if best is not None and proposal.confidence <= best.candidate.confidence:
                continue
            checks = await _prove(task, proposal, request, workspace)
            if not all(check.passed for check in checks):
                failed.append(Attempt(proposal, checks))
                continue
            best = _Proven(proposal, checks)
            if task.satisfied(request, proposal, workspace.settings):
                break
    return best


async def _prove(
    task: tasks.TaskModule, candidate: Candidate, request: Request, workspace: Workbench
) -> tuple[Check, ...]:
    done: list[Check] = []
    async for check in task.checks(candidate, request, workspace.project, workspace.settings):
        done.append(check)
        if not check.passed:
            break
    return tuple(done)


def _suggestion(best: _Proven, engine: Engine) -> Suggestion:
    candidate = best.candidate
    return Suggestion(
        edits=candidate.edits,
        checks=best.checks,
        origin=candidate.origin or engine.name,
        confidence=candidate.confidence,
        trace_id=secrets.token_hex(8),
        title=candidate.title,
        findings=candidate.findings,
    )


def _declined(reasons: list[Declined], rejected: list[Attempt]) -> Declined:
    if rejected:
        last = rejected[0].checks[-1]
        return Declined(say("check {check} failed", check=last.name), last.detail, attempts=tuple(rejected))
    if reasons:
        return reasons[0]
    return Declined(say("nothing to offer"))
