"""What is reviewed: the files of a change as rows, and the texts behind them, asked for when they are needed.

A change comes from a repository, a patch, or files that count as changed in every line. Its words (title, description) are
data: nobody follows them. Absent on purpose: the policy; it never comes from a change.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from copilot import files as disk
from copilot import git
from copilot.errors import UnreadableFile, UsageError
from copilot.messages import say
from copilot.review.diff import FileDiff, Row, each
from copilot.review.positions import Commits

LARGEST: Final = 2_000_000
"""Bytes of a file that is looked at; what is longer was made by a program."""

_TOGETHER: Final = 64
"""Files whose texts are held at once."""
_EXCLUDED: Final = 1_000
_PLAIN: Final = (
    "-r", "-p", "-U3", "--full-index", "--find-renames=40%", "-l400", "--no-ext-diff", "--no-textconv", "--no-color", "--text",
    "--submodule=short", "--src-prefix=a/", "--dst-prefix=b/",
)  # fmt: skip
"""`--text`: else a `.gitattributes` of the branch could hide its files from review by calling them binary."""


class Texts(NamedTuple):
    """The whole text of a file before and after; None where it is not there or not known. `whole`: not only what hunks show."""

    before: bytes | None
    after: bytes | None
    whole: bool = True


Contents = Callable[[Sequence[FileDiff]], list[Texts]]


@dataclass(frozen=True, slots=True)
class Change:
    """`files` may be walked again and again. `root`: where paths begin. `commits`: None where it is not between two."""

    root: Path
    files: Callable[[], Iterable[FileDiff]] = field(repr=False)
    contents: Contents = field(repr=False)
    commits: Commits | None = None
    title: str = ""
    description: str = ""


def walked(change: Change, names: AbstractSet[str] | None = None) -> Iterator[tuple[FileDiff, Texts]]:
    """Each file (of `names`, as the target branch knows them; None: all) with its texts. Raises diff.BadPatch."""
    group: list[FileDiff] = []
    for one in change.files():
        if names is None or (one.old or one.new) in names:
            group.append(one)
        if len(group) == _TOGETHER:
            yield from zip(group, change.contents(group), strict=True)
            group = []
    yield from zip(group, change.contents(group), strict=True)


def between(top: Path, base: str, head: str) -> Change | None:
    """What `head` brings in since it left `base` (their merge base; `base` itself where they have none). None where git does not
    know both. Raises UsageError where git cannot tell the change.

    A name that begins with `-` is no revision.
    """
    known = [_commit(top, name) for name in (base, head)]
    if not all(known):
        return None
    start = (git.output(top, "merge-base", *known) or b"").decode().strip()
    if not start and not _is_whole(top, known):
        raise UsageError(
            say("the history in {name} is cut off before where the branches part: git fetch --unshallow", name=top)
        )
    start = start or known[0]
    commits = Commits(base=start, start=start, head=known[1])
    return _asked(top, ("diff-tree",), (start, known[1]), git.Staged(top, start, ()), commits)


def _is_whole(top: Path, commits: Sequence[str]) -> bool:
    """Whether the history of commits is there up to its beginning: neither cut off by a shallow clone nor damaged."""
    shallow = git.output(top, "rev-parse", "--is-shallow-repository")
    whole = shallow is not None and shallow.strip() == b"false"
    return whole and git.output(top, "rev-list", "--count", *commits) is not None


def staged(top: Path) -> Change:
    """What the coming commit changes. Raises UsageError where git cannot tell it."""
    coming = git.staged(top)
    if coming is None:
        raise untold(top)
    against = coming.parent or git.empty_tree(top)
    return _asked(top, ("diff-index", "--cached", "--ita-invisible-in-index"), (against,), coming, None)


def _commit(top: Path, name: str) -> str:
    found = git.output(top, "rev-parse", "--verify", "-q", "--end-of-options", f"{name}^{{commit}}")
    return (found or b"").decode().strip()


def _asked(
    top: Path, command: Sequence[str], ends: Sequence[str], place: git.Staged, commits: Commits | None
) -> Change:
    """A change as git tells it; files that are too large are left out of the patch and told as such."""
    large = list(_large(place, command, ends))
    paths = [f":(top,exclude,literal){name}" for one in large[:_EXCLUDED] for name in {one.old, one.new} if name]
    asked = [*command, *_PLAIN, *ends, "--", *([":/", *paths] if paths else [])]
    patch = _told(place, *asked)

    def files() -> Iterator[FileDiff]:
        yield from each(patch)
        yield from large

    return Change(top, files, _stored(place), commits)


def _told(place: git.Staged, *command: str) -> bytes:
    """What git says of a change. That it cannot say it (an object is missing or damaged, it takes too long) is no empty change."""
    out = git.output(place.top, *command, place=place.place)
    if out is None:
        raise untold(place.top)
    return out


def untold(top: Path) -> UsageError:
    """Says that git knows the repository at `top` and gives no answer about its change."""
    return UsageError(say("git cannot tell the change in {name}; git fsck may say why", name=top))


def _large(place: git.Staged, command: Sequence[str], ends: Sequence[str]) -> Iterator[FileDiff]:
    raw = _told(place, *command, "-r", "--raw", "--no-abbrev", "-z", "--find-renames=40%", "-l400", *ends, "--")
    rows = list(git.raw_changes(raw))
    sizes = git.sizes(place, {name for one in rows for name in (one.before, one.after)} - {""})
    words = {"A": "added", "D": "deleted", "R": "renamed", "C": "copied"}
    for one in rows:
        if max(sizes.get(one.before, 0), sizes.get(one.after, 0)) > LARGEST:
            new = "" if one.status == "D" else one.path
            yield FileDiff(words.get(one.status, "modified"), one.old, new, large=True)  # type: ignore[arg-type]


def _stored(place: git.Staged) -> Contents:
    def contents(group: Sequence[FileDiff]) -> list[Texts]:
        held = git.contents(place, [name for one in group for name in (one.old_id, one.new_id) if _is_read(one)])
        return [Texts(held.get(one.old_id), held.get(one.new_id)) for one in group]

    return contents


def _is_read(one: FileDiff) -> bool:
    return not (one.large or one.broken or one.binary or one.submodule or one.link)


def of_files(root: Path, names: Iterable[str]) -> Change:
    """Files on the disk (relative to `root`), every line of them as if it were added."""
    wanted = tuple(names)

    def files() -> Iterator[FileDiff]:
        for name in wanted:
            try:
                text = disk.content(root / name, limit=LARGEST)
            except UnreadableFile:
                yield FileDiff("added", "", name, large=True)
            else:
                yield _whole(name, text)

    def contents(group: Sequence[FileDiff]) -> list[Texts]:
        return [Texts(None, _of_rows(one.rows)) if _is_read(one) else Texts(None, None) for one in group]

    return Change(root, files, contents)


def _whole(name: str, text: bytes) -> FileDiff:
    if b"\0" in text:
        return FileDiff("added", "", name, binary=True)
    lines = text.split(b"\n")
    ended = not lines[-1]
    if ended:
        lines.pop()
    last = len(lines)
    rows = tuple(Row("added", None, n, (0, n), 0, n, line, ended or n < last) for n, line in enumerate(lines, 1))
    return FileDiff("added", "", name, rows=rows, sections=("",))


def of_patch(patch: bytes, root: Path) -> Change:
    """A unified diff of git. A text is whole where the repository has it, where the file on the disk is what the patch makes
    or what it changes, or where it is new; else it is what the hunks show.
    """
    top = git.root(root)
    place = git.Staged(top, "", ()) if top is not None else None

    def contents(group: Sequence[FileDiff]) -> list[Texts]:
        ids = [name for one in group for name in (one.old_id, one.new_id) if _is_read(one) and name]
        held = git.contents(place, ids) if place is not None and ids else {}
        return [_found(one, root, held) if _is_read(one) else Texts(None, None) for one in group]

    return Change(root, lambda: each(patch), contents)


def _found(one: FileDiff, root: Path, held: dict[str, bytes]) -> Texts:
    if not one.old:
        return Texts(None, _of_rows(one.rows))
    if not one.new:
        return Texts(_of_rows(one.rows), None)
    before, after = (_fitting(one, held.get(name), side) for name, side in ((one.old_id, "old"), (one.new_id, "new")))
    if before is None and after is None:
        for name in (one.new, one.old):
            text = _on_disk(root, name)
            match _version(one, text) if text is not None else None:
                case "new":
                    after = text
                case "old":
                    before = text
    if before is None and after is not None:
        before = _turned(one.rows, after, "old")
    if after is None and before is not None:
        after = _turned(one.rows, before, "new")
    if before is None or after is None:
        return shown_texts(one)
    return Texts(before, after)


def _fitting(one: FileDiff, text: bytes | None, side: str) -> bytes | None:
    """A stored text where it has the rows: a short id may be that of another one."""
    return text if text is not None and _stands(one.rows, text, side) else None


def _version(one: FileDiff, text: bytes) -> str | None:
    """Which side of a patch a text is: by git's id of it, else by the one side whose rows it has, and that ends where the patch
    says so; None where that may be both.
    """
    names = [hashlib.new(kind, b"blob %d\0" % len(text) + text, usedforsecurity=False) for kind in ("sha1", "sha256")]
    fits = [side for side in ("new", "old") if _stands(one.rows, text, side)]
    for side in fits:
        known = one.new_id if side == "new" else one.old_id
        if known and any(name.hexdigest().startswith(known) for name in names):
            return side
    if len(fits) > 1 and _is_last(one.rows):
        fits = [side for side in fits if _length(text) == max(_line(row, side) or 0 for row in one.rows)]
    return fits[0] if len(fits) == 1 else None


def _is_last(rows: Sequence[Row]) -> bool:
    """Whether a patch's last hunk reaches the end of the file: it has context, but none behind its changes (git apply's rule)."""
    last = [row.kind for row in rows if row.hunk == rows[-1].hunk]
    return bool(last) and last[0] == "context" != last[-1]


def _length(text: bytes) -> int:
    """How many lines a text has."""
    return text.count(b"\n") + (not text.endswith(b"\n") and text != b"")


def shown_texts(one: FileDiff) -> Texts:
    """What a patch alone shows of a file; nothing where its lines stand farther down than a file is looked at."""
    if any(max(row.at) > LARGEST for row in one.rows):
        return Texts(None, None)
    if not one.old or not one.new:
        return Texts(_of_rows(one.rows) if one.old else None, _of_rows(one.rows) if one.new else None)
    return Texts(_shown(one, "old"), _shown(one, "new"), whole=False)


def _on_disk(root: Path, name: str) -> bytes | None:
    path = Path(os.path.realpath(root / name))
    if not path.is_relative_to(os.path.realpath(root)):
        return None
    try:
        return disk.content(path, limit=LARGEST)
    except UnreadableFile:
        return None


def _of_rows(rows: Iterable[Row]) -> bytes:
    return b"".join(row.text + b"\n" * row.ended for row in rows)


def _line(row: Row, side: str) -> int | None:
    return row.old if side == "old" else row.new


def _stands(rows: Iterable[Row], text: bytes, side: str) -> bool:
    """Whether a text has the rows of one side where they say."""
    lines = text.split(b"\n")
    return all((at := _line(row, side)) is None or (at <= len(lines) and lines[at - 1] == row.text) for row in rows)


def _turned(rows: Sequence[Row], text: bytes, to: str) -> bytes | None:
    """The text of the other side, made of this one and the rows; None where they do not fit."""
    here = "new" if to == "old" else "old"
    if not _stands(rows, text, here):
        return None
    lines = [line + b"\n" for line in text.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    made: list[bytes] = []
    at = 0  # lines of this side that are done
    for row in rows:
        own, other = _line(row, here), _line(row, to)
        if own is not None:
            made += lines[at : own - 1]
            at = own
        elif other is not None:
            behind = other - 1 - len(made)
            made += lines[at : at + behind]
            at += max(0, behind)
        if other is not None:
            made.append(row.text + b"\n" * row.ended)
    return b"".join([*made, *lines[at:]])


def _shown(one: FileDiff, side: str) -> bytes:
    """What the hunks show of a side, each line at its number, under what git wrote behind the hunk's header."""
    lines: dict[int, bytes] = {}
    hunk = -1
    for row in one.rows:
        at = _line(row, side)
        if at is not None:
            if row.hunk != hunk and at > 1 and at - 1 not in lines:
                section = one.sections[row.hunk].encode("utf-8", "surrogateescape")
                lines[at - 1] = section
            hunk = row.hunk
            lines[at] = row.text
    return b"".join(lines.get(n, b"") + b"\n" for n in range(1, max(lines, default=0) + 1))
