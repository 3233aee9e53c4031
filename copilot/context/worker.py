"""The client of the indexing process: starts it, passes saves on, hears its progress, starts it again when it dies.

The only module of this area that starts a process: this Python in isolated mode (no environment, no current folder
on the path, so a workspace cannot put a module in its way), in a session of its own, at low priority. It ends when
its standard input closes, so it never outlives the server. The server never waits for it.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import copilot
from copilot.config import Settings
from copilot.context import store
from copilot.context.index import IndexStatus
from copilot.context.reader import StoredIndex
from copilot.errors import WorkerDied
from copilot.messages import say

_START: Final = "import sys; sys.path.append(sys.argv[1]); from copilot.context import worker; worker.child()"

_BACK_OFF_S: Final = 0.5
_HEALTHY_S: Final = 60.0
"""A worker that lived so long is worth starting again; one that died sooner gets one more start only."""

logger: Final = logging.getLogger(__name__)

Listener = Callable[[IndexStatus], None]


def child() -> None:
    """The worker's side: works for the process that started it, until that closes the pipe."""
    import gc
    import os

    from copilot.context import serving

    gc.set_threshold(100_000, 20, 100)  # trees and rows hold no cycles: looking for some costs a tenth of the build

    with contextlib.suppress(AttributeError, OSError):  # no niceness on Windows
        os.nice(5)
    commands = os.fdopen(0, encoding="utf-8", closefd=False)
    events = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # nothing that prints by mistake can break the protocol
    with contextlib.suppress(BrokenPipeError):
        serving.serve(commands, events)


