"""What a git repository says about a folder: its root, its files, its head. The only importer of GitPython.

A repository is foreign input: every command runs with the settings switched off through which a repository's own
configuration could start a program. A missing object is never fetched: the repository names the program or the
address that would be asked. Absent on purpose: writing (nothing here changes a repository).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from git import Git

_SAFE: Final = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.quotePath=false",
    "-c",
    "safe.bareRepository=explicit",  # a clone may hold a bare repository with a configuration of its own
)
_ENVIRONMENT: Final = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # for a git that does not know the line above; nothing has this name
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_TIMEOUT_S: Final = 60.0
"""A configuration may include a pipe that never ends."""


def root(path: Path) -> Path | None:
    """The work tree that holds `path`; None outside a repository, in a bare one, or where git refuses to look."""
    folder = path if path.is_dir() else path.parent
    found = _ask(folder, "rev-parse", "--show-toplevel")
    return Path(found.strip()) if found and found.strip() else None


def files(top: Path) -> list[str] | None:
    """Tracked files and untracked ones that are not ignored, as POSIX paths relative to `top`, sorted.

    A tracked file that is gone from the disk is still listed. None where git cannot answer.
    """
    listing = _ask(top, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    return None if listing is None else sorted({name for name in listing.split("\0") if name})


def ignored(top: Path, name: str) -> bool | None:
    """Whether git ignores the untracked file at a path relative to `top`. None where git cannot answer."""
    if _ask(top, "rev-parse", "--git-dir") is None:
        return None
    # Exit 1 means "not ignored"; a tracked file is never ignored, whatever the patterns say.
    return _ask(top, "check-ignore", "-q", "--", name) is not None


def head(top: Path) -> tuple[str, str] | None:
    """`(commit, branch)` of the head; the branch is empty when detached, the commit before the first commit."""
    branch = _ask(top, "symbolic-ref", "--short", "-q", "HEAD")
    commit = _ask(top, "rev-parse", "--verify", "-q", "HEAD")
    if branch is None and commit is None:
        return None
    return (commit or "").strip(), (branch or "").strip()


def _ask(folder: Path, *command: str) -> str | None:
    """The output of one git command in `folder`, None when git is missing or the command fails."""
    import git  # costs 150 ms: paid by the first caller, not by whoever starts up

    try:
        shell: Git = git.Git(folder)
        out = shell.execute(
            ["git", *_SAFE, *command],
            strip_newline_in_stdout=False,
            env=_ENVIRONMENT,
            kill_after_timeout=_TIMEOUT_S if os.name == "posix" else None,
        )
    except (git.GitCommandError, git.GitCommandNotFound, OSError):
        return None
    return out if isinstance(out, str) else None
