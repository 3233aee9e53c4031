"""An undefined Python name: the name in sight that was meant, or the import that is missing.

What is proposed is provable from the tree, the index and the list of the standard library's modules; nothing is
imported to look inside, but for the modules that are named like a class of theirs (`datetime`, `time`). Absent on purpose: attributes (`obj.nmae`), whose owner's type a tree does not tell.
"""

from __future__ import annotations

import datetime as dt
import keyword
import sys
import time
import typing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot.context.index import Index
from copilot.engines.embedded.scope import Name, in_sight
from copilot.engines.embedded.slips import distance
from copilot.messages import say
from copilot.syntax import tree as trees
from copilot.syntax.tree import Node
from copilot.tasks import known_imports
from copilot.types import Document, Span

FOREIGN: Final = {
    "null": "None", "NULL": "None", "nil": "None", "undefined": "None", "none": "None", "true": "True", "TRUE": "True",
    "false": "False", "FALSE": "False", "this": "self",
}  # fmt: skip
"""Words of other languages and what they are called here."""

_NAMESAKES: Final[dict[str, object]] = {
    "import datetime": dt,
    "from datetime import datetime": dt.datetime,
    "import time": time,
    "from time import time": time.time,
    "from datetime import time": dt.time,
}
"""What a statement brings where one word names several things, so that `datetime.now()` is not given the module."""

LIKELY: Final = 0.2
"""Choices less probable than this are not proposed."""

_DOUBT: Final = 1.0
"""The weight of "none of these": a lone weak choice does not become a certain one."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Write `name` instead, or add the import `statement`. `chance` is a probability."""

    name: str
    statement: str
    chance: float

    @property
    def title(self) -> str:
        """What it does, in one phrase."""
        if self.statement:
            return say("Add '{statement}'", statement=self.statement)
        return say("Change to '{name}'", name=self.name)


def choices(document: Document, span: Span, root: Path, index: Index) -> list[Choice]:
    """What may have been meant by the undefined name at `span`, likeliest first; maybe nothing."""
    tree = trees.of(document)
    if tree is None:
        return []
    node = trees.node_at(tree, span)
    word = document.text[span.start : span.end].decode("utf-8", "replace")
    weights: dict[tuple[str, str], float] = {}
    for name in in_sight(node):
        weight = likeness(word, name.text) * _standing(name, node)
        if weight > 0:
            weights[name.text, ""] = weight
    meant = FOREIGN.get(word, "")
    if meant and not _is_called(node) and (meant != "self" or any(each.text == "self" for each in in_sight(node))):
        weights = {other: 0.2 * weight for other, weight in weights.items()}
        weights[meant, ""] = 8.0
    known = _imports(word, node, document, root, index)
    fitting = [row for row in known if _fits(row[0], node, document)]
    for statement, weight in fitting:
        weights["", statement] = max(weight, weights.get(("", statement), 0.0))
    # A word that is imported elsewhere, in a way that would not work here, is hardly a misspelling.
    doubt = 0.0 if fitting else sum(weight for _, weight in known)
    total = sum(weights.values()) + _DOUBT + doubt
    ranked = sorted(weights.items(), key=lambda row: (-row[1], row[0]))
    found = [Choice(name, statement, weight / total) for (name, statement), weight in ranked]
    return [choice for choice in found if choice.chance >= LIKELY]


def likeness(word: str, other: str) -> float:
    """How likely `word` is `other` misspelt, as a weight; 0 for no chance. Case and underscores count least."""
    if word == other or keyword.iskeyword(word) or other.startswith("__"):
        return 0.0
    bare, plain = word.replace("_", "").lower(), other.replace("_", "").lower()
    if bare == plain and len(bare) > 1:
        return 9.0
    longer = max(len(word), len(other))
    if min(len(word), len(other)) < 3 or abs(len(word) - len(other)) > 2:
        return 0.0
    apart: float = distance(word, other)
    if longer >= 6:
        apart = min(apart, distance(bare, plain) + 0.5)
    if apart > (1 if longer < 6 else 2.5):
        return 0.0
    if apart >= 2:
        weight = 3.0 if longer >= 8 else 1.2
    else:
        weight = (9.0 if longer >= 6 else 5.0 if longer >= 4 else 1.5) * (1.0 if apart <= 1 else 0.7)
    if word[0].lower() != other[0].lower():
        weight *= 0.4
    if any(a.isdigit() or b.isdigit() for a, b in zip(word, other, strict=False) if a != b):
        weight *= 0.3  # x1 for x2 is another variable, not a misspelling
    if bare.rstrip("s") == plain.rstrip("s"):
        weight *= 0.5  # singular and plural are often both there on purpose
    return weight


def _standing(name: Name, node: Node) -> float:
    """Nearer scopes first, builtins last, names bound only further down in the same scope doubtful."""
    standing = 0.5 if name.start < 0 else 0.9**name.depth
    return standing * (0.5 if name.depth == 0 and name.start > node.start_byte else 1.0)


def _is_called(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "call" and parent.child_by_field_name("function") == node


def _is_owner(node: Node) -> bool:
    parent = node.parent
    return parent is not None and parent.type == "attribute" and parent.child_by_field_name("object") == node


def _imports(word: str, node: Node, document: Document, root: Path, index: Index) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    hints = [hint for hint in index.imports_of(word) if not hint.statement.startswith("from .")]
    files = sum(hint.files for hint in hints)
    found += [(hint.statement, 12.0 * hint.files / files) for hint in hints[:5]]
    homes = {
        module
        for each in index.definitions(word)
        if each.language == "python" and each.qualified == word and each.path != document.path
        if (module := module_of(each.path, document.path, root))
    }
    for module in sorted(homes):
        statement = f"from {module} import {word}"
        if all(statement != known for known, _ in found):
            found.append((statement, 6.0 / len(homes)))
    if _is_owner(node) and word in sys.stdlib_module_names and not word.startswith("_") and word not in FOREIGN:
        usual = f"import {word}"
        class_of_it = [s for s in _NAMESAKES if s.startswith("from ") and s.endswith(f" {word}")]
        wanted = [usual] if _fits(usual, node, document) else class_of_it
        found += [(statement, 9.0) for statement in wanted]
    need = known_imports.of(word, "python", "")
    module = need.module if need is not None else "typing" if word in typing.__all__ else ""
    if module and not found:
        found.append((f"from {module} import {word}", 9.0))
    return found


def _fits(statement: str, node: Node, document: Document) -> bool:
    """False when what the statement brings cannot be called, or has no attribute of the name that is used."""
    if _is_called(node):
        return not statement.startswith("import ")  # a module cannot be called
    attribute = node.parent.child_by_field_name("attribute") if _is_owner(node) and node.parent is not None else None
    thing = _NAMESAKES.get(statement)
    if attribute is None or thing is None:
        return True
    return hasattr(thing, document.text[attribute.start_byte : attribute.end_byte].decode("utf-8", "replace"))


def module_of(path: Path, importer: Path, root: Path) -> str:
    """The dotted name by which `importer` can import the file at `path`; empty when that cannot be told."""
    base = _import_root(path)
    if path.suffix != ".py" or base not in {root, root / "src", _import_root(importer)}:
        return ""
    parts = path.relative_to(base).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return ".".join(parts) if parts and all(part.isidentifier() for part in parts) else ""


def _import_root(path: Path) -> Path:
    """The folder above the outermost package that holds `path`."""
    folder = path.parent
    while (folder / "__init__.py").is_file():
        folder = folder.parent
    return folder
