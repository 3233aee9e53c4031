"""Which files of a folder belong to the index: git's listing (or a walk that reads `.gitignore`), less what policy excludes.

Only regular files inside the root with a registered language count; a symbolic link is never followed out of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from pathspec import GitIgnoreSpec

from copilot import git
from copilot.syntax.languages import language_of

IGNORE_FILE: Final = ".copilotignore"

MOST_FILES: Final = 50_000
"""Files of an index; a root with more (somebody opened a home folder) is indexed in part."""

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


def policy(root: Path, exclude: tuple[str, ...]) -> GitIgnoreSpec:
    """The patterns of `.copilotignore` and the setting `index.exclude`, gitignore syntax. Bad patterns match nothing."""
    lines = [*_lines(root / IGNORE_FILE), *exclude]
    return _spec(lines)


def listed(root: Path, exclude: tuple[str, ...]) -> Iterator[Listed]:
    """Every file that belongs to the index, in path order."""
    banned = policy(root, exclude)
    names = git.files(root)
    count = 0
    for name in sorted(_walk(root)) if names is None else names:
        if count == MOST_FILES:
            return
        found = None if banned.match_file(name) else look(root, name)
        if found is not None:
            count += 1
            yield found


def admits(root: Path, name: str) -> bool:
    """Whether the listing would name this (new) file: one question to git, or the ignore files above it."""
    ignored = git.ignored(root, name)
    if ignored is not None:
        return not ignored
    specs: tuple[tuple[str, GitIgnoreSpec], ...] = ()
    parts = PurePosixPath(name).parts
    for depth in range(len(parts)):
        prefix = "".join(f"{part}/" for part in parts[:depth])
        here = root / prefix
        if depth and (_skipped(here) or _ignored(prefix, specs)):
            return False
        if lines := _lines(here / ".gitignore"):
            specs = (*specs, (prefix, _spec(lines)))
    return not _ignored(name, specs)


def look(root: Path, name: str) -> Listed | None:
    """The file at a relative path; None when it is gone, not regular, or in no registered language."""
    language = language_of(Path(name))
    if language is None:
        return None
    try:
        info = os.lstat(root / name)
    except OSError:
        return None
    return Listed(name, language, info.st_mtime_ns, info.st_size) if stat.S_ISREG(info.st_mode) else None


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
    pending: list[tuple[Path, tuple[tuple[str, GitIgnoreSpec], ...]]] = [(root, ())]
    while pending:
        folder, outer = pending.pop()
        base = folder.relative_to(root).as_posix()
        prefix = "" if base == "." else base + "/"
        lines = _lines(folder / ".gitignore")
        specs = (*outer, (prefix, _spec(lines))) if lines else outer
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


def _ignored(name: str, specs: tuple[tuple[str, GitIgnoreSpec], ...]) -> bool:
    return any(
        spec.match_file(str(PurePosixPath(name[len(prefix) :])) + "/" * name.endswith("/")) for prefix, spec in specs
    )


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _spec(lines: list[str]) -> GitIgnoreSpec:
    good = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue  # one bad pattern must not switch the others off
        good.append(line)
    return GitIgnoreSpec.from_lines(good)
