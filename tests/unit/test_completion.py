"""Inline completion through the pipeline: never a syntax error, never late, never a repetition, silent when unsure."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import copilot
from copilot import edits, files, pipeline
from copilot.config import Completion, Gateway, Settings
from copilot.config import Index as IndexSettings
from copilot.context import gather
from copilot.context.index import Index
from copilot.context.recent import Work
from copilot.context.worker import IndexWorker
from copilot.engines.base import Engine, Resources
from copilot.engines.embedded import EmbeddedEngine
from copilot.engines.embedded.caret import Caret, caret
from copilot.engines.replay import ReplayEngine
from copilot.syntax import tree
from copilot.syntax.languages import language_of
from copilot.tasks import complete
from copilot.types import (
    Candidate,
    CompleteOptions,
    Context,
    Declined,
    Document,
    Edit,
    Project,
    Request,
    Span,
    Suggestion,
    Task,
    document,
)  # fmt: skip

SAMPLES = Path(copilot.__file__).parent / "samplebank"


@dataclass
class Bench:
    """A workbench with one engine."""

    engine: Engine
    index: Index
    settings: Settings = field(default_factory=Settings)
    project: Project = field(default_factory=lambda: Project(Path("/nowhere")))

    def engines(self, request: Request) -> list[Engine]:  # noqa: ARG002 - the protocol's
        return [self.engine]

    async def gather(self, request: Request) -> Context:
        return gather.gather(request, self.index, self.settings)


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexWorker]:
    settings = Settings(index=IndexSettings(folder=str(tmp_path_factory.mktemp("index"))))
    worker = IndexWorker(SAMPLES, settings)
    worker.start()
    assert worker.wait(60)
    yield worker
    worker.close()


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def bench(index: Index, pool: ThreadPoolExecutor, settings: Settings | None = None) -> Bench:
    used = settings or Settings()
    return Bench(EmbeddedEngine(Resources(Project(SAMPLES), used, index, pool)), index, used)


def at_caret(text: str, name: str = "input.py", **values: Any) -> Request:
    before, after = text.split("‸")
    doc = document(SAMPLES / name, language_of(Path(name)), before + after)
    at = len(before.encode())
    return Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions(), **values)


def holes(count: int) -> Iterator[tuple[Document, Span]]:
    """Random places in real files: the rest of the line taken out at a word boundary or anywhere, or nothing at all."""
    chance = random.Random(5)
    sources = sorted(p for p in SAMPLES.rglob("*") if p.suffix in (".py", ".java"))
    for _ in range(count):
        path = chance.choice(sources)
        lines = files.read(path, None).text.decode().splitlines(keepends=True)
        number = chance.randrange(len(lines))
        line = lines[number].rstrip("\n")
        column = chance.randint(len(line) - len(line.lstrip()), len(line))
        rest = chance.choice(["", "", line[column:]])
        before = "".join(lines[:number]) + line[:column]
        at = len(before.encode())
        yield document(path, language_of(path), before + rest + "\n" + "".join(lines[number + 1 :])), Span(at, at)


async def test_no_syntax_fault_is_added_at_520_random_places(samples: IndexWorker, pool: ThreadPoolExecutor) -> None:
    desk = bench(samples.index, pool)
    shown = 0
    for doc, span in holes(520):
        answer = await pipeline.suggest(Request(Task.COMPLETE, doc, span, CompleteOptions("eager")), desk)
        if isinstance(answer, Declined):
            continue
        shown += 1
        (edit,) = answer.edits
        after = edits.apply(doc, [edit])
        # Judged without the rule under test: more places where a fresh parse had to guess than before is a fault.
        trees = [tree.parse(d.text, d.language or "") for d in (doc, after)]
        assert trees[0] is not None
        assert trees[1] is not None
        assert len(tree.faults(trees[1])) <= len(tree.faults(trees[0])), (doc.path.name, span, edit.new)
        assert edit.span == span
        assert edit.new.strip()
        assert "\n" not in edit.new
    assert shown > 40, "the engine is not silent on its own code base"


async def test_the_files_own_lines_come_back_when_it_is_sure(samples: IndexWorker, pool: ThreadPoolExecutor) -> None:
    """Precision of what is shown at the normal threshold, on lines of files whose own text the index hides."""
    desk = bench(samples.index, pool)
    chance, right, shown = random.Random(2), 0, 0
    sources = sorted(p for p in SAMPLES.rglob("*") if p.suffix in (".py", ".java"))
    for _ in range(480):
        path = chance.choice(sources)
        lines = files.read(path, None).text.decode().splitlines(keepends=True)
        number = chance.randrange(len(lines))
        line = lines[number].rstrip("\n")
        words = [n for n, c in enumerate(line) if c in " (.," and line[:n].strip()]
        if not words or line.lstrip().startswith(("#", "//", "*", "import", "from", '"""')):
            continue
        column = chance.choice(words) + 1
        before = "".join(lines[:number]) + line[:column]
        at = len(before.encode())
        doc = document(path, language_of(path), before + "\n" + "".join(lines[number + 1 :]))
        answer = await pipeline.suggest(Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions("normal")), desk)
        if isinstance(answer, Suggestion):
            shown += 1
            right += answer.edits[0].new.split() == line[column:].split()
    assert shown >= 20
    assert right / shown >= 0.7


