"""The twenty traps: each is left out for its reason, the good test beside it is offered, and nothing of the host changes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from traps import TRAPS, Trap, sprung

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.name.replace(" ", "-"))
async def test_a_trap_is_contained_for_its_reason(trap: Trap, tmp_path: Path) -> None:
    assert (await sprung(trap, tmp_path)).held(trap) == ""
