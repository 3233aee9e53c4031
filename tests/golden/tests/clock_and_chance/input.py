"""Answers that change from run to run are not recorded; the others are."""

import datetime
import os
import random
import time
import uuid


def today() -> datetime.date:
    """The date of the machine."""
    return datetime.date.today()


def stamp(text: str) -> str:
    """A text with the time."""
    return f"{text}-{time.time():.0f}"


def token() -> str:
    """A random name."""
    return uuid.uuid4().hex


def pick(items: list[int]) -> int:
    """Any item."""
    return random.choice(items)


def kept(name: str) -> None:
    """Writes a file."""
    with open(os.path.join("/tmp", name or "x"), "w") as stream:
        stream.write(name)


def spread(words: list[str]) -> str:
    """Joined in the order of a set, which depends on the hash seed."""
    return "".join({"alpha", "beta", "gamma", *words})


def days_between(first: datetime.date, last: datetime.date) -> int:
    """Days from first to last."""
    return (last - first).days
