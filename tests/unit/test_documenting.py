"""Many definitions of a file at once: a few are asked at a time, and the file's edits stand together or not at all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from copilot import documenting
from copilot.config import Settings
from copilot.context.index import Index
from copilot.engines.embedded.comment import corrected, document_at
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
        assert isinstance(request.options, CommentOptions)
        make = corrected if request.facts else document_at
        made = make(request, request.options, Settings())
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


async def asked(
    engine: Slow, doc: Document, options: CommentOptions = OPTIONS, only: documenting.Only = "all"
) -> documenting.Documented:
    return await documenting.documented(doc, Span(0, len(doc)), Bench(engine), options, only)


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


RAISED = """\
def book(total):
    \"\"\"Book it.

    Args:
        total: What.

    Raises:
        KeyError: If unknown.
    \"\"\"
    if total is None:
        raise ValueError
    raise KeyError
"""


@pytest.mark.parametrize(("lang", "said"), [("en", "If ``total is None``"), ("zh", "若 ``total is None``")])
async def test_stale_text_is_written_in_the_language_that_was_asked_for(lang, said):
    doc = document(Path("a.py"), "python", RAISED)
    found = await asked(Slow(), doc, CommentOptions("google", lang), "stale")  # type: ignore[arg-type]
    row = next(row for row in found.after.text.decode().splitlines() if "ValueError: " in row)
    assert said in row


JAVA = """\
class A {
    /**
     * Books.
     *
     * @param totalSum the amount
     */
    long book(long sum) { return sum + 1; }

    /** Does. */
    long other(long sum) { return sum; }
}
"""


async def test_a_named_definition_below_its_renamed_documentation_is_completed():
    doc = document(Path("A.java"), "java", JAVA)
    method = Span(JAVA.index("long book"), JAVA.index(" + 1; }") + 7)
    found = await documenting.documented(doc, method, Bench(Slow()), OPTIONS)
    after = found.after.text.decode()
    assert "@param sum the amount" in after
    assert "@return" in after.partition("Does.")[0]
    assert after.count("@param") == 1  # nothing of the other one


async def test_an_entry_gets_no_second_one_where_its_rename_is_for_a_person():
    text = JAVA.replace("totalSum the", "first the first\n     * @param memo the").replace(
        "long sum)", "long first, long rate)", 1
    )
    doc = document(Path("A.java"), "java", text.replace("return sum + 1", "return first"))
    found = await asked(Slow(), doc)
    after = found.after.text.decode()
    assert [one.partition(": ")[2] for one in found.asks] == ["documents memo, which is rate in the code"]
    assert "@param rate" not in after
    assert "@return" in after.partition("Does.")[0]  # the rest of it is completed
    assert "@param sum" in after  # the other one is completed


async def test_looking_for_what_to_write_lets_others_run(monkeypatch):
    own, threads = documenting.comment.targets, set()

    def targets(*some, **more):
        threads.add(threading.current_thread())
        return own(*some, **more)

    monkeypatch.setattr(documenting.comment, "targets", targets)
    await asked(Slow(), document(Path("a.py"), "python", TEXT))
    assert threads
    assert threading.main_thread() not in threads


def test_completing_one_definition_writes_no_entry_beside_one_under_an_old_name():
    doc = document(
        Path("A.java"), "java", JAVA.replace("long sum) { return sum + 1", "long rate) { return rate + 1", 1)
    )
    at = JAVA.index("book(")
    made = document_at(Request(Task.COMMENT, doc, Span(at, at), OPTIONS), OPTIONS, Settings())
    assert isinstance(made, Candidate)
    written = "".join(edit.new for edit in made.edits)
    assert "@return" in written
    assert "@param" not in written
