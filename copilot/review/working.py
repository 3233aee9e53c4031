"""The change that lies in the work tree: what differs from the last commit, also in texts that an editor has not saved.

git is asked what its index knows, and every text is compared here: `git diff` of a work tree runs the filters that the
repository's configuration names. Lines that differ in their end alone (CR LF by `core.autocrlf`) count as the same. A renamed
file is one that is gone and a new one. Absent on purpose: links and submodules, which hold no text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from copilot import edits, git
from copilot import files as disk
from copilot.errors import UnreadableFile
from copilot.review.change import LARGEST, Change, Texts
from copilot.review.diff import FileDiff, Row

_CONTEXT: Final = 3
_TOGETHER: Final = 64
"""Files whose texts are held at once."""
_REGULAR: Final = frozenset({"100644", "100755"})

_ENTRY: Final = re.compile(
    rb"(?P<mode>\d{6}) (?P<id>[0-9a-f]{40,64}) \d\t(?P<name>[^\0]+)\0"
    rb"  ctime: .*\n  mtime: (?P<s>\d+):(?P<ns>\d+)\n  dev: .*\n  uid: .*\n  size: (?P<size>\d+)\tflags: (?P<flags>[0-9a-f]+)\n"
)
"""One file of `ls-files --stage --debug -z`."""
_SPARSE: Final = 0x40000000
"""The flag of a file that a sparse work tree leaves out (git's `CE_SKIP_WORKTREE`)."""


def working(top: Path, unsaved: Mapping[str, bytes] = MappingProxyType({})) -> Change | None:
    """The work tree at `top` against its last commit. `unsaved`: texts that an editor holds, UTF-8, by the path under `top`. None
    where git cannot answer.
    """
    known = touched(top, unsaved)
    if known is None:
        return None
    names = sorted(known)
    place = git.Staged(top, "", ())
    texts: dict[str, Texts] = {}

    def files() -> Iterator[FileDiff]:
        for at in range(0, len(names), _TOGETHER):
            group = names[at : at + _TOGETHER]
            held = git.contents(place, (known[name] for name in group))
            for name in group:
                if known[name] and known[name] not in held:  # damaged, or not fetched: neither new nor the same
                    yield FileDiff("modified", name, name, broken=True)
                    continue
                before, after = held.get(known[name]), _text(top / name, unsaved.get(name))
                if name in unsaved and before is not None:
                    before = _as_held(before, name)
                if isinstance(after, bytes) and before is not None:
                    after = _as_stored(before, after)
                if after != before:
                    texts[name] = Texts(before, after if isinstance(after, bytes) else None)
                    yield _compared(name, before, after)

    def contents(group: Sequence[FileDiff]) -> list[Texts]:
        return [texts.pop(one.path, Texts(None, None)) for one in group]

    return Change(top, files, contents)


def compared(name: str, before: bytes | None, after: bytes) -> FileDiff:
    """One file against its last commit (None: it has none), both in UTF-8 as an editor holds them."""
    return _compared(name, before, _as_stored(before, after) if before is not None else after)


def touched(top: Path, also: Container[str] = ()) -> dict[str, str] | None:
    """The files whose text may differ from the last commit, as they lie on the disk: POSIX paths relative to `top`, with the id
    of what the last commit has (empty: nothing), and those named in `also`. What the index knows by time and size is believed; nothing is read, so no
    filter of the repository runs. None where git cannot answer.
    """
    listing = git.output(top, "ls-files", "--stage", "--debug", "-z")
    new = git.output(top, "ls-files", "--others", "--exclude-standard", "-z")
    tree = git.output(top, "ls-tree", "-r", "-z", "--full-tree", "HEAD")
    if listing is None or new is None or (tree is None and not git.is_unborn(top)):
        return None
    rows = [row.partition(b"\t") for row in (tree or b"").split(b"\0") if row]
    held = {os.fsdecode(name): head.split(b" ")[2].decode() for head, _, name in rows if head[:6].decode() in _REGULAR}
    found: dict[str, str] = {name: "" for name in map(os.fsdecode, new.split(b"\0")) if name and not name.endswith("/")}
    indexed: set[str] = set()
    for entry in _ENTRY.finditer(listing):
        name = os.fsdecode(entry["name"])
        indexed.add(name)
        same = held.get(name) == entry["id"].decode() and name not in also and _is_as_noted(top / name, entry)
        if entry["mode"].decode() in _REGULAR and not same:
            found[name] = held.get(name, "")
    return found | {name: known for name, known in held.items() if name not in indexed}


def _is_as_noted(path: Path, entry: re.Match[bytes]) -> bool:
    """Whether a file has the time and size that the index noted, or is not there because a sparse work tree leaves it out."""
    try:
        now = path.lstat()
    except OSError:
        return bool(int(entry["flags"], 16) & _SPARSE)
    noted = int(entry["s"]) * 10**9 + int(entry["ns"])
    return now.st_mtime_ns == noted and now.st_size & 0xFFFFFFFF == int(entry["size"])


class _Large:
    """Stands for a text that is too large to be looked at."""


def _text(path: Path, held: bytes | None) -> bytes | _Large | None:
    """The text of a file, as an editor holds it or as it lies on the disk; None where there is none."""
    if held is not None:
        return held
    if not path.is_file() or path.is_symlink():
        return None
    try:
        return disk.content(path, limit=LARGEST)
    except UnreadableFile:
        return _Large() if os.path.exists(path) else None  # noqa: PTH110 -- False, not an error, for what cannot be looked at


def _as_held(before: bytes, name: str) -> bytes:
    """A text of the last commit as an editor would hold it: in UTF-8, whatever its encoding is."""
    try:
        return disk.decode(before, name)[0].encode()
    except UnreadableFile:
        return before


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
