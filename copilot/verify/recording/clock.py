# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""A clock that is ahead: a test that passes today only is no test."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any


def ahead(days: int, asked: set[str]) -> None:
    """Set the clock of Python ahead, for modules that are imported from here on; `asked` hears who looks at it.

    The classes stand for the real ones in every check of types. Built-in code that makes dates by itself still sees
    today: a test that failed here counts only if it looked at this clock.
    """
    shift = dt.timedelta(days=days, hours=7)
    real_date: Any = dt.date
    real: Any = dt.datetime

    class Stands(type):
        def __instancecheck__(cls, value: Any) -> bool:
            return isinstance(value, cls.__mro__[1])

        def __subclasscheck__(cls, other: Any) -> bool:
            return issubclass(other, cls.__mro__[1])

    class Date(real_date, metaclass=Stands):  # type: ignore[misc]
        @classmethod
        def today(cls) -> Any:
            asked.add("date.today")
            now = real.now() + shift
            return cls(now.year, now.month, now.day)

        def __repr__(self) -> str:
            return f"datetime.{real_date.__repr__(self)}"

    class Datetime(real, metaclass=Stands):  # type: ignore[misc]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            asked.add("datetime.now")
            now = real.now(tz) + shift
            clock = (now.hour, now.minute, now.second, now.microsecond)
            return cls(now.year, now.month, now.day, *clock, now.tzinfo, fold=now.fold)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

        @classmethod
        def utcnow(cls) -> Any:
            return cls.now(dt.timezone.utc).replace(tzinfo=None)  # noqa: UP017 -- Python 3.9

        def __repr__(self) -> str:
            return f"datetime.{real.__repr__(self)}"

    for twin, name in ((Date, "date"), (Datetime, "datetime")):
        twin.__module__, twin.__name__, twin.__qualname__ = "datetime", name, name
        setattr(dt, name, twin)
    seconds = shift.total_seconds()
    for name in ("time", "localtime", "gmtime"):
        setattr(time, name, _later(getattr(time, name), name, seconds, asked))


def _later(function: Any, name: str, seconds: float, asked: set[str], real_time: Any = time.time) -> Any:
    def later(*given: Any) -> Any:
        if given and given[0] is not None:
            return function(*given)
        asked.add("time." + name)
        return real_time() + seconds if name == "time" else function(real_time() + seconds)

    return later
