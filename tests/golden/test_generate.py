"""Golden generation: `generate/<case>/{input.*,request.toml,expected.*}` through the real pipeline; UPDATE_GOLDEN=1 rewrites.

`request.toml`: `at` (the caret stands on the first such text), `kind`, `instruction`. A folder `repo` is indexed for
real. A declined case has `expected.txt` with the reason. Java results are compiled by javac, Python results compiled.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from copilot import edits, files, pipeline
from copilot.config import Settings
from copilot.context.building import Builder
from copilot.context.index import Index
from copilot.context.reader import StoredIndex
from copilot.engines.base import Engine, Resources
from copilot.engines.embedded import EmbeddedEngine
from copilot.syntax import languages
from copilot.types import Context, Declined, Document, GenerateOptions, Project, Request, Span, Suggestion, Task

FOLDER = Path(__file__).with_name("generate")
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
UNCOMPILABLE = {"java_broken_elsewhere", "java_equals_of_subclass"}  # a fault and a foreign import stand in the input
CHECKS = ["applies", "syntax", "kept", "names", "members"]


class Bench:
    """The part of a workspace that the pipeline needs, with the real engine."""

    def __init__(self, root: Path, index: Index, executor: ThreadPoolExecutor) -> None:
        self.settings, self.project, self.index = Settings(), Project(root), index
        self._engine: Engine = EmbeddedEngine(Resources(self.project, self.settings, index, executor))

    def engines(self, _request: Request) -> Sequence[Engine]:
        return [self._engine]

    async def gather(self, _request: Request) -> Context:
        return Context("", "")


@pytest.fixture(scope="module")
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as threads:
        yield threads


def index_of(root: Path, folder: Path) -> Index:
    builder = Builder(root, folder, (), 500)
    builder.begin()
    for found in builder.stale()[0]:
        builder.put(found)
    builder.commit()
    builder.database.close()
    return StoredIndex(root, folder)


def opened(case: Path, root: Path) -> tuple[Document, Request]:
    """The case's file, copied into the repository at `root`, and the request on it."""
    source = next(case.glob("input.*"))
    package = "com/bank/web" if (case / "repo" / "com").is_dir() else "shop" if (case / "repo").is_dir() else "."
    path = root / package / source.name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, path)
    given = tomllib.loads((case / "request.toml").read_text("utf-8"))
    doc = files.read(path, languages.language_of(path))
    at = doc.text.index(given["at"].encode())
    options = GenerateOptions(kind=given["kind"])
    return doc, Request(Task.GENERATE, doc, Span(at, at), options, instruction=given["instruction"])


@pytest.mark.parametrize("name", CASES)
def test_generate(name: str, tmp_path: Path, executor: ThreadPoolExecutor) -> None:
    case, root = FOLDER / name, tmp_path / "repo"
    if (case / "repo").is_dir():
        shutil.copytree(case / "repo", root)
    root.mkdir(exist_ok=True)
    index = index_of(root, tmp_path / "index") if (case / "repo").is_dir() else Index()
    doc, request = opened(case, root)
    answer = asyncio.run(pipeline.suggest(request, Bench(root, index, executor)))
    assert isinstance(answer, Declined) == name.endswith(("declined", "present"))
    if isinstance(answer, Declined):
        compare(case / "expected.txt", f"{answer.reason}\n{answer.detail}\n".encode())
        return
    assert isinstance(answer, Suggestion)
    assert [check.name for check in answer.checks] == CHECKS
    after = edits.apply(doc, answer.edits)
    compare(case / f"expected{doc.path.suffix}", after.text)
    if "broken" not in name and doc.language == "python":
        compile(after.text, name, "exec", dont_inherit=True)


def compare(expected: Path, got: bytes) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        expected.write_bytes(got)
    assert got == expected.read_bytes()


def test_java_results_compile(tmp_path: Path) -> None:
    """javac over every Java result whose input is whole, each in a folder of its own, all in one virtual machine."""
    folders = []
    for case in (FOLDER / name for name in CASES):
        result = case / "expected.java"
        if not result.exists() or case.name in UNCOMPILABLE:
            continue
        home = tmp_path / case.name
        shutil.copytree(case / "repo", home) if (case / "repo").is_dir() else home.mkdir()
        public = re.search(r"public class (\w+)", result.read_text("utf-8"))
        shutil.copy(result, home / f"{public.group(1) if public else 'Case'}.java")
        folders.append(home)
    program = Path(__file__).parents[1] / "fixtures" / "generate" / "CompileEach.java"
    done = subprocess.run(["java", str(program), *map(str, folders)], capture_output=True, text=True, check=True)
    results = dict(reversed(line.split(" ", 1)) for line in done.stdout.splitlines() if re.match(r"\d+ java_", line))
    assert results == {home.name: "0" for home in folders}, done.stdout
    assert len(folders) >= 12
