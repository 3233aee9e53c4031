"""Gates for a change that may only touch documentation: each returns a `Check` with a stable name.

`code unchanged`: Python's AST without docstrings and its token stream without docstrings, comments and layout are equal
before and after; for other languages the leaves of the tree without comments are. `kept`: no human word is dropped or
moved. Absent on purpose: what the new text says (`docclaims.py`).
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Final

from copilot.messages import say
from copilot.syntax.outline import outline
from copilot.syntax.tree import Node, Tree, of
from copilot.types import Check, Document, Edit, Span

_WORD: Final = re.compile(r"\S+")


def code_unchanged(before: Document, after: Document) -> Check:
    """The program is the same: only documentation and blanks between tokens differ."""
    name = "code unchanged"
    old, new = of(before), of(after)
    if old is None or new is None:
        return Check(name, passed=False, detail=say("the file cannot be parsed"))
    if before.language == "python":
        one, other = _ast(before), _ast(after)
        if (one is None) != (other is None) or one != other:
            return Check(name, passed=False, detail=say("the syntax tree differs"))
    strings = (_docstrings(before), _docstrings(after))
    if list(_leaves(old, strings[0])) != list(_leaves(new, strings[1])):
        return Check(name, passed=False, detail=say("the tokens differ"))
    return Check(name, passed=True)


def outside_unchanged(before: Document, after: Document, edits: tuple[Edit, ...]) -> Check:
    """Edits replace blanks or documentation only, and bring nothing but documentation and blanks."""
    name = "outside unchanged"
    spans = _documentation(before)
    for edit in edits:
        old = before.text[edit.span.start : edit.span.end]
        if old.strip() and not any(span.contains(edit.span) for span in spans):
            return Check(name, passed=False, detail=say("the edit replaces code"))
    one = _without(before, spans)
    other = _without(after, _documentation(after))
    same = b"".join(one.split()) == b"".join(other.split())
    return Check(name, passed=same, detail="" if same else say("something beside documentation was written"))


def kept(before: Document, after: Document) -> Check:
    """Every comment, and every word of each docstring, is still there in its order."""
    old, new = of(before), of(after)
    if old is None or new is None:
        return Check("kept", passed=False, detail=say("the file cannot be parsed"))
    words = iter(_human(after, new))
    missing = next((word for word in _human(before, old) if word not in words), None)
    return Check("kept", passed=missing is None, detail="" if missing is None else say("text was dropped or moved"))


def _ast(document: Document) -> str | None:
    """Python's own tree without docstrings and positions; None when this Python cannot parse the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # escapes in the user's strings
            tree = ast.parse(document.text, type_comments=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        try:
            tree = ast.parse(document.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    tree.type_ignores = []  # they hold line numbers
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                del node.body[0]
    return ast.dump(tree)


def _docstrings(document: Document) -> set[tuple[int, int]]:
    if document.language != "python":
        return set()
    found = outline(document)
    spans = [symbol.docstring for symbol in found.symbols] + [found.docstring]
    return {(span.start, span.end) for span in spans if span is not None}


def _leaves(tree: Tree, docstrings: set[tuple[int, int]]) -> Iterator[bytes]:
    """The text of the tokens, without comments and documentation strings."""
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        if "comment" in node.type or node.byte_range in docstrings:
            continue
        if not node.children:
            yield (node.text or b"").strip()
        elif node.type in {"string", "string_literal"}:
            yield node.text or b""
        else:
            stack.extend(reversed(node.children))


def _comments(tree: Tree) -> Iterator[Node]:
    stack = [tree.root_node]
    while stack:
        node = stack.pop()
        if "comment" in node.type:
            yield node
        else:
            stack.extend(reversed(node.children))


def _documentation(document: Document) -> list[Span]:
    """Docstrings, or documentation comments."""
    if document.language == "python":
        return [Span(*pair) for pair in sorted(_docstrings(document))]
    tree = of(document)
    return [Span(*node.byte_range) for node in _comments(tree) if (node.text or b"").startswith(b"/**")] if tree else []


def _without(document: Document, spans: list[Span]) -> bytes:
    pieces, at = [], 0
    for span in spans:
        pieces.append(document.text[at : span.start])
        at = span.end
    return b"".join([*pieces, document.text[at:]])


def _human(document: Document, tree: Tree) -> list[str]:
    """The words of all comments and docstrings in text order, without their marks."""
    spans = {node.byte_range for node in _comments(tree)} | _docstrings(document)
    text = document.text
    joined = " ".join(text[start:end].decode("utf-8", "replace") for start, end in sorted(spans))
    return _WORD.findall(re.sub(r"\"\"\"|'''|[\"']|/\*+|\*+/|\*", " ", joined))
