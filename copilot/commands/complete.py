"""`bank-copilot complete`: one inline completion at a place, or a batch of places read as JSON lines."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Any

from copilot import pipeline
from copilot.commands import batch, session
from copilot.errors import UsageError
from copilot.syntax.lines import rows
from copilot.types import CompleteOptions, Declined, Document, Request, Span, Suggestion, Task, document
from copilot.workspace import Workspace


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    batch.add(parser)
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when something was offered (a batch: always, when it was read), 1 when nothing was."""
    return asyncio.run(_batch(options) if options.batch else _one(options))


async def _one(options: argparse.Namespace) -> int:
    path, line, column = session.caret(options.place)
    doc = session.read(path)
    async with session.workspace(options, doc.path) as workspace:
        await workspace.index_built()
        answer = await _answer(doc, session.offset(doc, line, column), workspace, None)
    if options.json:
        session.print_json(answer)
    elif answer["text"] is not None:
        sys.stdout.write(answer["text"] + "\n")
    else:
        session.warn(str(answer["declined"]))
    return 0 if answer["text"] is not None else 1


async def _batch(options: argparse.Namespace) -> int:
    root = (options.root or Path.cwd()).resolve()
    async with session.workspace(options, root) as workspace:
        await workspace.index_built()
        with batch.opened(options.batch) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    session.print_json(await _row_answer(line, number, root, workspace))
                    sys.stdout.flush()
    return 0


async def _row_answer(line: str, number: int, root: Path, workspace: Workspace) -> dict[str, Any]:
    """One row's answer; a row that cannot be read is declined in its place, so that answers stay in step."""
    try:
        row = batch.row(line, number, root)
    except UsageError as error:
        return {**_shown(document(root, None, b""), Declined(str(error))), "ms": 0.0}
    return await _answer(row.document, row.caret, workspace, row.replay)


async def _answer(doc: Document, caret: int, workspace: Workspace, replay: str | None) -> dict[str, Any]:
    options = CompleteOptions(profile=workspace.settings.completion.profile)
    request = Request(Task.COMPLETE, doc, Span(caret, caret), options)
    started = time.perf_counter()
    answer = await pipeline.suggest(request, workspace if replay is None else workspace.replaying(replay))
    return {**_shown(doc, answer), "ms": round((time.perf_counter() - started) * 1000, 3)}


def _shown(doc: Document, answer: Suggestion | Declined) -> dict[str, Any]:
    if isinstance(answer, Declined):
        tried = answer.attempts[0].checks if answer.attempts else ()
        return {
            "text": None,
            "range": None,
            "confidence": None,
            "declined": answer.reason,
            "checks": session.evidence(tried),
        }
    (edit,) = answer.edits
    return {
        "text": edit.new,
        "range": {"start": _utf16_position(doc, edit.span.start), "end": _utf16_position(doc, edit.span.end)},
        "confidence": round(answer.confidence, 4),
        "declined": None,
        "checks": session.evidence(answer.checks),
        "origin": answer.origin,
    }


def _utf16_position(doc: Document, offset: int) -> dict[str, int]:
    *whole, row = rows(doc.text[:offset])
    return {"line": len(whole), "character": len(row.decode().encode("utf-16-le")) // 2}
