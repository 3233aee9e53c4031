"""Review of a text while it is being written: what may be shown so far, and not a character more.

The same verdict as on the whole text, however the text is cut: it is reviewed in units whose ends depend on the text
alone, with so much of what stands before (and, inside of very long lines, behind) as `detect` promises to look at. A unit
ends with a line, or where a long line has no run of token characters; it waits while something is open that only what
follows decides (a block of a key). No byte of a unit is released before its verdict. What is known to be a finding and
goes on without end is swallowed, not kept: memory is bounded, and time linear.
"""

from __future__ import annotations

import re
import time
from typing import Final

from copilot.guard.detect import AHEAD, BEHIND, LONGEST
from copilot.guard.found import Found
from copilot.guard.judge import Judge, Masks
from copilot.guard.keys import unsettled

_STEP: Final = 128
"""UTF-8 bytes of a unit at least, once so much was shown that an eighth of it is more: first it is line by line."""
_STRIDE: Final = 512
"""Characters of a unit inside of a line that is longer than what rules look at."""
_SURE: Final = LONGEST
"""Characters of a finding that has no end yet before it is swallowed."""
_HEAD: Final = 4608
"""Characters of such a finding that are kept, to see whether what comes still belongs to it."""
_GULP: Final = 4096
"""Of a unit while one is swallowed, and in a text that is made of findings: each is weighed again in every unit near it."""
_MANY: Final = 64
_DENSE: Final = 64
"""So many findings, one in so many characters at least, are such a text."""
_MOST: Final = 4 * LONGEST
"""Characters held back for something open that is no finding: more is none that a rule knows, and is refused."""

_APART: Final = re.compile(r"""[\t\n\r\f\v"'`<>(){}\[\],;]|[^\x00-\x7f]|(?<![0-9])[ ]|[ ](?![0-9])""")
"""What ends a run of token characters, or a chain of digits in groups."""
_RUN: Final = "".join(c for c in map(chr, range(128)) if not _APART.match(c) and c != " ")
_CHAIN: Final = "0123456789 _-"


