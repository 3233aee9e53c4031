"""The probe of a sandbox: a program that tries what must be denied and prints the name of each thing that was not.

It runs inside, with real files, a process and a socket of the host as bait. A level is used only when it prints
nothing. Absent on purpose: running it (`sandbox.py`).
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final


@asynccontextmanager
async def bait() -> AsyncIterator[list[str]]:
    """Lays out the bait and gives what a Python has to be told to go for it; all is taken away afterwards."""
    with tempfile.TemporaryDirectory(prefix="bank-copilot-probe-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # file modes alone would not protect the bait
        file, door = folder / "bait", folder / "door"
        file.write_bytes(b"host")
        file.chmod(0o666)
        async with await asyncio.start_unix_server(lambda _, writer: writer.close(), door):
            door.chmod(0o777)
            yield ["-I", "-S", "-c", PROBE, str(file), str(_home_file() or file), str(door), str(os.getpid())]


def _home_file() -> Path | None:
    with suppress(OSError, RuntimeError):
        return next((path for path in sorted(Path.home().iterdir()) if path.is_file()), None)
    return None


PROBE: Final = """
import ctypes, os, resource, signal, socket, sys

def denied(name, action, *left):
    try:
        action()
    except (OSError, MemoryError):
        return
    print(name)
    for path in left:
        os.unlink(path)

def fork_bomb():
    children = []
    try:
        for _ in range(200):
            pid = os.fork()
            if not pid:
                os.close(1)
                os.close(2)  # who waits for our output waits for us, not for these
                signal.pause()
            children.append(pid)
    finally:
        while children:
            pid = children.pop()
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                children.append(pid)
                break  # signals are cut off: they die with the group, when this process has ended
        else:
            while True:
                try:
                    os.wait()
                except OSError:
                    break

def connect(kind):
    with socket.socket(socket.AF_INET, kind) as one:
        one.settimeout(2)
        one.connect(("192.0.2.1", 9))
        one.send(b"x")

def speak():
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(host_socket)

def unshare():
    if ctypes.CDLL(None).unshare(0x10000000):
        raise OSError("unshare")

bait, home_file, host_socket, process = sys.argv[1:]
home = os.path.dirname(home_file) + "/bank-copilot-probe"
denied("reading-temporary-files", lambda: open(bait).close())
denied("reading-home", lambda: open(home_file).close())
if os.path.dirname(home) != os.environ["HOME"]:  # a home of "/tmp" has the scratch in its place
    denied("writing-home", lambda: open(home, "w").close(), home)
denied("writing-root", lambda: open("/bank-copilot-probe", "w").close(), "/bank-copilot-probe")
denied("writing-system", lambda: open("/usr/bank-copilot-probe", "w").close(), "/usr/bank-copilot-probe")
denied("writing-project", lambda: open("bank-copilot-probe", "w").close(), "bank-copilot-probe")
denied("truncating", lambda: os.truncate(bait, 0))
denied("truncating-on-opening", lambda: os.close(os.open(bait, os.O_RDONLY | os.O_TRUNC)))
denied("removing", lambda: os.unlink(bait))
denied("changing-modes", lambda: os.chmod(bait, 0o666))
denied("changing-times", lambda: os.utime(bait))
denied("tcp", lambda: connect(socket.SOCK_STREAM))
denied("udp", lambda: connect(socket.SOCK_DGRAM))
denied("host-sockets", speak)
for name, family in (("vsock", 40), ("netlink", 16), ("packet", 17)):
    denied(name, lambda: socket.socket(family, socket.SOCK_DGRAM).close())
if int(process) > 9 or os.getpid() > 9:  # else both could be the first few of different namespaces
    denied("signals", lambda: os.kill(int(process), 0))
    denied("limits-of-others", lambda: resource.prlimit(int(process), resource.RLIMIT_CORE))
denied("fork-bomb", fork_bomb)
denied("memory", lambda: bytearray(8 << 30))
denied("user-namespaces", unshare)
try:
    devices = [line.split(":")[0].strip() for line in open("/proc/net/dev").readlines()[2:]]
except OSError:
    devices = []
if devices not in ([], ["lo"]):
    print("network-devices")
"""
