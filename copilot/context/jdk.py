"""The classes of a JDK and their members, read from its own archives (`jmods`, else `lib/ct.sym`); nothing is run.

Only what programs may use: packages that begin with `java.` or `javax.`. Kept for the life of the process. Absent on
purpose: the classes of a project and of its jars (`index`, `classes_java`).
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from copilot.context import classfile

_ENTRY: Final = re.compile(r"(?:classes/|\w+/[\w.]+/)(javax?/[\w/]+)/([A-Z]\w*)\.(?:class|sig)")
_OPEN: Final = 0x1 | 0x4
"""Public and protected."""

_DEEPEST: Final = 12


def packages(home: Path | None, name: str) -> tuple[str, ...]:
    """The packages that have a class of this simple name, sorted."""
    return tuple(sorted(_classes(home).get(name, {})))


def names(home: Path | None, package: str) -> frozenset[str]:
    """The simple names of the classes of a package."""
    return frozenset(name for name, places in _classes(home).items() if package in places)


@lru_cache(maxsize=256)
def members(home: Path | None, qualified: str) -> frozenset[str]:
    """The names of the fields and methods of a class, inherited ones too; empty for one that is not the JDK's."""
    found: set[str] = set()
    waiting, seen = [qualified], set[str]()
    while waiting and len(seen) < _DEEPEST:
        current = waiting.pop()
        shape = None if current in seen else _shape(home, current)
        seen.add(current)
        if shape is not None:
            found |= {each.name for each in (*shape.fields, *shape.methods) if each.flags & _OPEN}
            waiting += [base for base in (shape.base, *shape.interfaces) if base]
    return frozenset(name for name in found if not name.startswith("<"))


def _shape(home: Path | None, qualified: str) -> classfile.Shape | None:
    package, _, name = qualified.rpartition(".")
    place = _classes(home).get(name, {}).get(package)
    if place is None:
        return None
    try:
        with zipfile.ZipFile(place[0]) as archive:
            return classfile.read(archive.read(place[1]))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


@lru_cache(maxsize=4)
def _classes(home: Path | None) -> dict[str, dict[str, tuple[Path, str]]]:
    """Simple name to package to `(archive, entry)`."""
    found: dict[str, dict[str, tuple[Path, str]]] = defaultdict(dict)
    for archive in _archives(home):
        try:
            with zipfile.ZipFile(archive) as opened:
                entries = opened.namelist()
        except (OSError, ValueError, zipfile.BadZipFile):
            continue
        for entry in entries:
            match = _ENTRY.fullmatch(entry)
            if match is not None:
                found[match[2]][match[1].replace("/", ".")] = archive, entry  # of ct.sym the newest release stands last
    return dict(found)


def _archives(home: Path | None) -> Iterator[Path]:
    if home is None:
        return
    modules = sorted((home / "jmods").glob("java.*.jmod"))
    yield from modules or [home / "lib" / "ct.sym"]
