"""Places to complete at in the benchmarks' histories, and the answers of the embedded engine.

History split: lines that the last release adds to the one before (`copilot.engines.embedded.history` says which); the
file at hand is the new one, everything else stands as it was. Unseen split: random lines of the last release, the file at
hand hidden, nothing behind the caret's line.
"""

from __future__ import annotations

import hashlib
import math
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import histories
from histories import History

import copilot.context
from copilot.context.building import Builder
from copilot.context.reader import StoredIndex
from copilot.engines.embedded import calibrate, outcomes
from copilot.engines.embedded.caret import caret
from copilot.engines.embedded.complete import Proposal, proposals
from copilot.engines.embedded.history import KINDS, Place, added_lines, code_lines, folded, on_lines
from copilot.types import CompleteOptions, Request, Span, Task, document

__all__ = ["KINDS", "Place", "added", "answers", "ask", "calibrated", "checkout", "folded", "index_of", "unseen"]


def checkout(history: History, commit: str, copy: str = "") -> Path:
    """A clone of the history that stands at a commit; what came later is not in its log. `copy`: one to write to."""
    target = histories.HOME / "trees" / f"{history.name}-{commit[:12]}{copy and '-' + copy}"
    if copy:  # who types in it writes into its index, too
        for old in (target, *(histories.HOME / "indexes").glob(f"{target.name}-*")):
            shutil.rmtree(old, ignore_errors=True)
    if not target.is_dir():
        target.parent.mkdir(parents=True, exist_ok=True)
        histories.git(target.parent, "clone", "--quiet", "--no-checkout", str(history.root), str(target))
        histories.git(target, "checkout", "--quiet", "--detach", commit)
        histories.git(target, "remote", "remove", "origin")
        for branch in histories.git(target, "for-each-ref", "--format=%(refname:short)", "refs/heads").split():
            histories.git(target, "branch", "--quiet", "-D", branch)
    return target


def index_of(root: Path) -> StoredIndex:
    """An index of a tree, built in this process and kept until the index's own code changes. Not calibrated."""
    code = hashlib.sha256()
    for part in sorted(Path(copilot.context.__file__).parent.glob("*.py")):
        code.update(part.read_bytes())
    folder = histories.HOME / "indexes" / f"{root.name}-{code.hexdigest()[:12]}"
    if not (folder / "done").is_file():
        shutil.rmtree(folder, ignore_errors=True)
        builder = Builder(root, folder, (), 400)
        builder.begin()
        for found in builder.stale()[0]:
            builder.put(found)
        builder.commit()
        builder.arrays()
        builder.database.close()
        (folder / "done").touch()
    calibrate.forget(folder)
    outcomes.forget(folder)
    return StoredIndex(root, folder)


def calibrated(root: Path) -> StoredIndex:
    """As `index_of`, calibrated on the history before the tree's commit, as the worker does it."""
    index = index_of(root)
    for _ in calibrate.steps(root, index):
        pass
    return index


def unseen(root: Path, count: int, seed: int) -> list[Place]:
    """`count` random places of a tree, at most four a file, nothing behind the caret's line."""
    chance = random.Random(seed)
    files = sorted(p for p in root.rglob("*") if p.suffix in histories.SUFFIXES and 1_500 < p.stat().st_size < 200_000)
    chance.shuffle(files)
    found: list[Place] = []
    for file in files:
        name, language = file.relative_to(root).as_posix(), _language(file.name)
        if len(found) >= count or "migrations" in file.parts:
            continue
        text = file.read_bytes().decode("utf-8", "replace")
        lines = sorted(code_lines(text.replace("\r\n", "\n"), language))
        found += [replace(place, after="\n") for place in on_lines(name, language, text, lines, chance, 4)]
    return found[:count]


def added(history: History, count: int, seed: int, release: int = -1, *, while_typing: bool = False) -> list[Place]:
    """`count` places on lines that the last release (or that one) adds to the one before it.

    `while_typing`: of some, what the release adds below is not there yet, or nothing is.
    """
    base, head = history.commits[release - 1], history.commits[release]
    chance = random.Random(seed)
    patch = histories.git(
        history.root, "diff", "-U0", "--find-renames=40%", "--find-copies-harder", "-l2000", base, head, "--"
    )
    found: list[Place] = []
    for name, lines in sorted(added_lines(patch).items()):
        text = histories.git(history.root, "show", f"{head}:{name}")
        places = on_lines(name, _language(name), text, lines, chance)
        found += [_while_typing(place, set(lines), chance) for place in places] if while_typing else places
    chance.shuffle(found)
    return found[:count]


def _while_typing(place: Place, lines: set[int], chance: random.Random) -> Place:
    """The place in a fifth of the cases at the file's end, in as many with the rest of its hunk not written yet."""
    drawn = chance.random()
    if drawn < _AT_THE_END:
        return replace(place, after="\n")
    if drawn < 2 * _AT_THE_END:
        rows = place.after.split("\n")
        number, gone = place.before.count("\n") + 1, 1
        while number in lines:
            number, gone = number + 1, gone + 1
        return replace(place, after="\n".join(["", *rows[gone:]]))
    return place


_AT_THE_END = 0.2


def _language(name: str) -> str:
    return "python" if name.endswith(".py") else "java"


def ask(place: Place, index: StoredIndex, deadline: float = math.inf) -> tuple[list[Proposal], float]:
    """The engine's proposals and its CPU milliseconds, lexing of the open file included."""
    path = index.root / place.name
    text = place.before + place.after
    at = len(place.before.encode())
    request = Request(Task.COMPLETE, document(path, place.language, text), Span(at, at), CompleteOptions())
    begun = time.thread_time()
    here = caret(path, place.language, place.before, place.after)
    found = proposals(request, here, index, deadline) if not isinstance(here, str) else []
    return found, (time.thread_time() - begun) * 1000


def answers(places: Sequence[Place], index: StoredIndex) -> Iterator[tuple[Place, list[Proposal], float]]:
    """Each place with the engine's proposals and the CPU milliseconds they took."""
    for place in places:
        found, spent = ask(place, index)
        yield place, found, spent
