"""Positions of review comments read as the providers document them, by code that knows nothing of ours.

Each reader gets the body's position, the lines of the old and of the new file and git's own patch, and answers with the text
that a person would see the comment at and on which side; None where the provider would refuse the position.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any

Position = Mapping[str, Any]
Shown = tuple[str, bytes] | None


def told(kind: str, text: bytes) -> Shown:
    """What a row is, in the words of the readers."""
    return ("old" if kind == "deleted" else "new", text)


def _at(lines: list[bytes], number: object) -> bytes | None:
    return lines[number - 1] if isinstance(number, int) and 1 <= number <= len(lines) else None


def _shown(side: str, lines: list[bytes], number: object) -> Shown:
    text = _at(lines, number)
    return None if text is None else (side, text)


def _hunk_lines(patch: bytes) -> list[tuple[str, int, int]]:
    """The rows of a patch of one file as `(sign, old, new)`: the counters where the row stands, as GitLab's parser counts."""
    rows: list[tuple[str, int, int]] = []
    old = new = left = right = 0
    for line in patch.split(b"\n"):
        head = re.match(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", line)
        if head is not None and left <= 0 and right <= 0:
            old, new = int(head[1]), int(head[3])
            left, right = int(head[2] or 1), int(head[4] or 1)
        elif left > 0 or right > 0:
            sign = line[:1].decode("latin-1")
            if sign == "\\":
                continue
            rows.append((sign, old, new))
            old, left = (old + 1, left - 1) if sign != "+" else (old, left)
            new, right = (new + 1, right - 1) if sign != "-" else (new, right)
    return rows


def github(body: Position, old: list[bytes], new: list[bytes], patch: bytes) -> Shown:
    """`side` and `line`: LEFT counts in the old file and takes deletions, RIGHT in the new one; only lines of the diff."""
    rows = _hunk_lines(patch)
    left = body["side"] == "LEFT"
    lines = {(row[1] if left else row[2]) for row in rows if row[0] in ("- " if left else "+ ")}
    if body["line"] not in lines:
        return None
    return _shown("old", old, body["line"]) if left else _shown("new", new, body["line"])


def gitlab(body: Position, old: list[bytes], new: list[bytes], patch: bytes) -> Shown:
    """`new_line` alone: added; `old_line` alone: deleted; both: unchanged, and then they must belong together."""
    rows = _hunk_lines(patch)
    first, second = body.get("old_line"), body.get("new_line")
    if first is None and ("+", second) in {(sign, at) for sign, _, at in rows}:
        return _shown("new", new, second)
    if second is None and ("-", first) in {(sign, at) for sign, at, _ in rows}:
        return _shown("old", old, first)
    if (
        first is not None
        and second is not None
        and (" ", first, second) in rows
        and _at(old, first) == _at(new, second)
    ):
        return _shown("new", new, second)
    return None


def gitlab_range(body: Position, old: list[bytes], new: list[bytes], patch: bytes) -> Shown:
    """A `line_range` names its ends by `sha1(path)_old_new` with the counters of the row."""
    rows = _hunk_lines(patch)
    path = hashlib.sha1(body["new_path"].encode("utf-8", "surrogateescape")).hexdigest()
    for end in body.get("line_range", {}).values():
        name, first, second = end["line_code"].rsplit("_", 2)
        signs = {sign for sign, a, b in rows if (a, b) == (int(first), int(second))}
        wanted = {"new": "+", "old": "-", None: " "}[end["type"]]
        if name != path or wanted not in signs:
            return None
    return gitlab(body, old, new, patch)


def gitea(body: Position, old: list[bytes], new: list[bytes], patch: bytes) -> Shown:
    """`new_position` is a line of the new file, `old_position` one of the old; the other is 0."""
    del patch
    if body["old_position"] and body["new_position"]:
        return None
    return (
        _shown("old", old, body["old_position"]) if body["old_position"] else _shown("new", new, body["new_position"])
    )


def gerrit(body: Position, old: list[bytes], new: list[bytes], patch: bytes) -> Shown:
    """`side` PARENT counts in what was."""
    del patch
    return _shown("old", old, body["line"]) if body.get("side") == "PARENT" else _shown("new", new, body["line"])


def bitbucket(body: Position, old: list[bytes], new: list[bytes], patch: bytes) -> Shown:
    """`fileType` FROM counts in the old file; `lineType` must be what the row is."""
    rows = _hunk_lines(patch)
    former = body["fileType"] == "FROM"
    signs = {sign for sign, a, b in rows if (a if former else b) == body["line"]}
    if {"ADDED": "+", "REMOVED": "-", "CONTEXT": " "}[body["lineType"]] not in signs:
        return None
    return _shown("old", old, body["line"]) if former else _shown("new", new, body["line"])


READERS: dict[str, Callable[[Position, list[bytes], list[bytes], bytes], Shown]] = {
    "github": github,
    "gitlab": gitlab,
    "gitlab_range": gitlab_range,
    "gitea": gitea,
    "gerrit": gerrit,
    "bitbucket": bitbucket,
}
