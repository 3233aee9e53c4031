"""Statements."""

import os

from bank.money import Money


def render(entries, currency):
    """One line an entry."""
    lines = []
    for entry in entires:
        when = datetime.date.fromisoformat(entry.day)
        lines.append(f"{when} {Money(entry.amount, curency)}")
    if os.environ.get("PLAIN") == "1":
        return true
    if not lines:
        raise LimitExceeded("nothing to show")
    return zzz.join(lines)
