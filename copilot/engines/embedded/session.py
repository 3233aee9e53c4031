"""What was proposed lately on the line being typed: who typed past a proposal did not want it, and is asked less.

A proposal stands while what is typed agrees with it; it is refused once the text goes another way, or some letters of it
are typed and it is not taken. What became of each is told once (`outcomes`), also of those that were only thought of. Kept
in memory for the lines being typed, nothing is written.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

_FILES: Final = 16
_MOST: Final = 8
_PATIENT: Final = 4
"""Letters of a proposal that are typed before it counts as not wanted."""


@dataclass(slots=True)
class _Line:
    """`number`: which line of the file; `shown`: `(column, text)` of what was proposed on it."""

    number: int
    start: str
    shown: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Open:
    """A proposal of which it is not yet known what becomes of it."""

    number: int
    column: int
    text: str
    confidence: float
    above: int
    """Hash of the lines above: once they change, rows are other rows."""


_lines: OrderedDict[Path, _Line] = OrderedDict()
_open: dict[Path, list[_Open]] = {}
_lock = threading.Lock()


def refused(path: Path, before: str) -> int:
    """How many proposals on the caret's line the developer typed past. `before`: the text before the caret."""
    number, line = _place(before)
    with _lock:
        known = _lines.get(path)
        if known is None or known.number != number:
            return 0
        return sum(_past(column, text, line) for column, text in known.shown)


def note(path: Path, before: str, text: str, confidence: float = 0.0, *, shown: bool = True) -> None:
    """This was proposed at the caret, or only thought of. What only goes on with a proposal that stands is the same one."""
    number, line = _place(before)
    above = hash(before[: len(before) - len(line)])
    with _lock:
        known = _lines.get(path)
        if known is None or known.number != number or not line.startswith(known.start):
            known = _lines[path] = _Line(number, line[: len(line) - len(line.lstrip())])
        _lines.move_to_end(path)
        while len(_lines) > _FILES:
            _open.pop(_lines.popitem(last=False)[0], None)
        known.shown = [(column, old) for column, old in known.shown if column <= len(line)]
        waiting = _open.get(path, [])
        if not any(e.number == number and line[e.column :] + text == e.text for e in waiting):
            _open[path] = [*waiting, _Open(number, len(line), text, confidence, above)][-_MOST:]
        if shown and not any(line[column:] + text == old for column, old in known.shown):
            known.shown = [*known.shown, (len(line), text)][-_MOST:]


def settled(path: Path, before: str) -> list[tuple[float, bool]]:
    """`(confidence, whether it came true)` of the proposals in a file whose end is known now; each is told once."""
    with _lock:
        waiting = _open.get(path)
        if not waiting:
            return []
        rows = before.split("\n")
        found: list[tuple[float, bool]] = []
        left: list[_Open] = []
        for each in waiting:
            if each.number >= len(rows) or len(rows[each.number]) < each.column:
                continue  # it was taken back: that says nothing
            if hash("".join(f"{row}\n" for row in rows[: each.number])) != each.above:
                continue  # the lines above changed, or begin elsewhere: nobody knows which row this is now
            typed = rows[each.number][each.column :]
            here = each.number == len(rows) - 1
            if here and each.text.startswith(typed) and typed != each.text:
                left.append(each)
            else:
                rest = typed[len(each.text) :]
                ended = not (rest[:1].isalnum() and each.text[-1].isalnum())
                found.append((each.confidence, typed.startswith(each.text) and ended))
        _open[path] = left
        return found


def clear() -> None:
    """Forget everything."""
    with _lock:
        _lines.clear()
        _open.clear()


def _place(before: str) -> tuple[int, str]:
    start = before.rfind("\n") + 1
    return before.count("\n"), before[start:]


def _past(column: int, text: str, line: str) -> bool:
    """Whether the line went another way than the proposal at a column, or said some letters of it without taking it.

    One that came true in full was no mistake.
    """
    typed = line[column:]
    if text.startswith(typed):
        return _PATIENT <= len(typed) < len(text)
    return len(line) > column and not typed.startswith(text)
