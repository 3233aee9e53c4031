"""`bank-copilot generate`: code from a description, or lines edited as it says, as a unified diff."""

from __future__ import annotations

import argparse
import asyncio

from copilot import pipeline
from copilot.commands import session
from copilot.commands.changes import present_one
from copilot.messages import say
from copilot.types import GenerateOptions, Request, Task


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("place", metavar="FILE:LINE[-LINE]", help=say("where, lines from 1"))
    parser.add_argument("--instruction", required=True, metavar="TEXT", help=say("what to generate"))
    parser.add_argument("--write", action="store_true", help=say("write the change instead of only showing it"))
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when something was offered, 1 when not."""
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    path, first, last = session.line_range(options.place)
    doc = session.read(path)
    span = session.line_span(doc, first, last or first)
    # FILE:7 is a place (a stub, a class, a blank line); FILE:7-7 names the line itself.
    kind = "edit" if first == last and doc.text[span.start : span.end].strip() else "auto"
    async with session.workspace(options, doc.path) as workspace:
        await workspace.index_built()
        request = Request(Task.GENERATE, doc, span, GenerateOptions(kind), instruction=options.instruction)
        answer = await pipeline.suggest(request, workspace)
        return present_one(answer, doc, options, workspace)
