"""Unit tests by a model: what it is shown, its answer as one new file, and that file without the tests that failed.

Absent on purpose: where the file goes (`verify/python_places.py` says, the request carries it) and proof (`tests.py`).
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from copilot.messages import say
from copilot.syntax.outline import Symbol, outline
from copilot.tasks import answers, excerpts, tests_gaps, tests_joined, tests_repair
from copilot.tasks.fragments import lines_around
from copilot.types import (
    Attempt,
    Candidate,
    Check,
    Context,
    Declined,
    Document,
    Edit,
    Finding,
    Message,
    Prompt,
    Request,
    Severity,
    Span,
    TestsOptions,
)
from copilot.verify import neighbours, python_places, python_tests
from prompts.templates import Library, fenced

Focus = Callable[[Document, Span], Symbol | None]

_CONFIDENCE: Final = 0.8
_WHOLE_BYTES: Final = 8_000
"""A file up to this size is shown whole."""

_TOKENS: Final = 2_000
_NAMES: Final = 12
_MOST_TOLD: Final = 20
_MOST_BYTES: Final = 60_000
"""A longer answer is not a test file."""


def build(request: Request, context: Context, focus: Focus, library: Library) -> Prompt | Declined:
    """One chat turn; the same request gives the same bytes."""
    document, options = request.document, request.options
    if not isinstance(options, TestsOptions) or options.path is None or not options.module:
        return Declined(say("{name} cannot be imported by a name", name=document.path.name))
    subject = focus(document, request.span)
    names = _targets(document, subject)
    if not names:
        return Declined(say("there is no public function or class to test here"))
    examples = tuple(s for s in context.snippets if python_places.is_test(s.path))[:1]
    others = replace(context, snippets=tuple(s for s in context.snippets if s not in examples))
    template = library.choose("tests", document.language)
    values = {
        "language": document.language or "",
        "path": excerpts.one_line(document.path.name),
        "file": excerpts.one_line(options.path.name),
        "module": options.module,
        "import": neighbours.reached(options.module, options.style.imports)[0]
        or f"from {options.module} import {', '.join(names)}",
        "style": neighbours.told(options.style),
        "name": subject.qualified if subject is not None else ", ".join(names),
        "code": _code(document, subject),
        "example": "\n" + fenced(examples[0].text, "python") if examples else "",
        "ground": _fenced(tests_gaps.ground(options.ground)) if options.ground else "",
        "gaps": tests_gaps.told(document, options.gaps),
        "snippets": excerpts.elsewhere(others, document.language),
        "refused": _refused(request.attempts),
    }
    messages = tuple(Message(role, text) for role, text in library.render(template, values))
    return Prompt(template.reference, _TOKENS, messages=messages)


def read(text: str, request: Request, focus: Focus) -> Candidate | None:
    """The answer as one new file; None when it is no whole file of tests that imports the module."""
    options = request.options
    if not isinstance(options, TestsOptions) or options.path is None or not options.module:
        return None
    code = answers.code(text, "python", fits=_has_tests)
    if code is None or len(code) > _MOST_BYTES or not _has_tests(code):
        return None
    code = tests_repair.imported(code.strip("\n") + "\n", request.document, options.module)
    if not _imports(code, options.module):
        return None
    if options.ground:
        joined = tests_joined.extended(options.ground, code)
        if joined is None:
            return None
        code = joined
    return Candidate((Edit(options.path, Span(0, 0), code),), "", _CONFIDENCE, _title(request, focus, code))


def without(candidate: Candidate, request: Request, focus: Focus, check: Check) -> Candidate | None:
    """The candidate without the tests that a check names; a finding for each, since it may be the code that is wrong.

    A test of which only an expected value is wrong gets the value that the code gives (`tests_repair.recorded`).
    """
    (edit,) = candidate.edits
    text = edit.new
    recorded: list[tests_repair.Recorded] = []
    if candidate.origin != "embedded" and check.wrong:
        text, recorded = tests_repair.recorded(edit.new, check.wrong, request.document, request.instruction)
    saved = {one.test for one in recorded if not one.spoken}
    lost = [name for name, _ in check.parts if name not in saved]
    left = python_tests.without(text, lost) if lost else text
    if not left or left == edit.new or _adds_nothing(left, request):
        return None
    told = tuple(
        Finding(
            "tests.failing",
            Severity.INFORMATION,
            request.document.path,
            Span(0, 0),
            say("{test} was left out: {reason}", test=name, reason=excerpts.one_line(reason)),
        )
        for name, reason in check.parts
        if check.name != "worth" and name in lost and name not in {one.test for one in recorded}
    )
    told += tuple(_differing(one, request) for one in recorded)
    title = _title(request, focus, left)
    return replace(
        candidate, edits=(replace(edit, new=left),), title=title, findings=(*candidate.findings, *told)[:_MOST_TOLD]
    )


def _adds_nothing(text: str, request: Request) -> bool:
    """Whether only the proven tests are left of a file that was to extend them."""
    ground = request.options.ground if isinstance(request.options, TestsOptions) else ""
    return bool(ground) and set(python_tests.names(text)) <= set(python_tests.names(ground))


def _differing(one: tests_repair.Recorded, request: Request) -> Finding:
    """What the model expected and the code does not give: one of the two is wrong."""
    values = {"test": one.test, "expected": one.expected, "value": one.value}
    if one.spoken:
        text = say(
            "{test} was left out: the code gives {value}; the model expected {expected}, and so says the documentation",
            **values,
        )
    else:
        text = say("{test}: the code gives {value}; the model expected {expected}", **values)
    severity = Severity.WARNING if one.spoken else Severity.INFORMATION
    return Finding("tests.differing", severity, request.document.path, Span(0, 0), text)


def _name(request: Request, focus: Focus) -> str:
    subject = focus(request.document, request.span)
    return subject.qualified if subject is not None else request.document.path.name


def _title(request: Request, focus: Focus, code: str) -> str:
    name, count = _name(request, focus), python_tests.assertion_count(code)
    ground = request.options.ground if isinstance(request.options, TestsOptions) else ""
    if not ground:
        return say("Unit tests for {name} (assertions: {count})", name=name, count=count)
    more = len(set(python_tests.names(code)) - set(python_tests.names(ground)))
    return say(
        "Unit tests for {name} (assertions: {count}; tests by the model: {more})", name=name, count=count, more=more
    )


def _fenced(text: str) -> str:
    return "\n" + fenced(text, "python") if text else ""


def _has_tests(code: str) -> bool:
    """True for a text that parses and defines a test."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(
        isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test")
        for node in ast.walk(tree)
    )


