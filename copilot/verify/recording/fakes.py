# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""What a test puts in the place of a clock, a random source or an environment variable that the code asks."""

from __future__ import annotations

import datetime as dt
import dis
import os
import re
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from .express import Expr

NOW = 1710504000.0
"""15 March 2024, 12:00 UTC: between the dates that are tried as inputs."""

_LOADS = frozenset({"LOAD_GLOBAL", "LOAD_NAME"})
_DATES = frozenset({("datetime", "date")})
_DATETIMES = frozenset({("datetime", "datetime")})


class Fake(NamedTuple):
    """Lines of a test's set-up. `key` tells what they stand for: a second fake of the same is not needed. `subject` is
    a variable that shows afterwards what was asked.
    """

    key: str
    line: str
    imports: frozenset[tuple[str, str]] = frozenset()
    subject: str = ""


HELPERS: dict[str, str] = {
    "FixedDate": '''class AnyDate(type):
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
        return cls.fixed''',
    "FixedDatetime": '''class AnyDatetime(type):
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

    today = utcnow = now''',
    "collected": """async def collected(items):
    return [item async for item in items]""",
}
"""Definitions at the top of a test file that lines of set-up use, by name."""


def helpers_of(*texts: str) -> list[str]:
    """The definitions that these texts use."""
    return [text for name, text in HELPERS.items() if any(re.search(rf"\b{name}\b", each) for each in texts)]


def _number(value: float) -> Callable[[str], Fake]:
    return lambda target: Fake(target, f'monkeypatch.setattr("{target}", lambda: {value!r})')


def _class(name: str, imports: frozenset[tuple[str, str]]) -> Callable[[str], Fake]:
    return lambda target: Fake(target, f'monkeypatch.setattr("{target}", {name})', imports)


def _uuid(target: str) -> Fake:
    text = "00000000-0000-4000-8000-00000000000a"
    return Fake(target, f'monkeypatch.setattr("{target}", lambda: UUID("{text}"))', frozenset({("uuid", "UUID")}))


def _token(target: str) -> Fake:
    return Fake(target, f'monkeypatch.setattr("{target}", lambda size=16: "5f" * size)')


_SOURCES: list[tuple[Any, str, Callable[[str], Fake]]] = [
    (dt.date, "datetime", _class("FixedDate", _DATES)),
    (dt.datetime, "datetime", _class("FixedDatetime", _DATETIMES)),
    (time.time, "time", _number(NOW)),
    (time.time_ns, "time", _number(int(NOW) * 10**9)),
    (time.perf_counter, "time", _number(100.0)),
    (time.monotonic, "time", _number(100.0)),
    (uuid.uuid4, "uuid", _uuid),
    (uuid.uuid1, "uuid", _uuid),
]


def remedy(reason: str, frame: Any, function: Any, ours: Callable[[str], bool]) -> Fake | None:
    """What would make an answer steady that project code asked for, None where nothing simple does.

    `frame` is where the built-in `function` was called; the name that is replaced is the one that the code uses.
    """
    if reason == "random":
        return Fake("random", "random.seed(7)", frozenset({("random", "")}))
    inner = None
    while frame is not None and not ours(frame.f_code.co_filename):
        inner, frame = frame, frame.f_back
    if frame is None:
        return None
    owner = getattr(function, "__self__", None)
    tokens = getattr(sys.modules.get("secrets"), "token_hex", None)  # not imported for its own sake
    for source, module, fake in (*_SOURCES, *([(tokens, "secrets", _token)] if tokens else [])):
        if inner is not None:
            asked = inner.f_code is getattr(source, "__code__", "")
        else:
            asked = function is source or (isinstance(source, type) and owner is source)
        target = _name(frame, source, module) if asked else ""
        if target:
            return fake(target)
    return None


def _name(frame: Any, source: Any, module: str) -> str:
    """How the code in a frame reaches `source`: a name of its module, or an attribute of a module that it imports."""
    here = str(frame.f_globals.get("__name__", ""))
    loaded = dict.fromkeys(i.argval for i in dis.get_instructions(frame.f_code) if i.opname in _LOADS)
    for name in loaded:
        value = frame.f_globals.get(name)
        if value is source and here in sys.modules:
            return f"{here}.{name}"
    if any(frame.f_globals.get(name) is sys.modules[module] for name in loaded):
        return f"{module}.{source.__name__}"
    return ""


_BETWEEN = ("os", "_collections_abc", "collections.abc", f"{__package__}.")
"""Modules between the code and the environment: those of Python, and ours, which look at comparisons."""

READ = type(os.environ).__getitem__.__code__
"""What runs when the environment is read, however it is read."""


def variable_asked(frame: Any, ours: Callable[[str], bool]) -> str:
    """The environment variable that project code reads, when this is the frame of `READ`; else empty."""
    if frame.f_code is not READ:
        return ""
    key = frame.f_locals.get("key")
    caller = frame.f_back
    while caller is not None and str(caller.f_globals.get("__name__")).startswith(_BETWEEN):
        caller = caller.f_back
    asked = caller is not None and ours(caller.f_code.co_filename) and isinstance(key, str)
    return key if asked and re.fullmatch(r"\w{1,60}", key) else ""


def moments(fake: Fake) -> list[Fake]:
    """The fake of a clock, and the same at another moment: the last day of a year, in the morning."""
    other = ""
    if "FixedDatetime" in fake.line:
        other = 'monkeypatch.setattr(FixedDatetime, "fixed", datetime(2023, 12, 31, 8, 30))'
    elif "FixedDate" in fake.line:
        other = 'monkeypatch.setattr(FixedDate, "fixed", date(2023, 12, 31))'
    return [fake, *([fake._replace(line=f"{fake.line}\n{other}")] if other else [])]


def environment(name: str, values: list[str]) -> list[Fake]:
    """A variable that is absent, and with each of these values."""
    key = "environment " + name
    rows = [Fake(key, f'monkeypatch.setenv("{name}", {value!r})') for value in values]
    return [Fake(key, f'monkeypatch.delenv("{name}", raising=False)'), *rows]


def arguments(rows: list[list[Expr]]) -> list[Fake]:
    """Command lines, as `sys.argv`."""
    found = []
    for row in rows:
        imports = frozenset(pair for each in row for pair in each.imports)
        words = ", ".join(["'prog'", *(each.text for each in row)])
        found.append(Fake("sys.argv", f'monkeypatch.setattr("sys.argv", [{words}])', imports))
    return found
