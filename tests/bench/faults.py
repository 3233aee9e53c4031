"""Realistic mistakes that our tests find: suites for `seeded/teller`, run against each fault of `seeded/faults.toml`.

The suites are generated on the good code. A fault is found when a test that passes on the good code fails on the
faulty. Code and faults were written before anybody saw what the generator makes of them; keep it so.
"""

from __future__ import annotations

import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from judging import Verdict, generated, judged
from subjects import BUILD, stripped

SEEDED = Path(__file__).parent / "seeded"


@dataclass(frozen=True)
class Fault:
    """One mistake: `old` occurs once in the module and becomes `new`; the value of `shows` tells them apart."""

    module: str
    name: str
    old: str
    new: str
    shows: str

    def text(self) -> str:
        """The faulty module."""
        return good(self.module).replace(self.old, self.new)

    def flaw(self, prelude: str) -> str:
        """What is wrong with the fault itself; empty when it is a fault."""
        text = good(self.module)
        if text.count(self.old) != 1:
            return f"the old text occurs {text.count(self.old)} times"
        before, after = (_shown(self.module, one, prelude, self.shows) for one in (text, self.text()))
        return f"it makes no difference: {before}" if before == after else ""


def good(module: str) -> str:
    """A module of the function set."""
    return (SEEDED / "teller" / f"{module}.py").read_text("utf-8")


def _shown(module: str, text: str, prelude: str, expression: str) -> str:
    made = ModuleType(f"teller.{module}")
    sys.modules[made.__name__] = made  # dataclasses look their module up
    exec(compile(text, module, "exec"), made.__dict__)
    names: dict[str, Any] = {module: made}
    exec(prelude, names)
    try:
        return repr(eval(expression, names))
    except Exception as error:  # noqa: BLE001 -- which one is the answer
        return type(error).__name__


def faults() -> list[Fault]:
    """All faults; leaves with a word when one is none."""
    data = tomllib.loads((SEEDED / "faults.toml").read_text("utf-8"))
    found = [Fault(**one) for one in data["fault"]]
    wrong = [f"{one.module}: {one.name}: {flaw}" for one in found if (flaw := one.flaw(data["prelude"]))]
    if wrong or len({(one.module, one.name) for one in found}) != len(found):
        raise SystemExit("\n".join(["faults that are none, or named alike:", *wrong]))
    return found


def hunted(variant: str) -> dict[Fault, str]:
    """Which fault ended how, with suites for the modules with docstrings (`kept`) or without (`stripped`)."""
    project = BUILD / variant / "teller"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(SEEDED / "teller", project / "teller", ignore=shutil.ignore_patterns("__pycache__"))
    if variant == "stripped":
        for path in (project / "teller").glob("*.py"):
            path.write_bytes(stripped(path.read_bytes()))
    every = faults()
    ended: dict[Fault, str] = {}
    lines = []
    for module in sorted({one.module for one in every}):
        some = [one for one in every if one.module == module]
        file = f"teller/{module}.py"
        out, cost, said, _ = generated(project, file)
        texts = [{"text": one.text()} for one in some]
        verdict = Verdict(judged(project, file, out, texts, 0), cost, said)
        ends = [one["end"] for one in verdict.told["mutants"]]
        ended |= dict(zip(some, ends, strict=True))
        hit = sum(end != "survived" for end in ends)
        covered = f"{verdict.statement_pct:5.1f} % statements {verdict.branch_pct:5.1f} % branches"
        print(
            f"{module:22} {variant:9} {verdict.told['passed']:4}p {covered} {hit:3}/{len(ends)} faults {cost.cpu_s:5.1f} s",
            flush=True,
        )
        lines += [f"== {module}: {verdict.said}", *(f"{one.name}: {end}" for one, end in zip(some, ends, strict=True))]
        missed = verdict.told["coverage"]["missing_branches"]
        lines += [f"lines missed: {verdict.told['coverage']['missing_lines']}", f"branches missed: {missed}"]
    (BUILD / f"faults.{variant}.txt").write_text("\n".join(lines) + "\n", "utf-8")
    return ended


if __name__ == "__main__":
    print(f"{len(faults())} faults")
    for name in sys.argv[1:]:
        hunted(name)
