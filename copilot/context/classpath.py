"""The jars that a Java project compiles against, found without running its build.

Named in the setting `index.classpath`, lying in `lib` folders, or named by coordinates in `pom.xml` and Gradle files and
then looked for in the local Maven repository and the Gradle cache; what those name in turn is followed. A version that
cannot be told is the newest that lies there. Nothing is downloaded. Absent on purpose: what is in a jar.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot import files
from copilot.errors import UnreadableFile

MOST: Final = 400
"""Jars of a classpath."""

_DEEPEST: Final = 4
_FOLDERS: Final = ("lib", "libs", "WEB-INF/lib", "src/main/webapp/WEB-INF/lib", "*/lib", "*/libs")
_BUILDS: Final = 60
_BUILD_BYTES: Final = 400_000

_DEPENDENCY: Final = re.compile(r"<dependency>(.*?)</dependency>", re.DOTALL)
_MANAGED: Final = re.compile(r"<dependencyManagement>(.*?)</dependencyManagement>", re.DOTALL)
_PARENT: Final = re.compile(r"<parent>(.*?)</parent>", re.DOTALL)
_PROPERTIES: Final = re.compile(r"<properties>(.*?)</properties>", re.DOTALL)
_PROPERTY: Final = re.compile(r"<([\w.-]+)>([^<]*)</\1>")
_COORDINATES: Final = re.compile(r"""['"]([\w.-]+):([\w.-]+)(?::([\w.$\{\}-]+))?(?:@\w+)?['"]""")
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_ECLIPSE: Final = re.compile(r'<classpathentry[^>]*kind="lib"[^>]*path="([^"]+)"')
_NAME: Final = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class Artifact:
    """Coordinates; the version may be empty."""

    group: str
    name: str
    version: str = ""


def jars(root: Path, named: tuple[str, ...], environ: Mapping[str, str] = os.environ) -> list[Path]:
    """The jars, those named in settings first, at most `MOST`, each once."""
    found = dict.fromkeys(_named(root, named))
    found |= dict.fromkeys(_beside(root))
    stores = _Stores(environ)
    seen: dict[tuple[str, str], None] = {}
    for artifact in _declared(root, stores):
        found |= dict.fromkeys(_with_needs(artifact, stores, seen, 0))
        if len(found) >= MOST:
            break
    return list(found)[:MOST]


def _named(root: Path, entries: tuple[str, ...]) -> Iterator[Path]:
    for entry in entries:
        path = Path(entry).expanduser()
        path = path if path.is_absolute() else root / path
        if path.is_dir():
            yield from sorted(path.glob("*.jar"))
        elif path.is_file():
            yield path


