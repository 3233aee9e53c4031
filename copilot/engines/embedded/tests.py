"""Unit tests by execution recording: run the code on telling inputs in the sandbox, write down what it did.

Python only so far. Another language is another recorder and another writer behind the same `propose`; the proof in
`tasks/tests.py` does not change. Absent on purpose: proving (a candidate here has not been run as a test yet).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from copilot.engines.base import Resources
from copilot.engines.embedded import records, suite
from copilot.engines.embedded.records import Record
from copilot.errors import CopilotError
from copilot.messages import say
from copilot.progress import report
from copilot.syntax.outline import Symbol, outline
from copilot.tasks import staged_proof, tests_proof
from copilot.tasks import tests as task
from copilot.testfacts import Gap, TestStyle
from copilot.types import Candidate, Context, Declined, Document, Edit, Finding, Request, Severity, Span, TestsOptions
from copilot.verify import evidence, isolation, python_places, python_tests, runs, sandbox, tools

_EARLY_S: Final = 0.3
_SURVIVORS: Final = 60
"""Faults that no recorded call tells from the code: so many are handed on to a model."""
_FALLBACK: Final = 0.85
"""Confidence of tests in the plain style where the project has one of its own."""

_BOOT: Final = (
    "import sys, types; package = sys.modules['recording'] = types.ModuleType('recording');"
    "package.__path__ = [{folder!r}]; from recording.main import main; main()"
)
"""Not by a path to search: the folder around the package cannot be listed in every sandbox, and ours are no modules of
the project's."""
_SUSPICIOUS: Final = ("contradicts a doctest", "does not equal itself (NaN)", "is infinite", "differs when repeated")
"""Reasons of the recorder that a developer should look at."""


@dataclass(frozen=True, slots=True)
class _Recording:
    records: tuple[Record, ...]
    rejected: Mapping[str, int]
    targets: int
    mutants: int
    killed: int
    error: str
    survivors: tuple[Gap, ...] = ()


async def propose(
    request: Request,
    context: Context,  # noqa: ARG001 - every engine module has this shape; a recording needs the code itself
    resources: Resources,
) -> AsyncIterator[Candidate | Declined]:
    """One test file for the function, the class or the whole file that the span names."""
    doc, root = request.document, resources.project.root
    reason = task.unfit(doc)
    if reason is not None:
        yield reason
        return
    where = python_places.place(doc, root)
    if where is None:
        yield Declined(say("{name} cannot be imported by a name", name=doc.path.name))
        return
    try:
        async for proposal in _proposed(request, resources, where):
            yield proposal
    except CopilotError as error:
        yield Declined(str(error))


async def _proposed(
    request: Request, resources: Resources, where: python_places.Place
) -> AsyncIterator[Candidate | Declined]:
    doc, root, settings = request.document, resources.project.root, resources.settings
    subject = task.focus(doc, request.span)
    options = request.options if isinstance(request.options, TestsOptions) else TestsOptions()
    python = runs.interpreter(resources.project.python)
    overlay = tests_proof.laid_over(doc, {}, root)
    async with sandbox.opened(
        root, settings, files=overlay, readonly=isolation.prefixes(python), base=resources.project.base
    ) as box:
        desk = _Desk(box, python, doc, where, request, resources)
        report(say("recording {name}", name=subject.qualified if subject else doc.path.name))
        path = options.path or python_places.test_path(
            doc, root, options.out or _configured(root, settings.tests.out), _label(subject)
        )
        style = options.style if subject is None else replace(options.style, single=False)
        if options.early:
            first = await _recorded(desk, subject, _EARLY_S)
            if isinstance(first, _Recording):
                early = await _written(desk, subject, path, replace(style, fixtures=()), first, early=True)
                if isinstance(early, Candidate):
                    yield early
        found = await _recorded(desk, subject, None)
        if isinstance(found, Declined):
            yield found
            return
        styled = await _written(desk, subject, path, style, found)
        yield styled
        plain = await _written(desk, subject, path, suite.PLAIN, found)
        if isinstance(plain, Candidate) and not (isinstance(styled, Candidate) and styled.edits == plain.edits):
            yield replace(
                plain, confidence=_FALLBACK
            )  # nothing was proven: what was recorded may be told the plain way


