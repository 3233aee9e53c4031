"""Many definitions of a file at once: a few are asked at a time, and the file's edits stand together or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from copilot import documenting
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.embedded.comment import document_at
from copilot.types import (
    Candidate,
    CommentOptions,
    Context,
    Declined,
    Document,
    Edit,
    Project,
    Request,
    Span,
    Task,
    document,
)

OPTIONS = CommentOptions("google", "en")
TEXT = '"""Many."""\n' + "".join(f"\n\ndef fee_{n}(total):\n    return total * {n}\n" for n in range(12))


class Slow:
    """An engine as a model is: several questions are open at once. It says what the embedded engine would."""

    name = "slow"

    def __init__(self, *, spoil: bool = False) -> None:
        self.open = self.most = 0
        self.spoil = spoil

    def rounds(self, task: Task) -> int:  # noqa: ARG002 -- the protocol's
        return 1

    async def propose(self, request: Request, context: Context) -> AsyncIterator[Candidate | Declined]:  # noqa: ARG002
        self.open += 1
        self.most = max(self.most, self.open)
        for _ in range(3):
            await asyncio.sleep(0)
        self.open -= 1
        made = document_at(request, OPTIONS, Settings())
        if self.spoil and isinstance(made, Candidate):
            made = Candidate(
                (*made.edits, Edit(request.document.path, Span(0, 0), "# the same everywhere\n")), "slow", 0.9
            )
        yield made


class Bench:
    """What the pipeline needs, with one engine."""

    settings = Settings()
    project = Project(Path())

    def __init__(self, engine: Slow) -> None:
        self.engine, self.index = engine, Index()

    def engines(self, request: Request) -> tuple[Slow]:  # noqa: ARG002
        return (self.engine,)

    async def gather(self, request: Request) -> Context:  # noqa: ARG002
        return Context("", "")


async def asked(engine: Slow, doc: Document) -> documenting.Documented:
    return await documenting.documented(doc, Span(0, len(doc)), Bench(engine), OPTIONS)


async def test_a_few_definitions_are_asked_at_a_time_and_all_are_written():
    engine, doc = Slow(), document(Path("a.py"), "python", TEXT)
    found = await asked(engine, doc)
    assert engine.most == documenting.AT_ONCE
    assert len(found.made) == 12
    assert found.plain
    assert found.after.text.count(b'"""Return ``total *') == 12
    again = await asked(Slow(), found.after)
    assert not again.changed


async def test_what_a_check_refuses_is_told_with_its_gate():
    doc = document(Path("a.py"), "python", TEXT)
    found = await asked(Slow(spoil=True), doc)
    assert not found.changed
    assert {one.gate for one in found.left} == {"outside unchanged"}
    assert [one.name for one in found.left] == [f"fee_{n}" for n in range(12)]
