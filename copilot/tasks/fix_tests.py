"""Correction by tests: what proves that a change makes failing tests pass, whoever proposes it and in any language.

The change is laid into a copy of the project and the suite is run there, beside a run without it. Absent on purpose:
looking for a change (`copilot/engines/embedded/tested.py`).
"""

from __future__ import annotations

import ast
from collections.abc import AsyncIterator
from pathlib import Path

from copilot.config import Settings
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.syntax.outline import outline
from copilot.types import Candidate, Check, Document, FixOptions, Project, Request, Span
from copilot.verify import labels, python_places, repairing, suites


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
