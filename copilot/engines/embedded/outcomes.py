"""What became of the proposals in this workspace: how many came true against how many should have, and a correction.

A proposal came true when its text was taken or typed. The sums fade, so that the last hundred or so decide: where the
engine is wrong more often than it says (a change of the whole repository), it gets quieter within some lines, and it
recovers, since what it would have shown teaches too. They lie beside the index as `outcomes.json`: four numbers, no text.
What is asked for while typing teaches. Absent on purpose: which line it was, and who typed.
"""

from __future__ import annotations

import contextlib
import json
import math
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from copilot import files
from copilot.errors import UnreadableFile

_FADE: Final = 0.99
_PRIOR: Final = 6.0
"""How much the sums must know before they say something (in units of the variance of one outcome, at most 1/4)."""

_MOST: Final = 1.5
_EVERY: Final = 8
"""Outcomes after which the sums are written."""

_NAME: Final = "outcomes.json"


@dataclass(frozen=True, slots=True)
class Sums:
    """Fading sums over outcomes: how many came true, how many should have by their confidence, and the variance."""

    right: float = 0.0
    expected: float = 0.0
    variance: float = 0.0
    count: int = 0

    def after(self, confidence: float, *, right: bool) -> Sums:
        """These sums with one more outcome."""
        return Sums(
            _FADE * self.right + right,
            _FADE * self.expected + confidence,
            _FADE * self.variance + confidence * (1 - confidence),
            self.count + 1,
        )

    def shift(self) -> float:
        """What to add to log odds so that as many come true as should (one Newton step from none, held by a prior)."""
        return max(min((self.right - self.expected) / (self.variance + _PRIOR), _MOST), -_MOST)


_held: dict[Path, Sums] = {}
_lock = threading.Lock()


def of(folder: Path | None) -> Sums:
    """The sums of the workspace whose index lies in `folder`."""
    if folder is None:
        return Sums()
    with _lock:
        if folder not in _held:
            _held[folder] = _read(folder / _NAME)
        return _held[folder]


def learn(folder: Path | None, confidence: float, *, right: bool) -> None:
    """One more outcome."""
    if folder is None:
        return
    with _lock:
        sums = _held[folder] = (_held.get(folder) or _read(folder / _NAME)).after(confidence, right=right)
    if sums.count % _EVERY == 0:
        with contextlib.suppress(UnreadableFile):  # a full disk costs the memory of it, nothing else
            _write(folder, sums)


def forget(folder: Path) -> None:
    """Start anew."""
    with _lock:
        _held.pop(folder, None)
    (folder / _NAME).unlink(missing_ok=True)


def _read(file: Path) -> Sums:
    try:
        data = json.loads(file.read_text("utf-8"))
        sums = Sums(float(data["right"]), float(data["expected"]), float(data["variance"]), int(data["count"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Sums()
    sound = all(map(math.isfinite, (sums.right, sums.expected, sums.variance))) and sums.variance >= 0
    return sums if sound else Sums()


def _write(folder: Path, sums: Sums) -> None:
    if folder.is_dir():  # else the index is gone, and its folder is not ours to make
        files.put(folder / _NAME, (json.dumps(asdict(sums)) + "\n").encode())
