"""Messages that wait to be sent, in SQLite."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One message."""

    number: int
    topic: str
    body: str


class Outbox:
    """Adds, lists and marks messages."""

    def __init__(self, path: str = ":memory:") -> None:
        self._db = sqlite3.connect(path)
        self._db.execute(
            "create table if not exists outbox (number integer primary key, topic text, body text, sent integer)"
        )

    def add(self, topic: str, body: str) -> int:
        if not topic:
            raise ValueError("a message has a topic")
        cursor = self._db.execute("insert into outbox (topic, body, sent) values (?, ?, 0)", (topic, body))
        self._db.commit()
        return int(cursor.lastrowid or 0)

    def pending(self, most: int = 10) -> list[Message]:
        rows = self._db.execute(
            "select number, topic, body from outbox where sent = 0 order by number limit ?", (most,)
        )
        return [Message(*row) for row in rows.fetchall()]

    def sent(self, number: int) -> None:
        done = self._db.execute("update outbox set sent = 1 where number = ? and sent = 0", (number,))
        self._db.commit()
        if done.rowcount != 1:
            raise LookupError(f"no pending message {number}")


def purge(connection: sqlite3.Connection, days: int) -> int:
    if days < 1:
        raise ValueError("at least a day")
    with connection:
        done = connection.execute("delete from outbox where sent = 1 and age_days >= ?", (days,))
    return done.rowcount
