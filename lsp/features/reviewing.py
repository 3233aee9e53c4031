"""The command `bankCopilot.review`: the work tree's change, unsaved texts included, by the bank's rules, with coverage.

It runs in a thread, file by file, and stops at the next file when the person cancels. What it finds is shown as diagnostics, also
of files that are not open, until their text changes or it is asked again; the coverage is told in a sentence. Absent on purpose:
what is shown while somebody writes (`diagnostics`), and other branches (the command line).
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from copilot import files
from copilot.errors import UnreadableFile, UsageError
from copilot.messages import say
from copilot.syntax.languages import language_of
from copilot.types import Document, Finding, document
from lsp import convert
from lsp.features.diagnostics import diagnostic, push
from lsp.reviewed import Looked
from lsp.server import Server

if TYPE_CHECKING:
    from copilot.config import Settings
    from copilot.review.diff import FileDiff
    from copilot.review.remark import Remark, Review

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
    held = {Path(os.path.realpath(doc.path)): doc for uri in server.store.uris() if (doc := server.store.snapshot(uri))}
    held = {path: doc for path, doc in held.items() if path.is_relative_to(top)}
    texts = {path.relative_to(top).as_posix(): doc.text for path, doc in held.items()}
    stop = threading.Event()
    async with server.working(say("Review")):
        context = contextvars.copy_context()  # progress is reported from the thread
        work = loop.run_in_executor(server.executor, context.run, _review, top, texts, workspace.settings, stop)
        try:
            found = await asyncio.shield(work)
        finally:
            stop.set()
        looked = await loop.run_in_executor(server.executor, _looked, server, top, found, held)
    for uri in server.reviewed.replaced(looked):
        server.spawn(push(server, uri))
    lines = [say("remarks: {count}", count=len(found.remarks)) if found.remarks else say("no remarks")]
    server.tell("; ".join([*lines, next(reports.coverage_lines(found))]))
    return reports.rows(found)


def _looked(server: Server, top: Path, found: Review, held: Mapping[Path, Document]) -> dict[str, Looked]:
    """The remarks as diagnostics, by the uri of their document; `held`: what is open. One of a file that is gone stands where it
    began.
    """
    from copilot.review.remark import span, told

    by: dict[str, list[Remark]] = {}
    for one in found.remarks:
        by.setdefault(one.path, []).append(one)
    made: dict[str, Looked] = {}
    for name, remarks in by.items():
        doc = held.get(top / name) or _read(top / name)
        shown = [Finding(one.rule, one.severity, doc.path, span(doc, one), told(one)) for one in remarks]
        with contextlib.suppress(UnicodeEncodeError):  # a name that is no UTF-8 has no uri
            made[server.uri_of(doc.path)] = Looked(doc.text, tuple(diagnostic(server, doc, each) for each in shown))
    return made


def _read(path: Path) -> Document:
    try:
        return files.read(path, language_of(path))
    except UnreadableFile:
        return document(path, None, "")


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