async def _recorded(desk: _Desk, subject: Symbol | None, early_s: float | None) -> _Recording | Declined:
    """Steady records of what is tested, with `early_s` those of so many CPU seconds of searching."""
    name = desk.doc.path.name
    recording = await desk.record(subject, early_s)
    if recording.error:
        return Declined(say("{name} cannot be run: {reason}", name=name, reason=recording.error))
    if not recording.targets:
        return Declined(say("there is no public function or class to test here"))
    report(say("repeating under another hash seed"))
    steady = tuple(await desk.repeated(recording.records))
    unsteady = len(recording.records) - len(steady)
    told = Counter(recording.rejected) + Counter({"differs when repeated": unsteady})
    return replace(recording, records=steady, rejected=told)


async def _written(
    desk: _Desk, subject: Symbol | None, path: Path, style: TestStyle, recording: _Recording, *, early: bool = False
) -> Candidate | Declined:
    """A test file in the style; with `early` only its first test."""
    fitting, left_out = suite.usable(await _furnished(desk, path, style, recording.records), style)
    usable = [record if record.fixtures else records.inlined(record) for record in fitting]
    kinds = {symbol.name: symbol.kind for symbol in outline(desk.doc).symbols if symbol.parent is None}
    found = suite.tests(usable, style, desk.where.name.rpartition(".")[2], kinds)[: 1 if early else None]
    rejected = Counter(recording.rejected) + left_out
    if not found:
        return Declined(say("no call had a result that can be tested"), evidence.counted(rejected.items()))
    text = suite.file(desk.where.name, found, style)
    text = await tools.formatted_tests(text, desk.resources.project.root, path)
    made = _candidate(desk.request, subject, replace(recording, rejected=rejected), path, text)
    return replace(made, confidence=task.EARLY) if early else made


async def _furnished(desk: _Desk, path: Path, style: TestStyle, found: Sequence[Record]) -> list[Record]:
    """The records, on fixtures of the project where one run of each as a test of its own says that the same comes of it."""
    fixtures = dict(reversed(style.fixtures))
    changed = [records.furnished(record, fixtures) for record in found]
    tried = {f"test_{n}": (old, new) for n, (old, new) in enumerate(zip(found, changed, strict=True)) if old is not new}
    if not tried:
        return list(found)
    report(say("trying the fixtures of the project"))
    text = suite.file(desk.where.name, [suite.alone(name, new) for name, (_, new) in tried.items()], suite.PLAIN)
    project, settings = desk.resources.project, desk.resources.settings
    wall_s = tests_proof.budget_s(desk.request, settings)
    ran = await staged_proof.outcome(desk.doc, text, path, project, settings, wall_s)
    holding = {id(tried[name][0]) for name in staged_proof.holding(ran) if name in tried} if not ran.broken else set()
    return [new if id(old) in holding else old for old, new in zip(found, changed, strict=True)]


def _configured(root: Path, out: str) -> Path | None:
    return root / out if out else None


def _label(subject: Symbol | None) -> str:
    return subject.qualified if subject is not None else ""


