"""Confines its own process and then becomes another program; the sandbox's last link where bubblewrap is not.

Run as a lone file, `python -I -S confine.py [option value]… -- program argument…`, with nothing but the standard
library, because every millisecond of its start counts: no argparse, no pathlib, no import of ours. In this order: namespaces,
another user, limits, no new privileges, Landlock, the system-call filter (made by `seccomp.py`). What cannot be done
ends it with status 125 and one line; a program is never started with less than was asked for.
"""

from __future__ import annotations

import ctypes
import os
import resource
import stat
import struct
import sys

TYPE_CHECKING = False  # `typing`, `pathlib`, `signal` and `re` would be half of the start
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final, NoReturn

FAILED: Final = 125
"""Exit status when it could not confine itself; the program was not started."""

_LIBC = ctypes.CDLL(None, use_errno=True)

_NEW = {"mount": 0x20000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}
_LANDLOCK, _RULE, _RESTRICT, _MOUNT_SETATTR = 444, 445, 446, 442
_PRIVATE, _BIND, _RECURSIVE, _READ_ONLY, _CAREFUL = 0x40000, 0x1000, 0x4000, 0x1, 0xE
_PDEATHSIG, _DUMPABLE, _SECCOMP, _NO_NEW_PRIVS = 1, 4, 22, 38

_FILE, _READ, _SPECIAL = 0x1 | 0x2 | 0x4 | 1 << 14 | 1 << 15, 0x1 | 0x4 | 0x8, 1 << 6 | 1 << 11
"""Landlock's rights: those a file can have; execute, read and list; making device files."""
_HANDLED: Final = (0, 0x1FFF, 0x3FFF, 0x7FFF, 0x7FFF, 0xFFFF)
"""Rights over files that each version of Landlock knows; later versions know no more than the last."""

_IGNORED: Final = (13, 25)
"""SIGPIPE and SIGXFSZ: Python ignores them, and a program would inherit that."""
_KILL: Final = 9

_DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


class Asked:
    """What the command line asks for: see `isolation.confined`, which writes it."""

    def __init__(self, words: Sequence[str]) -> None:
        end = words.index("--")
        self.program = list(words[end + 1 :])
        self.read: list[str] = []
        self.write: list[str] = []
        self.limits: dict[str, int] = {}
        self.user = 0
        self.group = 0
        self.namespaces = False
        self.scratch_mb = 0
        self.filter = b""
        for option, value in zip(words[:end:2], words[1:end:2], strict=True):
            if option in ("read", "write"):
                getattr(self, option).append(value)
            elif option == "filter":
                self.filter = bytes.fromhex(value)
            elif option in ("user", "group", "scratch_mb"):
                setattr(self, option, int(value))
            elif option == "namespaces":
                self.namespaces = value == "yes"
            else:
                self.limits[option] = int(value)


def version() -> int:
    """The version of Landlock that this kernel speaks, 0 for none."""
    return max(0, int(_LIBC.syscall(ctypes.c_long(_LANDLOCK), None, ctypes.c_size_t(0), ctypes.c_uint(1))))


def main(words: Sequence[str]) -> NoReturn:
    """Confine this process as `words` ask, then become the program. Never returns; ends with FAILED if it cannot."""
    try:
        asked = Asked(words)
        _volunteer()
        if asked.namespaces:
            _enter(asked)
        elif not asked.user:
            asked.limits["nproc"] += _tasks() - 1  # the limit counts everything of this user, and us
        _become(asked.user, asked.group)
        _call("capset", struct.pack("<Ii", 0x20080522, 0), bytes(24))
        for name, value in asked.limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (value, value))
        _prctl(_NO_NEW_PRIVS, 1)
        _restrict(asked)
        _filter(asked.filter)
        if asked.namespaces:
            _beget()  # the first process of a namespace does not hear signals: the program is its child
        for number in _IGNORED:
            _LIBC.signal(number, None)
    except OSError as error:
        _fail(": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
    except (ValueError, KeyError) as error:
        _fail(str(error))
    try:
        os.execvp(asked.program[0], asked.program)  # noqa: S606 - a program and its arguments, no shell
    except OSError as error:
        _fail(f"{asked.program[0]}: {error.strerror}")


def _fail(reason: str) -> NoReturn:
    sys.stderr.write(f"confine: {reason}\n")
    sys.stderr.flush()
    os._exit(FAILED)


def _volunteer() -> None:
    """Be the first that the kernel ends when it runs out of memory."""
    try:
        _write("/proc/self/oom_score_adj", "1000")
    except OSError:
        return  # no /proc, or no right: a convenience for the host, not a wall


def _enter(asked: Asked) -> None:
    """New namespaces; the host's files read-only in them; a bounded scratch. Returns in a child, process 1 there.

    Root needs no namespace of users and can open a way to folders that lie in a home that is closed to the user it
    will become. Where root may not (a container), it becomes that user first and goes the way of everybody.
    """
    others = sum(flag for name, flag in _NEW.items() if name != "user")
    as_root = bool(asked.user) and _LIBC.unshare(others) == 0
    if not as_root:
        _become(asked.user, asked.group)
        ids = (os.getuid(), os.getgid())
        if _LIBC.unshare(others | _NEW["user"]):
            raise _error("unshare")
        _write("/proc/self/setgroups", "deny")
        for name, number in zip(("uid_map", "gid_map"), ids, strict=True):
            _write(f"/proc/self/{name}", f"{number} {number} 1")
    _mount("none", "/", "", _PRIVATE | _RECURSIVE, "")
    if as_root:
        _open_way([*asked.read, *asked.write], asked.user, asked.group)
    attributes = struct.pack("<QQQQ", 1, 0, 0, 0)  # MOUNT_ATTR_RDONLY
    _syscall(_MOUNT_SETATTR, ctypes.c_int(-100), b"/", ctypes.c_uint(0x8000), attributes, ctypes.c_size_t(32))
    user, group = asked.user or os.getuid(), asked.group or os.getgid()
    for place in asked.write:
        options = f"size={asked.scratch_mb << 20},mode=0700,uid={user},gid={group}"
        _mount("tmpfs", place, "tmpfs", 0x6, options)
    if os.path.isdir("/dev/shm"):  # noqa: S108 - a file system of our own is mounted there
        _mount("tmpfs", "/dev/shm", "tmpfs", _CAREFUL, f"size={asked.scratch_mb << 20},mode=1777")  # noqa: S108
        asked.write.append("/dev/shm")  # noqa: S108
    _beget()
    try:
        _mount("proc", "/proc", "proc", _CAREFUL | _READ_ONLY, "")
    except OSError:
        return  # not where a container masks parts of it: then there is none
    asked.read.append("/proc")


def _open_way(places: Sequence[str], user: int, group: int) -> None:
    """Where a folder above `places` is closed to the user, an empty one takes its place, with only the places in it."""
    closed: dict[str, list[tuple[str, int]]] = {}
    for place in dict.fromkeys(places):
        parts = place.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth]) or "/"
            info = os.stat(folder)
            shift = 6 if info.st_uid == user else 3 if info.st_gid == group else 0
            if not info.st_mode >> shift & 1:
                closed.setdefault(folder, []).append((place, os.open(place, os.O_PATH)))
                break
    for ancestor, inside in closed.items():
        _mount("tmpfs", ancestor, "tmpfs", _CAREFUL & ~0x8, "size=1m,mode=0755")
        for place, descriptor in inside:
            is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
            os.makedirs(place if is_folder else os.path.dirname(place), exist_ok=True)
            if not is_folder:
                _write(place, "")
            _mount(f"/proc/self/fd/{descriptor}", place, "", _BIND | _RECURSIVE, "")
            os.close(descriptor)


