"""What a bundle is made of on our side: the files that git tracks, as they stand, and when and where they were.

Absent on purpose: untracked files (they are nobody's release) and the folder's own file modes (they follow the umask).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path


class NotPossible(Exception):
    """No bundle can be made; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """`folder`: a copy of the tracked files. `epoch`: seconds since 1970 that every file of the bundle is dated with."""

    folder: Path
    version: str
    commit: str
    modified: bool
    epoch: int


def copied(root: Path, folder: Path) -> Source:
    """Copy the tracked files of the repository at `root` into the new `folder`.

    The date is SOURCE_DATE_EPOCH, else the commit's. Raises NotPossible outside a git repository.
    """
    names = _git(root, "ls-files", "-z").split("\0")
    for name in sorted(filter(None, names)):
        found = root / name
        if found.is_file():  # deleted, but not committed so: the copy is what stands here
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found, target)
            target.chmod(0o755 if os.access(found, os.X_OK) else 0o644)
    version = re.search(r'^__version__ = "(.+)"$', (folder / "copilot/__init__.py").read_text("utf-8"), re.MULTILINE)
    if version is None:
        raise NotPossible("copilot/__init__.py states no __version__.")
    return Source(
        folder,
        version[1],
        _git(root, "rev-parse", "HEAD").strip(),
        bool(_git(root, "status", "--porcelain", "--untracked-files=no")),
        int(os.environ.get("SOURCE_DATE_EPOCH") or _git(root, "log", "-1", "--format=%ct")),
    )


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", root, *words], check=False, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise NotPossible(f"git {words[0]} fails in {root}: {done.stderr.strip()}")
    return done.stdout
