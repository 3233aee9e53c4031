"""Work-done progress around long work: begin, throttled reports from any thread, end, and cancel from the editor."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from lsprotocol import types

from copilot.progress import listening

if TYPE_CHECKING:
    from lsp.server import Server

_EVERY_S: Final = 0.1
_CREATE_S: Final = 5.0


@asynccontextmanager
async def working(server: Server, title: str, token: int | str | None = None) -> AsyncIterator[None]:
    """Show `title` while the block runs; `copilot.progress.report` inside it becomes progress.

    `token` is the request's `work_done_token`; without one a token is created if the editor takes them, else nothing
    is shown. When the person cancels, the task that runs the block is cancelled (its request is answered -32800).
    """
    token = await _token(server, token)
    if token is None:
        yield
        return
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    progress, last, said = server.work_done_progress, [0.0], [""]

    def send(message: str, fraction: float | None) -> None:
        if token in progress.tokens:
            percentage = None if fraction is None else round(100 * min(max(fraction, 0.0), 1.0))
            progress.report(token, types.WorkDoneProgressReport(message=message, percentage=percentage))

    def listener(message: str, fraction: float | None) -> None:
        now, news = time.monotonic(), fraction is None and message != said[0]
        if news or now - last[0] >= _EVERY_S:  # counting is throttled, news is not
            last[0], said[0] = now, message
            loop.call_soon_threadsafe(send, message, fraction)

    def cancelled(future: Future[Any]) -> None:
        if future.cancelled() and task is not None:
            task.cancel()

    progress.begin(token, types.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0))
    progress.tokens[token].add_done_callback(cancelled)
    try:
        with listening(listener):
            yield
    finally:
        progress.tokens.pop(token, None)  # pygls never removes one
        progress.end(token, types.WorkDoneProgressEnd())


async def _token(server: Server, given: int | str | None) -> int | str | None:
    if given is not None or not server.client.progress:
        return given
    token = str(uuid.uuid4())
    try:
        asked = server.window_work_done_progress_create_async(types.WorkDoneProgressCreateParams(token))
        await asyncio.wait_for(asked, _CREATE_S)
    except asyncio.CancelledError:
        raise
    except Exception:  # noqa: BLE001 -- an editor that refuses progress still gets its answer
        return None
    return token
