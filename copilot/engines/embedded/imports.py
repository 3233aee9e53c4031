"""Adding an import to a Python file where its other imports are, sorted as the project sorts them.

The place is read off the tree; ruff's import sorting (which knows the project's own packages) then has the last word,
but only in a file whose imports were sorted before. Absent on purpose: deciding what to import (`names.py`).
"""

from __future__ import annotations

from pathlib import Path

from copilot import edits as texts
from copilot.errors import ToolMissing
from copilot.syntax import tree as trees
from copilot.syntax.lines import line_end
from copilot.syntax.tree import Node
from copilot.types import Document, Edit, Span
from copilot.verify import tools

_IMPORTS = frozenset({"import_statement", "import_from_statement"})


async def adding(document: Document, statement: str, root: Path) -> tuple[Edit, ...]:
    """The edit that adds `statement`; empty when the document has no tree."""
    tree = trees.of(document)
    if tree is None:
        return ()
    plain = (_placed(document, tree.root_node, statement),)
    try:
        if await tools.imports_sorted(document, root) != ():
            return plain
        after = texts.apply(document, plain)
        polish = await tools.imports_sorted(after, root)
    except ToolMissing:
        return plain
    if not polish:
        return plain
    return (texts.difference(document, texts.apply(after, polish)),)


def _placed(document: Document, root: Node, statement: str) -> Edit:
    """After the last import of the file's head, else after `__future__`, the docstring or the leading comments."""
    anchor, last = None, None
    for node in root.children:
        if node.type in _IMPORTS:
            last = node
        elif node.type in {"comment", "future_import_statement"} or _is_docstring(node):
            anchor = node if last is None else anchor
        else:
            break
    text = document.text
    if last is not None:
        end = _line_end(text, last.end_byte)
        return Edit(document.path, Span(end, end), "\n" + statement)
    if anchor is not None:
        end = _line_end(text, anchor.end_byte)
        gap = "" if not text[end:].strip() or text[end:].startswith((b"\n\n", b"\r\n\r\n")) else "\n"
        return Edit(document.path, Span(end, end), "\n\n" + statement + gap)
    start = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    blank = "\n" if text[start : start + 1] not in {b"", b"\r", b"\n"} else ""
    return Edit(document.path, Span(start, start), statement + "\n" + blank)


def _is_docstring(node: Node) -> bool:
    return (
        node.type == "expression_statement"
        and len(node.named_children) == 1
        and node.named_children[0].type in {"string", "concatenated_string"}
    )


def _line_end(text: bytes, at: int) -> int:
    """Where the line that a node ends on ends (the grammar counts a CR to a comment)."""
    return line_end(text, at - 1 if text[at - 1 : at] == b"\r" else at)
