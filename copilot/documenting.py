"""Documentation of many definitions at once: each is asked of the pipeline, and what a file gets is proven together.

Absent on purpose: which files (`copilot/commands/comment.py`), showing and writing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from copilot import edits, pipeline
from copilot.errors import UsageError
from copilot.progress import report
from copilot.tasks import comment, comment_stale
from copilot.types import CommentOptions, Declined, Document, Request, Span, Suggestion, Task
from copilot.verify import evidence
from copilot.verify.docsubject import Stale
from copilot.verify.doctarget import symbol_at

AT_ONCE: Final = 4
"""So many definitions of a file are asked of a model at the same time."""

Only = Literal["all", "missing", "stale"]


@dataclass(frozen=True, slots=True)
class Left:
    """A definition that stays as it was: its name, why, and the gate that refused it (empty: nothing was proposed)."""

    name: str
    reason: str
    gate: str = ""


@dataclass(frozen=True, slots=True)
class Documented:
    """One file before and after. `made` were applied; `asks` are contradictions whose correction a person should see."""

    before: Document
    after: Document
    made: tuple[Suggestion, ...] = ()
    left: tuple[Left, ...] = ()
    declined: tuple[Declined, ...] = ()
    asks: tuple[str, ...] = ()
    plain: bool = True
    """All edits of `made` refer to `before`: nothing stale was put right first."""

    @property
    def changed(self) -> bool:
        """Whether there is anything to write."""
        return self.before.text != self.after.text


async def documented(
    document: Document, span: Span, workspace: pipeline.Workbench, options: CommentOptions, only: Only = "all"
) -> Documented:
    """All definitions in `span`: first what is stale is put right where no person need look, then what is missing is
    written. A file whose edits do not stand together stays as it was.
    """
    made: list[Suggestion] = []
    left: list[Left] = []
    declined: list[Declined] = []
    asks: list[str] = []
    after = document
    if only != "missing" and options.kind == "docstring":
        after = await _corrected(document, span, workspace, options, only, made, left, asks)
    corrected = after
    if only != "stale":
        moved = edits.moved(document, [edit for one in made for edit in one.edits], span)
        targets = await asyncio.to_thread(comment.targets, after, moved, options.kind, bare=only == "missing")
        answers = await _asked(after, targets, workspace, options)
        good = []
        for target, answer in zip(targets, answers, strict=True):
            if isinstance(answer, Declined):
                declined.append(answer)
                left.append(_left(after, target, answer))
            else:
                good.append(answer)
        try:
            after = edits.apply(after, [edit for answer in good for edit in answer.edits])
            made += good
        except UsageError as error:
            left.append(Left(document.path.name, str(error), "applies"))
    for check in await asyncio.to_thread(lambda: list(comment.together(document, corrected, after))) if made else ():
        if not check.passed:
            why = evidence.refused(check)
            refused = Left(document.path.name, evidence.why(why), check.name)
            return Documented(document, document, (), (*left, refused), (*declined, why), tuple(asks))
    return Documented(document, after, tuple(made), tuple(left), tuple(declined), tuple(asks), corrected is document)


async def _corrected(
    document: Document,
    span: Span,
    workspace: pipeline.Workbench,
    options: CommentOptions,
    only: Only,
    made: list[Suggestion],
    left: list[Left],
    asks: list[str],
) -> Document:
    """The document without the contradictions whose correction keeps every sentence and is certain."""
    after = document
    for one in await asyncio.to_thread(comment_stale.contradictions, document, span):
        if one.asks:
            asks.append(_line(document, one))
            continue
        if only == "all" and one.rule.endswith("-missing") and one.symbol.kind != "class":
            continue  # written with the rest of what is missing, by a model where there is one
        question = pipeline.question(document, comment_stale.finding(document, one))
        answer = await pipeline.suggest(replace(question, options=options), workspace)
        if isinstance(answer, Declined):
            left.append(replace(_left(document, one.span, answer), name=one.symbol.qualified))
            asks.append(_line(document, one))
            continue
        try:
            after = edits.apply(document, [edit for each in (*made, answer) for edit in each.edits])
        except UsageError:  # two corrections of one line: the second comes with the next run
            asks.append(_line(document, one))
            continue
        made.append(answer)
    return after


async def _asked(
    document: Document, targets: list[Span], workspace: pipeline.Workbench, options: CommentOptions
) -> list[Suggestion | Declined]:
    """The answers in the order of the targets; a few at a time, so that a model's answers do not queue up in memory."""
    gate = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(target: Span) -> Suggestion | Declined:
        nonlocal done
        async with gate:
            answer = await pipeline.suggest(Request(Task.COMMENT, document, target, options), workspace)
        done += 1
        report(document.path.name, done / len(targets))
        return answer

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(target)) for target in targets]
    return [task.result() for task in tasks]


def _left(document: Document, target: Span, answer: Declined) -> Left:
    symbol = symbol_at(document, target)
    name = symbol.qualified if symbol is not None and target.end else document.path.name
    gate = answer.attempts[0].checks[-1].name if answer.attempts else ""
    return Left(name, evidence.why(answer), gate)


def contradictions(document: Document, span: Span) -> Iterable[str]:
    """What is stale in a part of a document: line and sentence."""
    return (_line(document, one) for one in comment_stale.contradictions(document, span))


def _line(document: Document, one: Stale) -> str:
    line = document.text.count(b"\n", 0, one.span.start) + 1
    return f"{line}: {comment_stale.told(one)}"
