"""Fingerprints of code by winnowing (Schleimer, Wilkerson, Aiken 2003): equal runs of text are sure to share one.

A text is read as lexemes; comments and blanks do not count. Of all runs of `RUN` characters the least hash in each
window of `WINDOW` is kept, so that any run of `RUN + WINDOW - 1` equal characters is found, wherever it stands.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

RUN: Final = 50
WINDOW: Final = 40

_LEXEME: Final = re.compile(rb"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|\w+|[^\w\s]")
_REMARKS: Final = {
    "hash": re.compile(rb"#[^\n]*"),
    "slash": re.compile(rb"//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/"),
    "dash": re.compile(rb"--[^\n]*"),
}
_BASE: Final = np.uint64(0x100000001B3)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)

Numbers = NDArray[np.int64]


class Text(NamedTuple):
    """A text as winnowing reads it: the characters of its lexemes, where each lexeme begins in them, and on which line."""

    packed: bytes
    starts: Numbers
    lines: Numbers

    @property
    def lexemes(self) -> int:
        """How many lexemes there are."""
        return len(self.starts)

    def line(self, at: int) -> int:
        """The line, from 1, of a character of `packed`."""
        return int(self.lines[max(0, int(np.searchsorted(self.starts, at, "right")) - 1)])

    def within(self, start: int, end: int) -> int:
        """How many lexemes begin in `[start, end)` of `packed`."""
        low, high = np.searchsorted(self.starts, (start, end))
        return int(high - low)


def read(text: bytes, language: str | None) -> Text:
    """The lexemes of a text, its comments left out."""
    remark = _REMARKS["hash" if language in {"python", "yaml", "shell"} else "dash" if language == "sql" else "slash"]
    bare = remark.sub(lambda found: b"\n" * found[0].count(b"\n"), text)
    parts: list[bytes] = []
    starts: list[int] = []
    lines: list[int] = []
    size = at = 0
    line = 1
    for found in _LEXEME.finditer(bare):
        line += bare.count(b"\n", at, found.start())
        at = found.start()
        starts.append(size)
        lines.append(line)
        parts.append(found[0])
        size += len(found[0])
    return Text(b"".join(parts), np.array(starts, np.int64), np.array(lines, np.int64))


def fingerprints(text: Text) -> tuple[NDArray[np.uint64], Numbers]:
    """The chosen hashes and where their runs begin in `packed`; empty for a text shorter than one run."""
    data = np.frombuffer(text.packed, np.uint8).astype(np.uint64)
    size = len(data) - RUN + 1
    if size < 1:
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    hashes = np.zeros(size, np.uint64)
    for n in range(RUN):
        hashes *= _BASE
        hashes += data[n : n + size]
    hashes ^= hashes >> np.uint64(29)
    hashes *= _MIX
    hashes ^= hashes >> np.uint64(32)
    if size <= WINDOW:
        best = np.array([int(hashes.argmin())], np.int64)
    else:
        windows = np.lib.stride_tricks.sliding_window_view(hashes, WINDOW)
        best = np.unique(windows.argmin(axis=1).astype(np.int64) + np.arange(len(windows), dtype=np.int64))
    return hashes[best], best
