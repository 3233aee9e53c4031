"""Generating a suite with our command and having any suite judged: what `tests.py` does with each subject."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from subjects import BUILD, PYTHON, ROOT

HERE = Path(__file__).parent
SCRIPT = Path(sys.executable).with_name("bank-copilot")
LIMIT_S = 300


@dataclass(frozen=True)
class Cost:
    """What generating a suite took."""

    rc: int
    wall_s: float
    cpu_s: float


@dataclass
class Verdict:
    """The referee's words on a suite, as numbers."""

    told: dict[str, Any]
    cost: Cost
    said: str = ""
    left_out: dict[str, int] = field(default_factory=dict)
    summary: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        coverage = self.told["coverage"]
        # A suite that does not run covers nothing, whatever importing the module alone would have executed.
        ran = bool(coverage["executed_lines"])
        total = coverage["summary"]
        self.summary = {
            "statements": total["num_statements"],
            "covered": total["covered_lines"] if ran else 0,
            "branches": total["num_branches"],
            "taken": total["covered_branches"] if ran else 0,
        }

    @property
    def ok(self) -> bool:
        """A suite is there, and every test of it passes (no xfail, no skip)."""
        return 0 < self.told["tests"] == self.told["passed"]

    @property
    def statement_pct(self) -> float:
        """Statements covered."""
        return share(self.summary["covered"], self.summary["statements"], self.summary["covered"] > 0)

    @property
    def branch_pct(self) -> float:
        """Branches taken; a module without branches has them all once its suite runs."""
        return share(self.summary["taken"], self.summary["branches"], self.summary["covered"] > 0)

    @property
    def mutants(self) -> int:
        """Mutants tried."""
        return len(self.told["mutants"])

    @property
    def survivors(self) -> list[dict[str, Any]]:
        """Mutants that no test noticed."""
        return [one for one in self.told["mutants"] if one["end"] == "survived"]

    @property
    def killed(self) -> int:
        """Mutants that some test noticed, or that did not end."""
        return self.mutants - len(self.survivors)


def share(part: int, whole: int, ran: bool) -> float:
    """Per cent; of nothing it is all, if something ran."""
    return 100 * part / whole if whole else 100.0 * ran


def generated(project: Path, file: str) -> tuple[Path, Cost, str, dict[str, int]]:
    """Our suite for a file of a project: its folder, what it took, what the tool said of it, and what it left out why.

    The suite is moved out of the project, so that no later one can learn from it.
    """
    out = project / "generated"
    kept = BUILD / "suites" / project.parent.name / project.name / Path(file).stem
    for folder in (out, kept):
        shutil.rmtree(folder, ignore_errors=True)
    answer, report = BUILD / "answer.json", BUILD / "cost.json"
    command = [SCRIPT, "tests", project / file, "--json", "--root", project, "--out", out, "--engine", "embedded"]
    with answer.open("w") as stdout:
        metered = subprocess.run(
            [sys.executable, HERE / "meter.py", report, str(LIMIT_S), *command],
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=project,
            env={**os.environ, "BANK_COPILOT_PYTHON_INTERPRETER": str(PYTHON)},
        )
    if out.is_dir():
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(out, kept)
    cost = Cost(**json.loads(report.read_text("utf-8")))
    try:
        told = json.loads(answer.read_text("utf-8"))
    except ValueError:
        return kept, cost, f"no answer: {metered.stderr.strip()[-300:]}", {}
    said = [one["title"] for one in told["suggestions"]] + [one["declined"] for one in told["declined"]]
    left_out = told["suggestions"][0]["left_out"] if told["suggestions"] else {}
    return kept, cost, "; ".join(said), left_out


def judged(
    project: Path, file: str, suite: Path, mutants: int | list[dict[str, Any]] | None, reruns: int
) -> dict[str, Any]:
    """The referee's verdict on a suite."""
    task = {"project": str(project), "file": file, "suite": str(suite), "mutants": mutants, "reruns": reruns}
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    fixed = {"PYTHONHASHSEED": "7", "TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        [PYTHON, "-s", "-P", "-B", HERE / "referee.py"],
        input=json.dumps(task),
        capture_output=True,
        text=True,
        check=False,
        env={**keep, **fixed},
    )
    if done.returncode:
        raise SystemExit(f"the referee failed on {project.name}: {done.stderr[-2000:]}")
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


def wanted() -> None:
    """Leave with a word when the environment is not there."""
    if not PYTHON.is_file():
        raise SystemExit(f"{PYTHON.relative_to(ROOT)} is missing: `make bench-tests` makes it")
