"""`bank-copilot tests --staged`: tests for what the commit being made changes; the body of the pre-commit hook.

Everything is read from the index and its parent, nothing from the working tree but what says where tests lie. Files are
written, never staged. Absent on purpose: deciding whether a changed behaviour was meant; the developer does.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from copilot import edits, files, git, pipeline
from copilot.commands import session, staged_report
from copilot.commands.staged_report import Caught, Report, Tested
from copilot.errors import CopilotError, UnreadableFile, UsageError
from copilot.messages import say
from copilot.progress import listening, report
from copilot.tasks import staged, staged_file, staged_proof
from copilot.tasks.staged import Subject
from copilot.types import Declined, Document, Edit, Request, Span, Suggestion, Task, TestsOptions, document
from copilot.usage import written as writing
from copilot.verify import evidence, python_places, python_tests, runs, snapshot, tools
from copilot.workspace import Workspace

BUDGET_S: Final = 30.0
"""Wall seconds for the whole hook."""

MOST: Final = 5
"""So many functions or classes of one commit get tests."""

_LEAST_S: Final = 4.0
"""With less time left nothing new is begun."""

_MODEL_SHARE: Final = 0.4
"""Of the time box, for one answer of a model: the embedded engine is to have its turn."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """One hook run: the workspace over the coming commit and over its parent, the change, and when time is up."""

    workspace: Workspace
    before: Workspace
    trees: git.Trees
    changed: frozenset[str]
    out: Path | None
    until: float
    report: Report

    @property
    def left_s(self) -> float:
        return self.until - time.monotonic()


async def run(options: argparse.Namespace) -> int:
    """1 when a file was written, or a behaviour differs that no test of the commit speaks of; else 0."""
    until = time.monotonic() + (BUDGET_S if options.budget is None else options.budget)
    here = Path(os.path.realpath(session.folder(options.root) if options.root is not None else Path()))
    top = await asyncio.to_thread(git.commit_root, here)
    change = await asyncio.to_thread(git.staged, top) if top is not None else None
    if top is None or change is None:
        raise UsageError(say("{name} is in no git repository.", name=here))
    told = Report()
    wanted = [one for one in change.changes if _concerns(one)]
    if not wanted:
        staged_report.show(told, options)
        return 0
    options.root = top
    async with session.workspace(options, top, **_patience(options)) as workspace:
        subjects = await asyncio.to_thread(_subjects, change, wanted, workspace, told)
        if subjects:
            with listening(session.progress):
                await _all(subjects, change, workspace, options, until, told)
        # Where the recorded tests left nothing open nobody has asked the gateway yet.
        state = await workspace.reach() if subjects and options.strict else workspace.availability
        away = state is not None and state.status == "degraded"
    if away and options.strict:
        told.strict = say("the model is not available, and --strict asks for it")
    staged_report.show(told, options)
    return 1 if told.written or told.strict or any(not one.meant for one in told.caught) else 0


def _patience(options: argparse.Namespace) -> dict[str, float]:
    return {"tests_s": max(1.0, (BUDGET_S if options.budget is None else options.budget) * _MODEL_SHARE)}


def _concerns(one: git.Change) -> bool:
    """Python code that is no test: a change of nothing else costs a commit nothing."""
    if one.before == one.after:
        return False  # a new name or mode alone
    return any(name.endswith(".py") for name in (one.path, one.old)) and not python_places.is_test(Path(one.path))


def _subjects(change: git.Staged, wanted: list[git.Change], workspace: Workspace, told: Report) -> list[Subject]:
    """What the commit changes in these files; what is not looked at, and calls that are gone, go to the report."""
    texts = git.contents(change, (name for one in wanted for name in (one.before, one.after)))
    direct: list[Subject] = []
    users: list[Subject] = []
    for one in wanted:
        try:
            before = _document(change.top / one.path, texts.get(one.before)) if one.before else None
            after = _document(change.top / one.path, texts.get(one.after)) if one.after else None
        except UnreadableFile as error:
            told.skipped.append((one.path, "", str(error)))
            continue
        reason = staged.unwanted(one.path, after.text if after is not None else b"")
        if not reason and workspace.excluded(change.top / one.path):
            reason = say("kept out by .copilotignore or index.exclude")
        if not reason and after is not None and (kind := staged.secret(after.text.decode(), workspace.settings.guard)):
            reason = say("it holds sensitive text ({kind})", kind=kind)
        if reason:
            told.skipped.append((one.path, "", reason))
            continue
        if after is None:
            after = replace(before, parts=(b"",)) if before is not None else None
        if after is None:
            continue
        found = staged.changed(after, before, git.changed_lines(change, one))
        told.moved += [(one.path, was, "") for was in found.gone]
        direct += [subject for subject in found.subjects if not subject.uses]
        users += [subject for subject in found.subjects if subject.uses]
    told.moved += [(_name(s, change.top), *s.signature) for s in direct if s.signature is not None]
    return [*direct, *users]


def _document(path: Path, text: bytes | None) -> Document:
    if text is None:
        raise UnreadableFile(say("{name} is not in the repository's store.", name=path.name))
    if len(text) > files.MAX_BYTES:
        raise UnreadableFile(
            say(
                "{name} has {size} bytes, more than the limit of {limit}.",
                name=path.name,
                size=len(text),
                limit=files.MAX_BYTES,
            )
        )
    decoded, encoding = files.decode(text, path.name)
    return replace(document(path, "python", decoded), encoding=encoding)


def _name(subject: Subject, top: Path) -> str:
    return subject.document.path.relative_to(top).as_posix()


async def _all(
    subjects: list[Subject],
    change: git.Staged,
    workspace: Workspace,
    options: argparse.Namespace,
    until: float,
    told: Report,
) -> None:
    """Each subject in its turn, until five have had one or the time is up."""
    out = options.out.resolve() if options.out else None
    out = out or (change.top / workspace.settings.tests.out if workspace.settings.tests.out else None)
    new: list[Subject] = []
    for subject in subjects:
        if not options.out and _leaves(subject, change.top, out):
            reason = say("its tests would lie outside the repository")
            told.skipped.append((_name(subject, change.top), subject.symbol.qualified, reason))
        elif not _known(subject, change, out, told):
            new.append(subject)
    if not new:
        return
    trees = await asyncio.to_thread(
        lambda: git.trees(
            change,
            files=snapshot.MAX_FILES,
            file_bytes=snapshot.MAX_FILE_BYTES,
            total_bytes=snapshot.MAX_TOTAL_BYTES,
        )
    )
    told.complete = trees.complete
    await workspace.index_built(timeout_s=max(0.5, (until - time.monotonic()) / 6))
    paths = frozenset(one.path for one in change.changes)
    desk = _Desk(workspace.over(trees.after), workspace.over(trees.before), trees, paths, out, until, told)
    for number, subject in enumerate(new):
        where = _name(subject, change.top)
        if number >= MOST - len(told.known):  # five a commit, not five a run
            told.skipped.append((where, subject.symbol.qualified, say("more than {count} changed", count=MOST)))
        elif desk.left_s < _LEAST_S:
            told.skipped.append((where, subject.symbol.qualified, say("did not fit in the time")))
        else:
            await _one(subject, desk)


async def _one(subject: Subject, desk: _Desk) -> None:
    """Tests for the change, and at the same time what the parent's tests catch; what is late is dropped by name."""
    where, name = _name(subject, desk.workspace.project.root), subject.symbol.qualified
    report(say("testing {name}", name=name))
    jobs = [
        asyncio.create_task(_tested(subject, desk)),
        asyncio.create_task(_caught(subject, desk)),
    ]
    try:
        done, late = await asyncio.wait(jobs, timeout=max(0.1, desk.left_s))
    finally:
        for job in jobs:
            job.cancel()
    for job in late:
        with suppress(asyncio.CancelledError, CopilotError):
            await job
    if jobs[0] in late:
        desk.report.skipped.append((where, name, say("did not fit in the time")))
    elif jobs[1] in late:
        desk.report.uncompared.append((where, name))
    for job in done:
        try:
            job.result()
        except CopilotError as error:
            desk.report.skipped.append((where, name, str(error)))


