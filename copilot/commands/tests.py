"""`bank-copilot tests`: unit tests for a file or symbol, or for the commit being made, each proven by running it.

A hook starts it on every commit: what a run without work does not need is imported later.
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from copilot.commands import session
from copilot.errors import UsageError
from copilot.messages import say


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("place", nargs="?", metavar="FILE[:SYMBOL]", help=say("a file, or one class or function of it"))
    parser.add_argument(
        "--staged",
        action="store_true",
        help=say("what the commit being made changes; writes test files, stages nothing"),
    )
    parser.add_argument("--strict", action="store_true", help=say("with --staged: fail when the model does not answer"))
    parser.add_argument("--out", type=Path, metavar="DIR", help=say("write the test file into this folder"))
    parser.add_argument("--budget", type=float, metavar="S", help=say("seconds the work may take"))
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when tests were offered, 1 when not; with --staged 1 when there is something to look at. Raises UsageError."""
    if bool(options.place) == options.staged:
        raise UsageError(say("Name a file, or say --staged: one of the two."))
    if options.staged:
        from copilot.commands import staged

        return asyncio.run(staged.run(options))
    if options.strict:
        raise UsageError(say("--strict belongs to --staged."))
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    from copilot import pipeline
    from copilot.commands.changes import present_one
    from copilot.progress import listening
    from copilot.types import Request, Task, TestsOptions

    doc, span = session.symbol(options.place)
    options.write = options.out is not None
    async with session.workspace(options, doc.path) as workspace:
        await workspace.index_built()
        out = options.out.resolve() if options.out else None
        chosen = TestsOptions(out=out, budget_s=options.budget)
        with listening(session.progress):
            answer = await pipeline.suggest(Request(Task.TESTS, doc, span, chosen), workspace)
        return present_one(answer, doc, options, workspace)
