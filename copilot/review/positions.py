"""Where a row is in the words of each provider: the body's part that says so. Everything is derived from rows.

Rules as the providers document them: GitHub (REST, "Create a review comment": `side`, `line`, `start_side`, `start_line`),
GitLab ("Discussions API": an added line has `new_line` alone, a deleted one `old_line` alone, an unchanged one both;
`line_code` is `sha1(path)_old_new`), Gitea ("CreatePullReviewComment": `new_position` or `old_position`, the other 0),
Gerrit ("CommentInput": `side` PARENT for what was), Bitbucket Data Center ("anchor": `lineType`, `fileType`) and Review Board,
whose `first_line` is a row of its own side-by-side view: only the server's account of that view tells it.
Absent on purpose: sending anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from copilot.review.diff import FileDiff, Row


@dataclass(frozen=True, slots=True)
class Commits:
    """The commits that a review is about: the target's (`base`), the common one (`start`), the last of the branch (`head`)."""

    base: str
    start: str
    head: str


def github(one: FileDiff, first: Row, last: Row) -> dict[str, Any]:
    """`path`, `side`, `line`, and for several rows where they start."""
    found: dict[str, Any] = {"path": one.path, "side": _github_side(last), "line": _line(last)}
    if first.number != last.number:
        found |= {"start_side": _github_side(first), "start_line": _line(first)}
    return found


def _github_side(row: Row) -> str:
    return "LEFT" if row.kind == "deleted" else "RIGHT"


def gitlab(one: FileDiff, first: Row, last: Row, commits: Commits) -> dict[str, Any]:
    """The `position` of a discussion."""
    found: dict[str, Any] = {
        "position_type": "text",
        "base_sha": commits.base,
        "start_sha": commits.start,
        "head_sha": commits.head,
        "old_path": one.old or one.new,
        "new_path": one.new or one.old,
        **_gitlab_lines(last),
    }
    if first.number != last.number:
        found["line_range"] = {"start": _gitlab_end(one, first), "end": _gitlab_end(one, last)}
    return found


def _gitlab_lines(row: Row) -> dict[str, int]:
    lines = {"old_line": row.old, "new_line": row.new}
    return {name: line for name, line in lines.items() if line is not None}


def _gitlab_end(one: FileDiff, row: Row) -> dict[str, Any]:
    kinds = {"added": "new", "deleted": "old", "context": None}
    return {"line_code": line_code(one, row), "type": kinds[row.kind], **_gitlab_lines(row)}


def line_code(one: FileDiff, row: Row) -> str:
    """GitLab's name of a row."""
    path = one.path.encode("utf-8", "surrogateescape")
    return f"{hashlib.sha1(path, usedforsecurity=False).hexdigest()}_{row.at[0]}_{row.at[1]}"


def gitea(one: FileDiff, row: Row) -> dict[str, Any]:
    """`path` and the line on the one side that the comment stands on."""
    deleted = row.kind == "deleted"
    return {
        "path": one.path,
        "old_position": row.old if deleted else 0,
        "new_position": 0 if deleted else row.new,
    }


def gerrit(one: FileDiff, first: Row, last: Row) -> dict[str, Any]:
    """A `CommentInput` without its message. A range needs both ends on one side; else it is the last line."""
    found: dict[str, Any] = {"path": one.path, "line": _line(last)}
    if last.kind == "deleted":
        found["side"] = "PARENT"
    if first.number != last.number and (first.kind == "deleted") == (last.kind == "deleted"):
        end = len(last.text.decode("utf-8", "replace").encode("utf-16-le")) // 2
        found["range"] = {
            "start_line": _line(first),
            "start_character": 0,
            "end_line": _line(last),
            "end_character": end,
        }
    return found


def bitbucket(one: FileDiff, row: Row) -> dict[str, Any]:
    """The `anchor` of a comment."""
    kinds = {"added": "ADDED", "deleted": "REMOVED", "context": "CONTEXT"}
    found: dict[str, Any] = {
        "path": one.path,
        "line": _line(row),
        "lineType": kinds[row.kind],
        "fileType": "FROM" if row.kind == "deleted" else "TO",
    }
    if one.old and one.old != one.path:
        found["srcPath"] = one.old
    return found


def review_board(chunks: Sequence[Mapping[str, Any]], row: Row) -> int | None:
    """The `first_line` of a row in the view that the server describes (`diff_data.chunks`); None where it shows none such.

    A line of a chunk is `[row, old line, old text, …, new line, new text, …]`; a line that is not there has an empty number.
    """
    for chunk in chunks:
        for line in chunk["lines"]:
            if (row.new is not None and line[4] == row.new) or (row.new is None and line[1] == row.old):
                return int(line[0])
    return None


def _line(row: Row) -> int:
    line = row.old if row.kind == "deleted" else row.new
    if line is None:
        raise ValueError("a row without a line of its own side")
    return line
