"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import random
from datetime import date
from uuid import UUID

import pytest

from subject import days_between, pick, stamp, today, token


class AnyDate(type):
    """Ordinary dates are instances too."""

    def __instancecheck__(cls, value):
        return isinstance(value, date)


class FixedDate(date, metaclass=AnyDate):
    """A date whose today does not change."""

    fixed = date(2024, 3, 15)

    def __new__(cls, *parts, **named):
        return date(*parts, **named)

    @classmethod
    def today(cls):
        return cls.fixed


# guards behaviour
def test_today(monkeypatch):
    monkeypatch.setattr("datetime.date", FixedDate)
    assert today() == date(2024, 3, 15)


# guards behaviour
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("abc", "abc-1710504000"),
        ("", "-1710504000"),
        ("A1", "A1-1710504000"),
    ],
)
def test_stamp(text, expected, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1710504000.0)
    assert stamp(text) == expected


# guards behaviour
def test_token(monkeypatch):
    monkeypatch.setattr("uuid.uuid4", lambda: UUID("00000000-0000-4000-8000-00000000000a"))
    assert token() == "0000000000004000800000000000000a"


# guards behaviour
@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([1, 0, 2], 0),
        ([1], 1),
        ([2, 10], 10),
    ],
)
def test_pick(items, expected):
    random.seed(7)
    assert pick(items) == expected


# guards behaviour
@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2024, 2, 29), date(2024, 1, 15), -45),
        (date(2023, 12, 31), date(2024, 2, 29), 60),
        (date(2024, 1, 15), date(2024, 2, 29), 45),
    ],
)
def test_days_between(first, last, expected):
    assert days_between(first, last) == expected
