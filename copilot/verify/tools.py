"""Outside programs that judge text and run none of it: how each is started, and ruff for Python (for Java: `javac`).

Each gets the text on standard input or in a private file, a wall-clock limit and an output limit; cancelling the
awaiting task kills it with all its children. Absent on purpose: what the judgement is good for (`copilot/tasks`).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from copilot.edits import lf
from copilot.errors import ToolMissing, ToolSilent
from copilot.messages import say
from copilot.types import Document, Edit, Span
from copilot.verify import processes
from copilot.verify.kept import Kept, digest

_PLAIN: Final = "E4,E7,E9,F"
"""What is found in a repository without a configuration: ruff's documented defaults, mistakes rather than taste."""

_TEST_LINE: Final = 100
"""Longest line of a generated test."""

_PROJECT_LIMIT: Final = 1_000_000

OUTPUT_LIMIT: Final = 16_000_000
SYNTAX: Final = "invalid-syntax"
"""The code of a diagnostic that says the text does not parse."""

_MEMORY: Final = 1 << 30
"""Bytes of address space for ruff, which needs a tenth of it for a file of 5 MB."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One diagnostic of ruff. `edits` is its fix, empty unless ruff calls the fix safe."""

    code: str
    message: str
    span: Span
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Output:
    """How a program ended. `complete` is false when it ran out of time or wrote more than the limit."""

    code: int
    stdout: bytes
    stderr: bytes
    complete: bool


async def run(
    command: Sequence[str | Path], stdin: bytes, cwd: Path | None, *, timeout_s: float, limit: int = OUTPUT_LIMIT
) -> Output:
    """Run a program without a shell in its own process group. Raises ToolMissing when it cannot be started."""
    try:
        ended = await processes.run(
            [str(word) for word in command], cwd=cwd, stdin=stdin, wall_s=timeout_s, keep=limit, flood=limit
        )
    except OSError as error:
        name = Path(command[0]).name
        raise ToolMissing(say("{name} cannot be started: {reason}.", name=name, reason=error.strerror)) from None
    complete = not ended.timed_out and not ended.truncated
    return Output(ended.returncode, ended.stdout, ended.stderr, complete)


@cache
def ruff_binary() -> Path:
    """The ruff that was installed with us, else the one on PATH. Raises ToolMissing."""
    name = "ruff.exe" if os.name == "nt" else "ruff"
    beside = Path(sys.executable).parent / name
    if beside.is_file():
        return beside
    if found := shutil.which("ruff"):
        return Path(found)
    raise ToolMissing(say("ruff was not found: install it beside bank-copilot or on PATH."))


_lints: Final[Kept[tuple[Path, Path, tuple[Path, int] | None, bytes], tuple[Diagnostic, ...]]] = Kept()


async def ruff(document: Document, root: Path, *, timeout_s: float = 10.0) -> tuple[Diagnostic, ...]:
    """What ruff says of a Python document under the project's configuration, plus undefined names in any case.

    A configuration that ruff refuses is left out (`--isolated`), so that a broken `pyproject.toml` does not silence
    the undefined names. Raises ToolMissing, and ToolSilent where it gave no answer or not in time (also with the
    configuration: without it the rest would look like all). The last few answers are kept.
    """
    configuration = _configuration(document.path)
    key = (document.path, root, configuration, digest(document.text))
    if (known := _lints.get(key)) is not None:
        return known
    unconfigured = ["--isolated", "--select", _PLAIN]
    own = ["--extend-select", "F821"]
    for configured in (own, unconfigured) if configuration is not None else (unconfigured,):
        done = await _ruff_check(document, root, configured, timeout_s)
        if not done.complete:
            break
        if done.code in {0, 1}:
            return _lints.keep(key, _diagnostics(document, done.stdout))
    raise ToolSilent(say("ruff gave no answer."))


def _configuration(path: Path) -> tuple[Path, int] | None:
    """The nearest ruff configuration and its time stamp; without one, taste (order of imports …) is nobody's wish."""
    for folder in path.parents:
        for name in (".ruff.toml", "ruff.toml", "pyproject.toml"):
            place = folder / name
            try:
                if place.is_file() and (name != "pyproject.toml" or _speaks_of_ruff(place)):
                    return place, place.stat().st_mtime_ns
            except (OSError, ValueError):
                return place, 0  # ruff itself says what is wrong with it
    return None


