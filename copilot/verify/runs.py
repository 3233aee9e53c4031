"""Proving a Python test file: pytest runs it in the sandbox, several times, each in a fresh process, under another hash
seed, time zone, clock and order; and what each of its tests is worth.

Which pytest: the project's own. If its interpreter has none, the one beside bank-copilot is lent when both have the
same minor version (it stands last on the path, so the project's own packages win); otherwise ToolMissing says so.
A runner for another language is a sibling of this module with the same `Outcome`.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
import sysconfig
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from copilot.errors import ToolMissing
from copilot.messages import say
from copilot.testfacts import Wrong
from copilot.verify import isolation, sandbox
from copilot.verify.isolation import Level

DRIVER: Final = Path(__file__).with_name("pytest_driver.py")
RECORDER: Final = Path(__file__).with_name("recording")
"""What runs in the project's interpreter beside the driver: it plants faults, and records behaviour for an engine."""
ZONES: Final = ("UTC", "Asia/Shanghai", "America/New_York", "UTC-13", "UTC")
"""Time zones, one a run: a test that passes in one only is not stable."""

_AHEAD: Final = 4
_OTHER: Final = 3
_DISORDER: Final = frozenset({1, 2})
"""Of five runs the last has its clock ahead and is otherwise the first again; one has another person's environment; two are
in an order drawn by lot."""

DAYS: Final = 431
"""The clock of every fifth run is so far ahead."""

_USAGE_ERRORS: Final = (3, 4)
"""pytest's exit codes for an internal error and a wrong option."""


@dataclass(frozen=True, slots=True)
class Worth:
    """What tests add to those that are there. `gains` maps a test function to (steps between lines that it takes first,
    planted faults that it exposes first).

    Of `mutants` faults that were tried, `before` were exposed by the project's own tests, `killed` only by the new ones;
    `survivors` are (line, piece of code, what stood there instead).
    """

    gains: dict[str, tuple[int, int]]
    mutants: int
    killed: int
    before: int
    survivors: tuple[tuple[int, str, str], ...]
    complete: bool = True
    """Whether there was time to try every fault that could speak for a test without a gain."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """What `Worth` needs: the module's name, the spans of lines (from 1) that count, the project's own tests, how many faults
    are planted at most, and CPU seconds at which it gives up.
    """

    module: str
    spans: tuple[tuple[int, int], ...]
    existing: tuple[Path, ...] = ()
    most: int = 160
    cpu_s: float = 3.0
    wanted: tuple[tuple[int, str, str], ...] = ()
    """Faults to plant before all others: (line, piece of code, what stands there instead)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run. `tests` maps a test to its failure, an empty string when it passed. `broken`: nothing could be
    run, or the process died, then with the test that ran last in `tests`.

    `lines` are the executed lines (from 1) of the file in focus, without those that run when it is imported. `ahead`: the
    clock was set ahead (`disordered`: the order was drawn by lot), and failures of tests that did not look at it are not held against them. `effects` maps a test to
    what it did beside testing, `changed` to a name of the module whose value it left changed. `wrong`: of tests that failed
    at a comparison, its two sides.
    """

    tests: dict[str, str]
    lines: frozenset[int]
    broken: str
    level: Level
    wall_s: float
    worth: Worth | None = None
    ahead: bool = False
    disordered: bool = False
    effects: Mapping[str, str] = field(default_factory=dict)
    changed: Mapping[str, str] = field(default_factory=dict)
    wrong: tuple[Wrong, ...] = ()

    @property
    def passed(self) -> bool:
        """True when there were tests and all of them passed."""
        return not self.broken and bool(self.tests) and not any(self.tests.values())

    @property
    def clean(self) -> bool:
        """True when they also did nothing beside testing."""
        return self.passed and not self.effects


def interpreter(python: Path | None) -> Path:
    """`python` if it can run inside the sandbox. Raises ToolMissing (none found; a launcher script, not a program)."""
    if python is None or not python.is_file():
        raise ToolMissing(say("No Python interpreter of the project was found; set python.interpreter."))
    with python.open("rb") as stream:
        if stream.read(2) == b"#!":
            raise ToolMissing(
                say(
                    "{python} is a script that starts Python, not Python itself; set python.interpreter.", python=python
                )
            )
    return python.absolute()


async def pytest(
    box: sandbox.Box,
    python: Path,
    test: Path,
    *,
    focus: Path | None,
    paths: Sequence[Path],
    times: int,
    limits: sandbox.Limits,
    only: Sequence[str] = (),
    weighing: Weighing | None = None,
) -> AsyncIterator[Outcome]:
    """Run `test` (a path inside the box) `times` times; the outcomes in order, the first alone when it is not clean.

    `paths` go on the import path; `focus` is the file whose executed lines are wanted in the first run, in which with
    `weighing` the tests are also weighed; `only` names the tests wanted of the file (`test_a`, `TestB::test_c`), none:
    all. Raises ToolMissing when there is no pytest.
    """
    run = _Run(box, python, test, focus, tuple(paths), limits, tuple(only), weighing)
    for outcome in await _all(run, times):
        yield outcome


@dataclass(frozen=True, slots=True)
class _Run:
    """What stays the same over all turns."""

    box: sandbox.Box
    python: Path
    test: Path
    focus: Path | None
    paths: tuple[Path, ...]
    limits: sandbox.Limits
    only: tuple[str, ...]
    weighing: Weighing | None


@dataclass(frozen=True, slots=True)
class _Means:
    """`plugins`: load the plug-ins installed beside pytest; `config`: obey the project's pytest configuration."""

    plugins: bool
    config: bool


