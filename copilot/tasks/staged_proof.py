"""What tests say of a change: each run against the change and its parent, in the sandbox.

A test that passes on the change either proves it (it fails on the parent) or guards behaviour. One that was made for the
parent and fails on the change catches something: the developer is told what was and what is. Absent on purpose: making
tests (the pipeline does), and judging whether the developer meant it.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot.config import Settings
from copilot.tasks import staged_file, tests_proof
from copilot.tasks.staged_file import Label
from copilot.types import Document, Project
from copilot.verify import isolation, python_places, python_tests, runs, sandbox

_SHOWN: Final = 100
_WRONG: Final = re.compile(r"^(?:AssertionError: )?assert (.+)$")
_SILENT: Final = re.compile(r"^Failed: DID NOT RAISE <class '(?:[\w.]*\.)?(\w+)'>")
_RAISED: Final = re.compile(r"^(?:[\w.]*\.)?(\w*(?:Error|Exception|Warning|Exit|Interrupt|[A-Z]\w+)(?:: .*)?)$")
_IMPORTING: Final = re.compile(r"\b\w+(Error|Exception)\b")


@dataclass(frozen=True, slots=True)
class Catch:
    """One behaviour that differs: what is called (source text), what came out of it on the parent, what comes now."""

    test: str
    call: str
    was: str
    now: str


async def outcome(
    document: Document, text: str, path: Path, project: Project, settings: Settings, wall_s: float
) -> runs.Outcome:
    """One run of the test file `text` (which would lie at `path`) with `document` on top of the project's base.

    Raises SandboxUnavailable, ToolMissing.
    """
    root = project.root
    python = runs.interpreter(project.python)
    place = python_places.place(document, root)
    files = tests_proof.laid_over(document, {path: text}, root)
    limits = sandbox.Limits(max(2.0, wall_s), settings.sandbox.cpu_s, settings.sandbox.memory_mb)
    async with sandbox.opened(
        root, settings, files=files, readonly=isolation.prefixes(python), base=project.base
    ) as box:
        paths = [tests_proof.inside(box.root, root, place.base)] if place is not None else []
        ran = runs.pytest(
            box,
            python,
            tests_proof.inside(box.root, root, path),
            focus=None,
            paths=[*paths, box.root],
            times=1,
            limits=limits,
        )
        (only,) = [one async for one in ran]
        return only


def labels(on_parent: runs.Outcome | None, names: list[str], *, new: bool) -> dict[str, Label]:
    """The label of each test function; `new`: the parent has no such code, so that no test of it can pass there.

    A file that cannot even be imported on the parent fails there; one that was stopped says nothing.
    """
    if new:
        return dict.fromkeys(names, Label.PROVES)
    if on_parent is None or (on_parent.broken and not _IMPORTING.search(on_parent.broken)):
        return dict.fromkeys(names, Label.UNKNOWN)
    if on_parent.broken:
        return dict.fromkeys(names, Label.PROVES)
    failed = {_function(name) for name, reason in on_parent.tests.items() if reason}
    ran = {_function(name) for name in on_parent.tests}
    return {name: Label.PROVES if name in failed else Label.GUARDS if name in ran else Label.UNKNOWN for name in names}


def holding(outcome_: runs.Outcome) -> list[str]:
    """Test functions all of whose cases passed."""
    bad = {_function(name) for name, reason in outcome_.tests.items() if reason}
    return [name for name in dict.fromkeys(map(_function, outcome_.tests)) if name not in bad]


def catches(text: str, on_change: runs.Outcome) -> list[Catch]:
    """What the failures of the parent's tests on the change mean; none when they could not be run at all."""
    if on_change.broken:
        return []
    functions = dict(python_tests.named(ast.parse(text)))
    found: dict[tuple[str, str, str], Catch] = {}
    cases: Counter[str] = Counter()
    for name, reason in on_change.tests.items():
        function = functions.get(_function(name))
        number = cases[_function(name)]
        cases[_function(name)] += 1  # pytest runs the rows of a table in their order
        if reason and function is not None:
            one = _catch(name, reason, staged_file.filled(function, number))
            found.setdefault((one.call, one.was, one.now), one)
    return list(found.values())


def _catch(name: str, reason: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> Catch:
    if (found := _SILENT.match(reason)) is not None:
        return Catch(name, _raising(function) or _function(name), f"raise {found[1]}", "no exception")
    if (found := _WRONG.match(reason)) is None:
        raised = _RAISED.match(reason)
        asked, expected = _asserted(function, "")
        return Catch(name, asked, expected or "a result", f"raise {raised[1]}" if raised else _short(reason))
    now, was = found[1], ""
    try:
        compared = ast.parse(found[1], mode="eval").body
    except (SyntaxError, ValueError):
        now, _, was = found[1].partition(" == ")
    else:
        if isinstance(compared, ast.Compare) and len(compared.ops) == 1:
            now, was = ast.unparse(compared.left), ast.unparse(compared.comparators[0])
        elif isinstance(compared, ast.UnaryOp):
            now, was = ast.unparse(compared.operand), "False"
        else:
            was = "True"
    call = _asserted(function, was)[0]
    return Catch(name, call, _short(was) or "?", _short(now))


def _asserted(function: ast.FunctionDef | ast.AsyncFunctionDef, was: str) -> tuple[str, str]:
    """What the assertion about `was` is about, as written, and what it expects; of several the first where none says."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            test = node.test
            if isinstance(test, ast.Compare) and len(test.ops) == 1:
                found.append((ast.unparse(test.left), ast.unparse(test.comparators[0])))
            else:
                negated = isinstance(test, ast.UnaryOp)
                shown = test.operand if isinstance(test, ast.UnaryOp) else test
                found.append((ast.unparse(shown), str(not negated)))
    best = next((one for one in found if one[1] == was), found[0] if found else (function.name, ""))
    return _short(best[0]), _short(best[1])


def _raising(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    blocks = [node for node in ast.walk(function) if isinstance(node, ast.With)]
    return _short(ast.unparse(blocks[0].body[-1])) if blocks else ""


def _function(name: str) -> str:
    """Pytest's name of a test without the row of a table."""
    return name.split("[", maxsplit=1)[0]


def _short(text: str) -> str:
    text = re.sub(r"\s+", " ", text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def counted(found: Mapping[str, Label]) -> dict[Label, int]:
    """How many tests have each label; labels that no test has are left out."""
    values = list(found.values())
    return {label: values.count(label) for label in Label if label in values}
