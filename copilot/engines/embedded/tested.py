"""Correction by tests, without a model: small changes of the file, tried until its failing tests pass.

`by_tests` is what the order of the corrector calls when a test is known to fail. Absent on purpose: the search
(`copilot/verify/mending`), what a change is worth (`copilot/verify/labels`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

from copilot.engines.base import Resources
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.tasks import fix_tests
from copilot.types import Candidate, Check, Declined, Document, Edit, FixOptions, Request, Span
from copilot.verify import labels, repairing, suites

_MOST: Final = 5
_WORTH: Final = {labels.PROVEN: 0.97, labels.PLAUSIBLE: 0.9, labels.SUGGESTION: 0.4}
"""Confidence by label; how often such an answer was right when measured."""


async def by_tests(request: Request, resources: Resources) -> AsyncIterator[Candidate | Declined]:
    """Changes with which the tests of `request.options` pass, best first, each with its label as a check in `proof`
    (`proven`, `plausible` or `suggestion`); else a decline that says why not.
    """
    options = request.options if isinstance(request.options, FixOptions) else FixOptions()
    document, project = request.document, resources.project
    if not document.path.is_relative_to(project.root):
        yield Declined(say("the file is outside the project"))
        return
    try:
        suite = fix_tests.suite_of(request, options, project)
        if suite is None:
            yield Declined(say("no test of {name} was found; name one with --test", name=document.path.name))
            return
        if not fix_tests.is_searched(document, suite):
            ran = await fix_tests.before(request, suite, project, resources.settings)
            yield _unsearched(ran, document, suite)
            return
        found = await repairing.search(
            document, project, resources.settings, suite, budget_s=options.budget_s or repairing.BUDGET_S
        )
    except CopilotError as error:
        yield Declined(say("the tests cannot be run"), str(error))
        return
    if not found.patches:
        yield _nothing(found, suite)
        return
    verdict = labels.judged(found)
    for rank, patch in enumerate(found.patches[:_MOST]):
        check = verdict if not rank else labels.further(patch)
        yield _candidate(document, patch, check, rank)


def _candidate(document: Document, patch: repairing.Patch, check: Check, rank: int) -> Candidate:
    edits = tuple(Edit(document.path, Span(start, end), _lines(new)) for start, end, new in patch.edits)
    confidence = _WORTH[check.name] * 0.9**rank
    return Candidate(edits, "embedded", round(confidence, 3), title=_title(document, patch), proof=(check,))


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _nothing(found: repairing.Searched, suite: suites.Suite) -> Declined:
    """Why there is no candidate."""
    tried = int((found.told or {}).get("tried", 0))
    reasons = {
        "passing": say("the tests pass already"),
        "elsewhere": say("the failing tests do not reach this file"),
        "no tests": say("there are no tests in {suite}", suite=suite.words),
        "none": say("none of {count} small changes makes the failing tests pass", count=tried),
    }
    if found.state in reasons:
        return Declined(reasons[found.state], ", ".join(found.failing[:3]))
    return Declined(say("the tests cannot be run"), found.why)


def _unsearched(ran: repairing.Ran, document: Document, suite: suites.Suite) -> Declined:
    """Why there is no candidate where a change is not looked for."""
    if ran.passed:
        return Declined(say("the tests pass already"))
    if ran.broken:
        return Declined(say("the tests cannot be run"), ran.broken)
    if document.language != "python":
        return Declined(say("repair by tests without a model is for Python"))
    return Declined(say("repair by tests without a model needs a command of pytest"), suite.text)


def _title(document: Document, patch: repairing.Patch) -> str:
    """What the change does, in a few words."""
    start, end, new = patch.edits[0]
    line = document.text.count(b"\n", 0, start) + 1
    old = document.text[start:end].decode("utf-8", "replace").strip()
    new = new.strip()
    if len(patch.edits) > 1:
        return say("Line {line}: {kind}", line=line, kind=patch.kind)
    if not new:
        return say("Line {line}: remove '{old}'", line=line, old=_short(old))
    if not old:
        return say("Line {line}: insert '{new}'", line=line, new=_short(new))
    return say("Line {line}: '{old}' becomes '{new}'", line=line, old=_short(old), new=_short(new))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"
