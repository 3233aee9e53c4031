"""`bank-copilot complete`: one inline completion at a place, or a batch of places read as JSON lines."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from copilot import files, pipeline
from copilot.commands import session
from copilot.errors import UsageError
from copilot.messages import say
from copilot.syntax.languages import LANGUAGES, by_lsp_id, language_of
from copilot.syntax.lines import rows
from copilot.types import CompleteOptions, Declined, Document, Request, Span, Suggestion, Task, document
from copilot.workspace import Workspace


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("place", nargs="?", metavar="FILE:LINE:COL", help=say("line and column from 1, in characters"))
    what.add_argument("--batch", metavar="FILE", help=say("JSON lines with path, text, line, character; - for stdin"))
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when something was offered (a batch: always, when it was read), 1 when nothing was."""
    return asyncio.run(_batch(options) if options.batch else _one(options))


async def _one(options: argparse.Namespace) -> int:
    path, numbers = session.place(options.place)
    if len(numbers) != 2:
        raise UsageError(say("{text}: write it as FILE:LINE:COL, both from 1.", text=options.place))
    doc = session.read(path)
    async with session.workspace(options, doc.path) as workspace:
        await workspace.index_built()
        answer = await _answer(doc, session.offset(doc, *numbers), workspace, None)
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
        with _opened(options.batch) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    session.print_json(await _row_answer(line, number, root, workspace))
                    sys.stdout.flush()
    return 0


def _opened(source: str) -> AbstractContextManager[Iterable[str]]:
    """The rows, UTF-8 whatever the locale says; bytes that are none spoil their own row only."""
    if source == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        return nullcontext(sys.stdin)
    try:
        return Path(source).open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(say("{name} cannot be read: {reason}.", name=source, reason=error.strerror)) from None


async def _row_answer(line: str, number: int, root: Path, workspace: Workspace) -> dict[str, Any]:
    """One row's answer; a row that cannot be read is declined in its place, so that answers stay in step."""
    try:
        doc, caret, replay = _row(line, number, root)
    except UsageError as error:
        return {**_shown(document(root, None, b""), Declined(str(error))), "ms": 0.0}
    return await _answer(doc, caret, workspace, replay)


def _row(line: str, number: int, root: Path) -> tuple[Document, int, str | None]:
    """The document, the caret and the recorded answer of a row. Raises UsageError."""
    try:
        row = json.loads(line)
        missing = {"path", "text", "line", "character"} - row.keys()
        if missing:
            lacks = say("Line {line} of the batch lacks {keys}.", line=number, keys=", ".join(sorted(missing)))
            raise UsageError(lacks)
        at = int(row["line"]), int(row["character"])
        path = (root / str(row["path"])).resolve()
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise UsageError(say("Line {line} of the batch is not a request.", line=number)) from None
    named = str(row.get("language"))
    language = (named if named in LANGUAGES else by_lsp_id(named)) or language_of(path)
    doc = document(path, language, files.encode(str(row["text"])))
    replay = row.get("replay")
    return doc, _utf16_offset(doc, *at), None if replay is None else files.encode(str(replay)).decode()


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


def _utf16_offset(doc: Document, line: int, character: int) -> int:
    """Byte offset of a 0-based LSP position in UTF-16 units; past the end of the line means its end."""
    start, row = session.row_at(doc, line + 1)
    units = row.encode("utf-16-le")[: max(0, character) * 2]
    # A position inside a surrogate pair means the start of its character.
    return start + len(units.decode("utf-16-le", "ignore").encode())


def _utf16_position(doc: Document, offset: int) -> dict[str, int]:
    *whole, row = rows(doc.text[:offset])
    return {"line": len(whole), "character": len(row.decode().encode("utf-16-le")) // 2}
