"""Answered code taken apart: what it imports, what it defines, what only shows its use; and its text at another depth.

Plain text in and out; the code may be a whole file, members of a class, one function or bare statements. Absent on
purpose: the raw answer around it (`answers.py`) and the file it is meant for (`generate_answer.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from copilot.syntax import importing
from copilot.syntax import tree as trees
from copilot.syntax.importing import Need
from copilot.syntax.lines import indent_unit
from copilot.syntax.tree import Node
from copilot.types import Document, document

_IMPORTS: Final = frozenset(
    {
        "import_statement",
        "import_from_statement",
        "future_import_statement",
        "import_declaration",
        "package_declaration",
    }
)
_FUNCTIONS: Final = frozenset(
    {"function_definition", "method_declaration", "constructor_declaration", "compact_constructor_declaration"}
)
_CLASSES: Final = frozenset(
    {"class_definition", "class_declaration", "interface_declaration", "enum_declaration", "record_declaration"}
)
_VALUES: Final = frozenset({"field_declaration", "local_variable_declaration", "type_alias_statement"})
_COMMENTS: Final = frozenset({"comment", "line_comment", "block_comment"})


@dataclass(frozen=True, slots=True)
class Piece:
    """One top-level part of a code with the comments above it, at depth zero.

    `use`: it only shows how to call what is defined (a print, an assertion, a main guard).
    """

    kind: Literal["function", "class", "value", "statement", "use"] = "statement"
    name: str = ""
    text: str = ""
    instance: bool = False
    """A function whose first parameter is `self` or `cls`."""


@dataclass(frozen=True, slots=True)
class Code:
    """`needs` are the imports at the top level; `text` is the rest, `pieces` its parts in order."""

    needs: tuple[Need, ...]
    text: str
    pieces: tuple[Piece, ...]

    def named(self, name: str, kind: str = "function") -> Piece | None:
        """The first piece of that kind and name."""
        return next((p for p in self.pieces if p.kind == kind and p.name == name), None)

    @property
    def defines(self) -> bool:
        """True when it holds a function or a class."""
        return any(piece.kind in ("function", "class") for piece in self.pieces)


def taken_apart(code: str, language: str | None) -> Code:
    """The parts of a code; for a language that is not read, one statement without imports."""
    text = dedented(code, language)
    tree = trees.parse(text.encode(), language) if language in ("python", "java") else None
    if tree is None:
        return Code((), text, (Piece(text=text),) if text.strip() else ())
    needs = importing.needs_of(_document(text, language))
    tops = [node for node in tree.root_node.children if node.type in _IMPORTS]
    kept = _without(text, tops, language)
    top = tuple(need for need in needs if any(_speaks_of(text, node, need) for node in tops))
    return Code(top, kept, tuple(_pieces(kept, language or "")))


def members(piece: Piece, language: str | None) -> Code:
    """The parts of the body of a class."""
    tree = trees.parse(piece.text.encode(), language) if language in ("python", "java") else None
    node = next(trees.descendants(tree.root_node, *_CLASSES), None) if tree is not None else None
    body = node.child_by_field_name("body") if node is not None else None
    if body is None:
        return Code((), "", ())
    raw = piece.text.encode()
    if language == "python":
        first = raw.rfind(b"\n", 0, body.start_byte) + 1
        inside = raw[first : body.end_byte].decode()
    else:
        inside = raw[body.start_byte + 1 : body.end_byte - 1].decode()
    text = dedented(inside, language)
    return Code((), text, tuple(_pieces(text, language or "")))


def body(piece: Piece, language: str | None, *, documented: bool) -> str | None:
    """The statements of a function, at depth zero; without its docstring when the file has one (`documented`)."""
    raw = (f"class {piece.name} {{\n{piece.text}\n}}" if language == "java" else piece.text).encode()
    tree = trees.parse(raw, language or "")
    node = next(trees.descendants(tree.root_node, *_FUNCTIONS), None) if tree is not None else None
    block = node.child_by_field_name("body") if node is not None else None
    if node is None or block is None:
        return None
    if language == "java":
        return dedented(raw[block.start_byte + 1 : block.end_byte - 1].decode(), language) or None
    colon = max((c.end_byte for c in node.children if c.type == ":"), default=block.start_byte)
    start = colon
    first = block.named_children[0] if block.named_children else None
    if documented and first is not None and _is_text(first):
        start = first.end_byte
    inside = raw[start : node.end_byte].decode()
    told = dedented(inside if "\n" in inside else inside.strip(), language)
    return told if told.strip() else None


def dedented(text: str, language: str | None = None) -> str:
    """`text` without blank lines around it and without the indentation its lines share; it ends in a line end.

    The inside of a string has no say in that, and one that is a value stays as it is.
    """
    inside, values = _strings(text, language)
    rows = list(enumerate(text.split("\n")))
    while rows and not rows[0][1].strip():
        rows.pop(0)
    while rows and not rows[-1][1].strip():
        rows.pop()
    margins = [row[: len(row) - len(row.lstrip(" \t"))] for at, row in rows if row.strip() and at not in inside]
    shared = min(margins, key=len, default="")
    while shared and not all(margin.startswith(shared) for margin in margins):
        shared = shared[:-1]
    moved = [row if at in values else row.removeprefix(shared).rstrip() if row.strip() else "" for at, row in rows]
    return "\n".join(moved) + ("\n" if rows else "")


def mended(text: str, language: str | None) -> str:
    """`text` whose first line lost its indentation (the prompt had it already), with the others moved left to it."""
    first, _, rest = text.partition("\n")
    moved = dedented(rest, language)
    return f"{first}\n{moved}" if first.strip() and rest.strip() and not first[0].isspace() else text


def indented(text: str, language: str | None, indent: str, unit: str) -> str:
    """`text` (at depth zero) at the depth of `indent`, in steps of `unit`, without a last line end.

    The inside of a string over several lines is a value and stays as it is; a docstring moves along.
    """
    own = indent_unit(text.encode())
    _, fixed = _strings(text, language)
    rows = text.removesuffix("\n").split("\n")
    return "\n".join(
        row if number in fixed or not row.strip() else indent + _stepped(row, own, unit)
        for number, row in enumerate(rows)
    )


def _stepped(row: str, own: str, unit: str) -> str:
    if own == unit or ("\t" not in own + unit and len(own) == len(unit)):
        return row
    bare = row.lstrip(" \t")
    lead = row[: len(row) - len(bare)]
    depth = 0
    while lead.startswith(own):
        lead, depth = lead[len(own) :], depth + 1
    return unit * depth + lead + bare


_TOKENS: Final = re.compile(
    r"""#[^\n]*|(\"{3}|'{3})(?:\\.|(?!\1).)*(?:\1|\Z)|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", re.DOTALL
)