class Flow:
    """One text. Feed it, `end` it; the first `released` of `length` characters may be shown, as `masks` write them.

    Nothing is released from the unit on that holds what the policy denies. `most` is how many characters were held back
    at most, `spent_s` the time in review.
    """

    __slots__ = (
        "_again", "_context", "_fresh", "_inside", "_judge", "_looked", "_need", "_pos", "_step", "_text", "_weight",
        "length", "masks", "most", "released", "spent_s",
    )  # fmt: skip

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self._context = ""  # what stands before the held text, for review
        self._text, self._pos = "", 0  # the held text begins at `_pos`
        self._fresh: list[str] = []
        self._again = _STRIDE + AHEAD  # of this length the text is looked at also without a line's end
        self._step, self._need = 1, 0  # bytes of the next unit at least; characters it must be longer than
        self._looked = self._weight = 0  # how far lines of the next unit were looked at, and their bytes
        self._inside = False
        self.length = self.released = self.most = 0
        self.masks = Masks()
        self.spent_s = 0.0

    def feed(self, piece: str) -> None:
        """The text goes on."""
        self._fresh.append(piece)
        self.length += len(piece)
        if ("\n" in piece and self.length - self.released > self._need) or self.length >= self._again:
            self._advance(last=False)

    def end(self) -> None:
        """The text has ended: all of it is decided."""
        self._advance(last=True)

    @property
    def open(self) -> bool:
        """Whether what is held back waits for more than the end of its line."""
        held = self._context + self._text + "".join(self._fresh)
        return self._need > 0 or self._inside or unsettled(_latin(held)) < len(held)

    @property
    def _dense(self) -> bool:
        """Of the text alone, as all that decides about units: what was released so far."""
        return len(self.masks.places) > max(_MANY, self.released // _DENSE)

    # -- units ----------------------------------------------------------------------------------------------------

    def _advance(self, *, last: bool) -> None:
        self._text += "".join(self._fresh)
        self._fresh.clear()
        self.most = max(self.most, self.length - self.released)
        while self.masks.denied is None and self.released < self.length:
            cut, seen = self._unit(last=last)
            if not cut:
                break
            began = time.perf_counter()
            self._decide(cut, seen, last=last and cut == len(self._text))
            self.spent_s += time.perf_counter() - began
        self._text = self._text[self._pos :]
        self._looked -= self._pos
        self._pos = 0
        held = self.length - self.released
        self._again = max(self.released + self._need + _STRIDE + AHEAD, self.length + max(AHEAD, held) // 4)

    def _unit(self, *, last: bool) -> tuple[int, int]:
        """Where the next unit ends in the text, and how far its review looks; (0, 0) when that is still to come."""
        text, start = self._text, self._pos
        goal = start + max(_GULP if self._inside or self._dense else _STRIDE, self._need + 1)
        while (feed := text.find("\n", self._looked, goal + AHEAD)) >= 0:
            line = text[self._looked : feed + 1]
            self._weight += len(line) if line.isascii() else len(line.encode("utf-8", "replace"))
            self._looked = feed + 1
            if self._weight >= self._step and feed + 1 - start > self._need:
                return feed + 1, feed + 1
        if len(text) >= goal + AHEAD:
            before = _run_start(text, start, goal)
            if before > start + self._need:
                return before, before + AHEAD
            middle = goal + LONGEST
            found = _APART.search(text, goal, middle + LONGEST)
            if found is not None:
                after = found.start()
                if found[0] == "\n":
                    return after + 1, after + 1
                if len(text) >= after + AHEAD:
                    return after, after + AHEAD
            elif len(text) >= middle + LONGEST:
                return middle, middle + LONGEST
        return (len(text), len(text)) if last else (0, 0)

    def _decide(self, cut: int, seen: int, *, last: bool) -> None:
        """Review a unit: release it, or the part before what is still open."""
        start = len(self._context)
        window = self._context + self._text[self._pos : seen]
        cut, seen = start + cut - self._pos, len(window)
        found = self._judge.found(window)
        if found:
            found = self._judge.settled(window, found)
        keep = cut
        if not last:
            keep = min(cut, unsettled(_latin(window)))
            for one in reversed(found):
                if one.start < keep and (one.end > keep or one.end >= seen):
                    keep = one.start
        if keep > start:
            if self._take(window, found, start, keep):
                line = window.rfind("\n", 0, max(0, keep - BEHIND)) + 1
                self._release(keep - start, window[max(line, keep - 2 * BEHIND) : keep])
                self._inside, self._step = False, _GULP if self._dense else min(_STEP, 1 + self.released // 8)
                self._need = (cut - keep) * 5 // 4  # what is open stays open until there is more
            return
        goes_on = next((one for one in found if one.start <= start and _reaches(window, one.end, seen)), None)
        if goes_on is not None and (self._inside or cut - start > _SURE):
            if self._take(window, found, start, cut):
                self._release(cut - start, window[goes_on.start : goes_on.start + _HEAD])
                self._inside, self._step = True, _GULP
        elif cut - start > _MOST:
            self._deny(Found(self.released, self.released, "held-too-long", "private-key"))
        else:
            self._need = (cut - start) * 5 // 4  # in steps that grow: linear time

    def _release(self, count: int, context: str) -> None:
        self.released += count
        self._pos += count
        self._looked = self._pos
        self._context = context
        self._need = self._weight = 0

    def _take(self, window: str, found: list[Found], start: int, cut: int) -> bool:
        """Put the findings of a unit on record; False when one of them ends the answer."""
        shift = self.released - start
        for one in found:
            if one.end <= start or one.start >= cut:
                continue
            first, end = max(one.start, start), min(one.end, cut)
            place = one._replace(start=first + shift, end=end + shift)
            if self._judge.denies(place):
                self._deny(place)
                return False
            places = self.masks.places
            if places and places[-1].end == place.start and one.start < start:
                also = tuple(sorted({*places[-1].also, *place.also}))
                places[-1] = places[-1]._replace(end=place.end, also=also)  # goes on from the unit before
            else:
                self.masks.add(place, self._judge.surrogates.of(window[first:end], one.kind))
        return True

    def _deny(self, place: Found) -> None:
        self.masks.denied = place
        self.masks.add(place, "")
        self._text, self._fresh, self._pos, self._looked = "", [], 0, 0


def _run_start(text: str, floor: int, at: int) -> int:
    """Where the run of token characters, or the chain of digits in groups, begins that goes on behind `at`."""
    for _ in range(2):
        for characters in (_CHAIN, _RUN):
            if text[at] in characters:
                at = floor + len(text[floor:at].rstrip(characters))
                if at == floor:
                    return floor
    return at


def _reaches(text: str, at: int, end: int) -> bool:
    """Whether what ends at `at` may go on behind `end`: nothing between them ends a run of token characters."""
    return at >= end or (end - at < AHEAD and _APART.search(text, at, end) is None)


def _latin(text: str) -> bytes:
    return text.encode("latin-1", "replace")
