"""Repair by tests, seen from outside: the search runs in the sandbox (`mending/`), a suite is run against a change there.

Every way is bounded in time and memory and leaves the project as it is. Raises what the sandbox raises.
"""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from copilot.config import Settings
from copilot.errors import ToolMissing
from copilot.messages import say
from copilot.progress import report
from copilot.types import Document, Project
from copilot.verify import isolation, python_places, runs, sandbox, suites
from copilot.verify.suites import Suite, failing

DRIVER: Final = Path(__file__).with_name("mending_driver.py")
PACKAGE: Final = Path(__file__).with_name("mending")
BUDGET_S: Final = 10.0
_STEP_S: Final = 0.5
_SCRATCH_MB: Final = 512
_USAGE: Final = (3, 4)
_TOLD: Final = 2000
"""Characters of the end of a command's output that are kept."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A change with which every case passes: (start, end, new text) in the file's bytes.

    `kind` names its template, `cost` says how unlikely that is, `rank` with the place; `function` is where it lies.
    `differs`: on how many inputs it answers otherwise than the first (-1: not asked), `shown`: some of them (arguments, the
    first's answer, this one's).
    """

    edits: tuple[tuple[int, int, str], ...]
    kind: str
    cost: float
    rank: float
    function: str
    differs: int
    shown: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Searched:
    """What the search found. `state`: `found`, `none` (no small change helps), `passing`, `elsewhere` (failing tests do not
    reach the file), `no tests`, `broken` (they cannot be run: `why`).
    """

    state: str
    why: str = ""
    patches: tuple[Patch, ...] = ()
    failing: tuple[str, ...] = ()
    told: Mapping[str, Any] | None = None


@asynccontextmanager
async def opened(document: Document, project: Project, settings: Settings, suite: Suite) -> AsyncIterator[sandbox.Box]:
    """A box around the project in which the file reads as `document`."""
    name = document.path.relative_to(project.root).as_posix()
    laid = {name: document.text.decode("utf-8", "replace").encode(document.encoding)}
    async with sandbox.opened(
        project.root, settings, files=laid, readonly=_shown(project, suite), base=project.base
    ) as box:
        yield box


def _shown(project: Project, suite: Suite) -> list[Path]:
    """Folders of the host that the suite needs: the interpreter, a JDK, jars that the command names."""
    found = isolation.prefixes(runs.interpreter(project.python)) if suite.kind != "command" else []
    if suite.kind == "command":
        with suppress(ToolMissing):
            found += isolation.prefixes(runs.interpreter(project.python))
        found += [project.java_home] if project.java_home is not None else []
        words = [part for word in shlex.split(suite.text) for part in word.split(":")]
        found += [Path(word) for word in words if word.startswith("/") and Path(word).is_file()]
    return [path for path in dict.fromkeys(found) if not path.is_relative_to(project.root)]


async def search(
    document: Document,
    project: Project,
    settings: Settings,
    suite: Suite,
    *,
    budget_s: float = BUDGET_S,
) -> Searched:
    """Look for a small change of the file with which the suite passes, for `budget_s` seconds of processor time."""
    async with opened(document, project, settings, suite) as box:
        told = await _driven(box, document, project, suite, budget_s, settings)
    return _read(told)


async def _driven(
    box: sandbox.Box,
    document: Document,
    project: Project,
    suite: Suite,
    budget_s: float,
    settings: Settings,
    wall_s: float = 0.0,
) -> dict[str, Any]:
    """What the search tells (without a budget: the run alone, in `wall_s`), with those of the project's plug-ins and
    settings of pytest that it accepts.
    """
    told: dict[str, Any] = {}
    for plugins, config in ((_wants_plugins(project, suite), True), (True, True), (False, False)):
        told = await _once(box, document, project, suite, budget_s, settings, wall_s, plugins, config)
        if told.get("exit") not in _USAGE:
            break
    return told


