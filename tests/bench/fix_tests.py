"""Repair by tests: `python tests/bench/fix_tests.py [--apart | --all] [--few] [--misses] [--budget S]`.

Functions of our own (`faults_repair/`) with one mistake each, as people make them; their suites hold the values of the
undamaged code. "repaired": the first change makes the suite pass and also answers inputs alike that no test shows (the
suite's with one value changed). With `--few` the search sees three inputs (one fails) and the rest stays hidden:
"accepted" are first changes labelled `proven` or `plausible`. A third of the functions is kept apart and was not looked at
while the search was written.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import copy
import signal
import sys
import tempfile
import time
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import Figure, publish

from copilot import edits as texts
from copilot.config import Settings
from copilot.types import Edit, Project, Span, document
from copilot.verify import labels, repairing, suites
from copilot.verify.mending import inputs as neighbouring

HOME = Path(__file__).parent / "faults_repair"
VISIBLE = 3
_HIDDEN = 60
_CALL_S = 0.3


@dataclass(frozen=True)
class Fault:
    """One mistake in a function of a module: `old` stands once in it and becomes `new`."""

    function: str
    kind: str
    old: str
    new: str
    apart: bool = False

    @property
    def module(self) -> str:
        return self.function.partition(".")[0]

    @property
    def called(self) -> str:
        """The function that tests call."""
        name = self.function.partition(".")[2]
        return "played" if name == "Account" else name

    def good(self) -> str:
        return (HOME / f"{self.module}.py").read_text("utf-8")

    def bad(self) -> str:
        text = self.good()
        name = self.function.partition(".")[2]
        node = next(n for n in ast.parse(text).body if getattr(n, "name", "") == name)
        rows = text.splitlines(keepends=True)
        start, end = sum(map(len, rows[: node.lineno - 1])), sum(map(len, rows[: node.end_lineno]))
        body = text[start:end]
        assert body.count(self.old) == 1, self
        return text[:start] + body.replace(self.old, self.new) + text[end:]


@dataclass(frozen=True)
class Ended:
    """How the search ended: `label` is empty without a change; `right`: it answers as the undamaged code does."""

    fault: Fault
    state: str
    label: str
    right: bool
    cpu_s: float
    title: str = ""


def faults() -> list[Fault]:
    return [Fault(**row) for row in tomllib.loads((HOME / "faults.toml").read_text("utf-8"))["fault"]]


def shown(call: Any, given: tuple[Any, ...]) -> str:
    """What a call gives, in words; bounded."""

    def late(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, _CALL_S)
    try:
        return neighbouring.outcome(call, (copy.deepcopy(given), {}))
    except BaseException as error:  # noqa: BLE001 -- what it is says enough
        return f"!{type(error).__name__}"
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def made(text: str, name: str) -> Any:
    names: dict[str, Any] = {"__name__": "subject"}
    exec(compile(text, "subject", "exec"), names)
    return names[name]


def suite(fault: Fault, given: list[tuple[Any, ...]]) -> str:
    call = made(fault.good(), fault.called)
    rows = "\n".join(f"    ({one!r}, {call(*copy.deepcopy(one))!r})," for one in given)
    return (
        f"import pytest\nfrom {fault.module} import {fault.called}\n\n\n"
        f"@pytest.mark.parametrize(('given', 'wanted'), [\n{rows}\n])\n"
        f"def test_it(given, wanted):\n    assert {fault.called}(*given) == wanted\n"
    )


def visible(fault: Fault, every: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The first three inputs; where none of them shows the fault, the last of them is one that does."""
    good, bad = made(fault.good(), fault.called), made(fault.bad(), fault.called)
    telling = [one for one in every if shown(good, one) != shown(bad, one)]
    some = every[:VISIBLE]
    return some if any(one in telling for one in some) else [*some[:-1], telling[0]]


