"""Reading the repository index: definitions, imports and calls by name, and where the token streams lie.

Readers never wait for the worker that builds it: before the first build they see an empty index.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from copilot.types import Span


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition in the repository; `kind` as in `syntax.outline.Symbol.kind`; `span` covers the whole definition."""

    name: str
    kind: str
    qualified: str
    language: str
    path: Path
    span: Span


@dataclass(frozen=True, slots=True)
class ImportHint:
    """How the repository imports a name: the statement as written there, and in how many files."""

    name: str
    statement: str
    module: str
    files: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call site by the callee's last name; `text` is the whole call expression."""

    name: str
    path: Path
    span: Span
    text: str


class Index:
    """The read side. All methods are cheap (a query each) and safe from any thread."""

    def definitions(self, name: str) -> list[Definition]:
        """Definitions of a name, nearest file first is the caller's business."""
        return []

    def imports_of(self, name: str) -> list[ImportHint]:
        """How files of the repository import `name`, most frequent first."""
        return []

    def calls(self, name: str, limit: int = 50) -> list[Call]:
        """Call sites of a function or method name."""
        return []
