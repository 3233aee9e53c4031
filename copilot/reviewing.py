"""The review of a change with a model beside the rules: what it is shown, how often it is asked, and what of it is kept.

The rules' review stands whatever the model does. Each question goes through the pipeline as any other, so content review and
the state of the gateway hold for it too; its answers are data that pass the gates (`review.claimed`), agree among each other,
and are judged by a second question before anybody reads them. Absent on purpose: how hunks are chosen (`review.hunks`), posting.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from copilot import edits, files, pipeline
from copilot.config import Settings
from copilot.errors import ConfigError, CopilotError, UnreadableFile
from copilot.messages import say
from copilot.progress import report
from copilot.review import answered, around, claimed, gates, hunks, looking
from copilot.review import review as rules
from copilot.review.answered import Answers
from copilot.review.change import Change
from copilot.review.claimed import Agreed, Dropped, Said
from copilot.review.diff import FileDiff
from copilot.review.foreign import Claim
from copilot.review.hunks import Line, Question
from copilot.review.looking import Asked, Seen
from copilot.review.remark import Asking, Covered, Remark, Review, ordered
from copilot.reviewfacts import ReviewOptions
from copilot.tasks import generate_runs
from copilot.tasks.generate_place import Place
from copilot.tasks.review import KINDS
from copilot.types import Declined, Document, Request, Severity, Span, Task, document
from copilot.verify import evidence

AT_ONCE: Final = 4
"""So many questions are with the model at the same time."""


@dataclass(slots=True)
class _Tally:
    """What is counted while a question is asked."""

    questions: int = 0
    answered: int = 0
    claims: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    why: dict[str, None] = field(default_factory=dict)
    name: str = ""

    def add(self, other: _Tally) -> None:
        """Count another's, too."""
        self.questions += other.questions
        self.answered += other.answered
        self.claims += other.claims
        self.dropped.update(other.dropped)
        self.why.update(other.why)
        self.name = other.name or self.name


class _Found(NamedTuple):
    """What came of a question. `whole`: whether every claim of it could have been told: it had answers enough for the votes,
    and the judge said something of each finding.
    """

    question: Question
    remarks: list[Remark]
    whole: bool
    tally: _Tally


@dataclass(frozen=True, slots=True)
class _Bench:
    """What all questions of a review have in common. `files`, `answers` and `runs` (of tests) let a few of them through at a time;
    `known` are earlier answers; `until`: the time of the loop at which no more is waited for.
    """

    change: Change
    asked: Asked
    workspace: pipeline.Workbench
    votes: Mapping[str, int]
    files: asyncio.Semaphore
    answers: asyncio.Semaphore
    runs: asyncio.Semaphore
    known: Answers | None
    until: float | None

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.workspace.settings


def votes(settings: Settings) -> dict[str, int]:
    """In how many answers a finding must stand, by rule. Raises ConfigError for a kind or a number that cannot be."""
    own = settings.review
    found = {claimed.PREFIX + kind: min(own.votes, own.samples) for kind in KINDS}
    for row in own.votes_for:
        name, _, count = row.partition("=")
        rule = name.strip()
        if rule not in found or not count.strip().isdecimal() or not 1 <= int(count) <= own.samples:
            raise ConfigError(
                say(
                    "Setting review.votes_for: {row} is not KIND=VOTES, with at most review.samples ({most}) votes and one of {kinds}.",
                    row=row,
                    most=own.samples,
                    kinds=", ".join(found),
                )
            )
        found[rule] = int(count)
    return found


async def reviewed(change: Change, asked: Asked, workspace: pipeline.Workbench, claims: Iterable[Claim] = ()) -> Review:
    """The rules' review with what a model adds to it. Raises as `review.review`, and ConfigError as `votes`."""
    least = votes(workspace.settings)
    found = await asyncio.to_thread(rules.review, change, asked, (), claims)
    return await with_model(change, asked, workspace, found, least)


