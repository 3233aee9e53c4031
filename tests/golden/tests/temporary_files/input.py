"""Reading and writing files that the caller names."""

import csv
import json
from pathlib import Path


def load_total(path: Path) -> float:
    """The sum of the amounts."""
    rows = json.loads(path.read_text())
    if not isinstance(rows, list):
        raise TypeError("a list is needed")
    return sum(row["amount"] for row in rows)


def read_names(filename: str) -> list[str]:
    """Lines without blanks and comments."""
    with open(filename) as stream:
        return [line.strip() for line in stream if line.strip() and not line.startswith("#")]


def save(path: Path, names: list[str]) -> int:
    """One a line."""
    with open(path, "w", encoding="utf-8") as out:
        for name in names:
            out.write(name + "\n")
    return len(names)


def summary(path: str) -> dict[str, float]:
    """Number and sum."""
    with open(path, newline="") as stream:
        rows = list(csv.DictReader(stream))
    if not rows:
        raise ValueError("no rows")
    return {"number": len(rows), "sum": sum(float(row["amount"]) for row in rows)}


def settings(stream) -> dict[str, str]:
    """Lines with a key."""
    found = {}
    for line in stream.read().splitlines():
        if "=" in line:
            key, value = line.split("=", 1)
            found[key.strip()] = value.strip()
    return found
