"""Correction by tests: what proves that a change makes failing tests pass, whoever proposes it and in any language.

The change is laid into a copy of the project and the suite is run there, beside a run without it. Absent on purpose:
looking for a change (`copilot/engines/embedded/tested.py`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from copilot.config import Settings
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.syntax.outline import outline
from copilot.types import Candidate, Check, Document, Finding, FixOptions, Project, Request, Severity, Span
from copilot.verify import labels, python_places, repairing, suites

_NAMES: Final = 3
_NAMES_LONG, _END_LONG = 100, 180
"""Characters of failing tests' names and of the end of the output that a model is told: a prompt gives a fault one line."""


async def checks(
    candidate: Candidate, request: Request, after: Document, options: FixOptions, project: Project, settings: Settings
) -> AsyncIterator[Check]:
    """`tests pass`: the suite was run against the file as it would be written; then the label."""
    try:
        suite = suite_of(request, options, project)
        if suite is None:
            yield Check("tests pass", passed=False, detail=say("no test was found"))
            return
        now = await repairing.ran(after, project, settings, suite)
        was = repairing.Ran(passed=False, failed=frozenset())
        if not (now.passed and candidate.proof):  # who searched has seen tests fail
            was = await before(request, suite, project, settings)
    except CopilotError as error:
        yield Check("tests pass", passed=False, detail=str(error))
        return
    reason, rest = repairing.better(was, now), len(now.failed)
    held = say("{suite}: {count} fail as before", suite=suite.words, count=rest)
    detail = reason or (held if rest else say("{suite}: all pass", suite=suite.words))
    yield Check("tests pass", passed=not reason, detail=detail)
    if reason:
        return
    plain = Check(labels.PLAUSIBLE, passed=True, detail=say("plausible: the suite passes; nothing more is known"))
    for check in candidate.proof or (plain,):
        yield labels.lessened(check, rest) if rest and labels.label((check,)) else check


def suite_of(request: Request, options: FixOptions, project: Project) -> suites.Suite | None:
    """The tests that a correction is held to: those that were named, else those found. Raises UsageError."""
    if options.test:
        return suites.named(options.test, options.folder)
    return suites.of(request.document, project.root)


def is_searched(document: Document, suite: suites.Suite) -> bool:
    """Whether a change can be looked for without a model: in Python, with tests that can be run one by one."""
    return document.language == "python" and suite.kind != "command"


_KNOWN: Final[dict[str, repairing.Ran]] = {}
_MOST_KNOWN: Final = 8


async def before(request: Request, suite: suites.Suite, project: Project, settings: Settings) -> repairing.Ran:
    """How the suite ends without a change: run once for a request, however many candidates there are."""
    found = _KNOWN.get(request.trace_id)
    if found is None:
        found = await repairing.ran(request.document, project, settings, suite)
        if request.trace_id:
            _KNOWN[request.trace_id] = found
        for old in list(_KNOWN)[:-_MOST_KNOWN]:
            del _KNOWN[old]
    return found


async def facts(request: Request, options: FixOptions, project: Project, settings: Settings) -> tuple[Finding, ...]:
    """What fails, as a finding for a model to answer, where no change can be looked for without one: at the place in the
    file that the output names, else at the request's. Nothing where the tests pass or cannot be run.
    """
    document = request.document
    try:
        suite = suite_of(request, options, project)
        if suite is None or is_searched(document, suite) or not document.path.is_relative_to(project.root):
            return ()
        ran = await before(request, suite, project, settings)
    except CopilotError:
        return ()  # whoever is asked for a change says so
    if ran.passed or ran.broken:
        return ()
    names = ", ".join(sorted(ran.failed)[:_NAMES])[:_NAMES_LONG]
    end = " ".join(ran.output.split())[-_END_LONG:]
    message = say("{tests} fails: {output}", tests=names or suite.words[:_NAMES_LONG], output=end)
    return (Finding("tests", Severity.ERROR, document.path, _named(ran.output, document) or request.span, message),)


def _named(output: str, document: Document) -> Span | None:
    """The line of the document that a runner's output names first (`Sum.java:12`, `sum.py", line 12`)."""
    for found in re.finditer(re.escape(document.path.name) + r"(?:[:(\[]+|\"?, line )(\d{1,7})", output):
        rows = document.text.splitlines(keepends=True)
        number = int(found[1])
        if 1 <= number <= len(rows):
            start = sum(map(len, rows[: number - 1]))
            return Span(start, start + len(rows[number - 1].rstrip()))
    return None


def failing_test(document: Document, span: Span) -> str:
    """The test of pytest around `span` in a test file (`test_a`, `TestB::test_c`); empty where there is none."""
    if document.language != "python" or not python_places.is_test(document.path):
        return ""
    found = outline(document)
    symbol = found.at(span)
    while symbol is not None:
        if symbol.kind in {"function", "method"} and symbol.name.startswith("test"):
            return symbol.qualified.replace(".", "::")
        symbol = found.parent(symbol)
    return ""


def subjects(document: Document, root: Path) -> list[Path]:
    """The files of the project that a test file imports, those first whose name its own says."""
    try:
        tree = ast.parse(document.text)
    except (SyntaxError, ValueError):
        return []
    modules: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            modules += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    found = []
    for module in dict.fromkeys(modules):
        relative = Path(*module.split("."))
        for base in (root, root / "src", document.path.parent, document.path.parent.parent):
            path = base / relative.with_name(relative.name + ".py")
            if path.is_file() and path.is_relative_to(root) and not python_places.is_test(path):
                found.append(path)
                break
    stem = document.path.stem.removeprefix("test_").removesuffix("_test")
    return sorted(dict.fromkeys(found), key=lambda path: path.stem != stem)