async def tried(fault: Fault, every: list[tuple[Any, ...]], few: bool, budget_s: float, root: Path) -> Ended:
    given = visible(fault, every) if few else every
    path = root / f"{fault.module}.py"
    path.write_text(fault.bad(), "utf-8")
    (root / "test_it.py").write_text(suite(fault, given), "utf-8")
    doc = document(path, "python", fault.bad())
    began = time.process_time()
    project, held = Project(root, Path(sys.executable)), suites.named("pytest test_it.py")
    found = await repairing.search(doc, project, Settings(), held, budget_s=budget_s)
    cpu_s = float((found.told or {}).get("cpu_s", 0.0)) + time.process_time() - began
    if not found.patches:
        return Ended(fault, found.state, "", right=False, cpu_s=cpu_s)
    best = found.patches[0]
    edits = tuple(Edit(path, Span(start, end), new) for start, end, new in best.edits)
    after = texts.apply(doc, edits).text.decode()
    good, now = made(fault.good(), fault.called), made(after, fault.called)
    hidden = [call[0] for call in neighbouring.neighbours([(one, {}) for one in every], _HIDDEN)]
    wanted = [(one, shown(good, one)) for one in [*every, *hidden]]
    known = [(one, told) for one, told in wanted if not told.startswith(("!", "…"))]
    right = all(shown(now, one) == told for one, told in known)
    return Ended(
        fault, found.state, labels.judged(found).name, right, cpu_s, f"{best.kind}: {[e[2] for e in best.edits]}"
    )


async def ended(some: list[Fault], few: bool, budget_s: float) -> list[Ended]:
    sys.path.insert(0, str(HOME))
    from inputs import INPUTS

    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for fault in some:
            every = INPUTS[f"{fault.module}.{fault.called}"]
            rows.append(await tried(fault, every, few, budget_s, Path(folder)))
            told = "right" if rows[-1].right else "WRONG" if rows[-1].label else rows[-1].state
            print(f"{fault.function:24} {fault.kind:9} {rows[-1].label:10} {told}", file=sys.stderr, flush=True)
    return rows


def figures(some: list[Fault] | None = None, budget_s: float = 10.0, *, few: bool = True) -> dict[str, float]:
    """The figures by name: all of these faults with full suites, and with three inputs each."""
    some = faults() if some is None else some
    full = asyncio.run(ended(some, False, budget_s))
    told = {
        "fix.faults": float(len(full)),
        "fix.faults_repaired_pct": 100 * sum(one.right for one in full) / len(full),
        "fix.faults_plausible_pct": 100 * sum(bool(one.label) for one in full) / len(full),
        "fix.overfit_proven": float(sum(one.label == labels.PROVEN and not one.right for one in full)),
        "fix.faults_cpu_s": sum(one.cpu_s for one in full) / len(full),
    }
    if few:
        told |= accepted(asyncio.run(ended(some, True, budget_s)))
    return told


def accepted(rows: list[Ended]) -> dict[str, float]:
    """Figures of searches with few visible tests."""
    rows = [one for one in rows if one.state != "passing"]
    good = [one for one in rows if one.label in (labels.PROVEN, labels.PLAUSIBLE)]
    return {
        "fix.few_accepted_right_pct": 100 * sum(one.right for one in good) / max(1, len(good)),
        "fix.few_accepted_pct": 100 * len(good) / max(1, len(rows)),
        "fix.few_first_right_pct": 100 * sum(one.right for one in rows) / max(1, len(rows)),
        "fix.few_overfit_proven": float(sum(one.label == labels.PROVEN and not one.right for one in rows)),
    }


def rows(told: dict[str, float]) -> list[Figure]:
    """`figures` with their goals."""
    goals = {
        "fix.faults_repaired_pct": (">=", 70),
        "fix.overfit_proven": ("<=", 0),
        "fix.few_accepted_right_pct": (">=", 90),
        "fix.few_overfit_proven": ("<=", 0),
    }
    return [
        Figure(name, value, "%" if name.endswith("_pct") else "", *goals.get(name, ("", None)))
        for name, value in told.items()
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apart", action="store_true")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--few", action="store_true")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--budget", type=float, default=10.0)
    options = parser.parse_args()
    some = [one for one in faults() if options.all or one.apart == options.apart]
    if options.misses:
        searched = asyncio.run(ended(some, options.few, options.budget))
        for one in searched:
            if not one.right or one.label == labels.SUGGESTION:
                print(
                    f"{one.fault.function} {one.fault.kind}: {one.state} {one.label} {'right' if one.right else 'WRONG'} {one.title} ({one.fault.old!r})"
                )
        print(Counter((one.label, one.right) for one in searched), accepted(searched))
        return
    publish("fix_tests", rows(figures(some, options.budget)))


if __name__ == "__main__":
    main()
