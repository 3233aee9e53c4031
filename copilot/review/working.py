"""The change that lies in the work tree: what differs from the last commit, also in texts that an editor has not saved.

git is asked what its index knows, and every text is compared here: `git diff` of a work tree runs the filters that the
repository's configuration names. Lines that differ in their end alone (CR LF by `core.autocrlf`) count as the same. A renamed
file is one that is gone and a new one. Absent on purpose: links and submodules, which hold no text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from copilot import edits, git
from copilot import files as disk
from copilot.errors import UnreadableFile
from copilot.review.change import LARGEST, Change, Texts
from copilot.review.diff import FileDiff, Row

_CONTEXT: Final = 3


def working(top: Path, unsaved: Callable[[Path], bytes | None] = lambda _: None) -> Change | None:
    """The work tree at `top` against its last commit. `unsaved` gives the text of a file that an editor holds, UTF-8. None
    where git cannot answer.
    """
    touched = git.touched(top)
    if touched is None:
        return None
    names = sorted(touched)
    place = git.Staged(top, "", ())
    texts: dict[str, Texts] = {}

    def files() -> list[FileDiff]:
        held = git.contents(place, touched.values())
        found = []
        for name in names:
            before = held.get(touched[name])
            after = _text(top / name, unsaved)
            if isinstance(after, bytes) and before is not None:
                after = _as_stored(before, after)
            if after == before:
                continue
            one = _compared(name, before, after)
            texts[name] = Texts(before, after) if isinstance(after, bytes) else Texts(before, None)
            found.append(one)
        return found

    def contents(group: Sequence[FileDiff]) -> list[Texts]:
        return [texts.get(one.path, Texts(None, None)) for one in group]

    return Change(top, files, contents)


class _Large:
    """Stands for a text that is too large to be looked at."""


def _text(path: Path, unsaved: Callable[[Path], bytes | None]) -> bytes | _Large | None:
    """The text of a file, None where there is none."""
    held = unsaved(path)
    if held is not None:
        return held
    if not path.is_file() or path.is_symlink():
        return None
    try:
        return disk.content(path, limit=LARGEST)
    except UnreadableFile:
        return _Large() if os.path.exists(path) else None  # noqa: PTH110 -- False, not an error, for what cannot be looked at


def _as_stored(before: bytes, after: bytes) -> bytes:
    """A text with LF where the last commit has no other line end: git keeps it so."""
    return after.replace(b"\r\n", b"\n") if b"\r\n" not in before else after


def _compared(name: str, before: bytes | None, after: bytes | _Large | None) -> FileDiff:
    old, new = ("" if before is None else name), ("" if after is None else name)
    status = "added" if before is None else "deleted" if after is None else "modified"
    if isinstance(after, _Large) or (before is not None and len(before) > LARGEST):
        return FileDiff(status, old, new, large=True)  # type: ignore[arg-type]
    first, second = before or b"", after or b""
    if b"\0" in first or b"\0" in second:
        return FileDiff(status, old, new, binary=True)  # type: ignore[arg-type]
    rows, sections = _rows(_lines(first), _lines(second))
    return FileDiff(status, old, new, rows=rows, sections=sections)  # type: ignore[arg-type]


def _lines(text: bytes) -> list[bytes]:
    """The lines with their LF."""
    found = [line + b"\n" for line in text.split(b"\n")]
    return [*found[:-1], found[-1][:-1]] if found[-1] != b"\n" else found[:-1]


def _rows(old: list[bytes], new: list[bytes]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """Hunks with three lines around, as git writes them."""
    rows: list[Row] = []
    hunk, end = -1, (-1, -1)
    blocks = edits.blocks(old, new)
    for n, (a, b, c, d) in enumerate(blocks):
        start = max(0, a - _CONTEXT)
        if start > end[0] or hunk < 0:
            hunk += 1
        else:
            start = end[0]
        rows += [
            _row("context", old[at], at, at + c - a, hunk, len(rows) + k) for k, at in enumerate(range(start, a), 1)
        ]
        rows += [_row("deleted", old[at], at, c, hunk, len(rows) + k) for k, at in enumerate(range(a, b), 1)]
        rows += [_row("added", new[at], b, at, hunk, len(rows) + k) for k, at in enumerate(range(c, d), 1)]
        last = min(len(old), b + _CONTEXT)
        if n + 1 < len(blocks):
            last = min(last, blocks[n + 1][0])
        rows += [
            _row("context", old[at], at, at + d - b, hunk, len(rows) + k) for k, at in enumerate(range(b, last), 1)
        ]
        end = last, last
    return tuple(rows), ("",) * (hunk + 1)


def _row(kind: str, text: bytes, old: int, new: int, hunk: int, number: int) -> Row:
    """A row of lines counted from 0."""
    own = (None if kind == "added" else old + 1, None if kind == "deleted" else new + 1)
    return Row(kind, *own, (old + 1, new + 1), hunk, number, text.removesuffix(b"\n"), text.endswith(b"\n"))  # type: ignore[arg-type]
