"""What the person hears of the model's availability: once when it goes, once when it is back, never per keystroke.

Several folders have one gateway: they are told of together. Absent on purpose: when the model is asked again
(`copilot.engines.circuit`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from copilot.engines.circuit import State
from copilot.messages import say

QUIET_S: Final = 300.0
"""A model that comes and goes is told of once in this time for each reason; then its return is not told either."""


@dataclass(slots=True)
class Availability:
    """`tell(text, is_warning)` shows one sentence."""

    tell: Callable[[str, bool], None]
    clock: Callable[[], float] = time.monotonic
    _degraded: dict[Path, State] = field(default_factory=dict)
    _heard: dict[str, float] = field(default_factory=dict)
    _shown: bool = False

    def moved(self, root: Path, state: State) -> None:
        """A root's model went away or came back."""
        if state.status == "ok":
            if self._degraded.pop(root, None) is not None and not self._degraded and self._shown:
                self._shown = False
                self.tell(say("The model is back."), False)
            return
        self._degraded[root] = state
        now = self.clock()
        if now - self._heard.get(state.reason, -QUIET_S) < QUIET_S:
            return
        self._heard[state.reason] = now
        self._shown = True
        self.tell(say("The model is not available; the embedded engine answers. {why}", why=state.message), True)

    def gone(self, root: Path) -> None:
        """A root's workspace was closed: its trouble is over without a word."""
        self._degraded.pop(root, None)
        self._shown = self._shown and bool(self._degraded)
