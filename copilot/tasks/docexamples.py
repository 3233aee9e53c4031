"""Examples that new documentation shows are run: `>>>` sessions as doctest, and calls with their results in prose.

In the sandbox, against the project with the documented file; Python only. An example that fails refuses the text, and so
does one that cannot be run: nobody knows whether it holds. Absent on purpose: examples that stood there before.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from copilot.config import Settings
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.types import Check, Document, Project
from copilot.verify import docsections, examples, isolation, python_places, runs, sandbox
from copilot.verify.contract import Contract

_WALL_S = 10.0


async def checks(
    before: Document, after: Document, old: Contract, new: Contract, project: Project, settings: Settings
) -> AsyncIterator[Check]:
    """`examples`, when the new text has any."""
    text = _new_text(before, after, old, new)
    if after.language != "python" or not text:
        return
    claims = examples.told(text.replace("``", "`"), [new.name]) if new.name else ()
    sessions = [examples.Session(new.name, text)] if examples.has_session(text) else []
    if not claims and not sessions:
        return
    if not after.path.is_relative_to(project.root):
        yield _not_run(say("the file is outside the project"))
        return
    try:
        yield await _run(after, project, settings, sessions, claims)
    except CopilotError as error:
        yield _not_run(str(error))


async def _run(
    after: Document,
    project: Project,
    settings: Settings,
    sessions: list[examples.Session],
    claims: tuple[examples.Claim, ...],
) -> Check:
    python = runs.interpreter(project.python)
    name = after.path.relative_to(project.root)
    laid = {name.as_posix(): after.text.decode("utf-8", "replace").encode(after.encoding)}
    limits = sandbox.Limits(wall_s=_WALL_S, cpu_s=int(_WALL_S), memory_mb=settings.sandbox.memory_mb)
    place = python_places.place(after, project.root)
    async with sandbox.opened(project.root, settings, files=laid, readonly=isolation.prefixes(python)) as box:
        report = await examples.run(
            box,
            python,
            box.root / name,
            place.name if place is not None else "",
            paths=[box.root / (place.base if place is not None else after.path.parent).relative_to(project.root)],
            sessions=sessions,
            claims=claims,
            limits=limits,
        )
    if report.broken:
        return _not_run(report.broken)
    wrong = next((one for one in report.results if not one.ok), None)
    if wrong is not None:
        return Check("examples", passed=False, detail=say("{call} gave {got}", call=wrong.source, got=wrong.got))
    if report.stopped:
        return Check("examples", passed=False, detail=report.stopped)
    held = len(report.results)
    return Check("examples", passed=True, detail=say("examples: {held} of {count} hold", held=held, count=held))


def _not_run(reason: str) -> Check:
    return Check("examples", passed=False, detail=say("not run: {reason}", reason=reason))


def _new_text(before: Document, after: Document, old: Contract, new: Contract) -> str:
    text = docsections.read(after, new.doc) if new.doc is not None else None
    previous = docsections.read(before, old.doc) if old.doc is not None else None
    if text is None:
        return ""
    known = {line.text.strip() for line in previous.lines} if previous is not None else set()
    return "\n".join(line.text for line in text.lines if line.text.strip() not in known or not line.text.strip())
