"""Unit tests for every module of the sample bank that has functions: what coverage.py says of them, in branch mode.

Beside it a small service (`service/`) whose modules talk to a database and to other hosts: pure arithmetic flatters a generator.
"""

from __future__ import annotations

import ast
import shutil
from dataclasses import replace
from pathlib import Path

from judging import Verdict, generated, judged, share
from report import Figure
from subjects import BUILD

from copilot import samplebank

SERVICE = Path(__file__).with_name("service")


def covered() -> list[Figure]:
    """The figures of both; prints a row a module."""
    project = BUILD / "sample"
    shutil.rmtree(project, ignore_errors=True)
    root = samplebank.copy_to(project) / "python"
    figures = _figures("samplebank", _verdicts(root, root / "bank"))
    figures[0], figures[1] = replace(figures[0], goal=85), replace(figures[1], goal=75)
    apart = Path(shutil.copytree(SERVICE, BUILD / "service", dirs_exist_ok=True))
    return [*figures, *_figures("service", _verdicts(apart, apart / "bank_service"))]


def _verdicts(root: Path, package: Path) -> list[Verdict]:
    found = []
    notes = []
    for path in sorted(package.glob("*.py")):
        tree = ast.parse(path.read_bytes())
        if not any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree)):
            continue
        file = str(path.relative_to(root))
        out, cost, said, _ = generated(root, file)
        verdict = Verdict(judged(root, file, out, None, 0), cost, said)
        found.append(verdict)
        total = verdict.summary
        print(
            f"{path.name:22} {verdict.told['passed']:4}p {total['covered']:4} of {total['statements']:4} statements "
            f"{total['taken']:4} of {total['branches']:4} branches {cost.cpu_s:5.1f} s  {'' if verdict.ok else said}",
            flush=True,
        )
        coverage = verdict.told["coverage"]
        notes += [f"== {path.name}: {said}", f"lines missed: {coverage['missing_lines']}"]
        notes.append(f"branches missed: {coverage['missing_branches']}")
    (BUILD / f"{package.name}.txt").write_text("\n".join(notes) + "\n", "utf-8")
    return found


def _figures(name: str, some: list[Verdict]) -> list[Figure]:
    total = {key: sum(v.summary[key] for v in some) for key in ("covered", "statements", "taken", "branches")}
    line = share(total["covered"], total["statements"], ran=True)
    branch = share(total["taken"], total["branches"], ran=True)
    return [
        Figure(f"tests.{name}_line_pct", line, "%", ">="),
        Figure(f"tests.{name}_branch_pct", branch, "%", ">="),
        Figure(f"tests.{name}_modules_ok_pct", share(sum(v.ok for v in some), len(some), ran=True), "%"),
    ]


if __name__ == "__main__":
    covered()