def _wants_plugins(project: Project, suite: Suite) -> bool:
    """Whether tests need what is installed beside pytest: those of coroutines do."""
    for word in suite.args:
        path = project.root / suite.folder / word.partition("::")[0]
        with suppress(OSError):
            if path.is_file() and b"async def test" in path.read_bytes():
                return True
    return False


async def _once(
    box: sandbox.Box,
    document: Document,
    project: Project,
    suite: Suite,
    budget_s: float,
    settings: Settings,
    wall_s: float,
    plugins: bool,  # noqa: FBT001
    config: bool,  # noqa: FBT001
) -> dict[str, Any]:
    place = python_places.place(document, project.root)
    python = runs.interpreter(project.python)
    lend = runs.lent(python)
    focus = box.root / document.path.relative_to(project.root)
    claims = suites.claims(document) if suite.kind == "examples" else ()
    request = {
        "args": list(suite.args),
        "focus": str(focus),
        "module": place.name if place is not None else "",
        "claims": [{"call": c.call, "wanted": c.wanted, "raises": c.raises} for c in claims],
        "examples": suite.kind == "examples",
        "root": str(box.root),
        "lend": [str(path) for path in lend],
        "config": config,
        "budget_s": budget_s,
    }
    bases = [place.base if place is not None else document.path.parent, project.root]
    named = dict(suite.env)
    inside = [str(box.root / base.relative_to(project.root)) for base in bases]
    # Seconds of a process: the search itself runs in short ones, but the first sums up what is done in it.
    wall_s, cpu_s = (6 * budget_s + 30, int(budget_s) + 30) if budget_s else (wall_s, int(wall_s) + 1)
    limits = sandbox.Limits(wall_s=wall_s, cpu_s=cpu_s, memory_mb=max(settings.sandbox.memory_mb, 2048))
    working = box.run(
        [str(python), "-s", "-B", str(DRIVER)],
        readonly=[*isolation.prefixes(python), *lend, DRIVER, PACKAGE, runs.RECORDER],
        cwd=box.root / suite.folder,
        env={
            **named,
            "PYTHONPATH": ":".join(dict.fromkeys([*filter(None, [named.get("PYTHONPATH", "")]), *inside])),
            "PYTHONHASHSEED": "0",
            **({} if plugins else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        },
        stdin=json.dumps(request).encode(),
        limits=limits,
    )
    words = say("looking for a change with which the tests pass")
    words = words if budget_s else say("running {name}", name=suite.words)
    ended = await _watched(working, budget_s or wall_s, words)
    if ended.timed_out:
        return {"state": "broken", "why": say("stopped after {seconds} s", seconds=round(ended.wall_s))}
    try:  # project code ran beside it and may have written anything in the report's place
        told = json.loads(ended.stdout)
        if isinstance(told, dict) and told.get("state") == "no pytest":
            raise ToolMissing(say("{python} has no pytest; install it there to repair by tests.", python=python))
        return told if isinstance(told, dict) else {}
    except ValueError:
        return {"state": "broken", "why": say("the test process died (exit {code})", code=ended.returncode)}


async def _watched(working: Any, budget_s: float, words: str) -> sandbox.Run:
    """Wait with a progress report now and then."""
    task = asyncio.ensure_future(working)
    try:
        elapsed = 0.0
        while True:
            report(words, min(0.99, elapsed / (budget_s + 2)))
            done, _ = await asyncio.wait({task}, timeout=_STEP_S)
            elapsed += _STEP_S
            if done:
                ended: sandbox.Run = task.result()
                return ended
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _read(told: dict[str, Any]) -> Searched:
    try:
        patches = tuple(
            Patch(
                edits=tuple((int(start), int(end), str(new)) for start, end, new in one["edits"]),
                kind=str(one["kind"]),
                cost=float(one["cost"]),
                rank=float(one["rank"]),
                function=str(one["function"]),
                differs=int(one["differs"]),
                shown=tuple((str(call), str(first), str(own)) for call, first, own in one["shown"]),
            )
            for one in told.get("found", [])
        )
        failed = tuple(str(name) for name in told.get("failing", []))
        state = str(told["state"])
        if state == "passing" and told.get("not_collected"):
            state = "broken"  # what could be collected passes
        return Searched(state, str(told.get("why", "")), patches, failed, told)
    except (KeyError, TypeError, ValueError):
        return Searched("broken", say("the test process died (exit {code})", code=0))


@dataclass(frozen=True, slots=True)
class Ran:
    """How a suite ended. `failed`: names of what fails or cannot be collected; `passed` when there were tests and all
    passed; `broken`: it could not be run, why. `output`: the end of what a command said.
    """

    passed: bool
    failed: frozenset[str]
    broken: str = ""
    output: str = ""


async def ran(document: Document, project: Project, settings: Settings, suite: Suite, *, wall_s: float = 60.0) -> Ran:
    """Run a suite with the file as `document`, in any language: the whole text, imported or built afresh."""
    async with opened(document, project, settings, suite) as box:
        if suite.kind == "command":
            return await _commanded(box, project, suite, wall_s)
        told = await _driven(box, document, project, suite, 0.0, settings, wall_s)
    state = str(told.get("state", "broken"))
    if state == "elsewhere":
        return Ran(passed=False, failed=frozenset(), broken=say("the failing tests do not reach this file"))
    if state in ("broken", "no tests"):
        return Ran(passed=False, failed=frozenset(), broken=str(told.get("why") or state))
    failed = frozenset(map(str, (*told.get("failing", ()), *told.get("not_collected", ()))))
    return Ran(passed=state == "passing" and not failed, failed=failed)


async def _commanded(box: sandbox.Box, project: Project, suite: Suite, wall_s: float) -> Ran:
    """A command of the developer's, in a copy that it may write into: builds leave files beside the sources."""
    paths = []
    with suppress(ToolMissing):
        paths.append(str(runs.interpreter(project.python).parent))
    if project.java_home is not None:
        paths.append(str(project.java_home / "bin"))
    script = (
        '{ mkdir -p "$TMPDIR/project" && cp -R . "$TMPDIR/project"; } || exit 126; '
        f'cd "$TMPDIR/project/"{shlex.quote(suite.folder)} && {suite.text}'
    )
    env = {"PATH": ":".join([*paths, "/usr/bin", "/bin"]), "PYTHONDONTWRITEBYTECODE": "1"}
    if project.java_home is not None:
        env["JAVA_HOME"] = str(project.java_home)
    limits = sandbox.Limits(
        wall_s=wall_s, cpu_s=int(wall_s) + 1, memory_mb=8192, file_mb=_SCRATCH_MB, scratch_mb=_SCRATCH_MB, processes=256
    )
    working = box.run(["/bin/sh", "-c", script], readonly=_shown(project, suite), env=env, limits=limits)
    ended = await _watched(working, wall_s, say("running {name}", name=suite.words))
    if ended.timed_out:
        return Ran(passed=False, failed=frozenset(), broken=say("stopped after {seconds} s", seconds=round(wall_s)))
    output = ended.stdout + b"\n" + ended.stderr
    text = output.decode("utf-8", "replace").strip()
    if ended.returncode in (126, 127):
        return Ran(passed=False, failed=frozenset(), broken=text.rpartition("\n")[2][:200])
    failed = failing(output) if ended.returncode else frozenset()
    return Ran(passed=ended.returncode == 0, failed=failed, output=text[-_TOLD:])


def better(before: Ran, after: Ran) -> str:
    """Why a change is not proven by two runs of a suite; empty when it is: all pass now and did not before, or fewer fail
    by name and no other. A run that fails and names no test broke off: it says nothing of those that it did not run.
    """
    if before.passed:
        return say("the tests pass already")
    if after.passed or after.broken:
        return after.broken
    if after.failed - before.failed:
        return say("{test} fails now", test=min(after.failed - before.failed))
    if not after.failed:
        return say("the run fails and names no test") if before.failed else say("the tests still fail")
    return "" if after.failed < before.failed else say("{test} still fails", test=min(after.failed))
