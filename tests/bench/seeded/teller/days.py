"""Dates of a bank: day counts, month ends, business days, periods."""

from __future__ import annotations

import calendar
from collections.abc import Collection
from datetime import date, timedelta


def is_leap(year: int) -> bool:
    """Whether the year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_30_360(start: date, end: date) -> int:
    """Days between two dates when every month has thirty.

    >>> days_30_360(date(2024, 1, 31), date(2024, 3, 31))
    60
    """
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + (last - first)


def year_fraction(start: date, end: date, basis: str = "ACT/365") -> float:
    """The part of a year between two dates in one of three market conventions."""
    if end < start:
        raise ValueError("the period ends before it starts")
    if basis == "30/360":
        return days_30_360(start, end) / 360
    if basis == "ACT/360":
        return (end - start).days / 360
    if basis == "ACT/365":
        return (end - start).days / 365
    if basis == "ACT/ACT":
        total = 0.0
        at = start
        while at < end:
            stop = min(date(at.year + 1, 1, 1), end)
            total += (stop - at).days / (366 if is_leap(at.year) else 365)
            at = stop
        return total
    raise ValueError(f"unknown day count {basis}")


def month_end(day: date) -> date:
    """The last day of the month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def add_months(day: date, months: int, keep_end: bool = True) -> date:
    """The same day some months on; a month end stays a month end, and no day runs over into the next month.

    >>> add_months(date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    if keep_end and day == month_end(day):
        return date(year, month + 1, last)
    return date(year, month + 1, min(day.day, last))


def is_business_day(day: date, holidays: Collection[date] = ()) -> bool:
    """Whether banks are open: neither weekend nor holiday."""
    return day.weekday() < 5 and day not in holidays


def shifted(day: date, rule: str = "following", holidays: Collection[date] = ()) -> date:
    """The business day that stands for a day: the next, the one before, or the next within the same month."""
    step = timedelta(days=-1 if rule == "preceding" else 1)
    moved = day
    while not is_business_day(moved, holidays):
        moved += step
    if rule == "modified" and moved.month != day.month:
        moved = day
        while not is_business_day(moved, holidays):
            moved -= timedelta(days=1)
    return moved


def business_days(start: date, end: date, holidays: Collection[date] = ()) -> int:
    """Business days from start up to, without, end."""
    return sum(is_business_day(start + timedelta(days=at), holidays) for at in range((end - start).days))


def value_date(booked: date, days: int, holidays: Collection[date] = ()) -> date:
    """The date so many business days after booking."""
    at = booked
    while days > 0:
        at += timedelta(days=1)
        if is_business_day(at, holidays):
            days -= 1
    return at


def overlap_days(first: tuple[date, date], second: tuple[date, date]) -> int:
    """Days that two closed periods have in common.

    >>> overlap_days((date(2024, 1, 1), date(2024, 1, 10)), (date(2024, 1, 10), date(2024, 2, 1)))
    1
    """
    start = max(first[0], second[0])
    end = min(first[1], second[1])
    return max(0, (end - start).days + 1)


def ageing_bucket(due: date, today: date) -> str:
    """How late a receivable is, in the buckets of the risk report."""
    late = (today - due).days
    if late <= 0:
        return "current"
    if late <= 30:
        return "1-30"
    if late <= 60:
        return "31-60"
    if late <= 90:
        return "61-90"
    return "90+"
