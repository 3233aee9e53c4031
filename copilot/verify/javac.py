"""What javac says of a Java document: of its syntax alone, or also of names, types, exceptions. No class is written.

For the latter the text is compiled as it stands (saved or not) against the project: its source folders, what its build
left, the jars that the class path leads to (`context/classpath.py`). Annotation processors are off, so that a project's
own code does not run; what they would write, and jars that are not here, leave a class path incomplete:
`Report.complete` says so, and then only what a change makes worse or better counts. Absent on purpose: what to do about an error (`engines/embedded`).
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot.config import Settings
from copilot.context import classpath
from copilot.errors import ToolMissing, ToolSilent
from copilot.messages import say
from copilot.types import Document, Project, Span
from copilot.verify.kept import Kept, digest, one_correction
from copilot.verify.tools import run

_LIMIT_S: Final = 60.0
_TAB: Final = 8
_ALWAYS: Final = (
    "-J-XX:TieredStopAtLevel=1",
    "-J-XX:+UseSerialGC",
    "-proc:none",
    "-XDrawDiagnostics",
    "-encoding",
    "UTF-8",
)
_PLACE: Final = re.compile(
    r"^(?P<file>[^\n]*?\.java):(?P<line>\d+):(?P<column>\d+): compiler\.err\.(?P<key>[\w.-]+)(?:: (?P<rest>.*))?$"
)
_PACKAGE: Final = re.compile(rb"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
_PROCESSED: Final = re.compile(
    rb"^import\s+(?:static\s+)?(?:lombok|org\.mapstruct|com\.google\.auto|org\.immutables|io\.micronaut)\b",
    re.MULTILINE,
)
_BUILT: Final = (
    "target/classes",
    "target/test-classes",
    "build/classes/java/main",
    "build/classes/java/test",
    "bin",
    "out",
)
_SOURCES: Final = (
    "src/main/java",
    "src/test/java",
    "src",
    "target/generated-sources/*",
    "build/generated/sources/*/*/*",
)
_ABSENT: Final = frozenset({"doesnt.exist", "cant.access", "class.not.found"})


@dataclass(frozen=True, slots=True)
class Problem:
    """An error: javac's key without its prefix, its arguments as javac writes them, and where (one name, or a caret)."""

    key: str
    arguments: tuple[str, ...]
    span: Span

    @property
    def name(self) -> str:
        """The name that the error is about, where it is about one."""
        if self.key.startswith("cant.resolve"):
            return self.arguments[1] if len(self.arguments) > 1 else ""
        return self.arguments[0] if self.key == "doesnt.exist" and self.arguments else ""


@dataclass(frozen=True, slots=True)
class Report:
    """The errors in order; `complete`: everything that the text imports was there to be compiled against."""

    problems: tuple[Problem, ...]
    complete: bool


_reports: Final[Kept[tuple[Path, Path | None, bytes], Report]] = Kept()


async def report(document: Document, project: Project, settings: Settings) -> Report:
    """The errors of a document. Raises ToolMissing without a JDK, or when javac gives no answer in time.

    Half a second to two seconds of CPU: for what was asked for, not for diagnostics as one types. An answer is kept for one
    correction only, since other files decide it too.
    """
    key = document.path, project.java_home, digest(document.text)
    told = _reports.get(key)
    if told is None:
        begun = time.monotonic()
        jars = await asyncio.to_thread(classpath.jars, project.root, settings.index.classpath)
        problems = await _said(document, project.java_home, _options(document, project, jars))
        absent = any(each.key in _ABSENT for each in problems)
        told = Report(problems, complete=not absent and _PROCESSED.search(document.text) is None)
        _reports.keep(key, told, one_correction(begun))
    return told


async def syntax(document: Document, java_home: Path | None) -> tuple[Problem, ...]:
    """The syntax errors of a document; javac stops after parsing. Raises ToolMissing as `report` does.

    About half a second of CPU: for a proof that was asked for, not for diagnostics as one types.
    """
    return await _said(document, java_home, ["--should-stop=ifError=PARSE", "--should-stop=ifNoError=PARSE"])