def _imports(code: str, module: str) -> bool:
    """True when a file imports the module that it tests (and not a copy that the model has written into it)."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import) and any(a.name == module for a in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and not node.level and node.module is not None:
            within = f"{node.module}." if module.startswith(f"{node.module}.") else ""
            if node.module == module or (within and any(within + a.name == module for a in node.names)):
                return True
    return False


def _targets(document: Document, subject: Symbol | None) -> list[str]:
    """The names that a test imports for the subject, or for the whole file."""
    if subject is not None:
        return [subject.qualified.split(".")[0]]
    found = [s.name for s in outline(document).symbols if s.parent is None and s.kind in {"function", "class"}]
    return [name for name in dict.fromkeys(found) if not name.startswith("_")][:_NAMES]


def _code(document: Document, subject: Symbol | None) -> str:
    """The file when it is short; else the subject (a method with its class) and the file's imports."""
    if len(document) <= _WHOLE_BYTES:
        return excerpts.shown(document, Span(0, len(document)))
    if subject is None:
        end = document.text.rfind(b"\n", 0, _WHOLE_BYTES) + 1
        return excerpts.shown(document, Span(0, end or _WHOLE_BYTES))
    found = outline(document)
    shown = subject
    while (around := found.parent(shown)) is not None and len(around.span) <= _WHOLE_BYTES:
        shown = around
    span = lines_around(document, shown.span)
    if len(span) > _WHOLE_BYTES:
        end = document.text.rfind(b"\n", span.start, span.start + _WHOLE_BYTES) + 1
        span = Span(span.start, end or span.start + _WHOLE_BYTES)
    return "\n\n".join(filter(None, [excerpts.imports(document, span).strip(), excerpts.shown(document, span)]))


def _refused(attempts: tuple[Attempt, ...]) -> str:
    """What failed in the last answer, test by test."""
    if not attempts:
        return ""
    first = next((a for a in attempts if a.checks[-1].parts), attempts[-1])
    check = first.checks[-1]
    rows = [f"- {excerpts.one_line(name, 80)}: {excerpts.one_line(reason, 200)}" for name, reason in check.parts[:8]]
    return "\n" + "\n".join(rows or [f"- {excerpts.one_line(check.detail or check.name)}"])
