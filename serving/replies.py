"""The messages that an answer or a refusal is made of, in ASGI's form."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Final

import orjson

from serving.errors import Refused
from serving.trail import Trail

Message = MutableMapping[str, Any]
Headers = tuple[tuple[bytes, bytes], ...]

JSON: Final[Headers] = ((b"content-type", b"application/json"),)
STREAM: Final[Headers] = ((b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store"))


def start(status: int, headers: Headers, trail: Trail) -> Message:
    """The beginning of a response."""
    own = [*headers, (b"x-request-id", trail.request.encode())]
    if trail.verdict:
        own.append((b"x-copilot-verdict", trail.verdict.encode()))
    if trail.said_verdict:
        own.append((b"x-copilot-answer", trail.said_verdict.encode()))
    return {"type": "http.response.start", "status": status, "headers": own}


def body(data: bytes, *, more: bool = False) -> Message:
    """A piece of it, the last one unless there is `more`."""
    return {"type": "http.response.body", "body": data, "more_body": more}


def refusal(refused: Refused) -> tuple[Headers, bytes]:
    """Headers and body of an error."""
    headers = [*JSON, *((k.lower().encode(), v.encode()) for k, v in refused.headers().items())]
    match refused.status:
        case 401:
            headers.append((b"www-authenticate", b"Bearer"))
        case 405:
            headers.append((b"allow", b"POST"))
        case 408 | 413:
            headers.append((b"connection", b"close"))
    return tuple(headers), orjson.dumps(refused.openai())


def broken(refused: Refused) -> bytes:
    """The last event of a stream that cannot go on; no `[DONE]` follows."""
    return b"data: " + orjson.dumps(refused.openai()) + b"\n\n"


def unaudited() -> Refused:
    """Without a record there is no answer."""
    message = "The audit journal cannot be written, so nothing is answered."
    return Refused(503, "audit_unavailable", message, retry_after_s=5)


def too_large(most_kb: int) -> Refused:
    """For a body over the limit."""
    return Refused(413, "too_large", f"The body may have {most_kb} KB at most.")


def too_slow() -> Refused:
    """For a body that does not arrive."""
    return Refused(408, "body_timeout", "The body took too long to arrive.")
