"""What the verbs share: common options, places written as FILE:LINE:COL, the workspace of one call, and the output.

One JSON object (or text) goes to stdout, everything else to stderr.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from copilot import config_sources, files
from copilot.engines.circuit import State
from copilot.errors import UsageError
from copilot.messages import say, set_locale, visible
from copilot.project import root_of
from copilot.syntax.languages import language_of
from copilot.syntax.lines import line_end, rows
from copilot.syntax.outline import outline
from copilot.types import Attempt, Check, Declined, Document, Span, Suggestion
from copilot.verify.evidence import notes, plain
from copilot.verify.labels import label
from copilot.workspace import Workspace

ENGINES = ("auto", "embedded", "model", "replay")
"""Who may answer: the model where a gateway is set and the embedded engine; one of them alone; recorded answers."""


def add_common(parser: argparse.ArgumentParser, *, engine: bool = True) -> None:
    """Options that every verb takes."""
    parser.add_argument("--json", action="store_true", help=say("one JSON object on stdout"))
    parser.add_argument("--root", type=Path, help=say("root of the project (default: the repository of the file)"))
    if engine:
        parser.add_argument("--engine", choices=ENGINES, default="auto", help=say("who answers (default: auto)"))


_AWAY: Final[list[str]] = []
"""What was said in this call about the model being away: the verb's own decline need not say it again."""


@asynccontextmanager
async def workspace(
    options: argparse.Namespace, path: Path, *, tests_s: float | None = None
) -> AsyncIterator[Workspace]:
    """The workspace of the repository of `path`, closed at the end; `tests_s`: longer a model does not get for tests.

    Raises ConfigError for a fatal setting.
    """
    _AWAY.clear()
    if options.root is not None:
        folder(options.root)
    root = Path(os.path.realpath(options.root or root_of(path)))
    loaded = config_sources.load(config_sources.Sources(root=root))
    for problem in loaded.problems:
        if not problem.fatal:
            warn(problem.message)
    settings = loaded.checked()
    set_locale(settings.ui.locale)
    if tests_s is not None and tests_s < settings.model.tests_s:
        settings = replace(settings, model=replace(settings.model, tests_s=tests_s))
    opened = Workspace.open(root, settings, engine=getattr(options, "engine", "auto"), on_state=_moved, on_notice=warn)
    try:
        yield opened
    finally:
        await opened.close()


def _moved(state: State) -> None:
    if state.status == "degraded":
        text = say("the model is not available now: {why}", why=state.message)
        warn(text)
        _AWAY.append(text)


def folder(path: Path) -> Path:
    """The path of a folder that exists. Raises UsageError."""
    if not os.path.isdir(path):  # noqa: PTH112 -- False, not an error, for a link that leads to itself
        raise UsageError(say("{name} is not a folder.", name=path))
    return path


def read(path: Path) -> Document:
    """The document at `path`, its language known. Raises UsageError for a language without a grammar."""
    language = language_of(path)
    if language is None:
        raise UsageError(say("{name}: no language is registered for this file name.", name=path.name))
    # Unlike Path.resolve, realpath keeps a link that leads to itself; reading says what is wrong with it.
    return files.read(Path(os.path.realpath(path)), language)


def caret(text: str) -> tuple[Path, int, int]:
    """`FILE:LINE:COL` as a path and its numbers; a path may hold colons itself. Raises UsageError."""
    found = re.fullmatch(r"(.+?):(\d+):(\d+)", text)
    if found is None:
        raise UsageError(say("{text}: write it as FILE:LINE:COL, both from 1.", text=text))
    return Path(found[1]), int(found[2]), int(found[3])


def line_range(text: str) -> tuple[Path, int, int | None]:
    """`FILE:LINE` or `FILE:LINE-LINE` as a path and its lines, None where only one is named. Raises UsageError."""
    found = re.fullmatch(r"(.+?):(\d+)(?:-(\d+))?", text)
    if found is None:
        raise UsageError(say("{text}: write it as FILE:LINE or FILE:LINE-LINE, from 1.", text=text))
    return Path(found[1]), int(found[2]), int(found[3]) if found[3] else None


