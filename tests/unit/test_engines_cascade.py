"""The embedded engine at once, the model where that is not enough: asked late, and left when nobody reads on."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.engines.base import closing
from copilot.engines.cascade import CascadeEngine
from copilot.types import Candidate, CompleteOptions, Context, Declined, Edit, Request, Span, Task, document

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


def candidate(text: str, confidence: float = 0.8) -> Candidate:
    return Candidate((Edit(REQUEST.document.path, Span(0, 0), text),), "told", confidence)


async def look(request: Request, drafts) -> Context:
    return Context("looked for", " ".join(drafts))


def texts(found: list) -> list[str]:
    return [one.reason if isinstance(one, Declined) else one.edits[0].new for one in found]


async def all_of(engine, request: Request = REQUEST) -> list:
    return [one async for one in engine.propose(request, Context("", ""))]


async def test_the_second_is_asked_after_the_first_and_with_what_it_would_write():
    first, second = Told("first", candidate("a", 0.2)), Told("second", candidate("b"))
    seen: list[Context] = []
    plain = second.propose

    async def noting(request, context):
        seen.append(context)
        async for one in plain(request, context):
            yield one

    second.propose = noting
    engine = CascadeEngine(first, second, look)
    assert texts(await all_of(engine)) == ["a", "b"]
    assert seen == [Context("looked for", "a")]
    assert (engine.name, engine.rounds(Task.COMPLETE)) == ("first", 2)


async def test_who_leaves_after_the_first_never_asks_the_second():
    first, second = Told("first", candidate("a")), Told("second", candidate("b"))

    async def never(request, drafts):
        raise AssertionError

    async with closing(CascadeEngine(first, second, never), REQUEST, Context("", "")) as stream:
        assert (await anext(stream)).edits[0].new == "a"
    assert (first.ended, second.begun) == (1, 0)


async def test_the_second_waits_for_a_pause_that_begins_with_the_question():
    second = Told("second", candidate("b"))
    request = replace(REQUEST, options=CompleteOptions(pause_s=0.3))
    began = time.monotonic()
    asking = asyncio.create_task(all_of(CascadeEngine(Told("first"), second, look), request))
    await asyncio.sleep(0.05)
    assert second.begun == 0
    await asking
    assert time.monotonic() - began >= 0.3
    leaving = asyncio.create_task(all_of(CascadeEngine(Told("first"), second, look), request))
    await asyncio.sleep(0.05)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    assert second.begun == 1, "who typed on has spared it"


async def test_why_the_first_was_silent_is_told_last():
    found = await all_of(CascadeEngine(Told("first", Declined("unseen")), Told("second", Declined("away")), look))
    assert texts(found) == ["away", "unseen"]


async def test_both_saying_the_same_is_surer_than_either():
    first = Told("first", candidate("a", 0.4), candidate("c", 0.1))
    found = await all_of(CascadeEngine(first, Told("second", candidate("a"), candidate("d")), look))
    assert [round(one.confidence, 2) for one in found] == [0.4, 0.1, 0.88, 0.8]
    assert [one.agreed for one in found] == [False, False, True, False]


@pytest.mark.parametrize("waiting", [0, 1])
async def test_cancelling_ends_the_one_that_works(waiting):
    both = [Told("first", waits=waiting == 0), Told("second", waits=True)]
    asking = asyncio.create_task(all_of(CascadeEngine(*both, look)))
    async with asyncio.timeout(10):
        await both[waiting].began.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert [(one.begun, one.ended) for one in both] == [[(1, 1), (0, 0)], [(1, 1), (1, 1)]][waiting]


async def test_a_bug_in_the_second_is_not_swallowed():
    with pytest.raises(ZeroDivisionError):
        await all_of(CascadeEngine(Told("first"), Told("second", ZeroDivisionError()), look))


async def test_the_context_is_looked_for_before_the_pause_is_over_and_the_model_asked_after_it(monkeypatch):
    done: list[object] = []

    async def sleeping(seconds: float) -> None:
        done.append(seconds)

    async def looking(request: Request, drafts) -> Context:
        done.append("looked")
        return await look(request, drafts)

    monkeypatch.setattr("copilot.engines.cascade.asyncio.sleep", sleeping)
    first, second = Told("first"), Told("second", candidate("b"))
    request = replace(REQUEST, options=CompleteOptions(pause_s=60.0))
    assert texts(await all_of(CascadeEngine(first, second, looking), request)) == ["b"]
    before, looked, after = done
    assert looked == "looked"
    assert 0 < before < after  # the second one ends the pause, had the first one been slept