class IndexWorker:
    """The index of one repository: `index` reads it, the other methods keep it up to date in the background.

    `python`: the project's interpreter, beside which its packages lie. `idle`: `module:function` for the worker's spare
    time; given the root and the index it returns an iterator, each step of which is short, so that a save never waits long.
    """

    def __init__(
        self,
        root: Path,
        settings: Settings,
        listener: Listener | None = None,
        *,
        python: Path | None = None,
        idle: str = "",
    ) -> None:
        self.root = root.resolve()
        self._python = python
        self.folder = store.folder_of(self.root, settings.index.folder)
        self.index = StoredIndex(self.root, self.folder, settings.index.exclude)
        self._settings = settings
        self._listener = listener
        self._idle = idle
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._process: subprocess.Popen[str] | None = None
        self._outbox: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._closing = False
        self._deaths: list[float] = []
        self._numbers = itertools.count(1)
        self._synced = 0
        self._asked: set[int] = set()
        self.last_save_cpu_ms: float | None = None
        """CPU time that the worker spent on the last saved file."""

    @property
    def pid(self) -> int | None:
        """The worker's process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start building in the background; returns at once."""
        with self._lock:
            if self._process is None and not self._closing:
                self._say(replace(self.index.status(), state="building", done=0, total=0))
                self._launch()

    def update(self, path: Path, text: str | bytes | None = None) -> None:
        """A file was saved, made or changed outside; `text` saves reading it again."""
        if isinstance(text, bytes):
            text = text.decode("utf-8", "replace")
        self._send("update", path=self._name(path), text=text)

    def remove(self, path: Path) -> None:
        """A file is gone."""
        self._send("remove", path=self._name(path))

    def rescan(self) -> None:
        """Compare all stamps with the disk (branch switch, many files changed); the policy file is read again."""
        self.index.reopen(self._settings.index.exclude)
        self._send("rescan")

    def wait(self, timeout: float) -> bool:
        """Wait until everything asked so far is in the index, arrays included. Not for the server's event loop.

        Raises WorkerDied when the worker has given up.
        """
        deadline = time.monotonic() + timeout
        with self._lock:
            number = next(self._numbers)
            self._asked.add(number)
        self._send("sync", n=number)
        with self._changed:
            while self._synced < number:
                if self._closing or self.index.status().state == "failed":
                    raise WorkerDied(self.index.status().why or say("the index is closed"))
                if not self._changed.wait(max(deadline - time.monotonic(), 0)) and time.monotonic() >= deadline:
                    return False
        return True

    def close(self) -> None:
        """End the worker and close the index. What is committed stays."""
        with self._lock:
            self._closing = True
            process, self._process = self._process, None
            self._outbox.put(None)
            self._changed.notify_all()
        if process is not None:
            try:
                process.wait(1)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.index.close()

    def _name(self, path: Path) -> str:
        from copilot.context.listing import relative

        return relative(self.root, path) or path.as_posix()

    def _launch(self) -> None:
        home = str(Path(copilot.__file__).resolve().parent.parent)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _START, home],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(sys.executable).parent,
                encoding="utf-8",
                start_new_session=True,
            )
        except OSError as error:
            self._say(IndexStatus("failed", why=str(error)))
            return
        self._outbox = queue.SimpleQueue()
        for target, values in ((self._hear, (self._process,)), (_feed, (self._process, self._outbox))):
            threading.Thread(target=target, args=values, name="index", daemon=True).start()
        index = self._settings.index
        self._write(
            {
                "root": str(self.root),
                "folder": str(self.folder),
                "exclude": list(index.exclude),
                "max_file_kb": index.max_file_kb,
                "idle": self._idle,
                "dependencies": index.dependencies,
                "python": str(self._python or ""),
                "classpath": list(index.classpath),
                "siblings": [str(Path(sibling).expanduser()) for sibling in index.siblings],
            }
        )
        for number in sorted(n for n in self._asked if n > self._synced):
            self._write({"do": "sync", "n": number})

    def _send(self, do: str, **values: object) -> None:
        with self._lock:
            self._write({"do": do, **values})

    def _write(self, message: dict[str, object]) -> None:
        if self._process is not None:  # else not started, or given up: the next start compares stamps
            self._outbox.put(json.dumps(message) + "\n")

    def _hear(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        born = time.monotonic()
        for line in process.stdout:
            try:
                event = json.loads(line)
            except ValueError:
                continue  # the last line of a killed process
            with self._changed:
                self._take(event)
                self._changed.notify_all()
        process.stdout.close()
        process.wait()
        with self._lock:
            if not self._closing and self._process is process:
                self._recover(time.monotonic() - born)
                self._changed.notify_all()

    def _take(self, event: dict[str, Any]) -> None:
        now = self.index.status()
        match event["event"]:
            case "progress":
                self._say(replace(now, state="building", done=event["done"], total=event["total"]))
            case "ready":
                self._say(replace(now, state="ready", files=event["files"], done=now.total))
            case "updated":
                self.last_save_cpu_ms = event["cpu_ms"]
            case "skipped":
                logger.warning("%s trips a reader (%s) and is not indexed", event["path"], event["why"])
            case "synced":
                self._synced = max(self._synced, event["n"])
            case "rebuilt":
                self.index.reopen()
                why = (
                    say("The index was damaged and is built anew.")
                    if event["why"] == "damaged"
                    else say("The index was of another version and is built anew.")
                )
                logger.warning("%s", why)
                self._say(replace(now, state="building", why=why))
            case "failed":
                self._deaths += [time.monotonic()] * 2
                self._say(IndexStatus("failed", why=say("The index cannot be kept: {why}.", why=event["why"])))

    def _recover(self, lived: float) -> None:
        """Start another worker unless this one and the one before died young. Holds the lock."""
        self._outbox.put(None)
        self._process = None
        if self.index.status().state == "failed":
            return
        self._deaths = [t for t in self._deaths if lived < _HEALTHY_S]
        self._deaths.append(time.monotonic())
        if len(self._deaths) > 1:
            self._say(replace(self.index.status(), state="failed", why=say("The index worker died twice.")))
            return
        self._say(
            replace(self.index.status(), state="building", why=say("The index worker died and was started again."))
        )
        timer = threading.Timer(_BACK_OFF_S, self._again)
        timer.daemon = True
        timer.start()

    def _again(self) -> None:
        with self._lock:
            if not self._closing and self._process is None:
                self._launch()

    def _say(self, status: IndexStatus) -> None:
        self.index.set_status(status)
        if self._listener is not None:
            self._listener(status)


def _feed(process: subprocess.Popen[str], outbox: queue.SimpleQueue[str | None]) -> None:
    """Write to the worker from a thread of its own: a worker that does not read must not hold up the server."""
    assert process.stdin is not None
    with contextlib.suppress(OSError):  # it died; `_hear` sees that
        while (line := outbox.get()) is not None:
            process.stdin.write(line)
            process.stdin.flush()
    with contextlib.suppress(OSError):
        process.stdin.close()