async def with_model(
    change: Change,
    asked: Asked,
    workspace: pipeline.Workbench,
    found: Review,
    least: Mapping[str, int],
    *,
    known: Answers | None = None,
    within_s: float | None = None,
) -> Review:
    """A rules' review, and what the model adds. `known`: what it answered before is not asked again; `within_s`: seconds for all
    questions, what is not answered then counts as not answered.
    """
    until = asyncio.get_running_loop().time() + within_s if within_s is not None else None
    questions = await asyncio.to_thread(_chosen, change, found, workspace)
    some = (asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(1))
    bench = _Bench(change, asked, workspace, least, *some, known, until)
    done = 0

    async def one(question: Question) -> _Found:
        nonlocal done
        async with bench.files:
            answer = await _told(question, bench)
        done += 1
        report(say("the model reviews {path}", path=question.diff.path), done / len(questions))
        return answer

    async with asyncio.TaskGroup() as group:
        running = [group.create_task(one(question)) for question in questions]
    answers = [task.result() for task in running]
    said = [gates.masked(remark) for each in answers for remark in each.remarks]
    remarks, new = claimed.merged(found.remarks, said)
    tally = _Tally(dropped=Counter(duplicate=len(said) - len(new)))
    for each in answers:
        tally.add(each.tally)
    coverage = _covered(found.coverage, answers)
    asking = Asking(
        questions=tally.questions,
        answered=tally.answered,
        claims=tally.claims,
        kept=len(new),
        dropped=tuple(sorted((why, count) for why, count in tally.dropped.items() if count)),
        why=tuple(tally.why),
        name=tally.name,
    )
    return replace(found, remarks=ordered((*remarks, *new), asked.most), coverage=coverage, model=asking)


def _chosen(change: Change, found: Review, workspace: pipeline.Workbench) -> list[Question]:
    own = workspace.settings.review
    root = Path(os.path.realpath(change.root))

    def kept_out(one: FileDiff) -> bool:
        return any(workspace.index.excluded(root / name) for name in {one.old, one.new} if name)

    files = zip(change.files(), found.coverage, strict=True)
    return hunks.chosen(files, question=own.question_tokens, most=own.model_tokens, leave=kept_out)


def _covered(coverage: Sequence[Covered], found: Sequence[_Found]) -> tuple[Covered, ...]:
    """The coverage with how many hunks of each file the model saw whole and answered about, and where it gave no answer."""
    seen: dict[tuple[int, int], int] = Counter()
    asked = [each.question for each in found if each.whole]
    away = {piece.file for each in found if not each.whole for piece in each.question.pieces}
    for question in asked:
        rows = question.diff.rows
        for piece in question.pieces:
            own = rows[piece.first - 1 : piece.last]
            seen[piece.file, piece.hunk] += sum(row.kind != "context" and hunks.is_whole(row) for row in own)
    whole: Counter[int] = Counter()
    diffs = {piece.file: question.diff for question in asked for piece in question.pieces}
    for number, diff in diffs.items():
        changed = Counter(row.hunk for row in diff.rows if row.kind != "context")
        whole[number] = sum(seen[number, hunk] == count for hunk, count in changed.items())
    return tuple(replace(one, model=whole[number], away=number in away) for number, one in enumerate(coverage))


# One question


async def _told(question: Question, bench: _Bench) -> _Found:
    """What comes of a question, however it ends: what breaks off takes nothing from the rules and from other questions."""
    tally = _Tally()
    try:
        async with asyncio.timeout_at(bench.until):
            remarks, whole = await _asked(question, bench, tally)
    except TimeoutError:
        tally.why.setdefault(say("the time for the model's part was over"))
        tally.dropped = Counter(broken=tally.claims)
        remarks, whole = [], False
    except Exception as wrong:  # noqa: BLE001 -- an engine's fault, or one of ours about what a model said
        why = str(wrong) if isinstance(wrong, CopilotError) else type(wrong).__name__
        tally.why.setdefault(say("a question broke off: {why}", why=why))
        tally.dropped = Counter(broken=tally.claims)
        remarks, whole = [], False
    return _Found(question, remarks, whole, tally)


