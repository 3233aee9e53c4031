"""What the embedded completion is worth: `python tests/bench/completion.py [--places N] [--repository FOLDER]…`.

Precision on the surest 10 and 25 % of the places and exact rest of line, on the history split (`completion_positions`),
without the text behind the caret, on unseen files, and where a whole repository was changed; at the thresholds; CPU time,
the first answer's apart; syntax faults added at random places. Means over repositories, never pooled. `--repository`: the
history split on git repositories of your own (the base is a twentieth of the log back, 100 to 300 commits if it has them).
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

import histories
from completion_positions import KINDS, Place, added, answers, ask, calibrated, checkout, folded, index_of, unseen
from histories import History
from report import Figure, publish

from copilot import edits, pipeline
from copilot.config import Settings
from copilot.context import gather
from copilot.context.index import Index
from copilot.engines.base import Engine, Resources
from copilot.engines.embedded import EmbeddedEngine
from copilot.syntax import tree
from copilot.tasks.complete import THRESHOLDS
from copilot.types import CompleteOptions, Context, Declined, Project, Request, Span, Task, document

SEED = 7


@dataclass(frozen=True)
class Row:
    """One answer: how sure its first proposal was (0: none), whether it was right, CPU milliseconds."""

    confidence: float
    right: bool
    reachable: bool
    spent: float
    kind: str
    language: str


def measured(places: Sequence[Place], index: Index) -> list[Row]:
    """The engine's answers at these places."""
    rows = []
    for place, found, spent in answers(places, index):
        gold = folded(place.gold)
        right = [folded(proposal.text) == gold for proposal in found]
        sure = found[0].confidence if found else 0.0
        rows.append(Row(sure, right[:1] == [True], any(right), spent, place.kind, place.language))
    return rows


def share(rows: Sequence[Row]) -> float:
    """How many of the answers are right; nan without any."""
    return sum(row.right for row in rows) / len(rows) if rows else float("nan")


def surest(rows: Sequence[Row], part: float) -> list[Row]:
    """The surest part of the answers."""
    return sorted(rows, key=lambda row: -row.confidence)[: max(round(len(rows) * part), 1)]


def shown(rows: Sequence[Row], threshold: float) -> list[Row]:
    """The answers that a profile shows."""
    return [row for row in rows if row.confidence >= threshold]


def mean(values: Iterable[float]) -> float:
    """The mean of what is a number."""
    kept = [value for value in values if value == value]
    return sum(kept) / len(kept) if kept else float("nan")


def line(name: str, rows: Sequence[Row]) -> str:
    """One row of the printed table."""
    cells = [f"{name:26} N {len(rows):4}  exact {share(rows):.3f}  among all {mean(r.reachable for r in rows):.3f}"]
    cells += [f"p@{part} {share(surest(rows, part / 100)):.2f}" for part in (10, 25, 40)]
    cells += [f"≥{t}: {len(shown(rows, t)) / len(rows):.2f}/{share(shown(rows, t)):.2f}" for t in THRESHOLDS.values()]
    spent = sorted(row.spent for row in rows)
    return "  ".join([*cells, f"cpu {statistics.median(spent):.0f}/{spent[int(len(spent) * 0.95)]:.0f} ms"])


@dataclass
class Split:
    """The answers of one split by repository."""

    title: str
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def add(self, name: str, rows: list[Row]) -> None:
        """Keep and print; nothing for a repository without places."""
        if rows:
            self.rows[name] = rows
            print(line(f"{self.title} {name}", rows), flush=True)

    def figures(self, prefix: str, *, goals: bool = False) -> list[Figure]:
        """Means over the repositories, of all and by language."""
        found = []
        for suffix, kept in (("", ("python", "java")), ("_python", ("python",)), ("_java", ("java",))):
            part = [rows for rows in self.rows.values() if rows[0].language in kept]
            if not part:
                continue
            own = goals and not suffix
            p25, p10, exact = (Figure(f"{prefix}precision_at_25{suffix}", mean(share(surest(r, 0.25)) for r in part), "share", ">=" if own else "", 0.8 if own else None),
                               Figure(f"{prefix}precision_at_10{suffix}", mean(share(surest(r, 0.1)) for r in part), "share", ">=" if own else "", 0.93 if own else None),
                               Figure(f"{prefix}exact_line{suffix}", mean(map(share, part)), "share", ">=" if own else "", 0.35 if own else None))  # fmt: skip
            found += [p25, p10, exact]
        for profile, threshold in THRESHOLDS.items():
            part = list(self.rows.values())
            found.append(
                Figure(f"{prefix}shown_{profile}", mean(len(shown(r, threshold)) / len(r) for r in part), "share")
            )
            found.append(
                Figure(f"{prefix}precision_{profile}", mean(share(shown(r, threshold)) for r in part), "share")
            )
        return found

    def every(self) -> list[Row]:
        """The answers of all repositories."""
        return [row for rows in self.rows.values() for row in rows]

    def kinds(self) -> None:
        """Print the kinds of places over all repositories."""
        for kind in KINDS:
            rows = [row for row in self.every() if row.kind == kind]
            if rows:
                print(line(f"{self.title} at {kind}", rows))


