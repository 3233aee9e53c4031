"""The proof that a candidate names no package that nobody here knows: check `packages`.

Models make up names, and somebody else may have registered them. Looked at are imports and install lines that the
candidate adds (Python, Java, JavaScript; pip, npm, Maven, Gradle; their manifests). Known is what the platform, the
repository, its manifests and lock files, the installed packages, the dependency index or the bank's list of artefacts
knows; nothing is ever asked of a public registry. A name one or two slips away from a known one is a likely typosquat.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from copilot import files
from copilot.config import Settings
from copilot.context.index import Index
from copilot.errors import UnreadableFile
from copilot.messages import say
from copilot.syntax.lines import line_start
from copilot.types import Check, Document, Edit, Project
from copilot.verify import imported
from copilot.verify.known_packages import ALIASES, NODE, WELL_KNOWN

_MANIFESTS: Final = {
    "python": ("requirements*.txt", "requirements/*.txt", "requirements*.lock", "pyproject.toml", "setup.cfg", "setup.py", "Pipfile*",
               "poetry.lock", "uv.lock", "environment.y*ml"),
    "javascript": ("package.json", "package-lock.json", "yarn.lock", "pnpm-lock.yaml"),
    "java": ("pom.xml", "*/pom.xml", "build.gradle*", "*/build.gradle*", "gradle/libs.versions.toml", "gradle.lockfile"),
}  # fmt: skip
_WORD: Final = {
    "python": re.compile(r"(?m)(?:^[ \t]*|[\"'=\[,][ \t]*)([A-Za-z][\w.-]*)"),
    "javascript": re.compile(r"[\"'/](@?[a-z][\w.-]*(?:/[a-z][\w.-]*)?)(?=[\"'@])"),
    "java": re.compile(r"<(?:groupId|artifactId)>\s*([\w.-]+)\s*<|['\"]([\w.-]+):[\w.-]+(?::|['\"])"),
}
_PLATFORM: Final = {"python": sys.stdlib_module_names, "javascript": NODE}
_LARGEST: Final = 4_000_000
_LONGEST: Final = 64

_PY_IMPORT: Final = re.compile(
    r"^[ \t]*(?:from[ \t]+([A-Za-z_]\w*)[\w.]*[ \t]+import\b|import[ \t]+([^\n#;(]+))", re.MULTILINE
)
_JS_IMPORT: Final = re.compile(
    r"(?:\bfrom|\brequire\(|\bimport\(|^\s*import)\s*['\"]([@\w][\w./@-]*)['\"]", re.MULTILINE
)
_JAVA_IMPORT: Final = re.compile(r"^[ \t]*import[ \t]+(?:static[ \t]+)?([\w.]+?)(?:\.\*)?;", re.MULTILINE)
_PIP: Final = re.compile(r"\b(?:pip3?|uv|poetry|pipx|conda)[ \t]+(?:pip[ \t]+)?(?:install|add)[ \t]+([^\n\"'`;&|#)]+)")
_NPM: Final = re.compile(r"\b(?:npm|yarn|pnpm)[ \t]+(?:install|i|add)[ \t]+([^\n\"'`;&|#)]+)")
_REQUIREMENT: Final = re.compile(
    r"^[ \t]*([A-Za-z][\w.-]*)[ \t]*(?:\[[^\]\n]*\])?[ \t]*(?:[=<>!~;#@].*)?$", re.MULTILINE
)
_QUOTED: Final = re.compile(r"[\"']([A-Za-z][\w.-]*)(?:\[[^\]\n]*\])?[ ]*[=<>!~][=\d][^\"'\n]*[\"']")
_JSON_ROW: Final = re.compile(
    r"^\s*\"(@?[a-z][\w./-]*)\"\s*:\s*\"(?:[\^~<>=]*\d|latest|\*|workspace:|file:)", re.MULTILINE
)
_COORDINATE: Final = re.compile(r"<artifactId>\s*([\w.-]+)\s*</artifactId>|['\"][\w.-]+:([\w.-]+):[\w.$+-]+['\"]")
_OPTION_WITH_VALUE: Final = frozenset(
    {"-r", "-c", "-e", "-i", "-t", "--index-url", "--extra-index-url", "--target", "--prefix", "-f"}
)


class Named(NamedTuple):
    """A package that a text names: the ecosystem (`python`, `javascript`, `java`) and whether it is an import."""

    kind: str
    name: str
    imported: bool


def checks(
    doc: Document, edits: tuple[Edit, ...], index: Index, project: Project, settings: Settings
) -> Iterator[Check]:
    """Check `packages`, where the edits name one."""
    if settings.output.packages == "allow":
        return
    names = list(dict.fromkeys(one for edit in edits for one in named(edit.path, _written(doc, edit))))
    if not names:
        return
    knowing = Knowing(doc, index, project, settings)
    unknown = [one for one in names if not knowing.knows(one)]
    near = {one: knowing.near(one) for one in unknown}
    squats = [
        say("{name} is spelt nearly like {known}", name=one.name, known=near[one]) for one in unknown if near[one]
    ]
    strange = [one.name for one in unknown if not near[one] and knowing.could_know(one)]
    if squats:
        yield Check("packages", passed=False, detail="; ".join(squats))
    elif strange:
        detail = say("nobody here knows the package {names}", names=", ".join(strange))
        yield Check("packages", settings.output.packages == "warn", detail)


def _written(doc: Document, edit: Edit) -> str:
    """What an edit writes, with what stands before it on its line."""
    if edit.path != doc.path:
        return edit.new
    return doc.text[line_start(doc.text, edit.span.start) : edit.span.start].decode("utf-8", "replace") + edit.new


def named(path: Path, text: str) -> Iterator[Named]:
    """The packages that a text names, as imports of its language or as what is installed."""
    suffix, name = path.suffix.lower(), path.name.lower()
    if suffix in {".py", ".pyi"} and "import" in text:
        for row in _PY_IMPORT.finditer(text):
            for part in (row[1] or row[2]).split(","):
                yield Named("python", part.split()[0].partition(".")[0] if part.split() else "", imported=True)
    elif suffix in {".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx"}:
        for row in _JS_IMPORT.finditer(text):
            yield Named("javascript", _npm_name(row[1]), imported=True)
    elif suffix == ".java" and "import" in text:
        yield from (Named("java", row[1], imported=True) for row in _JAVA_IMPORT.finditer(text))
    if "install" in text or " add " in text:
        for pattern, kind in ((_PIP, "python"), (_NPM, "javascript")):
            for row in pattern.finditer(text):
                yield from (Named(kind, word, imported=False) for word in _arguments(row[1], kind))
    if name.startswith("requirements") or name == "constraints.txt":
        yield from (Named("python", row[1], imported=False) for row in _REQUIREMENT.finditer(text))
    elif name in {"pyproject.toml", "setup.py", "setup.cfg"}:
        yield from (Named("python", row[1], imported=False) for row in _QUOTED.finditer(text))
    elif name == "package.json":
        yield from (
            Named("javascript", row[1], imported=False) for row in _JSON_ROW.finditer(text) if row[1] != "version"
        )
    elif name == "pom.xml" or ".gradle" in name:
        yield from (Named("java", row[1] or row[2], imported=False) for row in _COORDINATE.finditer(text))


def _arguments(line: str, kind: str) -> Iterator[str]:
    """The packages of an install line, options aside."""
    skip = False
    for word in line.split():
        if skip or word.startswith(("-", ".", "/", "$", "{", "<", "git+", "http")):
            skip = word in _OPTION_WITH_VALUE
            continue
        found = re.match(r"@?[A-Za-z][\w./-]*", word)
        if found:
            yield _npm_name(found[0]) if kind == "javascript" else found[0]


def _npm_name(text: str) -> str:
    parts = text.removeprefix("node:").split("/")
    return "/".join(parts[: 2 if text.startswith("@") else 1])


def plain(name: str) -> str:
    """A name as registries compare it: lower case, one kind of separator."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Knowing:
    """What is known at a place; each source is asked only while the others do not know a name."""

    def __init__(self, doc: Document, index: Index, project: Project, settings: Settings) -> None:
        self.doc, self.index, self.project = doc, index, project
        self.artefacts = _artefacts(settings.output.artefacts)
        self._manifests: dict[str, frozenset[str]] = {}

    def knows(self, one: Named) -> bool:
        """Whether the package is the platform's, the repository's, a manifest's, an installed one or the bank's."""
        name = one.name
        if not name or name.startswith(".") or name in _PLATFORM.get(one.kind, ()):
            return True
        spellings = {plain(name), plain(ALIASES.get(name, name))}
        if not spellings.isdisjoint(self.artefacts) or not spellings.isdisjoint(self.manifest(one.kind)):
            return True
        if one.kind == "python":
            return self._is_there(name, ".") or self._is_installed(name)
        if one.kind == "javascript":
            return self._has_folder(name) or self._is_there(name, "/")
        return self._java(one)

    def could_know(self, one: Named) -> bool:
        """Whether anything names packages here at all: where nothing does, a name that is not known tells nothing."""
        return bool(self.artefacts or self.manifest(one.kind)) or (
            one.kind == "python" and bool(imported.packages(self.project))
        )

    def near(self, one: Named) -> str:
        """The known name that this one is a slip away from; empty when there is none."""
        name = plain(one.name)
        if one.kind == "java" and one.imported:
            return ""
        known = {*self.manifest(one.kind), *self.artefacts, *WELL_KNOWN.get(one.kind, ())}
        return nearest(name, known)

    def manifest(self, kind: str) -> frozenset[str]:
        """The names in manifests and lock files at the root of the repository."""
        if kind not in self._manifests:
            found = [path for pattern in _MANIFESTS[kind] for path in sorted(self.project.root.glob(pattern))]
            stamps = tuple((path, path.stat().st_mtime_ns) for path in found if path.is_file())
            self._manifests[kind] = _manifest_names(kind, stamps)
        return self._manifests[kind]

    def _is_there(self, name: str, separator: str) -> bool:
        """Whether a file of the repository or of what it uses has this module, or imports it already."""
        if getattr(self.index, "root", None) is None:
            return False
        low, high = f"{name}{separator}", f"{name}{chr(ord(separator) + 1)}"
        query = (
            "SELECT 1 FROM files WHERE module=? OR (module>=? AND module<?) UNION ALL"
            " SELECT 1 FROM imports WHERE module=? OR (module>=? AND module<?) LIMIT 1"
        )
        return bool(self.index.select(query, (name, low, high) * 2))

    def _is_installed(self, name: str) -> bool:
        folders = [*imported.packages(self.project), *imported.bases(self.doc.path, self.project.root)]
        spelt = re.sub(r"[-.]", "_", name)
        return any(imported.is_module(folder / spelt) for folder in folders) or any(
            next(folder.glob(f"{spelt}-*.dist-info"), None) is not None for folder in imported.packages(self.project)
        )

    def _has_folder(self, name: str) -> bool:
        return any(
            (folder / "node_modules" / name).is_dir() for folder in [self.project.root, *self.doc.path.parents[:6]]
        )

    def _java(self, one: Named) -> bool:
        if not one.imported:
            return False
        parts = one.name.split(".")
        groups = {plain(".".join(parts[:n])) for n in range(2, len(parts) + 1)}
        if one.name.startswith(("java.", "javax.", "jdk.")) or not groups.isdisjoint(
            {*self.artefacts, *self.manifest("java")}
        ):
            return True
        return any(self._is_there(".".join(parts[:n]), ".") for n in range(2, len(parts) + 1))


