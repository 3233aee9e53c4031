"""Taken texts and where they stand while the file around them is edited, until they were looked at for the last time.

A place is `(line, character)` in the editor's own units, so that following a change costs a few comparisons a taken text.
In memory only. Absent on purpose: the documents (`Texts` reads them) and what is counted (`meter`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from copilot.usage.counts import AGES, Subject

Place = tuple[int, int]
Change = tuple[Place | None, Place, str]
"""Start and end of what is replaced, and the new text; without a start everything is."""

_MOST: Final = 64
_TRIES: Final = 4
"""Texts that are followed at a time; changes after which a text must be there."""


class Texts(Protocol):
    """What is needed of the editor's documents; `where` names one."""

    def find(self, where: str, line: int, text: str) -> tuple[Place, Place] | None:
        """Where this very text stands, near a line if it can be."""

    def read(self, where: str, start: Place, end: Place) -> str | None:
        """What stands there now; None when the document is not open any more."""


@dataclass(slots=True)
class Taken:
    """A text that was taken at the time `at`. `trace_id` is the suggestion's; `line`: near which it was to go."""

    trace_id: str
    subject: Subject
    where: str
    line: int
    text: str
    at: float
    start: Place = (0, 0)
    end: Place = (0, 0)
    found: bool = False
    tries: int = 0
    looked: int = 0
    """How many ages it has been looked at."""

    @property
    def is_followed(self) -> bool:
        """Whether it will be looked at again."""
        return self.looked < len(AGES)


class Following:
    """The taken texts of one session."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._taken: dict[str, list[Taken]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._taken.values()))

    def add(self, taken: Taken) -> None:
        """Follow a text; the editor may insert it just now, or after the next changes."""
        if len(self) >= _MOST:
            self._drop(min((t for group in self._taken.values() for t in group), key=lambda t: t.at))
        self._taken.setdefault(taken.where, []).append(taken)
        self._seek(taken)

    def changed(self, where: str, changes: Sequence[Change]) -> None:
        """A document was edited: every place in it moves along."""
        group = self._taken.get(where)
        if not group:
            return
        for taken in list(group):
            if not taken.found:
                self._seek(taken)
                continue
            for start, end, text in changes:
                if start is None:
                    taken.start, taken.end = (0, 0), (1 << 30, 0)
                else:
                    taken.start = moved(taken.start, start, end, text, outside=False)
                    taken.end = moved(taken.end, start, end, text, outside=True)

    def due(self, now: float) -> Iterator[tuple[Taken, str, str]]:
        """`(taken, age, what stands there)` for each age that was reached; what is not there to be read is given up."""
        ages = list(AGES.items())
        for taken in [t for group in self._taken.values() for t in group]:
            while taken.looked < len(ages) and now - taken.at >= ages[taken.looked][1]:
                there = self._texts.read(taken.where, taken.start, taken.end) if taken.found else None
                if there is None:
                    self._drop(taken)
                    break
                taken.looked += 1
                yield taken, ages[taken.looked - 1][0], there
            if not taken.is_followed:
                self._drop(taken)

    def closed(self, where: str) -> None:
        """A document is not open any more: what becomes of it is not known."""
        self._taken.pop(where, None)

    def _seek(self, taken: Taken) -> None:
        place = self._texts.find(taken.where, taken.line, taken.text)
        if place is not None:
            taken.start, taken.end = place
            taken.found = True
            return
        taken.tries += 1
        if taken.tries >= _TRIES:
            self._drop(taken)

    def _drop(self, taken: Taken) -> None:
        group = self._taken.get(taken.where, [])
        if taken in group:
            group.remove(taken)
        if not group:
            self._taken.pop(taken.where, None)


def moved(place: Place, start: Place, end: Place, text: str, *, outside: bool) -> Place:
    """Where a place is after `[start, end)` became `text`. What is inserted right at it stays behind it (`outside`: the
    place is the end of something) or before it (the beginning). A place inside what was replaced goes to the new
    text's end, or to its start.
    """
    if place < start or (place == start and outside):
        return place
    rows, width = text.count("\n"), len(text) - text.rfind("\n") - 1
    last = (start[0] + rows, width if rows else start[1] + width)
    if place >= end:
        return last[0] + place[0] - end[0], (last[1] - end[1] if place[0] == end[0] else 0) + place[1]
    return last if outside else start
