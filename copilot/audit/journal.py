"""An append-only journal of records: JSON lines, each carrying the hash of the one before; durable by group commit.

    {"n":7,"prev":"<hash of line 6>","writer":"gateway","record":{…},"hash":"<hex SHA-256 of this line up to here>"}

(`verifier` says it exactly.) One writer, one chain, one process: a lock holds the others off. The chain goes on over the
files `<writer>-<number>.jsonl`. A file system is the store, not SQLite: an auditor reads it with any tool, and an append
with fdatasync costs the same.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import queue
import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from copilot.audit import record as records
from copilot.audit.record import Record
from copilot.audit.verifier import ZERO, journals
from copilot.errors import AuditUnavailable
from copilot.messages import say

FILE_BYTES: Final = 64 << 20
"""A file that grew beyond this is followed by the next."""

_LINE: Final = re.compile(
    rb'\{"n":(\d{1,18}),"prev":"[0-9a-f]{64}","writer":"([a-z0-9-]+)",.*,"hash":"([0-9a-f]{64})"\}'
)
_MODE: Final = 0o640
_sync = getattr(os, "fdatasync", os.fsync)
_DURABLE: Final[int] = getattr(os, "RWF_DSYNC", 0)
"""Linux: write and sync in one call, which lets go of the interpreter once instead of twice."""

_Waiter = tuple[bytes, asyncio.Future[None], asyncio.AbstractEventLoop]
"""The canonical bytes of a record, and who waits for them."""


class Journal:
    """Appends records. Many callers on one event loop; one thread writes what gathered since its last commit.

    `fault` says why the last commit failed, None while all is well. `head` is hash and number of the last durable line.
    """

    def __init__(self, folder: Path, writer: str, *, file_bytes: int = FILE_BYTES) -> None:
        """Open or create the chain of `writer`, repair a torn tail. Raises AuditUnavailable."""
        self.fault: str | None = None
        self._writer, self._file_bytes = writer, file_bytes
        self._folder = folder
        self._pending: queue.SimpleQueue[_Waiter | None] = queue.SimpleQueue()  # None: no more will come
        self._closing = False
        self._file, self._number = -1, 1
        self._size, self._dirty = 0, False  # bytes of whole lines in the file; whether more than those may stand there
        self._head = (ZERO, -1)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o750)
            self._lock = _locked(folder / f"{writer}.lock")
            try:
                self._open()
            except BaseException:
                os.close(self._lock)
                raise
        except OSError as error:
            raise AuditUnavailable(_said(folder, error)) from error
        self._thread = threading.Thread(target=self._work, name=f"audit-{writer}", daemon=True)
        self._thread.start()

    @property
    def head(self) -> tuple[str, int]:
        """Hash and number of the last durable line: what an auditor keeps in another place."""
        return self._head

    async def append(self, record: Record) -> None:
        """Return once the record is on the disk. Raises AuditUnavailable when it cannot be (disk full, read-only).

        A caller that is cancelled while it waits leaves the record behind: it is written all the same.
        """
        await self.submit(record)

    def submit(self, record: Record) -> asyncio.Future[None]:
        """`append` without waiting: the future is done once the record is on the disk, or holds AuditUnavailable."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        if self._closing:
            waiter.set_exception(AuditUnavailable(say("The audit journal is closed.")))
        else:
            # Encoded here: what the thread does under the interpreter's lock, it takes from this loop many times over.
            self._pending.put((records.canonical(record), waiter, loop))
        return waiter

    async def close(self) -> None:
        """Write what is left and end the thread. A second call does nothing."""
        if not self._closing:
            self._closing = True
            self._pending.put(None)
        await asyncio.get_running_loop().run_in_executor(None, self._thread.join)

    def _work(self) -> None:
        """The thread: commit what has gathered, answer all of it with one call into the loop, again."""
        more = True
        while more:
            batch, more = self._gathered()
            if not batch:
                continue
            error = self._committed([data for data, _, _ in batch])
            loop = batch[0][2]
            # A loop that was closed under its callers: nobody waits any more, and the records are written.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_answer, batch, error)
        with suppress(OSError):
            os.close(self._file)
        os.close(self._lock)

    def _gathered(self) -> tuple[list[_Waiter], bool]:
        """All that waits to be written, at least one unless the journal is closed; False when no more will come."""
        batch: list[_Waiter] = []
        waiting = self._pending.get()
        while waiting is not None:
            batch.append(waiting)
            try:
                waiting = self._pending.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _committed(self, batch: Sequence[bytes]) -> str | None:
        """Write and sync a batch of canonical records; None, or why it could not be (then nothing of it stays)."""
        try:
            if self._dirty:
                os.ftruncate(self._file, self._size)
                self._dirty = False
            if self._size >= self._file_bytes:
                self._rotate()
            if self.fault is not None:
                batch = (records.canonical(_system("write-failed")), *batch)
            data, head = self._lines(batch)
            self._dirty = True
            _write(self._file, data)
        except Exception as error:  # noqa: BLE001 -- whatever it is, the waiters must hear of it and the thread lives on
            self.fault = _said(self._folder, error)
            # What was written of the batch must not stay: the next one follows the line before it.
            with suppress(OSError):
                os.ftruncate(self._file, self._size)
                self._dirty = False
            return self.fault
        self._dirty, self.fault = False, None
        self._size += len(data)
        self._head = head
        return None

    def _lines(self, batch: Sequence[bytes]) -> tuple[bytes, tuple[str, int]]:
        """The lines of a batch, and the head after it."""
        digest, number = self._head
        writer = self._writer.encode()
        parts = []
        for data in batch:
            number += 1
            body = b'{"n":%d,"prev":"%b","writer":"%b","record":%b' % (
                number,
                digest.encode(),
                writer,
                data,
            )
            digest = hashlib.sha256(body).hexdigest()
            parts.append(b'%b,"hash":"%b"}\n' % (body, digest.encode()))
        return b"".join(parts), (digest, number)

    def _open(self) -> None:
        """Take up the chain where it ends. Raises OSError and AuditUnavailable."""
        files = journals(self._folder).get(self._writer, [])
        path = files[-1] if files else self._named(1)
        self._number = int(path.stem.rpartition("-")[2])
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _MODE)
        try:
            self._head, self._size, torn = _end(self._file, path, self._writer)
            if self._head[1] == -1 and len(files) > 1:  # a file that nothing, or nothing whole, was written to
                self._head = _end_of(files[-2], self._writer)
            os.ftruncate(self._file, self._size)
            _sync_folder(self._folder)
            if torn:
                self._note(_system("torn-tail-repaired", hashlib.sha256(torn).hexdigest()))
            elif self._head[1] == -1:
                self._note(_system("journal-created"))
        except BaseException:
            os.close(self._file)
            raise

    def _note(self, record: Record) -> None:
        """Write a record of the journal's own before the thread runs. Raises AuditUnavailable."""
        if (fault := self._committed([records.canonical(record)])) is not None:
            raise AuditUnavailable(fault)

    def _named(self, number: int) -> Path:
        return self._folder / f"{self._writer}-{number:06}.jsonl"

    def _rotate(self) -> None:
        """Go on in the next file."""
        path = self._named(self._number + 1)
        following = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _MODE)
        try:
            _sync_folder(self._folder)
        except OSError:
            os.close(following)
            raise
        os.close(self._file)
        self._file, self._size, self._number = following, 0, self._number + 1


