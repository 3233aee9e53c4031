"""工作日历与计息天数. Business days and day-count conventions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

SATURDAY = 5


class DayCount(Enum):
    """How the days between two dates become a fraction of a year."""

    ACT_360 = "ACT/360"
    ACT_365 = "ACT/365"
    THIRTY_360 = "30/360"


@dataclass(frozen=True)
class WorkCalendar:
    """Weekends are closed unless listed in `extra_workdays` (调休上班日)."""

    holidays: frozenset[date] = frozenset()
    extra_workdays: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        """True when payments are settled on this day."""
        if day in self.extra_workdays:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def next_workday(self, day: date) -> date:
        """The day itself when it is a workday, else the next one. 遇节假日顺延."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day


def add_workdays(day: date, count: int, calendar: WorkCalendar) -> date:
    """The date `count` workdays after `day`.

    >>> add_workdays(date(2026, 1, 2), 1, WorkCalendar())
    datetime.date(2026, 1, 5)
    """
    if count < 0:
        raise ValueError("count must not be negative")
    for _ in range(count):
        day = calendar.next_workday(day + timedelta(days=1))
    return day


def days_between(start: date, end: date) -> int:
    """Calendar days from `start` (counted) to `end` (not counted): 算头不算尾.

    >>> days_between(date(2026, 3, 1), date(2026, 3, 31))
    30
    """
    if end < start:
        raise ValueError("end is before start")
    return (end - start).days


def days_overdue(due: date, today: date) -> int:
    """Days since a payment was due; the day after the due date is day one. 到期次日起算逾期."""
    if today <= due:
        return 0
    return (today - due).days + 1


def thirty_360_days(start: date, end: date) -> int:
    """Days between two dates when every month has thirty days.

    >>> thirty_360_days(date(2026, 1, 31), date(2026, 2, 28))
    28
    """
    first = min(start.day, 30)
    last = min(end.day, 30) if first == 30 else end.day
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + (last - first)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day.

    >>> add_months(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    index = day.year * 12 + (day.month - 1) + months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))