async def _said(document: Document, java_home: Path | None, options: Sequence[str]) -> tuple[Problem, ...]:
    binary = compiler(java_home)
    if binary is None:
        raise ToolMissing(say("javac was not found: set JAVA_HOME to a JDK."))
    with tempfile.TemporaryDirectory(prefix="bank-copilot-") as folder:
        source = Path(folder, "source", document.path.with_suffix(".java").name)
        source.parent.mkdir()
        source.write_bytes(document.text)
        command: list[str | Path] = [binary, *_ALWAYS, *options, "-d", folder, source]
        done = await run(command, b"", Path(folder), timeout_s=_LIMIT_S)
    if not done.complete:
        raise ToolSilent(say("javac gave no answer in time."))
    rows = (done.stderr + done.stdout).decode("utf-8", "replace").splitlines()
    return tuple(sorted(_problems(rows, document), key=lambda each: each.span))


def compiler(java_home: Path | None) -> Path | None:
    """The compiler of the project's JDK, else one on PATH, else None."""
    name = "javac.exe" if os.name == "nt" else "javac"
    if java_home is not None and (java_home / "bin" / name).is_file():
        return java_home / "bin" / name
    found = shutil.which("javac")
    return Path(found) if found else None


def _options(document: Document, project: Project, jars: list[Path]) -> list[str]:
    here = [str(path) for path in (*_built(project.root), *jars)]
    return [
        "-implicit:none",
        "-nowarn",
        "-Xmaxerrs",
        "200",
        "--should-stop=ifError=FLOW",
        "--should-stop=ifNoError=FLOW",
        "-classpath",
        os.pathsep.join(here),
        "-sourcepath",
        os.pathsep.join(str(path) for path in _sources(document, project.root)),
    ]


def _built(root: Path) -> Iterator[Path]:
    for pattern in _BUILT:
        for place in (root / pattern, *sorted(root.glob(f"*/{pattern}"))):
            if place.is_dir():
                yield place


def _sources(document: Document, root: Path) -> Iterator[Path]:
    """The folder that the document's package starts in, then the project's usual ones."""
    found = _PACKAGE.search(document.text)
    folder, parts = document.path.parent, found[1].decode().split(".") if found else []
    if parts == list(folder.parts[-len(parts) :]) if parts else True:
        yield folder.parents[len(parts) - 1] if parts else folder
    for pattern in _SOURCES:
        for place in (*sorted(root.glob(pattern)), *sorted(root.glob(f"*/{pattern}"))):
            if place.is_dir():
                yield place


def _problems(rows: list[str], document: Document) -> Iterator[Problem]:
    name = document.path.with_suffix(".java").name
    lines = document.text.split(b"\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    for row in rows:
        match = _PLACE.match(row)
        if match is None or Path(match["file"]).name != name or int(match["line"]) > len(lines):
            continue
        number = int(match["line"]) - 1
        at = starts[number] + _byte(lines[number], int(match["column"]))
        arguments = tuple(_split(match["rest"] or ""))
        yield _placed(Problem(match["key"], arguments, Span(at, at)), document)


def _byte(line: bytes, column: int) -> int:
    """Byte offset in a line of javac's column (from 1, UTF-16 units, a tab to the next multiple of eight)."""
    at, size = 1, 0
    for char in line.decode("utf-8", "replace"):
        if at >= column:
            break
        at = at + _TAB - (at - 1) % _TAB if char == "\t" else at + (2 if ord(char) > 0xFFFF else 1)
        size += len(char.encode())
    return size


def _split(text: str) -> Iterator[str]:
    """Arguments of a raw diagnostic, split at commas outside brackets."""
    depth, part = 0, ""
    for char in text:
        depth += (char in "(<[") - (char in ")>]")
        if char == "," and depth <= 0:
            yield part.strip()
            part = ""
        else:
            part += char
    if text:
        yield part.strip()


_WORD: Final = re.compile(rb"[A-Za-z_$][\w$]*")


def _placed(problem: Problem, document: Document) -> Problem:
    """The problem with the span of the name it is about (javac points at the dot before it), else of the word there."""
    at, text = problem.span.start, document.text
    wanted = problem.name.rpartition(".")[2].encode()
    end = text.find(b"\n", at)
    for match in _WORD.finditer(text, at, end if end != -1 else len(text)):
        if wanted and match[0] == wanted:
            return Problem(problem.key, problem.arguments, Span(*match.span()))
        if not wanted and match.start() == at:
            return Problem(problem.key, problem.arguments, Span(*match.span()))
        if not wanted:
            break
    return problem
