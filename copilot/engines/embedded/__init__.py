"""The engine that needs no model: each task's proposals are derived from the tree, the index and recorded runs.

Nothing leaves the machine, so it sees raw text. One module a task; each has
`propose(request, context, resources) -> AsyncIterator[Candidate | Declined]`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib import import_module

from copilot.engines.base import Resources
from copilot.types import Candidate, Context, Declined, Request, Task


class EmbeddedEngine:
    """Dispatches a request to the module of its task, imported on first use."""

    name = "embedded"

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def rounds(self, task: Task) -> int:  # noqa: ARG002 - the protocol's
        """One: a derivation would come out the same again."""
        return 1

    def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:
        """Candidates of `copilot/engines/embedded/<task>.py`."""
        proposals: AsyncIterator[Candidate | Declined] = import_module(f"{__name__}.{request.task.value}").propose(
            request, context, self._resources
        )
        return proposals
