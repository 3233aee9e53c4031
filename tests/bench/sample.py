"""Unit tests for every module of the sample bank that has functions: what coverage.py says of them, in branch mode.

Modules that reach a database or another host are told apart from the rest: pure arithmetic flatters a generator.
"""

from __future__ import annotations

import ast
import shutil

from judging import Verdict, generated, judged, share
from report import Figure
from subjects import BUILD

from copilot import samplebank

OUTSIDE = frozenset({"aiohttp", "http", "httpx", "psycopg", "requests", "socket", "sqlalchemy", "sqlite3", "urllib"})


def covered() -> list[Figure]:
    """The sample's figures; prints a row a module."""
    project = BUILD / "sample"
    shutil.rmtree(project, ignore_errors=True)
    root = samplebank.copy_to(project) / "python"
    rows = []
    notes = []
    for path in sorted((root / "bank").glob("*.py")):
        tree = ast.parse(path.read_bytes())
        if not any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree)):
            continue
        file = str(path.relative_to(root))
        out, cost, said, _ = generated(root, file)
        verdict = Verdict(judged(root, file, out, None, 0), cost, said)
        rows.append((outside(tree), verdict))
        total = verdict.summary
        print(
            f"{path.name:22} {verdict.told['passed']:4}p {total['covered']:4} of {total['statements']:4} statements "
            f"{total['taken']:4} of {total['branches']:4} branches {cost.cpu_s:5.1f} s  {'' if verdict.ok else said}",
            flush=True,
        )
        coverage = verdict.told["coverage"]
        notes += [f"== {path.name}: {said}", f"lines missed: {coverage['missing_lines']}"]
        notes.append(f"branches missed: {coverage['missing_branches']}")
    (BUILD / "sample.txt").write_text("\n".join(notes) + "\n", "utf-8")
    figures = _figures([v for _, v in rows])
    apart = [v for far, v in rows if far]
    figures.append(Figure("tests.samplebank_modules_outside", len(apart), ""))
    if apart:
        figures += [Figure(f"{f.name}_outside", f.value, f.unit) for f in _figures(apart)[:2]]
    return figures


def outside(tree: ast.Module) -> bool:
    """Whether a module imports something that talks to a database or a host."""
    names = {
        alias.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    names |= {(node.module or "").partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return bool(names & OUTSIDE)


def _figures(some: list[Verdict]) -> list[Figure]:
    total = {name: sum(v.summary[name] for v in some) for name in ("covered", "statements", "taken", "branches")}
    line = share(total["covered"], total["statements"], ran=True)
    branch = share(total["taken"], total["branches"], ran=True)
    return [
        Figure("tests.samplebank_line_pct", line, "%", ">=", 85),
        Figure("tests.samplebank_branch_pct", branch, "%", ">=", 75),
        Figure("tests.samplebank_modules_ok_pct", share(sum(v.ok for v in some), len(some), ran=True), "%"),
    ]


if __name__ == "__main__":
    covered()
