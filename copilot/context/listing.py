"""Which files of a folder belong to the index: git's listing (or a walk that reads `.gitignore`), less what policy excludes.

Only regular files inside the root with a registered language count; a symbolic link is never followed out of it.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from copilot import files, git
from copilot.errors import UnreadableFile
from copilot.syntax.languages import language_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE: Final = ".copilotignore"

MOST_FILES: Final = 50_000
"""Files of an index; a root with more (somebody opened a home folder) is indexed in part."""

_IGNORE_BYTES: Final = 100_000
_IGNORE_LINES: Final = 2_000
_LONGEST: Final = 500
"""Characters of a path that patterns are tried on; a longer one counts as matched."""

_CHOICES: Final = 2
"""Choices in one pattern that are tried out: each `**`, and each wildcard of a segment beside its first."""

_ANSWERS: Final = 10_000

_SKIPPED: Final = frozenset(
    {"__pycache__", "node_modules", "venv", "site-packages", "target", "build", "dist", "out", "htmlcov"}
)
"""Folders that a walk without git leaves out, beside hidden ones and virtual environments."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the index: POSIX path relative to the root, language, and the stamp that tells a change."""

    path: str
    language: str
    mtime_ns: int
    size: int


class Patterns:
    """Gitignore patterns that answer in a bounded time, however they were meant. Answers are kept."""

    def __init__(self, spec: GitIgnoreSpec) -> None:
        self._spec = spec
        self._answers: dict[str, bool] = {}

    def match_file(self, name: str) -> bool:
        """Whether a relative POSIX path (a folder ends in a slash) is matched."""
        if (known := self._answers.get(name)) is None:
            if len(self._answers) >= _ANSWERS:
                self._answers.clear()
            known = self._answers[name] = len(name) > _LONGEST or self._spec.match_file(name)
        return known


def policy(root: Path, exclude: tuple[str, ...]) -> Patterns:
    """The patterns of `.copilotignore` and the setting `index.exclude`, gitignore syntax. Bad patterns match nothing."""
    lines = [*_lines(root / IGNORE_FILE), *exclude]
    return patterns(lines)


def listed(root: Path, exclude: tuple[str, ...]) -> Iterator[Listed]:
    """Every file that belongs to the index, in path order."""
    banned = policy(root, exclude)
    count = 0
    for name in named(root):
        if count == MOST_FILES:
            return
        found = None if banned.match_file(name) else look(root, name)
        if found is not None:
            count += 1
            yield found


def named(root: Path) -> list[str]:
    """The paths relative to the root that git names, or a walk that reads `.gitignore`: before any policy, in order."""
    names = git.files(root)
    return sorted(_walk(root)) if names is None else names


def admits(root: Path, name: str) -> bool:
    """Whether the listing would name this (new) file: one question to git, or the ignore files above it."""
    ignored = git.ignored(root, name)
    if ignored is not None:
        return not ignored
    specs: tuple[tuple[str, Patterns], ...] = ()
    parts = PurePosixPath(name).parts
    for depth in range(len(parts)):
        prefix = "".join(f"{part}/" for part in parts[:depth])
        here = root / prefix
        if depth and (_skipped(here) or _ignored(prefix, specs)):
            return False
        if lines := _lines(here / ".gitignore"):
            specs = (*specs, (prefix, patterns(lines)))
    return not _ignored(name, specs)


def look(root: Path, name: str) -> Listed | None:
    """The file at a relative path; None when it is gone, not regular, behind a link, or in no registered language."""
    language = language_of(Path(name))
    if language is None:
        return None
    folder = os.path.join(os.path.realpath(root), os.path.dirname(name))  # noqa: PTH118, PTH120 -- for every file
    try:
        info = os.lstat(root / name)
        if not stat.S_ISREG(info.st_mode) or os.path.realpath(folder) != folder.rstrip("/"):
            return None  # git's list may be older than a folder that is a link now, and is foreign input besides
    except (OSError, ValueError):
        return None
    return Listed(name, language, info.st_mtime_ns, info.st_size)


def relative(root: Path, path: Path) -> str | None:
    """`path` as the index names it; None outside the root."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        try:
            return path.resolve().relative_to(root.resolve()).as_posix()
        except (ValueError, OSError):
            return None


def _walk(root: Path) -> Iterator[str]:
    pending: list[tuple[Path, tuple[tuple[str, Patterns], ...]]] = [(root, ())]
    while pending:
        folder, outer = pending.pop()
        base = folder.relative_to(root).as_posix()
        prefix = "" if base == "." else base + "/"
        lines = _lines(folder / ".gitignore")
        specs = (*outer, (prefix, patterns(lines))) if lines else outer
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                if not _skipped(Path(entry.path)) and not _ignored(name + "/", specs):
                    pending.append((Path(entry.path), specs))
            elif entry.is_file(follow_symlinks=False) and not _ignored(name, specs):
                yield name


def _skipped(folder: Path) -> bool:
    return folder.name.startswith(".") or folder.name in _SKIPPED or (folder / "pyvenv.cfg").exists()


def _ignored(name: str, specs: tuple[tuple[str, Patterns], ...]) -> bool:
    return any(
        spec.match_file(str(PurePosixPath(name[len(prefix) :])) + "/" * name.endswith("/")) for prefix, spec in specs
    )


def _lines(path: Path) -> list[str]:
    """The lines of an ignore file; one that is there and cannot be read as text keeps everything out."""
    try:
        return files.content(path, limit=_IGNORE_BYTES).decode("utf-8", "replace").splitlines()
    except UnreadableFile:
        return ["*"] if os.path.lexists(path) else []


def patterns(lines: list[str]) -> Patterns:
    """The lines of an ignore file. Bad ones match nothing."""
    from pathspec import GitIgnoreSpec  # 35 ms: not at the server's start

    good = []
    for line in map(_bounded, lines if len(lines) <= _IGNORE_LINES else ["*"]):
        try:
            GitIgnoreSpec.from_lines([line], backend="simple")  # the same one everywhere
        except ValueError:
            continue  # one bad pattern must not switch the others off
        good.append(line)
    return Patterns(GitIgnoreSpec.from_lines(good, backend="simple"))


def _bounded(line: str) -> str:
    """A pattern that is matched in a short time: a repository may hold `*a*a*a*a*a*b`, and a name to go with it.

    Patterns become regular expressions, whose time grows by a power with each choice. With too many, one that is
    wider stands for all of them, so that nothing is let in that was to be kept out; a negation is dropped.
    """
    segments = line.split("/")
    if line.startswith("#") or _choices(segments) <= _CHOICES:
        return line
    if line.startswith("!"):
        return ""
    segments = [_widened(segment) for segment in segments]
    if "**" in segments:
        first, last = segments.index("**"), len(segments) - segments[::-1].index("**")
        segments[first:last] = ["**"]
    return "/".join(segments)


def _choices(segments: list[str]) -> int:
    return sum(1 if one == "**" else max(0, len(re.findall(r"\*+", one)) - 1) for one in segments)


def _widened(segment: str) -> str:
    """The segment with one wildcard; what stands between its first and its last is not looked at."""
    if segment == "**" or len(re.findall(r"\*+", segment)) <= 1:
        return segment
    head = re.match(r"[^*?\[\\]*", segment)
    tail = re.search(r"[^*?\]\\]*$", segment)
    assert head is not None
    assert tail is not None
    return f"{head[0]}*{tail[0]}"
