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
    place = python_places.place(document, project.root)
    async with opened(document, project, settings, suite) as box:
        told: dict[str, Any] = {}
        for plugins, config in ((_wants_plugins(project, suite), True), (True, True), (False, False)):
            told = await _driven(box, document, project, suite, place, budget_s, settings, plugins, config)
            if told.get("exit") not in _USAGE:
                break
    return _read(told)


def _wants_plugins(project: Project, suite: Suite) -> bool:
    """Whether tests need what is installed beside pytest: those of coroutines do."""
    for word in suite.args:
        path = project.root / suite.folder / word.partition("::")[0]
        with suppress(OSError):
            if path.is_file() and b"async def test" in path.read_bytes():
                return True
    return False


async def _driven(
    box: sandbox.Box,
    document: Document,
    project: Project,
    suite: Suite,
    place: python_places.Place | None,
    budget_s: float,
    settings: Settings,
    plugins: bool,  # noqa: FBT001
    config: bool,  # noqa: FBT001
) -> dict[str, Any]:
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
    inside = [str(box.root / base.relative_to(project.root)) for base in bases]
    # Seconds of a process: the search itself runs in short ones, but the first sums up what is done in it.
    limits = sandbox.Limits(
        wall_s=6 * budget_s + 30, cpu_s=int(budget_s) + 30, memory_mb=max(settings.sandbox.memory_mb, 2048)
    )
    working = box.run(
        [str(python), "-s", "-B", str(DRIVER)],
        readonly=[*isolation.prefixes(python), *lend, DRIVER, PACKAGE],
        cwd=box.root / suite.folder,
        env={
            "PYTHONPATH": ":".join(dict.fromkeys(inside)),
            "PYTHONHASHSEED": "0",
            **({} if plugins else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        },
        stdin=json.dumps(request).encode(),
        limits=limits,
    )
    ended = await _watched(working, budget_s, say("looking for a change with which the tests pass"))
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
        return Searched(str(told["state"]), str(told.get("why", "")), patches, failed, told)
    except (KeyError, TypeError, ValueError):
        return Searched("broken", say("the test process died (exit {code})", code=0))


@dataclass(frozen=True, slots=True)
class Ran:
    """How a suite ended. `failed`: names of failing tests; `passed` when there were tests and all passed; `broken`: it
    could not be run, why. `count` is 0 where the runner's output does not say.
    """

    passed: bool
    failed: frozenset[str]
    count: int = 0
    broken: str = ""


async def ran(document: Document, project: Project, settings: Settings, suite: Suite, *, wall_s: float = 60.0) -> Ran:
    """Run a suite with the file as `document`, in any language: the whole text, imported or built afresh."""
    async with opened(document, project, settings, suite) as box:
        if suite.kind == "command":
            return await _commanded(box, project, suite, wall_s)
        place = python_places.place(document, project.root)
        told: dict[str, Any] = {}
        for plugins, config in ((_wants_plugins(project, suite), True), (True, True), (False, False)):
            told = await _driven(box, document, project, suite, place, 0.0, settings, plugins, config)
            if told.get("exit") not in _USAGE:
                break
    state, count = str(told.get("state", "broken")), int(told.get("cases", 0) or 0)
    if state in ("broken", "no tests"):
        return Ran(passed=False, failed=frozenset(), broken=str(told.get("why") or state))
    return Ran(passed=state == "passing", failed=frozenset(map(str, told.get("failing", ()))), count=count)


async def _commanded(box: sandbox.Box, project: Project, suite: Suite, wall_s: float) -> Ran:
    """A command of the developer's, in a copy that it may write into: builds leave files beside the sources."""
    paths = []
    with suppress(ToolMissing):
        paths.append(str(runs.interpreter(project.python).parent))
    if project.java_home is not None:
        paths.append(str(project.java_home / "bin"))
    script = f'mkdir -p "$TMPDIR/project" && cp -R . "$TMPDIR/project" && cd "$TMPDIR/project/{suite.folder}" && {suite.text}'
    env = {"PATH": ":".join([*paths, "/usr/bin", "/bin"]), "PYTHONDONTWRITEBYTECODE": "1"}
    if project.java_home is not None:
        env["JAVA_HOME"] = str(project.java_home)
    limits = sandbox.Limits(
        wall_s=wall_s, cpu_s=int(wall_s) + 1, memory_mb=8192, file_mb=64, scratch_mb=_SCRATCH_MB, processes=256
    )
    working = box.run(["/bin/sh", "-c", script], readonly=_shown(project, suite), env=env, limits=limits)
    ended = await _watched(working, wall_s, say("running {name}", name=suite.words))
    if ended.timed_out:
        return Ran(passed=False, failed=frozenset(), broken=say("stopped after {seconds} s", seconds=round(wall_s)))
    output = ended.stdout + b"\n" + ended.stderr
    if ended.returncode in (126, 127):
        last = output.decode("utf-8", "replace").strip().splitlines()
        return Ran(passed=False, failed=frozenset(), broken=(last or [""])[-1][:200])
    return Ran(passed=ended.returncode == 0, failed=failing(output) if ended.returncode else frozenset())


def better(before: Ran, after: Ran) -> str:
    """Why a change is not proven by two runs of a suite; empty when it is: all pass now, or fewer fail and no other."""
    if after.broken:
        return after.broken
    if after.passed:
        return ""
    fresh = after.failed - before.failed
    if fresh:
        return say("{test} fails now", test=min(fresh))
    if before.failed and after.failed < before.failed:
        return ""
    return say("{test} still fails", test=min(after.failed)) if after.failed else say("the tests still fail")
