"""What completion saves while somebody types: `python tests/bench/value.py [--characters N] [--repository FOLDER]…`.

A simulated user carries a repository from one release to the next: hunk by hunk from the top of a file, the old text of
what follows still behind the caret. Each added line is typed character by character; the editor brings the line's indent
(not counted). After every character the engine is asked. The user accepts, with one key, exactly what equals the final
text (as far as it goes, never ending inside a word) and pays for everything else: a wrong show is a text that
was shown and is not that, counted once while it stands (typed through), and again whenever it changes. What is typed is
everything: comments, imports and documentation too. Saved: characters less keys, as a part of the characters.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import histories
from completion import SEED, Bench, mean, own_repository
from completion_positions import calibrated, checkout
from histories import History
from report import Figure, publish

from copilot import pipeline
from copilot.config import Completion, Settings
from copilot.context.building import Builder
from copilot.context.listing import look
from copilot.context.reader import StoredIndex
from copilot.engines.base import Resources
from copilot.engines.embedded import EmbeddedEngine, session
from copilot.types import CompleteOptions, Declined, Project, Request, Span, Task, document

_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)


@dataclass
class Tally:
    """What one profile came to."""

    characters: int = 0
    keys: int = 0
    accepted: int = 0
    wrong: int = 0
    answers_wrong: int = 0
    asked: int = 0

    def saved(self) -> float:
        """Per cent of the characters that no key was needed for."""
        return 100 * (self.characters - self.keys) / max(self.characters, 1)


@dataclass(frozen=True)
class Typed:
    """Lines to type at a place of a file: `before` and `after` are what stands around them then."""

    path: Path
    before: str
    lines: tuple[str, ...]
    after: str


def work(history: History, root: Path, budget: int) -> Iterator[list[Typed]]:
    """Files with what is typed in them, until about `budget` characters are reached."""
    base, head = history.commits[-2], history.commits[-1]
    names = histories.git(history.root, "diff", "--name-only", "--find-renames=40%", "--diff-filter=AM", base, head)
    chosen = sorted(n for n in names.splitlines() if n.endswith(histories.SUFFIXES) and "migrations" not in n)
    random.Random(SEED).shuffle(chosen)
    left = budget
    for name in chosen:
        if left <= 0:
            return
        typed = list(_of_file(history, root, name, base, head, min(left, budget // 4)))
        left -= sum(len(line.strip()) for part in typed for line in part.lines)
        yield typed


def _of_file(history: History, root: Path, name: str, base: str, head: str, budget: int) -> Iterator[Typed]:
    patch = histories.git(history.root, "diff", "-U0", base, head, "--", name)
    old = histories.git(history.root, "show", f"{base}:{name}", check=False).replace("\r\n", "\n").split("\n")
    new = histories.git(history.root, "show", f"{head}:{name}").replace("\r\n", "\n").split("\n")
    for match in _HUNK.finditer(patch):
        gone, start, count = int(match[2] or "1"), int(match[3]), int(match[4] or "1")
        if not count or count > 60 or budget <= 0:
            continue
        first = start - 1
        rest = int(match[1]) - 1 + gone if gone else int(match[1])
        lines = tuple(new[first : first + count])
        before = "\n".join(new[:first]) + "\n" if first else ""
        budget -= sum(len(line.strip()) for line in lines)
        yield Typed(root / name, before, lines, "\n" + "\n".join(old[rest:]))


def play(typed: Typed, desk: Bench, profile: str, tally: Tally) -> None:
    """Type the lines."""
    language = "python" if typed.path.suffix == ".py" else "java"
    done = typed.before
    for n, line in enumerate(typed.lines):
        row = line.rstrip()
        final = "\n".join(typed.lines[n:]) + "\n"
        at = len(row) - len(row.lstrip())
        tally.characters += len(row.strip()) + 1
        tally.keys += 1  # the line end
        standing = ""  # what is shown and was not accepted
        while at < len(row):
            shown = _shown(typed.path, language, done + row[:at], typed.after, desk, profile, tally)
            if shown and _equals(shown, final[at:]):
                tally.keys += 1
                tally.accepted += 1
                at += len(shown)
                standing = ""
                continue
            if shown:
                tally.answers_wrong += 1
                tally.wrong += shown != standing
            tally.keys += 1
            standing = shown[1:] if shown[:1] == row[at] else ""
            at += 1
        done += row + "\n"


def _equals(shown: str, final: str) -> bool:
    """Whether the text is what the user wants, whole words only."""
    if not final.startswith(shown):
        return False
    return not (re.match(r"\w", final[len(shown) :]) and re.search(r"\w\Z", shown))


def _shown(path: Path, language: str, before: str, after: str, desk: Bench, profile: str, tally: Tally) -> str:
    """What the profile shows at a caret, every check of the task passed."""
    tally.asked += 1
    at = len(before.encode())
    request = Request(
        Task.COMPLETE,
        document(path, language, before + after),
        Span(at, at),
        CompleteOptions(profile),
        trigger="automatic",
    )
    answer = asyncio.run(pipeline.suggest(request, desk))
    return "" if isinstance(answer, Declined) else answer.edits[0].new


def save(root: Path, index: StoredIndex, path: Path, text: str) -> None:
    """What the index does when a file is saved."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    builder = Builder(root, index.folder, (), 400)
    found = look(root, path.relative_to(root).as_posix())
    if found is not None:
        builder.begin()
        builder.put(found, text)
        builder.commit()
    builder.database.close()


