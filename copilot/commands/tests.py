"""`bank-copilot tests`: unit tests for a file or symbol, each proven by running it, as a new file."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from copilot import pipeline
from copilot.commands import session
from copilot.commands.changes import present_one
from copilot.messages import say
from copilot.progress import listening
from copilot.types import Request, Task, TestsOptions


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("place", metavar="FILE[:SYMBOL]", help=say("a file, or one class or function of it"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=say("write the test file into this folder"))
    parser.add_argument("--budget", type=float, metavar="S", help=say("seconds the work may take"))
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when tests were offered, 1 when not."""
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    doc, span = session.symbol(options.place)
    options.write = options.out is not None
    async with session.workspace(options, doc.path) as workspace:
        await workspace.index_built()
        out = options.out.resolve() if options.out else None
        chosen = TestsOptions(out=out, budget_s=options.budget)
        with listening(session.progress):
            answer = await pipeline.suggest(Request(Task.TESTS, doc, span, chosen), workspace)
        return present_one(answer, doc, options, workspace.project.root)
