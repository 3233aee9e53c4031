"""Unit tests: where they may be offered, and how a test file is proved by running it in the sandbox.

A candidate is one new file, whoever proposes it. Each test must hold the code to values, pass, pass again in fresh processes
(two hash seeds, several time zones, another date, another order), and add something: a step between lines that no test
took, or a planted fault that no test exposed. Single tests that do not are taken out, and the rest is proven anew. Absent on purpose: finding inputs (engines do), and languages without a runner
(`verify/runs.py` has Python's).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from copilot.config import Settings
from copilot.edits import apply
from copilot.messages import say
from copilot.progress import report
from copilot.syntax.outline import Symbol, outline
from copilot.tasks import tests_gaps, tests_labels, tests_prompt, tests_proof
from copilot.testfacts import TestStyle
from copilot.types import (
    Candidate,
    Check,
    Context,
    Declined,
    Document,
    Finding,
    Offer,
    Project,
    Prompt,
    Request,
    Severity,
    Span,
    Task,
    TestsOptions,
    document,
)
from copilot.verify import neighbours, python_places, python_tests, stale, syntax, tools
from prompts.templates import Library

EARLY: Final = 0.5
"""Confidence of a file with one test that is there to be shown while the rest is being made."""

_NOTES: Final = 5
_TESTABLE = frozenset({"function", "method", "constructor", "class"})


def offers(document: Document, span: Span) -> list[Offer]:
    """Tests for the function or class around `span`, between definitions for the whole file; by the tree alone."""
    if document.language != "python" or python_places.is_test(document.path):
        return []
    symbol = focus(document, span)
    if symbol is None:
        if not any(one.kind in _TESTABLE for one in outline(document).symbols):
            return []
        title = say("Generate unit tests for {name}", name=document.path.name)
        return [Offer(Task.TESTS, title, Span(0, len(document)), TestsOptions())]
    if symbol.name.startswith("_"):
        return []
    title = say("Generate unit tests for {name}", name=symbol.qualified)
    return [Offer(Task.TESTS, title, symbol.span, TestsOptions())]


def focus(document: Document, span: Span) -> Symbol | None:
    """The function, method or class that `span` asks about; None means the whole file.

    A nested function stands for the one around it, a constructor for its class.
    """
    found = outline(document)
    symbol = found.at(span)
    while symbol is not None:
        around = found.parent(symbol)
        inner = around is not None and around.kind in {"function", "method", "constructor"}
        if symbol.kind in _TESTABLE - {"constructor"} and not inner:
            return symbol
        symbol = around
    return None


def rounds(settings: Settings) -> int:  # noqa: ARG001 - the protocol's parameter
    """Three: in the second and third a model knows which of its tests failed."""
    return 3


def patience_s(request: Request, settings: Settings) -> float:
    """The request's own budget where it has one; else the settings' and the model's together."""
    options = request.options
    asked = options.budget_s if isinstance(options, TestsOptions) else None
    return asked if asked is not None else settings.tests.budget_s + settings.model.tests_s


def further(request: Request, candidate: Candidate, checks: Sequence[Check]) -> Request | None:
    """The request for tests of what a proven file leaves open; None when that is nothing."""
    return tests_gaps.further(request, candidate, checks)


async def prepared(request: Request, settings: Settings, project: Project) -> Request:
    """The request with the file that its tests go to, the name by which they import the document, and their style.

    All are found here, whatever the request says: it may come from an editor.
    """
    document, options = request.document, request.options
    options = replace(options, ground="", gaps=()) if isinstance(options, TestsOptions) else TestsOptions()
    where = python_places.place(document, project.root) if unfit(document) is None else None
    if where is None:
        return replace(request, options=replace(options, path=None, module=""))
    out = options.out or (project.root / settings.tests.out if settings.tests.out else None)
    subject = focus(document, request.span)
    path = python_places.test_path(document, project.root, out, subject.qualified if subject is not None else "")
    style = TestStyle()
    if not options.plain:
        style = await asyncio.to_thread(neighbours.style, project.root, document.path, where, path)
    return replace(request, options=replace(options, path=path, module=where.name, style=style))


def unfit(document: Document) -> Declined | None:
    """Why there can be no tests of a document, None when there can."""
    if document.language != "python":
        return Declined(say("unit tests are generated for Python only so far"))
    if python_places.is_test(document.path):
        return Declined(say("{name} is a test file itself", name=document.path.name))
    return None


