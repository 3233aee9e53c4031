"""`bank-copilot comment`: docstrings and Javadoc for a symbol or a whole file, as one unified diff."""

from __future__ import annotations

import argparse
import asyncio

from copilot import edits, pipeline
from copilot.commands import session
from copilot.commands.changes import Changes, present
from copilot.messages import say
from copilot.progress import listening, report
from copilot.tasks import comment
from copilot.types import CommentOptions, Declined, Request, Suggestion, Task


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("place", metavar="FILE[:SYMBOL]", help=say("a file, or one class or function of it"))
    parser.add_argument("--style", choices=("auto", "google", "numpy", "rest", "javadoc", "jsdoc"), default="auto")
    parser.add_argument("--lang", choices=("auto", "en", "zh"), default="auto", help=say("language of the comment"))
    parser.add_argument("--write", action="store_true", help=say("write the change instead of only showing it"))
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when something was documented, 1 when not."""
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    doc, span = session.symbol(options.place)
    suggestions, declines = list[Suggestion](), list[Declined]()
    async with session.workspace(options, doc.path) as workspace:
        wanted = workspace.settings.comment
        chosen = CommentOptions(options.style or wanted.style, options.lang or wanted.lang)
        targets = comment.targets(doc, span)
        with listening(session.progress):
            for done, target in enumerate(targets):
                report(doc.path.name, done / len(targets))
                answer = await pipeline.suggest(Request(Task.COMMENT, doc, target, chosen), workspace)
                if isinstance(answer, Declined):
                    declines.append(answer)
                else:
                    suggestions.append(answer)
        changes = Changes(doc)
        # All spans refer to the text as it was read, so the edits are applied together.
        changes.replace(edits.apply(doc, [edit for suggestion in suggestions for edit in suggestion.edits]))
        return present(changes, suggestions, declines, options, workspace)
