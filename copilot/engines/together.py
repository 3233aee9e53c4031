"""Two engines at once for what cannot wait: the model's answer if it comes in time, else the embedded one, ready by then.

For completion only. Asked one after the other, the embedded engine would begin when the developer has typed on. Absent
on purpose: the deadline (each engine keeps its own) and any judgement of the answers (the checks have it).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from copilot.engines.base import Engine, closing
from copilot.types import Candidate, Context, Declined, Request, Task

Begun = asyncio.Task[list[Candidate | Declined]]


class TogetherEngine:
    """Starts both; yields the first one's proposals, then those of the second, which worked meanwhile."""

    def __init__(self, first: Engine, second: Engine, begun: Begun | None = None) -> None:
        """`begun`: the second one's work, where it was started before."""
        self._first, self._second, self._begun = first, second, begun
        self.name = first.name

    def rounds(self, task: Task) -> int:
        """As often as the one that is worth it most."""
        return max(self._first.rounds(task), self._second.rounds(task))

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:
        """The proposals of both; leaving early ends both."""
        meanwhile = self._begun or begin(self._second, request, context)
        try:
            async with closing(self._first, request, context) as stream:
                async for proposal in stream:
                    yield proposal
            for proposal in await meanwhile:
                yield proposal
        finally:
            if not meanwhile.done():
                meanwhile.cancel()
            # Also fetches what it raised, so that nothing is reported as never looked at.
            await asyncio.gather(meanwhile, return_exceptions=True)


def begin(engine: Engine, request: Request, context: Context) -> Begun:
    """Start an engine; cancelling the task closes its iterator."""
    return asyncio.get_running_loop().create_task(_all(engine, request, context))


async def _all(engine: Engine, request: Request, context: Context) -> list[Candidate | Declined]:
    async with closing(engine, request, context) as stream:
        return [proposal async for proposal in stream]