def build(request: Request, context: Context, settings: Settings, library: Library) -> Prompt | Declined:  # noqa: ARG001 - the protocol's
    """The code, how a test imports it, and a test of the project as an example; then what failed in the last answer."""
    reason = unfit(request.document)
    return reason if reason is not None else tests_prompt.build(request, context, focus, library)


def read(text: str, request: Request) -> Candidate | None:
    """The answer as a new test file; None when it is no whole Python file with tests of this module."""
    return None if unfit(request.document) is not None else tests_prompt.read(text, request, focus)


async def laid_out(candidate: Candidate, project: Project) -> Candidate:
    """The file as the project's formatter has it; the embedded engine has done that."""
    if candidate.origin == "embedded" or len(candidate.edits) != 1:
        return candidate
    (edit,) = candidate.edits
    text = await tools.formatted_tests(edit.new, project.root, edit.path)
    return replace(candidate, edits=(replace(edit, new=text),))


def mended(request: Request, candidate: Candidate, check: Check) -> Candidate | None:
    """The file without the tests that a check refused; None when the check refused something else, or nothing would be
    left.
    """
    left = tests_prompt.without(candidate, request, focus, check)
    if left is None:
        return None
    counts = Counter(dict(candidate.left_out))
    reasons = {name.split("[", 1)[0]: reason for name, reason in check.parts}
    counts.update("worth" if reason == tests_proof.idle() else check.name for reason in reasons.values())
    return replace(left, left_out=tuple(sorted(counts.items(), key=lambda row: (-row[1], row[0]))))


async def finished(request: Request, candidate: Candidate, project: Project, settings: Settings) -> Candidate:
    """The file with a first line that says what its tests are, and a label above each (`tests_labels`); a note of each
    older file of ours that tests what is gone.
    """
    doc = request.document
    where = python_places.place(doc, project.root)
    if where is not None and candidate.edits:
        found = await asyncio.to_thread(lambda: list(stale.gone(project.root, doc.path, where.base)))
        notes = [say("{path} tests {name}, which is not there any more", path=p.name, name=n) for p, n in found]
        told = [Finding("tests.stale", Severity.INFORMATION, doc.path, Span(0, 0), note) for note in notes[:_NOTES]]
        candidate = replace(candidate, findings=(*candidate.findings, *told))
    if project.base is not None or not candidate.edits:  # the commit hook compares with the commit's own parent
        return candidate
    (edit,) = candidate.edits
    text = await tests_labels.labelled(request, edit, focus(doc, request.span), project, settings)
    return replace(candidate, edits=(replace(edit, new=text),))


def satisfied(request: Request, candidate: Candidate, settings: Settings) -> bool:  # noqa: ARG001 - the protocol's
    """The first proven file is enough, unless it is the single test that is shown early."""
    return candidate.confidence > EARLY


async def checks(candidate: Candidate, request: Request, project: Project, settings: Settings) -> AsyncIterator[Check]:
    """`applies`, `syntax`, `asserts`, `runs`, `stable`, `covers`, `worth`: cheap first; the last four in the sandbox."""
    doc = request.document
    yield syntax.applies(doc, candidate.edits)
    yield syntax.no_new_faults(doc, candidate.edits, compiler=True)
    subject = focus(doc, request.span)
    files = _files(candidate)
    own = frozenset(symbol.name for symbol in outline(doc).symbols if symbol.parent is None)
    existing = await asyncio.to_thread(lambda: [t for f in files for t in neighbours.texts(project.root, doc.path, f)])
    for path, text in files.items():
        module = request.options.module if isinstance(request.options, TestsOptions) else ""
        check = python_tests.asserts(text, subject.name if subject else "", module, own, existing)
        yield replace(check, detail=f"{path.name}: {check.detail}") if len(files) > 1 else check
    proven = True
    faults = tests_proof.FAULTS_OF_CHOSEN if candidate.origin == "embedded" else tests_proof.FAULTS
    async for check in tests_proof.executed(request, project, settings, files, subject, faults):
        proven = proven and check.passed
        yield check
    if proven and candidate.confidence <= EARLY:
        report(
            say("verified: {what}; more tests are on their way", what=python_tests.names(next(iter(files.values())))[0])
        )


def _files(candidate: Candidate) -> dict[Path, str]:
    """The text of each file that the candidate makes."""
    return {
        path: apply(
            document(path, "python", path.read_bytes() if path.exists() else b""), candidate.edits
        ).text.decode()
        for path in dict.fromkeys(edit.path for edit in candidate.edits)
    }
