"""Running generated or edited code: against the examples that are shown, and the project's tests that call it.

Both in the sandbox, in bounded time. What could not be run is said and not held against the code; an example or a test
that held before and does not now refuses it. Python only: for other languages the proof ends with what is read.
"""

from __future__ import annotations

import ast
import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from copilot.config import Settings
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.progress import report
from copilot.syntax.outline import Symbol, outline
from copilot.tasks.generate_place import Place
from copilot.types import Check, Document, Edit, Project
from copilot.verify import callers, examples, isolation, names, python_places, runs, sandbox

EXAMPLES_S: Final = 10.0
TESTS_S: Final = 12.0
ALL_S: Final = 40.0
"""Wall seconds for one run of the examples, for one test file, and for all runs of one candidate."""

_ROUTINES: Final = frozenset({"function", "method", "constructor"})
_TYPES: Final = frozenset({"class", "interface", "enum", "record"})
_UNFINISHED: Final = "NotImplementedError"


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after the edits of one candidate, where they were wanted, and in which words."""

    before: Document
    after: Document
    edits: tuple[Edit, ...]
    place: Place
    instruction: str


async def checks(change: Change, project: Project, settings: Settings) -> AsyncIterator[Check]:
    """`examples` and `existing tests`, as far as there are any; one of them in any case, saying what was possible."""
    doc = change.after
    if doc.language != "python":
        language = {"java": "Java"}.get(doc.language or "", doc.language or "")
        yield Check("examples", passed=True, detail=say("{language}: not run", language=language))
        return
    touched = _touched(change)
    sessions, claims = _sessions(change, touched), _claims(change, touched)
    tests = await asyncio.to_thread(_calling, change, touched, project)  # looks through the project
    if not (sessions or claims or tests):
        yield Check("examples", passed=True, detail=say("nothing to run it against"))
        return
    name = "examples" if sessions or claims else "existing tests"
    if not doc.path.is_relative_to(project.root):
        yield Check(name, passed=True, detail=_not_run(say("the file is outside the project")))
        return
    async with AsyncExitStack() as stack:
        try:
            bench = _Bench(project, settings, runs.interpreter(project.python), stack, time.monotonic() + ALL_S)
            await bench.box(change.after)
        except CopilotError as error:
            yield Check(name, passed=True, detail=_not_run(str(error)))
            return
        try:
            if sessions or claims:
                report(say("running the examples"))
                yield await _examples(change, bench, sessions, claims)
            if tests:
                yield await _tests(change, bench, tests)
        except CopilotError as error:  # no pytest there
            yield Check("existing tests", passed=True, detail=_not_run(str(error)))


def _not_run(reason: str) -> str:
    return say("not run: {reason}", reason=reason)


class _Bench:
    """The boxes of one candidate: the project with the change, and without it, opened when it is first asked for."""

    def __init__(self, project: Project, settings: Settings, python: Path, stack: AsyncExitStack, until: float) -> None:
        self.root, self.python, self.until = project.root, python, until
        self._settings, self._stack = settings, stack
        self._boxes: dict[bytes, sandbox.Box] = {}

    async def box(self, doc: Document) -> sandbox.Box:
        """A copy of the project in which the file reads as `doc`. Raises SandboxUnavailable."""
        if doc.text not in self._boxes:
            laid = {
                doc.path.relative_to(self.root).as_posix(): doc.text.decode("utf-8", "replace").encode(doc.encoding)
            }
            opened = sandbox.opened(self.root, self._settings, files=laid, readonly=isolation.prefixes(self.python))
            self._boxes[doc.text] = await self._stack.enter_async_context(opened)
        return self._boxes[doc.text]

    def limits(self, wall_s: float) -> sandbox.Limits:
        """The settings' limits, in the time that is left."""
        left = max(1.0, min(wall_s, self.until - time.monotonic()))
        cpu_s = min(self._settings.sandbox.cpu_s, int(left) + 1)
        return sandbox.Limits(wall_s=left, cpu_s=cpu_s, memory_mb=self._settings.sandbox.memory_mb)

    @property
    def late(self) -> bool:
        """True when no run should be started any more."""
        return time.monotonic() > self.until

    def inside(self, box: sandbox.Box, path: Path) -> Path:
        """Where a path of the project lies for code in the box."""
        return box.root / path.relative_to(self.root)