def _speaks_of_ruff(project: Path) -> bool:
    return project.stat().st_size <= _PROJECT_LIMIT and "[tool.ruff" in project.read_text("utf-8")


async def imports_sorted(document: Document, root: Path) -> tuple[Edit, ...] | None:
    """The edits that sort and merge the imports as the project wants them (ruff's I001); None when it cannot be said."""
    for configured in (["--select", "I001"], ["--isolated", "--select", "I001"]):
        done = await _ruff_check(document, root, configured, 10.0)
        if done.code in {0, 1} and done.complete:
            found = _diagnostics(document, done.stdout)
            if any(each.code == SYNTAX for each in found):
                return None
            return tuple(edit for each in found for edit in each.edits)
    return None


async def formatted_tests(text: str, root: Path, path: Path) -> str:
    """A test file in ruff's layout, imports sorted as seen from `root` and used ones only; as it is where ruff fails.

    Raises ToolMissing.
    """
    binary = ruff_binary()
    options = ["--isolated", "--line-length", str(_TEST_LINE), "--stdin-filename", str(path)]
    for command in (
        ["check", "--quiet", "--no-cache", "--fix", "--select", "I,F401,F811", *options, "-"],
        ["format", "--quiet", "--no-cache", *options, "-"],
    ):
        done = await run([binary, *command], text.encode(), root, timeout_s=20)
        if done.complete and done.stdout and done.code == 0:
            text = done.stdout.decode()
    return text


async def _ruff_check(document: Document, root: Path, options: Sequence[str], timeout_s: float) -> Output:
    name = document.path if document.path.suffix in {".py", ".pyi"} else document.path.with_suffix(".py")
    binary = ruff_binary()
    command: list[str | Path] = [*_bounded(), binary, "check", "--output-format", "json", "--no-cache", "--quiet"]
    folder = root if root.is_dir() else None
    return await run([*command, *options, "--stdin-filename", name, "-"], document.text, folder, timeout_s=timeout_s)


@cache
def _bounded() -> tuple[str, ...]:
    """Words that limit the address space of what follows: a project's configuration may `extend` a device."""
    found = shutil.which("prlimit")
    return (found, f"--as={_MEMORY}", "--") if found else ()


def _diagnostics(document: Document, output: bytes) -> tuple[Diagnostic, ...]:
    try:
        rows = json.loads(output or b"[]")
    except ValueError:
        return ()
    lines = _Lines(document.text)
    found = [_diagnostic(document, row, lines) for row in rows if row.get("location")]
    return tuple(sorted(found, key=lambda each: (each.span, each.code)))


def _diagnostic(document: Document, row: dict[str, Any], lines: _Lines) -> Diagnostic:
    fix = row.get("fix") or {}
    edits: tuple[Edit, ...] = ()
    if fix.get("applicability") == "safe":
        edits = tuple(Edit(document.path, lines.span(edit), lf(edit["content"])) for edit in fix["edits"])
    return Diagnostic(row.get("code") or SYNTAX, row["message"], lines.span(row), edits)


_END: Final = re.compile(rb"\r\n|\n|\r")
_BOM: Final = b"\xef\xbb\xbf"


class _Lines:
    """Rows and columns of ruff (from 1, columns in code points, a BOM not counted) to byte offsets."""

    def __init__(self, text: bytes) -> None:
        self._text = text
        first = len(_BOM) if text.startswith(_BOM) else 0
        self._starts = [first, *(match.end() for match in _END.finditer(text))]

    def span(self, row: dict[str, Any]) -> Span:
        start = self._offset(row["location"])
        return Span(start, max(start, self._offset(row["end_location"])))

    def _offset(self, place: dict[str, int]) -> int:
        index = place["row"] - 1
        if index >= len(self._starts):
            return len(self._text)
        start = self._starts[index]
        end = self._starts[index + 1] if index + 1 < len(self._starts) else len(self._text)
        line = self._text[start:end].decode("utf-8", "replace")
        return start + len(line[: place["column"] - 1].encode())