async def test_a_copied_line_names_its_source(samples: IndexWorker, pool: ThreadPoolExecutor) -> None:
    engine = bench(Index(), pool).engine
    request = at_caret("def a(row):\n    row.close(now=True)\n\n\ndef b(row):\n    row.clo‸\n")
    found = [c async for c in engine.propose(request, gather.gather(request, Index(), Settings()))]
    assert isinstance(found[0], Candidate)
    assert (found[0].edits[0].new, found[0].origin) == ("se(now=True)", "embedded: input.py:2")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("amo‸unt = 1\n", "inside"),
        ("# to‸\n", "place"),
        ('"""to‸\n', "place"),
        ("x = ‸ + 1\n", "rest"),
    ],
)
def test_where_nothing_is_completed(text: str, reason: str) -> None:
    before, after = text.split("‸")
    assert caret(Path("a.py"), "python", before, after) == reason


def test_the_caret_in_words() -> None:
    here = caret(Path("b.py"), "python", "def f(a):\n    return a.cou", ")\nx = 2\n")
    assert isinstance(here, Caret)
    assert (here.typed, here.rest, here.next_line, here.column) == ("cou", ")", "x = 2", 3)
    assert here.before.words[-4:] == ["<I+4>", "return", "a", "."]
    assert here.recent[:3] == ("a", "f")
    start = caret(Path("c.py"), "python", "if a:\n    ", "\n")
    assert isinstance(start, Caret)
    assert (start.extra, start.typed, start.column) == (("<I+4>",), "", 0)


async def test_a_deadline_that_has_passed_still_ends_at_once(samples: IndexWorker, pool: ThreadPoolExecutor) -> None:
    desk = bench(samples.index, pool, Settings(completion=Completion(deadline_ms=1)))
    request = at_caret("class A:\n    def a(self):\n        return self.‸\n", trigger="automatic")
    await pipeline.suggest(request, desk)  # loads the arrays
    started = time.thread_time()
    await pipeline.suggest(request, desk)
    assert time.thread_time() - started < 0.05


async def test_closing_the_iterator_stops_the_search(pool: ThreadPoolExecutor) -> None:
    text = "".join(f"value_{n % 50} = compute(value_{n % 7}, rate_{n % 11}, '{n}')\n" for n in range(1500))
    request = at_caret(text + "value_3 = ‸\n")
    desk = bench(Index(), pool)
    work = asyncio.create_task(pipeline.suggest(request, desk))
    await asyncio.sleep(0.005)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    started = time.perf_counter()
    await asyncio.get_running_loop().run_in_executor(pool, int)
    assert time.perf_counter() - started < 1


