"""The one validator of corrections, whoever proposes them: engine, linter, rule, template or model.

Its steps, in this order, each a check with its evidence in words; the first that fails ends the proof:
1. `applies`, `syntax`: the edits fit the text and bring no new fault;
2. `compiles` (Java) or `types` (Python): the compiler, or the project's own type checker, says nothing new; only when
   somebody asked for the correction, since it takes seconds;
3. `fault gone`: what was to be corrected is found no more; `claimed`: another tool said it and cannot be asked again;
4. `kept` (a model's answer): the fault did not go by way of the code or the checker;
5. `lint`: the linter finds nothing new;
6. `tests pass` and a label (`fix_tests`): where failing tests are what is wrong (`FixOptions.by_tests`), in the sandbox; then
   there is no finding that could be gone.
The pipeline then holds every candidate against `exists`, `secure`, `packages`, `words` and `licence`. Absent on purpose:
proposing anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

from copilot import edits as texts
from copilot.config import Settings
from copilot.errors import ToolMissing, ToolSilent, UsageError
from copilot.messages import say
from copilot.tasks import fix_findings, fix_tests
from copilot.tasks.fix_findings import findings, stage, told
from copilot.types import Candidate, Check, Document, Edit, Finding, FixOptions, Project, Request, Span
from copilot.verify import claims, diagnostics, evasion, javac, syntax, tools, typed
from copilot.verify.firstfault import first_fault


async def proof(candidate: Candidate, request: Request, project: Project, settings: Settings) -> AsyncIterator[Check]:
    """The checks of a candidate in the order above."""
    document, edits = request.document, candidate.edits
    yield syntax.applies(document, edits)
    try:
        after = texts.apply(document, edits)
    except UsageError:
        return
    yield await _sound(document, after, edits, project)
    targets = candidate.findings or request.facts
    asked = request.trigger == "invoked"
    try:
        if asked:
            async for check in _judged(document, after, candidate, targets, project, settings):
                yield check
    except ToolMissing:
        pass  # nothing is claimed that was not checked
    by_tests = request.options if isinstance(request.options, FixOptions) and request.options.by_tests else None
    if by_tests is None:
        async for check in _found_gone(candidate, request, after, targets, project, settings):
            yield check
    try:
        if document.language == "python":
            yield await _no_new_lint(document, after, edits, project)
    except ToolMissing:
        pass
    if by_tests is not None:
        async for check in fix_tests.checks(candidate, request, after, by_tests, project, settings):
            yield check


# The findings.


async def _found_gone(
    candidate: Candidate,
    request: Request,
    after: Document,
    targets: Sequence[Finding],
    project: Project,
    settings: Settings,
) -> AsyncIterator[Check]:
    """`fault gone` or `claimed`, and `kept`. What gave no answer proves nothing: then `fault gone` fails, which may be asked again."""
    document, edits, asked = request.document, candidate.edits, request.trigger == "invoked"
    lint = settings.fix.lint or any(each.source or each.rule.startswith(diagnostics.LINT) for each in targets)
    try:
        was = await findings(document, project, settings, compiled=asked, lint=lint, proving=True)
        now = await findings(after, project, settings, compiled=asked, lint=lint, proving=True)
    except ToolSilent as silent:
        yield Check("fault gone", passed=False, detail=str(silent))
        return
    targets = targets or tuple(each for each in was if each.span.touches(request.span))
    async for check in _answered(document, after, edits, targets, was, now, project, settings, asked=asked):
        yield check
    if candidate.origin.startswith(("model", "replay")):  # our own repairs are known not to: they were measured
        yield evasion.kept(document, after, targets)


# The text.


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
    try:
        was = await diagnostics.fault_offsets(before, project)
        now = await diagnostics.fault_offsets(after, project)
    except ToolSilent:
        return check
    lines = {after.text.count(b"\n", 0, mapped(at, edits)) for at in was}
    if len(now) < len(was) and all(after.text.count(b"\n", 0, at) in lines for at in now):
        return Check("syntax", passed=True, detail=say("no new syntax fault"))
    return check


# Compiler and type checker.


async def _judged(
    before: Document,
    after: Document,
    candidate: Candidate,
    targets: Sequence[Finding],
    project: Project,
    settings: Settings,
) -> AsyncIterator[Check]:
    """`compiles`, of a text that does not parse yet `compiler`; or `types`. Raises ToolMissing."""
    parses = all(stage(each) != fix_findings.SYNTAX for each in targets)
    if before.language == "java" and project.java_home is not None:
        if not parses or first_fault(before.text) is not None:
            yield await _parses(after, candidate.edits, before, project)
            return
        was, now = await javac.report(before, project, settings), await javac.report(after, project, settings)
        yield _uncovered(after, candidate, was, now) or _nothing_new("compiles", "javac", _kinds(was), _kinds(now))
    elif before.language == "python" and parses and any(stage(each) != fix_findings.LINT for each in targets):
        was_typed = await typed.report(before, project, settings)
        now_typed = await typed.report(after, project, settings) if was_typed is not None else None
        if was_typed is not None and now_typed is not None:
            yield _nothing_new(
                "types",
                was_typed.tool,
                Counter(message for _, message in was_typed.errors.elements()),
                Counter(message for _, message in now_typed.errors.elements()),
            )


def _kinds(report: javac.Report) -> Counter[str]:
    return Counter(f"{told(problem)} ({problem.key})" for problem in report.problems)


_LIKELY: Final = 0.75


def _uncovered(after: Document, candidate: Candidate, was: javac.Report, now: javac.Report) -> Check | None:
    """What was wrong all along and is only seen once a missing import is there: no fault of a correction that adds
    nothing else, if it is likely, lessens the others and all that comes up is a name that is not found.
    """
    imports = all(edit.new.strip().startswith("import ") and not len(edit.span) for edit in candidate.edits)
    fresh = _kinds(now) - _kinds(was)
    if not fresh or not imports or candidate.confidence < _LIKELY or fresh.total() >= len(was.problems) + 1:
        return None
    written = {edit.new.strip() for edit in candidate.edits}
    shown = [problem for problem in now.problems if f"{told(problem)} ({problem.key})" in fresh]
    lines = [
        after.text[after.text.rfind(b"\n", 0, p.span.start) + 1 :].partition(b"\n")[0].decode("utf-8", "replace")
        for p in shown
    ]
    if any(not p.key.startswith("cant.resolve") for p in shown) or any(line.strip() in written for line in lines):
        return None
    names = ", ".join(sorted({problem.name for problem in shown}))
    return Check(
        "compiles", passed=True, detail=say("javac: nothing new; seen now for the first time: {names}", names=names)
    )


def _nothing_new(name: str, tool: str, was: Counter[str], now: Counter[str]) -> Check:
    """No error more than before of any kind."""
    fresh = now - was
    if fresh:
        return Check(name, passed=False, detail=say("{tool}: {error}", tool=tool, error=next(iter(fresh))))
    counts = {"tool": tool, "before": was.total(), "after": now.total()}
    return Check(name, passed=True, detail=say("{tool}: {before} errors before, {after} after, none new", **counts))


async def _parses(after: Document, edits: tuple[Edit, ...], before: Document, project: Project) -> Check:
    """No syntax error of javac at the edit."""
    lines = [after.text.count(b"\n", 0, span.start) + 1 for span in _written(before, edits)]
    for error in await javac.syntax(after, project.java_home):
        if (line := after.text.count(b"\n", 0, error.span.start) + 1) in lines:
            detail = say("javac: line {line}, {key}", line=line, key=error.key)
            return Check("compiler", passed=False, detail=detail)
    return Check("compiler", passed=True, detail=say("javac: no syntax error at the change"))


# The fault.


async def _answered(
    document: Document,
    after: Document,
    edits: tuple[Edit, ...],
    targets: Sequence[Finding],
    was: tuple[Finding, ...],
    now: tuple[Finding, ...],
    project: Project,
    settings: Settings,
    *,
    asked: bool,
) -> AsyncIterator[Check]:
    """`fault gone` for what we find ourselves, `claimed` for what only another tool can tell."""
    own: list[Finding] = []
    strangers: list[Finding] = []
    for target in targets:
        twin = claims.same(document, target, was) if target.source else target
        own += [twin] if twin is not None else []
        strangers += [target] if twin is None else []
    if own or not strangers:
        yield _gone(document, after, edits, tuple(dict.fromkeys(own)), was, now)
    if not strangers:
        return
    again = await typed.report(document, project, settings) if asked else None
    later = await typed.report(after, project, settings) if again is not None else None
    if again is not None and later is not None and all(again.says(each.message) for each in strangers):
        for each in strangers:
            if later.says(each.message) and later.errors.total() >= again.errors.total():
                yield Check("fault gone", passed=False, detail=say("{tool} still says it", tool=again.tool))
                return
        yield Check("fault gone", passed=True, detail=say("{tool} does not say it any more", tool=again.tool))
        return
    names = ", ".join(dict.fromkeys(each.source for each in strangers))
    yield Check(
        "claimed",
        passed=True,
        detail=say("not checked again: only {tool} can tell whether its complaint is gone", tool=names),
    )


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


# The linter.

_SERIOUS: Final = ("F5", "F6", "F7", "F82", "E9", tools.SYNTAX)
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
