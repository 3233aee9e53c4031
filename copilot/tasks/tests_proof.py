"""Running a test file as its proof: every test passes, passes again when everything else differs, and adds something.

A refusal names each test that is at fault with its reason, so that the rest can be proven without it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from copilot.config import Settings
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.progress import report
from copilot.syntax.outline import Symbol, outline
from copilot.testfacts import Gap
from copilot.types import Check, Document, Project, Request, Span, TestsOptions
from copilot.verify import callers, isolation, python_places, python_tests, runs, sandbox

_weighed: Final[dict[str, runs.Worth]] = {}
"""Files that are what was left of a weighed one when the tests that add nothing were taken out, by `_key`: the others ran
beside them and were worth the same.
"""
FAULTS: Final = 160
FAULTS_OF_CHOSEN: Final = 40
"""Planted faults at most: for tests that anybody wrote, and for those that were chosen by planting faults already."""

_MOST_WEIGHED: Final = 16


def _key(doc: Document, files: dict[Path, str]) -> str:
    return hashlib.sha256(b"\0".join([doc.text, *(text.encode() for text in files.values())])).hexdigest()


def _remember(doc: Document, path: Path, left: str, worth: runs.Worth) -> None:
    if len(_weighed) >= _MOST_WEIGHED:
        _weighed.clear()
    _weighed[_key(doc, {path: left})] = worth


async def executed(
    request: Request,
    project: Project,
    settings: Settings,
    files: dict[Path, str],
    subject: Symbol | None,
    faults: int = FAULTS,
) -> AsyncIterator[Check]:
    """`runs`, `stable`, `covers`, `worth` for each test file, in the sandbox; at most so many `faults` are planted."""
    doc, root = request.document, project.root
    try:
        python = runs.interpreter(project.python)
        where = python_places.place(doc, root)
        overlay = laid_over(doc, files, root)
        async with sandbox.opened(
            root, settings, files=overlay, readonly=isolation.prefixes(python), base=project.base
        ) as box:
            paths = [inside(box.root, root, where.base)] if where is not None else []
            known = _weighed.get(_key(doc, files))
            gaps = request.options.gaps if isinstance(request.options, TestsOptions) else ()
            weighing = await asyncio.to_thread(_weighing, box, doc, subject, where, project, files, faults, gaps)
            for path, text in files.items():
                report(say("running {name}", name=path.name))
                outcomes = runs.pytest(
                    box,
                    python,
                    inside(box.root, root, path),
                    focus=inside(box.root, root, doc.path),
                    paths=[*paths, box.root],
                    times=2 if known is not None else max(2, settings.tests.runs),
                    limits=limits(request, settings),
                    weighing=weighing,
                )
                async for check, worth in _judged(outcomes, doc, subject, settings, known):
                    if worth is not None and not check.passed:
                        _remember(doc, path, python_tests.without(text, [n for n, _ in check.parts]), worth)
                    yield check
    except CopilotError as error:
        yield Check("runs", passed=False, detail=str(error))


def _weighing(
    box: sandbox.Box,
    doc: Document,
    subject: Symbol | None,
    where: python_places.Place | None,
    project: Project,
    files: dict[Path, str],
    faults: int,
    gaps: tuple[Gap, ...],
) -> runs.Weighing | None:
    """How the tests are weighed: on the lines that are asked about, against the project's tests that call them.

    Looks through the project; None where it cannot be said, or is known.
    """
    if where is None or _key(doc, files) in _weighed:
        return None
    names = [subject] if subject is not None else [s for s in outline(doc).symbols if s.parent is None]
    found = callers.calling(
        project.root,
        doc.path,
        frozenset(s.name for s in names),
        frozenset({doc.path.stem if doc.path.stem != "__init__" else doc.path.parent.name}),
        most=2,
    )
    existing = tuple(inside(box.root, project.root, each.path) for each in found if each.path not in files)
    wanted = tuple((gap.line, gap.old, gap.new) for gap in gaps if gap.kind == "fault")
    return runs.Weighing(where.name, (_lines(doc, subject),), existing, faults, wanted=wanted)


async def _judged(
    outcomes: AsyncIterator[runs.Outcome],
    doc: Document,
    subject: Symbol | None,
    settings: Settings,
    known: runs.Worth | None,
) -> AsyncIterator[tuple[Check, runs.Worth | None]]:
    """All runs together, the last check with what the tests are worth.

    A refusal names every test that failed in any run, or adds nothing, with its reason.
    """
    found: list[runs.Outcome] = []
    async for outcome in outcomes:
        found.append(outcome)
        done, total = len(found), max(2, settings.tests.runs)
        report(say("run {number} of {total}", number=done, total=total), done / total)
    first, *later = found
    if not first.tests or first.broken:
        parts = tuple(first.tests.items())  # who ran last when the process died
        yield Check("runs", passed=False, detail=first.broken or say("there is no test"), parts=parts), None
        return
    bad = {name: reason for name, reason in first.tests.items() if reason}
    bad |= {name: _effect(what) for one in reversed(found) for name, what in one.effects.items() if name in first.tests}
    unsteady, broken = _unsteady(first, later)
    unsteady = {name: reason for name, reason in unsteady.items() if name not in bad}
    parts = tuple({**dict.fromkeys(_idle(first.worth), idle()), **unsteady, **bad}.items())
    if bad:
        name, reason = next(iter(bad.items()))
        wrong = tuple(one for one in first.wrong if one.test in bad)
        yield Check("runs", passed=False, detail=f"{name}: {reason}", parts=parts, wrong=wrong), None
        return
    detail = say(
        "tests that pass: {count}, in {seconds} s, sandbox {level}",
        count=len(first.tests),
        seconds=round(first.wall_s, 1),
        level=first.level.value,
    )
    yield Check("runs", passed=True, detail=detail), None
    if broken or unsteady:
        detail = broken or "{}: {}".format(*next(iter(unsteady.items())))
        yield Check("stable", passed=False, detail=detail, parts=parts if not broken else ()), None
        return
    count = len(found) if known is None else max(2, settings.tests.runs)  # as they did beside those taken out
    detail = say("{count} of {count} runs pass: two hash seeds, time zones, another date, another order", count=count)
    yield Check("stable", passed=True, detail=detail), None
    covers = _covers(first, doc, subject)
    yield covers, None
    worth = first.worth or known
    if covers.passed and worth is not None:
        yield _worth(worth, parts), worth


def _effect(what: str) -> str:
    """What a test does beside testing, for a person."""
    told = {
        "it opens a network connection": say("it opens a network connection"),
        "it opens a network port": say("it opens a network port"),
        "it sends to the network": say("it sends to the network"),
        "it asks for a network name": say("it asks for a network name"),
        "it starts a program": say("it starts a program"),
        "it starts processes": say("it starts processes"),
        "it sends a signal": say("it sends a signal"),
        "it sleeps": say("it sleeps"),
    }
    return told.get(what) or say("it writes outside its temporary folder")


def _unsteady(first: runs.Outcome, later: list[runs.Outcome]) -> tuple[dict[str, str], str]:
    """Tests that pass at first and fail in a later run, and why a run says nothing of any test."""
    found: dict[str, str] = {}
    numbered = sorted(enumerate(later, 2), key=lambda row: not row[1].ahead)  # the date is the most telling reason
    for number, outcome in numbered:
        if outcome.ahead and (outcome.broken or outcome.tests.keys() != first.tests.keys()):
            continue  # a clock of Python's own does not suit every library
        if outcome.broken or outcome.tests.keys() != first.tests.keys():
            return found, say(
                "run {number}: {what}", number=number, what=outcome.broken or say("other tests were found")
            )
        if outcome.disordered and any(outcome.tests.values()) and first.changed:
            # Who fails in another order need not be to blame: first those go that leave the module changed.
            found |= {
                name: say("it leaves {name} changed, and others fail in another order", name=what)
                for name, what in first.changed.items()
                if not outcome.tests.get(name)
            }
            if found:
                return found, ""
        for name, reason in outcome.tests.items():
            if reason:
                where = say("on another date") if outcome.ahead else say("run {number}", number=number)
                found.setdefault(name, f"{where}: {reason}")
    return found, ""


def idle() -> str:
    """The reason for leaving out a test that `_idle` names."""
    return say("it adds nothing to the other tests")


def _idle(worth: runs.Worth | None) -> list[str]:
    """Test functions that reach nothing new and expose nothing."""
    if worth is None or not worth.complete or not worth.mutants:
        return []
    return [name for name, gain in worth.gains.items() if not any(gain)]


def _worth(worth: runs.Worth, parts: tuple[tuple[str, str], ...]) -> Check:
    """What the tests add to those of the project."""
    steps = sum(gain[0] for gain in worth.gains.values())
    detail = say("steps between lines that no test took before: {count}", count=steps)
    if worth.mutants:
        said = say("planted faults: {count}, exposed: {killed}", count=worth.mutants, killed=worth.killed)
        detail += "; " + said
        if worth.before:
            detail += ", " + say("by the project's own tests: {count}", count=worth.before)
    if parts:
        name, reason = parts[0]
        return Check("worth", passed=False, detail=f"{name}: {reason}", parts=parts)
    open_ = tuple(Gap("fault", line, old, new) for line, old, new in worth.survivors)
    return Check("worth", passed=True, detail=detail, gaps=open_)


def _covers(outcome: runs.Outcome, doc: Document, subject: Symbol | None) -> Check:
    """How many of the focal lines the tests ran. A report, never a refusal: but tests that reach nothing are none."""
    wanted = python_tests.statement_lines(doc.text.decode(), *_lines(doc, subject))
    reached = wanted & outcome.lines
    name = subject.qualified if subject is not None else doc.path.name
    detail = say("{reached} of {wanted} lines of {name}", reached=len(reached), wanted=len(wanted), name=name)
    missed = sorted(wanted - reached)
    if missed:
        shown = ", ".join(map(str, missed[:8])) + ("…" if len(missed) > 8 else "")
        detail += "; " + say("not reached: {lines}", lines=shown)
    open_ = tuple(Gap("line", line) for line in missed)
    return Check("covers", passed=bool(reached) or not wanted, detail=detail, gaps=open_)


def _lines(doc: Document, subject: Symbol | None) -> tuple[int, int]:
    """First and last line (from 1) of what is tested."""
    span = subject.span if subject is not None else Span(0, len(doc.text))
    return doc.text.count(b"\n", 0, span.start) + 1, doc.text.count(b"\n", 0, span.end) + 1


def budget_s(request: Request, settings: Settings) -> float:
    """Wall seconds for one request: what was asked, else what the settings say."""
    asked = request.options.budget_s if isinstance(request.options, TestsOptions) else None
    return settings.tests.budget_s if asked is None else asked


def limits(request: Request, settings: Settings) -> sandbox.Limits:
    """The settings' limits for one run inside the request's budget."""
    wall_s = max(2.0, budget_s(request, settings))
    return sandbox.Limits(wall_s=wall_s, cpu_s=settings.sandbox.cpu_s, memory_mb=settings.sandbox.memory_mb)


def laid_over(doc: Document, files: dict[Path, str], root: Path) -> dict[str, bytes]:
    """What a snapshot of the project gets on top: the open buffer and the candidate's files."""
    texts = {doc.path: doc.text.decode().encode(doc.encoding), **{path: text.encode() for path, text in files.items()}}
    return {inside(root, root, path).relative_to(root).as_posix(): text for path, text in texts.items()}


def inside(box_root: Path, root: Path, path: Path) -> Path:
    """Where a path lies for code inside the box; a file outside the project (`--out`) is run at its root."""
    return box_root / (path.relative_to(root) if path.is_relative_to(root) else path.name)
