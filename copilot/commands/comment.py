"""`bank-copilot comment`: docstrings and Javadoc for a symbol or a whole file, as one unified diff."""

from __future__ import annotations

import argparse
from pathlib import Path

from copilot import pipeline
from copilot.commands import session
from copilot.commands.changes import Changes, present
from copilot.messages import say
from copilot.tasks import comment
from copilot.types import CommentOptions, Declined, Request, Span, Suggestion, Task


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("place", metavar="FILE[:SYMBOL]", help=say("a file, or one class or function of it"))
    parser.add_argument("--style", choices=("auto", "google", "numpy", "rest", "javadoc"))
    parser.add_argument("--lang", choices=("en", "zh"), help=say("language of the comment"))
    parser.add_argument("--write", action="store_true", help=say("write the change instead of only showing it"))
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when something was documented, 1 when not."""
    return session.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    doc, span = session.symbol(options.place)
    changes, suggestions, declines = Changes(doc), list[Suggestion](), list[Declined]()
    async with session.workspace(options, doc.path) as workspace:
        wanted = workspace.settings.comment
        chosen = CommentOptions(options.style or wanted.style, options.lang or wanted.lang)
        # From the last symbol to the first, so that the spans of those still to do stay right.
        for target in sorted(comment.targets(doc, span), reverse=True):
            answer = await _one(changes, doc.path, target, chosen, workspace)
            if isinstance(answer, Declined):
                declines.append(answer)
            else:
                changes.apply(answer)
                suggestions.append(answer)
        return present(changes, suggestions[::-1], declines[::-1], options, workspace.project.root)


async def _one(
    changes: Changes, path: Path, target: Span, chosen: CommentOptions, workspace: pipeline.Workbench
) -> Suggestion | Declined:
    request = Request(Task.COMMENT, changes.document(path), target, chosen)
    return await pipeline.suggest(request, workspace)
