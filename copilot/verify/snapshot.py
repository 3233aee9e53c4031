"""A copy of a project for code that has to run: what the sandbox sees is never the live tree.

Copied are regular files within limits. Left out: hidden files and folders, virtual environments, version control,
and whatever is named like a secret. Symbolic links are not followed. Text of open editors comes on top.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MAX_FILES: Final = 20_000
MAX_FILE_BYTES: Final = 4_000_000
MAX_TOTAL_BYTES: Final = 200_000_000

_PREFIX: Final = "bank-copilot-copy-"
_FRESH_S: Final = 60.0
"""A younger folder may be about to be locked."""

_SKIPPED: Final = frozenset({"__pycache__", "node_modules"})
_CODE: Final = frozenset({".py", ".pyi", ".java"})
_SECRET: Final = re.compile(
    r"""(?ix)
    .*\.(pem|key|p12|pfx|jks|keystore|kdbx|ppk|asc|gpg|crt|der|ovpn|tfstate|tfvars)
    | .*\.env | env\.(local|prod|production) | id_(rsa|dsa|ecdsa|ed25519).*
    | (.*[._-])?(secrets?|credentials?|passwords?|passwd|tokens?|service[._-]?account)([._-].*)?
    """
)
"""File names that are not copied. Source code is exempt: `secrets.py` is a module, not a secret."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`folder` holds the copy; `complete` is False when a limit left files out; `scratch` is empty and private."""

    folder: Path
    complete: bool
    scratch: Path


def is_secret(name: str) -> bool:
    """True for a file name that usually holds a key, a password or a token."""
    return Path(name).suffix.lower() not in _CODE and _SECRET.fullmatch(name) is not None


@contextmanager
def taken(
    root: Path,
    files: Mapping[str, bytes],
    mounts: tuple[Path, ...] = (),
    *,
    base: Mapping[str, bytes] | None = None,
) -> Iterator[Snapshot]:
    """A copy of `root` with `files` (POSIX paths relative to it) laid on top, deleted afterwards.

    `base` stands for the files below `root`, which is then not read: a commit, say. The same are left out of it, and
    it is asked for the content of those only that are copied. Raises ValueError for a path that leads outside.

    `mounts` are folders below `root` that will be bound over the copy: they are created empty, because the copy is
    read-only when it is seen. Every entry is readable by everyone, since the sandbox may run as another user; the
    folder around the copy is not.
    """
    _sweep()
    outer = Path(tempfile.mkdtemp(prefix=_PREFIX))
    lock = _locked(outer)
    try:
        folder = outer / "project"
        folder.mkdir(mode=0o755)
        (outer / "scratch").mkdir(mode=0o700)
        complete = _copy(root, folder) if base is None else _write(base, folder)
        for mount in mounts:
            if mount.is_relative_to(root):
                _folder(folder, mount.relative_to(root))
        for name, content in files.items():
            _lay(folder, name, content)
        yield Snapshot(folder, complete, outer / "scratch")
    finally:
        shutil.rmtree(outer, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _locked(outer: Path) -> int | None:
    """A descriptor that holds the folder's lock as long as this process lives; None without such locks, or taken."""
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    descriptor = os.open(outer, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def _sweep() -> None:
    """Delete the copies of processes that were killed: they hold source."""
    for outer in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            info = outer.lstat()
            mine = not hasattr(os, "getuid") or info.st_uid == os.getuid()
            if not stat.S_ISDIR(info.st_mode) or not mine or time.time() - info.st_mtime < _FRESH_S:
                continue
            if (lock := _locked(outer)) is not None:
                shutil.rmtree(outer, ignore_errors=True)
                os.close(lock)


def _copy(root: Path, folder: Path) -> bool:
    count = total = 0
    for source, relative in _walk(root):
        size = source.stat(follow_symlinks=False).st_size
        if size > MAX_FILE_BYTES:
            continue
        count, total = count + 1, total + size
        if count > MAX_FILES or total > MAX_TOTAL_BYTES:
            return False
        target = _folder(folder, relative.parent) / relative.name
        try:
            shutil.copyfile(source, target, follow_symlinks=False)
        except OSError:
            continue  # unreadable or gone meanwhile: the project's own code will say what it misses
        target.chmod(0o644)
        times = source.stat(follow_symlinks=False)
        os.utime(target, ns=(times.st_atime_ns, times.st_mtime_ns))
    return True


def _write(base: Mapping[str, bytes], folder: Path) -> bool:
    environments = {name.rpartition("/")[0] for name in base if name.rpartition("/")[2] == "pyvenv.cfg"}
    count = total = 0
    for name in sorted(base, key=lambda name: (name.count("/"), name)):  # nearest to the root first, as below
        parts = Path(name).parts
        above = {"/".join(parts[:depth]) for depth in range(1, len(parts))}
        if any(_is_skipped(part) for part in parts) or is_secret(parts[-1]) or above & environments:
            continue
        content = base[name]
        if len(content) > MAX_FILE_BYTES:
            continue
        count, total = count + 1, total + len(content)
        if count > MAX_FILES or total > MAX_TOTAL_BYTES:
            return False
        _lay(folder, name, content)
    return True


def _is_skipped(name: str) -> bool:
    return (name.startswith(".") and name != "..") or name in _SKIPPED


def _walk(root: Path) -> Iterator[tuple[Path, Path]]:
    """(file, path relative to root), nearest to the root first, so that limits cut the depths."""
    pending = [root]
    while pending:
        folder = pending.pop(0)
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if _is_skipped(entry.name):
                continue
            path = Path(entry.path)
            try:
                mode = entry.stat(follow_symlinks=False).st_mode
            except OSError:
                continue
            if stat.S_ISDIR(mode):
                if not (path / "pyvenv.cfg").exists():
                    pending.append(path)
            elif stat.S_ISREG(mode) and not is_secret(entry.name):
                yield path, path.relative_to(root)


def _folder(base: Path, relative: Path) -> Path:
    path = base
    for part in relative.parts:
        path /= part
        if not path.is_dir():
            path.mkdir(mode=0o755)
            path.chmod(0o755)  # whatever the umask is
    return path


def _lay(base: Path, name: str, content: bytes) -> None:
    relative = Path(name)
    if relative.is_absolute() or ".." in relative.parts:
        raise ValueError(f"{name} is not a path inside the project")
    target = _folder(base, relative.parent) / relative.name
    target.write_bytes(content)
    target.chmod(0o644)
