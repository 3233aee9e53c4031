"""The command `bankCopilot.review`: the work tree's change, unsaved texts included, by the bank's rules, with coverage.

It runs in a thread, file by file, and stops at the next file when the person cancels. Absent on purpose: what is shown while
somebody writes (`diagnostics`), and other branches (the command line).
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from copilot.errors import UsageError
from copilot.messages import say
from lsp import convert
from lsp.server import Server

if TYPE_CHECKING:
    from copilot.config import Settings
    from copilot.review.diff import FileDiff
    from copilot.review.remark import Review

COMMAND: Final = "bankCopilot.review"


def register(server: Server) -> None:
    """Declare the command."""

    @server.command(COMMAND)
    async def review(*given: Any) -> dict[str, Any]:
        if len(given) > 1:
            raise UsageError(say("This command takes at most the uri of a file or folder of the repository."))
        return await _answered(server, convert.path_of(str(given[0])) if given else server.folders.first)


async def _answered(server: Server, path: Path) -> dict[str, Any]:
    from copilot import git
    from copilot.review import reports

    loop = asyncio.get_running_loop()
    workspace = server.workspace_for(convert.uri_of(path))
    top = await loop.run_in_executor(server.executor, git.root, path)
    if top is None:
        why = say("{name} is in no git repository.", name=path)
        server.tell(why)
        return {"declined": why}
    open_now = [doc for uri in server.store.uris() if (doc := server.store.snapshot(uri)) is not None]
    places = [(Path(os.path.realpath(doc.path)), doc.text) for doc in open_now]
    texts = {path.relative_to(top).as_posix(): text for path, text in places if path.is_relative_to(top)}
    stop = threading.Event()
    async with server.working(say("Review")):
        context = contextvars.copy_context()  # progress is reported from the thread
        work = loop.run_in_executor(server.executor, context.run, _review, top, texts, workspace.settings, stop)
        try:
            found = await asyncio.shield(work)
        finally:
            stop.set()
    lines = [say("remarks: {count}", count=len(found.remarks)) if found.remarks else say("no remarks")]
    server.tell("; ".join([*lines, next(reports.coverage_lines(found))]))
    return reports.rows(found)


def _review(top: Path, texts: dict[str, bytes], settings: Settings, stop: threading.Event) -> Review:
    from copilot.commands.review import asked
    from copilot.review.change import untold
    from copilot.review.review import review
    from copilot.review.working import working

    change = working(top, texts)
    if change is None:
        raise untold(top)

    def files() -> Iterator[FileDiff]:
        for one in change.files():
            if stop.is_set():
                return
            yield one

    return review(replace(change, files=files), asked(settings))