@dataclass(frozen=True, slots=True)
class _Desk:
    """One request's means: the box, the interpreter and where the module lies in it."""

    box: sandbox.Box
    python: Path
    doc: Document
    where: python_places.Place
    request: Request
    resources: Resources

    async def record(self, subject: Symbol | None, early_s: float | None) -> _Recording:
        """Search for telling calls."""
        cpu_s = early_s or min(
            2.5 if subject is not None and subject.kind != "class" else 6.0,
            tests_proof.budget_s(self.request, self.resources.settings) / 3,
        )
        answer = await self._ask(
            {"targets": [subject.qualified] if subject else None, "cpu_s": cpu_s, "first": self._callers()}, 0
        )
        try:  # the code under test ran in that process and may have written anything in the answer's place
            return _Recording(
                tuple(records.read(row) for row in answer.get("records", ())),
                {str(reason): int(count) for reason, count in answer.get("rejected", {}).items()},
                int(answer.get("targets", 0)),
                int(answer.get("mutants", 0)),
                int(answer.get("killed", 0)),
                str(answer.get("error", "")),
                tuple(
                    Gap("fault", int(line), str(old), str(new))
                    for line, old, new in answer.get("survivors", ())[:_SURVIVORS]
                ),
            )
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
            return _Recording((), {}, 0, 0, 0, say("it ended without an answer"))

    async def repeated(self, found: Sequence[Record]) -> list[Record]:
        """Those records that come out the same in another process, order, hash seed and time zone."""
        if not found:
            return []
        answer = await self._ask({"replay": [dict(record.raw) for record in found]}, 4711)
        same = answer.get("same")
        same = same if isinstance(same, list) else []
        return [record for record, good in zip(found, same, strict=False) if good]

    def _callers(self) -> list[str]:
        """Files of the index that call what is to be tested: their calls are read first."""
        name = self.doc.path.stem
        subject = task.focus(self.doc, self.request.span)
        names = [subject.name] if subject is not None else [name]
        root = self.resources.project.root
        found = [call.path for name in names for call in self.resources.index.calls(name, 20)]
        paths = [path if path.is_absolute() else root / path for path in found]
        return [
            str(tests_proof.inside(self.box.root, root, path))
            for path in dict.fromkeys(paths)
            if path.is_relative_to(root)
        ]

    async def _ask(self, question: Mapping[str, Any], seed: int) -> dict[str, Any]:
        root = self.resources.project.root
        path = tests_proof.inside(self.box.root, root, self.doc.path)
        lend = runs.lent(self.python)
        request = {
            "path": str(path),
            "module": self.where.name,
            "root": str(self.box.root),
            "package_root": str(tests_proof.inside(self.box.root, root, self.where.base)),
            "targets": None,
            "first": [],
            "cpu_s": 5.0,
            "skipped": [str(prefix) for prefix in isolation.prefixes(self.python)],
            "replay": None,
            "lend": [str(path) for path in lend],
            **question,
        }
        run = await self.box.run(
            [str(self.python), "-s", "-B", "-c", _BOOT.format(folder=str(runs.RECORDER))],
            readonly=[*isolation.prefixes(self.python), runs.RECORDER, *lend],
            env={
                "PYTHONPATH": str(self.box.root),
                "PYTHONHASHSEED": str(seed),
                "TZ": "Asia/Kolkata" if seed else "UTC",
            },
            stdin=json.dumps(request).encode(),
            limits=tests_proof.limits(self.request, self.resources.settings),
        )
        if run.timed_out:
            return {"error": say("stopped after {seconds} s", seconds=round(run.wall_s))}
        try:
            answer = json.loads(run.stdout)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            last = (run.stderr.decode(errors="replace").strip().splitlines() or [say("it ended without an answer")])[-1]
            return {"error": last[:200]}
        return answer


def _candidate(request: Request, subject: Symbol | None, recording: _Recording, path: Path, text: str) -> Candidate:
    doc = request.document
    name = subject.qualified if subject is not None else doc.path.name
    title = say(
        "Unit tests for {name} (assertions: {count}; planted faults exposed: {killed} of {mutants})",
        name=name, count=python_tests.assertion_count(text), killed=recording.killed, mutants=recording.mutants,
    )  # fmt: skip
    span = subject.name_span if subject is not None else Span(0, 0)
    rejected = recording.rejected
    findings = tuple(
        Finding(
            "tests.suspicious", Severity.INFORMATION, doc.path, span, evidence.counted([(reason, rejected[reason])])
        )
        for reason in _SUSPICIOUS
        if reason in rejected
    )
    left_out = tuple(sorted(rejected.items(), key=lambda row: (-row[1], row[0])))
    return Candidate(
        (Edit(path, Span(0, 0), text),), "embedded", 0.9, title, findings, gaps=recording.survivors, left_out=left_out
    )