async def test_a_selection_is_declined(pool: ThreadPoolExecutor) -> None:
    request = Request(Task.COMPLETE, document(Path("a.py"), "python", "x = 1\n"), Span(0, 1), CompleteOptions())
    assert isinstance(await pipeline.suggest(request, bench(Index(), pool)), Declined)


LANGUAGES = st.sampled_from(["python", "java", "javascript", "sql", "xml", "yaml", "unheard-of", None])


@given(st.text(alphabet="ab(\"'\n\r\t #\\é𝒳\x0c\u2028{}[]=.:,<>-/*", max_size=60), LANGUAGES, st.data())
def test_any_text_has_an_answer_or_silence(text: str, language: str | None, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(text)))
    from copilot.engines.embedded.complete import proposals

    here = caret(Path("any.py"), language, text[:cut], text[cut:])
    if isinstance(here, str):
        return
    doc = document(Path("any.py"), language, text)
    at = len(text[:cut].encode())
    for found in proposals(Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions()), here, Index()):
        assert 0 <= found.confidence <= 1
        assert found.text.strip()
        assert not set(found.text) & {"\n", "\r"}


# What checks refuse, and how raw answers are read.


def proposed(request: Request, *changes: tuple[int, int, str], confidence: float = 0.9) -> Candidate:
    made = tuple(Edit(request.document.path, Span(a, b), new) for a, b, new in changes)
    return Candidate(made, "test", confidence)


async def failed(candidate: Candidate, request: Request) -> list[str]:
    done = complete.checks(candidate, request, Project(Path("/nowhere")), Settings())
    return [check.name async for check in done if not check.passed]


@pytest.mark.parametrize(
    ("changes", "confidence", "names"),
    [
        ([(4, 4, "a + 1")], 0.9, []),
        ([(0, 4, "y = 2")], 0.9, []),
        ([(4, 4, "a + 1")], 0.4, ["confidence"]),
        ([(4, 4, "a\n+ 1")], 0.9, ["line"]),
        ([(0, 0, "y = ")], 0.9, ["line"]),
        ([(4, 5, "3\n")], 0.9, ["line"]),
        ([(4, 4, "(a +")], 0.9, ["syntax"]),
        ([(4, 4, "")], 0.9, ["applies"]),
    ],
)
async def test_what_the_checks_refuse(changes: list[tuple[int, int, str]], confidence: float, names: list[str]) -> None:
    request = at_caret("x = ‸\nz = 1\n")
    assert await failed(proposed(request, *changes, confidence=confidence), request) == names


async def test_an_edit_elsewhere_is_refused() -> None:
    request = at_caret("x = ‸\n")
    stranger = Candidate((Edit(Path("/other.py"), Span(0, 0), "x"),), "test", 0.9)
    assert "line" in await failed(stranger, request)


