"""Held-out places to complete at, taken from installed open-source packages, and the answers of the embedded engine.

Protocol: the index holds the whole package, the file at hand is hidden from it (its buffer stands for it). A place is
a random code line, a third each at its start, at a word boundary, and with 1-3 letters typed; no imports, comments or
long strings. The text behind the caret starts 0-12 lines further down or is empty (half each), so that the engine
sees what it would see while a block is being written, not the rest of a finished file.
"""

from __future__ import annotations

import random
import re
import shutil
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from copilot.context.building import Builder
from copilot.context.reader import StoredIndex
from copilot.context.tokens import LONG, is_structure, lex
from copilot.engines.embedded.caret import caret
from copilot.engines.embedded.complete import Proposal, proposals
from copilot.types import CompleteOptions, Request, Span, Task, document

TRAIN = ("hypothesis", "rich", "setuptools", "click", "tomlkit", "importlinter", "email", "asyncio", "idlelib", "json",
         "java/java/time", "java/java/text", "java/java/security", "java/java/nio/file")  # fmt: skip
HELD_OUT = ("_pytest", "hatchling", "packaging", "git", "unittest", "xml", "java/java/net", "java/java/util/concurrent")

_NO_START = ("import", "from", "package", "@", "}", ")", "]", "{")


@dataclass(frozen=True)
class Place:
    """A caret with the rest of its line as it was."""

    path: Path
    language: str
    before: str
    after: str
    gold: str
    kind: str


def package(name: str, into: Path) -> Path:
    """A copy of an installed package (`java/…`: of a JDK's source) as a repository of its own."""
    target = into / name.replace("/", "-")
    if name.startswith("java/"):
        archive = next(iter(sorted(Path("/usr/lib/jvm").glob("*/lib/src.zip"))), None)
        if archive is None:
            raise FileNotFoundError("no JDK source (src.zip)")
        inside = "java.base/" + name.removeprefix("java/") + "/"
        with zipfile.ZipFile(archive) as source:
            for entry in source.namelist():
                if entry.startswith(inside) and entry.endswith(".java"):
                    out = target / entry.removeprefix(inside)
                    out.parent.mkdir(parents=True, exist_ok=True)
                    out.write_bytes(source.read(entry))
        return target
    paths = sysconfig.get_paths()
    for home in (paths["purelib"], paths["stdlib"]):
        if (Path(home) / name).is_dir():
            shutil.copytree(Path(home) / name, target, ignore=shutil.ignore_patterns("__pycache__", "*.so", "test*"))
            return target
    raise FileNotFoundError(name)


def index_of(root: Path, folder: Path) -> StoredIndex:
    """An index built in this process."""
    builder = Builder(root, folder, (), 400)
    builder.begin()
    for found in builder.stale()[0]:
        builder.put(found)
    builder.commit()
    builder.arrays()
    builder.database.close()
    return StoredIndex(root, folder)


def places(root: Path, count: int, seed: int) -> list[Place]:
    """`count` random places, at most six a file."""
    chance = random.Random(seed)
    files = sorted(p for p in root.rglob("*") if p.suffix in (".py", ".java") and 1_500 < p.stat().st_size < 200_000)
    found: list[Place] = []
    while files and len(found) < count:
        file = chance.choice(files)
        try:
            text = file.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        found += list(_in(file, text, chance, 2))
    return found[:count]


def _in(file: Path, text: str, chance: random.Random, count: int) -> Iterator[Place]:
    language = "python" if file.suffix == ".py" else "java"
    lines = text.splitlines(keepends=True)
    by_line: dict[int, list[str]] = {}
    lexed = lex(text, language)
    for word, line in zip(lexed.words, lexed.lines, strict=True):
        by_line.setdefault(line, []).append(word)
    for _ in range(count):
        number = chance.choice(sorted(by_line))
        words = [w for w in by_line[number] if not is_structure(w)]
        if not words or LONG in by_line[number] or words[0] in _NO_START or number >= len(lines):
            continue
        line = lines[number].rstrip("\r\n")
        ends, at = [], 0
        for word in words:
            at = line.find(word, at) + len(word)
            ends.append(at)
        kind = chance.choice(("start", "mid", "part"))
        n = chance.randrange(len(words))
        first = ends[n] - len(words[n])
        if kind == "start":
            column = ends[0] - len(words[0])
        elif kind == "mid":
            column = first
        else:
            if not words[n].isidentifier() or len(words[n]) < 3:
                continue
            column = first + chance.randint(1, min(3, len(words[n]) - 1))
        gold = line[column : ends[-1]]
        skipped = chance.randrange(13)
        after = "\n" + "".join(lines[number + 1 + skipped :]) if chance.random() < 0.5 else "\n"
        yield Place(file, language, "".join(lines[:number]) + line[:column], after, gold, kind)


def folded(text: str) -> str:
    """Spacing counts as none or one blank."""
    return re.sub(r"[ \t]+", " ", text.strip())


def ask(place: Place, index: StoredIndex) -> tuple[list[Proposal], float]:
    """The engine's proposals and its CPU milliseconds."""
    here = caret(place.path, place.language, place.before, place.after)
    if isinstance(here, str):
        return [], 0.0
    text = place.before + place.after
    at = len(place.before.encode())
    request = Request(Task.COMPLETE, document(place.path, place.language, text), Span(at, at), CompleteOptions())
    begun = time.thread_time()
    found = proposals(request, here, index)
    return found, (time.thread_time() - begun) * 1000


def rows(names: tuple[str, ...], count: int, seed: int) -> Iterator[tuple[str, Place, list[Proposal], float]]:
    """`count` places of each package with the engine's answers; a package that is not installed is left out aloud."""
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            try:
                root = package(name, Path(folder))
            except FileNotFoundError as error:
                print(f"left out: {error}", file=sys.stderr)
                continue
            index = index_of(root, Path(folder) / "index")
            for place in places(root, count, seed):
                found, spent = ask(place, index)
                yield name, place, found, spent
            index.close()
