"""The sealed records of this user, in the state folder: one file a day, one line a record, nobody here can read them.

A line holds the name of the key and the sealed bytes; everything else is inside. Bounded by days and bytes. Several
editors append at once. Functions block and raise OSError.
"""

from __future__ import annotations

import base64
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from copilot import config_sources
from copilot.capture.sealing import Lock, Opener, seal, unseal

MOST_BYTES: Final = 50_000_000
"""When there is more, the oldest days go."""

_FILE: Final = re.compile(r"(2\d{3}-\d\d-\d\d)\.jsonl")


@dataclass(frozen=True, slots=True)
class Day:
    """The records of a day."""

    day: str
    path: Path
    records: int
    size: int


def folder() -> Path:
    """Where the records lie."""
    return config_sources.state_folder() / "capture"


def add(record: bytes, to: Lock, day: str) -> None:
    """Seal a record and append it."""
    where = folder()
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    line = json.dumps({"key": to.name, "sealed": base64.b64encode(seal(record, to)).decode()}) + "\n"
    descriptor = os.open(where / f"{day}.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line.encode())  # one write: lines of several editors do not mix
    finally:
        os.close(descriptor)


def days() -> list[Day]:
    """What there is, oldest first."""
    found = []
    for path in sorted(folder().glob("*.jsonl")):
        if (named := _FILE.fullmatch(path.name)) is not None:
            with suppress(FileNotFoundError):
                data = path.read_bytes()
                found.append(Day(named[1], path, data.count(b"\n"), len(data)))
    return found


def tidy(today: str, keep_days: int) -> None:
    """Delete what is older than `keep_days`, and the oldest days beyond the most bytes."""
    oldest = (date.fromisoformat(today) - timedelta(days=keep_days)).isoformat()
    there = days()
    size = sum(each.size for each in there)
    for each in there:
        if each.day < oldest or size > MOST_BYTES:
            each.path.unlink(missing_ok=True)
            size -= each.size


def delete() -> int:
    """Delete every record; how many there were."""
    there = days()
    for each in there:
        each.path.unlink(missing_ok=True)
    return sum(each.records for each in there)


def lines(paths: list[Path]) -> Iterator[bytes]:
    """The lines of files and of folders of records."""
    for path in paths:
        for file in sorted(path.glob("*.jsonl")) if path.is_dir() else [path]:
            yield from file.read_bytes().splitlines()


def opened(line: bytes, by: Opener) -> bytes | None:
    """The record of a line; None when it is for another key. Raises ValueError for a line that is none or was changed."""
    told = json.loads(line)
    try:
        name, sealed = told["key"], base64.b64decode(told["sealed"], validate=True)
    except (KeyError, TypeError):
        raise ValueError("not a record") from None
    return unseal(sealed, by) if name == by.name else None
