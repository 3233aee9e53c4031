"""Recorded raw model answers in the place of a model: they go through the task's `read` and its checks like new ones.

For tests, for `complete --batch` rows that carry an answer, and for reproducing what a developer saw. Absent on
purpose: recording, and any judgement (the checks have it).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from copilot import tasks
from copilot.messages import say
from copilot.types import Candidate, Context, Declined, Request, Task


class ReplayEngine:
    """Answers each task's requests with its recorded texts, one a request, in order; a single text answers always."""

    name = "replay"

    def __init__(self, answers: str | Mapping[Task, Sequence[str]] | None = None) -> None:
        self._single = answers if isinstance(answers, str) else None
        self._left = {task: list(texts) for task, texts in answers.items()} if isinstance(answers, Mapping) else {}

    def rounds(self, task: Task) -> int:  # noqa: ARG002 - the protocol's
        """As often as the task wants: further texts may be recorded."""
        return 3

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:  # noqa: ARG002 - the protocol's
        """The recorded answer as the task reads it; silence when there is none or nothing is left of it."""
        text = self._single
        if text is None and self._left.get(request.task):
            text = self._left[request.task].pop(0)
        if text is None:
            yield Declined(say("no answer is recorded"))
            return
        candidate = tasks.module(request.task).read(text, request)
        if candidate is None:
            yield Declined(say("the answer holds nothing for this place"))
        else:
            yield replace(candidate, origin=self.name)
