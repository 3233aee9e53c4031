"""The classes that a class inherits from: in its file, in the repository through the index, or in the platform.

The platform's interfaces that people implement most are described as source in `known/<package>.<suffix>` and read
by the same readers. A base that is in none of these is an `Unknown`, and what it defines stays unknown: whoever
asks must not guess. Absent on purpose: running or importing anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from copilot import files
from copilot.context.index import Index
from copilot.errors import CopilotError
from copilot.syntax import classes
from copilot.syntax.classes import Shape, TypeName
from copilot.syntax.outline import Import, outline
from copilot.types import Document, document

ROOTS: Final[dict[str, frozenset[str]]] = {
    "python": frozenset({"object", "ABC", "Generic", "Protocol"}),
    "java": frozenset({"Object", "Serializable", "Cloneable"}),
}
"""Bases that ask nothing of their subclasses and give no state."""

_KNOWN_SUFFIX: Final = {"python": ".pyi", "java": ".java"}
_DEEPEST: Final = 24
_IDENTIFIER: Final = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A base class and its file; `arguments` maps its type parameters to type texts of the class that asked."""

    shape: Shape
    document: Document
    arguments: Mapping[str, str] = field(default_factory=dict)
    raw: bool = False

    def substitute(self, text: str) -> str:
        """`text` with the base's type parameters replaced by their arguments."""
        if not self.arguments:
            return text
        return _IDENTIFIER.sub(lambda match: self.arguments.get(match.group(), match.group()), text)


@dataclass(frozen=True, slots=True)
class Unknown:
    """A base whose source is not known here."""

    name: str


def lineage(doc: Document, shape: Shape, index: Index | None) -> tuple[Ancestor | Unknown, ...]:
    """All bases in the order in which a member is looked up (depth first; of a repeated base the last place counts,
    which is Python's order for every hierarchy without a conflict). Roots such as `object` are left out.
    """
    found = list(_walk(doc, shape, index, {}, 0))
    last = {_identity(base): position for position, base in enumerate(found)}
    return tuple(base for position, base in enumerate(found) if last[_identity(base)] == position)


def unknown(bases: tuple[Ancestor | Unknown, ...]) -> str | None:
    """The name of the first unknown base."""
    return next((base.name for base in bases if isinstance(base, Unknown)), None)


def locate(doc: Document, name: str, index: Index | None) -> tuple[Document, Shape] | None:
    """The class that `name`, plain or dotted, means in `doc`; None when that is not certain."""
    language = doc.language or ""
    own = classes.named(doc, name)
    if len(own) == 1:
        return doc, own[0]
    if own:
        return None
    module, target = _imported(doc, name)
    places = index.definitions(target) if index is not None else []
    places = [p for p in places if p.language == language and p.kind in ("class", "interface", "enum", "record")]
    paths = list(dict.fromkeys(p.path for p in places if p.path != doc.path))
    fitting = [path for path in paths if _fits(path, module, doc)]
    if len(fitting) == 1:
        return _read(fitting[0], target, language)
    return _known(language, module, target) if not fitting else None


def imports(doc: Document) -> dict[str, Import]:
    """Name to the import that binds it; star imports are left out."""
    bound: dict[str, Import] = {}
    for row in outline(doc).imports:
        if row.name != "*":
            bound[row.alias or row.name or row.module.partition(".")[0]] = row
    return bound


def _walk(
    doc: Document, shape: Shape, index: Index | None, inherited: Mapping[str, str], depth: int
) -> Iterator[Ancestor | Unknown]:
    language = doc.language or ""
    for base in shape.bases:
        if base.name.rpartition(".")[2] in ROOTS.get(language, frozenset()):
            continue
        found = locate(doc, base.name, index) if depth < _DEEPEST else None
        if found is None or (found[1].span == shape.span and found[0].path == doc.path):
            yield Unknown(base.name)
            continue
        where, ancestor = found
        arguments = _arguments(ancestor, base, inherited)
        yield Ancestor(ancestor, where, arguments, raw=bool(ancestor.type_parameters) and not base.arguments)
        yield from _walk(where, ancestor, index, arguments, depth + 1)


