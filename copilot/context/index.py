"""Reading the repository index: definitions, imports and calls by name, and the token streams for completion.

Readers never wait for the worker that builds it: before the first build they see an empty index. Absent on purpose:
where it is kept (`store`, `reader`) and who builds it (`building`, `worker`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from copilot.types import Span

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus  # needs numpy, which the server does not load at start


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
    """How the repository imports a name: a statement for that name alone, and in how many files it occurs."""

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


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """How far the index is: `done` of `total` files while building, `why` when it failed or had to start anew."""

    state: Literal["empty", "building", "ready", "failed"] = "empty"
    done: int = 0
    total: int = 0
    files: int = 0
    why: str = ""


class Index:
    """The read side; this base class is the empty index. All methods are cheap and safe from any thread."""

    def definitions(self, name: str) -> list[Definition]:  # noqa: ARG002 - the empty index
        """Definitions of a name, nearest file first is the caller's business."""
        return []

    def imports_of(self, name: str) -> list[ImportHint]:  # noqa: ARG002 - the empty index
        """How files of the repository import `name`, most frequent first."""
        return []

    def calls(self, name: str, limit: int = 50) -> list[Call]:  # noqa: ARG002 - the empty index
        """Call sites of a function or method name."""
        return []

    def select(self, query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:  # noqa: ARG002 - the empty index
        """All rows of a query over the tables of `store`; none when there is no index."""
        return []

    def corpus(self, language: str | None) -> Corpus | None:  # noqa: ARG002 - the empty index
        """The token streams of a language's files; None when there are none (yet). Loads on first use."""
        return None

    def excluded(self, path: Path) -> bool:  # noqa: ARG002 - the empty index
        """Whether policy (`.copilotignore`, `index.exclude`) keeps this path out of context, prompts and index."""
        return False

    def status(self) -> IndexStatus:
        """Where the index stands."""
        return IndexStatus()


class Remembering(Index):
    """An index that is asked each query once, for one question: half of what its searches ask they ask again."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._rows: dict[tuple[str, tuple[Any, ...]], list[tuple[Any, ...]]] = {}

    def definitions(self, name: str) -> list[Definition]:
        """As the index says."""
        return self._index.definitions(name)

    def imports_of(self, name: str) -> list[ImportHint]:
        """As the index says."""
        return self._index.imports_of(name)

    def calls(self, name: str, limit: int = 50) -> list[Call]:
        """As the index says."""
        return self._index.calls(name, limit)

    def select(self, query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query, which belong to all who ask: they must not be changed."""
        key = query, tuple(values)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = self._index.select(*key)
        return found

    def corpus(self, language: str | None) -> Corpus | None:
        """As the index says."""
        return self._index.corpus(language)

    def excluded(self, path: Path) -> bool:
        """As the index says."""
        return self._index.excluded(path)

    def status(self) -> IndexStatus:
        """As the index says."""
        return self._index.status()