async def test_an_empty_recording_proposes_nothing() -> None:
    request = at_caret("x = ‸\n")
    answer = await pipeline.suggest(request, Bench(ReplayEngine(), Index()))
    assert isinstance(answer, Declined)
    in_order = ReplayEngine({Task.COMPLETE: ["one", "two"]})
    texts = []
    for _ in range(3):
        got = await pipeline.suggest(request, Bench(in_order, Index()))
        texts.append(got.edits[0].new if isinstance(got, Suggestion) else None)
    assert texts == ["one", "two", None]


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("x = ‸\n", "  3  ", "3"),
        ("x =‸\n", " 3", " 3"),
        ("x = ‸\n", "x = 3", "3"),
        ("x = ‸\n", "3</s>", "3"),
        ("x = ‸\n", "<fim_middle>3<fim_suffix>", "3"),
        ("x = ‸\n", "`f(3)`", "f(3)"),
        ("x = ‸\n", "~~~\n3\n~~~", "3"),
        ("x = ‸\n", "```python\r\nx = 3\r\n", "3"),
        ("x = ‸\n", "以下是补全：\n3", "3"),
        ("x = ‸\n", "Sure! Here is the line:\n\n3", "3"),
        ("x = ‸\n", "here", "here"),
        ("x = ‸\n", "note(3)", "note(3)"),
        ("x = ‸\n", "the_code = 3", "the_code = 3"),
        ("x = ‸\n", "", None),
        ("x = ‸\n", "\ny = 4", None),
        ("def f():\n    ‸\n", "\n    return 3\n", "return 3"),
        ("f(‸)\n", "a, (b))", "a, (b)"),
        ("f('‸')\n", "abc'", "abc"),
        ("f('‸')\n", "abc", "abc"),
        ("f(‸);\n", "')')", "')'"),
        ("x = ‸ + tax\n", "price + tax", "price"),
        ("a = 1\nb = 2\nc = ‸\n", "a = 1\nb = 2\nc = 3", "3"),
        ("a = 1\nb = 2\n‸\n", "a = 1", "a = 1"),
    ],
)
def test_raw_answers(text: str, answer: str, expected: str | None) -> None:
    found = complete.read(answer, at_caret(text))
    assert (found.edits[0].new if found else None) == expected


@given(st.text(max_size=80), st.text(max_size=40), st.text(max_size=120))
def test_any_raw_answer_is_one_line_or_nothing(before: str, after: str, answer: str) -> None:
    doc = document(Path("a.py"), "python", before + after)
    at = len(before.encode())
    found = complete.read(answer, Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions()))
    assert found is None or "\n" not in found.edits[0].new


# What is gathered.


def test_context_of_a_huge_file_touches_only_what_is_near() -> None:
    lines = [f"value_{n} = {n}\n".encode() for n in range(50_000)]
    parts = tuple(b"".join(lines[n : n + 100]) for n in range(0, 50_000, 100))
    doc = Document(Path("a.py"), "python", parts)
    at = sum(map(len, parts[:250])) + 6
    before, after, cut = gather.around(doc, Span(at, at))
    whole = b"".join(parts)
    assert cut
    assert whole[:at].decode().endswith(before)
    assert whole[at:].decode().startswith(after)
    assert before.startswith("value_")
    assert after.endswith("\n")
    assert len(before) > gather.BEFORE_BYTES * 0.7
    assert not doc._joined, "the document was joined"
    started = time.process_time()
    for _ in range(20):
        gather.around(doc, Span(at, at))
    assert (time.process_time() - started) / 20 < 0.001


@given(st.text(max_size=50), st.text(max_size=50))
def test_a_short_file_is_gathered_whole(before: str, after: str) -> None:
    doc = document(Path("a.py"), "python", before + after)
    at = len(before.encode())
    assert gather.around(doc, Span(at, at)) == (before, after, False)


def test_snippets_are_definitions_of_names_on_the_line(samples: IndexWorker) -> None:
    name = next(s for s in ("quantize", "Ledger", "Account") if samples.index.definitions(s))
    doc = document(SAMPLES / "python" / "new.py", "python", f"x = {name}()\n")
    request = Request(Task.GENERATE, doc, Span(4, 4), CompleteOptions())
    found = gather.gather(request, samples.index, Settings())
    assert (found.before, found.snippets) == ("x = ", ())  # nobody would read any
    settings = Settings(gateway=Gateway(url="https://gateway.example"))
    request = Request(Task.GENERATE, doc, Span(4, 4 + len(name)), CompleteOptions())
    patient = Work(patience_s=30)
    (snippet, *_) = gather.gather(request, samples.index, settings, work=patient).snippets
    assert name in snippet.text
    assert name in snippet.why
    assert gather.gather(request, samples.index, settings, work=patient).snippets[0] == snippet
