"""Correction: what is wrong in a document, what a model is asked about it, and what proves that an edit puts it right.

Absent on purpose: where the edits come from (`copilot/engines`), and the words of a prompt (`fix_prompt.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from copilot import edits as texts
from copilot.config import Settings
from copilot.context.index import Index
from copilot.errors import ToolMissing, UsageError
from copilot.messages import say
from copilot.syntax.lines import line_end, line_start
from copilot.tasks import fix_prompt, fix_tests
from copilot.types import (
    Candidate,
    Check,
    Context,
    Declined,
    Document,
    Edit,
    Finding,
    FixOptions,
    Project,
    Prompt,
    Request,
    Span,
)
from copilot.verify import diagnostics, evasion, syntax, tools
from copilot.verify.firstfault import first_fault
from prompts.templates import Library


async def findings(
    document: Document, project: Project, settings: Settings, index: Index | None = None
) -> tuple[Finding, ...]:
    """The diagnostics of a document: rules `syntax`, `undefined-name`, and, unless `fix.lint` is off, `ruff:<code>`.

    Nothing for a path that policy keeps out. Broken text, a broken ruff configuration and a missing ruff are normal.
    """
    if index is not None and index.excluded(document.path):
        return ()
    return await diagnostics.findings(document, project, lint=settings.fix.lint)


def rounds(settings: Settings) -> int:  # noqa: ARG001 - the protocol's parameter
    """Two: a model that is told why its correction was refused may have a better one."""
    return 2


async def prepared(request: Request, settings: Settings, project: Project) -> Request:
    """The request with what is wrong at its place, when it does not say: faults at the span, else the undefined names on
    its lines (where a syntax fault is reported is often not where it was made).
    """
    document = request.document
    if request.facts or _by_tests(request) is not None:
        return request
    found = await findings(document, project, settings)
    lines = Span(line_start(document.text, request.span.start), line_end(document.text, request.span.end))
    facts = [each for each in found if each.span.touches(request.span)]
    facts = facts or [each for each in found if each.rule == diagnostics.UNDEFINED and each.span.touches(lines)]
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


async def checks(candidate: Candidate, request: Request, project: Project, settings: Settings) -> AsyncIterator[Check]:
    """`applies`, `syntax`, `fault gone`, for a model's answer `kept`; for Python `lint`, for Java asked for by hand
    `compiler`, where the tool is.
    """
    document = request.document
    yield syntax.applies(document, candidate.edits)
    try:
        after = texts.apply(document, candidate.edits)
    except UsageError:
        return
    yield await _sound(document, after, candidate.edits, project)
    if (asked := _by_tests(request)) is not None:
        async for check in fix_tests.checks(candidate, request, after, asked, project, settings):
            yield check
        return
    targets = candidate.findings or request.facts
    lint = settings.fix.lint or any(each.rule.startswith(diagnostics.LINT) for each in targets)
    was = await diagnostics.findings(document, project, lint=lint)
    now = await diagnostics.findings(after, project, lint=lint)
    targets = targets or tuple(each for each in was if each.span.touches(request.span))
    yield _gone(document, after, candidate.edits, targets, was, now)
    if candidate.origin.startswith(("model", "replay")):  # our own repairs are known not to: they were measured
        yield evasion.kept(document, after, targets)
    try:
        if document.language == "python":
            yield await _no_new_lint(document, after, candidate.edits, project)
        elif document.language == "java" and request.trigger == "invoked" and project.java_home is not None:
            yield await _compiles(after, candidate.edits, document, project)
    except ToolMissing:
        return  # nothing is claimed that was not checked


def _by_tests(request: Request) -> FixOptions | None:
    """The options of a request that is about failing tests."""
    return request.options if isinstance(request.options, FixOptions) and request.options.by_tests else None


async def _sound(before: Document, after: Document, edits: tuple[Edit, ...], project: Project) -> Check:
    """No new fault by the tree; in a text with several faults, where one repair makes the tree rearrange the others,
    instead: fewer complaints, each where one was before, or (Java) sound statements up to beyond the edit.
    """
    check = syntax.no_new_faults(before, edits, compiler=True)
    if check.passed:
        return check
    if before.language == "java":
        first, later = first_fault(before.text), first_fault(after.text)
        end = max((span.end for span in _written(before, edits)), default=0)
        if first is not None and (later is None or later.start > max(end, mapped(first.start, edits))):
            return Check("syntax", passed=True, detail=say("sound up to the next fault"))
        return check
    was = await diagnostics.fault_offsets(before, project)
    now = await diagnostics.fault_offsets(after, project)
    lines = {after.text.count(b"\n", 0, mapped(at, edits)) for at in was}
    if len(now) < len(was) and all(after.text.count(b"\n", 0, at) in lines for at in now):
        return Check("syntax", passed=True, detail=say("no new syntax fault"))
    return check


def _gone(
    document: Document,
    after: Document,
    edits: Iterable[Edit],
    targets: Iterable[Finding],
    was: tuple[Finding, ...],
    now: tuple[Finding, ...],
) -> Check:
    """Each target is reported once less; a syntax fault may uncover later ones, as long as its own line is clean."""
    before, remaining = _tally(was), _tally(now)
    own = tuple(edits)
    for target in targets:
        kind = _kind(target)
        if remaining[kind] < before[kind]:
            continue
        if target.rule == diagnostics.SYNTAX:
            place = mapped(target.span.start, own)
            line = after.text.count(b"\n", 0, place)
            rest = [f for f in now if f.rule == diagnostics.SYNTAX]
            if all(after.text.count(b"\n", 0, f.span.start) > line for f in rest if f.span.start >= place):
                continue
        line = document.text.count(b"\n", 0, target.span.start) + 1
        return Check("fault gone", passed=False, detail=say("line {line} is still at fault", line=line))
    return Check(
        "fault gone", passed=True, detail=say("faults: {before} before, {after} after", before=len(was), after=len(now))
    )


def _kind(finding: Finding) -> tuple[str, str]:
    """Syntax faults are one kind: undoing one may change the words for the next."""
    return finding.rule, "" if finding.rule == diagnostics.SYNTAX else finding.message


def _tally(found: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter(map(_kind, found))


def mapped(offset: int, edits: Iterable[Edit]) -> int:
    """Where `offset` of the text before lies after the edits (LF counted as it stands in them)."""
    shift = 0
    for edit in sorted(edits, key=lambda each: each.span):
        if edit.span.end <= offset:
            shift += len(edit.new.encode()) - len(edit.span)
    return offset + shift


def _written(document: Document, edits: Iterable[Edit]) -> list[Span]:
    """Where the new texts lie after the edits."""
    found, shift = [], 0
    for edit in sorted((e for e in edits if e.path == document.path), key=lambda each: each.span):
        size = len(texts.with_newline(edit.new, document.newline).encode())
        found.append(Span(edit.span.start + shift, edit.span.start + shift + size))
        shift += size - len(edit.span)
    return found


_SERIOUS = ("F5", "F6", "F7", "F82", "E9", tools.SYNTAX)
"""Codes that say the program is wrong, not untidy."""


async def _no_new_lint(before: Document, after: Document, edits: tuple[Edit, ...], project: Project) -> Check:
    """No serious diagnostic that was not there, and none at all in the new text.

    ruff says little of a text that does not parse, so what a syntax repair uncovers elsewhere is not its doing.
    """
    was = await tools.ruff(before, project.root)
    now = await tools.ruff(after, project.root)
    parsed = not any(each.code == tools.SYNTAX for each in was)
    known = Counter((each.code, each.message) for each in was)
    written = _written(before, edits)
    replaced = b" ".join(before.text[edit.span.start : edit.span.end] for edit in edits if edit.path == before.path)
    fresh = []
    for each in now:
        if not each.code.startswith(_SERIOUS):
            continue
        known[each.code, each.message] -= 1
        mine = _word(after, each) not in replaced and any(
            span.start < each.span.end and each.span.start < span.end for span in written
        )
        if known[each.code, each.message] < 0 and (parsed or (mine and each.code != tools.SYNTAX)):
            fresh.append(each)
    if fresh:
        detail = say("ruff: {code} {message}", code=fresh[0].code, message=fresh[0].message)
        return Check("lint", passed=False, detail=detail)
    return Check("lint", passed=True, detail=say("ruff: nothing new"))


def _word(document: Document, diagnostic: tools.Diagnostic) -> bytes:
    return document.text[diagnostic.span.start : diagnostic.span.end]


async def _compiles(after: Document, edits: tuple[Edit, ...], before: Document, project: Project) -> Check:
    """No syntax error of javac at the edit."""
    lines = [after.text.count(b"\n", 0, span.start) + 1 for span in _written(before, edits)]
    for error in await tools.javac(after, project.java_home):
        if error.line in lines:
            return Check(
                "compiler", passed=False, detail=say("javac: line {line}, {key}", line=error.line, key=error.key)
            )
    return Check("compiler", passed=True, detail=say("javac: no syntax error at the change"))