def _touched(change: Change) -> list[Symbol]:
    """The functions and classes that the change wrote in, innermost first; for an edit in a function, that function."""
    spans = list(names.inserted_spans(change.before, change.edits))
    imports = [row.span for row in outline(change.after).imports]
    written = [
        span
        for span in spans
        if not any(i.contains(span) or (span.contains(i) and len(span) - len(i) < 4) for i in imports)
    ]
    found = [
        symbol
        for symbol in outline(change.after).symbols
        if symbol.kind in _ROUTINES | _TYPES
        and any(span.start < symbol.span.end and symbol.span.start < max(span.end, span.start + 1) for span in written)
    ]
    return sorted(found, key=lambda symbol: len(symbol.span))


def _sessions(change: Change, touched: Iterable[Symbol]) -> list[examples.Session]:
    """The docstrings with examples: of what was touched, and of the wish."""
    found = [
        examples.Session(s.qualified, text) for s in touched if examples.has_session(text := _doc(change.after, s))
    ]
    if examples.has_session(change.instruction):
        found.append(examples.Session("instruction", change.instruction))
    return found


def _claims(change: Change, touched: list[Symbol]) -> tuple[examples.Claim, ...]:
    known = {s.name for s in touched if s.kind in ("function", *_TYPES)}
    told = [change.instruction, *(_doc(change.after, s) for s in touched)]
    return tuple(dict.fromkeys(claim for text in told for claim in examples.told(text, sorted(known))))


def _doc(document: Document, symbol: Symbol) -> str:
    """The value of a docstring."""
    if symbol.docstring is None:
        return ""
    raw = document.text[symbol.docstring.start : symbol.docstring.end].decode("utf-8", "replace")
    try:
        value = ast.literal_eval(raw)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return ""
    return value if isinstance(value, str) else ""


async def _examples(
    change: Change, bench: _Bench, sessions: list[examples.Session], claims: tuple[examples.Claim, ...]
) -> Check:
    """Check `examples`: all that are shown hold; one that failed in the text before the edit too is not held against it."""
    now = await _tried(change.after, bench, sessions, claims)
    if now.broken or (now.stopped and not now.results):
        was = await _tried(change.before, bench, [], ())
        if was.broken:  # it could not be imported before either
            return Check("examples", passed=True, detail=_not_run(now.broken or was.broken))
    if now.broken:
        return Check("examples", passed=False, detail=say("it can no longer be imported: {reason}", reason=now.broken))
    # An example of the class around may need another stub that is still one.
    own = {change.place.routine.path} if change.place.kind == "stub" and change.place.routine is not None else set()
    others = {r for r in now.results if own and r.of and r.of not in own and r.got.startswith(_UNFINISHED)}
    wrong = [result for result in now.results if not result.ok and result not in others]
    if wrong and change.place.kind == "edit":
        was = await _tried(change.before, bench, _kept(change, sessions), claims)
        failed = {(result.source, result.wanted) for result in was.results if not result.ok}
        asked = {claim.call for claim in examples.told(change.instruction, _names_of(claims))}
        wrong = [r for r in wrong if r.source in asked or (r.source, r.wanted) not in failed]
    if wrong:
        return Check("examples", passed=False, detail=_wrong(wrong[0]))
    if now.stopped:
        return Check("examples", passed=False, detail=now.stopped)
    held = sum(result.ok for result in now.results)
    detail = say("examples: {held} of {count} hold", held=held, count=len(now.results) - len(others))
    if own_examples := sum(result.ok and _is_new(change, result.source) for result in now.results):
        detail += "; " + say("of these, written together with the code: {count}", count=own_examples)
    return Check("examples", passed=True, detail=detail if now.results else say("nothing to run it against"))


def _is_new(change: Change, source: str) -> bool:
    """True for an example that stood neither in the wish nor in the file: who wrote the code wrote it too."""
    line = source.strip().split("\n")[0]
    return line not in change.instruction and line.encode() not in change.before.text


def _names_of(claims: Iterable[examples.Claim]) -> list[str]:
    return sorted({claim.call.partition("(")[0].rpartition(".")[2] for claim in claims})