def _arguments(ancestor: Shape, base: TypeName, inherited: Mapping[str, str]) -> dict[str, str]:
    names = [_IDENTIFIER.match(p.lstrip("*")) for p in ancestor.type_parameters]
    if len(names) != len(base.arguments):
        return {}
    texts = (_IDENTIFIER.sub(lambda m: inherited.get(m.group(), m.group()), a) for a in base.arguments)
    return {name.group(): text for name, text in zip(names, texts, strict=True) if name}


def _identity(base: Ancestor | Unknown) -> tuple[str, str]:
    return ("", base.name) if isinstance(base, Unknown) else (str(base.document.path), base.shape.qualified)


def _imported(doc: Document, name: str) -> tuple[str | None, str]:
    """`(module, name there)` of a name used in `doc`; the module is None when no import binds it."""
    bound = imports(doc)
    head, _, rest = name.partition(".")
    row = bound.get(head)
    if row is not None and not rest:
        return row.module, row.name or row.module
    if row is not None and doc.language == "python":
        inner, _, last = rest.rpartition(".")
        module = row.module if row.name is None else f"{row.module}.{row.name}"
        if row.name is None and row.alias is None:  # `import a.b` binds `a`; the use spells the whole path
            full, _, last = name.rpartition(".")
            return full, last
        return ".".join(part for part in (module, inner) if part), last
    return None, name.rpartition(".")[2]


def _fits(path: Path, module: str | None, doc: Document) -> bool:
    """True when `path` is where `module` (None: no import) says that a class lies."""
    if doc.language == "java":
        return _fits_java(path, module, doc)
    if module is None:
        return False
    dots = len(module) - len(module.lstrip("."))
    parts = tuple(part for part in module[dots:].split(".") if part)
    if dots:
        base = doc.path.parent
        for _ in range(dots - 1):
            base = base.parent
        home = base.joinpath(*parts)
        return path in (home.with_suffix(".py"), home / "__init__.py") or (
            path.parent == home and (home / "__init__.py").exists()
        )
    own = path.with_suffix("").parts
    if own[-1:] == ("__init__",):
        own = own[:-1]
    # A package may re-export what its modules define.
    return own[-len(parts) :] == parts or (own[:-1][-len(parts) :] == parts and (path.parent / "__init__.py").exists())


def _fits_java(path: Path, module: str | None, doc: Document) -> bool:
    """By the declared package: a package lies in several folders (main, test, generated sources)."""
    try:
        declared = outline(files.read(path, doc.language)).module or ""
    except CopilotError:
        return False
    if module is not None:
        return module == declared or module.startswith(f"{declared}.")  # a nested class is imported through its outer
    own = outline(doc)
    stars = {row.module for row in own.imports if row.name == "*" and not row.static}
    return declared == (own.module or "") or declared in stars


def _read(path: Path, name: str, language: str) -> tuple[Document, Shape] | None:
    try:
        doc = files.read(path, language)
    except CopilotError:
        return None
    found = classes.named(doc, name)
    return (doc, found[0]) if len(found) == 1 else None


def _known(language: str, module: str | None, name: str) -> tuple[Document, Shape] | None:
    """A class of the platform. Without an import only `java.lang` is visible (Java) or nothing (Python)."""
    package = module or ("java.lang" if language == "java" else None)
    if package == "typing":
        package = "collections.abc"
    doc = _known_package(language, package) if package else None
    found = classes.named(doc, name) if doc else ()
    return (doc, found[0]) if doc and len(found) == 1 else None


@cache
def _known_package(language: str, package: str) -> Document | None:
    suffix = _KNOWN_SUFFIX.get(language)
    place = resources.files("copilot.context").joinpath("known", f"{package}{suffix}")
    return document(Path(place.name), language, place.read_bytes()) if suffix and place.is_file() else None
