"""Where documentation goes in the file: the edits that put new lines into it, on headers of any shape.

A one-line body (`def f(): return 1`) becomes a block. Absent on purpose: the documentation's own lines (`docstyles.py`).
"""

from __future__ import annotations

import re
from typing import Final

from copilot.syntax.lines import line_start, next_line
from copilot.syntax.outline import Symbol
from copilot.syntax.tree import Node, enclosing, node_at, of
from copilot.tasks.docstyles import Draft, Layout, additions, file_unit, whole
from copilot.types import Document, Edit, Span
from copilot.verify.contract import BRACES
from copilot.verify.docsections import Documentation

PYTHON_WIDTH: Final = 88
JAVA_WIDTH: Final = 100
_COOKIE: Final = re.compile(rb"#!|#.*?coding[:=]")


def fresh(document: Document, symbol: Symbol | None, draft: Draft, style: str) -> Edit | None:
    """The edit that writes documentation where there is none; None when the place is too unusual."""
    if symbol is None:
        return _module(document, draft, style)
    return (
        _above(document, symbol, draft, style)
        if document.language in BRACES
        else _python(document, symbol, draft, style)
    )


def extended(document: Document, found: Documentation, draft: Draft, style: str) -> tuple[Edit, ...]:
    """Insertions into existing documentation: no byte of it is replaced."""
    text = document.text
    start = line_start(text, found.span.start)
    indent = text[start : found.span.start].decode()
    if indent.strip():
        return ()
    is_java = document.language in BRACES
    layout = Layout(indent, file_unit(document), JAVA_WIDTH if is_java else PYTHON_WIDTH)
    last = len(found.lines) - 1
    edits = []
    if not is_java and len(found.closing) == 1:
        if '"""' in found.text or "'''" in found.text:
            return ()
        edits.append(Edit(document.path, Span(found.lines[0].start, found.lines[0].start), found.closing * 2))
    for at, lines in sorted(additions(found, draft, style, layout).items()):
        new = "".join(f"\n{line}" for line in lines)
        line = found.lines[max(at, 0)]
        place = line.end
        if at == last and is_java:  # `Text. */`: the blank before the closing mark goes to the new last line
            raw = document.text[line.start : line.end]
            place -= len(raw) - len(raw.rstrip(b" \t"))
            new += f"\n{indent}" if place < line.end else f"\n{indent} "
        elif at == last:
            new += f"\n{indent}" + (found.closing * 2 if len(found.closing) == 1 else "")
        edits.append(Edit(document.path, Span(place, place), new))
    return tuple(edits)


def _docstring(draft: Draft, style: str, layout: Layout) -> str:
    """A docstring with its quotes, first line without indent, lines ending in LF."""
    lines = whole(draft, style, layout)
    if len(lines) == 1:
        return f'"""{lines[0]}"""'
    body = "\n".join(lines)
    return f'"""{body}\n{layout.indent}"""'


def _python(document: Document, symbol: Symbol, draft: Draft, style: str) -> Edit | None:
    tree, text = of(document), document.text
    node = enclosing(node_at(tree, symbol.name_span), "function_definition", "class_definition") if tree else None
    body = node.child_by_field_name("body") if node is not None else None
    if node is None or body is None or not body.named_children:
        return None
    colon = next(
        (child for child in reversed(node.children) if child.type == ":" and child.end_byte <= body.start_byte), None
    )
    first = body.named_children[0]
    if colon is None or b"\\" in text[colon.end_byte : first.start_byte].split(b"#")[0]:
        return None
    if text[colon.end_byte : first.start_byte].strip(b" \t") == b"":
        return _one_line(document, node, colon, first, draft, style)
    indent = text[line_start(text, first.start_byte) : first.start_byte].decode()
    if indent.strip():
        return None
    at = _below_header(document, colon, first)
    layout = Layout(indent, file_unit(document), PYTHON_WIDTH)
    return Edit(document.path, Span(at, at), f"{indent}{_docstring(draft, style, layout)}\n") if at else None


def _below_header(document: Document, colon: Node, first: Node) -> int:
    """Where the line after the header starts; a type comment on a line of its own is part of the header."""
    text = document.text
    at = next_line(text, colon.end_byte)
    while at < first.start_byte and text[at:].lstrip(b" \t\f").startswith(b"# type:"):
        at = next_line(text, at)
    return at


def _one_line(document: Document, node: Node, colon: Node, first: Node, draft: Draft, style: str) -> Edit | None:
    """`def f(): return 1` → header, docstring and body on lines of their own."""
    text = document.text
    start = line_start(text, node.start_byte)
    outer = re.match(rb"[ \t]*", text[start:])
    if outer is None or text[start + outer.end() : node.start_byte].strip() not in {b"", b"async"}:
        return None
    indent = outer[0].decode() + file_unit(document)
    layout = Layout(indent, file_unit(document), PYTHON_WIDTH)
    new = f"\n{indent}{_docstring(draft, style, layout)}\n{indent}"
    return Edit(document.path, Span(colon.end_byte, first.start_byte), new)


def _module(document: Document, draft: Draft, style: str) -> Edit | None:
    """Below `#!`, the encoding line and a leading comment block that a blank line ends."""
    text, at, block = document.text, 3 if document.text.startswith(b"\xef\xbb\xbf") else 0, 0
    while at < len(text) and text[at : at + 1] == b"#" and _COOKIE.match(text[at : next_line(text, at)]):
        at = next_line(text, at)
    block = at
    while block < len(text) and text[block : block + 1] == b"#":
        block = next_line(text, block)
    if block > at and not text[block : next_line(text, block)].strip():
        at = next_line(text, block)
    layout = Layout("", file_unit(document), PYTHON_WIDTH)
    gap = "\n" if text[at : next_line(text, at)].strip() else ""
    return Edit(document.path, Span(at, at), f"{_docstring(draft, style, layout)}\n{gap}")


def _above(document: Document, symbol: Symbol, draft: Draft, style: str) -> Edit | None:
    text, at = document.text, symbol.span.start
    start = line_start(text, at)
    before = text[start:at]
    indent = re.match(rb"[ \t]*", before)
    layout = Layout(indent[0].decode() if indent is not None else "", file_unit(document), JAVA_WIDTH)
    lines = whole(draft, style, layout)
    body = "\n".join(lines)
    block = f"/**\n{layout.indent} * {body}\n{layout.indent} */"
    comment = f"/** {lines[0]} */" if len(lines) == 1 else block
    if before.strip():
        if b"/*" in before or b"//" in before:
            return None
        blank = len(before) - len(before.rstrip(b" \t"))
        return Edit(document.path, Span(at - blank, at), f"\n{layout.indent}{comment}\n{layout.indent}")
    return Edit(document.path, Span(at, at), f"{comment}\n{layout.indent}")