def _answer(batch: list[_Waiter], error: str | None) -> None:
    for _, waiter, _ in batch:
        if not waiter.done():
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(AuditUnavailable(error))


def _end(file: int, path: Path, writer: str) -> tuple[tuple[str, int], int, bytes]:
    """Head and size of a file up to its last whole line, and the bytes after it. Raises AuditUnavailable when that line
    is not one of ours: a journal that was tampered with is not continued.
    """
    size = os.fstat(file).st_size
    reach = 1 << 16
    while True:
        start = max(0, size - reach)
        tail = os.pread(file, size - start, start)
        feed = tail.rfind(b"\n")
        before = tail.rfind(b"\n", 0, max(feed, 0))
        if start == 0 or (feed != -1 and before != -1):
            break
        reach *= 4
    torn = tail[feed + 1 :]
    if feed == -1:
        return (ZERO, -1), 0, torn
    found = _LINE.fullmatch(tail, before + 1, feed)
    line = tail[before + 1 : feed]
    if found is None or found[2].decode() != writer or hashlib.sha256(line[:-75]).hexdigest().encode() != found[3]:
        raise _tampered(path)
    return (found[3].decode(), int(found[1])), start + feed + 1, torn


def _end_of(path: Path, writer: str) -> tuple[str, int]:
    """Head of a file that another one follows. Raises OSError and AuditUnavailable."""
    file = os.open(path, os.O_RDONLY)
    try:
        head, _, torn = _end(file, path, writer)
    finally:
        os.close(file)
    if head[1] == -1 or torn:
        raise _tampered(path)
    return head


def _tampered(path: Path) -> AuditUnavailable:
    return AuditUnavailable(
        say(
            "The audit journal {name} does not end in a line of its own: check it with `bank-copilot audit verify`, "
            "keep it for the auditor and give the gateway an empty folder.",
            name=path,
        )
    )


def _system(note: str, cut: str = "") -> Record:
    return Record(time=records.now(), direction="system", request="", input_hash=cut, note=note)


def _write(file: int, data: bytes) -> None:
    """Append and sync."""
    view = memoryview(data)
    if _DURABLE:
        try:
            while view:
                view = view[os.pwritev(file, [view], 0, _DURABLE) :]  # O_APPEND: the offset is not looked at
        except OSError as error:
            if error.errno not in {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}:
                raise
        else:
            return
    while view:
        view = view[os.write(file, view) :]
    _sync(file)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _locked(path: Path) -> int:
    """An open lock file that no other process holds. Raises AuditUnavailable and OSError."""
    import fcntl  # not on Windows, where no gateway runs

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, _MODE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if not isinstance(error, BlockingIOError):
            raise  # a file system without locks
        raise AuditUnavailable(
            say("Another process holds the audit journal {name}. Give each gateway a writer of its own.", name=path)
        ) from None
    return descriptor


def _said(folder: Path, error: Exception) -> str:
    reason = (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
    return say("The audit journal in {folder} cannot be written: {reason}.", folder=folder, reason=reason)
