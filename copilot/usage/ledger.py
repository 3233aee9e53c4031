"""The counts of this user on this machine: one small sqlite file in the state folder, several editors at once.

Days, labels and numbers; no text, no path, no name of a person. What is to be sent waits in the same file, added up by
subject, so that a gateway that is away for weeks costs some rows; a report that was begun keeps its id until the gateway
has answered it, so that it never counts twice. Every function opens, does one thing and closes, and blocks.
"""

from __future__ import annotations

import contextlib
import json
import logging
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from copilot import config_sources
from copilot.errors import UsageError
from copilot.messages import say
from copilot.usage.counts import FIELDS, LABELS, Row, Subject

MOST_ROWS: Final = 100
"""Rows of one report."""

DAYS: Final = 400
"""Older counts are forgotten."""

SENT_DAYS: Final = 60
"""Older counts are not sent any more: the gateway does not take them."""

_WAIT_S: Final = 5.0
_KEY: Final = ("day", *LABELS)
_COLUMNS: Final = ", ".join(
    (*(f"{name} TEXT NOT NULL" for name in _KEY), *(f'"{name}" INTEGER NOT NULL' for name in FIELDS))
)
_NAMES: Final = ", ".join((*_KEY, *(f'"{name}"' for name in FIELDS)))
_ADDED: Final = ", ".join(f'"{name}" = "{name}" + excluded."{name}"' for name in FIELDS)
_PLACES: Final = ", ".join("?" * (len(_KEY) + len(FIELDS)))

logger: Final = logging.getLogger(__name__)


def today() -> str:
    """The day (UTC, ISO)."""
    return datetime.now(UTC).date().isoformat()


def before(day: str, days: int) -> str:
    """The day so many days earlier."""
    return (datetime.fromisoformat(day) - timedelta(days=days)).date().isoformat()


def file() -> Path:
    """The file of this user."""
    return config_sources.state_folder() / "usage.sqlite"


def add(rows: Iterable[Row], *, to_send: bool, path: Path | None = None) -> None:
    """Add counts, all or none; `to_send`: they wait for the gateway too. Raises UsageError when the disk refuses."""
    values = [_values(row) for row in rows]
    if not values:
        return
    with _opened(path or file()) as db:
        for table in ("counts", "unsent") if to_send else ("counts",):
            db.executemany(_upsert(table), values)
        db.execute("DELETE FROM counts WHERE day < ?", (before(today(), DAYS),))


def read(days: int, *, path: Path | None = None) -> list[Row]:
    """The counts of the last `days` days, today included, by day and subject. Raises UsageError."""
    if not (path or file()).exists():
        return []
    with _opened(path or file()) as db:
        since = before(today(), days - 1)
        found = db.execute(f"SELECT {_NAMES} FROM counts WHERE day >= ? ORDER BY {', '.join(_KEY)}", (since,))
        return [_row(values) for values in found]


def waiting(*, path: Path | None = None) -> int:
    """Rows that wait for the gateway. Raises UsageError."""
    if not (path or file()).exists():
        return 0
    with _opened(path or file()) as db:
        begun = [json.loads(body) for (body,) in db.execute("SELECT body FROM report")]
        (more,) = db.execute("SELECT count(*) FROM unsent").fetchone()
        return int(more) + sum(len(body["rows"]) for body in begun)


def report(*, path: Path | None = None) -> dict[str, Any] | None:
    """The report to send next, None when there is nothing to say. It is the same until `answered`. Raises UsageError."""
    if not (path or file()).exists():
        return None
    with _opened(path or file()) as db:
        begun = db.execute("SELECT body FROM report LIMIT 1").fetchone()
        if begun is not None:
            return _body(begun[0])
        db.execute("DELETE FROM unsent WHERE day < ?", (before(today(), SENT_DAYS),))
        taken = db.execute(f"SELECT rowid, {_NAMES} FROM unsent ORDER BY day LIMIT {MOST_ROWS}").fetchall()
        if not taken:
            return None
        db.executemany("DELETE FROM unsent WHERE rowid = ?", [(number,) for number, *_ in taken])
        body = {"batch": secrets.token_hex(16), "rows": [_told(_row(values)) for _, *values in taken]}
        db.execute("INSERT INTO report (id, body) VALUES (?, ?)", (body["batch"], json.dumps(body)))
        return body


def answered(batch: str, *, path: Path | None = None) -> None:
    """The gateway has counted a report, or will never take it: forget it. Raises UsageError."""
    with _opened(path or file()) as db:
        db.execute("DELETE FROM report WHERE id = ?", (batch,))


def _upsert(table: str) -> str:
    return f"INSERT INTO {table} ({_NAMES}) VALUES ({_PLACES}) ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET {_ADDED}"


def _values(row: Row) -> tuple[str | int, ...]:
    return (row.day, *astuple(row.subject), *(row.counts.get(name, 0) for name in FIELDS))


def _row(values: Iterable[Any]) -> Row:
    day, *rest = values
    labels, numbers = rest[: len(LABELS)], rest[len(LABELS) :]
    counts = {name: number for name, number in zip(FIELDS, numbers, strict=True) if number}
    return Row(day, Subject(*labels), counts)


def _told(row: Row) -> dict[str, Any]:
    return {"day": row.day, **dict(zip(LABELS, astuple(row.subject), strict=True)), **row.counts}


def _body(text: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(text)
    return body


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction. A file that sqlite finds damaged is begun anew. Raises UsageError."""
    try:
        db = _connected(path)
        try:
            with db:
                yield db
        finally:
            db.close()
    except sqlite3.OperationalError as error:
        raise _unusable(path, str(error)) from None
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # a mistake of ours, no damage
            raise
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise _unusable(path, str(error)) from None
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from None


def _connected(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(0o600)
    db = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    try:
        # A home folder may lie on a network, where sqlite's log does not work.
        db.execute("PRAGMA journal_mode = DELETE")
        db.isolation_level = "IMMEDIATE"
        db.execute("BEGIN IMMEDIATE")
        for table in ("counts", "unsent"):
            db.execute(f"CREATE TABLE IF NOT EXISTS {table} ({_COLUMNS}, PRIMARY KEY ({', '.join(_KEY)}))")
        db.execute("CREATE TABLE IF NOT EXISTS report (id TEXT PRIMARY KEY, body TEXT NOT NULL)")
    except BaseException:
        db.close()
        raise
    return db


def _unusable(path: Path, reason: str) -> UsageError:
    return UsageError(say("{name} cannot be used: {reason}.", name=str(path), reason=reason))
