"""Two engines at once: the first one's answer before the second's, no time lost, nothing left running."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from copilot.engines.base import closing
from copilot.engines.together import TogetherEngine, begin
from copilot.types import Candidate, CompleteOptions, Context, Declined, Request, Span, Task, document

REQUEST = Request(Task.COMPLETE, document(Path("/r/a.py"), "python", ""), Span(0, 0), CompleteOptions())


class Told:
    """Says its answers once `go` is set; counts what was begun and ended."""

    def __init__(self, name: str, *answers: object, waits: bool = False) -> None:
        self.name, self._answers = name, answers
        self.begun = self.ended = 0
        self.began, self.go = asyncio.Event(), asyncio.Event()
        if not waits:
            self.go.set()

    def rounds(self, task: Task) -> int:  # noqa: ARG002 -- the protocol's
        return 1 if self.name == "first" else 2

    async def propose(self, request, context):  # noqa: ARG002 -- the protocol's
        self.begun += 1
        self.began.set()
        try:
            await self.go.wait()
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
    first, second = Told("first", candidate("a"), waits=True), Told("second", candidate("b"))
    engine = TogetherEngine(first, second)
    asking = asyncio.create_task(all_of(engine))
    async with asyncio.timeout(10):
        await first.began.wait()
        await second.began.wait()  # while the first has said nothing
    first.go.set()
    assert [one.title for one in await asking] == ["a", "b"]
    assert (engine.name, engine.rounds(Task.COMPLETE)) == ("first", 2)


async def test_a_decline_of_the_first_leaves_the_seconds_answer():
    found = await all_of(TogetherEngine(Told("first", Declined("away")), Told("second", candidate("b"))))
    assert found == [Declined("away"), candidate("b")]


async def test_leaving_after_the_first_answer_ends_the_second():
    first, second = Told("first", candidate("a"), waits=True), Told("second", candidate("b"), waits=True)
    async with closing(TogetherEngine(first, second), REQUEST, Context("", "")) as stream:
        leaving = asyncio.create_task(anext(stream))
        async with asyncio.timeout(10):
            await second.began.wait()
        first.go.set()
        await leaving
    assert (second.begun, second.ended) == (1, 1)


async def test_cancelling_ends_both():
    both = Told("first", waits=True), Told("second", waits=True)
    asking = asyncio.create_task(all_of(TogetherEngine(*both)))
    async with asyncio.timeout(10):
        for one in both:
            await one.began.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert [(one.begun, one.ended) for one in both] == [(1, 1), (1, 1)]


async def test_a_bug_in_the_second_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        await all_of(TogetherEngine(Told("first"), Told("second", ZeroDivisionError())))


async def test_what_was_begun_before_is_not_begun_again():
    first, second = Told("first", candidate("a")), Told("second", candidate("b"))
    begun = begin(second, REQUEST, Context("", ""))
    await begun
    found = await all_of(TogetherEngine(first, second, begun))
    assert [one.title for one in found] == ["a", "b"]
    assert (second.begun, second.ended) == (1, 1)


async def test_leaving_ends_what_was_begun_before():
    first, second = Told("first", candidate("a")), Told("second", candidate("b"), waits=True)
    begun = begin(second, REQUEST, Context("", ""))
    async with asyncio.timeout(10):
        await second.began.wait()
    async with closing(TogetherEngine(first, second, begun), REQUEST, Context("", "")) as stream:
        await anext(stream)
    assert (begun.cancelled(), second.ended) == (True, 1)
