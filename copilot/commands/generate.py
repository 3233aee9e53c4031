"""`bank-copilot generate`: code from a description, or lines edited as it says, as a unified diff."""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path

from copilot import pipeline
from copilot.commands import session
from copilot.commands.changes import present_one
from copilot.errors import UsageError
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
    found = re.fullmatch(r"(.+?):(\d+)(?:-(\d+))?", options.place)
    if found is None:
        raise UsageError(say("{text}: write it as FILE:LINE or FILE:LINE-LINE, from 1.", text=options.place))
    doc = session.read(Path(found[1]))
    span = session.line_span(doc, int(found[2]), int(found[3] or found[2]))
    # FILE:7 is a place (a stub, a class, a blank line); FILE:7-7 names the line itself.
    kind = "edit" if found[3] and found[3] == found[2] and doc.text[span.start : span.end].strip() else "auto"
    async with session.workspace(options, doc.path) as workspace:
        await workspace.index_built()
        request = Request(Task.GENERATE, doc, span, GenerateOptions(kind), instruction=options.instruction)
        answer = await pipeline.suggest(request, workspace)
        return present_one(answer, doc, options, workspace.project.root)
