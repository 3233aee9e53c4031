"""Correction: what a model is asked about what is wrong, how its answer is read, and what proves an edit.

What is wrong is found in `fix_findings.py`, proven in `fix_proof.py`, one validator for all. Absent on purpose: where the
edits come from (`copilot/engines`), and the words of a prompt (`fix_prompt.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from copilot.config import Settings
from copilot.syntax.lines import line_end, line_start
from copilot.tasks import fix_prompt, fix_tests
from copilot.tasks.fix_findings import NAMES, findings, stage
from copilot.tasks.fix_proof import mapped, proof
from copilot.types import Candidate, Check, Context, Declined, FixOptions, Project, Prompt, Request, Span
from prompts.templates import Library

__all__ = ["build", "checks", "findings", "mapped", "prepared", "read", "rounds", "satisfied"]


def rounds(settings: Settings) -> int:  # noqa: ARG001 - the protocol's parameter
    """Two: a model that is told why its correction was refused may have a better one."""
    return 2


async def prepared(request: Request, settings: Settings, project: Project) -> Request:
    """The request with what is wrong at its place, when it does not say: faults at the span, else the undefined names on
    its lines (where a syntax fault is reported is often not where it was made); of failing tests, how they fail.
    """
    document = request.document
    if request.facts:
        return request
    options = _by_tests(request)
    if options is not None:
        return replace(request, facts=await fix_tests.facts(request, options, project, settings))
    found = await findings(document, project, settings, compiled=request.trigger == "invoked")
    lines = Span(line_start(document.text, request.span.start), line_end(document.text, request.span.end))
    facts = [each for each in found if each.span.touches(request.span)]
    facts = facts or [each for each in found if stage(each) == NAMES and each.span.touches(lines)]
    return replace(request, facts=tuple(facts))


def build(request: Request, context: Context, settings: Settings, library: Library) -> Prompt | Declined:  # noqa: ARG001 - the protocol's
    """The faults with the definition around the first of them; on the second round also what was refused and why."""
    return fix_prompt.build(request, context, library)


def read(text: str, request: Request) -> Candidate | None:
    """The answer laid over the fragment that was shown, as the least edit; None when it is no version of it."""
    return fix_prompt.read(text, request)


def satisfied(request: Request, candidate: Candidate, settings: Settings) -> bool:  # noqa: ARG001 - the protocol's
    """The first that is proven is the best, because engines propose best first."""
    return True


def checks(candidate: Candidate, request: Request, project: Project, settings: Settings) -> AsyncIterator[Check]:
    """The proof of a candidate: the steps of `fix_proof`, whoever proposes it."""
    return proof(candidate, request, project, settings)


def _by_tests(request: Request) -> FixOptions | None:
    """The options of a request that is about failing tests."""
    return request.options if isinstance(request.options, FixOptions) and request.options.by_tests else None
