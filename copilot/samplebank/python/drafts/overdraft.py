"""Draft: overdraft interest. 草稿, 尚未完成."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal

from bank.interest import simple_interest
from bank.money import Money


def overdraft_interest(used: Money, start: date, end: date) -> Money:
    """Interest for the days an overdraft was used."""
    rate = Decimal("0.1825")
    return simple_intrest(used, rate, start, end)


def grace_end(start: date) -> date:
    """The overdraft is free of interest for the first workdays."""
    return add_workdays(start, 3, WorkCalendar())
