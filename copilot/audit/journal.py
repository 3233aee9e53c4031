"""An append-only journal of records: JSON lines, each carrying the hash of the one before; durable by group commit.

    {"n": 7, "prev": "<hex sha-256 of line 6 without its newline>", "record": {…}}

One writer, one journal (its id is in the first line). A file system is the store, not SQLite: an auditor reads it with
any tool, and an append with fdatasync costs the same.
"""

from __future__ import annotations

from pathlib import Path

from copilot.audit.record import Record


class Journal:
    """Appends records. Many callers on one event loop; one thread writes what gathered since its last commit."""

    def __init__(self, folder: Path, writer: str) -> None:
        raise NotImplementedError(folder, writer)

    async def append(self, record: Record) -> None:
        """Return once the record is on the disk. Raises AuditUnavailable when it cannot be (disk full, read-only)."""
        raise NotImplementedError(record)

    async def close(self) -> None:
        """Write what is left and end the thread."""
        raise NotImplementedError
