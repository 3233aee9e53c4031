"""The Java classes that a project can import from outside: those of its jars, and the source of neighbouring repositories.

A class file becomes readable source (`classfile`). Archives are read as data. Absent on purpose: which classes matter.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from copilot import files
from copilot.context import classfile, classpath
from copilot.context.listing import listed
from copilot.errors import UnreadableFile

_FILE_BYTES: Final = 2_000_000
_CLASS_BYTES: Final = 1_000_000
_OPEN: Final = 16


@dataclass(frozen=True, slots=True)
class Places:
    """Where dependencies are looked for: folders of Python packages, named jars, neighbouring repositories."""

    packages: tuple[Path, ...] = ()
    jars: tuple[str, ...] = ()
    siblings: tuple[Path, ...] = ()


@dataclass(slots=True)
class Classes:
    """Classes of the classpath and Java files of neighbouring repositories, by their path (`a/b/C`)."""

    root: Path
    places: Places
    _where: dict[str, Path] | None = None
    _open: dict[Path, zipfile.ZipFile] = field(default_factory=dict)

    def key(self, entry: str) -> str | None:
        """What the index calls a class; None when it is not there."""
        home = self._all().get(entry)
        if home is None:
            return None
        return home.as_posix() if home.suffix == ".java" else f"{home.as_posix()}!/{entry}.class"

    def classes(self, package: str) -> list[str]:
        """The names of the classes of a package."""
        folder = package.replace(".", "/")
        return sorted(e.rpartition("/")[2] for e in self._all() if e.rpartition("/")[0] == folder)

    def package(self, entry: str) -> tuple[str, str, str, str]:
        """`(name, version, place, stamp)` of what holds a class."""
        home = self._all()[entry]
        if home.suffix == ".java":
            sibling = next(s for s in self.places.siblings if home.is_relative_to(s))
            return sibling.name, "", sibling.as_posix(), ""
        found = re.match(r"(.+?)-(\d[\w.-]*)$", home.stem)
        return (found[1] if found else home.stem), (found[2] if found else ""), home.as_posix(), stamp_of(home)

    def source(self, entry: str) -> bytes | None:
        """The Java source of a class, or what its class file says."""
        home = self._all()[entry]
        if home.suffix == ".java":
            try:
                return files.read(home, "java", limit=_FILE_BYTES).text
            except UnreadableFile:
                return None
        shape = self._shape(home, entry)
        try:
            return (
                classfile.source(shape, lambda name: self._shape(home, name.replace(".", "/"))).encode()
                if shape
                else None
            )
        except ValueError:
            return None

    def _shape(self, home: Path, entry: str) -> classfile.Shape | None:
        try:
            if home not in self._open:
                if len(self._open) > _OPEN:
                    self._open.pop(next(iter(self._open))).close()
                self._open[home] = zipfile.ZipFile(home)
            info = self._open[home].getinfo(f"{entry}.class")
            if info.file_size > _CLASS_BYTES:
                return None
            return classfile.read(self._open[home].read(info))
        except (OSError, KeyError, ValueError, RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError):
            return None  # zipfile raises NotImplementedError for a compression and RuntimeError for a password

    def _all(self) -> dict[str, Path]:
        if self._where is None:
            self._where = {}
            for sibling in self.places.siblings:
                for found in listed(sibling, ()):
                    if found.language == "java":
                        self._where.setdefault(_entry(found.path), sibling / found.path)
            for jar in classpath.jars(self.root, self.places.jars):
                for name in _names(jar):
                    self._where.setdefault(name, jar)
        return self._where


def _names(jar: Path) -> Iterator[str]:
    """The top-level classes of a jar."""
    try:
        with zipfile.ZipFile(jar) as archive:
            for name in archive.namelist():
                if name.endswith(".class") and "$" not in name and not name.startswith("META-INF/"):
                    yield name.removesuffix(".class")
    except (OSError, ValueError, zipfile.BadZipFile):
        return


def _entry(path: str) -> str:
    """The class path of a Java source file: below its source root, which the usual layouts tell."""
    for mark in ("src/main/java/", "src/test/java/", "src/java/", "src/"):
        before, found, rest = path.partition(mark)
        if found and (not before or before.endswith("/")):
            return rest.removesuffix(".java")
    return path.removesuffix(".java")


def stamp_of(path: Path) -> str:
    """What changes when a file does."""
    try:
        info = path.stat()
    except OSError:
        return "?"
    return f"{info.st_size}-{info.st_mtime_ns}"
