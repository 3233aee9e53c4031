"""Where an index lies on disk: the sqlite file (WAL) with its schema, and the folder of token arrays beside it.

One folder a root under the user's cache, readable by the user alone, because it holds source. Every version of a
file has an id that is never used again: a reader knows by ids alone which files of an older array are stale.
Files of `package` 0 are the repository's; the others are a dependency's, with their whole path, and a class file's
readable form lies in `sources`. `parts`: see `carried`.
Absent on purpose: what is written (`building`) and how it is read (`reader`).
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
from pathlib import Path
from typing import Final

SCHEMA: Final = 4
"""Raised whenever the tables, the lexer's words or the array layout change; an older index is rebuilt."""

_TABLES: Final = """
CREATE TABLE files(id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE, language TEXT NOT NULL,
                   family TEXT NOT NULL, mtime_ns INTEGER NOT NULL, size INTEGER NOT NULL, note TEXT NOT NULL,
                   module TEXT NOT NULL, package INTEGER NOT NULL);
CREATE INDEX files_family ON files(family, id);
CREATE INDEX files_module ON files(module, package);
CREATE TABLE words(id INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE);
CREATE TABLE streams(file INTEGER PRIMARY KEY, words BLOB NOT NULL, shapes BLOB NOT NULL, spaces BLOB NOT NULL, lines BLOB NOT NULL);
CREATE TABLE definitions(file INTEGER, n INTEGER, name TEXT, kind TEXT, qualified TEXT, start INTEGER, stop INTEGER,
                         parent INTEGER, head INTEGER, result TEXT, types TEXT, bases TEXT,
                         PRIMARY KEY(file, n)) WITHOUT ROWID;
CREATE INDEX definitions_name ON definitions(name);
CREATE TABLE imports(file INTEGER, n INTEGER, name TEXT, statement TEXT, module TEXT, target TEXT,
                     start INTEGER, PRIMARY KEY(file, n)) WITHOUT ROWID;
CREATE INDEX imports_name ON imports(name);
CREATE TABLE calls(file INTEGER, n INTEGER, name TEXT, start INTEGER, stop INTEGER, PRIMARY KEY(file, n)) WITHOUT ROWID;
CREATE INDEX calls_name ON calls(name);
CREATE TABLE parts(file INTEGER PRIMARY KEY, marks BLOB NOT NULL);
CREATE TABLE packages(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, version TEXT NOT NULL,
                      place TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL);
CREATE TABLE sources(file INTEGER PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE state(key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE bases(folder TEXT PRIMARY KEY, family TEXT NOT NULL, newest INTEGER NOT NULL, words INTEGER NOT NULL);
"""

_MOST_PAGES: Final = 8000
"""Pages of 4 KB that the log grows to before a commit has to put them into the database."""

_KEPT_LOG: Final = 4_000_000
"""Bytes of the log's file that are kept for the next commits once it is empty."""

OWNED: Final = ("streams", "parts", "definitions", "imports", "calls", "sources")
"""Tables whose column `file` is a version of a file."""


def folder_of(root: Path, setting: str) -> Path:
    """The folder of a root's index: `setting` (the key `index.folder`) or the user's cache, and a name a root."""
    home = Path(setting).expanduser() if setting else _cache_home() / "bank-copilot" / "index"
    real = root.resolve()
    return home / f"{real.name[:40] or 'root'}-{hashlib.sha256(os.fsencode(real)).hexdigest()[:16]}"


def _cache_home() -> Path:
    named = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or ""
    return Path(named) if Path(named).is_absolute() else Path.home() / ".cache"


def database(folder: Path) -> Path:
    """The sqlite file of an index folder."""
    return folder / "index.sqlite"


def open_for_writing(folder: Path) -> tuple[sqlite3.Connection, str]:
    """The index for its worker, and why it starts anew ('' when it goes on).

    An index of another schema, or one that sqlite finds damaged, is deleted. Raises OSError or sqlite3.Error when
    the folder cannot be used at all.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    why = ""
    if database(folder).exists():
        try:
            connection = _connect(folder)
        except sqlite3.OperationalError:
            raise  # locked, or no right to write: nothing is wrong with the index itself
        except sqlite3.DatabaseError:
            why = "damaged"
        else:
            why = _complaint(connection)
            if not why:
                return connection, ""
            connection.close()
        clear(folder)
    connection = _connect(folder)
    _complaint(connection)
    return connection, why


def _complaint(connection: sqlite3.Connection) -> str:
    """Why this database cannot be used; '' when it can. A database without tables gets them (one process does it)."""
    try:
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            return "damaged"
        connection.execute("BEGIN EXCLUSIVE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        empty = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if empty:
            for statement in _TABLES.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version={SCHEMA}")
        connection.execute("COMMIT")
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        return "damaged"
    return "" if empty or version == SCHEMA else "schema"


def clear(folder: Path) -> None:
    """Delete an index. What another process still has open is left to it."""
    for entry in folder.iterdir():
        with contextlib.suppress(OSError):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _connect(folder: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database(folder), timeout=30, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")  # a lost last commit is found again by its stamp
        # The log goes into the database when all is quiet (`Builder.tidy`), and within a commit only when it is long.
        connection.execute(f"PRAGMA wal_autocheckpoint={_MOST_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit={_KEPT_LOG}")
    except sqlite3.DatabaseError:
        connection.close()
        raise
    return connection


def open_for_reading(folder: Path) -> sqlite3.Connection | None:
    """A read-only connection that any thread may use (one at a time), None when there is no usable index."""
    if not database(folder).exists():
        return None
    try:
        connection = sqlite3.connect(
            f"{database(folder).as_uri()}?mode=ro", uri=True, timeout=1, check_same_thread=False
        )
    except sqlite3.Error:
        return None
    try:
        if connection.execute("PRAGMA user_version").fetchone()[0] == SCHEMA:
            return connection
    except sqlite3.Error:
        pass
    connection.close()
    return None
