"""Places read as JSON lines: `{"path", "text", "line", "character", …}`, 0-based, columns in UTF-16 as an editor counts.

`text` is the whole file as it would stand in the editor; the file on the disk is not read.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from copilot import files
from copilot.commands import session
from copilot.errors import UsageError
from copilot.messages import say
from copilot.syntax.languages import named
from copilot.types import Document, document


@dataclass(frozen=True, slots=True)
class Row:
    """A document and the caret in it (bytes); `replay` is a recorded raw answer of a model."""

    document: Document
    caret: int
    replay: str | None = None


def add(parser: argparse.ArgumentParser) -> None:
    """The options of a verb that is asked about one place, or about a batch of them."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("place", nargs="?", metavar="FILE:LINE:COL", help=say("line and column from 1, in characters"))
    what.add_argument("--batch", metavar="FILE", help=say("JSON lines with path, text, line, character; - for stdin"))


def opened(source: str) -> AbstractContextManager[Iterable[str]]:
    """The lines of a file, or of stdin for `-`; UTF-8 whatever the locale says, and bytes that are none spoil their own
    row only. Raises UsageError.
    """
    if source == "-":
        if isinstance(sys.stdin, TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="replace")
        return nullcontext(sys.stdin)
    try:
        return Path(source).open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(say("{name} cannot be read: {reason}.", name=source, reason=error.strerror)) from None


def row(line: str, number: int, root: Path) -> Row:
    """A line of the batch. Raises UsageError."""
    try:
        told = json.loads(line)
        missing = {"path", "text", "line", "character"} - told.keys()
        if missing:
            lacks = say("Line {line} of the batch lacks {keys}.", line=number, keys=", ".join(sorted(missing)))
            raise UsageError(lacks)
        at = int(told["line"]), int(told["character"])
        path = (root / str(told["path"])).resolve()
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise UsageError(say("Line {line} of the batch is not a request.", line=number)) from None
    doc = document(path, named(str(told.get("language")).lower(), path), files.encode(str(told["text"])))
    replay = told.get("replay")
    return Row(doc, _utf16_offset(doc, *at), None if replay is None else files.encode(str(replay)).decode())


def _utf16_offset(doc: Document, line: int, character: int) -> int:
    """Byte offset of a 0-based LSP position in UTF-16 units; past the end of the line means its end."""
    start, text = session.row_at(doc, line + 1)
    units = text.encode("utf-16-le")[: max(0, character) * 2]
    # A position inside a surrogate pair means the start of its character.
    return start + len(units.decode("utf-16-le", "ignore").encode())
