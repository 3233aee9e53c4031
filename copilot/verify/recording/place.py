# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""A tree of what is done with an object: attributes, calls, contexts, items, and how the results are used as data."""

from __future__ import annotations

from typing import Any

CALL, AWAIT, ENTER, AENTER, EACH, JSON = ("call",), ("await",), ("enter",), ("aenter",), ("each",), ("json",)
"""Steps from a place to the next, beside `("", name)` of an attribute and the key or index of a subscript."""


class Place:
    """A place in the tree: `steps` lead on; `marks` say how it is used as data: "number", "text", "none", "truth",
    "table" (its items are asked for), "optional" (keys may be missing), "date", "datetime"; `against` are constants that it is compared with;
    `raises` are names of exceptions that are expected of a call.
    """

    __slots__ = ("against", "marks", "raises", "steps")

    def __init__(self) -> None:
        self.steps: dict[Any, Place] = {}
        self.marks: set[str] = set()
        self.against: list[Any] = []
        self.raises: list[str] = []

    def step(self, key: Any) -> Place:
        """Where a step leads."""
        return self.steps.setdefault(key, Place())

    def called(self) -> set[str]:
        """The attributes that are called."""
        return {name for name, place in self.attributes() if CALL in place.steps}

    def enters(self) -> bool:
        """Whether it, or what it leads to by attributes and calls, is entered as a context."""
        if ENTER in self.steps or AENTER in self.steps:
            return True
        inner = [held for _, held in self.attributes()] + [self.steps[key] for key in (CALL,) if key in self.steps]
        return any(held.enters() for held in inner)

    def attributes(self) -> list[tuple[str, Place]]:
        """The attributes that are read."""
        return [(key[1], place) for key, place in self.steps.items() if isinstance(key, tuple) and len(key) == 2]

    def parts(self) -> list[tuple[Any, Place]]:
        """The keys and indices that are looked up."""
        return [(key, place) for key, place in self.steps.items() if not isinstance(key, tuple)]


DATES = {"today": "date", "now": "datetime", "utcnow": "datetime"}
"""Methods of a clock, and what they give."""

LIBRARIES = frozenset(
    {"aiohttp", "asyncpg", "boto3", "botocore", "cx_Oracle", "django", "elasticsearch", "ftplib", "grpc", "httpx", "kafka",
     "oracledb", "paramiko", "pika", "psycopg", "psycopg2", "pymongo", "pymysql", "redis", "requests", "smtplib", "sqlalchemy",
     "sqlite3", "urllib", "urllib3"}
)  # fmt: skip
"""Packages whose objects talk to databases, queues and other hosts."""
