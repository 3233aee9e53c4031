"""`bank-copilot explain`: what lines of code do, in words, as Markdown."""

from __future__ import annotations

import argparse
import asyncio
import sys

from copilot import pipeline
from copilot.commands import session
from copilot.messages import say, visible
from copilot.types import Declined, Document, ExplainOptions, Request, Span, Suggestion, Task
from copilot.verify import evidence


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("place", metavar="FILE:LINE[-LINE]", help=say("where, lines from 1"))
    parser.add_argument("--question", default="", metavar="TEXT", help=say("what to know about it"))
    parser.add_argument("--lang", choices=("auto", "en", "zh"), default="auto", help=say("language of the explanation"))
    session.add_common(parser)


def run(options: argparse.Namespace) -> int:
    """0 when something was explained, 1 when not."""
    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    path, first, last = session.line_range(options.place)
    doc = session.read(path)
    span = _span(doc, first, last)
    async with session.workspace(options, doc.path) as workspace:
        await workspace.index_built()
        asked = Request(Task.EXPLAIN, doc, span, ExplainOptions(options.lang), instruction=options.question)
        return _present(await pipeline.suggest(asked, workspace), options)


def _span(doc: Document, first: int, last: int | None) -> Span:
    """The lines; one that opens a function or class stands for all of it."""
    from copilot.syntax.outline import outline

    span = session.line_span(doc, first, last or first)
    if last is not None:
        return span
    names = [s for s in outline(doc).symbols if span.contains(s.name_span)]
    return names[0].span if names else span


def _present(answer: Suggestion | Declined, options: argparse.Namespace) -> int:
    if options.json:
        told = session.declined(answer) if isinstance(answer, Declined) else session.suggestion(answer)
        prose = "" if isinstance(answer, Declined) else answer.prose
        session.print_json({**told, "explanation": prose} if prose else told)
    elif isinstance(answer, Declined):
        session.warn(evidence.why(answer))
    else:
        sys.stdout.write("\n".join(map(visible, answer.prose.split("\n"))) + "\n")
        session.warn(f"{answer.title} [{answer.origin}] {evidence.proof(answer.checks)}")
    return 1 if isinstance(answer, Declined) else 0