def own_repository(folder: Path) -> History:
    """A git repository as a history whose last step is the one to complete."""
    log = histories.git(folder, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    back = min(max(len(log) // 20, min(100, len(log) - 1)), 300)
    return History(folder.name, folder, (*log[: len(log) - back], log[-1]))


Answers = dict[str, list[Row]]
"""Rows by split."""


def history_split(history: History, count: int) -> Answers:
    """The history split with and without the text behind the caret, and before the workspace was calibrated."""
    root = checkout(history, history.commits[-2])
    places = added(history, count, SEED)
    index = index_of(root)
    first = [ask(places[0], index)[1]] if places else []
    plain = measured(places, index)
    index.close()
    index = calibrated(root)
    whole, ahead = measured(places, index), measured([replace(place, after="\n") for place in places], index)
    index.close()
    cold = [replace(row, spent=spent) for row, spent in zip(whole[:1], first, strict=False)]
    return {"history": whole, "ahead": ahead, "uncalibrated": plain, "first": cold}


def unseen_split(history: History, count: int) -> Answers:
    """Random lines of the last release, the file hidden."""
    root = checkout(history, history.commits[-1])
    index = index_of(root)
    rows = measured(unseen(root, count, SEED), index)
    index.close()
    return {"unseen": rows}


def drift_split(history: History, count: int) -> Answers:
    """The history split where everything was changed, before and after calibration."""
    root = checkout(history, history.commits[-2])
    places = added(history, count, SEED)
    index = index_of(root)
    plain = measured(places, index)
    index.close()
    index = calibrated(root)
    rows = measured(places, index)
    index.close()
    return {"drift": rows, "drift_uncalibrated": plain}


def large_split(history: History, count: int) -> Answers:
    """For the time that an answer takes: in a file just opened, again as when typing goes on, and the copies alone."""
    index = index_of(checkout(history, history.commits[-2]))
    cold: list[Row] = []
    warm: list[Row] = []
    instant: list[Row] = []
    for place in added(history, count, SEED):
        cold += measured([place], index)
        warm += measured([place], index)
        instant.append(replace(warm[-1], spent=ask(place, index, deadline=0.0)[1]))
    index.close()
    return {"large": cold, "large_warm": warm, "instant": instant}


@dataclass
class Bench:
    """A workbench with the embedded engine alone."""

    engine: Engine
    index: Index
    settings: Settings
    project: Project

    def engines(self, request: Request) -> list[Engine]:  # noqa: ARG002 - the protocol's
        return [self.engine]

    async def gather(self, request: Request) -> Context:
        return gather.gather(request, self.index, self.settings)


def faults(history: History, count: int) -> Answers:
    """Answers at random places, profile eager; right: the file has no more syntax faults than before."""
    root = checkout(history, history.commits[-1])
    index, settings = index_of(root), Settings()
    rows = []
    with ThreadPoolExecutor(1) as pool:
        engine = EmbeddedEngine(Resources(Project(root), settings, index, pool))
        bench = Bench(engine, index, settings, Project(root))
        for path, before, after in _holes(root, count):
            at = len(before.encode())
            language = "python" if path.suffix == ".py" else "java"
            doc = document(path, language, before + after)
            request = Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions("eager"), trigger="invoked")
            answer = asyncio.run(pipeline.suggest(request, bench))
            if isinstance(answer, Declined):
                continue
            trees = [tree.parse(d.text, language) for d in (doc, edits.apply(doc, answer.edits))]
            found = [len(tree.faults(t)) if t is not None else 0 for t in trees]
            rows.append(
                Row(answer.confidence, found[1] <= found[0], reachable=True, spent=0.0, kind="", language=language)
            )
    index.close()
    return {"faults": rows}


def _holes(root: Path, count: int) -> Iterable[tuple[Path, str, str]]:
    """Any column of any line of any file; the rest of the line is gone, or still there for a third."""
    chance = random.Random(SEED)
    files = sorted(p for p in root.rglob("*") if p.suffix in histories.SUFFIXES and 200 < p.stat().st_size < 100_000)
    for _ in range(count):
        path = chance.choice(files)
        lines = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
        number = chance.randrange(len(lines))
        row = lines[number]
        column = chance.randint(0, len(row))
        rest = chance.choice(("", "", row[column:]))
        yield path, "\n".join([*lines[:number], row[:column]]), "\n".join([rest, *lines[number + 1 :]])


Job = tuple[Callable[[History, int], Answers], History, int]


def run(job: Job) -> tuple[str, Answers]:
    """One repository's part, in a process of its own."""
    work, history, count = job
    return history.name, work(history, count)


def collected(jobs: Sequence[Job], workers: int) -> dict[str, Split]:
    """The splits of all jobs; each answer's CPU time is its thread's, so that they may run side by side."""
    splits: dict[str, Split] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for name, answered in pool.map(run, jobs):
            for split, rows in answered.items():
                splits.setdefault(split, Split(split)).add(name, rows)
    return splits


def main() -> None:
    """Ask, print, write the figures."""
    parser = argparse.ArgumentParser(description="Precision and cost of the embedded completion.")
    parser.add_argument("--places", type=int, default=200, help="places a repository")
    parser.add_argument("--random", type=int, default=5000, help="random places for syntax faults")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--repository", type=Path, action="append", help="a git repository of your own")
    asked = parser.parse_args()
    begun = time.monotonic()
    if asked.repository:
        own = [own_repository(folder.resolve()) for folder in asked.repository]
        splits = collected([(history_split, each, asked.places) for each in own], asked.workers)
        splits["history"].kinds()
        publish("completion_own", splits["history"].figures("completion."))
        return
    tests = histories.histories("test")
    jobs: list[Job] = [(history_split, each, asked.places) for each in tests]
    jobs += [(drift_split, each, asked.places) for each in histories.histories("drift")]
    jobs += [(large_split, each, asked.places) for each in histories.histories("large")]
    jobs += [(unseen_split, each, asked.places) for each in tests]
    jobs += [(faults, each, asked.random // len(tests)) for each in tests]
    splits = collected(jobs, asked.workers)
    splits["history"].kinds()
    splits["unseen"].kinds()
    told = splits["faults"].every()
    figures = [
        *splits["history"].figures("completion.", goals=True),
        *splits["ahead"].figures("completion.no_suffix_"),
        *splits["uncalibrated"].figures("completion.uncalibrated_"),
        *splits["unseen"].figures("completion.unseen_"),
        *drift(splits["drift"], splits["drift_uncalibrated"]),
        *cost(splits),
        Figure("completion.random_places", asked.random, "places"),
        Figure("completion.random_shown", len(told), "answers"),
        Figure("completion.syntax_errors_added", sum(not row.right for row in told), "answers", "<=", 0),
    ]
    print(f"{time.monotonic() - begun:.0f} s")
    publish("completion", figures)


def drift(split: Split, plain: Split) -> list[Figure]:
    """What is shown at threshold 0.5 where a whole repository was changed."""
    rows, before = split.every(), plain.every()
    return [
        Figure("completion.drift_shown", len(shown(rows, 0.5)) / len(rows), "share", "<=", 0.15),
        Figure("completion.drift_precision", share(shown(rows, 0.5)), "share", ">=", 0.6),
        Figure("completion.drift_exact_line", share(rows), "share"),
        Figure("completion.drift_shown_uncalibrated", len(shown(before, 0.5)) / len(before), "share"),
        Figure("completion.drift_precision_uncalibrated", share(shown(before, 0.5)), "share"),
    ]


def cost(splits: dict[str, Split]) -> list[Figure]:
    """CPU of an answer: in repositories of 0.2 to 4 MB, in a large one, the first one, and the instant tier."""
    part = {name: sorted(row.spent for row in split.every()) for name, split in splits.items()}

    def at(name: str, quantile: float) -> float:
        return part[name][int((len(part[name]) - 1) * quantile)]

    return [
        Figure("completion.cpu_p50_ms", at("history", 0.5), "ms CPU", "<=", 30),
        Figure("completion.cpu_p95_ms", at("history", 0.95), "ms CPU", "<=", 70),
        Figure("completion.cpu_p50_ms_30mb", at("large", 0.5), "ms CPU"),
        Figure("completion.cpu_p95_ms_30mb", at("large", 0.95), "ms CPU", "<=", 150),
        Figure("completion.cpu_p50_ms_30mb_warm", at("large_warm", 0.5), "ms CPU"),
        Figure("completion.cpu_p95_ms_30mb_warm", at("large_warm", 0.95), "ms CPU"),
        Figure("completion.cpu_first_ms", at("first", 0.5), "ms CPU"),
        Figure("completion.instant_p50_ms_30mb", at("instant", 0.5), "ms CPU"),
        Figure("completion.instant_p95_ms_30mb", at("instant", 0.95), "ms CPU"),
    ]


if __name__ == "__main__":
    sys.exit(main())