def _kept(change: Change, sessions: list[examples.Session]) -> list[examples.Session]:
    """Those of the sessions that stood in the text before."""
    before = {_doc(change.before, s) for s in outline(change.before).symbols if s.docstring is not None}
    return [session for session in sessions if session.text in before]


def _wrong(result: examples.Result) -> str:
    if result.wanted:
        return say("{call} gave {got}, not {wanted}", call=result.source, got=result.got, wanted=result.wanted)
    return say("{call} gave {got}", call=result.source, got=result.got)


async def _tried(
    doc: Document, bench: _Bench, sessions: list[examples.Session], claims: tuple[examples.Claim, ...]
) -> examples.Report:
    box = await bench.box(doc)
    where = python_places.place(doc, bench.root)
    return await examples.run(
        box,
        bench.python,
        bench.inside(box, doc.path),
        where.name if where is not None else "",
        paths=_paths(doc, bench, box),
        sessions=sessions,
        claims=claims,
        limits=bench.limits(EXAMPLES_S),
    )


def _paths(doc: Document, bench: _Bench, box: sandbox.Box) -> list[Path]:
    where = python_places.place(doc, bench.root)
    return (
        [bench.inside(box, where.base), box.root]
        if where is not None
        else [bench.inside(box, doc.path.parent), box.root]
    )


def _calling(change: Change, touched: list[Symbol], project: Project) -> list[callers.Calling]:
    """The test files that call what was touched."""
    doc = change.after
    found = {s.name for s in touched if s.kind in ("function", "method") and not s.name.startswith("__")}
    classes = {s.name for s in touched if s.kind in _TYPES}
    if not found and any(s.name.startswith("__") for s in touched):
        found = classes
    if not found or not doc.path.is_relative_to(project.root) or python_places.is_test(doc.path):
        return []
    beside = classes | {doc.path.stem if doc.path.stem != "__init__" else doc.path.parent.name}
    return callers.calling(project.root, doc.path, frozenset(found), frozenset(beside))


async def _tests(change: Change, bench: _Bench, tests: list[callers.Calling]) -> Check:
    """Check `existing tests`: none that passed before fails now; for a stub, none fails because of what fills it."""
    passed = failed = 0
    for each in tests:
        if bench.late:
            break
        report(say("running {name}", name=each.path.name))
        now = await _outcome(change.after, bench, each)
        good = sum(not reason for reason in now.tests.values())
        if now.passed:
            passed += good
            continue
        was = await _outcome(change.before, bench, each)
        if now.broken:
            if not was.broken and was.tests:
                return _refused(each, now.broken)
            failed += 1
            continue
        for name, reason in now.tests.items():
            if reason and _is_to_blame(change, name, reason, was):
                return _refused(each, f"{name}: {reason}")
        passed, failed = passed + good, failed + len(now.tests) - good
    if not passed and not failed:
        return Check("existing tests", passed=True, detail=_not_run(say("there was no time")))
    detail = say("tests that call it and pass: {count}", count=passed)
    if failed:
        detail += "; " + say("failing as before: {count}", count=failed)
    return Check("existing tests", passed=True, detail=detail)


def _is_to_blame(change: Change, name: str, reason: str, was: runs.Outcome) -> bool:
    """True when a test fails because of the change.

    A stub makes every test of it fail, so there "it failed before" says nothing: a new reason is the new code's. A
    stub that is left elsewhere is not.
    """
    before = was.tests.get(name)
    if before == "":
        return True
    return change.place.kind == "stub" and before is not None and before != reason and _UNFINISHED not in reason


def _refused(each: callers.Calling, reason: str) -> Check:
    return Check("existing tests", passed=False, detail=f"{each.path.name}: {reason}")


async def _outcome(doc: Document, bench: _Bench, each: callers.Calling) -> runs.Outcome:
    box = await bench.box(doc)
    outcomes = runs.pytest(
        box,
        bench.python,
        bench.inside(box, each.path),
        focus=None,
        paths=_paths(doc, bench, box),
        times=1,
        limits=bench.limits(TESTS_S),
        only=each.tests,
    )
    async with aclosing(cast("AsyncGenerator[runs.Outcome]", outcomes)) as running:
        return await anext(running)
