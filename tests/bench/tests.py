"""What our unit tests are worth: `python tests/bench/tests.py [--only MODULE] [--without-peers] [--verbose]`.

Eleven public modules, each a project of its own, once with and once without its docstrings, beside Pynguin and
Hypothesis' ghostwriter (`peers.py`); seeded mistakes in code of our own (`faults.py`); the sample bank (`sample.py`); the wait for a first test in an editor
(`first.py`); traps (`contained.py`). All suites are judged by `referee.py`. What each suite missed lies in `build/bench-tests/*.txt`. `--only` prints the
rows of one module and leaves the published figures alone.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import contained
import faults
import first
import peers
import sample
from judging import Verdict, generated, judged, wanted
from report import Figure, publish
from subjects import BUILD, MODULES, VARIANTS, subject

MUTANTS = 30
HEAD = (
    f"{'module':22} {'variant':9} {'tests':>12} {'stmt %':>7} {'branch %':>8} {'killed':>8} {'CPU s':>6} {'wall s':>6}"
)


def row(module: str, variant: str, verdict: Verdict) -> str:
    """One line of the table."""
    told = verdict.told
    marks = told["xfailed"] + told["xpassed"] + told["skipped"]
    tests = f"{told['passed']}p" + f" {told['failed']}f" * (told["failed"] > 0) + f" {marks}x" * (marks > 0)
    killed = f"{verdict.killed}/{verdict.mutants}"
    numbers = f"{verdict.statement_pct:7.1f} {verdict.branch_pct:8.1f} {killed:>8}"
    line = f"{module:22} {variant:9} {tests:>12} {numbers} {verdict.cost.cpu_s:6.1f} {verdict.cost.wall_s:6.1f}"
    unstable = f"  {len(told['rerun_failures'])} failed again" if told["rerun_failures"] else ""
    return line + unstable + ("" if told["tests"] else f"  ({verdict.said})")


def details(verdict: Verdict) -> str:
    """What a suite missed, for whoever improves the engine."""
    coverage = verdict.told["coverage"]
    lines = [verdict.said, f"lines missed: {coverage['missing_lines']}"]
    lines.append("branches missed: " + ", ".join(f"{a}->{b}" for a, b in coverage["missing_branches"]))
    lines += [f"failed: {name}\n{reason}" for name, reason in verdict.told["bad"].items()]
    lines += verdict.told["rerun_failures"]
    for one in verdict.told["mutants"]:
        lines.append(
            f"line {one['line']:4} {one['operator']}: {one['end']}\n    - {one['before']}\n    + {one['after']}"
        )
    return "\n".join(lines) + "\n"


def ours(module: str, variant: str, options: argparse.Namespace) -> Verdict:
    """Our suite for a module, judged."""
    one = subject(module, variant)
    out, cost, said, left_out = generated(one.project, one.file)
    verdict = Verdict(judged(one.project, one.file, out, MUTANTS, options.reruns), cost, said, left_out)
    print(row(module, variant, verdict), flush=True)
    path = BUILD / f"{module}.{variant}.txt"
    path.write_text(details(verdict), "utf-8")
    if options.verbose:
        print(path.read_text("utf-8"))
    return verdict


def histogram(found: dict[str, dict[str, dict[str, int]]]) -> None:
    """What was left out, a reason a line, with the number of modules in which it stood."""
    for variant, modules in found.items():
        total: Counter[str] = Counter()
        for reasons in modules.values():
            total.update(reasons)
        print(f"left out, docstrings {variant}:")
        for reason, count in total.most_common():
            where = [module for module, reasons in modules.items() if reason in reasons]
            most = max(where, key=lambda module: modules[module][reason])
            print(f"  {count:7} {reason:48} in {len(where):2} modules, most in {most}")


def rivals(module: str) -> dict[str, Verdict]:
    """Each peer's suite for a module with docstrings, judged."""
    found = {}
    for peer in peers.PEERS:
        found[peer] = peers.verdict(peer, subject(module, "kept"), MUTANTS)
        print(row(module, peer, found[peer]), flush=True)
    return found


def pooled(some: list[Verdict]) -> float:
    """Mutants killed, of all modules' mutants together."""
    return 100 * sum(v.killed for v in some) / sum(v.mutants for v in some)


def branches(some: list[Verdict]) -> float:
    """Branches taken, mean of the modules."""
    return statistics.mean(v.branch_pct for v in some)


def modules_ok(some: list[Verdict]) -> float:
    """Modules with a suite whose every test passes."""
    return 100 * statistics.mean(v.ok for v in some)


