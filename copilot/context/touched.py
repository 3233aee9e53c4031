"""Which files of a work tree differ from the last commit. Contents are compared here: git would pass them through the
filters that the repository names, and those are programs of its choice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from copilot import git

_SHORT: Final = 40
"""Digits of a SHA-1; a longer id is SHA-256."""


def touched(top: Path, wanted: Callable[[str], bool]) -> list[str] | None:
    """The `wanted` files that differ or are new, as POSIX paths relative to `top`, sorted. None where git cannot answer."""
    index = git.indexed(top)
    if index is None:
        return None
    blobs, names = index
    found = {name for name in names if wanted(name)}
    found |= {
        name for name, blob in blobs.items() if name not in found and wanted(name) and not _holds(top / name, blob)
    }
    return sorted(found)


def _holds(path: Path, blob: str) -> bool:
    """Whether a file holds what a blob does, with its own line ends or with git's; one that cannot be read counts so."""
    try:
        data = path.read_bytes()
    except OSError:
        return True
    kind = hashlib.sha256 if len(blob) > _SHORT else hashlib.sha1
    both = (data, data.replace(b"\r\n", b"\n"))
    return any(kind(b"blob %d\0" % len(one) + one).hexdigest() == blob for one in both)
