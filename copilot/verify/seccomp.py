"""The system-call filter of the sandbox: a BPF program, assembled here, that the kernel runs before each call.

It denies what is known to reach round the other means: sockets of foreign families, namespaces, mounts, other
processes, keys, kernel programs and asynchronous calls that no filter sees. Where a level has no namespace for
something, the calls that would reach the host's are denied too. Pure: bytes in memory, applied by bubblewrap or by
`confine.py`. A new machine is one more column of `_NUMBERS`.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

ALLOW: Final = 0x7FFF_0000
KILL: Final = 0x8000_0000
_ERRNO: Final = 0x0005_0000
DENY: Final = _ERRNO | errno.EPERM
MISSING: Final = _ERRNO | errno.ENOSYS

_LOAD, _EQUAL, _LEAST, _BITS, _AND, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
"""Offsets in the kernel's `seccomp_data`; an argument takes eight bytes, of which the lower four come first."""

MACHINES: Final = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
_X32: Final = 0x4000_0000
_UNKNOWN: Final = 467
"""System calls from here on are newer than this table."""

AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
_NAMESPACES: Final = 0x7E02_0000
"""The bits of `clone` that make a namespace: mount, cgroup, uts, ipc, user, pid and net."""
_CONNECTED: Final = (1, 5)
"""SOCK_STREAM and SOCK_SEQPACKET: a pair of these speaks to nobody but itself, a datagram socket to any path."""
_TERMINAL: Final = (0x5412, 0x541C)
"""TIOCSTI and TIOCLINUX type on the terminal of whoever started us."""
_OWNER: Final = (8, 15)
"""F_SETOWN and F_SETOWN_EX name a process that a file then sends signals to."""

_NUMBERS: Final[dict[str, tuple[int | None, int | None]]] = {
    # reaching into other processes
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "move_pages": (279, 239), "migrate_pages": (256, 238),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "fcntl": (72, 25), "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131),
    "prlimit64": (302, 261), "sched_setaffinity": (203, 122), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274), "setpriority": (141, 140), "ioprio_set": (251, 30),
    "setsid": (112, 157), "setpgid": (109, 154),
    # parts of the kernel that a test does not need and that were often at fault
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427), "add_key": (248, 217),
    "request_key": (249, 218), "keyctl": (250, 219), "kexec_load": (246, 104), "kexec_file_load": (320, 294),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "syslog": (103, 116), "quotactl": (179, 60),
    "quotactl_fd": (443, 443), "fanotify_init": (300, 262), "modify_ldt": (154, None), "vhangup": (153, 58),
    # namespaces and mounts
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41),
    "chroot": (161, 51), "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "clone": (56, 220), "clone3": (435, 435),
    # sockets, terminals, memory shared with others
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "ioctl": (16, 29), "shmget": (29, 194),
    "shmat": (30, 196), "shmctl": (31, 195), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    # properties of files, which Landlock lets through
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, None),
    "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54), "utime": (132, None), "utimes": (235, None),
    "futimesat": (261, None), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "setxattrat": (463, 463), "removexattr": (197, 14), "lremovexattr": (198, 15),
    "fremovexattr": (199, 16), "removexattrat": (466, 466), "inotify_add_watch": (254, 27),
}  # fmt: skip

_ALWAYS: Final = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "process_madvise", "move_pages"),
    *("migrate_pages", "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter"),
    *("io_uring_register", "add_key", "request_key", "keyctl", "kexec_load", "kexec_file_load", "init_module"),
    *("finit_module", "delete_module", "reboot", "swapon", "swapoff", "acct", "syslog", "quotactl", "quotactl_fd"),
    *("fanotify_init", "modify_ldt", "vhangup", "unshare", "setns", "mount", "umount2", "pivot_root", "chroot"),
    *("move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "name_to_handle_at"),
    "open_by_handle_at",
)
_SHARED: Final = (
    *("pidfd_open", "pidfd_send_signal", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "setsid", "setpgid"),
    *("shmget", "shmat", "shmctl", "msgget", "semget", "mq_open", "mq_unlink"),
)
"""Without namespaces for processes and IPC: leaving the group that is killed at the end, and the host's memory."""
_OTHERS: Final = {
    **dict.fromkeys(("prlimit64", "sched_setaffinity", "sched_setscheduler", "sched_setparam", "sched_setattr"), 0),
    **dict.fromkeys(("setpriority", "ioprio_set"), 1),
}
"""The argument that names a process, 0 being oneself: limits and priorities of others are not to be set."""
_PROPERTIES: Final = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchown", "fchownat", "utime", "utimes"),
    *("futimesat", "utimensat", "setxattr", "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr"),
    *("fremovexattr", "removexattrat", "inotify_add_watch"),
)


