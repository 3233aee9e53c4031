"""The diagnostics of a document: syntax faults, undefined names, what the linter says. One finding a fault.

Python is read by ruff (its parser goes on after a fault and knows newer syntax than the interpreter we run on); without
ruff, and for the other languages, by the grammar. Absent on purpose: how to repair anything (`copilot/engines`).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Sequence
from typing import Final

from copilot.errors import ToolMissing, ToolSilent
from copilot.messages import say
from copilot.syntax import tree as trees
from copilot.syntax.tree import Fault
from copilot.types import Document, Edit, Finding, Project, Severity, Span
from copilot.verify import tools
from copilot.verify.firstfault import first_fault

SYNTAX: Final = "syntax"
UNDEFINED: Final = "undefined-name"
LINT: Final = "ruff:"

TRUSTED: Final = frozenset({"python", "java", "javascript", "typescript", "tsx"})
"""Languages whose grammar accepts (nearly) every valid program. SQL dialects, and the XML and YAML templates found in
banks, hold text that their grammars call wrong: a fault there is no evidence, so none is reported."""

_OWN_THREAD: Final = 64 * 1024
_NEAR: Final = 1


async def findings(
    document: Document, project: Project, *, lint: bool = True, proving: bool = False
) -> tuple[Finding, ...]:
    """The faults of a document in document order. Empty for a language without a grammar we trust.

    Without ruff, or when it gives no answer in time, a Python document gets its syntax faults only: who must know whether it
    is there asks `tools.ruff_binary`, and `proving` raises ToolSilent, since what was not looked for is not gone.
    """
    if document.language not in TRUSTED:
        return ()
    if document.language == "python":
        try:
            return _python(document, await tools.ruff(document, project.root), lint=lint)
        except ToolMissing as missing:
            if proving and isinstance(missing, ToolSilent):
                raise
    if len(document) > _OWN_THREAD:
        return await asyncio.to_thread(_grammar, document)
    return _grammar(document)


def grammar_faults(document: Document) -> tuple[Finding, ...]:
    """The syntax faults by the grammar alone, at once; empty for a language whose grammar we do not trust."""
    return _grammar(document) if document.language in TRUSTED else ()


async def fault_offsets(document: Document, project: Project) -> list[int]:
    """Where the parser complains, echoes included. Raises ToolSilent."""
    if document.language == "python":
        try:
            found = await tools.ruff(document, project.root)
            return [each.span.start for each in found if each.code == tools.SYNTAX and not _DATED.search(each.message)]
        except ToolSilent:
            raise
        except ToolMissing:
            pass
    tree = trees.of(document)
    return [fault.span.start for fault in trees.faults(tree)] if tree is not None else []


async def safe_fix(document: Document, project: Project, finding: Finding) -> tuple[Edit, ...]:
    """The linter's own safe fix of one of its findings, unproven; empty when it has none. Raises ToolMissing."""
    found = await tools.ruff(document, project.root)
    code = finding.rule.removeprefix(LINT)
    return next((each.edits for each in found if each.code == code and each.span == finding.span), ())


def _python(document: Document, found: Sequence[tools.Diagnostic], *, lint: bool) -> tuple[Finding, ...]:
    faults, others = [], []
    for each in found:
        if each.code == tools.SYNTAX and not _DATED.search(each.message):
            faults.append(_finding(document, SYNTAX, each.span, _expectation(each.message)))
        elif each.code == "F821":
            name = document.text[each.span.start : each.span.end].decode("utf-8", "replace")
            others.append(_finding(document, UNDEFINED, each.span, say("undefined name {name}", name=name)))
        elif lint and each.code != tools.SYNTAX:
            others.append(Finding(LINT + each.code, Severity.WARNING, document.path, each.span, each.message))
    return tuple(sorted([*_apart(document, faults), *others], key=lambda each: each.span))


def _finding(document: Document, rule: str, span: Span, message: str) -> Finding:
    """An error at `span`, cut to its first line."""
    end = re.compile(rb"[\r\n]").search(document.text, span.start, span.end)
    return Finding(rule, Severity.ERROR, document.path, Span(span.start, end.start() if end else span.end), message)


def _apart(document: Document, faults: Iterable[Finding]) -> list[Finding]:
    """The faults without those on the same or the next line as one before: mostly its echoes."""
    kept: list[Finding] = []
    last = -1 - _NEAR
    for fault in faults:
        line = document.text.count(b"\n", 0, fault.span.start)
        if line > last + _NEAR and not (kept and fault.span.start >= len(document.text.rstrip())):
            kept.append(fault)
            last = line
    return kept


_DATED: Final = re.compile(r"on Python \d")
"""Ruff's complaint that valid syntax is newer than the project's target version."""

_EXPECTED: Final = re.compile(r"^Expected (.+), found (.+)$")


def _word(found: str) -> str:
    if found == "newline":
        return say("end of line")
    return say("end of file") if "end of file" in found.lower() or found.upper() == "EOF" else found


def _expectation(message: str) -> str:
    """The message of ruff as one of ours where it has a known shape."""
    if match := _EXPECTED.match(message):
        expected, found = match.group(1), match.group(2)
        if expected.startswith(("`", "'")) and expected.count(expected[0]) == 2:
            return say("missing '{token}'", token=expected[1:-1])
        return say("expected {expected}, found {found}", expected=expected, found=_word(found))
    lowered = message.lower()
    if "indent" in lowered:
        return say("wrong indentation")
    if "missing closing quote" in lowered or "unterminated" in lowered:
        return say("string is not closed")
    if "unexpected eof" in lowered:
        return say("unexpected end of file")
    return say("syntax error: {detail}", detail=message)


def _grammar(document: Document) -> tuple[Finding, ...]:
    tree = trees.of(document)
    if tree is None:
        return ()
    faults = trees.faults(tree)
    inner = [f for f in faults if not any(f is not other and _wraps(f, other) for other in faults)]
    if document.language == "java" and any(
        b"\n" in document.text[f.span.start : f.span.end].strip() for f in inner[:1]
    ):
        place = first_fault(document.text)
        if place is not None:
            inner = [Fault("error", place, "", document.text[place.start : place.end].decode()), *inner[1:]]
    found = [_finding(document, SYNTAX, fault.span, _complaint(fault)) for fault in inner]
    return tuple(_apart(document, sorted(found, key=lambda each: each.span)))


def _wraps(outer: Fault, inner: Fault) -> bool:
    return len(outer.span) > len(inner.span) and outer.span.contains(inner.span)


_PLAIN: Final = re.compile(r"^\S{1,20}$")


def _complaint(fault: Fault) -> str:
    if fault.kind == "missing":
        if re.search(r"[a-z_]{2}", fault.expected):
            return say("something is missing here ({kind})", kind=fault.expected.replace("_", " "))
        return say("missing '{token}'", token=fault.expected)
    if _PLAIN.match(fault.text):
        return say("unexpected '{text}'", text=fault.text)
    return say("syntax error")
