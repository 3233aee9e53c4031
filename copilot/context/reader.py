"""The index as read by the server and the command line: sqlite queries, and the token arrays joined with what is newer.

Never writes and never waits for the worker: a missing or damaged index reads as empty. Safe from any thread.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from copilot import files
from copilot.context import lexemes, store
from copilot.context.index import Call, Definition, ImportHint, Index, IndexStatus
from copilot.context.listing import policy, relative
from copilot.errors import UnreadableFile
from copilot.types import Span

if TYPE_CHECKING:
    from copilot.context.corpus import Corpus, Spelling

_LIMIT: Final = 200
"""Definitions of one name that are worth reading."""


class StoredIndex(Index):
    """The index in `folder` of the repository at `root`."""

    def __init__(self, root: Path, folder: Path, exclude: tuple[str, ...] = ()) -> None:
        self.root, self.folder = root, folder
        self._banned = policy(root, exclude)
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._status = IndexStatus()
        self._families: dict[str, _Family] = {}
        self._words: list[str] = []
        self._ids: dict[str, int] = {}
        self._spelling: Spelling | None = None

    def definitions(self, name: str) -> list[Definition]:
        """Definitions of a name."""
        rows = self._ask(
            "SELECT d.name, d.kind, d.qualified, f.language, f.path, d.start, d.stop FROM definitions d"
            " JOIN files f ON f.id = d.file WHERE d.name=? AND f.package=0 ORDER BY f.path, d.n LIMIT ?",
            (name, _LIMIT),
        )
        return [
            Definition(name, kind, qualified, language, self.root / path, Span(start, stop))
            for name, kind, qualified, language, path, start, stop in rows
        ]

    def imports_of(self, name: str) -> list[ImportHint]:
        """How files of the repository import `name`, most frequent first."""
        rows = self._ask(
            "SELECT i.name, i.statement, i.module, count(DISTINCT i.file) AS uses FROM imports i"
            " JOIN files f ON f.id = i.file WHERE i.name=? AND f.package=0"
            " GROUP BY i.statement, i.module ORDER BY uses DESC, i.statement LIMIT ?",
            (name, _LIMIT),
        )
        return [ImportHint(*row) for row in rows]

    def calls(self, name: str, limit: int = 50) -> list[Call]:
        """Call sites of a function or method name, in path order."""
        rows = self._ask(
            "SELECT f.path, c.start, c.stop FROM calls c JOIN files f ON f.id = c.file WHERE c.name=?"
            " ORDER BY f.path, c.n LIMIT ?",
            (name, limit),
        )
        held = {path: _content(self.root / path) for path, _, _ in rows}
        found = [
            Call(name, self.root / path, Span(start, stop), held[path][start:stop].decode("utf-8", "replace"))
            for path, start, stop in rows
        ]
        return [call for call in found if name in call.text]  # the file may have changed since

    def excluded(self, path: Path) -> bool:
        """Whether policy keeps this path out of the index, of context and of prompts."""
        # A link is kept out by its own name and by that of the file it leads to.
        names = {relative(self.root, path)}
        with contextlib.suppress(OSError, ValueError):
            names.add(relative(self.root, Path(os.path.realpath(path))))
        return any(name is not None and self._banned.match_file(name) for name in names)

    def status(self) -> IndexStatus:
        """What the worker said last."""
        return self._status

    def set_status(self, status: IndexStatus) -> None:
        """For the worker's client: what `status` answers from now on."""
        self._status = status

    def reopen(self, exclude: tuple[str, ...] | None = None) -> None:
        """Forget the open files: the index was made anew, or the policy changed."""
        with self._lock:
            if exclude is not None:
                self._banned = policy(self.root, exclude)
            if self._connection is not None:
                self._connection.close()
            self._connection = None
            self._families.clear()
            self._words, self._ids, self._spelling = [], {}, None

    close = reopen

    def corpus(self, language: str | None) -> Corpus | None:
        """The token streams of a language's family as they are now; None without any."""
        kin = lexemes.family(language)
        with self._lock:
            version = self._ask("PRAGMA data_version", ())
            if not version:
                return None
            known = self._families.get(kin)
            if known is None or known.version != version[0][0]:
                known = self._load(kin, known, version[0][0])
                self._families[kin] = known
            return known.corpus

    def _load(self, kin: str, old: _Family | None, version: int) -> _Family:
        from copilot.context import corpus

        known = old or _Family()
        live = dict(self._ask("SELECT id, path FROM files WHERE family=? AND note=''", (kin,)))
        named = self._ask("SELECT folder, newest FROM bases WHERE family=? ORDER BY newest, folder", (kin,))
        folders = tuple(folder for folder, _ in named)
        if known.corpus is not None and known.live == live and known.folders == folders:
            known.version = version
            return known
        loaded = dict(zip(known.folders, known.bases, strict=True))
        bases = [loaded.get(folder) or corpus.load(self.folder / folder) for folder in folders]
        # Of an array that cannot be read, the files are taken from the database.
        newest = max((row[1] for row in named), default=-1) if None not in bases else -1
        bases = bases if newest >= 0 else []
        folders = folders if newest >= 0 else ()
        held = {i: row for i, row in known.recent.items() if i > newest and i in live}
        start = max([newest, *held])
        for row in self._ask(
            "SELECT s.file, s.words, s.shapes, s.spaces, s.lines FROM files f JOIN streams s ON s.file = f.id"
            " WHERE f.family=? AND f.id > ? ORDER BY f.id",
            (kin, start),
        ):
            held[row[0]] = row
        for number, word in self._ask("SELECT id, word FROM words WHERE id >= ? ORDER BY id", (len(self._words),)):
            self._words.append(word)
            self._ids[word] = number
        whole = [base for base in bases if base is not None]
        fresh = _Family(version, folders, whole, held, live)
        parts = list(whole)
        if held:
            parts.append(corpus.segment(list(held.values())))
        if parts:
            if self._spelling is None:
                self._spelling = corpus.Spelling(self._words)
            fresh.corpus = corpus.join(self._words, self._ids, live, parts, self._spelling)
        return fresh

    def select(self, query: str, values: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query over the tables of `store`; none when there is no index."""
        return self._ask(query, values)

    def _ask(self, query: str, values: Iterable[Any]) -> list[tuple[Any, ...]]:
        """All rows of a query; none when the index is missing, damaged or busy."""
        with self._lock:
            if self._connection is None:
                self._connection = store.open_for_reading(self.folder)
            if self._connection is None:
                return []
            try:
                return self._connection.execute(query, tuple(values)).fetchall()
            except sqlite3.Error:
                return []


def _content(path: Path) -> bytes:
    """What spans of the index count in: the file's text as UTF-8; empty when it cannot be read."""
    try:
        return files.read(path, None).text
    except UnreadableFile:
        return b""


class _Family:
    """What is loaded of one language family: the arrays, and streams newer than them."""

    def __init__(
        self,
        version: int = -1,
        folders: tuple[str, ...] = (),
        bases: list[Any] | None = None,
        recent: dict[int, Any] | None = None,
        live: dict[int, str] | None = None,
    ) -> None:
        self.version, self.folders, self.bases = version, folders, bases or []
        self.recent, self.live = recent or {}, live or {}
        self.corpus: Corpus | None = None