def measured(history: History, profile: str, budget: int) -> Tally:
    """The tally of one history. It works on copies: saves must not reach the other benchmarks."""
    tally = Tally()
    root = checkout(history, history.commits[-2], copy=f"value-{profile}")
    index = calibrated(root)
    session.clear()
    head = history.commits[-1]
    settings = Settings(completion=Completion(deadline_ms=60_000))  # the machine's load must not decide
    with ThreadPoolExecutor(1) as pool:
        desk = Bench(EmbeddedEngine(Resources(Project(root), settings, index, pool)), index, settings, Project(root))
        for typed in work(history, root, budget):
            for part in typed:
                play(part, desk, profile, tally)
            if typed:
                name = typed[0].path.relative_to(root).as_posix()
                save(root, index, typed[0].path, histories.git(history.root, "show", f"{head}:{name}"))
    index.close()
    return tally


def line(name: str, tally: Tally) -> str:
    """One row of the printed table."""
    each = tally.keys / max(tally.wrong, 1)
    return (
        f"{name:30} {tally.characters:6} characters  saved {tally.saved():5.1f} %  accepted {tally.accepted:4}"
        f"  wrong {tally.wrong:4}  keys per wrong show {each:6.1f}"
    )


def figures(tallies: dict[str, Sequence[Tally]]) -> list[Figure]:
    """Means over repositories of the saving; keys and wrong shows are added up."""
    found = []
    for profile, part in tallies.items():
        main = profile == "normal"
        wrong, keys = sum(t.wrong for t in part), sum(t.keys for t in part)
        suffix = "" if main else f"_{profile}"
        found += [
            Figure(f"value.chars_saved_pct{suffix}", mean(t.saved() for t in part), "%", ">=" if main else "", 25 if main else None),
            Figure(f"value.keys_per_wrong_show{suffix}", keys / max(wrong, 1), "keys", ">=" if main else "", 40 if main else None),
            Figure(f"value.keys_per_wrong_answer{suffix}", keys / max(sum(t.answers_wrong for t in part), 1), "keys"),
        ]  # fmt: skip
    return found


def main() -> None:
    """Type, print, write the figures."""
    parser = argparse.ArgumentParser(description="Characters that completion saves a simulated user.")
    parser.add_argument("--characters", type=int, default=600, help="characters to type a repository")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--repository", type=Path, action="append", help="a git repository of your own")
    asked = parser.parse_args()
    own = [own_repository(folder.resolve()) for folder in asked.repository or ()]
    found = own or histories.histories("test")
    tallies: dict[str, Sequence[Tally]] = {}
    with ProcessPoolExecutor(asked.workers, mp_context=get_context("spawn")) as pool:
        for profile in ("normal", "quiet", "eager"):
            count = len(found)
            tallies[profile] = list(pool.map(measured, found, [profile] * count, [asked.characters] * count))
            for history, tally in zip(found, tallies[profile], strict=True):
                print(line(f"{profile} {history.name}", tally), flush=True)
    publish("value_own" if own else "value", figures(tallies))


if __name__ == "__main__":
    sys.exit(main())