async def _asked(question: Question, bench: _Bench, tally: _Tally) -> tuple[list[Remark], bool]:
    """What the model finds in some rows of one file, proven and judged, and whether all of it could be told."""
    file, shown, options = await asyncio.to_thread(_prepared, question, bench)
    own = bench.settings.review
    doc = file.after or file.before
    if doc is None or not shown:
        return [], False
    key = _key(question, shown, options, bench)
    before = bench.known.get(key) if bench.known is not None else None
    if before is not None:
        with contextlib.suppress(ValueError):  # else it is asked as if nobody had answered
            return await asyncio.to_thread(_again, file, shown, before, bench), True
    asked = [replace(options, warm=n > 0) for n in range(own.samples)]
    answers = await asyncio.gather(*(_answer(doc, each, bench, tally) for each in asked))
    enough = sum(each is not None for each in answers) >= max(bench.votes.values())
    through, dropped = await asyncio.to_thread(_gated, file, shown, answers, bench)
    tally.dropped.update(dropped)
    kept = await _judged(doc, options, through, bench, tally) if through else []
    found = await _tested(await asyncio.to_thread(_finished, file, shown, kept, bench), file, bench)
    tally.dropped["fix"] += sum(bool(one.fix) for one in kept) - sum(bool(one.fix) for one in found)
    whole = enough and not tally.dropped["unjudged"]
    if whole and bench.known is not None:
        fixes = (one.fix if remark.fix else () for one, remark in zip(kept, found, strict=True))
        bench.known.put(key, answered.written(shown, zip(found, fixes, strict=True)))
    return found, whole


def _key(question: Question, shown: Sequence[Line], options: ReviewOptions, bench: _Bench) -> str:
    own = bench.settings.review
    asked = (
        options.around,
        own.samples,
        sorted(bench.votes.items()),
        sorted(bench.asked.off),
        bench.settings.gateway.model,
    )
    return answered.key(question.diff.path, shown, *asked, bench.settings.ui.locale)


def _again(file: Seen, shown: Sequence[Line], before: str, bench: _Bench) -> list[Remark]:
    """The findings that were told of the same lines before, where they stand now."""
    gate = claimed.Gates(file, shown, bench.workspace.index, bench.workspace.project)
    found = []
    for said, confidence in answered.read(before, shown):
        one = gate.placed(said)
        if isinstance(one, Remark):
            found.append(replace(gate.fixed(one, said.fix, bench.asked, bench.settings), confidence=confidence))
    return found


