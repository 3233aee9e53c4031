"""Explanation without a model: there is none. What the code says can be derived; what it means cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator

from copilot.engines.base import Resources
from copilot.messages import say
from copilot.types import Candidate, Context, Declined, Request


async def propose(
    request: Request,  # noqa: ARG001 - the protocol's parameter
    context: Context,  # noqa: ARG001 - the protocol's parameter
    resources: Resources,  # noqa: ARG001 - the protocol's parameter
) -> AsyncIterator[Candidate | Declined]:
    """One decline: it needs a model."""
    yield Declined(say("needs a model"))
