"""What the index knows of a symbol, by name, by module and by owner, for ranking and for reading its source.

Functions over the read side (`index.Index`); an empty index knows nothing. Covers the repository and what was indexed
of its dependencies. Absent on purpose: which symbols matter (`candidates`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from copilot.context import modules
from copilot.context.index import Index

TYPES: Final = frozenset({"class", "interface", "enum", "record", "annotation"})
_CODE: Final = frozenset({"function", "method", "constructor"})
_WORD: Final = re.compile(r"[^\W\d]\w*")
_CHUNK: Final = 400
_DEEPEST: Final = 5
"""Re-exports that are followed from one to the next."""

_COLUMNS: Final = (
    "d.file, d.n, d.name, d.kind, d.qualified, d.start, d.stop, d.parent, d.head, d.result, d.types, d.bases,"
    " f.path, f.language, f.module, f.package"
)
_FROM: Final = "FROM definitions d JOIN files f ON f.id = d.file"


@dataclass(frozen=True, slots=True)
class Unit:
    """One definition of the index. `file` and `n` are its key; `start` to `head` its signature, to `stop` all of it.

    `parent`: the key `n` of the definition around it, -1 without. `path` is relative to the root (`package` 0), else
    a dependency's own. `result`, `types` and `bases` as in `rows`.
    """

    file: int
    n: int
    name: str
    kind: str
    qualified: str
    start: int
    stop: int
    parent: int
    head: int
    result: str
    types: str
    bases: str
    path: str
    language: str
    module: str
    package: int

    @property
    def key(self) -> tuple[int, int]:
        """What tells it from every other."""
        return self.file, self.n

    @property
    def is_type(self) -> bool:
        """A class or the like."""
        return self.kind in TYPES

    @property
    def is_code(self) -> bool:
        """A function, method or constructor."""
        return self.kind in _CODE


def by_names(index: Index, names: Iterable[str], *, most: int = 50) -> dict[str, list[Unit]]:
    """Definitions by name, in path order; names with more than `most` of them are left out."""
    found: dict[str, list[Unit]] = {}
    for several in _chunks(sorted(set(names))):
        marks = ",".join("?" * len(several))
        # The index alone answers how many there are; the rows of a name that everybody defines are never read.
        query = f"SELECT name FROM definitions WHERE name IN ({marks}) GROUP BY name HAVING count(*) <= ?"
        part = [name for (name,) in index.select(query, (*several, most))]
        marks = ",".join("?" * len(part))
        for row in index.select(f"SELECT {_COLUMNS} {_FROM} WHERE d.name IN ({marks}) ORDER BY f.path, d.n", part):
            unit = Unit(*row)
            found.setdefault(unit.name, []).append(unit)
    return found


def by_keys(index: Index, keys: Iterable[tuple[int, int]]) -> dict[tuple[int, int], Unit]:
    """Definitions by key."""
    found = {}
    for file, n in keys:
        for row in index.select(f"SELECT {_COLUMNS} {_FROM} WHERE d.file=? AND d.n=?", (file, n)):
            found[file, n] = Unit(*row)
    return found


def members(index: Index, unit: Unit) -> list[Unit]:
    """The definitions directly inside a type, in document order."""
    query = f"SELECT {_COLUMNS} {_FROM} WHERE d.file=? AND d.parent=? ORDER BY d.n"
    return [Unit(*row) for row in index.select(query, unit.key)]


def in_folder(index: Index, folder: str, language: str, *, most: int = 300) -> list[Unit]:
    """Top-level definitions of the files directly in a folder of the repository."""
    low, high = (f"{folder}/", f"{folder}0") if folder else ("", "\U0010ffff")
    query = (
        f"SELECT {_COLUMNS} {_FROM} WHERE f.path >= ? AND f.path < ? AND f.package=0 AND f.language=? AND d.parent=-1"
        " AND instr(substr(f.path, ?), '/')=0 ORDER BY f.path, d.n LIMIT ?"
    )
    return [Unit(*row) for row in index.select(query, (low, high, language, len(low) + 1, most))]


def imported_in_folder(index: Index, folder: str, *, most: int = 120) -> list[tuple[str, str, str, int]]:
    """`(bound name, module, target, files)` of what the files of a folder import, most frequent first."""
    low, high = (f"{folder}/", f"{folder}0") if folder else ("", "\U0010ffff")
    query = (
        "SELECT i.name, i.module, i.target, count(DISTINCT i.file) AS uses FROM imports i JOIN files f ON f.id = i.file"
        " WHERE f.path >= ? AND f.path < ? AND f.package=0 GROUP BY i.name, i.module, i.target"
        " ORDER BY uses DESC, i.name LIMIT ?"
    )
    return index.select(query, (low, high, most))


def bases_in_folder(index: Index, folder: str) -> Counter[str]:
    """The bases that the types of a folder name, with how often."""
    low, high = (f"{folder}/", f"{folder}0") if folder else ("", "\U0010ffff")
    query = (
        "SELECT d.bases FROM definitions d JOIN files f ON f.id = d.file"
        " WHERE f.path >= ? AND f.path < ? AND f.package=0 AND d.bases != '' LIMIT 2000"
    )
    rows: list[tuple[str]] = index.select(query, (low, high))
    return Counter(word for (bases,) in rows for word in _WORD.findall(bases))


def importers(index: Index, names: Iterable[str]) -> dict[str, int]:
    """How many files of the repository import each name."""
    found: dict[str, int] = {}
    for part in _chunks(sorted(set(names))):
        marks = ",".join("?" * len(part))
        rows = index.select(
            f"SELECT name, count(DISTINCT file) FROM imports WHERE name IN ({marks}) GROUP BY name", part
        )
        found |= dict(rows)
    return found


def in_module(index: Index, module: str, name: str | None, language: str) -> list[Unit]:
    """Top-level definitions of a module (Java: package), one name or all; `name` may be nested (`Outer.Inner`).

    Re-exports are followed for one name, wildcards too.
    """
    return list({unit.key: unit for unit in _in_module(index, module, name, language, 0)}.values())


def module_files(index: Index, module: str, language: str) -> list[tuple[int, str, int]]:
    """`(version, path, package)` of the files of a module, the repository's first."""
    kin = ("javascript", "typescript", "tsx") if language in ("javascript", "typescript", "tsx") else (language,)
    marks = ",".join("?" * len(kin))
    query = f"SELECT id, path, package FROM files WHERE module=? AND language IN ({marks}) ORDER BY package, path"
    return index.select(query, (module, *kin))


