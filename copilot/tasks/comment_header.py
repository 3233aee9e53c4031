"""The header of a file: what it defines, by its tree alone. Python's is the module's docstring; Java's a comment above
`package` where a file holds several types, and the documentation of the package in `package-info.java`.

Licence, `#!` and encoding lines stay first. Absent on purpose: the words (`copilot/engines/embedded`), and a header for a
Java file with one type, whose own documentation says it.
"""

from __future__ import annotations

import re
from typing import Final

from copilot.syntax.lines import next_line
from copilot.syntax.outline import outline
from copilot.syntax.tree import Node, of
from copilot.types import Document, Edit, Span
from copilot.verify import contract_python
from copilot.verify.docgaps import gaps

_LICENCE: Final = re.compile(rb"(?i)copyright|licen[cs]e|spdx|\(c\)|all rights reserved|\xe7\x89\x88\xe6\x9d\x83")
_TYPES: Final = frozenset({"class", "interface", "enum", "record", "annotation"})
_SEVERAL: Final = 2
PACKAGE: Final = "package-info.java"


def wanted(document: Document) -> bool:
    """Whether the file lacks a header that would say something."""
    if document.language == "python":
        return bool(document.text.strip()) and bool(gaps(document, contract_python.module(document)))
    if document.language != "java":
        return False
    tree = of(document)
    if tree is None or tree.root_node.has_error or _own(document):
        return False
    return document.path.name == PACKAGE or len(types(document)) >= _SEVERAL


def types(document: Document) -> list[tuple[str, str]]:
    """`(kind, name)` of a file's top-level types in text order."""
    return [(s.kind, s.name) for s in outline(document).symbols if s.parent is None and s.kind in _TYPES]


def members(document: Document) -> list[str]:
    """The names of the types beside a `package-info.java`, by their files."""
    folder = document.path.parent
    names = {path.stem for path in folder.glob("*.java")} if folder.is_dir() else set()
    return sorted(name for name in names if name.isidentifier())


def edit(document: Document, text: str) -> Edit | None:
    """The header of a Java file as an insertion; None without a place for it."""
    tree = of(document)
    first = next((c for c in tree.root_node.children if "comment" not in c.type), None) if tree is not None else None
    if first is None:
        return None
    if document.path.name == PACKAGE:
        return Edit(document.path, Span(first.start_byte, first.start_byte), f"/**\n * {text}\n */\n")
    at = max((next_line(document.text, c.end_byte) for c in _leading(document)), default=0)
    gap = "\n" if document.text[at : next_line(document.text, at)].strip() else ""
    return Edit(document.path, Span(at, at), f"/* {text} */\n{gap}")


def _leading(document: Document) -> list[Node]:
    """The comments before the first declaration."""
    tree, found = of(document), list[Node]()
    for child in tree.root_node.children if tree is not None else ():
        if "comment" not in child.type:
            break
        found.append(child)
    return found


def _own(document: Document) -> bool:
    """Whether a comment that is no licence stands above the package already."""
    tree = of(document)
    has_package = tree is not None and any(c.type == "package_declaration" for c in tree.root_node.children)
    leading = _leading(document)
    if not has_package and leading and (leading[-1].text or b"").startswith(b"/**"):
        leading = leading[:-1]  # the first type's own
    return any(not _LICENCE.search(one.text or b"") for one in leading)
