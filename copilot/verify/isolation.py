"""Command lines of isolation: what bubblewrap and `confine.py` are told, how limits are set, what a Python needs.

Pure functions that build argument lists; nothing is started here. Options newer than bubblewrap 0.4 (RHEL 8 and 9)
are used only when the installed one knows them.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from copilot import files
from copilot.verify import seccomp


class Level(StrEnum):
    """How well a run was isolated, best first, named in every result.

    `bubblewrap`: a file system of its own. `namespaces`: the host's files, read-only, and Landlock says which.
    `landlock`: that without namespaces. `weak`: limits and a copy, nothing else.
    """

    BUBBLEWRAP = "bubblewrap"
    NAMESPACES = "namespaces"
    LANDLOCK = "landlock"
    WEAK = "weak"


_FIRST_STRANGER: Final = 61_184
_STRANGERS: Final = 4_000
_turns = itertools.count(os.getpid())

CONFINE: Final = Path(__file__).with_name("confine.py")


_SYSTEM: Final = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_NEVER: Final = tuple(map(Path, ("/proc", "/sys", "/dev", "/run", "/etc", "/boot")))
_PRIVATE: Final = (*_NEVER, *map(Path, ("/usr", "/var", "/home", "/root", "/opt", "/srv", "/mnt", "/media", "/tmp")))  # noqa: S108
"""Folders that nothing below `_NEVER` and nothing around any of these is shown of, whoever names it."""
_ETC: Final = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives")


def environment(home: str) -> dict[str, str]:
    """The whole environment of a run: nothing of the developer's, so no key, token or agent socket."""
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "USER": "sandbox",
        "LOGNAME": "sandbox",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
    }


def bubblewrap(
    binds: Sequence[tuple[Path, Path]], readonly: Iterable[Path], cwd: Path, scratch_mb: int, scratch: str
) -> list[str]:
    """`bwrap …` up to the command. `binds` are (host, inside) read-only; `readonly` lie at their own path.

    Order matters: the scratch first, since the project may lie below the host's own temporary folder; the root is
    made read-only last, because bubblewrap's root is itself a writable tmpfs.
    """
    argv = ["bwrap", "--ro-bind", "/usr", "/usr"]
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            argv += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            argv += ["--ro-bind", str(path), str(path)]
    for name in _ETC:
        argv += ["--ro-bind-try", name, name]
    argv += [*_tmpfs(scratch, scratch_mb)]
    argv += ["--dev", "/dev", *_tmpfs("/dev/shm", scratch_mb), "--remount-ro", "/dev", "--proc", "/proc"]  # noqa: S108 - inside
    extra = [(path, path) for path in readonly if not path.is_relative_to("/usr")]
    for host, inside in (*binds, *extra):
        argv += [*_folders(inside, [place for _, place in binds]), "--ro-bind", str(host), str(inside)]
    argv += ["--remount-ro", "/", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    argv += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if _as_root():
        argv += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]  # given up by setpriv, see `limited`
    else:
        argv += ["--unshare-user"]
        argv += ["--disable-userns"] if "--disable-userns" in _options() else []
    return [*argv, "--chdir", str(cwd)]


def _folders(path: Path, covered: Iterable[Path]) -> list[str]:
    """`--dir` for every parent: those that bubblewrap makes by itself are closed to other users."""
    parents = [p for p in reversed(path.parents) if p != Path("/") and p not in map(Path, ("/tmp", "/usr"))]  # noqa: S108 - inside
    inside = [p for p in parents if not any(p.is_relative_to(place) for place in covered)]
    return [word for p in inside for word in ("--dir", str(p))]


def _tmpfs(path: str, size_mb: int) -> list[str]:
    words: list[str] = []
    if "--size" in _options():
        words += ["--size", str(size_mb << 20)]
    if "--perms" in _options():
        words += ["--perms", "1777"]
    return [*words, "--tmpfs", path]


@cache
def _options() -> frozenset[str]:
    """Long options of the installed bubblewrap, read from its binary's help text without starting it."""
    program = shutil.which("bwrap")
    if program is None:
        return frozenset()
    try:
        data = Path(program).read_bytes()
    except OSError:
        return frozenset()
    return frozenset(o for o in ("--size", "--perms", "--disable-userns") if f"    {o} ".encode() in data)


def _as_root() -> bool:
    return is_root() and "--perms" in _options()


def limited(argv: Sequence[str], cpu_s: int, memory_mb: int, file_mb: int, processes: int, level: Level) -> list[str]:
    """`argv` behind util-linux's `prlimit`, and first in line when the kernel runs out of memory.

    The process limit counts per user and does not bind root, so root becomes a user that nobody else is. Without
    bubblewrap the limit would count all of the user's processes: left out.
    """
    words: list[str] = []
    if shutil.which("choom"):
        words += ["choom", "-n", "1000", "--"]
    if level is Level.BUBBLEWRAP and _as_root():
        user = str(stranger())
        words += ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs"]
    if shutil.which("prlimit"):
        words += ["prlimit", f"--as={memory_mb << 20}", f"--cpu={cpu_s}", f"--fsize={file_mb << 20}"]
        words += ["--nofile=256", "--core=0"]
        words += [f"--nproc={processes}"] if level is Level.BUBBLEWRAP else []
    return [*words, *argv]


