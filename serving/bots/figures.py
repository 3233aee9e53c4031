"""What the working parts write down about their work beside the queue, and how the part that listens reads it: counts and times
for `/metrics`, troubles for `/health`. They share no process; each queue's file holds what its worker did.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

TABLES: Final = """
CREATE TABLE IF NOT EXISTS figures (
    name TEXT NOT NULL, forge TEXT NOT NULL, value REAL NOT NULL, PRIMARY KEY (name, forge)
);
CREATE TABLE IF NOT EXISTS troubles (forge TEXT PRIMARY KEY, why TEXT NOT NULL, since REAL NOT NULL);
"""
BUCKETS_S: Final = (5, 15, 30, 60, 120, 300, 900, 3_600, 21_600)
_COUNTED: Final = {
    "done": "Jobs that were done.",
    "failed": "Jobs that were given up.",
    "again": "Attempts that failed and were made again.",
    "refused": "Remarks that a forge did not take at their lines.",
}
SLOW_S: Final = 900.0
"""A job that waits longer is worth a look."""
_DOES: Final = {"queue": "read", "outbox": "post"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands in the file of a queue. `jobs` by state; `since`: when the oldest waiting one came, None without one;
    `troubles`: by forge, what is wrong and since when.
    """

    jobs: Mapping[str, int] = field(default_factory=dict)
    since: float | None = None
    values: Mapping[tuple[str, str], float] = field(default_factory=dict)
    troubles: Mapping[str, tuple[str, float]] = field(default_factory=dict)


def added(db: sqlite3.Connection, name: str, forge: str, by: float = 1.0) -> None:
    """Count something."""
    if by:
        db.execute(
            "INSERT INTO figures VALUES (?, ?, ?) ON CONFLICT (name, forge) DO UPDATE SET value = value + excluded.value",
            (name, forge, by),
        )


def lasted(db: sqlite3.Connection, forge: str, seconds: float) -> None:
    """Count a job that was done so long after its webhook came."""
    added(db, "done", forge)
    added(db, "seconds", forge, max(0.0, seconds))
    added(db, f"within {bisect_left(BUCKETS_S, seconds)}", forge)


def troubled(db: sqlite3.Connection, forge: str, why: str, now: float) -> None:
    """Something keeps the work for a forge from being done, until `fine`."""
    db.execute(
        "INSERT INTO troubles VALUES (?, ?, ?) ON CONFLICT (forge) DO UPDATE SET why = excluded.why",
        (forge, why[:500], now),
    )


def lasts(db: sqlite3.Connection, forge: str, now: float) -> float:
    """For how many seconds a forge has been in trouble; 0 where it is not."""
    row = db.execute("SELECT since FROM troubles WHERE forge = ?", (forge,)).fetchone()
    return max(0.0, now - row[0]) if row else 0.0


def fine(db: sqlite3.Connection, forge: str) -> None:
    """Work for a forge was done."""
    db.execute("DELETE FROM troubles WHERE forge = ?", (forge,))


def read_only(path: Path) -> closing[sqlite3.Connection]:
    """A connection that changes nothing, closed behind its block. Raises sqlite3.Error."""
    return closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1))


def kept(path: Path) -> Kept:
    """What stands there, as far as this process may read it."""
    try:
        with read_only(path) as db:
            return Kept(
                dict(db.execute("SELECT state, count(*) FROM jobs GROUP BY 1")),
                db.execute("SELECT min(since) FROM jobs WHERE state = 'waiting'").fetchone()[0],
                {(name, forge): value for name, forge, value in db.execute("SELECT name, forge, value FROM figures")},
                {forge: (why, since) for forge, why, since in db.execute("SELECT forge, why, since FROM troubles")},
            )
    except sqlite3.Error:
        return Kept()


def is_dead(path: Path, key: str) -> bool:
    """Whether the job of a key was given up there."""
    try:
        with read_only(path) as db:
            return db.execute("SELECT 1 FROM jobs WHERE key = ? AND state = 'dead'", (key,)).fetchone() is not None
    except sqlite3.Error:
        return False


def families(queues: Mapping[str, Kept]) -> Iterator[Metric]:
    """The counts of all queues as Prometheus has them."""
    for name, text in _COUNTED.items():
        family = CounterMetricFamily(f"bank_copilot_bot_{name}", text, labels=("queue", "forge"))
        for queue, one in queues.items():
            for (had, forge), value in one.values.items():
                if had == name:
                    family.add_metric((queue, forge), value)
        yield family
    times = HistogramMetricFamily(
        "bank_copilot_bot_job_seconds",
        "Seconds from a webhook until its job was done: read (queue), posted (outbox).",
        labels=("queue", "forge"),
    )
    for queue, one in queues.items():
        for (name, forge), value in one.values.items():
            if name == "seconds":
                times.add_metric((queue, forge), _buckets(one.values, forge), value)
    yield times


def _buckets(values: Mapping[tuple[str, str], float], forge: str) -> list[tuple[str, float]]:
    found, total = [], 0.0
    for n, edge in enumerate((*map(float, BUCKETS_S), "+Inf")):
        total += values.get((f"within {n}", forge), 0.0)
        found.append((str(edge), total))
    return found


def todo(queues: Mapping[str, Kept], now: float) -> list[str]:
    """What somebody should look at, a sentence each; empty where all is well."""
    found = []
    for queue, one in queues.items():
        part = _DOES[queue]
        for forge, (why, since) in one.troubles.items():
            found.append(f"{part}: forges.{forge}: {why} (for {_ago(now - since)}; it is tried again by itself)")
        if one.since is not None and now - one.since > SLOW_S and not one.troubles:
            found.append(f"{part}: a job waits for {_ago(now - one.since)}: does the part `{part}` run, and keep up?")
        if one.jobs.get("dead"):
            found.append(
                f"{part}: {one.jobs['dead']} jobs were given up: the log says why; "
                "what the forge delivers again (its page of webhooks) is done again."
            )
    return found


def _ago(seconds: float) -> str:
    minutes = int(max(0.0, seconds)) // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
