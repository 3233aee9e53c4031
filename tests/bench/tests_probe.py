"""Unit tests for every module of the sample, through the command line: what was offered and which lines it covers.

    .venv/bin/python tests/bench/tests_probe.py

Prints a row a module and writes `build/bench/tests.json`. Modules without a function (error classes) are left out.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import Figure, publish

from copilot import samplebank

SCRIPT = Path(sys.executable).with_name("bank-copilot")


def main() -> int:
    """0 when every module was tried."""
    with tempfile.TemporaryDirectory() as folder:
        root = samplebank.copy_to(Path(folder).resolve() / "sample") / "python"
        rows = [row for path in sorted((root / "bank").glob("*.py")) if (row := tried(path, root)) is not None]
    reached, lines = sum(r[0] for r in rows), sum(r[1] for r in rows)
    offered = sum(r[0] > 0 for r in rows)
    publish(
        "tests",
        [
            Figure("samplebank.line_pct", 100 * reached / lines, "%"),
            Figure("samplebank.line_pct_reached", reached, "lines"),
            Figure("samplebank.line_pct_lines", lines, "lines"),
            Figure("samplebank.modules_ok_pct", 100 * offered / len(rows), "%"),
            Figure("samplebank.wall_s_median", sorted(r[2] for r in rows)[len(rows) // 2], "s"),
        ],
    )
    return 0


def tried(path: Path, root: Path) -> tuple[int, int, float] | None:
    """(lines reached, lines, wall seconds) of a module; None when it has nothing to call."""
    text = path.read_bytes().decode("gb18030" if path.name == "legacy_codes.py" else "utf-8")
    if not re.search(r"^\s*def ", text, re.MULTILINE):
        return None
    began = time.perf_counter()
    done = subprocess.run(
        [SCRIPT, "tests", path, "--json", "--root", root], capture_output=True, text=True, check=False, timeout=300
    )
    took = time.perf_counter() - began
    answer = json.loads(done.stdout)
    checks = {c["name"]: c["detail"] for s in answer["suggestions"] for c in s["checks"]}
    found = re.search(r"(\d+) of (\d+) lines", checks.get("covers", ""))
    reached, lines = (int(found[1]), int(found[2])) if found else (0, len(text.splitlines()))
    said = checks.get("asserts") or "; ".join(d["declined"] for d in answer["declined"])
    print(f"{path.name:22} {reached:4} of {lines:4} lines  {took:5.1f} s  {said}", flush=True)
    return reached, lines, took


if __name__ == "__main__":
    sys.exit(main())