@dataclass(frozen=True, slots=True)
class Apart:
    """What other means keep apart already, so that the filter need not: a loop-back of its own and no socket files
    of the host; processes and IPC; properties of the host's files; signals.
    """

    network: bool
    processes: bool
    properties: bool
    signals: bool


EVERYTHING: Final = Apart(network=True, processes=True, properties=True, signals=True)


def program(apart: Apart, machine: str | None = None) -> bytes:
    """The filter as the kernel's `sock_filter` array; empty for a machine that the table does not know."""
    machine = machine or (os.uname().machine if hasattr(os, "uname") else "")
    if machine not in MACHINES:
        return b""
    column = list(MACHINES).index(machine)
    code = [_step(_LOAD, _ARCH), _step(_EQUAL, MACHINES[machine], 1, 0), _return(KILL), _step(_LOAD, _NUMBER)]
    if machine == "x86_64":  # a second numbering of the same calls
        code += [_step(_LEAST, _X32, 0, 1), _return(DENY)]
    code += [_step(_LEAST, _UNKNOWN, 0, 1), _return(MISSING)]
    for name, body in _rules(apart):
        number = _NUMBERS[name][column]
        if number is not None:
            code += [_step(_EQUAL, number, 0, len(body)), *body]
    return b"".join([*code, _return(ALLOW)])


def _rules(apart: Apart) -> Iterable[tuple[str, list[bytes]]]:
    """(system call, what to do with it); each body ends in an answer."""
    deny, missing = [_return(DENY)], [_return(MISSING)]
    for name in _ALWAYS:
        yield name, deny
    yield "clone", [_argument(0), _step(_BITS, _NAMESPACES, 0, 1), _return(DENY), _return(ALLOW)]
    yield "clone3", missing  # its flags lie in memory, where no filter sees them; libraries then take clone
    yield "ioctl", _unless(1, _TERMINAL)
    if apart.network:
        yield "socket", _only(0, (AF_UNIX, AF_INET, AF_INET6))
    else:
        yield "socket", deny
        yield "connect", deny
        yield "socketpair", [_argument(1), _step(_AND, 0xF), *_only(1, _CONNECTED)[1:]]
    if not apart.processes:
        for name in _SHARED:
            yield name, deny
        for name, position in _OTHERS.items():
            yield name, _only(position, (0,))
    if not apart.properties:
        for name in _PROPERTIES:
            yield name, deny
    if not apart.signals:
        yield "kill", _only(0, (0,))  # one's own group, which is the run's
        yield "fcntl", _unless(1, _OWNER)
        yield "tkill", deny
        yield "tgkill", deny


def _only(argument: int, values: tuple[int, ...]) -> list[bytes]:
    tests = [_step(_EQUAL, value, len(values) - at, 0) for at, value in enumerate(values)]
    return [_argument(argument), *tests, _return(DENY), _return(ALLOW)]


def _unless(argument: int, values: tuple[int, ...]) -> list[bytes]:
    tests = [_step(_EQUAL, value, len(values) - at, 0) for at, value in enumerate(values)]
    return [_argument(argument), *tests, _return(ALLOW), _return(DENY)]


def _argument(position: int) -> bytes:
    return _step(_LOAD, _ARGUMENTS + 8 * position)


def _return(answer: int) -> bytes:
    return _step(_RETURN, answer)


def _step(code: int, operand: int, then: int = 0, otherwise: int = 0) -> bytes:
    return struct.pack("<HBBI", code, then, otherwise, operand)
