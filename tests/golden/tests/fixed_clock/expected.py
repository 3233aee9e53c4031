"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from datetime import date, datetime

import pytest

from subject import Ticket, age, greeting, overdue, stamp


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


class AnyDatetime(type):
    """Ordinary datetimes are instances too."""

    def __instancecheck__(cls, value):
        return isinstance(value, datetime)


class FixedDatetime(datetime, metaclass=AnyDatetime):
    """A datetime whose now does not change."""

    fixed = datetime(2024, 3, 15, 12, 0)

    def __new__(cls, *parts, **named):
        return datetime(*parts, **named)

    @classmethod
    def now(cls, tz=None):
        return cls.fixed.replace(tzinfo=tz)

    today = utcnow = now


# guards behaviour
def test_age(monkeypatch):
    monkeypatch.setattr("subject.date", FixedDate)
    monkeypatch.setattr(FixedDate, "fixed", date(2023, 12, 31))
    assert age(date(2024, 1, 15)) == -1
    assert age(date(2023, 12, 31)) == 0


# guards behaviour
def test_age_2(monkeypatch):
    monkeypatch.setattr("subject.date", FixedDate)
    assert age(date(2024, 3, 31)) == -1
    assert age(date(2023, 2, 28)) == 1


# guards behaviour
def test_overdue_refuses(monkeypatch):
    monkeypatch.setattr("datetime.date", FixedDate)
    monkeypatch.setattr(FixedDate, "fixed", date(2023, 12, 31))
    assert overdue(date(2024, 1, 15)) is False
    assert overdue(date(2023, 12, 31)) is False


# guards behaviour
def test_overdue_accepts(monkeypatch):
    monkeypatch.setattr("datetime.date", FixedDate)
    assert overdue(date(2024, 1, 15)) is True


# guards behaviour
def test_greeting(monkeypatch):
    monkeypatch.setattr("subject.moment", FixedDatetime)
    assert greeting("abc") == "Good afternoon, abc"
    assert greeting("") == "Good afternoon, "


# guards behaviour
def test_greeting_2(monkeypatch):
    monkeypatch.setattr("subject.moment", FixedDatetime)
    monkeypatch.setattr(FixedDatetime, "fixed", datetime(2023, 12, 31, 8, 30))
    assert greeting("abc") == "Good morning, abc"


# guards behaviour
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Good afternoon, abc", "Good afternoon, abc@1710504000"),
        ("Good morning, abc", "Good morning, abc@1710504000"),
        ("Good afternoon, ", "Good afternoon, @1710504000"),
    ],
)
def test_stamp(text, expected, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1710504000.0)
    assert stamp(text) == expected


# guards behaviour
def test_ticket_returns_value(monkeypatch):
    monkeypatch.setattr("subject.date", FixedDate)
    result = Ticket("Good afternoon, abc")
    assert result.opened == date(2024, 3, 15)


# guards behaviour
def test_ticket_is_open_for_accepts(monkeypatch):
    monkeypatch.setattr("subject.date", FixedDate)
    assert Ticket("abc").is_open_for(0) is True
    assert Ticket("abc").is_open_for(-29) is True


# guards behaviour
def test_ticket_is_open_for_refuses(monkeypatch):
    monkeypatch.setattr("subject.date", FixedDate)
    assert Ticket("abc").is_open_for(29) is False
