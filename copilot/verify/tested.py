"""The proof by a test command: what failed passes now, and what passed still does. Checks `failing tests`, `other tests`.

The command runs in the sandbox on a copy of the project, without the change and with it. pytest's summary tells the tests
apart; of any other command the exit status is all there is. Absent on purpose: which tests there are (`tasks/tests`), and
repair by tests, which has runners of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot.config import Settings
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.types import Check, Document, Project
from copilot.verify import isolation, sandbox

_FAILED: Final = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
_PASSED: Final = re.compile(r"\b(\d+) passed\b")
_KEPT: Final = 8
_WALL_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of the command: its exit status, the tests that failed, how many passed (-1: it does not say)."""

    code: int
    failed: frozenset[str]
    passed: int


_outcomes: Final[OrderedDict[tuple[Path, tuple[str, ...], bytes], Outcome]] = OrderedDict()


async def tested(
    before: Document, after: Document, command: Sequence[str], project: Project, settings: Settings
) -> AsyncIterator[Check]:
    """Both checks, the first that fails last. A command that passes already proves nothing and fails the first."""
    try:
        was = await outcome(before, command, project, settings)
        now = await outcome(after, command, project, settings)
    except CopilotError as error:
        yield Check("failing tests", passed=False, detail=str(error))
        return
    if not was.code:
        yield Check("failing tests", passed=False, detail=say("no test fails without the change"))
        return
    mended = was.failed - now.failed
    if now.code and not mended:
        yield Check("failing tests", passed=False, detail=say("the tests still fail"))
        return
    yield Check(
        "failing tests", passed=True, detail=say("tests that failed and pass now: {count}", count=len(mended) or 1)
    )
    broken = sorted(now.failed - was.failed)
    if broken or now.passed < was.passed:
        yield Check("other tests", passed=False, detail=say("fails now: {tests}", tests=", ".join(broken[:3]) or "?"))
    else:
        yield Check("other tests", passed=True, detail=say("tests that pass: {count}", count=max(now.passed, 0)))


async def outcome(document: Document, command: Sequence[str], project: Project, settings: Settings) -> Outcome:
    """How the command ends with the file as in `document`; the last few are kept. Raises SandboxUnavailable."""
    key = project.root, tuple(command), hashlib.blake2b(document.text, digest_size=16).digest()
    if key not in _outcomes:
        _outcomes[key] = await _ran(document, command, project, settings)
        while len(_outcomes) > _KEPT:
            _outcomes.popitem(last=False)
    return _outcomes[key]


async def _ran(document: Document, command: Sequence[str], project: Project, settings: Settings) -> Outcome:
    shown = isolation.prefixes(project.python) if project.python is not None else []
    laid = {document.path.relative_to(project.root).as_posix(): document.text}
    limits = sandbox.Limits(wall_s=_WALL_S, cpu_s=settings.sandbox.cpu_s, memory_mb=settings.sandbox.memory_mb)
    async with sandbox.opened(project.root, settings, files=laid, readonly=shown, base=project.base) as box:
        folder = project.python.absolute().parent if project.python is not None else Path("/usr/bin")
        env = {"PATH": f"{folder}:/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"}
        done = await box.run(["/bin/sh", "-c", " ".join(command)], readonly=shown, env=env, limits=limits)
    text = done.stdout.decode("utf-8", "replace")
    counted = _PASSED.findall(text)
    code = 1 if done.timed_out else done.returncode
    return Outcome(code, frozenset(_FAILED.findall(text)), int(counted[-1]) if counted else -1)
