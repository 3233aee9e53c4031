"""The pipeline: what is shown passed every check, what is not says why, and cancelling stops the engine."""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from copilot import pipeline
from copilot.config import Settings
from copilot.context.index import Index
from copilot.tasks import complete
from copilot.types import (
    Candidate,
    CompleteOptions,
    Context,
    Declined,
    Edit,
    Project,
    Request,
    Span,
    Suggestion,
    Task,
    document,
)

PATH = Path("/repo/a.py")
TEXT = "def f(x):\n    return \n\ndef g():\n    return 1\n"
CARET = TEXT.index("return ") + len("return ")


def candidate(text: str, confidence: float = 0.9) -> Candidate:
    return Candidate((Edit(PATH, Span(CARET, CARET), text),), "told", confidence)


@dataclass
class Told:
    """An engine that says what it was told, and remembers what it was asked."""

    answers: list
    name: str = "told"
    asked: list[Request] = field(default_factory=list)
    closed: bool = False
    hang: bool = False

    def rounds(self, task):  # noqa: ARG002 -- the protocol's
        return 2

    async def propose(self, request, context):  # noqa: ARG002 -- the protocol's
        self.asked.append(request)
        try:
            for answer in self.answers:
                yield answer
            if self.hang:
                await asyncio.sleep(60)
        finally:
            self.closed = True


@dataclass
class Bench:
    told: list[Told]
    settings: Settings = field(default_factory=Settings)
    project: Project = field(default_factory=lambda: Project(Path("/repo")))
    index: Index = field(default_factory=Index)

    def engines(self, request):  # noqa: ARG002 -- the protocol's
        return self.told

    async def gather(self, request):  # noqa: ARG002 -- the protocol's
        return Context("", "")


REQUEST = Request(Task.COMPLETE, document(PATH, "python", TEXT), Span(CARET, CARET), CompleteOptions())


async def ask(*engines: Told) -> Suggestion | Declined:
    return await pipeline.suggest(REQUEST, Bench(list(engines)))


async def test_the_proven_candidate_is_shown_with_its_evidence():
    answer = await ask(Told([candidate("x + 1")]))
    assert isinstance(answer, Suggestion)
    assert [edit.new for edit in answer.edits] == ["x + 1"]
    assert answer.checks
    assert all(check.passed for check in answer.checks)


async def test_a_candidate_that_breaks_the_syntax_is_never_shown():
    answer = await ask(Told([candidate("x +* ) 1")]))
    assert isinstance(answer, Declined)
    assert answer.attempts
    for attempt in answer.attempts:
        assert attempt.checks[-1].name == "syntax"
        assert not attempt.checks[-1].passed
    assert "syntax" in answer.reason


async def test_a_later_good_candidate_survives_an_earlier_bad_one():
    answer = await ask(Told([candidate("x +* ) 1", 0.95), candidate("x", 0.9)]))
    assert isinstance(answer, Suggestion)
    assert answer.edits[0].new == "x"


async def test_until_the_task_is_satisfied_the_more_confident_proven_candidate_wins(monkeypatch):
    monkeypatch.setattr(complete, "satisfied", lambda *_: False)
    answer = await ask(Told([candidate("x + 1", 0.6), candidate("x + 2", 0.8), candidate("x + 3", 0.7)]))
    assert isinstance(answer, Suggestion)
    assert answer.edits[0].new == "x + 2"


async def test_the_next_engine_is_asked_only_after_silence():
    silent, talking, unasked = Told([]), Told([candidate("x")]), Told([candidate("y")])
    answer = await ask(silent, talking, unasked)
    assert isinstance(answer, Suggestion)
    assert answer.edits[0].new == "x"
    assert unasked.asked == []


async def test_an_engines_reason_reaches_the_developer():
    answer = await ask(Told([Declined("needs a model", "told says so")]))
    assert answer == Declined("needs a model", "told says so")


async def test_the_doubt_of_one_engine_does_not_hide_why_the_other_said_nothing():
    late = Declined("the model is not available now", "The model did not answer within 1.8 s.")
    answer = await ask(Told([late]), Told([candidate("x", 0.1)]))
    assert isinstance(answer, Declined)
    assert (answer.reason, answer.detail) == (late.reason, late.detail)
    assert [attempt.checks[-1].name for attempt in answer.attempts] == ["confidence"]


async def test_no_engine_and_no_candidate_is_silence_not_an_error():
    assert isinstance(await ask(), Declined)
    assert isinstance(await ask(Told([])), Declined)


async def test_cancelling_closes_the_running_engine():
    told = Told([], hang=True)
    task = asyncio.create_task(ask(told))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert told.closed


async def test_an_engine_sees_what_failed_in_the_round_before():
    told = Told([candidate("x +* ) 1")])
    await ask(told)
    for earlier, later in zip(told.asked, told.asked[1:], strict=False):
        assert len(later.attempts) > len(earlier.attempts)
    assert told.asked[0] == dataclasses.replace(told.asked[-1], attempts=())
