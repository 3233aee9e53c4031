"""`bank-copilot index`: build the repository index now and say what it holds."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from copilot.commands import session
from copilot.messages import say
from copilot.progress import listening


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR")
    session.add_common(parser, engine=False)


def run(options: argparse.Namespace) -> int:
    """0 when the index is complete."""
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    async with session.workspace(options, session.folder(options.folder)) as workspace:
        with listening(session.progress):
            status = await workspace.index_built()
    if options.json:
        session.print_json(
            {"root": str(workspace.project.root), "files": status.files, "state": status.state, "detail": status.why}
        )
    else:
        sys.stdout.write(
            say("files indexed in {root}: {count}", count=status.files, root=workspace.project.root) + "\n"
        )
    return 0
