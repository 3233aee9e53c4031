"""Writing an index: bring it up to date with a folder, file by file.

One bad file never stops the others. Absent on purpose: when what is done (`serving`), any use of the network, any write
outside the index folder.
"""

from __future__ import annotations

import os
import shutil
import time
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from copilot import files
from copilot.context import carried, lexemes, modules, rows, store, tokens
from copilot.context.classes_java import Places
from copilot.context.dependencies import Dependencies
from copilot.context.listing import Listed, listed, policy
from copilot.errors import UnreadableFile
from copilot.types import Document, document

_MAX_COLUMNS: Final = 300
"""Mean line length from which a file counts as generated (minified, data)."""

_SEGMENT: Final = 2_000_000
_LEAST_SEGMENT: Final = 10_000
_MOST_SEGMENTS: Final = 12
"""Words of one token array at most; words that are worth an array; arrays of a family before they are made anew."""

_COMMIT_S: Final = 0.5


class _Ids(dict[str, int]):
    """The number of each word. A new word gets the next one when it is asked for, and lies in `fresh`."""

    def __init__(self) -> None:
        super().__init__()
        self.fresh: list[tuple[str, int]] = []

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        self.fresh.append((word, number))
        return number


class Builder:
    """One index being written. `tell` sends an event to the server's process."""

    def __init__(self, root: Path, folder: Path, exclude: tuple[str, ...], max_file_kb: int) -> None:
        self.root, self.folder, self.exclude, self.limit = root, folder, exclude, max_file_kb * 1000
        self.banned = policy(root, exclude)
        self.database, self.why = store.open_for_writing(folder)
        self.ids = _Ids()
        self.dependencies: Dependencies | None = None

    def begin(self) -> None:
        """Start writing. Another server's worker may have written since: its words are taken over first."""
        self.database.execute("BEGIN IMMEDIATE")
        rows = self.database.execute("SELECT word, id FROM words WHERE id >= ?", (len(self.ids),))
        self.ids.update(rows)

    def commit(self) -> None:
        """Let readers see what was written since `begin`."""
        self.database.execute("COMMIT")

    def tidy(self) -> None:
        """Put what was committed into the database itself, as far as readers let: work that no commit has to do then."""
        self.database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()

    def stale(self) -> tuple[list[Listed], list[str]]:
        """`(files to read, paths to forget)` by comparing stamps with the disk."""
        self.banned = policy(self.root, self.exclude)
        known = {
            p: (m, s) for p, m, s in self.database.execute("SELECT path, mtime_ns, size FROM files WHERE package=0")
        }
        changed = [
            found
            for found in listed(self.root, self.exclude)
            if known.pop(found.path, None) != (found.mtime_ns, found.size)
        ]
        return changed, sorted(known)

    def put(self, found: Listed, text: str | None = None) -> None:
        """Index one file, from `text` when the editor sent it, else from the disk. Committed by the caller."""
        note, doc = "", None
        if found.path.endswith("__init__.py"):
            modules.changed()
        try:
            doc = self._document(found, text)
        except UnreadableFile as error:
            note = str(error)
        old = self.database.execute("SELECT id FROM files WHERE path=? AND package=0", (found.path,)).fetchone()
        parts = carried.parts(doc) if doc is not None else []
        same = carried.compared(self.database, old[0], parts) if old is not None else None
        if old is not None:
            self.database.execute("UPDATE files SET path='' WHERE id=?", old)  # dropped once its rows are taken over
        try:
            self._write(found, note, doc, parts, same)
        finally:
            self.drop("")

    def _write(
        self,
        found: Listed,
        note: str,
        doc: Document | None,
        parts: list[carried.Part],
        same: carried.Carried | None,
    ) -> None:
        kin = lexemes.family(found.language)
        module = modules.named(self.root, found.path, found.language)
        row = (found.path, found.language, kin, found.mtime_ns, found.size, note, module)
        version = self.database.execute(
            "INSERT INTO files(path, language, family, mtime_ns, size, note, module, package) VALUES(?,?,?,?,?,?,?,0)",
            row,
        ).lastrowid
        if doc is None or version is None:
            return
        self._stream(version, doc, same)
        if same is not None:
            shape = rows.rewrite(self.database, version, doc, same)
        else:
            shape = rows.write(self.database, version, doc)
        if shape.module:
            self.database.execute("UPDATE files SET module=? WHERE id=?", (shape.module, version))
        else:
            carried.keep(self.database, version, parts)

    def knows(self, path: str) -> bool:
        """Whether the index has this file."""
        return self.database.execute("SELECT 1 FROM files WHERE path=?", (path,)).fetchone() is not None

    def drop(self, path: str) -> bool:
        """Forget a file; False when it was not known."""
        row = self.database.execute("SELECT id FROM files WHERE path=?", (path,)).fetchone()
        if row is None:
            return False
        for table in store.OWNED:
            self.database.execute(f"DELETE FROM {table} WHERE file=?", row)  # noqa: S608 - a constant of ours
        self.database.execute("DELETE FROM files WHERE id=?", row)
        return True

    def _document(self, found: Listed, text: str | None) -> Document:
        path = self.root / found.path
        if text is not None:
            doc = document(path, found.language, text)
            if len(doc) > self.limit:
                raise UnreadableFile(f"{path.name} is larger than the limit")
        else:
            doc = files.read(path, found.language, limit=self.limit)
        if len(doc) > _MAX_COLUMNS * (doc.text.count(b"\n") + doc.text.count(b"\r") + 1):
            raise UnreadableFile(f"{path.name} looks generated")
        return doc

    def _stream(self, version: int, doc: Document, same: carried.Carried | None) -> None:
        made = carried.stream(self.database, self.ids, doc, same) if same is not None else None
        if made is None:
            lexed = tokens.lex(doc.text.decode(), doc.language, resumed=False)
            words = array("i", map(self.ids.__getitem__, lexed.words))
            shapes = array("i", map(self.ids.__getitem__, lexed.shapes))
            made = words, shapes, bytes(lexed.spaces), array("i", lexed.lines)
        words, shapes, spaces, lines = made
        self.database.executemany("INSERT INTO words(word, id) VALUES(?,?)", self.ids.fresh)
        self.ids.fresh.clear()
        self.database.execute(
            "INSERT INTO streams VALUES(?,?,?,?,?)",
            (version, words.tobytes(), shapes.tobytes(), spaces, lines.tobytes()),
        )

    def arrays(self) -> bool:
        """Build token arrays for the files of every family that none has yet, once there are enough of them.

        Arrays hold `_SEGMENT` words at most, which bounds the memory of the sorting. All are made anew when a third of
        what they hold is stale, when there are many, or when one cannot be read. Returns whether that was so.
        """
        from copilot.context import corpus

        damaged = False
        for (kin,) in self.database.execute("SELECT DISTINCT family FROM files WHERE package=0").fetchall():
            live: list[tuple[int, int]] = self.database.execute(
                "SELECT s.file, length(s.words) / 4 FROM streams s JOIN files f ON f.id = s.file WHERE f.family=?"
                " ORDER BY s.file",
                (kin,),
            ).fetchall()
            old = self.database.execute("SELECT folder, newest, words FROM bases WHERE family=?", (kin,)).fetchall()
            newest = max((row[1] for row in old), default=-1)
            there = all(corpus.load(self.folder / row[0]) is not None for row in old)
            damaged |= not there
            held = sum(words for file, words in live if file <= newest)
            stale = sum(row[2] for row in old) - held
            anew = not there or len(old) > _MOST_SEGMENTS or stale > max(held // 2, _LEAST_SEGMENT)
            todo = live if anew else [row for row in live if row[0] > newest]
            if old and not anew and sum(words for _, words in todo) <= max(held // 20, _LEAST_SEGMENT):
                continue  # so small a rest is scanned faster than sorted
            for part in _parts(todo):
                self._segment(kin, part)
            if anew:
                for folder, _, _ in old:
                    self.database.execute("DELETE FROM bases WHERE folder=?", (folder,))
                    shutil.rmtree(self.folder / folder, ignore_errors=True)
        return damaged

    def _segment(self, kin: str, part: list[tuple[int, int]]) -> None:
        from copilot.context import corpus

        low, high = part[0][0], part[-1][0]
        made = corpus.segment(
            self.database.execute(
                "SELECT s.file, s.words, s.shapes, s.spaces, s.lines FROM streams s JOIN files f ON f.id = s.file"
                " WHERE f.family=? AND f.id BETWEEN ? AND ? ORDER BY s.file",
                (kin, low, high),
            ).fetchall()
        )
        name = f"{kin}-{low}-{high}-{os.getpid()}-{time.monotonic_ns()}"
        corpus.save(corpus.ordered(made, len(self.ids)), self.folder / name)
        words = sum(count for _, count in part)
        self.database.execute("INSERT INTO bases VALUES(?,?,?,?)", (name, kin, high, words))

    def depend(self, places: Places, hurry: Callable[[], bool] = lambda: False) -> int:
        """Read what the project imports from outside; returns how much was added. Stops early when `hurry` says so."""
        if self.dependencies is None or self.dependencies.places != places:
            self.dependencies = Dependencies(self.database, self.root, places)
        committed = time.monotonic()

        def tell(_done: int, _left: int) -> bool:
            nonlocal committed
            if time.monotonic() - committed > _COMMIT_S:
                self.commit()
                self.begin()
                committed = time.monotonic()
            return hurry()

        self.begin()
        try:
            return self.dependencies.read(tell)
        finally:
            self.commit()

    def count(self) -> int:
        """How many files the index has."""
        return int(self.database.execute("SELECT count(*) FROM files WHERE note='' AND package=0").fetchone()[0])


def _parts(rows: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """`(file, words)` in runs of at most `_SEGMENT` words, about equal ones."""
    total = sum(words for _, words in rows)
    share = total / max(-(-total // _SEGMENT), 1)
    part: list[tuple[int, int]] = []
    size = 0.0
    for row in rows:
        part.append(row)
        size += row[1]
        if size >= share:
            yield part
            part, size = [], 0.0
    if part:
        yield part