def figures(kept: list[Verdict], stripped: list[Verdict], others: dict[str, list[Verdict]]) -> list[Figure]:
    """The figures of the public modules."""
    both = [*kept, *stripped]
    cpu = sorted(one.cost.cpu_s for one in both)
    marks = sum(v.told["xfailed"] + v.told["xpassed"] + v.told["skipped"] for v in both)
    first = others.get("pynguin")

    def beside(name: str, measure: Callable[[list[Verdict]], float], goal: float) -> Figure:
        value, peer = measure(kept), None if first is None else measure(first)
        return Figure(name, value, "%", ">=", goal, peer=peer, ratio=value / peer if peer else None)

    killed = beside("tests.killed_pct", pooled, 85)
    found = [
        Figure("tests.modules_ok_pct", modules_ok(kept), "%", ">=", 100),
        Figure("tests.modules_ok_pct_stripped", modules_ok(stripped), "%"),
        killed,
        Figure("tests.killed_stripped_pct", pooled(stripped), "%", ">=", 70),
        beside("tests.branch_pct", branches, 92),
        Figure("tests.branch_stripped_pct", branches(stripped), "%", ">=", 80),
        Figure("tests.statement_pct", statistics.mean(v.statement_pct for v in kept), "%"),
        Figure("tests.statement_pct_stripped", statistics.mean(v.statement_pct for v in stripped), "%"),
        Figure("tests.cpu_median_s", statistics.median(cpu), "s", "<=", 5),
        Figure("tests.cpu_p95_s", statistics.quantiles(cpu, n=20)[18], "s", "<=", 10),
        Figure("tests.wall_median_s", statistics.median(one.cost.wall_s for one in both), "s"),
        Figure("tests.rerun_failures", sum(len(v.told["rerun_failures"]) for v in both), "", "<=", 0),
        Figure("tests.rerun_failures_clock_shifted", float(all(v.told["clock"] for v in both)), ""),
        Figure("tests.xfail", marks, "", "<=", 0),
    ]
    if killed.ratio is not None:
        found.insert(3, Figure("tests.killed_pct_ratio", killed.ratio, "x", ">=", 1.7))
    for peer, some in others.items():
        # A peer's xfail marks make none of its modules "ok"; what it has to offer is a module with tests that pass.
        passing = 100 * statistics.mean(v.told["passed"] > 0 for v in some)
        found.append(Figure(f"tests.modules_ok_pct_{peer}_some_passing", passing, "%"))
        found.append(Figure(f"tests.killed_pct_{peer}", pooled(some), "%"))
        found.append(Figure(f"tests.branch_pct_{peer}", branches(some), "%"))
        found.append(Figure(f"tests.cpu_median_s_{peer}", statistics.median(v.cost.cpu_s for v in some), "s"))
        found.append(Figure(f"tests.wall_median_s_{peer}", statistics.median(v.cost.wall_s for v in some), "s"))
    return found


def bugs() -> list[Figure]:
    """Seeded mistakes found, with and without docstrings."""
    ended = {variant: faults.hunted(variant) for variant in VARIANTS}
    found = {
        variant: 100 * statistics.mean(end != "survived" for end in ended[variant].values()) for variant in VARIANTS
    }
    return [
        Figure("tests.bugs_found_pct", found["kept"], "%", ">=", 70),
        Figure("tests.bugs_found_pct_stripped", found["stripped"], "%"),
        Figure("tests.bugs_found_pct_seeded", len(ended["kept"]), "faults"),
    ]


def main(options: argparse.Namespace) -> int:
    """0 when every goal is met."""
    wanted()
    modules = [name for name in MODULES if options.only in {None, name}]
    if not modules:
        raise SystemExit(f"no such module; there are {', '.join(MODULES)}")
    beside = peers.there(options.without_peers)
    print(HEAD)
    found = {variant: [ours(name, variant, options) for name in modules] for variant in VARIANTS}
    told = [rivals(name) for name in modules] if beside else []
    left_out = {
        variant: {name: one.left_out for name, one in zip(modules, found[variant], strict=True)} for variant in VARIANTS
    }
    histogram(left_out)
    if options.only:
        return 0
    others = {peer: [one[peer] for one in told] for peer in peers.PEERS if told}
    ours_all = figures(found["kept"], found["stripped"], others)
    every = [*ours_all, *bugs(), *sample.covered(), *first.first(), *contained.contained()]
    return not publish("tests", every, left_out=left_out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="MODULE", help="one of the eleven; nothing is published")
    parser.add_argument("--without-peers", action="store_true", help="skip Pynguin and the ghostwriter")
    parser.add_argument("--reruns", type=int, default=20, help="varied repetitions of each suite")
    parser.add_argument("--verbose", action="store_true", help="print what was missed (it is under build/bench-tests/)")
    sys.exit(main(parser.parse_args()))
