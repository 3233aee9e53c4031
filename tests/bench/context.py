"""Whether a model is shown the definition that a line goes on to use: `python tests/bench/context.py [places]`.

A hit: the defining line stands in one of the first five snippets, within 2,000 tokens. Python: public packages with
what they depend on installed; Java: modules of the JDK's source, with the compiler's classes as a jar. `cold`: the first
answer of a fresh reader; all else warm. Figures a language are the mean over repositories, not over places.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from context_places import Gold, drafts_at, golds, index_of
from report import Figure, publish

from copilot.context import choice
from copilot.context.classes_java import Places
from copilot.context.dependencies import packages_of
from copilot.context.reader import StoredIndex
from copilot.context.recent import Work
from copilot.types import CompleteOptions, Request, Snippet, Span, Task, document

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / "build" / "bench-context" / "venv"
PYTHON = ("celery", "flask_appbuilder", "mkdocs", "sqlfluff")
JAVA = ("jdk.javadoc/jdk/javadoc", "java.net.http/jdk/internal/net/http", "jdk.jshell/jdk")
SNIPPETS, TOKENS = 5, 2_000
GOALS = {"line_start": 0.85, "mid_line": 0.93, "member_first": 0.65, "dependency": 0.75}


@dataclass(frozen=True)
class Subject:
    """A repository with its dependencies."""

    name: str
    language: str
    root: Path
    places: Places


def subjects(into: Path, python: Sequence[str] = PYTHON, java: Sequence[str] = JAVA) -> Iterator[Subject]:
    """The repositories, made under a folder; one that is not installed is left out aloud."""
    import shutil

    packages = packages_of(ENVIRONMENT / "bin" / "python")
    for name in python:
        source = next((p / name for p in packages if (p / name).is_dir()), None)
        if source is None:
            print(f"left out: {name} is not installed in {ENVIRONMENT.name}", file=sys.stderr)
            continue
        root = into / name
        shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", "*.so"))
        yield Subject(name, "python", root, Places(packages))
    homes = [path for path in sorted(Path("/usr/lib/jvm").glob("*/lib/src.zip")) if path.is_file()]
    if not homes:
        print("left out: no JDK source (src.zip)", file=sys.stderr)
        return
    jar = into / "compiler-17.jar"
    _jar(next(iter(sorted(Path("/usr/lib/jvm").glob("*/jmods/jdk.compiler.jmod"))), Path("none")), jar)
    with zipfile.ZipFile(homes[0]) as archive:
        names = archive.namelist()
        for inside in java:
            module = inside.partition("/")[0]
            root = into / module
            for entry in names:
                if entry.startswith(f"{inside}/") and entry.endswith(".java"):
                    target = root / entry.partition("/")[2]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(archive.read(entry))
            yield Subject(module, "java", root, Places(jars=(str(jar),)))


def _jar(module: Path, jar: Path) -> None:
    """The classes of a JDK module as a jar. A module file is a zip archive behind four bytes."""
    import io

    if not module.is_file():
        return
    with zipfile.ZipFile(io.BytesIO(module.read_bytes()[4:])) as source, zipfile.ZipFile(jar, "w") as target:
        for entry in source.namelist():
            if entry.startswith("classes/com/") and entry.endswith(".class"):
                target.writestr(entry.removeprefix("classes/"), source.read(entry))


def shown(root: Path, index: StoredIndex, gold: Gold) -> tuple[Snippet, ...]:
    """What would be sent at a place."""
    doc = document(root / gold.path, gold.language, gold.before + gold.after)
    at = len(gold.before.encode())
    request = Request(Task.COMPLETE, doc, Span(at, at), CompleteOptions())
    return choice.chosen(
        request, index, gold.before, gold.after, Work(drafts=drafts_at(root / gold.path, gold, index), patience_s=30)
    )  # the machine is shared: late here is not late there


def outcome(found: tuple[Snippet, ...], root: Path, gold: Gold) -> str:
    """`hit`: the defining line is among the first five snippets and the first 2,000 tokens; else where it was lost:
    `late` (shown, but behind those), `line` (its file is shown, the line is not), `absent`.
    """
    left = TOKENS
    lost = "absent"
    path = Path(gold.unit.path) if gold.unit.package else root / gold.unit.path
    for rank, snippet in enumerate(found):
        left -= snippet.tokens
        if snippet.path != path:
            continue
        if any(row.strip() == gold.line for row in snippet.text.split("\n")):
            return "hit" if rank < SNIPPETS and left >= 0 else "late"
        lost = "line"
    return lost


def rows_of(gold: Gold) -> Iterator[str]:
    """The rows of the table that a place counts for."""
    if gold.source == "dependency":
        yield "dependency" if gold.kind == "start" else "dependency_mid_line"
        return
    yield "line_start" if gold.kind == "start" else "mid_line"
    if gold.kind == "start":
        yield f"{gold.source}_{'again' if gold.again else 'first'}"


def measured(subject: Subject, count: int, folder: Path) -> tuple[dict[str, list[str]], list[float], list[float]]:
    """`(outcomes by row, warm CPU ms, cold wall ms)` of a repository."""
    index = index_of(subject.root, folder, subject.places)
    places = list(golds(subject.root, index, count, 7))
    found: dict[str, list[str]] = defaultdict(list)
    spent = []
    for gold in places:
        begun = time.thread_time()
        answer = shown(subject.root, index, gold)
        spent.append((time.thread_time() - begun) * 1000)
        for row in rows_of(gold):
            found[row].append(outcome(answer, subject.root, gold))
    index.close()
    cold = []
    for gold in places[:: max(len(places) // 5, 1)][:5]:
        fresh = StoredIndex(subject.root, folder)
        begun = time.perf_counter()
        shown(subject.root, fresh, gold)
        cold.append((time.perf_counter() - begun) * 1000)
        fresh.close()
    return found, spent, cold


def main() -> None:
    """Measure every repository, print a row each, publish."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 160
    table: dict[tuple[str, str], list[float]] = defaultdict(list)
    spent: list[float] = []
    cold: list[float] = []
    number = 0
    lost: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    with tempfile.TemporaryDirectory() as folder:
        for subject in subjects(Path(folder)):
            found, warm, first = measured(subject, count, Path(folder) / "index" / subject.name)
            spent += warm
            cold += first
            number += len(warm)
            cells = "  ".join(
                f"{row} {ends.count('hit') / len(ends):.2f}/{len(ends)}" for row, ends in sorted(found.items())
            )
            print(f"{subject.name:18} {subject.language:6} {cells}", flush=True)
            for row, ends in found.items():
                lost[subject.language, row].update(ends)
                if len(ends) >= 8:  # fewer say nothing
                    table[row, subject.language].append(ends.count("hit") / len(ends))
    for (language, row), counts in sorted(lost.items()):
        print(
            f"{language:6} {row:20} of {counts.total():3}: {', '.join(f'{n} {end}' for end, n in counts.most_common())}"
        )
    figures = [Figure("context.places", number, "places")]
    for row in dict.fromkeys(row for row, _ in table):
        languages = {language: statistics.mean(v) for (name, language), v in table.items() if name == row}
        goal = GOALS.get(row)
        op = ">=" if goal is not None else ""
        figures.append(Figure(f"context.recall5_{row}", statistics.mean(languages.values()), "share", op, goal))
        figures += [Figure(f"context.recall5_{row}_{name}", value, "share") for name, value in languages.items()]
    spent.sort()
    figures += [
        Figure("context.cpu_p50_ms", statistics.median(spent), "ms CPU"),
        Figure("context.cpu_p95_ms", spent[int(len(spent) * 0.95)], "ms CPU"),
        Figure("context.cold_ms", statistics.median(cold), "ms wall"),
    ]
    publish("context", figures)


if __name__ == "__main__":
    main()
