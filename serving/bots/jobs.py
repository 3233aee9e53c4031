"""A durable queue in one sqlite file: at most one waiting job a key, where the newest replaces an older one that waits.

Durable means that what `put` returned from survives the loss of power: WAL with synchronous FULL. A job is handed out under a
lease; who takes it says `done` or `again` (later, after a growing pause). What was done is counted (`figures`). A worker that died left its lease behind:
`recover` frees the leases when the next one starts (only one worker a file, `alone`), else they run out. While a key's job
is out, its next one waits, so that what is done for one merge request is done in order.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from copilot.errors import UsageError
from serving.bots import figures

PAUSE_MOST_S: Final = 900.0

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, version TEXT NOT NULL, made REAL NOT NULL, body BLOB NOT NULL,
    state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL DEFAULT 0, since REAL NOT NULL,
    why TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX IF NOT EXISTS one_waiting ON jobs (key) WHERE state = 'waiting';
CREATE UNIQUE INDEX IF NOT EXISTS one_out ON jobs (key) WHERE state = 'out';
CREATE INDEX IF NOT EXISTS by_due ON jobs (state, due);
CREATE TABLE IF NOT EXISTS finished (key TEXT PRIMARY KEY, version TEXT NOT NULL, made REAL NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (id TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_at ON deliveries (at);
"""

Put = Literal["new", "newer", "same", "older", "known", "full"]
"""`known`: this delivery, or this version of the key, was there before. `full`: too many wait."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job that was handed out. `version`: what of the key it is about (a head); `attempts`: this one counted; `since`: when
    its webhook came, in seconds of the epoch.
    """

    id: int
    key: str
    version: str
    body: bytes
    attempts: int
    since: float

    @property
    def forge(self) -> str:
        """The name of its forge: a key begins with it."""
        return self.key.partition(" ")[0]


