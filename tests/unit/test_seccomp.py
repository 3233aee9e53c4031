"""The filter is run by a small model of the kernel's machine, for both architectures, whatever this one is."""

from __future__ import annotations

import platform
import re
import struct
from pathlib import Path

import pytest

from copilot.verify import seccomp
from copilot.verify.seccomp import ALLOW, DENY, EVERYTHING, KILL, MACHINES, MISSING, Apart

NOTHING = Apart(network=False, processes=False, properties=False, signals=False)


def answer(program: bytes, arch: int, number: int, *arguments: int) -> int:
    data = struct.pack("<IIQ6Q", number, arch, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    steps = list(struct.iter_unpack("<HBBI", program))
    at = value = 0
    while True:
        code, then, otherwise, operand = steps[at]
        at += 1
        match code:
            case 0x20:
                (value,) = struct.unpack_from("<I", data, operand)
            case 0x54:
                value &= operand
            case 0x15:
                at += then if value == operand else otherwise
            case 0x35:
                at += then if value >= operand else otherwise
            case 0x45:
                at += then if value & operand else otherwise
            case 0x06:
                return operand
            case _:
                raise AssertionError(code)


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    ("call", "arguments", "kept_apart", "bare"),
    [
        ("ptrace", (), DENY, DENY),
        ("mount", (), DENY, DENY),
        ("unshare", (0x10000000,), DENY, DENY),
        ("clone", (0x11,), ALLOW, ALLOW),
        ("clone", (0x10000011,), DENY, DENY),  # CLONE_NEWUSER
        ("clone", (0x40000011,), DENY, DENY),  # CLONE_NEWNET
        ("clone", (0x3D0F00,), ALLOW, ALLOW),  # a thread
        ("clone3", (), MISSING, MISSING),
        ("socket", (1, 1), ALLOW, DENY),
        ("socket", (2, 1), ALLOW, DENY),
        ("socket", (10, 2), ALLOW, DENY),
        ("socket", (16, 3), DENY, DENY),  # AF_NETLINK
        ("socket", (17, 3), DENY, DENY),  # AF_PACKET
        ("socket", (40, 1), DENY, DENY),  # AF_VSOCK
        ("socketpair", (1, 1 | 0o2000000), ALLOW, ALLOW),
        ("socketpair", (1, 2), ALLOW, DENY),  # a datagram goes to any path
        ("connect", (3,), ALLOW, DENY),
        ("ioctl", (0, 0x5412), DENY, DENY),
        ("ioctl", (0, 0x5401), ALLOW, ALLOW),
        ("kill", (0, 9), ALLOW, ALLOW),
        ("kill", (4711, 9), ALLOW, DENY),
        ("kill", (0xFFFFFFFFFFFFFFFF, 9), ALLOW, DENY),
        ("fcntl", (3, 8, 4711), ALLOW, DENY),
        ("fcntl", (3, 1), ALLOW, ALLOW),
        ("prlimit64", (0, 7), ALLOW, ALLOW),
        ("prlimit64", (4711, 7), ALLOW, DENY),
        ("setpriority", (0, 4711), ALLOW, DENY),
        ("setsid", (), ALLOW, DENY),
        ("fchmodat", (), ALLOW, DENY),
        ("shmget", (), ALLOW, DENY),
    ],
)
def test_what_is_denied(machine: str, call: str, arguments: tuple[int, ...], kept_apart: int, bare: int) -> None:
    number = seccomp._NUMBERS[call][list(MACHINES).index(machine)]
    assert number is not None
    for apart, expected in ((EVERYTHING, kept_apart), (NOTHING, bare)):
        assert answer(seccomp.program(apart, machine), MACHINES[machine], number, *arguments) == expected


def test_a_foreign_machine_and_a_second_numbering_open_no_way_round() -> None:
    program = seccomp.program(EVERYTHING, "x86_64")
    assert answer(program, 0x40000003, 1) == KILL  # i386 has other numbers
    assert answer(program, MACHINES["x86_64"], 0x40000000 | 101) == DENY  # x32
    assert answer(program, MACHINES["x86_64"], 9999) == MISSING
    assert answer(program, MACHINES["x86_64"], 0) == ALLOW
    assert seccomp.program(EVERYTHING, "riscv64") == b""


@pytest.mark.parametrize(
    ("machine", "header"),
    [
        ("aarch64", "/usr/include/asm-generic/unistd.h"),
        *([("x86_64", "/usr/include/x86_64-linux-gnu/asm/unistd_64.h")] if platform.machine() == "x86_64" else []),
    ],
)
def test_the_numbers_are_the_kernels(machine: str, header: str) -> None:
    text = Path(header).read_text()
    theirs = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)\b", text)}
    column = list(MACHINES).index(machine)
    ours = {name: row[column] for name, row in seccomp._NUMBERS.items() if name in theirs}
    assert len(ours) > 80
    assert ours == {name: theirs[name] for name in ours}
    gone = {name for name, row in seccomp._NUMBERS.items() if row[column] is None}
    assert not gone & theirs.keys()
    covered = {*seccomp._ALWAYS, *seccomp._SHARED, *seccomp._OTHERS, *seccomp._PROPERTIES}
    assert covered <= seccomp._NUMBERS.keys()
