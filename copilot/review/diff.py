"""A patch of git as rows: each line of it with its place in the old file, in the new file and in the patch.

Every position that a provider is told is derived from a row (`positions`), never counted anew. Lengths in hunk headers
decide what belongs to a hunk, so a deleted line `-- a` is no header. Lines end with LF alone: a CR stays in the text. The
format is that of git-diff(1), "Generating patch text with -p", with its quoting of paths; and the unified format of diff(1).
Absent on purpose: asking git (`copilot/git.py`); combined diffs of merges and files with conflicts, which are told as such and hold no rows: a
review looks at a merge against its base.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final, Literal

Kind = Literal["context", "added", "deleted"]
Status = Literal["modified", "added", "deleted", "renamed", "copied", "combined"]

_HUNK: Final = re.compile(rb"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@ ?(.*)")
_ID: Final = re.compile(rb"[0-9a-f]{4,64}")
_KINDS: Final[dict[bytes, Kind]] = {b" ": "context", b"+": "added", b"-": "deleted"}
_HEADS: Final = (b"diff --git ", b"diff --cc ", b"diff --combined ")
_UNMERGED: Final = b"* Unmerged path "
_NOTHING: Final = b"/dev/null"
_LETTERS: Final = b"abciow12"
"""What git puts before paths (`a/` and `b/`; by `diff.mnemonicPrefix` what each side is: commit, index, object, work tree)."""
_LONGEST: Final = 2_048
"""Bytes of two paths in a header that are tried at each blank; longer ones are parted in the middle."""
_LINK, _MODULE = "120000", "160000"
_ESCAPE: Final = re.compile(rb'\\(?:([0-7]{3})|([abtnvfr"\\]))')
_ESCAPED: Final = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}


class BadPatch(ValueError):
    """A text that is no patch of git. `str()` says where and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a hunk. `old` and `new`: its line there, from 1; None where it is not. `at`: the lines that both files
    have come to (of an added row: the old line it stands before). `number`: its place among the rows of the file, from 1.
    `text` has no LF; `ended` is False for a last line without one.
    """

    kind: Kind
    old: int | None
    new: int | None
    at: tuple[int, int]
    hunk: int
    number: int
    text: bytes
    ended: bool = True


@dataclass(frozen=True, slots=True)
class FileDiff:
    """What happens to one file. A path is empty where the file is not; names that are no UTF-8 keep their bytes as
    surrogates. `mode`: that of the new file, else of the old one; empty where the patch does not say. `large`: too large to be asked for
    as a patch; `broken`: its part of the patch is none that can be read. `old_id` and `new_id`: names of its contents (git's ids), empty where there are none or nobody says.
    `sections`: what git wrote behind each hunk header.
    """

    status: Status
    old: str
    new: str
    mode: str = ""
    old_mode: str = ""
    binary: bool = False
    large: bool = False
    old_id: str = ""
    new_id: str = ""
    rows: tuple[Row, ...] = field(default=(), repr=False)
    sections: tuple[str, ...] = field(default=(), repr=False)
    broken: bool = False

    @property
    def path(self) -> str:
        """The name that a person knows it by: the new one, of a deleted file the old one."""
        return self.new or self.old

    @property
    def submodule(self) -> bool:
        """Whether it is another repository's commit, not a text."""
        return _MODULE in {self.mode, self.old_mode}

    @property
    def link(self) -> bool:
        """Whether it is a symbolic link: its text is a path."""
        return _LINK in {self.mode, self.old_mode}


def parsed(patch: bytes) -> tuple[FileDiff, ...]:
    """The files of a patch, in its order; what stands before the first one (a mail's head) is passed over.

    Raises BadPatch.
    """
    return tuple(each(patch))


def each(patch: bytes) -> Iterator[FileDiff]:
    """As `parsed`, one file at a time: the rows of a large patch need not all be held. Raises BadPatch when it comes to it."""
    lines = patch.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    if any(
        line.startswith(_HEADS) and line.endswith(b"\r") for line in lines
    ):  # every line end was made CR LF on its way
        lines = [line.removesuffix(b"\r") for line in lines]
    at = found = 0
    while at < len(lines):
        start = at
        if lines[at].startswith(_HEADS):
            one, at = _file(lines, at)
        elif _is_plain(lines, at):
            one, at = _plain(lines, at)
        elif lines[at].startswith(_UNMERGED):  # git says no more of a file with conflicts
            name = _path(lines[at][len(_UNMERGED) :])
            one, at = FileDiff("combined", name, name), at + 1
        elif found and lines[at].startswith(b"@@ "):
            raise BadPatch(f"line {at + 1}: a hunk longer than its header says")
        else:
            at += 1
            continue
        if "\0" in one.old + one.new:
            raise BadPatch(f"line {start + 1}: a path with a zero byte")
        found += 1
        yield one
    if not found and patch.strip() and not patch.startswith((b"commit ", b"From ")):  # a commit may change no file
        raise BadPatch("line 1: no file is named")


def _is_plain(lines: list[bytes], at: int) -> bool:
    return (
        at + 2 < len(lines)
        and lines[at].startswith(b"--- ")
        and lines[at + 1].startswith(b"+++ ")
        and lines[at + 2].startswith(b"@@ ")
    )


def _plain(lines: list[bytes], at: int) -> tuple[FileDiff, int]:
    """A file of a unified diff that is not git's: two names, with times behind a tab, and hunks. It knows no renames."""
    old, new = (_bare(line) for line in lines[at : at + 2])
    cut = old.startswith((b"a/", _NOTHING)) and new.startswith((b"b/", _NOTHING))
    names = [_named(name, prefix * cut) for name, prefix in ((old, b"a/"), (new, b"b/"))]
    rows, sections, at = _rows(lines, at + 2)
    kinds = {row.kind for row in rows}
    if not names[0] or (kinds == {"added"} and not rows[0].at[0]):
        return FileDiff("added", "", names[1], rows=rows, sections=sections), at
    if not names[1] or (kinds == {"deleted"} and not rows[0].at[1]):
        return FileDiff("deleted", names[0], "", rows=rows, sections=sections), at
    return FileDiff("modified", names[1], names[1], rows=rows, sections=sections), at


def _bare(line: bytes) -> bytes:
    name = line[4:].split(b"\t")[0].rstrip(b"\r")
    return _unquoted(name) if name.startswith(b'"') else name


def hunks(patch: bytes) -> tuple[Row, ...]:
    """The rows of a file's hunks alone, as a provider's interface gives them. Raises BadPatch."""
    lines = patch.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    rows, _, at = _rows(lines, 0)
    if at < len(lines):
        raise BadPatch(f"line {at + 1}: no hunk begins here")
    return rows


def _file(lines: list[bytes], at: int) -> tuple[FileDiff, int]:
    head = lines[at]
    at += 1
    if not head.startswith(b"diff --git "):
        name = _path(head.split(b" ", 2)[2])
        while at < len(lines) and not lines[at].startswith(b"diff "):
            at += 1
        return FileDiff("combined", name, name), at
    status: Status = "modified"
    names = dict.fromkeys(("old", "new"), "")
    modes = dict.fromkeys(("old", "new"), "")
    ids = "", ""
    binary = named = False
    while at < len(lines):
        line = lines[at]
        key, _, value = line.partition(b" ")
        if line.startswith((b"old mode ", b"new mode ")):
            modes[key.decode()] = value.split(b" ")[1].decode("latin-1")
        elif line.startswith((b"new file mode ", b"deleted file mode ")):
            status = "added" if key == b"new" else "deleted"
            modes["new" if key == b"new" else "old"] = line.rsplit(b" ", 1)[1].decode("latin-1")
        elif line.startswith((b"rename from ", b"rename to ", b"copy from ", b"copy to ")):
            status = "renamed" if key == b"rename" else "copied"
            way, _, written = value.partition(b" ")
            names["old" if way == b"from" else "new"] = _path(written)
            named = True
        elif line.startswith(b"index "):
            parts = value.split(b" ")
            ids = _ids(parts[0])
            if len(parts) == 2:
                modes = dict.fromkeys(("old", "new"), parts[1].decode("latin-1"))
        elif line.startswith((b"Binary files ", b"GIT binary patch")):
            binary = True
            at = _past_binary(lines, at)
            continue
        elif line.startswith(b"--- "):
            if at + 1 >= len(lines) or not lines[at + 1].startswith(b"+++ "):
                raise BadPatch(f"line {at + 2}: `+++` is missing")
            if not named:
                old, new = (each[4:].removesuffix(b"\t") for each in lines[at : at + 2])
                names["old"], names["new"] = _pair(old, new, head[len(b"diff --git ") :])
                named = True
            at += 2
            break
        elif not line.startswith((b"similarity index ", b"dissimilarity index ")):
            break
        at += 1
    rows, sections, at = _rows(lines, at)
    if not named:
        names["old"], names["new"] = _names(head[len(b"diff --git ") :])
    if status == "added":
        names["old"] = ""
    if status == "deleted":
        names["new"] = ""
    mode = modes["new"] or modes["old"]
    if any(b"\0" in row.text for row in rows):
        rows, sections, binary = (), (), True
    one = FileDiff(status, names["old"], names["new"], mode, modes["old"], binary, False, *ids, rows, sections)
    return one, at


def _ids(written: bytes) -> tuple[str, str]:
    """Both ids of `index a..b`, without those of what is not there, and without what is none (`HEAD:x` names a text, too)."""
    old, _, new = written.partition(b"..")
    first, second = (name.decode() if _ID.fullmatch(name) and name.strip(b"0") else "" for name in (old, new))
    return first, second


def _past_binary(lines: list[bytes], at: int) -> int:
    """Behind what a patch says of a binary file: one line, or blocks that a blank line ends each."""
    if lines[at].startswith(b"Binary files "):
        return at + 1
    at += 1
    while at < len(lines) and lines[at].startswith((b"literal ", b"delta ")):
        while at < len(lines) and lines[at]:
            at += 1
        at += 1
    return at


def _rows(lines: list[bytes], at: int) -> tuple[tuple[Row, ...], tuple[str, ...], int]:
    rows: list[Row] = []
    sections: list[str] = []
    while at < len(lines) and (head := _HUNK.fullmatch(lines[at])) is not None:
        old, new = int(head[1]), int(head[3])
        left_old, left_new = int(head[2] or 1), int(head[4] or 1)
        # Of no lines a header names the line before them; 0 stays: providers count so in a file without lines.
        old, new = (at + (at > 0 and not left) for at, left in ((old, left_old), (new, left_new)))
        sections.append(head[5].decode("utf-8", "surrogateescape"))
        at += 1
        while at < len(lines):
            line = lines[at]
            if line.startswith(b"\\"):  # "\ No newline at end of file", in any language
                if not rows:
                    raise BadPatch(f"line {at + 1}: a hunk begins with its end")
                rows[-1] = replace(rows[-1], ended=False)
                at += 1
                continue
            if not left_old and not left_new:
                break
            kind = _KINDS.get(line[:1] or b" ")  # some tools strip the blank of an empty context line
            if kind is None:
                raise BadPatch(f"line {at + 1}: a hunk shorter than its header says")
            left_old -= kind != "added"
            left_new -= kind != "deleted"
            if left_old < 0 or left_new < 0:
                raise BadPatch(f"line {at + 1}: a hunk longer than its header says")
            place = old if kind != "added" else None, new if kind != "deleted" else None
            rows.append(Row(kind, *place, (old, new), len(sections) - 1, len(rows) + 1, line[1:]))
            old += kind != "added"
            new += kind != "deleted"
            at += 1
        if left_old or left_new:
            raise BadPatch(f"line {at + 1}: the patch ends inside a hunk")
    return tuple(rows), tuple(sections), at


def _path(written: bytes) -> str:
    """A path as git writes it. Raises BadPatch."""
    return _plainly(written).decode("utf-8", "surrogateescape")


def _plainly(written: bytes) -> bytes:
    return _unquoted(written) if written.startswith(b'"') else written


def _named(path: bytes, prefix: bytes) -> str:
    return "" if path == _NOTHING else path.removeprefix(prefix).decode("utf-8", "surrogateescape")


def _unquoted(written: bytes) -> bytes:
    if len(written) < 2 or not written.endswith(b'"'):
        raise BadPatch(f"a path that is quoted and does not end: {written[:80]!r}")

    def plain(found: re.Match[bytes]) -> bytes:
        return bytes([int(found[1], 8)]) if found[1] else _ESCAPED.get(found[2], found[2])

    return _ESCAPE.sub(plain, written[1:-1])


def _pair(old: bytes, new: bytes, head: bytes) -> tuple[str, str]:
    """The paths of `---` and `+++`, empty for no file. The header has the one that stands for no file, too, with its prefix."""
    full_old, full_new = old, new
    if old == _NOTHING and head.endswith(b" " + new):
        full_old = head[: -len(new) - 1]
    if new == _NOTHING and head.startswith(old + b" "):
        full_new = head[len(old) + 1 :]
    names = _bared(_plainly(full_old), _plainly(full_new))
    first, second = (name.decode("utf-8", "surrogateescape") for name in names)
    return first * (old != _NOTHING), second * (new != _NOTHING)


def _names(written: bytes) -> tuple[str, str]:
    """Both paths of a header without `---` lines (a mode, an empty or a binary file): they are the same path twice."""
    quoted = re.fullmatch(rb'("(?:[^"\\]|\\.)*") (.+)|(.+) ("(?:[^"\\]|\\.)*")', written)
    if quoted is not None:
        old, new = quoted[1] or quoted[3], quoted[2] or quoted[4]
    elif written.startswith(b'"'):
        raise BadPatch(f"a path that is quoted and does not end: {written[:80]!r}")
    else:
        old, new = _parted(written)
    first, second = (name.decode("utf-8", "surrogateescape") for name in _bared(_plainly(old), _plainly(new)))
    return first, second


def _parted(written: bytes) -> tuple[bytes, bytes]:
    """Two paths with one blank between them, both of which may hold more: parted where they have most in common."""
    half = (len(written) - 1) // 2
    parts = written[:half], written[half + 1 :]
    same = parts[0] == parts[1] or (_has_letters(*parts) and parts[0][2:] == parts[1][2:])
    if same or len(written) > _LONGEST:
        return parts
    blanks = (at for at, byte in enumerate(written) if byte == ord(" "))
    return max(
        ((written[:at], written[at + 1 :]) for at in blanks), key=lambda pair: len(_common(*pair)), default=parts
    )


def _bared(old: bytes, new: bytes) -> tuple[bytes, bytes]:
    """Both paths of a file that was not renamed without what stands before them: nothing (`diff.noprefix`), a letter each, or
    whatever `--src-prefix` and `--dst-prefix` say, as far as it differs.
    """
    if old == new:
        return old, new
    common = _common(old, new)
    if _has_letters(old, new) and common not in (old, new):
        return old[2:], new[2:]
    return (common, common) if common else (old, new)


def _has_letters(old: bytes, new: bytes) -> bool:
    return old[1:2] == new[1:2] == b"/" and old[:1] != new[:1] and old[:1] in _LETTERS and new[:1] in _LETTERS


def _common(old: bytes, new: bytes) -> bytes:
    """The last parts that two paths share."""
    shared = 0
    first, second = old.split(b"/"), new.split(b"/")
    while shared < min(len(first), len(second)) and first[-shared - 1] == second[-shared - 1]:
        shared += 1
    return b"/".join(second[len(second) - shared :]).lstrip(b"/")


def changed(one: FileDiff) -> Iterator[Row]:
    """The rows that were added or deleted."""
    return (row for row in one.rows if row.kind != "context")
