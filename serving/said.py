r"""One text of a streamed answer between the engine and the client: control words undone, reviewed, restored.

Review stands before restoring: what the developer sent himself is still a surrogate then, and none of its business. The
arguments of a tool call are read as the JSON they are (`\u0041` is an A), and written back with their escapes. No I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from copilot.guard import Flow, Judge, Reviewed, escapes
from copilot.guard.found import Found
from prompts import fim


@dataclass(slots=True)
class Part:
    """What one event says of one text: `written`, from the text's character `at` on, to stand in `holder[key]`.

    `before` is the beginning of an escape that an earlier event ended with; the last part gets what was held back.
    """

    said: Said
    holder: Any
    key: str
    written: str
    at: int
    end: int
    before: str = ""
    last: bool = False

    @property
    def clear(self) -> bool:
        """All of it may be shown."""
        return self.said.flow.released >= self.end

    def found(self) -> Sequence[Found]:
        """The findings that it is a part of."""
        return self.said.flow.masks.touched(self.at, self.end)


class Said:
    """One text. `reviewed` is set where surrogates are to be restored, `escaped` where control words were neutralised."""

    __slots__ = ("_begun", "_ended", "_escaped", "_json", "_rest", "_restored", "_reviewed", "flow")

    def __init__(self, judge: Judge, reviewed: Reviewed | None, *, escaped: bool, json: bool) -> None:
        self.flow = Flow(judge)
        self._reviewed, self._escaped, self._json = reviewed, escaped, json
        self._rest = ""  # characters that may belong to a control word
        self._begun = ""  # the beginning of an escape
        self._restored = ""  # characters that may belong to a surrogate
        self._ended = False

    def take(self, piece: str, holder: Any, key: str) -> Part:
        """The next piece of the text, which stands in `holder[key]`."""
        if self._ended:  # what was let go as ended must not go on: another line begins
            self._ended = False
            piece = "\n" + piece
        if self._escaped:
            raw = self._rest + piece
            held = fim.held(raw)
            self._rest = raw[len(raw) - held :]
            piece = fim.original(raw[: len(raw) - held])
        flow, at, before = self.flow, self.flow.length, self._begun
        if self._json and ("\\" in piece or before):
            told = before + piece
            cut = len(told) - escapes.unfinished(told)
            self._begun = told[cut:]
            flow.feed(escapes.plain(told[:cut]))
            return Part(self, holder, key, piece, at, flow.length + bool(self._begun), before)
        flow.feed(piece)
        return Part(self, holder, key, piece, at, flow.length)

    def pause(self) -> None:
        """Another text of the answer goes on: let this one go as if it had ended, unless a block is open in it."""
        if not (self._ended or self._rest or self._begun or self.flow.open):
            self.flow.end()
            self._ended = not self.flow.masks.denied

    def end(self, holder: Any, key: str) -> Part | None:
        """The text has ended; the part with what was held back, None when that is nothing."""
        left, self._rest = fim.original(self._rest), ""
        part = None
        if left or self._begun or self._reviewed is not None:
            begun, self._begun = self._begun, ""
            part = Part(self, holder, key, left, self.flow.length, 0, begun, last=True)
            self.flow.feed(escapes.plain(begun) + left)
            part.end = self.flow.length
        self.flow.end()
        self._ended = True
        return part

    def shown(self, part: Part) -> str:
        """How a part that is clear is written; parts in their order."""
        written, masks = part.written, self.flow.masks
        if masks.places:
            if part.before or (self._json and "\\" in written):
                told = part.before + written
                cut = len(told) - escapes.unfinished(told)
                units = [*escapes.units(told[:cut]), *([told[cut:]] if cut < len(told) else ())]
                if units:
                    units[0] = units[0][len(part.before) :]
                written = masks.shown(units, part.at, begun=bool(part.before))
            else:
                written = masks.shown(written, part.at)
        if self._reviewed is None:
            return written
        text = self._restored + written
        ready = len(text) if part.last else len(text) - self._reviewed.held(text)
        self._restored = text[ready:]
        return self._reviewed.restored(text[:ready])