def _prepared(question: Question, bench: _Bench) -> tuple[Seen, list[Line], ReviewOptions]:
    """The file, the lines that are shown of it, and the question about them."""
    change, own = bench.change, bench.settings.review
    held = change.contents([question.diff])[0]
    file = looking.seen(question.diff, held)
    root = Path(os.path.realpath(change.root))
    file = file._replace(before=_placed(file.before, root), after=_placed(file.after, root))
    shown = hunks.lines(file, question.pieces, own.around_tokens // 2, whole=held.whole)
    beside = around.around(file, shown, bench.workspace.project.root, bench.workspace.index, own.around_tokens // 2)
    return file, shown, ReviewOptions(rows=hunks.written(shown), around=beside)


def _placed(doc: Document | None, root: Path) -> Document | None:
    """The document under its place in the repository, by which policy and index know it."""
    return document(root / doc.path, doc.language, doc.text) if doc is not None else None


async def _answer(doc: Document, options: ReviewOptions, bench: _Bench, tally: _Tally) -> Any | None:
    """The rows of one answer; None without one."""
    tally.questions += 1
    async with bench.answers:
        answer = await pipeline.suggest(Request(Task.REVIEW, doc, Span(0, 0), options), bench.workspace)
    if isinstance(answer, Declined):
        tally.why.setdefault(evidence.why(answer))
        return None
    tally.answered += 1
    tally.name = answer.origin.removeprefix("model:")
    rows = json.loads(answer.prose)
    tally.dropped.update(dict(answer.left_out))
    tally.claims += sum(count for _, count in answer.left_out) + (len(rows) if options.stage == "find" else 0)
    return rows


def _gated(
    file: Seen, shown: Sequence[Line], answers: Sequence[Any | None], bench: _Bench
) -> tuple[list[Agreed], Counter[str]]:
    """The claims of all answers that pass the gates and enough of them agree on, and why the others are dropped."""
    dropped: Counter[str] = Counter()
    gate = claimed.Gates(file, shown, bench.workspace.index, bench.workspace.project)
    placed: list[tuple[int, Remark, tuple[str, ...]]] = []
    for number, rows in enumerate(answers):
        for row in rows or ():
            said = Said(**{**row, "severity": Severity(row["severity"]), "names": tuple(map(tuple, row["names"]))})
            if claimed.PREFIX + said.kind in bench.asked.off:
                dropped["off"] += 1
                continue
            one = gate.placed(said)
            if isinstance(one, Dropped):
                dropped[one.reason] += 1
            else:
                placed.append((number, one, tuple(said.fix)))
    kept, lost = claimed.agreed(placed, lambda rule: bench.votes[rule])
    dropped["votes"] += lost
    dropped["duplicate"] += len(placed) - lost - len(kept)
    return kept, dropped


async def _judged(
    doc: Document, options: ReviewOptions, found: Sequence[Agreed], bench: _Bench, tally: _Tally
) -> list[Agreed]:
    """Those of the findings that hold by the judge; what is not judged is not told."""
    lines = [_claim(number, one.remark) for number, one in enumerate(found, 1)]
    verdicts = await _answer(doc, replace(options, stage="judge", claims="\n".join(lines)), bench, tally)
    kept = []
    for number, one in enumerate(found, 1):
        verdict = verdicts.get(str(number)) if verdicts is not None else None
        if verdict is True:
            kept.append(one)
        else:
            tally.dropped["unjudged" if verdict is None else "judge"] += 1
    return kept


def _claim(number: int, one: Remark) -> str:
    return f"{number}. {one.side} line {one.line} ({one.rule.removeprefix(claimed.PREFIX)}): {one.message}"


def _finished(file: Seen, shown: Sequence[Line], kept: Sequence[Agreed], bench: _Bench) -> list[Remark]:
    """The remarks, each with its fix where that stands; the surer ones are those that every answer has."""
    gate = claimed.Gates(file, shown, bench.workspace.index, bench.workspace.project)
    samples = bench.settings.review.samples
    found = []
    for one in kept:
        remark = gate.fixed(one.remark, one.fix, bench.asked, bench.settings)
        found.append(replace(remark, confidence="medium" if one.votes == samples else "low"))
    return found


async def _tested(found: Sequence[Remark], file: Seen, bench: _Bench) -> list[Remark]:
    """The remarks, without a fix that breaks an example or a test of the project that held before. They are run where the file
    lies as it is reviewed: a branch that is not checked out, or the bot's clone, has nothing to run.
    """
    after, kept = file.after, list(found)
    if after is None or not any(one.fix for one in kept) or not await asyncio.to_thread(_lies_there, after):
        return kept
    for n, one in enumerate(kept):
        if one.fix:
            own = tuple(replace(edit, path=after.path) for edit in one.fix)
            place = Place("edit", own[0].span, "")
            run = generate_runs.Change(after, edits.apply(after, own), own, place, "")
            async with bench.runs:
                held = [
                    check.passed async for check in generate_runs.checks(run, bench.workspace.project, bench.settings)
                ]
            kept[n] = one if all(held) else replace(one, fix=(), patch=())
    return kept


def _lies_there(doc: Document) -> bool:
    try:
        text, _ = files.decode(doc.path.read_bytes(), doc.path.name)
    except (OSError, UnreadableFile):
        return False
    return document(doc.path, doc.language, text).text == doc.text