def opened(path: Path) -> sqlite3.Connection:
    """A connection that is durable and waits for others. Raises UsageError where the file cannot be used."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"{path} cannot be used as a database: {error}.") from None
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing, against other writers."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Nobody else with the same lock. Raises UsageError where somebody has it; ends with the process, however that goes."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UsageError(f"{path} is held by another process of the bot.") from None
        yield
    finally:
        os.close(handle)


class Queue:
    """The queue of a file. `clock` gives seconds of the epoch."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.db, self._clock = opened(path), clock
        self.db.executescript(_TABLES + figures.TABLES)

    def put(
        self,
        key: str,
        version: str,
        body: bytes,
        *,
        made: float = 0.0,
        delivery: str = "",
        most: int = 0,
        since: float | None = None,
        afresh: bool = False,
        back: bool = False,
    ) -> Put:
        """Add a job durably. `made`: when the version came to be, where that is known: an older one replaces nothing. `since`: when
        its webhook came, None: now. `afresh`: also where this version was done, since what follows was given up; `back`: the
        same, since what the key is about was opened again, but not for a delivery that was there before.
        """
        now = self._clock()
        with transaction(self.db):
            fresh = "INSERT OR IGNORE INTO deliveries VALUES (?, ?)"
            again = bool(delivery) and not self.db.execute(fresh, (delivery, now)).rowcount
            rows = self.db.execute("SELECT state, version, made FROM jobs WHERE key = ?", (key,))
            held = {state: (had, then) for state, had, then in rows}
            dead = held.pop("dead", None)  # given up: what was done before it is not what stands there now
            if again and not afresh and dead is None:  # else it is sent again on purpose
                return "known"
            last = self.db.execute("SELECT version, made FROM finished WHERE key = ?", (key,)).fetchone()
            newest = held.get("waiting") or held.get("out") or dead or last
            if newest is not None:
                if newest[0] == version and newest is not dead and not ((afresh or back) and newest is last):
                    return "known" if newest is last else "same"
                if made and newest[1] and made < newest[1]:
                    return "older"
            if "waiting" not in held and most and self._count("waiting") >= most:
                if delivery:  # so that the forge's next attempt counts
                    self.db.execute("DELETE FROM deliveries WHERE id = ?", (delivery,))
                return "full"
            self.db.execute("DELETE FROM jobs WHERE key = ? AND state IN ('waiting', 'dead')", (key,))
            self.db.execute(
                "INSERT INTO jobs (key, version, made, body, state, since) VALUES (?, ?, ?, ?, 'waiting', ?)",
                (key, version, made, body, now if since is None else since),
            )
            return "newer" if held else "new"

    def take(self, lease_s: float) -> Job | None:
        """The longest waiting job that is due, for so many seconds; None where there is none."""
        now = self._clock()
        with transaction(self.db):
            self._freed("state = 'out' AND due < ?", now)
            row = self.db.execute(
                "SELECT id, key, version, body, attempts, since FROM jobs AS one WHERE state = 'waiting' AND due <= ? "
                "AND NOT EXISTS (SELECT 1 FROM jobs WHERE key = one.key AND state = 'out') ORDER BY since, id LIMIT 1",
                (now,),
            ).fetchone()
            if row is None:
                return None
            self.db.execute(
                "UPDATE jobs SET state = 'out', attempts = attempts + 1, due = ? WHERE id = ?", (now + lease_s, row[0])
            )
        return Job(row[0], row[1], row[2], row[3], row[4] + 1, row[5])

    def done(self, job: Job) -> None:
        """The job's work is durable elsewhere: forget it, and that version of the key is known from now on."""
        with transaction(self.db):
            row = self.db.execute("SELECT made FROM jobs WHERE id = ?", (job.id,)).fetchone()
            self.db.execute("DELETE FROM jobs WHERE id = ?", (job.id,))
            self.db.execute(
                "INSERT OR REPLACE INTO finished VALUES (?, ?, ?, ?)",
                (job.key, job.version, row[0] if row else 0.0, self._clock()),
            )
            figures.lasted(self.db, job.forge, self._clock() - job.since)
            figures.fine(self.db, job.forge)

    def dropped(self, job: Job) -> None:
        """Nobody needs the job any more: forget it, but its version is no known one."""
        with transaction(self.db):
            self.db.execute("DELETE FROM jobs WHERE id = ?", (job.id,))
            figures.fine(self.db, job.forge)

    def withdrawn(self, key: str, *, made: float, delivery: str) -> bool:
        """Whether a job of a key that waited is taken away, since nobody needs it any more; by no delivery that was there before,
        and by none that is older (`made`) than the job.
        """
        with transaction(self.db):
            fresh = "INSERT OR IGNORE INTO deliveries VALUES (?, ?)"
            if not self.db.execute(fresh, (delivery, self._clock())).rowcount:
                return False
            stale = "DELETE FROM jobs WHERE key = ? AND state = 'waiting' AND (made <= ? OR ? = 0)"
            return self.db.execute(stale, (key, made, made)).rowcount > 0

    def again(self, job: Job, why: str, *, pause_s: float, after_s: float = 0.0, counted: bool = True) -> None:
        """The job failed for now: it waits for its pause, doubled with each attempt (and at least `after_s`). Where a newer
        one waits for the key, that one takes its place. Not `counted`: it was no fault of the job's; the pause grows with how long
        its forge has been in trouble.
        """
        now = self._clock()
        pause = pause_s * 2 ** (job.attempts - 1)
        if not counted:
            pause = max(pause_s, figures.lasts(self.db, job.forge, now) / 2)
        due = now + max(after_s, min(PAUSE_MOST_S, pause))
        with transaction(self.db):
            self._freed("id = ?", job.id)
            self.db.execute(
                "UPDATE jobs SET due = ?, why = ?, attempts = attempts - ? WHERE id = ?",
                (due, why[:500], not counted, job.id),
            )
            figures.added(self.db, "again", job.forge)

    def troubled(self, job: Job, why: str) -> None:
        """Note what keeps the work for the job's forge from being done; the next job that is done takes it away."""
        with transaction(self.db):
            figures.troubled(self.db, job.forge, why, self._clock())

    def refused(self, job: Job, count: int) -> None:
        """Count remarks that the forge did not take at their lines."""
        with transaction(self.db):
            figures.added(self.db, "refused", job.forge, count)

    def age(self, job: Job) -> float:
        """Seconds since its webhook came."""
        return self._clock() - job.since

    def bury(self, job: Job, why: str) -> None:
        """The job is given up; it is kept, to be looked at."""
        with transaction(self.db):
            self.db.execute("UPDATE jobs SET state = 'dead', why = ? WHERE id = ?", (why[:500], job.id))
            figures.added(self.db, "failed", job.forge)

    def recover(self) -> int:
        """Free every lease: for the one worker of the file when it starts. How many there were."""
        with transaction(self.db):
            return self._freed("state = 'out'")

    def swept(self, keep_s: float) -> None:
        """Forget deliveries, finished versions and dead jobs that are older."""
        before = self._clock() - keep_s
        with transaction(self.db):
            self.db.execute("DELETE FROM deliveries WHERE at < ?", (before,))
            self.db.execute("DELETE FROM finished WHERE at < ?", (before,))
            self.db.execute("DELETE FROM jobs WHERE state = 'dead' AND since < ?", (before,))

    def counts(self) -> dict[str, float]:
        """How many jobs are in each state, and for how many seconds the oldest waits."""
        states = ("waiting", "out", "dead")
        oldest = self.db.execute("SELECT min(since) FROM jobs WHERE state = 'waiting'").fetchone()[0]
        age = max(0.0, self._clock() - oldest) if oldest is not None else 0.0
        return {**{state: float(self._count(state)) for state in states}, "oldest_s": age}

    def writable(self) -> bool:
        """Whether a job could be added now."""
        try:
            with transaction(self.db):
                self.db.execute("DELETE FROM deliveries WHERE id = ''")
        except sqlite3.Error:
            return False
        return True

    def close(self) -> None:
        """Done."""
        self.db.close()

    def _count(self, state: str) -> int:
        return int(self.db.execute("SELECT count(*) FROM jobs WHERE state = ?", (state,)).fetchone()[0])

    def _freed(self, which: str, *values: object) -> int:
        """Leases taken back: such a job waits again, unless a newer one of its key does."""
        self.db.execute(
            f"DELETE FROM jobs WHERE {which} AND EXISTS "
            "(SELECT 1 FROM jobs AS other WHERE other.key = jobs.key AND other.state = 'waiting')",
            values,
        )
        return self.db.execute(f"UPDATE jobs SET state = 'waiting', due = 0 WHERE {which}", values).rowcount
