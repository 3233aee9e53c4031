"""The headers that carry governance, not text: task, prompt template, classification, trace, client.

Checked words only: what is taken from here ends in records, metrics and the engine's cache salt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from serving.config import TASKS
from serving.errors import Refused
from serving.trail import Trail

_TRACE: Final = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
_REFERENCE: Final = re.compile(rb"[\w.+/-]{1,96}@[\w.+-]{1,32}(?:#[0-9a-f]{6,64})?")
_CLASS: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_CLIENT: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9_.+ /-]{0,63}")

Headers = Mapping[bytes, bytes]
"""ASGI's: lower-case names."""


def take(headers: Headers, trail: Trail) -> None:
    """Write what the headers say into the trail. Raises Refused 400 naming the header."""
    if reference := headers.get(b"x-copilot-prompt"):
        if not _REFERENCE.fullmatch(reference):
            raise _wrong("X-Copilot-Prompt", "must be id@version#digest")
        trail.template = reference.decode()
    if level := headers.get(b"x-copilot-classification"):
        if not _CLASS.fullmatch(level):
            raise _wrong("X-Copilot-Classification", "must be a word such as C2")
        trail.classification = level.decode()
    if (trace := _TRACE.fullmatch(headers.get(b"traceparent", b""))) is not None:
        trail.trace = trace[1].decode()
    if (client := _CLIENT.match(headers.get(b"user-agent", b""))) is not None:
        trail.client = client[0].decode()


def task(headers: Headers, named: str, *, chat: bool) -> str:
    """The task of a request: the header's or the body's, which must agree, else the endpoint's. Raises Refused 400."""
    header = headers.get(b"x-copilot-task", b"").decode("latin-1")
    if header and header not in TASKS:
        raise _wrong("X-Copilot-Task", f"must be one of {', '.join(sorted(TASKS))}")
    if header and named and header != named:
        raise _wrong("X-Copilot-Task", "and copilot.task differ")
    return header or named or ("chat" if chat else "complete")


def onward(headers: Headers, trail: Trail) -> dict[str, str]:
    """The headers for the engine."""
    sent = {"Content-Type": "application/json", "X-Request-Id": trail.request}
    if trail.trace:
        sent["traceparent"] = headers[b"traceparent"].decode()
    return sent


def _wrong(header: str, problem: str) -> Refused:
    return Refused(400, "invalid_request", f"{header} {problem}.", param=header)
