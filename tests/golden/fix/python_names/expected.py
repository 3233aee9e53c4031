"""Statements."""

import datetime
import os

from bank.errors import LimitExceeded
from bank.money import Money


def render(entries, currency):
    """One line an entry."""
    lines = []
    for entry in entries:
        when = datetime.date.fromisoformat(entry.day)
        lines.append(f"{when} {Money(entry.amount, currency)}")
    if os.environ.get("PLAIN") == "1":
        return True
    if not lines:
        raise LimitExceeded("nothing to show")
    return zzz.join(lines)
