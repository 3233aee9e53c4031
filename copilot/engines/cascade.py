"""Two engines in turn for what cannot wait: the embedded one at once, and the model where that one was not sure enough.

For completion only. Whoever reads the proposals leaves as soon as one is proven, and then the model is not asked. Before
it is, a pause (`CompleteOptions.pause_s`): who types on has left by then. Where both propose the same, it is surer.
Absent on purpose: the deadline (each engine keeps its own) and any judgement of the answers (the checks have it).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from copilot.engines.base import Engine, closing
from copilot.types import Candidate, CompleteOptions, Context, Declined, Request, Task

_AHEAD_S: Final = 0.03
"""So long before the pause ends the context is looked for: who has waited so far seldom types on, and nobody waits for it."""

Look = Callable[[Request, Sequence[str]], Awaitable[Context]]
"""Gathers what a model is shown, given how the embedded engine would go on."""


class CascadeEngine:
    """Yields the proposals of the first, then those of the second, whose context is looked for only then."""

    def __init__(self, first: Engine, second: Engine, look: Look) -> None:
        self._first, self._second, self._look = first, second, look
        self.name = first.name

    def rounds(self, task: Task) -> int:
        """As often as the one that is worth it most."""
        return max(self._first.rounds(task), self._second.rounds(task))

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:
        """The proposals of both in turn; why the first said nothing comes last."""
        began = time.monotonic()
        silent: list[Declined] = []
        drafts: list[Candidate] = []
        async with closing(self._first, request, context) as stream:
            async for proposal in stream:
                if isinstance(proposal, Declined):
                    silent.append(proposal)
                    continue
                drafts.append(proposal)
                yield proposal
        until = began + (request.options.pause_s if isinstance(request.options, CompleteOptions) else 0.0)
        await asyncio.sleep(max(until - _AHEAD_S - time.monotonic(), 0))
        context = await self._look(request, [draft.edits[0].new for draft in drafts if draft.edits])
        await asyncio.sleep(max(until - time.monotonic(), 0))
        async with closing(self._second, request, context) as stream:
            async for proposal in stream:
                yield _surer(proposal, drafts) if isinstance(proposal, Candidate) else proposal
        for declined in silent:
            yield declined


def _surer(candidate: Candidate, drafts: Sequence[Candidate]) -> Candidate:
    """The candidate with the confidence of two that agree, if one of `drafts` says the same (as if they erred apart)."""
    doubts = [1 - draft.confidence for draft in drafts if draft.edits == candidate.edits]
    if not doubts:
        return candidate
    return replace(candidate, confidence=1 - (1 - candidate.confidence) * min(doubts), agreed=True)