_MEANS: Final = (
    _Means(plugins=False, config=True),
    _Means(plugins=True, config=True),
    _Means(plugins=False, config=False),
)
"""In this order. Plug-ins cost more than everything else and a generated test needs none, but a `conftest.py` may;
and a configuration may name options of plug-ins that are not installed, which is not the tests' fault."""


async def _all(run: _Run, times: int) -> list[Outcome]:
    """All runs with the first means that work; only the first failure if none does.

    Two processes at once, one for each hash seed; every run is a fork that has imported nothing of the project yet.
    """
    even, odd = range(0, times, 2), range(1, times, 2)
    failure: Outcome | None = None
    for means in _MEANS:
        others = asyncio.ensure_future(_turns(run, odd, means)) if odd else None
        try:
            found = await _turns(run, even, means)
            if found[0].clean:
                told = {
                    **dict(zip(even, found, strict=True)),
                    **dict(zip(odd, await others if others else [], strict=True)),
                }
                return [told[turn] for turn in range(times)]
        finally:
            if others is not None:
                others.cancel()  # does nothing where it is done
                await asyncio.gather(others, return_exceptions=True)  # one error is told, that of the first
        if found[0].passed:
            return found[:1]
        if failure is None or failure.broken:
            failure = found[0]
        if means.plugins and not found[0].broken.startswith("pytest exit"):
            break  # it ran as the project runs it, and it failed
    assert failure is not None
    return [failure]