def _strings(text: str, language: str | None) -> tuple[set[int], set[int]]:
    """Rows (from 0) that begin inside a string of several lines; and those of them whose string is a value.

    A docstring is none: it stands alone on its line. Told by the letters, because the text may be any part of a file.
    """
    inside: set[int] = set()
    values: set[int] = set()
    if language != "python" or not ('"""' in text or "'''" in text):
        return inside, values
    for token in _TOKENS.finditer(text):
        if token[1] is None:
            continue
        first = text.count("\n", 0, token.start())
        rows = set(range(first + 1, first + 1 + token[0].count("\n")))
        inside |= rows
        lead = text[text.rfind("\n", 0, token.start()) + 1 : token.start()]
        if lead.strip(" \trRuU"):
            values |= rows
    return inside, values


def _document(text: str, language: str | None) -> Document:
    return document(Path("answer"), language, text)


def _speaks_of(text: str, node: Node, need: Need) -> bool:
    """True when an import statement of the text brings `need`."""
    words = text.encode()[node.start_byte : node.end_byte].decode()
    last = need.name or need.module
    return need.module in words and last in words


def _without(text: str, nodes: Iterable[Node], language: str | None) -> str:
    """`text` without whole statements and the lines they leave empty."""
    raw = text.encode()
    for node in reversed(list(nodes)):
        end = raw.find(b"\n", node.end_byte)
        rest = raw[node.end_byte : end if end >= 0 else len(raw)].strip()
        stop = (
            node.end_byte if rest and not rest.startswith((b"#", b"//", b";")) else (end + 1 if end >= 0 else len(raw))
        )
        raw = raw[: node.start_byte] + raw[stop:]
    return dedented(raw.decode(), language)


_WRAP: Final = b"class _ {\n"


def _pieces(text: str, language: str) -> Iterable[Piece]:
    raw = text.encode()
    nodes, shift = _tops(raw, language)
    begin: int | None = None
    for node in nodes:
        begin = node.start_byte - shift if begin is None else begin
        if node.type in _COMMENTS:
            continue
        end = raw.find(b"\n", node.end_byte - shift)
        told = raw[begin : end if end >= 0 else len(raw)].decode()
        yield _piece(node, dedented(told, language))
        begin = None


def _tops(raw: bytes, language: str) -> tuple[Sequence[Node], int]:
    """The top-level nodes, and what stands before the text in their tree.

    Java's members are read inside a class when they make no sense without one (constructors).
    """
    tree = trees.parse(raw, language)
    if tree is None:
        return (), 0
    if language == "java" and tree.root_node.has_error:
        inside = trees.parse(_WRAP + raw + b"\n}", language)
        holder = next(trees.descendants(inside.root_node, "class_body"), None) if inside is not None else None
        if inside is not None and holder is not None and not inside.root_node.has_error:
            return holder.named_children, len(_WRAP)
    return tree.root_node.children, 0


def _piece(node: Node, text: str) -> Piece:
    inner = node.child_by_field_name("definition") or node
    name = inner.child_by_field_name("name")
    called = (name.text or b"").decode() if name is not None else ""
    if inner.type in _FUNCTIONS:
        given = inner.child_by_field_name("parameters")
        words = (given.text or b"").decode() if given is not None else ""
        return Piece("function", called, text, instance=words.lstrip("( \n").startswith(("self", "cls")))
    if inner.type in _CLASSES:
        return Piece("class", called, text)
    if inner.type in _VALUES:
        declared = next(trees.descendants(inner, "variable_declarator"), None)
        name = declared.child_by_field_name("name") if declared is not None else None
        return Piece("value", (name.text or b"").decode() if name is not None else called, text)
    if inner.type == "expression_statement":
        only = inner.named_children[0] if inner.named_children else inner
        if only.type == "assignment":
            left = only.child_by_field_name("left")
            return Piece("value", (left.text or b"").decode() if left is not None else "", text)
        return Piece("use" if only.type in ("call", "comparison_operator", "string") else "statement", "", text)
    condition = inner.child_by_field_name("condition")
    guard = inner.type == "if_statement" and condition is not None and b"__name__" in (condition.text or b"")
    return Piece("use" if guard or inner.type == "assert_statement" else "statement", "", text)


def _is_text(node: Node) -> bool:
    return node.type == "expression_statement" and bool(node.named_children) and node.named_children[0].type == "string"
