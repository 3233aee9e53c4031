"""`bank-copilot context`: what of other files a model would be shown at a place, in the order of its worth, and why."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from typing import Any, Final

from copilot.commands import batch, session
from copilot.errors import UsageError
from copilot.messages import say, visible
from copilot.syntax.lines import rows
from copilot.tasks import complete
from copilot.types import DEFAULT_OPTIONS, Context, Document, Request, Snippet, Span, Task
from copilot.workspace import Workspace

_PATIENCE_S: Final = 10.0
"""Nobody types here: every source is asked, however busy the machine is."""


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    batch.add(parser)
    tasks = [task.value for task in Task]
    parser.add_argument("--task", choices=tasks, default="complete", help=say("for which task (default: complete)"))
    session.add_common(parser, engine=False)


def run(options: argparse.Namespace) -> int:
    """0 when something would be shown (a batch: always, when it was read), 1 when nothing would be."""
    return asyncio.run(_batch(options) if options.batch else _one(options))


async def _one(options: argparse.Namespace) -> int:
    path, line, column = session.caret(options.place)
    doc = session.read(path)
    async with session.workspace(options, doc.path) as workspace:
        await workspace.index_built()
        found = await _shown(doc, session.offset(doc, line, column), workspace, Task(options.task))
        if options.json:
            session.print_json(found)
        else:
            _print(found)
    return 0 if found["snippets"] else 1


async def _batch(options: argparse.Namespace) -> int:
    root = (options.root or Path.cwd()).resolve()
    async with session.workspace(options, root) as workspace:
        await workspace.index_built()
        with batch.opened(options.batch) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    session.print_json(await _row(line, number, root, workspace, Task(options.task)))
                    sys.stdout.flush()
    return 0


async def _row(line: str, number: int, root: Path, workspace: Workspace, task: Task) -> dict[str, Any]:
    try:
        row = batch.row(line, number, root)
    except UsageError as error:
        return {"snippets": [], "declined": str(error), "ms": 0.0}
    return await _shown(row.document, row.caret, workspace, task)


async def _shown(doc: Document, caret: int, workspace: Workspace, task: Task) -> dict[str, Any]:
    request = Request(task, doc, Span(caret, caret), DEFAULT_OPTIONS[task])
    started = time.perf_counter()
    context = await workspace.gather(request, anyway=True, patience_s=_PATIENCE_S)
    ms = round((time.perf_counter() - started) * 1000, 3)
    root = workspace.project.root
    sent = set(_sent(context, task))
    return {
        "task": task.value,
        "text_bytes": {"before": len(context.before.encode()), "after": len(context.after.encode())},
        "truncated": context.truncated,
        "snippets": [{**_plain(snippet, root), "sent": snippet in sent} for snippet in context.snippets],
        "ms": ms,
    }


def _sent(context: Context, task: Task) -> tuple[Snippet, ...]:
    """The snippets that the task's budget takes."""
    return complete.nearest(context.snippets) if task is Task.COMPLETE else context.snippets


def _plain(snippet: Snippet, root: Path) -> dict[str, Any]:
    path = snippet.path.relative_to(root) if snippet.path.is_relative_to(root) else snippet.path
    first, last = _lines(snippet)
    return {
        "path": path.as_posix(),
        "lines": [first, last],
        "span": [snippet.span.start, snippet.span.end],
        "why": snippet.why,
        "tokens": snippet.tokens,
        "settled": snippet.settled is not None,
        "text": snippet.text,
    }


def _lines(snippet: Snippet) -> tuple[int | None, int | None]:
    """First and last line in the file, from 1; None for a class file."""
    try:
        data = snippet.path.read_bytes()
    except OSError:
        return None, None
    return len(rows(data[: snippet.span.start])), len(rows(data[: snippet.span.end]))


def _print(found: dict[str, Any]) -> None:
    for snippet in found["snippets"]:
        first, last = snippet["lines"]
        where = snippet["path"] if first is None else f"{snippet['path']}:{first}-{last}"
        tokens = say("tokens: {count}", count=snippet["tokens"])
        sys.stdout.write(visible(f"== {where}  {snippet['why']}  ({tokens})") + "\n")
        sys.stdout.write("".join(f"    {visible(line)}\n" for line in snippet["text"].rstrip("\n").split("\n")))
    if not found["snippets"]:
        session.warn(say("nothing of other files would be shown"))
