"""By what name a file of the repository is imported.

Python: the dotted path below the folder that no `__init__.py` makes a package. Java: the declared package, which the
file says itself. Scripts: the path without its suffix. Nothing is imported to find out.
"""

from __future__ import annotations

import posixpath
from functools import lru_cache
from pathlib import Path
from typing import Final

_SOURCES: Final = ("src", "lib", "python")
"""Folders at the root that hold sources and are no package themselves."""

_SCRIPT_INDEX: Final = "/index"


def named(root: Path, path: str, language: str) -> str:
    """The import name of the file at a relative POSIX path; empty where only its text tells (Java)."""
    if language == "python":
        return python(root, path)
    if language in ("javascript", "typescript", "tsx"):
        return posixpath.splitext(path)[0].removesuffix(_SCRIPT_INDEX)
    return ""


def python(root: Path, path: str) -> str:
    """The dotted name of a Python file."""
    folder, _, name = path.rpartition("/")
    stem = posixpath.splitext(name)[0]
    parts = folder.split("/") if folder else []
    first = len(parts)
    while first and _package(root, "/".join(parts[:first])):
        first -= 1
    if first == len(parts):  # no package: its folders may still be one without the file, as from a source root
        first = 1 if parts[:1] and parts[0] in _SOURCES else 0
    inside = parts[first:]
    return ".".join(inside if stem == "__init__" else [*inside, stem])


def absolute(module: str, here: str, *, package: bool) -> str:
    """A relative Python module (`.a`, `..b.c`) as seen from the module `here` (`package`: here is a package itself)."""
    dots = len(module) - len(module.lstrip("."))
    if not dots:
        return module
    parts = here.split(".") if here else []
    up = dots - 1 if package else dots
    kept = parts[: len(parts) - up] if up <= len(parts) else []
    return ".".join([*kept, *(p for p in module[dots:].split(".") if p)])


def script(module: str, path: str) -> str:
    """A relative script import (`./a`, `../b`) as the module name of `named`, seen from the file at `path`."""
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), module))
    stem, suffix = posixpath.splitext(joined)
    return (stem if suffix in (".js", ".ts", ".jsx", ".tsx", ".mjs") else joined).removesuffix(_SCRIPT_INDEX)


@lru_cache(maxsize=4096)
def _package(root: Path, folder: str) -> bool:
    return (root / folder / "__init__.py").is_file()


def changed() -> None:
    """Forget which folders are packages: a file that makes one has come or gone."""
    _package.cache_clear()
