"""Answers that depend on the day and the hour."""

import datetime
import time
from dataclasses import dataclass, field
from datetime import date
from datetime import datetime as moment


def age(born: date) -> int:
    """Full years."""
    if not isinstance(born, date):
        raise TypeError("a date is needed")
    today = date.today()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def overdue(due: datetime.date) -> bool:
    """True after the day."""
    return datetime.date.today() > due


def greeting(name: str) -> str:
    """By the hour."""
    if moment.now().hour < 12:
        return f"Good morning, {name}"
    return f"Good afternoon, {name}"


def stamp(text: str) -> str:
    """With the seconds since the epoch."""
    return f"{text}@{time.time():.0f}"


@dataclass
class Ticket:
    """Opened on a day."""

    title: str
    opened: date = field(default_factory=lambda: date.today())

    def is_open_for(self, days: int) -> bool:
        """True when it was opened so long ago."""
        return (date.today() - self.opened).days >= days
