"""Correction by tests: what proves that a change makes failing tests pass, whoever proposes it and in any language.

The change is laid into a copy of the project and the suite is run there, beside a run without it. Absent on purpose:
looking for a change (`copilot/engines/embedded/tested.py`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from copilot.config import Settings
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.types import Candidate, Check, Document, FixOptions, Project, Request
from copilot.verify import labels, repairing, suites


async def checks(
    candidate: Candidate, request: Request, after: Document, options: FixOptions, project: Project, settings: Settings
) -> AsyncIterator[Check]:
    """`tests pass`: the suite was run against the file as it would be written; then the label."""
    document = request.document
    try:
        suite = suites.named(options.test, options.folder) if options.test else suites.of(document, project.root)
        if suite is None:
            yield Check("tests pass", passed=False, detail=say("no test was found"))
            return
        now = await repairing.ran(after, project, settings, suite)
        before = repairing.Ran(passed=False, failed=frozenset())
        if not now.passed:
            before = await repairing.ran(document, project, settings, suite)
    except CopilotError as error:
        yield Check("tests pass", passed=False, detail=str(error))
        return
    reason = repairing.better(before, now)
    detail = reason or say("{suite}: all pass", suite=suite.words)
    yield Check("tests pass", passed=not reason, detail=detail)
    if reason:
        return
    if candidate.proof:
        for check in candidate.proof:
            yield check
    else:
        yield Check(labels.PLAUSIBLE, passed=True, detail=say("plausible: the suite passes; nothing more is known"))