def row_at(document: Document, line: int) -> tuple[int, str]:
    """Byte offset and text of a line counted from 1, without its line end. Raises UsageError for a line beyond the last."""
    lines = rows(document.text)
    if not 1 <= line <= len(lines):
        name = document.path.name
        raise UsageError(
            say("{name} ends at line {count}; there is no line {line}.", name=name, count=len(lines), line=line)
        )
    return sum(map(len, lines[: line - 1])), lines[line - 1].decode().rstrip("\r\n")


def offset(document: Document, line: int, column: int = 1) -> int:
    """Byte offset of a 1-based line and column (in code points). Raises UsageError when there is no such place."""
    start, row = row_at(document, line)
    if not 1 <= column <= len(row) + 1:
        raise UsageError(
            say("Line {line} of {name} ends at column {last}.", line=line, name=document.path.name, last=len(row) + 1)
        )
    return start + len(row[: column - 1].encode())


def line_span(document: Document, first: int, last: int) -> Span:
    """Byte span from the start of line `first` to the end of line `last`, without its line end."""
    return Span(offset(document, first), line_end(document.text, offset(document, last)))


def symbol(text: str) -> tuple[Document, Span]:
    """`FILE[:SYMBOL]` as the document and the span of the symbol (the whole text without one).

    SYMBOL is a name or a qualified name (`Account.deposit`). Raises UsageError naming the nearest symbol.
    """
    path, _, name = text.rpartition(":")
    if not path or Path(text).exists():
        doc = read(Path(text))
        return doc, Span(0, len(doc))
    doc = read(Path(path))
    symbols = outline(doc).symbols
    for wanted in symbols:
        if name in {wanted.qualified, wanted.name}:
            return doc, wanted.span
    near = difflib.get_close_matches(name, [s.qualified for s in symbols], n=1, cutoff=0.0)
    raise UsageError(
        say(
            "{file} has no symbol {name}. Did you mean {near}?",
            file=doc.path.name,
            name=name,
            near=", ".join(near) or "-",
        )
    )


def evidence(checks: tuple[Check, ...]) -> list[dict[str, Any]]:
    """The checks as JSON."""
    return plain(checks)


def suggestion(answer: Suggestion) -> dict[str, Any]:
    """A suggestion as JSON: what it is, who made it, and its evidence (the text itself is in the diff)."""
    return {
        "title": answer.title,
        "origin": answer.origin,
        "confidence": round(answer.confidence, 4),
        "checks": evidence(answer.checks),
        **({"label": label(answer.checks)} if label(answer.checks) else {}),
        "left_out": dict(answer.left_out),
        "notes": notes(answer),
        "trace_id": answer.trace_id,
    }


def declined(answer: Declined) -> dict[str, Any]:
    """A decline as JSON, with what was tried."""
    return {
        "declined": answer.reason,
        "detail": answer.detail,
        "attempts": [_attempt(attempt) for attempt in answer.attempts],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {"title": attempt.candidate.title, "origin": attempt.candidate.origin, "checks": evidence(attempt.checks)}


def print_json(value: object) -> None:
    """One JSON object on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def warn(text: str) -> None:
    """A line for a person on stderr; not what was said already of the model being away."""
    if any(said.startswith(text) for said in _AWAY):
        return
    sys.stderr.write(f"bank-copilot: {visible(text)}\n")


def progress(message: str, fraction: float | None) -> None:
    """A progress line on stderr, only when a person watches."""
    if sys.stderr.isatty():
        percent = f" {fraction:.0%}" if fraction is not None else ""
        sys.stderr.write(f"\r\033[K{visible(message)}{percent}")
        sys.stderr.flush()


def progressed() -> None:
    """The progress line is over: what comes now has a line of its own."""
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
        sys.stderr.flush()
