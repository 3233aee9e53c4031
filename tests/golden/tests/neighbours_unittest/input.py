"""A program with everything around it."""

import os
import random
import sys
from datetime import date
from pathlib import Path


class Closed(Exception):
    """The branch is closed."""


def split(text: str) -> tuple[str, int]:
    """Owner and cents of `ann 12`."""
    owner, _, cents = text.partition(" ")
    if not cents.isdigit():
        raise ValueError(f"no cents in {text!r}")
    return owner, int(cents)


def part(cents: int) -> float:
    """The part of a third of a million."""
    return cents / 333_333


def greeting() -> str:
    """Greets in the branch's language, on working days."""
    if date.today().weekday() >= 5:
        raise Closed("come on Monday")
    return "guten Tag" if os.environ.get("BRANCH_LANG") == "de" else "hello"


def draw(names: list[str]) -> str:
    """One of them by lot."""
    return random.choice(sorted(names))


def append(path: Path, line: str) -> int:
    """Add a line to a journal; how many lines it has."""
    text = path.read_text() if path.exists() else ""
    path.write_text(text + line + "\n")
    print("appended", line)
    return text.count("\n") + 1


def main() -> None:
    """Print twice a number that is given."""
    if len(sys.argv) != 2:
        print("usage: twice N")
        sys.exit(2)
    print(2 * int(sys.argv[1]))


async def settle(cents: int) -> int:
    """What is left after a fee."""
    if cents < 25:
        raise ValueError("too little")
    return cents - 25


async def parts(cents: int):
    """Halves, as they come."""
    while cents > 1:
        cents //= 2
        yield cents
