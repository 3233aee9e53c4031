"""One module a capability: what may be offered where, what a model is asked, how a raw answer is read, and which checks
prove a candidate.

A task module satisfies `TaskModule`. It never proposes (engines do) and never talks to a face.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from importlib import import_module
from typing import Final, Protocol, cast

from copilot.config import Settings
from copilot.types import Candidate, Check, Context, Declined, Project, Prompt, Request, Task
from prompts.templates import Library


class TaskModule(Protocol):
    """What `copilot/tasks/<task>.py` defines at module level."""

    def build(self, request: Request, context: Context, settings: Settings, library: Library) -> Prompt | Declined:
        """What a model is asked; deterministic. On a later round `request.attempts` says what failed and why.

        Raises TemplateError for a template that cannot be used (`prompts.templates`).
        """

    def read(self, text: str, request: Request) -> Candidate | None:
        """A raw answer as a candidate, read tolerantly (fences, prose, thoughts); None when it holds nothing for here.

        Its `origin` is empty: the engine that got the answer says who gave it.

        Pure: the same text and request give the same candidate, whoever recorded the text.
        """

    def rounds(self, settings: Settings) -> int:
        """How often an engine is asked; from the second round on it sees `request.attempts`."""

    def checks(
        self, candidate: Candidate, request: Request, project: Project, settings: Settings
    ) -> AsyncIterator[Check]:
        """The proof of a candidate, cheap checks first. The pipeline stops at the first that fails."""

    def satisfied(self, request: Request, candidate: Candidate, settings: Settings) -> bool:
        """True when this proven candidate is good enough to stop looking for a better one."""


_NAMING: Final = frozenset({Task.COMPLETE, Task.GENERATE, Task.FIX})
_BY_OUTLINE: Final = frozenset({Task.FIX, Task.COMMENT, Task.TESTS})
_OWN_THREAD: Final = 64 * 1024


def module(task: Task) -> TaskModule:
    """The module of a task (imported on first use, so that a face pays only for what it asks)."""
    return cast("TaskModule", import_module(f"copilot.tasks.{task.value}"))


async def prepared(request: Request, settings: Settings, project: Project) -> Request:
    """The request with what its task takes from settings and project written into it: `build` and `read` know neither
    more than the request. Idempotent.
    """
    if request.task in _BY_OUTLINE and len(request.document) > _OWN_THREAD:
        from copilot.syntax.outline import outline  # the grammars are not loaded at start

        await asyncio.to_thread(outline, request.document)  # kept; of a huge file it would stop the loop for seconds
    prepare = cast("Callable[..., Awaitable[Request]] | None", getattr(module(request.task), "prepared", None))
    return request if prepare is None else await prepare(request, settings, project)


def brings_names(task: Task) -> bool:
    """Whether the code of a task may name what is not there."""
    return task in _NAMING


def further(request: Request, candidate: Candidate, checks: Sequence[Check]) -> Request | None:
    """The question that asks an engine to extend what is proven; None where a task does not extend, or nothing is open."""
    extend = cast("Callable[..., Request | None] | None", getattr(module(request.task), "further", None))
    return None if extend is None else extend(request, candidate, checks)


def patience_s(request: Request, settings: Settings) -> float | None:
    """Wall seconds from the question on after which what is proven is answered as it is; None: no such limit."""
    found = cast("Callable[..., float] | None", getattr(module(request.task), "patience_s", None))
    return None if found is None else found(request, settings)


async def laid_out(request: Request, candidate: Candidate, project: Project) -> Candidate:
    """The candidate in the project's layout, where its task writes whole files."""
    lay_out = cast("Callable[..., Awaitable[Candidate]] | None", getattr(module(request.task), "laid_out", None))
    return candidate if lay_out is None else await lay_out(candidate, project)


def mended(request: Request, candidate: Candidate, checks: Sequence[Check]) -> Candidate | None:
    """A candidate without the parts that the last check refused, where a task can take them out; to be proven anew."""
    mend = cast("Callable[..., Candidate | None] | None", getattr(module(request.task), "mended", None))
    return None if mend is None else mend(request, candidate, checks[-1])


async def finished(request: Request, candidate: Candidate, project: Project, settings: Settings) -> Candidate:
    """A proven candidate with what its task writes beside what was proven: words about it, nothing that does anything."""
    finish = cast("Callable[..., Awaitable[Candidate]] | None", getattr(module(request.task), "finished", None))
    return candidate if finish is None else await finish(request, candidate, project, settings)
