"""A request's body on its way in: read within its limit, reviewed and rendered, beside the loop where it is large."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final, TypeVar

from copilot.guard import Policy, Reviewed
from prompts.templates import Library
from serving import inbound, replies
from serving.asked import Asked
from serving.callers import Route
from serving.errors import Gone
from serving.inbound import Prepared

T = TypeVar("T")

_BULK_BYTES: Final = 65_536
"""A larger body is reviewed beside the loop: text made for it takes a second for each MB."""
_BULK: Final = ThreadPoolExecutor(1, "bulk-review")
"""One at a time: several would leave the loop less than half of the interpreter."""


async def body(
    receive: Callable[[], Awaitable[replies.Message]], headers: Mapping[bytes, bytes], most_kb: int
) -> bytes:
    """The whole body. Raises Refused 413, and Gone when the client left."""
    most = most_kb * 1024
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length[:20]) > most:
        raise replies.too_large(most_kb)
    pieces, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise Gone
        piece = message.get("body", b"")
        size += len(piece)
        if size > most:
            raise replies.too_large(most_kb)
        pieces.append(piece)
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


async def prepared(
    given: Asked, size: int, route: Route, policy: Policy, salt: str, library: Library
) -> tuple[Reviewed, Prepared]:
    """What review decided and what the engine is sent, for a body of `size` bytes. Raises Denied, Refused."""
    return await beside(size, partial(_prepared, given, route, policy, salt, library))


async def beside(size: int, work: Callable[[], T]) -> T:
    """Review of `size` bytes: here, or beside the loop where there are many."""
    if size < _BULK_BYTES:
        return work()
    return await asyncio.get_running_loop().run_in_executor(_BULK, work)


def _prepared(given: Asked, route: Route, policy: Policy, salt: str, library: Library) -> tuple[Reviewed, Prepared]:
    result = inbound.reviewed(given, policy)
    return result, inbound.prepared(given, route, result, salt, library)
