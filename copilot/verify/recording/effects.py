# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: PTH103, PTH118, PTH119

"""What a test does beside testing: files outside its own folder, programs, the network, waiting, state left behind.

By audit events, which is no boundary (the sandbox is) but names what happened: a test that wrote into the home folder
passes in the sandbox and must not be offered all the same.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from typing import Any

CPU_S = 5.0
WALL_S = 20.0
"""For one test. A busy machine makes the wall clock say little: it only ends what waits for ever."""

_SLEPT_S = 0.5
_ITEMS = 200
"""A larger container is known by its length alone: it is looked at before and after every test."""
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_PATHS = frozenset(
    {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.chmod", "os.link", "os.symlink", "os.truncate"}
)
_NAMED = {
    "socket.connect": "it opens a network connection",
    "socket.bind": "it opens a network port",
    "socket.sendto": "it sends to the network",
    "socket.getaddrinfo": "it asks for a network name",
    "subprocess.Popen": "it starts a program",
    "os.system": "it starts a program",
    "os.exec": "it starts a program",
    "os.posix_spawn": "it starts a program",
    "os.fork": "it starts processes",
    "os.kill": "it sends a signal",
}


class Effects:
    """A pytest plug-in. `found` maps a test (its node) to what it did, `changed` to the state of the module that it left changed."""

    def __init__(self, module: str) -> None:
        self.found: dict[str, str] = {}
        self.changed: dict[str, str] = {}
        self.idle = False
        """Set while tests run again for another purpose: their time is then not ours to limit."""
        self._module = module
        self._current = ""
        self._slept = 0.0
        self._before: dict[str, str] = {}
        self._pid = os.getpid()
        sys.addaudithook(self._hook)
        time.sleep = self._sleeping(time.sleep)
        signal.signal(signal.SIGVTALRM, _late)
        signal.signal(signal.SIGALRM, _late)

    def pytest_runtest_call(self, item: Any) -> None:
        """The test itself begins."""
        if self.idle:
            return
        self._before = self._state()
        self._slept = 0.0
        self._current = item.nodeid
        signal.setitimer(signal.ITIMER_VIRTUAL, CPU_S)
        signal.setitimer(signal.ITIMER_REAL, WALL_S)

    def pytest_runtest_teardown(self) -> None:
        """It has ended, its fixtures have not."""
        if self.idle:
            return
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)

    def pytest_runtest_logfinish(self) -> None:
        """Everything of the test has ended."""
        if self.idle:
            return
        name, self._current = self._current, ""
        after = self._state()
        differing = [key for key in self._before if after.get(key) != self._before[key]]
        if name and differing:
            self.changed[name] = differing[0]

    def _state(self) -> dict[str, str]:
        """The plain values of the module under test and the environment, as text."""
        found = {"os.environ": repr(sorted((k, v) for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"))}
        for name, value in list(vars(sys.modules.get(self._module, object)).items()):
            if not name.startswith("__") and isinstance(value, (dict, list, set, int, float, str, type(None))):
                try:
                    size = len(value) if isinstance(value, (dict, list, set, str)) else 0
                    found[name] = repr(value) if size <= _ITEMS else str(size)
                except Exception:  # noqa: BLE001, S112 -- a value that cannot be shown is none to compare
                    continue
        return found

    def _sleeping(self, sleep: Any) -> Any:
        """`time.sleep`, noted; it has no audit event before Python 3.13."""

        def noted(seconds: float) -> None:
            self._slept += seconds
            if self._slept >= _SLEPT_S and self._current:
                self.found.setdefault(self._current, "it sleeps")
            sleep(seconds)

        return noted

    def _hook(self, event: str, args: tuple[Any, ...]) -> None:
        if not self._current or self._current in self.found or os.getpid() != self._pid:
            return
        reason = _NAMED.get(event, "")
        if (event == "open" and isinstance(args[2], int) and args[2] & _WRITING) or event in _PATHS:
            reason = _outside(args[0])
        if reason:
            self.found[self._current] = reason


def _outside(path: Any) -> str:
    """Why a path may not be written; empty for one below the folder for temporary files that is not the home folder."""
    if not isinstance(path, (str, bytes)):
        return ""
    full = os.path.realpath(os.fsdecode(path))
    home = os.path.realpath(os.environ.get("HOME", "/"))
    if full.startswith("/dev/"):
        return ""
    if full.startswith(os.path.realpath(tempfile.gettempdir()) + os.sep) and not full.startswith(home + os.sep):
        return ""
    return f"it writes outside its temporary folder ({os.path.basename(full)})"


def home() -> None:
    """Give the process a home folder of its own: the sandbox's is the one for temporary files."""
    folder = os.path.join(tempfile.gettempdir(), "home")
    os.makedirs(folder, exist_ok=True)
    os.environ["HOME"] = folder


def elsewhere() -> None:
    """The same machine for another person: names, language and home differ."""
    os.environ.update(USER="someone", LOGNAME="someone", LANG="de_DE.UTF-8", COLUMNS="132", EDITOR="vi")
    folder = os.path.join(tempfile.gettempdir(), "someone")
    os.makedirs(folder, exist_ok=True)
    os.environ["HOME"] = folder


def _late(_number: int, _frame: Any) -> None:
    import pytest

    pytest.fail("it takes too long", pytrace=False)
