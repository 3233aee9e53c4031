"""What the poster remembers of remarks: one sqlite file of its own, which nobody else writes.

A remark is written down before it is posted, with a mark that it is on its way: a poster that is killed in between finds it on
the forge, or knows that it has to be posted.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot.review import alike
from copilot.review.alike import Spot
from copilot.review.lifecycle import Known, State
from copilot.review.precision import Tally
from serving.bots.jobs import opened, transaction

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS remarks (
    forge TEXT NOT NULL, project TEXT NOT NULL, number INTEGER NOT NULL, fingerprint TEXT NOT NULL, rule TEXT NOT NULL,
    path TEXT NOT NULL, symbol TEXT NOT NULL, state TEXT NOT NULL, handle TEXT NOT NULL DEFAULT '',
    coming INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '', who TEXT NOT NULL DEFAULT '', until REAL,
    made REAL NOT NULL, at REAL NOT NULL, PRIMARY KEY (forge, project, number, fingerprint)
);
CREATE INDEX IF NOT EXISTS dismissals ON remarks (forge, project, fingerprint) WHERE state = 'dismissed';
CREATE INDEX IF NOT EXISTS by_rule ON remarks (rule, at);
CREATE TABLE IF NOT EXISTS heads (
    forge TEXT NOT NULL, project TEXT NOT NULL, number INTEGER NOT NULL, head TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (forge, project, number)
);
CREATE TABLE IF NOT EXISTS spots (
    forge TEXT NOT NULL, project TEXT NOT NULL, number INTEGER NOT NULL, rows TEXT NOT NULL, at REAL NOT NULL,
    PRIMARY KEY (forge, project, number)
);
CREATE TABLE IF NOT EXISTS demoted (rule TEXT PRIMARY KEY, at REAL NOT NULL);
"""
_ROW: Final = "fingerprint, rule, path, symbol, state, handle, reason, who, until"


@dataclass(frozen=True, slots=True)
class Place:
    """A merge request."""

    forge: str
    project: str
    number: int

    def values(self) -> tuple[str, str, int]:
        """As the tables have it."""
        return self.forge, self.project, self.number


class Memory:
    """The memory in a file. `clock` gives seconds of the epoch."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.db, self._clock = opened(path), clock
        self.db.executescript(_TABLES)

    def known(self, place: Place) -> tuple[dict[str, Known], frozenset[str]]:
        """The remarks of a merge request by fingerprint, and those that were on their way when a poster ended."""
        rows = self.db.execute(
            f"SELECT {_ROW}, coming FROM remarks WHERE forge = ? AND project = ? AND number = ?", place.values()
        ).fetchall()
        return {row[0]: Known(*row[:9]) for row in rows}, frozenset(row[0] for row in rows if row[9])

    def dismissed(self, place: Place) -> dict[str, Known]:
        """Dismissals on the project's other merge requests, the one that holds longest each."""
        rows = self.db.execute(
            f"SELECT {_ROW} FROM remarks WHERE forge = ? AND project = ? AND number != ? AND state = 'dismissed' "
            "ORDER BY coalesce(until, 1e18)",
            place.values(),
        )
        return {row[0]: Known(*row) for row in rows}

    def head(self, place: Place) -> str:
        """What was posted last, as `posted` was told; empty before the first."""
        row = self.db.execute(
            "SELECT head FROM heads WHERE forge = ? AND project = ? AND number = ?", place.values()
        ).fetchone()
        return row[0] if row else ""

    def spots(self, place: Place) -> list[Spot]:
        """Where its remarks stood, by the names that they were told by; nothing of what another version wrote."""
        row = self.db.execute(
            "SELECT rows FROM spots WHERE forge = ? AND project = ? AND number = ?", place.values()
        ).fetchone()
        try:
            return alike.read(json.loads(row[0])) if row else []
        except ValueError:
            return []

    def coming(self, place: Place, remarks: Iterable[Known], spots: Iterable[Spot]) -> None:
        """Write down what is about to be posted, and where all remarks stand: a poster that is killed gives the same names again."""
        rows = json.dumps([alike.plain(one) for one in spots])
        with transaction(self.db):
            for one in remarks:
                self._set(place, one, coming=1)
            self.db.execute(
                "INSERT OR REPLACE INTO spots VALUES (?, ?, ?, ?, ?)", (*place.values(), rows, self._clock())
            )

    def posted(self, place: Place, head: str, remarks: Iterable[Known]) -> None:
        """Write down what was done for a head."""
        with transaction(self.db):
            for one in remarks:
                self._set(place, one, coming=0)
            self.db.execute(
                "INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?)", (*place.values(), head, self._clock())
            )

    def _set(self, place: Place, one: Known, *, coming: int) -> None:
        now = self._clock()
        values = (
            *place.values(), one.fingerprint, one.rule, one.path, one.symbol, one.state, one.handle, coming, one.reason,
            one.who, one.until, now, now,
        )  # fmt: skip
        self.db.execute(
            "INSERT INTO remarks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (forge, project, number, fingerprint) DO UPDATE SET state = excluded.state, "
            "symbol = excluded.symbol, handle = excluded.handle, coming = excluded.coming, reason = excluded.reason, who = excluded.who, "
            "until = excluded.until, at = CASE WHEN state = excluded.state THEN at ELSE excluded.at END",
            values,
        )

    def tallies(self) -> list[Tally]:
        """What became of each rule's remarks, those on their way left out."""
        return tallies(self.db)

    def demoted(self, rules: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Note which rules are demoted now; those that were not before, and those that are no longer."""
        before = frozenset(row[0] for row in self.db.execute("SELECT rule FROM demoted"))
        if rules != before:
            with transaction(self.db):
                self.db.execute("DELETE FROM demoted")
                self.db.executemany("INSERT INTO demoted VALUES (?, ?)", [(rule, self._clock()) for rule in rules])
        return rules - before, before - rules

    def swept(self, keep_s: float) -> None:
        """Forget what nothing happened to for so long, dismissals in force excepted."""
        before = self._clock() - keep_s
        with transaction(self.db):
            self.db.execute(
                "DELETE FROM remarks WHERE at < ? AND NOT (state = 'dismissed' AND coalesce(until, 1e18) > ?)",
                (before, self._clock()),
            )
            self.db.execute("DELETE FROM heads WHERE at < ?", (before,))
            self.db.execute("DELETE FROM spots WHERE at < ?", (before,))

    def close(self) -> None:
        """Done."""
        self.db.close()


def tallies(db: sqlite3.Connection) -> list[Tally]:
    """As `Memory.tallies`, for who only reads the file."""
    counts: dict[str, dict[State, int]] = {}
    for rule, state, count in db.execute("SELECT rule, state, count(*) FROM remarks WHERE coming = 0 GROUP BY 1, 2"):
        counts.setdefault(rule, {})[state] = count
    return [_tally(rule, states) for rule, states in sorted(counts.items())]


def _tally(rule: str, states: Mapping[State, int]) -> Tally:
    return Tally(
        rule, sum(states.values()), states.get("fixed", 0), states.get("dismissed", 0), states.get("outdated", 0)
    )
