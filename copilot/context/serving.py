"""What the worker process does: saves at once, then the scan, then arrays, dependencies and spare work when all is quiet.

Runs alone in its process (`worker` starts it): reads commands as JSON lines, writes events as JSON lines.
"""

from __future__ import annotations

import importlib
import json
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from copilot.context import dependencies
from copilot.context.building import Builder
from copilot.context.classes_java import Places
from copilot.context.listing import Listed, admits, look
from copilot.context.reader import StoredIndex

_QUIET_S: Final = 2.0
"""So long nothing was saved before the arrays are rebuilt, so that a save never waits for that."""

_COMMIT_S: Final = 1.0
_REPORT_S: Final = 0.2


def serve(commands: IO[str], events: IO[str]) -> None:
    """Work for the process on the other end of the pipes until it closes them."""

    def tell(event: str, **values: object) -> None:
        events.write(json.dumps({"event": event, **values}) + "\n")
        events.flush()

    inbox: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    opening = json.loads(commands.readline())
    threading.Thread(target=_listen, args=(commands, inbox), daemon=True).start()
    places = Places(
        dependencies.packages_of(Path(opening["python"])) if opening["python"] else (),
        tuple(opening["classpath"]),
        tuple(Path(sibling) for sibling in opening["siblings"]),
    )
    try:
        builder = Builder(
            Path(opening["root"]), Path(opening["folder"]), tuple(opening["exclude"]), opening["max_file_kb"]
        )
    except (OSError, sqlite3.Error) as error:
        tell("failed", why=str(error))
        return
    if builder.why:
        tell("rebuilt", why=builder.why)
    try:
        _Loop(builder, inbox, tell, places if opening["dependencies"] else None, opening.get("idle", "")).run()
    finally:
        builder.database.close()


def _listen(commands: IO[str], inbox: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    for line in commands:
        inbox.put(json.loads(line))
    inbox.put(None)
    time.sleep(30)
    os._exit(0)  # the server is gone and a long file still holds the main thread


class _Loop:
    """The order of work: saves first, then the scan, then the arrays when all is quiet."""

    def __init__(
        self,
        builder: Builder,
        inbox: queue.SimpleQueue[dict[str, Any] | None],
        tell: Any,
        places: Places | None,
        idle: str,
    ) -> None:
        self.builder, self.inbox, self.tell, self.places = builder, inbox, tell, places
        self.open, self.rescan, self.dirty, self.first = True, True, True, True
        self.syncs: list[int] = []
        self.idle = idle
        self.spare: Iterator[None] | None = None

    def run(self) -> None:
        """Until the server closes the pipe."""
        while self.open:
            if self.rescan:
                self._scan()
            elif self.dirty and (self.first or self.syncs or self.inbox.empty()):
                if self.first or self.syncs or not self._take(_QUIET_S):
                    self._settle()
            elif self.syncs:
                self._settle()
            elif self.spare is not None and self.inbox.empty():
                self._use_spare_time()
            else:
                self._take(None)

    def _settle(self) -> None:
        if (self.dirty or self.first) and self.builder.arrays():
            self.tell("rebuilt", why="damaged")
        if self.places is not None and (self.dirty or self.first):
            self._depend(self.places)
        self.dirty = self.first = False
        self.builder.tidy()
        self.tell("ready", files=self.builder.count())
        for number in self.syncs:
            self.tell("synced", n=number)
        self.syncs.clear()
        if self.idle and self.spare is None:
            module, _, name = self.idle.partition(":")
            self.spare = getattr(importlib.import_module(module), name)(
                self.builder.root, StoredIndex(self.builder.root, self.builder.folder, self.builder.exclude)
            )

    def _use_spare_time(self) -> None:
        """One step of what the index's owner wants done when all is quiet."""
        try:
            if next(self.spare or iter(()), self) is self:
                self.spare = None
        except (ValueError, KeyError, IndexError, AttributeError, OSError, MemoryError, sqlite3.Error):
            self.spare = None  # it is an extra: without it the index is as good

    def _depend(self, places: Places) -> None:
        """Read dependencies; saves that come meanwhile are carried out in between."""

        def hurry() -> bool:
            return not self.inbox.empty()

        try:
            self.builder.depend(places, hurry)
            while self.open and hurry():
                while not self.inbox.empty():
                    self._take(None)
                self.builder.depend(places, hurry)
        except (OSError, ValueError, RecursionError) as error:
            # What others installed must not cost the repository its index.
            self.tell("skipped", path="dependencies", why=type(error).__name__)

    def _scan(self) -> None:
        self.rescan = False
        builder = self.builder
        changed, gone = builder.stale()
        total, told, committed = len(changed), 0.0, time.monotonic()
        self.tell("progress", done=0, total=total)
        builder.begin()
        for path in gone:
            builder.drop(path)
        for done, found in enumerate(changed):
            self._put(found)
            self.dirty = True
            if time.monotonic() - committed > _COMMIT_S:
                builder.commit()
                committed = time.monotonic()
                builder.begin()
            if time.monotonic() - told > _REPORT_S:
                told = time.monotonic()
                self.tell("progress", done=done + 1, total=total)
            if not self.inbox.empty():
                builder.commit()
                while not self.inbox.empty():
                    self._take(None)
                builder.begin()
            if not self.open:
                break
        builder.commit()
        self.tell("progress", done=total, total=total)
        if not self.dirty:
            self._settle()

    def _put(self, found: Listed, text: str | None = None) -> None:
        try:
            self.builder.put(found, text)
        except (ValueError, KeyError, IndexError, AttributeError, RecursionError, OSError) as error:
            # One file that trips a reader must not cost the others their index.
            self.tell("skipped", path=found.path, why=type(error).__name__)

    def _take(self, timeout: float | None) -> bool:
        """Carry out the next command; False when none came within `timeout` seconds."""
        try:
            command = self.inbox.get(timeout=timeout)
        except queue.Empty:
            return False
        if command is None:
            self.open = False
            return True
        begun = time.process_time()
        match command["do"]:
            case "update":
                self._update(command["path"], command["text"])
                self.tell("updated", path=command["path"], cpu_ms=(time.process_time() - begun) * 1000)
            case "remove":
                self.builder.begin()
                self.dirty |= self.builder.drop(command["path"])
                self.builder.commit()
                self.tell("updated", path=command["path"], cpu_ms=(time.process_time() - begun) * 1000)
            case "rescan":
                self.rescan = True
            case "sync":
                self.syncs.append(command["n"])
        return True

    def _update(self, path: str, text: str | None) -> None:
        builder = self.builder
        found = None if builder.banned.match_file(path) else look(builder.root, path)
        if found is not None and not builder.knows(path) and not admits(builder.root, path):
            return
        builder.begin()
        if found is None:
            builder.drop(path)
        else:
            self._put(found, text)
        builder.commit()
        self.dirty = True
