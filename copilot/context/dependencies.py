"""What the project imports from outside, read into the index: only the modules and classes that it names, and what those
lead to (re-exports, bases, types in signatures).

Python: files beside the project's interpreter, stubs first. Java: classes in the jars of its classpath, as signatures.
Both: the source of neighbouring repositories named in the settings. Everything is read as data; nothing is imported or
run. What a package gave stays until its version changes. Absent on purpose: the standard libraries.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot import files
from copilot.context import classpath, modules, rows
from copilot.context.classes_java import Classes, Places, stamp_of
from copilot.context.listing import policy
from copilot.errors import UnreadableFile
from copilot.syntax import outline as outlines
from copilot.syntax.outline import Outline, Symbol
from copilot.types import Document, document

MOST: Final = 6_000
"""Files and classes of dependencies in one index."""

_FILE_BYTES: Final = 2_000_000
_DEEPEST: Final = 3
_STAR: Final = 250
_USERS: Final = 200
"""Files that are looked at for what they use of a module."""

_TYPES: Final = frozenset({"class", "interface", "enum", "record", "annotation"})
_WORD: Final = re.compile(r"[^\W\d]\w*")
_PLATFORM: Final = ("java.", "jdk.", "sun.")


@dataclass(slots=True)
class _Need:
    """A module and a name in it (empty: the module alone; `*`: what it gives), and how far from the project."""

    module: str
    name: str
    depth: int = 0


Tell = Callable[[int, int], bool]
"""Hears `(done, left)`; True asks to stop and to go on another time."""


def packages_of(python: Path | None) -> tuple[Path, ...]:
    """The folders of packages beside an interpreter, and the folders that their `.pth` files add."""
    if python is None:
        return ()
    home = python.absolute().parent.parent
    found: list[Path] = []
    for pattern in (
        "lib/python3*/site-packages",
        "lib/python3*/dist-packages",
        "lib/python3/dist-packages",
        "Lib/site-packages",
    ):
        found += sorted(home.glob(pattern))
    for folder in tuple(found):
        for path in sorted(folder.glob("*.pth"))[:50]:
            try:
                lines = files.content(path, limit=20_000).decode("utf-8", "replace").splitlines()
            except UnreadableFile:
                continue
            found += [Path(line) for line in lines if line.startswith("/") and Path(line).is_dir()]
    return tuple(dict.fromkeys(found))


class Dependencies:
    """Reads dependencies into an open index. One object keeps what it found on the disk."""

    def __init__(self, database: sqlite3.Connection, root: Path, places: Places) -> None:
        self.database, self.root, self.places = database, root, places
        self._files: dict[str, int] = dict(database.execute("SELECT path, id FROM files WHERE package > 0"))
        self._outlines: dict[str, Outline | None] = {}
        self._packages: dict[str, int] = {}
        self._distributions: dict[Path, dict[str, tuple[str, str]]] = {}
        self._python: dict[str, tuple[Path, Path] | None] = {}
        self._java = Classes(root, places)
        self._done: set[tuple[str, str, str]] = set()

    def read(self, tell: Tell = lambda _done, _left: False) -> int:
        """Read what is imported now and not there yet; returns how many files and classes were added."""
        dropped = self._forget_old()
        needs = {language: list(self._needs(language)) for language in ("python", "java")}
        mark = self._mark(needs)
        known = self.database.execute("SELECT value FROM state WHERE key='dependencies'").fetchone()
        if not dropped and known is not None and known[0] == mark:
            return 0
        before = len(self._files)
        for language, step in (("python", self._python_need), ("java", self._java_need)):
            queue = deque(needs[language])
            while queue and len(self._files) < MOST:
                need = queue.popleft()
                key = (language, need.module, need.name)
                if key in self._done:
                    continue
                self._done.add(key)
                queue.extend(step(need))
                if tell(len(self._done), len(queue)):
                    self._done.clear()  # the files read stay; what they lead to is followed again
                    return len(self._files) - before
        self.database.execute("INSERT OR REPLACE INTO state VALUES('dependencies', ?)", (mark,))
        return len(self._files) - before

    def _mark(self, needs: Mapping[str, list[_Need]]) -> str:
        """What the result depends on, in short: what is imported, and what is installed."""
        asked = [(need.module, need.name) for found in needs.values() for need in found]
        there: list[object] = [asked, self.places]
        there += [sorted(path.name for path in home.glob("*.dist-info")) for home in self.places.packages]
        there += [(jar.as_posix(), stamp_of(jar)) for jar in classpath.jars(self.root, self.places.jars)]
        return hashlib.sha256(repr(there).encode("utf-8", "replace")).hexdigest()

    # What the project asks for.

    def _needs(self, language: str) -> Iterator[_Need]:
        own = {
            row[0]
            for row in self.database.execute(
                "SELECT DISTINCT module FROM files WHERE package=0 AND language=?", (language,)
            )
        }
        tops = {module.partition(".")[0] for module in own if module} if language == "python" else own
        asked = self.database.execute(
            "SELECT DISTINCT i.module, i.target FROM imports i JOIN files f ON f.id = i.file"
            " WHERE f.package=0 AND f.language=? ORDER BY i.module, i.target",
            (language,),
        ).fetchall()
        whole = self._whole() if language == "python" else {}
        for module, name in asked:
            if language == "python":
                top = module.partition(".")[0]
                if top and top not in tops and top not in sys.stdlib_module_names:
                    yield _Need(module, name)
                    if not name:
                        yield from self._attributes(module, whole.get(module, []))
            elif not module.startswith(_PLATFORM) and module not in own:
                yield _Need(module, name)

    def _whole(self) -> dict[str, list[tuple[str, str]]]:
        """`(file, bound name)` of the imports of whole Python modules, by module."""
        query = (
            "SELECT DISTINCT i.module, f.path, i.name FROM imports i JOIN files f ON f.id = i.file"
            " WHERE f.package=0 AND f.language='python' AND i.target='' ORDER BY i.module, f.path"
        )
        found: dict[str, list[tuple[str, str]]] = {}
        for module, path, bound in self.database.execute(query):
            found.setdefault(module, []).append((path, bound))
        return found

    def _attributes(self, module: str, places: list[tuple[str, str]]) -> Iterator[_Need]:
        """What files use of a module that they import whole (`np.array`)."""
        names: dict[str, None] = {}
        for path, bound in places[:_USERS]:
            try:
                text = files.content(self.root / path, limit=_FILE_BYTES).decode("utf-8", "replace")
            except UnreadableFile:
                continue
            names |= dict.fromkeys(re.findall(rf"(?<![\w.]){re.escape(bound)}\.([^\W\d]\w*)", text))
        for name in sorted(names):
            yield _Need(module, name)
            yield _Need(f"{module}.{name}", "")

    # Python.

    def _python_need(self, need: _Need) -> Iterator[_Need]:
        found = self._module_file(need.module)
        if found is None:
            return
        path, home = found
        outline = self._python_file(path, home, need.module)
        if outline is None:
            return
        is_package = path.stem == "__init__"
        if need.name in ("", "*"):
            if need.name == "*" or is_package:
                for row in outline.imports[:_STAR]:
                    if row.name == "*" and need.depth < _DEEPEST:
                        yield _Need(modules.absolute(row.module, need.module, package=is_package), "*", need.depth + 1)
            return
        symbols = [s for s in outline.symbols if s.name == need.name and s.parent is None]
        if symbols:
            if need.depth < _DEEPEST:
                yield from self._python_types(need, outline, symbols, package=is_package)
            return
        for row in outline.imports:
            target = modules.absolute(row.module, need.module, package=is_package)
            if (row.alias or row.name) == need.name and row.name not in (None, "*"):
                yield _Need(target, row.name or "", need.depth)
                yield _Need(f"{target}.{row.name}", "", need.depth)
            elif row.name == "*" and need.depth < _DEEPEST:
                yield _Need(target, need.name, need.depth + 1)
        if is_package:
            yield _Need(f"{need.module}.{need.name}", "", need.depth)

    def _python_types(
        self, need: _Need, outline: Outline, symbols: Iterable[Symbol], *, package: bool
    ) -> Iterator[_Need]:
        """The bases and results of a definition, as far as the file imports them; methods' results count too."""
        texts: list[str] = []
        for symbol in symbols:
            texts += [*symbol.bases, symbol.returns or ""]
            if symbol.kind in _TYPES:
                texts += [child.returns or "" for child in outline.children(symbol)[:80]]
        bound = {row.alias or row.name or row.module.partition(".")[0]: row for row in outline.imports}
        for name in dict.fromkeys(_WORD.findall(" ".join(texts))):
            row = bound.get(name)
            if row is None:
                continue
            target = modules.absolute(row.module, need.module, package=package)
            if target.partition(".")[0] in sys.stdlib_module_names:
                continue
            if row.name not in (None, "*"):
                yield _Need(target, row.name or "", need.depth + 1)
            else:
                for attribute in sorted(
                    set(re.findall(rf"(?<![\w.]){re.escape(name)}\.([^\W\d]\w*)", " ".join(texts)))
                ):
                    yield _Need(target, attribute, need.depth + 1)

    def _module_file(self, module: str) -> tuple[Path, Path] | None:
        if module not in self._python:
            self._python[module] = self._look_up(module)
        return self._python[module]

    def _look_up(self, module: str) -> tuple[Path, Path] | None:
        parts = module.split(".")
        if not all(part.isidentifier() for part in parts):
            return None
        homes = [*self.places.packages, *(s / d for s in self.places.siblings for d in ("", "src"))]
        for names in ((f"{parts[0]}-stubs", *parts[1:]), tuple(parts)):
            for home in homes:
                target = home.joinpath(*names)
                for candidate in (
                    target.with_name(f"{target.name}.pyi"),
                    target / "__init__.pyi",
                    target.with_name(f"{target.name}.py"),
                    target / "__init__.py",
                ):
                    if candidate.is_file():
                        return candidate, home
        return None

    def _python_file(self, path: Path, home: Path, module: str) -> Outline | None:
        key = path.as_posix()
        if key not in self._outlines:
            package = self._package_of(home, module.partition(".")[0], path)
            try:
                doc = files.read(path, "python", limit=_FILE_BYTES) if package else None
            except UnreadableFile:
                doc = None
            self._outlines[key] = self._put(key, "python", module, package, doc) if doc is not None else None
        return self._outlines[key]

    # Java.

    def _java_need(self, need: _Need) -> Iterator[_Need]:
        parts = need.module.split(".")
        cut = next((n for n, part in enumerate(parts) if part[:1].isupper()), len(parts))
        package, inside = ".".join(parts[:cut]), parts[cut:]
        if need.name == "*" and not inside:
            for name in self._java.classes(package)[:_STAR]:
                if self.database.execute("SELECT 1 FROM words WHERE word=?", (name,)).fetchone():
                    yield _Need(package, name, need.depth + 1)
            return
        name = inside[0] if inside else need.name
        outline = self._java_class(package, name)
        if outline is None or need.depth >= _DEEPEST:
            return
        texts: list[str] = []
        for symbol in outline.symbols:
            texts += symbol.bases
            if need.depth <= 1:
                texts.append(symbol.returns or "")
        bound = {row.name: row for row in outline.imports if row.name}
        for word in dict.fromkeys(_WORD.findall(" ".join(texts))):
            row = bound.get(word)
            if row is not None and not row.module.startswith(_PLATFORM):
                yield _Need(row.module, word, need.depth + 1)
            elif row is None and word[:1].isupper() and word != name:
                yield _Need(outline.module or package, word, need.depth + 1)

    def _java_class(self, package: str, name: str) -> Outline | None:
        entry = f"{package.replace('.', '/')}/{name}" if package else name
        key = self._java.key(entry)
        if key is None:
            return None
        if key not in self._outlines:
            self._outlines[key] = None
            text = self._java.source(entry)
            if text is not None:
                number = self._package_row(*self._java.package(entry))
                doc = document(Path(f"{name}.java"), "java", text)
                self._outlines[key] = self._put(key, "java", package, number, doc, keep=not key.endswith(".java"))
        return self._outlines[key]

    # Rows.

    def _put(
        self, key: str, language: str, module: str, package: int, doc: Document, *, keep: bool = False
    ) -> Outline | None:
        if key in self._files:
            return outlines.outline(doc)
        row = (key, language, _mtime(Path(key)), module, package)
        query = (
            "INSERT OR IGNORE INTO files(path, language, family, mtime_ns, size, note, module, package)"
            " VALUES(?,?,'',?,0,'',?,?)"
        )
        version = self.database.execute(query, row).lastrowid
        assert version is not None
        self._files[key] = version
        if keep:
            self.database.execute("INSERT INTO sources VALUES(?,?)", (version, doc.text))
        try:
            return rows.write(self.database, version, doc, calls=False)
        except (ValueError, KeyError, IndexError, AttributeError, RecursionError):
            return None  # one file that trips a reader must not cost the others

    def _package_of(self, home: Path, top: str, path: Path) -> int:
        """The package row of a Python file; 0 when policy of a neighbouring repository keeps the file out."""
        for sibling in self.places.siblings:
            if path.is_relative_to(sibling):
                if policy(sibling, ()).match_file(path.relative_to(sibling).as_posix()):
                    return 0
                return self._package_row(sibling.name, "", sibling.as_posix(), "")
        name, version = self._distribution(home, top)
        return self._package_row(name, version, (home / top).as_posix(), version)

    def _package_row(self, name: str, version: str, place: str, stamp: str) -> int:
        if place not in self._packages:
            self.database.execute(
                "INSERT OR IGNORE INTO packages(name, version, place, stamp) VALUES(?,?,?,?)",
                (name, version, place, stamp),
            )
            self._packages[place] = self.database.execute("SELECT id FROM packages WHERE place=?", (place,)).fetchone()[
                0
            ]
        return self._packages[place]

    def _forget_old(self) -> bool:
        """Drop what belongs to a package of another version now, and changed files of neighbouring repositories."""
        stale: list[tuple[int, str]] = []
        for number, place, stamp in self.database.execute("SELECT id, place, stamp FROM packages").fetchall():
            path = Path(place)
            query = "SELECT id, path, mtime_ns FROM files WHERE package=?"
            held = self.database.execute(query, (number,)).fetchall()
            if stamp == "":
                stale += [(file, key) for file, key, mtime in held if _mtime(Path(key)) != mtime]
            elif (stamp_of(path) if path.suffix == ".jar" else self._distribution(path.parent, path.name)[1]) != stamp:
                stale += [(file, key) for file, key, _ in held]
                self.database.execute("DELETE FROM packages WHERE id=?", (number,))
                self._packages.pop(place, None)
        for file, key in stale:
            for table in ("definitions", "imports", "sources"):
                self.database.execute(f"DELETE FROM {table} WHERE file=?", (file,))  # noqa: S608 - constants of ours
            self.database.execute("DELETE FROM files WHERE id=?", (file,))
            self._files.pop(key, None)
            self._outlines.pop(key, None)
        if stale:
            self._done.clear()
            self._python.clear()
        return bool(stale)

    def _distribution(self, home: Path, top: str) -> tuple[str, str]:
        """`(name, version)` of the distribution that installed a top-level package, as its metadata folder says."""
        if home not in self._distributions:
            self._distributions[home] = {}
            for info in sorted(home.glob("*.dist-info")):
                name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
                row = (name, version)
                self._distributions[home].setdefault(name.lower().replace("-", "_"), row)
                try:
                    tops = files.content(info / "top_level.txt", limit=20_000).decode("utf-8", "replace").split()
                except UnreadableFile:
                    tops = []
                for each in tops:
                    self._distributions[home][each] = row
        known = self._distributions[home]
        return known.get(top) or known.get(top.lower()) or (top, "")


def _mtime(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
