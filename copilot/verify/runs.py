"""Proving a Python test file: pytest runs it in the sandbox, several times, each in a fresh process.

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
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from copilot.errors import ToolMissing
from copilot.messages import say
from copilot.verify import isolation, sandbox
from copilot.verify.isolation import Level

DRIVER: Final = Path(__file__).with_name("pytest_driver.py")
ZONES: Final = ("UTC", "Asia/Shanghai", "America/New_York", "UTC+11", "UTC-13")
"""Time zones, one a run: a test that passes in one only is not stable."""

_USAGE_ERRORS: Final = (3, 4)
"""pytest's exit codes for an internal error and a wrong option."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run. `tests` maps a test to its failure, an empty string when it passed. `broken`: nothing could be run.

    `lines` are the executed lines (from 1) of the file in focus, without those that run when it is imported.
    """

    tests: dict[str, str]
    lines: frozenset[int]
    broken: str
    level: Level
    wall_s: float

    @property
    def passed(self) -> bool:
        """True when there were tests and all of them passed."""
        return not self.broken and bool(self.tests) and not any(self.tests.values())


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
) -> AsyncIterator[Outcome]:
    """Run `test` (a path inside the box) `times` times; the outcomes in order, ending with the first that failed.

    `paths` go on the import path; `focus` is the file whose executed lines are wanted in the first run; `only` names
    the tests wanted of the file (`test_a`, `TestB::test_c`), none: all. Runs alternate between two hash seeds and differ in time zone. Raises ToolMissing when there is no pytest.
    """
    first, means = await _first(box, python, test, focus, paths, limits, only)
    yield first
    good = first.passed
    for number in range(1, times, 2):
        if not good:
            return
        turns = range(number, min(number + 2, times))
        pair = [_once(box, python, test, None, paths, turn, limits, means, only) for turn in turns]
        for outcome in await asyncio.gather(*pair):
            good = good and outcome.passed
            yield outcome


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


async def _first(
    box: sandbox.Box,
    python: Path,
    test: Path,
    focus: Path | None,
    paths: Sequence[Path],
    limits: sandbox.Limits,
    only: Sequence[str],
) -> tuple[Outcome, _Means]:
    """The first run, with the first means that work; the first failure counts if none does."""
    failure: tuple[Outcome, _Means] | None = None
    for means in _MEANS:
        outcome = await _once(box, python, test, focus, paths, 0, limits, means, only)
        if outcome.passed:
            return outcome, means
        if failure is None or failure[0].broken:
            failure = outcome, means
        if means.plugins and not outcome.broken.startswith("pytest exit"):
            break  # it ran as the project runs it, and it failed
    assert failure is not None
    return failure


async def _once(
    box: sandbox.Box,
    python: Path,
    test: Path,
    focus: Path | None,
    paths: Sequence[Path],
    turn: int,
    limits: sandbox.Limits,
    means: _Means,
    only: Sequence[str],
) -> Outcome:
    lend = _own_packages(python)
    request = {
        "test": str(test),
        "only": list(only),
        "focus": str(focus or ""),
        "root": str(box.root),
        "lend": [str(path) for path in lend],
        "config": means.config,
    }
    run = await box.run(
        [str(python), "-s", "-B", str(DRIVER)],
        readonly=[*isolation.prefixes(python), *lend, DRIVER],
        env={
            "PYTHONPATH": ":".join(map(str, paths)),
            "PYTHONHASHSEED": str(turn % 2 * 4711),
            "TZ": ZONES[turn % len(ZONES)],
            **({} if means.plugins else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
        },
        stdin=json.dumps(request).encode(),
        limits=limits,
    )
    return _read(run, python)


def _read(run: sandbox.Run, python: Path) -> Outcome:
    def broken(reason: str) -> Outcome:
        return Outcome({}, frozenset(), reason, run.level, run.wall_s)

    if run.timed_out:
        return broken(say("stopped after {seconds} s", seconds=round(run.wall_s)))
    try:  # project code ran in that process and may have written anything in the report's place
        report: dict[str, Any] = json.loads(run.stdout)
        if report.get("error") == "no pytest":
            raise ToolMissing(
                say("{python} has no pytest; install it there to get verified unit tests.", python=python)
            )
        if report["code"] in _USAGE_ERRORS:
            return broken(f"pytest exit {report['code']}")
        if report["collect"]:
            return broken(str(report["collect"][0]))
        tests = {
            str(name): "" if outcome == "passed" else str(reason or outcome)
            for name, (outcome, reason) in report["tests"].items()
        }
        return Outcome(tests, frozenset(map(int, report["lines"])), "", run.level, run.wall_s)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
        return broken(say("the test process died (exit {code})", code=run.returncode))


def _own_packages(python: Path) -> list[Path]:
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