def _beget() -> None:
    """Go on as a child that dies with this process; this one waits, and ends as the child did."""
    child = os.fork()
    if not child:
        _prctl(_PDEATHSIG, _KILL)
        return
    while True:
        pid, status = os.waitpid(-1, 0)
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            os._exit(code if code >= 0 else 128 - code)


def _become(user: int, group: int) -> None:
    if user and os.getuid() != user:
        os.setgroups([])
        os.setresgid(group, group, group)
        os.setresuid(user, user, user)
        _prctl(_DUMPABLE, 1)  # else its own files below /proc would stay root's


def _tasks() -> int:
    """How many tasks this user has now."""
    count = 0
    for entry in os.scandir("/proc"):
        try:
            if entry.name.isdigit() and entry.stat().st_uid == os.getuid():
                count += sum(1 for _ in os.scandir(f"/proc/{entry.name}/task"))
        except OSError:
            continue
    return count


def _restrict(asked: Asked) -> None:
    known = version()
    if not known:
        raise OSError("the kernel has no Landlock")
    handled = _HANDLED[min(known, len(_HANDLED) - 1)]
    words = [handled, *([3] if known >= 4 else []), *([3] if known >= 6 else [])]  # TCP; abstract sockets and signals
    ruleset = _syscall(_LANDLOCK, struct.pack(f"<{len(words)}Q", *words), ctypes.c_size_t(8 * len(words)), 0)
    for path in asked.read:
        _allow(ruleset, path, _READ)
    for path in asked.write:
        _allow(ruleset, path, handled & ~_SPECIAL)
    for path in _DEVICES:
        if os.path.exists(path):
            _allow(ruleset, path, handled & 0x4006)
    _syscall(_RESTRICT, ctypes.c_int(ruleset), 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        rights &= ~0 if stat.S_ISDIR(os.fstat(descriptor).st_mode) else _FILE
        _syscall(_RULE, ctypes.c_int(ruleset), 1, struct.pack("<Qi", rights, descriptor), 0)
    finally:
        os.close(descriptor)


def _filter(program: bytes) -> None:
    steps = ctypes.create_string_buffer(program, len(program))
    holder = struct.pack("@HP", len(program) // 8, ctypes.addressof(steps))
    if not program or _LIBC.prctl(_SECCOMP, ctypes.c_ulong(2), holder, ctypes.c_ulong(0), ctypes.c_ulong(0)):
        raise _error("seccomp")


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def _mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    result = _LIBC.mount(source.encode(), os.fsencode(target), kind.encode(), ctypes.c_ulong(flags), options.encode())
    if result:
        raise _error(f"mount {target}")


def _prctl(what: int, value: int) -> None:
    if _LIBC.prctl(what, *map(ctypes.c_ulong, (value, 0, 0, 0))):
        raise _error(f"prctl {what}")


def _call(name: str, *arguments: bytes) -> None:
    if getattr(_LIBC, name)(*arguments):
        raise _error(name)


def _syscall(number: int, *arguments: object) -> int:
    result = int(_LIBC.syscall(ctypes.c_long(number), *arguments))
    if result < 0:
        raise _error(f"system call {number}")
    return result


def _error(what: str) -> OSError:
    code = ctypes.get_errno()
    return OSError(code, f"{what}: {os.strerror(code)}")


if __name__ == "__main__":
    main(sys.argv[1:])
