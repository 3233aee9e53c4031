"""The seam where answers come from: one protocol with one method, and what an engine may use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol, cast

from copilot.config import Settings
from copilot.context.index import Index
from copilot.types import Candidate, Context, Declined, Project, Request, Task


class Engine(Protocol):
    """Proposes candidates, best first, and proves nothing.

    `propose` may yield one `Declined` to say why it has nothing (more). Closing the iterator cancels the work.
    Broken code in the document is a normal input: an engine never raises because of it.
    """

    name: str

    def rounds(self, task: Task) -> int:
        """How often it is worth asking again once all candidates of a round failed (1: its answer would not change)."""

    def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:
        """Candidates for the request."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What the embedded engine works with: the project, its settings, the index (maybe still empty), threads."""

    project: Project
    settings: Settings
    index: Index
    executor: Executor


def closing(engine: Engine, request: Request, context: Context) -> aclosing[AsyncIterator[Candidate | Declined]]:  # type: ignore[type-var]
    """The engine's proposals, its iterator closed at the end of the block, however it is left."""
    return cast("aclosing[AsyncIterator[Candidate | Declined]]", aclosing(engine.propose(request, context)))  # type: ignore[type-var]
