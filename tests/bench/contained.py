"""The twenty traps of `tests/traps.py`, counted: `python tests/bench/contained.py`."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from report import Figure
from traps import TRAPS, sprung


async def _counted() -> int:
    held = 0
    for trap in TRAPS:
        with tempfile.TemporaryDirectory(prefix="bank-copilot-trap-") as folder:
            wrong = (await sprung(trap, Path(folder).resolve())).held(trap)
        print(f"{trap.name:22} {wrong or 'contained'}", flush=True)
        held += not wrong
    return held


def contained() -> list[Figure]:
    """How many of the traps were contained for the right reason, the host unchanged."""
    return [Figure("tests.traps_contained", asyncio.run(_counted()), "", ">=", len(TRAPS))]


if __name__ == "__main__":
    print(contained())
