"""A log file that only its owner reads and that cannot fill the disk: at a size it becomes `<name>.1`."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

LARGEST = 32_000_000
"""Bytes of one file; two of them are kept."""


class LogFile:
    """Appends bytes; None as path throws them away. A disk that is full or read-only loses the log, not the engine."""

    def __init__(self, path: Path | None) -> None:
        self._path, self._file = path, None
        with suppress(OSError):
            self._file = self._open()

    def write(self, data: bytes) -> None:
        """Append."""
        if self._file is None or self._path is None:
            return
        try:
            if self._file.tell() + len(data) > LARGEST:
                self._file.close()
                self._path.replace(self._path.with_name(self._path.name + ".1"))
                self._file = self._open()
                if self._file is None:
                    return
            self._file.write(data)
        except (OSError, ValueError):
            self.close()

    def close(self) -> None:
        """Done."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
        self._file = None

    def _open(self) -> BinaryIO | None:
        if self._path is None:
            return None
        self._path.parent.mkdir(parents=True, exist_ok=True)
        return os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab", buffering=0)
