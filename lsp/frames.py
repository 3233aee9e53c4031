"""Cutting a byte stream into JSON-RPC bodies, finding the way back after anything that is no message.

Plain values in and out, no I/O. What is skipped is lost, and the next well-formed message is always found: a header
line cannot occur inside valid JSON (a string holds no raw line end), so wherever one stands a message begins.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

LIMIT: Final = 64 * 1024 * 1024
"""A longer body is not read: the header is taken for a mistake."""

_HEADER: Final = re.compile(
    rb"content-length[ \t]*:[ \t]*(\d{1,18})[ \t]*\r?\n(?:[!-9;-~]+:[^\r\n]*\r?\n)*\r?\n", re.IGNORECASE
)
_NAME: Final = b"Content-Length:"
_KEPT: Final = 4096
"""Bytes without a header that are kept, because a header may begin in them."""


class Frames:
    """Feed bytes, iterate over the bodies that are complete."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._buffer = bytearray()
        self._length: int | None = None
        self._searched = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self._buffer += data

    def __iter__(self) -> Iterator[bytes]:
        while (body := self._next()) is not None:
            yield body

    def unread(self, body: bytes) -> None:
        """Give back a body that is not JSON: with a wrong length it may hold the beginning of the next message."""
        self._buffer[:0] = body

    def _next(self) -> bytes | None:
        while True:
            if self._length is None and not self._header():
                return None
            assert self._length is not None
            if len(self._buffer) >= self._length:
                body = self._take(self._length)
                self._length = None
                return body
            begin = self._cut_short()
            if begin == -1:
                return None
            self._length = None
            if begin:
                return self._take(begin)  # complete JSON under a wrong length is as good as any

    def _header(self) -> bool:
        """Find the next header and drop it with all before it; False when more bytes are needed."""
        while (found := _HEADER.search(self._buffer)) is not None:
            length = int(found[1])
            del self._buffer[: found.end()]
            self._searched = 0
            if length <= self._limit:
                self._length = length
                return True
        if len(self._buffer) > 2 * _KEPT:
            del self._buffer[:-_KEPT]
        return False

    def _cut_short(self) -> int:
        """Offset of a header inside a body that is still incomplete, -1 without one."""
        at = self._buffer.find(_NAME, self._searched)
        while at != -1:
            if _HEADER.match(self._buffer, at):
                return at
            if len(self._buffer) - at < _KEPT:
                self._searched = at  # maybe the rest of this header is on its way
                return -1
            at = self._buffer.find(_NAME, at + 1)
        self._searched = max(0, len(self._buffer) - len(_NAME))
        return -1

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken
