"""Inline completion while somebody types: at most one question to the engines at a time, and none where it is answered.

What the text follows is offered again (`suggested`). A question that has gone to the model stays alive while what is
typed agrees with what the model has said so far: the next request takes over its answer, and an answer that comes too
late serves the next request. Before the model, and only there, a pause that follows the typing: who types on
spares it. One object a workspace, on one event loop. Absent on purpose: editors, and which engine answers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Protocol

from copilot import pipeline
from copilot.context.gather import between
from copilot.messages import say
from copilot.progress import hearing
from copilot.suggested import Suggested, typed_since
from copilot.tasks import complete
from copilot.types import CompleteOptions, Declined, Request, Suggestion

_GAP_S: Final = 0.2
_GAPS_S: Final = (0.06, 0.4)
"""The pause between two keys of somebody of whom nothing is known yet, and its bounds."""

_REST_S: Final = 2.0
"""A longer pause is no typing."""

_FADE: Final = 0.2
_GRACE_S: Final = 0.25
"""So long a question that nobody waits for stays alive: editors cancel before they ask again."""

_IN_WORD, _BEHIND_WORD = 1.25, 0.4
"""Parts of that pause before the model is asked. Inside a word the next letter is likely: it is waited for."""


class Workspace(pipeline.Workbench, Protocol):
    """What is needed of a workspace beside what the pipeline needs."""

    def patience_s(self, trigger: str) -> float:
        """Seconds until a completion is too late."""


@dataclass(slots=True)
class _Asked:
    """A question on its way. `heard`: what the model has said so far, None before it is asked."""

    request: Request
    key: str
    heard: str | None = None
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    work: asyncio.Task[Suggestion | Declined] = field(init=False)

    def hear(self, text: str) -> None:
        """The model has said so much."""
        self.heard = text
        self.moved.set()

    def leave(self) -> None:
        """End it, unless somebody waits for it again."""
        if not self.waiting:
            self.work.cancel()

    def fits(self, request: Request) -> bool:
        """Whether its answer may be for this place too: what was typed since agrees with what the model has said."""
        if self.heard is None or self.work.done():
            return False
        asked = self.request
        typed = typed_since(asked.document, asked.span.start, request.document, request.span.start)
        if typed is None:
            return False
        said = complete.begun(self.heard, asked)
        return said.startswith(typed) or typed.startswith(said)


class Inline:
    """The completions of one workspace. Other settings (a model, a policy) are another workspace: nothing is taken along."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._suggested = Suggested()
        self._asked: _Asked | None = None
        self._gap_s, self._last = _GAP_S, 0.0

    async def suggest(self, request: Request) -> Suggestion | Declined:
        """The completion at a caret. Cancelling it leaves what the model was asked to the next request."""
        pause_s = self._pause(request)
        deadline = time.monotonic() + self._workspace.patience_s(request.trigger) + pause_s
        key = request.options.profile if isinstance(request.options, CompleteOptions) else ""
        if (known := self._left(request, key)) is not None:
            return known
        asked = self._asked
        if asked is not None and asked.key == key and asked.fits(request):
            with self._waiting(asked):
                if not await _until(asked, request, deadline):
                    return Declined(say("no answer came in time"))
            if (known := self._left(request, key)) is not None:
                return known
        await self._drop()
        asked = self._asked = self._ask(request, key, pause_s)
        with self._waiting(asked):
            done, _ = await asyncio.wait({asked.work}, timeout=deadline - time.monotonic())
        if not done:
            return Declined(say("no answer came in time"))
        if asked.work.cancelled():
            return Declined(say("a later question took its place"))
        return asked.work.result()

    @contextmanager
    def _waiting(self, asked: _Asked) -> Iterator[None]:
        """Count who waits. A question that was left by the last one is ended soon, at once if nothing was asked yet."""
        asked.waiting += 1
        try:
            yield
        except asyncio.CancelledError:
            grace_s = _GRACE_S if asked.heard is not None else 0.0
            asyncio.get_running_loop().call_later(grace_s, asked.leave)
            raise
        finally:
            asked.waiting -= 1

    def forget(self, path: Path) -> None:
        """A file was closed."""
        self._suggested.forget(path)
        if self._asked is not None and self._asked.request.document.path == path:
            self._asked.work.cancel()

    async def close(self) -> None:
        """End what is on its way."""
        await self._drop()

    def _left(self, request: Request, key: str) -> Suggestion | None:
        hit = self._suggested.find(request.document, request.span.start, key)
        return None if hit is None else hit.suggestion

    def _ask(self, request: Request, key: str, pause_s: float) -> _Asked:
        if isinstance(request.options, CompleteOptions):
            request = replace(request, options=replace(request.options, pause_s=pause_s))
        asked = _Asked(request, key)
        with hearing(asked.hear):
            asked.work = asyncio.get_running_loop().create_task(self._answer(request, key))
        asked.work.add_done_callback(_fetched)
        return asked

    async def _answer(self, request: Request, key: str) -> Suggestion | Declined:
        answer = await pipeline.suggest(request, self._workspace)
        if isinstance(answer, Suggestion):
            self._suggested.add(request.document, request.span.start, key, answer)
        return answer

    async def _drop(self) -> None:
        """End the question on its way, and wait for its end."""
        asked, self._asked = self._asked, None
        if asked is not None and not asked.work.done():
            asked.work.cancel()
            await asyncio.wait({asked.work})

    def _pause(self, request: Request) -> float:
        """Seconds of quiet before the model is asked: a part of the time between two keys lately."""
        now = time.monotonic()
        gap, self._last = now - self._last, now
        if request.trigger != "automatic":
            return 0.0
        if self._workspace.settings.completion.pause_ms >= 0:
            return self._workspace.settings.completion.pause_ms / 1000
        if gap < _REST_S:
            low, high = _GAPS_S
            self._gap_s += _FADE * (min(max(gap, low), high) - self._gap_s)
        before = between(request.document, max(request.span.start - 4, 0), request.span.start)
        last = before.decode("utf-8", "ignore")[-1:]
        return self._gap_s * (_IN_WORD if last.isalnum() or last == "_" else _BEHIND_WORD)


async def _until(asked: _Asked, request: Request, deadline: float) -> bool:
    """Wait until a question is answered or its answer is for another text; False: not in time."""
    while asked.fits(request):
        asked.moved.clear()
        moved = asyncio.get_running_loop().create_task(asked.moved.wait())
        try:
            done, _ = await asyncio.wait(
                {asked.work, moved}, timeout=deadline - time.monotonic(), return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            moved.cancel()
        if not done:
            return False
    return True


def _fetched(work: asyncio.Task[Suggestion | Declined]) -> None:
    """Look at what became of a question that nobody waits for, so that it is not reported as forgotten."""
    if not work.cancelled():
        work.exception()
