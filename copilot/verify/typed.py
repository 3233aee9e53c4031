"""What the project's own type checker says of a file: mypy or pyright, where the project has set it up and installed it.

It is the project's program with the project's plug-ins, so it runs in the sandbox, within limits, on a copy in which the
file reads as it is to be judged. No set-up, no tool, no sandbox or no answer in time: nothing is said. Absent on purpose:
which errors count (`tasks/fix_proof`).
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot import files
from copilot.config import Settings
from copilot.errors import CopilotError
from copilot.types import Document, Project
from copilot.verify import isolation, sandbox
from copilot.verify.kept import Kept, digest, one_correction

_LIMITS: Final = sandbox.Limits(wall_s=60.0, cpu_s=40, memory_mb=4096, scratch_mb=128)
_WIDE: Final = 64_000
"""MB of address space for node, which reserves far more than it uses."""

_MYPY: Final = re.compile(
    r"^(?P<path>[^:\n]+):(?P<line>\d+)(?::\d+)?: error: (?P<message>.*?)(?:  \[(?P<code>[\w-]+)\])?$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Report:
    """The errors of a checker with how often each; lines are left out, they move."""

    tool: str
    errors: Counter[tuple[str, str]]

    def says(self, message: str) -> bool:
        """Whether one of the errors is this one, word for word."""
        return any(message.strip() in (told, told.strip()) for _, told in self.errors)


_reports: Final[Kept[tuple[Path, Path, bytes], Report]] = Kept()


def checker(project: Project) -> str:
    """`mypy`, `pyright` or `basedpyright`: what the project has set up and installed beside its interpreter; else empty."""
    if project.python is None:
        return ""
    beside = project.python.absolute().parent
    setup = _text(project.root / "pyproject.toml")
    mypy = "[tool.mypy" in setup or "[mypy" in _text(project.root / "setup.cfg")
    if (mypy or any((project.root / name).is_file() for name in ("mypy.ini", ".mypy.ini"))) and (
        beside / "mypy"
    ).is_file():
        return "mypy"
    for name, table in (("basedpyright", "[tool.basedpyright"), ("pyright", "[tool.pyright")):
        if (table in setup or (project.root / "pyrightconfig.json").is_file()) and (beside / name).is_file():
            return name
    return ""


def _text(path: Path) -> str:
    return files.text(path) if path.is_file() else ""


async def report(document: Document, project: Project, settings: Settings) -> Report | None:
    """What the project's checker says with the file as in `document`; None where there is none, or no answer.

    Seconds: for what was asked for. An answer is kept for one correction only, since other files decide it too.
    """
    tool = checker(project)
    if not tool or document.language != "python" or not document.path.is_relative_to(project.root):
        return None
    key = document.path, project.root, digest(document.text)
    told = _reports.get(key)
    if told is None:
        begun = time.monotonic()
        told = await _asked(tool, document, project, settings)
        if told is not None:
            _reports.keep(key, told, one_correction(begun))
    return told


async def _asked(tool: str, document: Document, project: Project, settings: Settings) -> Report | None:
    python = project.python
    if python is None:
        return None
    path = document.path.relative_to(project.root).as_posix()
    laid = {path: document.text}
    shown = isolation.prefixes(python)
    limits = _LIMITS
    if tool == "mypy":
        command = [str(python), "-m", "mypy", "--no-error-summary", "--no-color-output", "--no-pretty", "--show-error-codes",
                   "--cache-dir=/dev/null", path]  # fmt: skip
    else:
        command = [str(python.absolute().parent / tool), "--outputjson", path]
        limits = sandbox.Limits(wall_s=60.0, cpu_s=40, memory_mb=_WIDE, scratch_mb=128)
    try:
        async with sandbox.opened(project.root, settings, files=laid, readonly=shown, base=project.base) as box:
            done = await box.run(command, readonly=shown, limits=limits)
    except CopilotError:
        return None
    if done.timed_out or done.truncated or done.returncode not in (0, 1):
        return None
    text = done.stdout.decode("utf-8", "replace")
    return Report(tool, _mypy(text) if tool == "mypy" else _pyright(text))


def _mypy(text: str) -> Counter[tuple[str, str]]:
    return Counter((match["path"], match["message"]) for match in _MYPY.finditer(text))


def _pyright(text: str) -> Counter[tuple[str, str]]:
    try:
        rows = json.loads(text)["generalDiagnostics"]
        return Counter((Path(r["file"]).name, str(r["message"])) for r in rows if r["severity"] == "error")
    except (ValueError, KeyError, TypeError):
        return Counter()