# -- tests of the change ---------------------------------------------------------------------------------------------


def _known(subject: Subject, change: git.Staged, out: Path | None, told: Report) -> bool:
    """Whether an earlier run wrote tests for this very version, into a file that is still there."""
    for path, text in _earlier(subject, change.top, out):
        found = staged_file.mark(text)
        if found is not None and (found.subject, found.code) == (_subject(subject, change.top), subject.code):
            name = path.relative_to(change.top).as_posix() if path.is_relative_to(change.top) else str(path)
            told.known.append((_name(subject, change.top), subject.symbol.qualified, name))
            return True
    return False


def _leaves(subject: Subject, top: Path, out: Path | None) -> bool:
    """Whether a setting or a link of the repository leads its tests out of it: nobody looks before the hook writes."""
    path = python_places.test_path(subject.document, top, out, subject.symbol.qualified)
    return not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(top))


def _subject(subject: Subject, top: Path) -> str:
    place = python_places.place(subject.document, top)
    return f"{place.name if place is not None else '?'}:{subject.symbol.qualified}"


def _earlier(subject: Subject, top: Path, out: Path | None) -> list[tuple[Path, str]]:
    """Files on the disk that may hold our tests of a subject: those with the names that we give them."""
    free = python_places.test_path(subject.document, top, out, subject.symbol.qualified)
    stem = staged_file.base(free.stem)
    found = []
    for path in sorted(free.parent.glob("*.py")):
        if staged_file.base(path.stem) == stem and not path.is_symlink():
            with suppress(UnreadableFile):
                found.append((path, files.read(path, "python").text.decode()))
    return found