@lru_cache(maxsize=16)
def _manifest_names(kind: str, stamps: tuple[tuple[Path, int], ...]) -> frozenset[str]:
    names: set[str] = set()
    for path, _ in stamps:
        try:
            text = files.content(path, limit=_LARGEST).decode("utf-8", "replace")
        except UnreadableFile:
            continue
        for row in _WORD[kind].finditer(text):
            word = row[1] or (row[2] if row.lastindex == 2 else "")
            if word and len(word) <= _LONGEST:
                names.add(plain(word) if kind != "javascript" else plain(_npm_name(word)))
    return frozenset(names)


def _artefacts(place: str) -> frozenset[str]:
    """The names of the bank's list; none where there is no list."""
    path = Path(place)
    try:
        return _read_artefacts(path, path.stat().st_mtime_ns) if place else frozenset()
    except OSError:
        return frozenset()


@lru_cache(maxsize=2)
def _read_artefacts(path: Path, _stamp: int) -> frozenset[str]:
    with path.open("r", encoding="utf-8", errors="replace") as rows:
        return frozenset(
            plain(row.partition("#")[0].strip().rpartition(":")[2] or row.strip()) for row in rows if row.strip()
        )


# Names that are nearly the same.

_AFFIXES: Final = re.compile(r"^(?:python|py|node|js|go|lib|the)-|-(?:python|py|js|node|lib|dev|official)$|-?\d+$")


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that `name` is a likely slip of: one slip (two in a long name), two words swapped, an affix or a
    separator more or less.
    """
    bare = _bare(name)
    swapped = "-".join(reversed(name.split("-"))) if name.count("-") == 1 else ""
    best = ""
    for other in sorted(known):
        if other == name or len(other) < 4:
            continue
        if other == swapped or (_bare(other) == bare and len(bare) >= 4):
            return other
        most = 2 if min(len(name), len(other)) >= 9 else 1
        alike = abs(len(name) - len(other)) <= most and (name[0] == other[0] or name[-2:] == other[-2:])
        if not best and len(name) >= 4 and alike and slips(name, other, most) <= most:
            best = other
    return best


def _bare(name: str) -> str:
    return _AFFIXES.sub("", _AFFIXES.sub("", name)).replace("-", "")


def slips(one: str, other: str, most: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between two words; above `most` only that it is more."""
    before, above, row = [0] * (len(other) + 1), [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        before, above, row = above, row, [i] + [0] * len(other)
        for j, right in enumerate(other, 1):
            row[j] = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                row[j] = min(row[j], before[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]