async def _turns(run: _Run, turns: Sequence[int], means: _Means) -> list[Outcome]:
    """Turns of one hash seed, in one process that forks for each."""
    lend = lent(run.python)
    request = {
        "test": str(run.test),
        "only": list(run.only),
        "focus": str(run.focus or ""),
        "module": run.weighing.module if run.weighing is not None else "",
        "recorder": str(RECORDER),
        "root": str(run.box.root),
        "lend": [str(path) for path in lend],
        "config": means.config,
        "turns": [_turn(run, turn) for turn in turns],
    }
    ended = await run.box.run(
        [str(run.python), "-s", "-B", str(DRIVER)],
        readonly=[*isolation.prefixes(run.python), *lend, DRIVER, RECORDER],
        env={
            "PYTHONPATH": ":".join(map(str, run.paths)),
            "PYTHONHASHSEED": str(turns[0] % 2 * 4711),
            **({} if means.plugins else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        },
        stdin=json.dumps(request).encode(),
        limits=run.limits,
    )
    return _read(ended, run.python, turns)


def _turn(run: _Run, turn: int) -> dict[str, Any]:
    """What differs; the first is weighed."""
    worth = None
    if turn == 0 and run.weighing is not None and run.focus is not None:
        told = run.weighing
        worth = {
            "spans": told.spans,
            "existing": [str(path) for path in told.existing],
            "most": told.most,
            "cpu_s": told.cpu_s,
            "wanted": told.wanted,
        }
    return {
        "first": turn == 0,
        "zone": ZONES[turn % len(ZONES)],
        "days": DAYS if _is_ahead(turn) else 0,
        "order": turn if turn % len(ZONES) in _DISORDER else 0,
        "other": turn % len(ZONES) == _OTHER,
        "worth": worth,
    }


def _is_ahead(turn: int) -> bool:
    return turn % len(ZONES) == _AHEAD


def _read(run: sandbox.Run, python: Path, turns: Sequence[int]) -> list[Outcome]:
    def broken(reason: str) -> Outcome:
        return Outcome({}, frozenset(), reason, run.level, run.wall_s)

    if run.timed_out:
        return [broken(say("stopped after {seconds} s", seconds=round(run.wall_s)))] * len(turns)
    try:  # project code ran in that process and may have written anything in the report's place
        told: dict[str, Any] = json.loads(run.stdout)
        if told.get("error") == "no pytest":
            raise ToolMissing(
                say("{python} has no pytest; install it there to get verified unit tests.", python=python)
            )
        reports = told["turns"]
        return [
            replace(_outcome(reports[at], run, ahead=_is_ahead(turn)), disordered=turn % len(ZONES) in _DISORDER)
            for at, turn in enumerate(turns)
            if at < len(reports)  # the first was not clean: no other was run
        ]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
        return [broken(say("the test process died (exit {code})", code=run.returncode))] * len(turns)


def _outcome(report: dict[str, Any], run: sandbox.Run, *, ahead: bool) -> Outcome:
    """A turn's report. Raises the errors of a wrong shape."""

    def broken(reason: str) -> Outcome:
        return Outcome({}, frozenset(), reason, run.level, run.wall_s, ahead=ahead)

    if "died" in report:
        reason = say("the test process died (exit {code})", code=int(report["died"]))
        last = str(report["last"])
        return replace(broken(reason if not last else f"{last}: {reason}"), tests={last: reason} if last else {})
    if report["code"] in _USAGE_ERRORS:
        return broken(f"pytest exit {int(report['code'])}")
    if report["collect"]:
        return broken(str(report["collect"][0]))
    asked = set(map(str, report["asked"]))
    tests = {
        str(name): "" if outcome == "passed" else str(reason or outcome)
        for name, (outcome, reason) in report["tests"].items()
    }
    if ahead:
        tests = {name: reason if name in asked or "" in asked else "" for name, reason in tests.items()}
    return Outcome(
        tests,
        frozenset(map(int, report["lines"])),
        "",
        run.level,
        run.wall_s,
        _worth(report),
        ahead,
        effects=_named(report["effects"]),
        changed=_named(report["changed"]),
        wrong=tuple(_wrong(str(name), told) for name, told in report["wrong"].items()),
    )


def _wrong(test: str, told: dict[str, Any]) -> Wrong:
    imports = tuple((str(module), str(name)) for module, name in told["imports"])
    return Wrong(test, int(told["line"]), int(told["row"]), str(told["left"]), str(told["right"]), imports)


def _named(told: dict[str, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in told.items()}


def _worth(report: dict[str, Any]) -> Worth | None:
    told = report.get("worth")
    if told is None or told.get("error"):
        return None
    return Worth(
        {str(name): (int(arcs), int(faults)) for name, (arcs, faults) in told["gains"].items()},
        int(told["mutants"]),
        int(told["killed"]),
        int(told["before"]),
        tuple((int(line), str(old), str(new)) for line, old, new in told["survivors"]),
        told["complete"] is True,
    )


def lent(python: Path) -> list[Path]:
    """The folder of our own pytest, when there is one and the project's interpreter has our minor version."""
    if find_spec("pytest") is None or version_on_disk(python) != sys.version_info[:2]:
        return []
    return [Path(sysconfig.get_paths()["purelib"])]


def version_on_disk(python: Path) -> tuple[int, int] | None:
    """Minor version of an interpreter as its files tell it: `pyvenv.cfg`, else the name of the program or library."""
    config = python.absolute().parent.parent / "pyvenv.cfg"
    texts = [config.read_text("utf-8", "replace")] if config.is_file() else []
    texts += [f"version = {python.resolve().name.removeprefix('python')}"]
    for text in texts:
        if found := re.search(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)", text, re.MULTILINE):
            return int(found[1]), int(found[2])
    return None
