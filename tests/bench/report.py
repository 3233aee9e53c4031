"""What every benchmark writes: a table for a person and `build/bench/<name>.json` for a machine."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(__file__).parents[2] / "build" / "bench"


@dataclass(frozen=True)
class Figure:
    """One number. `peer` is the same number of a pinned rival, `ratio` how many times better we are."""

    name: str
    value: float
    unit: str
    op: Literal["<=", ">=", ""] = ""
    goal: float | None = None
    peer: float | None = None
    ratio: float | None = None

    def reached(self) -> bool:
        """Whether the goal is met; a figure without a goal always is."""
        if self.goal is None:
            return True
        return self.value <= self.goal if self.op == "<=" else self.value >= self.goal


def machine() -> str:
    """The machine in one line, without its name."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    return f"{os.cpu_count()} x {model}, {platform.system()} {platform.release()}, Python {platform.python_version()}"


def publish(name: str, figures: Sequence[Figure], *, part: bool = False, **more: object) -> bool:
    """Print the table and write the file, with `more` beside the figures. True when every goal is met.

    `part`: this is not all of the benchmark; what the file says of the rest stays in it, where the machine is the same.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}.json"
    rows: list[dict[str, Any]] = [
        {
            "name": f.name,
            "value": f.value,
            "unit": f.unit,
            "goal": None if f.goal is None else {"op": f.op, "value": f.goal},
            "peer": f.peer,
            "ratio": f.ratio,
        }
        for f in figures
    ]
    if part:
        rows = list({row["name"]: row for row in (*_earlier(path), *rows)}.values())
    text = json.dumps({"machine": machine(), "figures": rows, **more}, indent=1) + "\n"
    path.write_text(text, "utf-8")
    print(f"{name}: {machine()}")
    for f in figures:
        goal = "" if f.goal is None else f"goal {f.op} {f.goal:g}  {'reached' if f.reached() else 'MISSED'}"
        peer = "" if f.peer is None else f"  peer {f.peer:g}" + ("" if f.ratio is None else f" ({f.ratio:.1f}x)")
        print(f"  {f.name:32} {f.value:12.3f} {f.unit:8} {goal}{peer}")
    return all(f.reached() for f in figures)


def _earlier(path: Path) -> list[dict[str, Any]]:
    """The rows of a file that is there; none of another machine's, since one name stands over all."""
    try:
        told = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return list(told["figures"]) if told["machine"] == machine() else []


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8").splitlines()
    except OSError:
        return []
