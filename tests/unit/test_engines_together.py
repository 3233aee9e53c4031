"""Two engines at once: the first one's answer before the second's, no time lost, nothing left running."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from copilot.engines.base import closing
from copilot.engines.together import TogetherEngine
from copilot.types import Candidate, CompleteOptions, Context, Declined, Request, Span, Task, document

REQUEST = Request(Task.COMPLETE, document(Path("/r/a.py"), "python", ""), Span(0, 0), CompleteOptions())


class Told:
    """Says its answers after a while; counts what was begun and ended."""

    def __init__(self, name: str, *answers: object, after_s: float = 0.0) -> None:
        self.name, self._answers, self._after = name, answers, after_s
        self.begun = self.ended = 0

    def rounds(self, task: Task) -> int:  # noqa: ARG002 -- the protocol's
        return 1 if self.name == "first" else 2

    async def propose(self, request, context):  # noqa: ARG002 -- the protocol's
        self.begun += 1
        try:
            await asyncio.sleep(self._after)
            for answer in self._answers:
                if isinstance(answer, Exception):
                    raise answer
                yield answer
        finally:
            self.ended += 1


def candidate(title: str) -> Candidate:
    return Candidate((), "told", 1.0, title)


async def all_of(engine) -> list:
    return [one async for one in engine.propose(REQUEST, Context("", ""))]


async def test_both_work_at_once_and_the_first_comes_first():
    slow, quick = Told("first", candidate("a"), after_s=0.3), Told("second", candidate("b"), after_s=0.3)
    engine = TogetherEngine(slow, quick)
    began = time.monotonic()
    assert [one.title for one in await all_of(engine)] == ["a", "b"]
    assert time.monotonic() - began < 0.55
    assert (engine.name, engine.rounds(Task.COMPLETE)) == ("first", 2)


async def test_a_decline_of_the_first_leaves_the_seconds_answer():
    found = await all_of(TogetherEngine(Told("first", Declined("away")), Told("second", candidate("b"))))
    assert found == [Declined("away"), candidate("b")]


async def test_leaving_after_the_first_answer_ends_the_second():
    second = Told("second", candidate("b"), after_s=60)
    engine = TogetherEngine(Told("first", candidate("a"), after_s=0.01), second)
    async with closing(engine, REQUEST, Context("", "")) as stream:
        async for _ in stream:
            break
    assert (second.begun, second.ended) == (1, 1)


async def test_cancelling_ends_both():
    both = Told("first", after_s=60), Told("second", after_s=60)
    asking = asyncio.create_task(all_of(TogetherEngine(*both)))
    await asyncio.sleep(0.05)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert [(one.begun, one.ended) for one in both] == [(1, 1), (1, 1)]


async def test_a_bug_in_the_second_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        await all_of(TogetherEngine(Told("first"), Told("second", ZeroDivisionError())))
