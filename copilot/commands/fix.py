"""`bank-copilot fix`: every correction of a file that its checks prove, as one unified diff."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from copilot import pipeline
from copilot.commands import session
from copilot.commands.changes import Changes, present
from copilot.messages import say


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--write", action="store_true", help=say("write the change instead of only showing it"))
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when something was corrected, 1 when not."""
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    doc = session.read(options.file)
    async with session.workspace(options, doc.path) as workspace:
        await workspace.index_built()
        after, suggestions, declines = await pipeline.repair(doc, workspace)
        changes = Changes(doc)
        changes.replace(after)
        return present(changes, suggestions, declines, options, workspace)
