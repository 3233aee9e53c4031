# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""What a call reaches for outside itself: files, processes and the network, by audit events; clocks and random sources."""

from __future__ import annotations

import os
import random
import sys
from typing import Any

_CLOCK = frozenset(
    {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "process_time_ns",
     "thread_time", "localtime", "gmtime", "ctime", "asctime", "strftime", "clock_gettime"}
)  # fmt: skip
_LOOP = frozenset({"asyncio", "concurrent", "logging", "selectors", "threading"})
"""The standard library asks the clock in these for its own purposes; no result depends on that."""
_LOOP_CODE = "_make_self_pipe"


def unsteady(function: Any) -> str:
    """The name of a clock or random source, empty for any other built-in function."""
    name = getattr(function, "__name__", "")
    module = getattr(function, "__module__", "") or ""
    owner = getattr(function, "__self__", None)
    if module == "time" and name in _CLOCK:
        return "time." + name
    if isinstance(owner, type) and name in ("now", "today", "utcnow") and owner.__module__ == "datetime":
        return f"{owner.__name__}.{name}"
    if name in ("urandom", "getrandom", "getpid", "getppid", "uuid_generate", "generate_time_safe"):
        return name
    return "random" if owner is getattr(random, "_inst", None) and owner is not None else ""


def harmless(frame: Any) -> bool:
    """True where an event loop or a logger asks: it needs the time, the result does not."""
    return str(frame.f_globals.get("__name__", "")).split(".", 1)[0] in _LOOP


class Guard:
    """Notices side effects by audit events; armed only while a call runs. `folder` is where files may be written."""

    _BAD = (
        "os.",
        "shutil.",
        "socket.",
        "subprocess.",
        "tempfile.",
        "ctypes.",
        "sqlite3.",
        "urllib.",
        "http.",
        "smtplib.",
        "ftplib.",
        "webbrowser.",
        "pty.",
        "signal.",
        "time.sleep",
        "builtins.input",
    )
    _FINE = frozenset({"os.listdir", "os.scandir", "os.walk", "os.fwalk"})
    _ON_FILES = frozenset(
        {"os.mkdir", "os.rmdir", "os.remove", "os.rename", "os.link", "os.symlink", "os.truncate", "os.utime", "os.chmod",
         "shutil.copyfile", "shutil.copymode", "shutil.copystat", "shutil.copytree", "shutil.move", "shutil.rmtree"}
    )  # fmt: skip

    def __init__(self, roots: tuple[str, ...], folder: str) -> None:
        self.armed = False
        self.seen = ""
        self._roots = (*roots, folder)
        self._folder = folder
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.armed or self.seen:
            return
        if event == "open":
            path, mode, flags = (*args, None, None, None)[:3]
            writing = isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
            if self._ours(path):
                return
            if (
                writing
                or (isinstance(path, str) and path[:1] == os.sep and not path.startswith(self._roots))
                or (isinstance(mode, str) and set(mode) & set("wax+"))
            ):
                self.seen = "opens a file"
        elif event.startswith(self._BAD) and event not in self._FINE:
            if event.startswith("sqlite3.connect") and args[:1] != () and not self._leaves(args[0]):
                return
            paths = [each for each in args if isinstance(each, (str, bytes, os.PathLike))]
            if event in self._ON_FILES and paths and all(map(self._ours, paths)):
                return
            if not (event.startswith("socket.") and _of_a_loop()):
                self.seen = event

    def _leaves(self, database: Any) -> bool:
        """False for a database in memory, and for the handle of a connection (its name was told before)."""
        return (
            isinstance(database, (str, bytes, os.PathLike))
            and database not in (":memory:", b":memory:")
            and not self._ours(database)
        )

    def _ours(self, path: Any) -> bool:
        """True for what lies in the folder for temporary files."""
        if not isinstance(path, (str, os.PathLike)):
            return False
        text = os.fspath(path)
        return isinstance(text, str) and (text + os.sep).startswith(self._folder) and os.pardir + os.sep not in text


def _of_a_loop() -> bool:
    """True when an event loop makes the pair of sockets that wakes it up: nobody reaches for the network there."""
    frame: Any = sys._getframe(2)  # noqa: SLF001 -- an audit event does not say who caused it
    for _ in range(5):
        if frame is None:
            return False
        if frame.f_code.co_name == _LOOP_CODE and harmless(frame):
            return True
        frame = frame.f_back
    return False
