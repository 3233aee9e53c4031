"""Mail, holidays and a journal: code that makes its clients itself."""

from __future__ import annotations

import json
import smtplib
import sqlite3
from urllib.request import urlopen


def holidays(year: int) -> list[str]:
    with urlopen(f"https://cal.example/{year}") as answer:
        rows = json.loads(answer.read())
    return [row["date"] for row in rows]


def mail(to: str, subject: str) -> bool:
    if "@" not in to:
        raise ValueError(to)
    try:
        with smtplib.SMTP("mail.example") as server:
            server.sendmail("bank@example", [to], subject)
    except smtplib.SMTPException:
        return False
    return True


class Journal:
    """Entries by kind."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path)

    def count(self, kind: str) -> int:
        row = self._db.execute("select count(*) from journal where kind = ?", (kind,)).fetchone()
        return int(row[0])

    def add(self, kind: str, text: str) -> None:
        if not text:
            raise ValueError("empty")
        with self._db:
            self._db.execute("insert into journal values (?, ?)", (kind, text))
