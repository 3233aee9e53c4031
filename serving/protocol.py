"""Uvicorn's HTTP protocol with limits on the head of a request: bytes, and seconds until it is complete.

Uvicorn has neither with httptools: headers of any size are collected, and a connection that sends nothing, or a byte a
minute, stays open for ever. Bodies are the data path's concern.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TOO_LARGE: Final = (
    431,
    "Request Header Fields Too Large",
    "headers_too_large",
    "The request's headers are too large.",
)
_TOO_SLOW: Final = (408, "Request Timeout", "headers_timeout", "The request's headers took too long to arrive.")
_INVALID: Final = (400, "Bad Request", "invalid_http", "This is no valid HTTP/1.1 request.")


def limited(head_bytes: int, head_s: float) -> type[HttpToolsProtocol]:
    """The protocol class for these limits."""

    class Limited(HttpToolsProtocol):
        """One connection."""

        _collected = _trailing = 0
        _in_head = True
        _ended = False
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._timer = self.loop.call_later(head_s, self._late)

        def connection_lost(self, exc: Exception | None) -> None:
            self._quiet()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._ended:
                return
            if self._in_head:
                if self._collected > head_bytes:
                    self._end(*_TOO_LARGE)
                    return
                self._collected += len(data)  # a body's start may be in it: exact is `on_headers_complete`
            super().data_received(data)
            if self._in_head and self._timer is None and not self._ended:
                self._timer = self.loop.call_later(head_s, self._late)

        def on_message_begin(self) -> None:
            self._in_head, self._collected, self._trailing = True, 0, 0
            super().on_message_begin()

        def on_header(self, name: bytes, value: bytes) -> None:
            if self._in_head:
                super().on_header(name, value)
                return
            # A trailer behind a chunked body: nobody reads it, and kept they would grow for ever, key or no key.
            self._trailing += len(name) + len(value) + 4
            if self._trailing > head_bytes:
                self._end(*_TOO_LARGE)
                raise ValueError("trailers")

        def on_headers_complete(self) -> None:
            self._in_head = False
            self._quiet()
            if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > head_bytes:
                self._end(*_TOO_LARGE)
                raise ValueError("headers")
            super().on_headers_complete()

        def send_400_response(self, msg: str) -> None:
            del msg
            self._end(*_INVALID)

        def _late(self) -> None:
            self._timer = None
            self._end(*_TOO_SLOW)

        def _quiet(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _end(self, status: int, phrase: str, code: str, text: str) -> None:
            """Answer once and close, where no answer runs on this connection."""
            self._quiet()
            if self._ended or self.transport.is_closing():
                return
            self._ended = True
            running = self.cycle is not None and not self.cycle.response_complete
            if not running and (self.headers is not None or status != 408):
                problem: dict[str, Any] = {
                    "type": "about:blank", "title": code.replace("_", " "), "status": status, "detail": text, "code": code
                }  # fmt: skip
                body = json.dumps(problem).encode()
                head = (
                    f"HTTP/1.1 {status} {phrase}\r\ncontent-type: application/problem+json\r\n"
                    f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
                )
                self.transport.write(head.encode() + body)
            self.transport.close()

    return Limited
