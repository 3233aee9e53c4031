"""`bank-copilot fix`: every correction of a file that its checks prove, as one unified diff; with `--test` the one change
with which failing tests pass.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import os
from pathlib import Path

from copilot import pipeline
from copilot.commands import session
from copilot.commands.changes import Changes, present, present_one
from copilot.errors import UsageError
from copilot.messages import say
from copilot.progress import listening
from copilot.types import Declined, Document, FixOptions, Request, Span, Task
from copilot.verify import labels
from copilot.workspace import Workspace


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--write", action="store_true", help=say("write the change instead of only showing it"))
    parser.add_argument(
        "--test",
        nargs="?",
        const="",
        metavar="CMD",
        help=say("repair what makes these tests fail (without CMD: the tests and examples that are found)"),
    )
    parser.add_argument(
        "--accept",
        choices=labels.LABELS[:2],
        help=say("with --test and --write: write from this label on (default: proven)"),
    )
    parser.add_argument("--budget", type=float, metavar="S", help=say("with --test: processor seconds for the search"))
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when something was corrected, 1 when not. Raises UsageError for options without `--test` and a budget that is none."""
    if options.test is None and (options.accept or options.budget is not None):
        raise UsageError(say("--accept and --budget belong to --test."))
    if options.budget is not None and not (math.isfinite(options.budget) and options.budget > 0):
        raise UsageError(say("--budget wants a number of seconds above 0."))
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    doc = session.read(options.file)
    async with session.workspace(options, doc.path) as workspace:
        await workspace.index_built()
        if options.test is not None:
            return await _by_tests(options, doc, workspace)
        after, suggestions, declines = await pipeline.repair(doc, workspace)
        changes = Changes(doc)
        changes.replace(after)
        return present(changes, suggestions, declines, options, workspace)


async def _by_tests(options: argparse.Namespace, doc: Document, workspace: Workspace) -> int:
    """The change with which the tests pass; written only with a label that is good enough."""
    here, root = Path(os.path.realpath(Path.cwd())), workspace.project.root
    folder = here.relative_to(root).as_posix() if options.test and here.is_relative_to(root) else ""
    chosen = FixOptions(by_tests=True, test=options.test, folder=folder, budget_s=options.budget or 0.0)
    request = Request(Task.FIX, doc, Span(0, len(doc)), chosen)
    with listening(session.progress):
        answer = await pipeline.suggest(request, workspace)
    if options.write and not isinstance(answer, Declined):
        wanted, mine = options.accept or labels.PROVEN, labels.label(answer.checks)
        if not labels.at_least(mine, wanted):
            session.warn(say("not written: its label is {mine}, and {wanted} is asked for", mine=mine, wanted=wanted))
            options.write = False
    return present_one(answer, doc, options, workspace)