def _beside(root: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from sorted(p for p in root.glob(f"{folder}/*.jar") if p.is_file())
    for match in _ECLIPSE.finditer(_text(root / ".classpath")):
        if (path := root / match[1]).suffix == ".jar" and path.is_file():
            yield path


def _builds(root: Path) -> Iterator[Path]:
    """Build files of the root and of its modules, two folders deep."""
    count = 0
    for pattern in ("pom.xml", "build.gradle", "build.gradle.kts"):
        for depth in ("", "*/", "*/*/"):
            for path in sorted(root.glob(depth + pattern)):
                if count < _BUILDS and not {"node_modules", "target", "build"} & set(path.relative_to(root).parts[:-1]):
                    count += 1
                    yield path


def _declared(root: Path, stores: _Stores) -> Iterator[Artifact]:
    for path in _builds(root):
        if path.name == "pom.xml":
            yield from _Pom(_text(path), stores, path.parent).needs(tests=True)
        else:
            yield from (Artifact(m[1], m[2], _plain(m[3])) for m in _COORDINATES.finditer(_text(path)))
    yield from _catalogue(root / "gradle" / "libs.versions.toml")


def _catalogue(path: Path) -> Iterator[Artifact]:
    try:
        table = tomllib.loads(_text(path))
        versions = table.get("versions", {})
        for row in table.get("libraries", {}).values():
            if isinstance(row, str):
                group, name, version = (*row.split(":"), "", "")[:3]
            else:
                group, _, name = row.get("module", f"{row.get('group', '')}:{row.get('name', '')}").partition(":")
                told = row.get("version", "")
                version = versions.get(told.get("ref", ""), "") if isinstance(told, dict) else told
            if group and name:
                yield Artifact(str(group), str(name), version if isinstance(version, str) else "")
    except (ValueError, AttributeError, TypeError, RecursionError):
        return


def _with_needs(artifact: Artifact, stores: _Stores, seen: dict[tuple[str, str], None], depth: int) -> Iterator[Path]:
    if (artifact.group, artifact.name) in seen or len(seen) > MOST:
        return
    seen[artifact.group, artifact.name] = None
    found = stores.find(artifact)
    if found is None:
        return
    jar, pom, version = found
    if jar is not None:
        yield jar
    if pom is not None and depth < _DEEPEST:
        inner = _Pom(_text(pom), stores, None, own=version)
        for need in inner.needs(tests=False):
            yield from _with_needs(need, stores, seen, depth + 1)


class _Stores:
    """Where jars lie on this machine."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        home = Path(environ.get("HOME") or environ.get("USERPROFILE") or Path.home())
        told = re.search(r"<localRepository>([^<$]+)</localRepository>", _text(home / ".m2" / "settings.xml"))
        places = [Path(told[1].strip())] if told else []
        self.maven = [*places, home / ".m2" / "repository"]
        gradle = Path(environ.get("GRADLE_USER_HOME") or home / ".gradle")
        self.gradle = gradle / "caches" / "modules-2" / "files-2.1"

    def find(self, artifact: Artifact) -> tuple[Path | None, Path | None, str] | None:
        """`(jar, pom, version)` of an artifact; None when it is not here."""
        if not (_NAME.fullmatch(artifact.group) and _NAME.fullmatch(artifact.name)):
            return None
        for store in self.maven:
            folder = store.joinpath(*artifact.group.split("."), artifact.name)
            if (version := _version(folder, artifact.version)) is not None:
                stem = folder / version / f"{artifact.name}-{version}"
                return _there(Path(f"{stem}.jar")), _there(Path(f"{stem}.pom")), version
        folder = self.gradle / artifact.group / artifact.name
        if (version := _version(folder, artifact.version)) is not None:
            name = f"{artifact.name}-{version}"
            jar = next(iter(sorted((folder / version).glob(f"*/{name}.jar"))), None)
            return jar, next(iter(sorted((folder / version).glob(f"*/{name}.pom"))), None), version
        return None


def _version(folder: Path, wanted: str) -> str | None:
    """`wanted` if it lies in the folder, else the newest that does."""
    if wanted and _NAME.fullmatch(wanted) and (folder / wanted).is_dir():
        return wanted
    try:
        there = [entry.name for entry in os.scandir(folder) if entry.is_dir()]
    except OSError:
        return None
    return max(there, key=_order, default=None)


def _order(version: str) -> list[int]:
    """Numbers in order; a word stands before a number and before the end, so that 2.0-RC1 is older than 2.0."""
    return [int(part) if part.isdigit() else -1 for part in re.split(r"[.-]", version)] + [0]


class _Pom:
    """A pom file as far as it names what is needed; parents and imported lists of versions are read where they lie."""

    def __init__(self, text: str, stores: _Stores, folder: Path | None, own: str = "", depth: int = 0) -> None:
        text = _COMMENT.sub("", text)
        self.properties: dict[str, str] = {}
        self.managed: dict[tuple[str, str], str] = {}
        self.stores, self.depth = stores, depth
        parent = _PARENT.search(text)
        if parent is not None:
            self._inherit(parent[1], folder)
        for block in _PROPERTIES.findall(text):
            self.properties |= {m[1]: m[2].strip() for m in _PROPERTY.finditer(block)}
        if own:
            self.properties["project.version"] = own
        for block in _MANAGED.findall(text):
            for inner in _DEPENDENCY.findall(block):
                self._manage(inner)
        self.text = _MANAGED.sub("", text)

    def needs(self, *, tests: bool) -> Iterator[Artifact]:
        """The dependencies that are declared; those of tests and optional ones only with `tests`."""
        for block in _DEPENDENCY.findall(self.text):
            row = self._row(block)
            if not tests and (row.get("scope") in ("test", "provided", "system") or row.get("optional") == "true"):
                continue
            key = row.get("groupId", ""), row.get("artifactId", "")
            yield Artifact(*key, row.get("version") or self.managed.get(key, ""))

    def _manage(self, block: str) -> None:
        row = self._row(block)
        key = row.get("groupId", ""), row.get("artifactId", "")
        if row.get("scope") == "import" and self.depth < _DEEPEST:
            found = self.stores.find(Artifact(*key, row.get("version", "")))
            if found is not None and found[1] is not None:
                other = _Pom(_text(found[1]), self.stores, None, found[2], self.depth + 1)
                self.managed = other.managed | self.managed
        else:
            self.managed[key] = row.get("version", "")

    def _inherit(self, block: str, folder: Path | None) -> None:
        row = self._row(block)
        self.properties["project.version"] = row.get("version", "")
        self.properties["project.groupId"] = row.get("groupId", "")
        if self.depth >= _DEEPEST:
            return
        text = ""
        if folder is not None:
            place = (folder / row.get("relativePath", "../pom.xml")).resolve()
            text = _text(place / "pom.xml" if place.is_dir() else place)
        beside = folder.parent if folder is not None else None
        if row.get("artifactId", "?") not in text:
            found = self.stores.find(
                Artifact(row.get("groupId", ""), row.get("artifactId", ""), row.get("version", ""))
            )
            text, beside = (_text(found[1]), None) if found is not None and found[1] is not None else ("", None)
        if text:
            other = _Pom(text, self.stores, beside, depth=self.depth + 1)
            self.properties = other.properties | self.properties
            self.managed = dict(other.managed)

    def _row(self, block: str) -> dict[str, str]:
        block = re.sub(r"<exclusions>.*?</exclusions>", "", block, flags=re.DOTALL)
        return {m[1]: self._value(m[2].strip()) for m in _PROPERTY.finditer(block)}

    def _value(self, text: str) -> str:
        for _ in range(3):
            text = re.sub(r"\$\{([\w.-]+)\}", lambda m: self.properties.get(m[1], ""), text)
        return text


def _plain(version: str | None) -> str:
    return version if version and "$" not in version else ""


def _there(path: Path) -> Path | None:
    return path if path.is_file() else None


def _text(path: Path) -> str:
    try:
        return files.content(path, limit=_BUILD_BYTES).decode("utf-8", "replace")
    except UnreadableFile:
        return ""