async def _tested(subject: Subject, desk: _Desk) -> None:
    """Make tests on the change, label them against the parent, write them."""
    top = desk.workspace.project.root
    doc, name = subject.document, subject.symbol.qualified
    options = TestsOptions(out=desk.out, budget_s=max(2.0, desk.left_s))
    answer = await pipeline.suggest(Request(Task.TESTS, doc, subject.symbol.name_span, options), desk.workspace)
    if isinstance(answer, Declined):
        desk.report.decline(answer)
        desk.report.skipped.append((_name(subject, top), name, evidence.why(answer)))
        return
    text, path = await _settled(subject, answer, desk)
    new = subject.old is None
    parent = None if new else await _outcome(subject, text, path, desk, desk.before, subject.before)
    found = staged_proof.labels(parent, python_tests.names(text), new=new)
    marked = staged_file.marked(text, _subject(subject, top), subject.code, found)
    before = files.read(path, "python") if path.exists() else Document(path, "python", (b"",), newline=doc.newline)
    files.write(edits.apply(before, [Edit(path, Span(0, len(before)), marked)]))
    writing.count([answer], Task.TESTS.value, doc.language, desk.workspace.settings)
    desk.report.tested.append(Tested(_name(subject, top), name, path, found, answer, subject.uses))


async def _settled(subject: Subject, answer: Suggestion, desk: _Desk) -> tuple[str, Path]:
    """The text of the test file and where it goes: into our own earlier file, with those of its tests that still hold."""
    edit = answer.edits[0]
    top = desk.workspace.project.root
    for path, old in _earlier(subject, top, desk.out):
        if not staged_file.ours(old, _subject(subject, top)):
            continue
        ran = await _outcome(subject, old, path, desk, desk.workspace, subject.document)
        joined = staged_file.joined(edit.new, old, staged_proof.holding(ran))
        if joined is None:
            continue
        if joined == edit.new:
            return edit.new, path
        joined = await tools.formatted_tests(joined, top, path)
        if (await _outcome(subject, joined, path, desk, desk.workspace, subject.document)).passed:
            return joined, path
    return edit.new, edit.path


async def _outcome(
    subject: Subject, text: str, path: Path, desk: _Desk, workspace: Workspace, doc: Document | None
) -> runs.Outcome:
    return await staged_proof.outcome(
        doc or subject.document, text, path, workspace.project, workspace.settings, desk.left_s
    )


# -- tests of the parent ---------------------------------------------------------------------------------------------


async def _caught(subject: Subject, desk: _Desk) -> None:
    """Run tests that were made for the parent's version on the change. A call that is made otherwise is no catch."""
    if subject.old is None or subject.before is None or subject.signature is not None:
        return
    options = TestsOptions(out=desk.out, budget_s=max(2.0, desk.left_s), plain=True)
    # Nobody reads these tests: what they leave open is not worth a model's time.
    asked = Request(Task.TESTS, subject.before, subject.old.name_span, options, trigger="automatic")
    answer = await pipeline.suggest(asked, desk.before)
    if isinstance(answer, Declined):
        return
    edit = answer.edits[0]
    ran = await _outcome(subject, edit.new, edit.path, desk, desk.workspace, subject.document)
    top = desk.workspace.project.root
    meant = _spoken_of(subject, desk)
    for one in staged_proof.catches(edit.new, ran):
        desk.report.caught.append(Caught(_name(subject, top), subject.symbol.qualified, one, meant))


def _spoken_of(subject: Subject, desk: _Desk) -> str:
    """The test file of this very commit that names what changed, empty without one: then the change was meant."""
    word = subject.symbol.name.encode()
    for name in sorted(desk.changed):
        if python_places.is_test(Path(name)) and word in desk.trees.after.get(name, b""):
            return name
    return ""
