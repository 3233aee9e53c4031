"""Bringing the names of a base's signatures into the file: which imports are missing and where they go.

A name is taken from where the base's own file takes it. A name that means something else here, or whose origin is
not clear, makes the whole proposal a `Declined`. Absent on purpose: sorting or cleaning what the file imports.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from copilot.context.index import Index
from copilot.context.lineage import Ancestor, imports
from copilot.context.members import Inherited
from copilot.messages import say
from copilot.syntax import importing
from copilot.syntax.classes import Shape
from copilot.syntax.outline import outline
from copilot.types import Declined, Document, Edit
from copilot.verify.names import JAVA_LANG

Need = tuple[str, str]
"""A module (Java: package) and the name wanted from it; an empty name wants the module itself."""

_HEAD: Final = re.compile(r"(?<![\w.])[^\W\d]\w*")
_STRING: Final = re.compile(r"""(?:[rbuf]*)("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
_JAVA_WORDS: Final = frozenset(
    [
        "int",
        "long",
        "short",
        "byte",
        "char",
        "boolean",
        "float",
        "double",
        "void",
        "extends",
        "super",
        "final",
        "throws",
        "default",
    ]
)


def python_needs(doc: Document, inherited: Iterable[Inherited], bases: Iterable[Ancestor]) -> list[Need] | Declined:
    """The imports that the signatures of `inherited` lack in `doc`."""
    needs: dict[Need, None] = {}
    anchors = list(bases)
    for item in inherited:
        for name in _python_names(item):
            origins = [item.ancestor, *anchors]
            if name in _top_level(doc):
                if _clashes(doc, item.ancestor.document, name):
                    return _unclear(name)
                continue
            need = next((n for n in (_python_need(doc, o.document, name, anchors) for o in origins) if n), None)
            if need is None and name == "Any":
                need = ("typing", "Any")
            if need is None:
                return _unclear(name)
            needs[need] = None
    return list(needs)


def _python_names(item: Inherited) -> list[str]:
    method, ancestor = item.method, item.ancestor
    found = [(ancestor.substitute(t), True) for p in method.parameters for t in (p.annotation,) if t]
    found += [(ancestor.substitute(method.returns), True)] if method.returns else []
    found += [(p.default, False) for p in method.parameters if p.default]
    skip = {"abstractmethod", "abstractproperty", "abc", method.name}
    decorators = [
        (d, False)
        for d in method.decorators
        if d.rpartition(".")[2] not in skip and not d.startswith(("abc.", method.name + "."))
    ]
    names = []
    for source, annotation in (*found, *decorators):
        # The text of a string is code in an annotation and a value elsewhere.
        bare = _STRING.sub(lambda m, code=annotation: m.group(1)[1:-1] if code else "''", source)  # type: ignore[misc]  # a default binds the loop's value
        names += _HEAD.findall(bare)
    own = set(_HEAD.findall(method.type_parameters))
    usual = set(dir(builtins)) | set(keyword.kwlist)
    return list(dict.fromkeys(n for n in names if n not in usual and n not in own))


def _top_level(doc: Document) -> set[str]:
    return {s.name for s in outline(doc).symbols if s.parent is None} | imports(doc).keys()


def _clashes(doc: Document, origin: Document, name: str) -> bool:
    """True when both files bind the name to differently named things."""
    if doc.path == origin.path:
        return False
    here, there = imports(doc).get(name), imports(origin).get(name)
    return here is not None and there is not None and (here.name or here.module) != (there.name or there.module)


def _python_need(doc: Document, origin: Document, name: str, anchors: list[Ancestor]) -> Need | None:
    row = imports(origin).get(name)
    if row is not None and row.alias is not None:
        return None  # an alias is the other file's own word
    if row is None:
        if name not in _top_level(origin) or origin.path == doc.path:
            return None
        module = _module_of(doc, origin.path, anchors)
        return (module, name) if module else None
    if row.name is None:
        return (row.module, "")
    if not row.module.startswith("."):
        return (row.module, row.name)
    dots = len(row.module) - len(row.module.lstrip("."))
    folder = origin.path.parent
    for _ in range(dots - 1):
        folder = folder.parent
    parts = [p for p in row.module[dots:].split(".") if p]
    module = _module_of(doc, folder.joinpath(*parts, "__init__.py"), anchors)
    return (module, row.name) if module else None


def _module_of(doc: Document, target: Path, anchors: list[Ancestor]) -> str | None:
    """How `doc` would import the file `target`, by the way in which it imports a base whose file is known."""
    own = target.parent if target.name == "__init__.py" else target.with_suffix("")
    for row in imports(doc).values():
        for anchor in anchors:
            path = anchor.document.path
            home = path.parent if path.name == "__init__.py" else path.with_suffix("")
            if row.module.startswith(".") and own.is_relative_to(doc.path.parent):
                return "." + ".".join(own.relative_to(doc.path.parent).parts)
            parts = tuple(row.module.split("."))
            for place in (home, home.parent):
                if place.parts[-len(parts) :] == parts:
                    root = Path(*place.parts[: -len(parts)])
                    if own.is_relative_to(root):
                        return ".".join(own.relative_to(root).parts)
    return None


def java_needs(
    doc: Document, shape: Shape, inherited: Iterable[Inherited], index: Index | None
) -> list[Need] | Declined:
    """The imports that the signatures of `inherited` lack in `doc`."""
    needs: dict[Need, None] = {}
    for item in inherited:
        origin = item.ancestor.document
        if origin.path == doc.path:
            continue
        for name in _java_names(item):
            if name in shape.type_parameters or name in JAVA_LANG or name in item.ancestor.shape.nested:
                continue
            need = _java_origin(origin, name, index)
            here = imports(doc).get(name)
            if here is not None or any(s.name == name for s in outline(doc).symbols if s.parent is None):
                if here is not None and need is not None and need[0] != here.module:
                    return _unclear(name)
                continue
            if name in _HEAD.findall(" ".join(item.ancestor.arguments.values())):
                continue  # written in this file already
            if need is None:
                return _unclear(name)
            if need[0] != (outline(doc).module or ""):
                needs[need] = None
    return list(needs)


def _java_names(item: Inherited) -> list[str]:
    method = item.method
    texts = [item.ancestor.substitute(p.annotation) for p in method.parameters if p.annotation]
    texts += [item.ancestor.substitute(method.returns)] if method.returns else []
    texts += [*method.throws, method.type_parameters]
    own = {m.split()[0] for m in method.type_parameters.strip("<>").split(",") if m.split()}
    heads = [h for t in texts for h in _HEAD.findall(t)]
    return list(dict.fromkeys(h for h in heads if h not in own and h not in _JAVA_WORDS and not h[:1].islower()))


def _java_origin(origin: Document, name: str, index: Index | None) -> Need | None:
    row = imports(origin).get(name)
    if row is not None:
        return (row.module, name)
    package = outline(origin).module or ""
    beside = index.definitions(name) if index is not None else []
    if any(s.name == name and s.parent is None for s in outline(origin).symbols) or any(
        d.path.parent == origin.path.parent for d in beside
    ):
        return (package, name)
    if (origin.path.parent / f"{name}.java").is_file() or package.startswith("java."):
        return (package, name)
    stars = [r.module for r in outline(origin).imports if r.name == "*" and not r.static]
    return (stars[0], "*") if len(stars) == 1 else None


def _unclear(name: str) -> Declined:
    return Declined(say("where {name} comes from is not clear", name=name))


def import_edits(doc: Document, needs: Iterable[Need]) -> list[Edit]:
    """Edits that import what is not imported yet."""
    return importing.edits(doc, (importing.Need(module, name) for module, name in needs))
