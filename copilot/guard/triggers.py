"""One pass over a text for the literals of all detectors; each detector then sees its own places, and nothing else.

The pass is an Aho-Corasick automaton over folded bytes: 30 us for 16 KB, however many literals there are. What costs is a
hit (Python handles each), so a literal should be rare in code, or have a `look`: a pattern that must match where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from copilot.guard.found import Found

if TYPE_CHECKING:
    import ahocorasick_rs


def _folded(byte: int) -> int:
    if chr(byte) in "0123456789":
        return ord("0")
    return ord("-") if chr(byte) in " _-" else ord(chr(byte).lower()) if byte < 128 else byte


FOLD: Final = bytes(map(_folded, range(256)))
"""Digits to 0, blank and underscore to a hyphen, letters to lower case: how literals are written here."""
_BLOCK: Final = 1 << 16
"""Bytes looked through at once: a text made of hits makes no list as long as itself."""


class Row(NamedTuple):
    """One detector and what wakes it.

    `literals`: folded (see FOLD), without line ends. `look` must match `data` where the literal starts. `how` the detector
    is called: "place", `(data, start, end)` for each literal, where it stands; "name", the same with the end of the look, for
    the first of those that end at one place; "line", the same for each line that holds one; a number, for each stretch that
    reaches so many bytes to both sides of literals (stretches that meet are one); "whole", once, `(whole,)`.
    """

    literals: tuple[bytes, ...]
    how: Literal["line", "name", "place", "whole"] | int
    detector: Callable[..., Iterator[Found]]
    look: re.Pattern[bytes] | None = None


class Triggers:
    """The automaton of some rows. Made once, used by any thread. Raises ValueError for a literal that nothing can match."""

    def __init__(self, rows: Sequence[Row]) -> None:
        # Not with the module: what only reads kinds and settings does without.
        from ahocorasick_rs import BytesAhoCorasick, Implementation

        literals = sorted({literal for row in rows for literal in row.literals})
        wrong = [one for one in literals if not one or one != one.translate(FOLD) or b"\n" in one]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is not folded")
        self._rows = rows
        self._routes = [tuple(n for n, row in enumerate(rows) if one in row.literals) for one in literals]
        self._longest = max(map(len, literals), default=1)
        self._automaton: ahocorasick_rs.BytesAhoCorasick = BytesAhoCorasick(literals, implementation=Implementation.DFA)

    def found(self, data: bytes, whole: bytes | str) -> list[Found]:
        """What the rows' detectors find in `data`, in no order; "whole" detectors are given `whole`, the same text."""
        fold = data.translate(FOLD)
        found: list[Found] = []
        until = [0] * len(self._rows)  # for lines: the end of the last one that a row has seen
        looked = [-1] * len(self._rows)  # for names: where the last look ended
        stretches: dict[int, list[tuple[int, int]]] = {}
        line = end_of_line = 0
        for pattern, at, end in self._hits(fold):
            for number in self._routes[pattern]:
                if at < until[number]:
                    continue
                _, how, detector, look = self._rows[number]
                if look is not None:
                    seen = look.match(data, at)
                    if seen is None:
                        continue
                    if how == "name":
                        if seen.end() != looked[number]:
                            looked[number] = seen.end()
                            found += detector(data, at, seen.end())
                        continue
                if how == "line":
                    if at >= end_of_line:
                        line = data.rfind(b"\n", 0, at) + 1
                        end_of_line = data.find(b"\n", at)
                        end_of_line = len(data) if end_of_line == -1 else end_of_line
                    until[number] = end_of_line
                    found += detector(data, line, end_of_line)
                elif how == "whole":
                    until[number] = len(data)
                    found += detector(whole)
                elif isinstance(how, int):
                    _reach(stretches.setdefault(number, []), max(0, at - how), min(len(data), end + how))
                else:
                    found += detector(data, at, end)
        for number, places in stretches.items():
            for start, end in places:
                found += self._rows[number].detector(data, start, end)
        return found

    def _hits(self, fold: bytes) -> Iterator[tuple[int, int, int]] | list[tuple[int, int, int]]:
        """Number of the literal, start and end of each hit, by their ends; all that overlap."""
        if len(fold) <= _BLOCK:
            return self._automaton.find_matches_as_indexes(fold, overlapping=True)
        return self._by_blocks(fold)

    def _by_blocks(self, fold: bytes) -> Iterator[tuple[int, int, int]]:
        seen = 0
        while seen < len(fold):
            start = max(0, seen - self._longest + 1)
            block = fold[start : start + _BLOCK]
            for pattern, at, end in self._automaton.find_matches_as_indexes(block, overlapping=True):
                if start + end > seen:
                    yield pattern, start + at, start + end
            seen = start + len(block)


def _reach(places: list[tuple[int, int]], start: int, end: int) -> None:
    """Add a stretch to those found so far; hits come by their ends, so it can only meet the last ones."""
    while places and start <= places[-1][1]:
        before, after = places.pop()
        start, end = min(start, before), max(end, after)
    places.append((start, end))