def is_root() -> bool:
    """Whether we are root, whom neither process limits nor file modes bind: runs are then another user's."""
    return hasattr(os, "getuid") and os.getuid() == 0


def stranger() -> int:
    """A user that nobody else is, another for each run: one run's processes do not count for the next.

    The range is systemd's for such users.
    """
    return _FIRST_STRANGER + next(_turns) % _STRANGERS


def strangers() -> int:
    """The group of all strangers of this process: who may go to the copy of the project."""
    return _FIRST_STRANGER + os.getpid() % _STRANGERS


def apart(level: Level) -> seccomp.Apart:
    """What `level` keeps apart without the system-call filter, which has to see to the rest."""
    if level is Level.BUBBLEWRAP:
        return seccomp.EVERYTHING
    inside = level is Level.NAMESPACES
    signals = inside or _landlock() >= 6  # that version keeps signals in
    return seccomp.Apart(network=False, processes=inside, properties=inside, signals=signals)


@cache
def _landlock() -> int:
    from copilot.verify import confine  # loads ctypes, which the server's start need not pay for

    return confine.version()


def confined(
    argv: Sequence[str],
    level: Level,
    readonly: Iterable[Path],
    scratch: Path,
    scratch_mb: int,
    limits: Mapping[str, int],
    user: int,
) -> list[str]:
    """`argv` behind `confine.py`: only the system and `readonly` can be read, only `scratch` written, as `user` (0: us).

    `limits` are named as in `resource`, without `RLIMIT_`, in lower case. The launcher runs in our own interpreter:
    it has become the other program before anything of the project runs.
    """
    system = [Path(name) for name in ("/usr", *_SYSTEM, *_ETC) if Path(name).exists()]
    words = ["namespaces", "yes" if level is Level.NAMESPACES else "no", "scratch_mb", str(scratch_mb)]
    words += [
        "user",
        str(user),
        "group",
        str(strangers() if user else 0),
        "filter",
        seccomp.program(apart(level)).hex(),
        "write",
        str(scratch),
    ]
    words += [word for path in dict.fromkeys((*system, *readonly)) for word in ("read", str(path))]
    words += [word for name, value in limits.items() for word in (name, str(value))]
    return [sys.executable, "-I", "-S", str(CONFINE), *words, "--", *argv]


def prefixes(python: Path) -> list[Path]:
    """Folders that an interpreter needs to start: its virtual environment and the installation below it.

    Nothing is executed to find them: `pyvenv.cfg` and symbolic links say where things are. Both may be the
    repository's, which could name any folder of the host: only what is an installation of Python is taken whole, and
    of another folder that holds a link on the way (`~/.local/bin`) no more than that folder.
    """
    found: list[Path] = []
    venv = python.absolute().parent.parent
    if (base := _base(venv / "pyvenv.cfg")) is not None:
        found += [venv, base]
    link = python.absolute()
    for _ in range(10):  # each step of the chain of links must exist inside
        found.append(_needed(link))
        if not link.is_symlink():
            break
        link = Path(os.path.normpath(link.parent / link.readlink()))
    found.append(_needed(python.resolve()))
    return [p for p in dict.fromkeys(found) if not p.is_relative_to("/usr") and _is_shown(p)]


def _needed(link: Path) -> Path:
    return link.parent.parent if _is_installation(link.parent.parent) else link.parent


def _is_installation(prefix: Path) -> bool:
    """A virtual environment, or a folder with a standard library; one that we may not read is neither."""
    try:
        return (prefix / "pyvenv.cfg").is_file() or any(prefix.glob("lib*/*/os.py"))
    except OSError:
        return False


def _is_shown(folder: Path) -> bool:
    """Whether a folder may be seen inside: it is Python's and holds nothing of the system's or of other people's."""
    real = folder.resolve()
    if any(place.is_relative_to(real) for place in (*_PRIVATE, Path.home().resolve(), Path(tempfile.gettempdir()))):
        return False
    if any(real.is_relative_to(place) for place in _NEVER):
        return False
    return _is_installation(real) or _holds_python(real)


def _holds_python(folder: Path) -> bool:
    try:
        return any(folder.glob("python*"))
    except OSError:
        return False


def _base(config: Path) -> Path | None:
    rows = (line.partition("=") for line in files.text(config).splitlines())
    values = {name.strip(): value.strip() for name, _, value in rows}
    base = Path(values.get("home", "")).parent
    return base if base.is_absolute() and _is_installation(base) else None