def _in_module(index: Index, module: str, name: str | None, language: str, depth: int) -> Iterator[Unit]:
    where, values = ("d.parent=-1", ()) if name is None else ("d.qualified=?", (name,))
    kin = ("javascript", "typescript", "tsx") if language in ("javascript", "typescript", "tsx") else (language,)
    marks = ",".join("?" * len(kin))
    query = (
        f"SELECT {_COLUMNS} {_FROM} WHERE f.module=? AND f.language IN ({marks}) AND {where}"
        " ORDER BY f.package, f.path, d.n LIMIT 300"
    )
    rows: list[tuple[Any, ...]] = index.select(query, (module, *kin, *values))
    units = [Unit(*row) for row in rows]
    yield from units
    if name is None or units or language == "java" or depth >= _DEEPEST:
        return
    head, _, rest = name.partition(".")
    for file, path, _ in module_files(index, module, language):
        package = path.endswith(("/__init__.py", "/__init__.pyi")) or path in ("__init__.py", "__init__.pyi")
        query = "SELECT module, target FROM imports WHERE file=? AND (name=? OR name='*') ORDER BY name='*', n"
        for source, target in index.select(query, (file, head)):
            if language == "python":
                home = modules.absolute(source, module, package=package)
            else:
                home = modules.script(source, path) if source.startswith(".") else source
            if target == "":
                continue
            wanted = head if target == "*" else target
            found = False
            for unit in _in_module(index, home, f"{wanted}.{rest}" if rest else wanted, language, depth + 1):
                found = True
                yield unit
            if found:
                return


def _chunks(names: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(names), _CHUNK):
        yield names[at : at + _CHUNK]
