"""What is wrong in a document, by every means that asks no model, and in which order it is put right.

The order of correction: what does not parse, then names and imports (and what a compiler says), then the linter's safe
fixes, then insecure statements. A later stage is only looked at once the earlier ones have nothing left that can be put
right, since each hides or changes what the next one sees. Absent on purpose: what puts a finding right (`engines/embedded`).
"""

from __future__ import annotations

import asyncio
import re
import typing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from copilot import rules
from copilot.config import Settings
from copilot.context.index import Index
from copilot.errors import ToolMissing, ToolSilent
from copilot.messages import locale, say
from copilot.tasks import bank_findings, known_imports
from copilot.types import Document, Finding, Project, Severity
from copilot.verify import diagnostics, javac
from copilot.verify.claims import JAVAC
from copilot.verify.javac import Problem
from copilot.verify.kept import Kept, digest

SYNTAX: Final = 0
NAMES: Final = 1
LINT: Final = 2
RULES: Final = 3


_RULED: Final = 64 * 1024
"""Bytes of a text that the rules look through whole (0.7 ms a kilobyte); of a longer one they judge what is written."""

_ASIDE: Final = ThreadPoolExecutor(1, "findings")
"""One thread for what looks through a whole text at each pause of typing: with more of them, what nobody waits for any
longer would run beside what somebody waits for, and all share one interpreter.
"""

_ruled: Final[Kept[tuple[Path, str, str, bytes], list[Finding]]] = Kept()

_Found = TypeVar("_Found")


async def aside(look: Callable[..., _Found], *given: object) -> _Found:
    """What a look through a whole text finds, in a thread of its own, one after the other: who waits and is cancelled before
    its turn takes it away.
    """
    return await asyncio.get_running_loop().run_in_executor(_ASIDE, look, *given)


def stage(finding: Finding) -> int:
    """The stage of correction that a finding belongs to; another tool's claim is one about names and types."""
    if finding.source:
        return NAMES
    if finding.rule == diagnostics.SYNTAX:
        return SYNTAX
    if finding.rule.startswith(diagnostics.LINT):
        return LINT
    return NAMES if finding.rule == diagnostics.UNDEFINED or finding.rule.startswith(JAVAC) else RULES


def is_provided(document: Document, finding: Finding) -> bool:
    """Whether an undefined name is one that only an import would define, in a Python text without a single one: a part of
    something, to which its surroundings give the usual names. (A misspelt name is no such one.)
    """
    if finding.rule != diagnostics.UNDEFINED or document.language != "python" or _IMPORT.search(document.text):
        return False
    name = document.text[finding.span.start : finding.span.end].decode("utf-8", "replace")
    return (
        name in typing.__all__ or known_imports.of(name, "python", document.text.decode("utf-8", "replace")) is not None
    )


_IMPORT: Final = re.compile(rb"^[ \t]*(?:import|from)[ \t]+[\w.]", re.MULTILINE)


async def findings(
    document: Document,
    project: Project,
    settings: Settings,
    index: Index | None = None,
    *,
    compiled: bool = False,
    lint: bool | None = None,
    proving: bool = False,
) -> tuple[Finding, ...]:
    """The findings of a document in document order: rules `syntax`, `undefined-name`, `ruff:<code>` (unless `fix.lint` is
    off), `security.<language>.<id>` (unless `fix.rules` is off), and for Java if `compiled` `javac:<key>`. Where nobody has
    asked (not `compiled`) also the bank's rules on lines that differ from the last commit (unless `review.editor` is off).

    Nothing for a path that policy keeps out. Broken text, a broken ruff configuration and a missing tool are normal; so is
    one that gives no answer in time, unless `proving`: then ToolSilent is raised.
    """
    if index is not None and index.excluded(document.path):
        return ()
    lint = settings.fix.lint if lint is None else lint
    found = list(await diagnostics.findings(document, project, lint=lint, proving=proving))
    if compiled and document.language == "java" and not any(each.rule == diagnostics.SYNTAX for each in found):
        found += await _compiled(document, project, settings, proving=proving)
    if settings.fix.rules and len(document) <= _RULED and rules.triggered(document.language, document.text):
        found += await _insecure(document)
    if not compiled and bank_findings.wanted(document, settings):
        found += await aside(bank_findings.findings, document, settings)
    return tuple(sorted(found, key=lambda each: (each.span, stage(each))))


async def _insecure(document: Document) -> list[Finding]:
    """What the rules are sure of, information left out. The last few answers are kept."""
    key = document.path, document.language or "", locale(), digest(document.text)
    known = _ruled.get(key)
    return _ruled.keep(key, await aside(_sure, document)) if known is None else known


def _sure(document: Document) -> list[Finding]:
    return [
        hit.finding
        for hit in rules.hits(document)
        if hit.confidence == "high" and hit.rule.severity is not Severity.INFORMATION
    ]


_ALWAYS_TRUE: Final = ("doesnt.exist", "unreported.exception", "expected", "premature.eof", "illegal.start")
"""Errors that are what they say also where a jar or a generated class is not there to be compiled against."""


_OF_FILES: Final = frozenset({"class.public.should.be.in.file", "duplicate.class"})
"""Errors of where a file lies: no edit of its text answers them."""


async def _compiled(document: Document, project: Project, settings: Settings, *, proving: bool) -> list[Finding]:
    try:
        report = await javac.report(document, project, settings)
    except ToolMissing as missing:
        if proving and isinstance(missing, ToolSilent):
            raise
        return []
    said = [p for p in report.problems if p.key not in _OF_FILES]
    sure = [p for p in said if report.complete or p.key.startswith(_ALWAYS_TRUE) or _in_import(document, p)]
    return [Finding(JAVAC + p.key, Severity.ERROR, document.path, p.span, told(p)) for p in sure]


def _in_import(document: Document, problem: Problem) -> bool:
    start = document.text.rfind(b"\n", 0, problem.span.start) + 1
    return document.text[start : problem.span.start].lstrip().startswith(b"import ")


def told(problem: Problem) -> str:
    """An error of javac in words: the frequent ones in ours, the others by its key."""
    key, arguments = problem.key, problem.arguments
    if key.startswith("cant.resolve"):
        return say("cannot find {name}", name=problem.name)
    if key == "doesnt.exist":
        return say("package {name} does not exist", name=problem.name)
    if key.startswith("unreported.exception") and arguments:
        return say("exception {name} is neither caught nor declared", name=arguments[0])
    if (types := conversion(problem)) is not None:
        return say("a {given} cannot be converted to {wanted}", given=types[0], wanted=types[1])
    plain = [each for each in arguments[:1] if not each.startswith(("(", "kindname."))]
    return say("javac: {key}", key=" ".join((key.replace(".", " "), *plain)))


def conversion(problem: Problem) -> tuple[str, str] | None:
    """`(from, to)` of a conversion that javac does not make by itself."""
    if problem.key != "prob.found.req" or not problem.arguments:
        return None
    kind, _, types = problem.arguments[0].strip("()").partition(": ")
    parts = [part.strip() for part in types.split(",")]
    known = kind in {"compiler.misc.inconvertible.types", "compiler.misc.possible.loss.of.precision"}
    return (parts[0], parts[1]) if known and len(parts) == 2 else None
