"""Gates for a change that may only touch documentation: each returns a `Check` with a stable name.

`code unchanged`: Python's own AST without docstrings is equal before and after, and so are the trees node by node
without comments and docstrings (all languages). `kept`: no human word is dropped or moved. Subtrees whose text is equal
are not walked, so the cost follows the change. Absent on purpose: what the new text says (`docclaims.py`).
"""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from copilot.edits import with_newline
from copilot.messages import say
from copilot.syntax.outline import outline
from copilot.syntax.tree import Node, node_at, of
from copilot.types import Check, Document, Edit, Span

_WORD: Final = re.compile(r"\S+")
_MARKS: Final = re.compile(r"\"\"\"|'''|[\"']|/\*+|\*+/|\*")


def code_unchanged(before: Document, after: Document) -> Check:
    """The program is the same: only documentation, comments and blanks between tokens differ."""
    name = "code unchanged"
    if before.language == "python" and _ast(before) != _ast(after):
        return Check(name, passed=False, detail=say("the syntax tree differs"))
    pair = _Pair.of(before, after)
    if pair is None:
        return Check(name, passed=False, detail=say("the file cannot be parsed"))
    return Check(name, passed=pair.same, detail="" if pair.same else say("the tokens differ"))


def outside_unchanged(before: Document, after: Document, edits: tuple[Edit, ...]) -> Check:
    """Edits replace blanks or documentation only, and bring nothing but documentation and blanks."""
    name, shift = "outside unchanged", 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        old = before.text[edit.span.start : edit.span.end]
        new = with_newline(edit.new, before.newline).encode()
        start = edit.span.start + shift
        if old.strip() and not _in_documentation(before, edit.span):
            return Check(name, passed=False, detail=say("the edit replaces code"))
        first = start + len(new) - len(new.lstrip())
        last = start + len(new.rstrip())
        if new.strip() and not _in_documentation(after, Span(first, last)):
            return Check(name, passed=False, detail=say("something beside documentation was written"))
        shift += len(new) - len(old)
    return Check(name, passed=True)


def kept(before: Document, after: Document) -> Check:
    """Every comment, and every word of each docstring, is still there in its order."""
    pair = _Pair.of(before, after)
    if pair is None:
        return Check("kept", passed=False, detail=say("the file cannot be parsed"))
    words = iter(_words(pair.new_human))
    missing = next((word for word in _words(pair.old_human) if word not in words), None)
    return Check("kept", passed=missing is None, detail="" if missing is None else say("text was dropped or moved"))


@dataclass
class _Pair:
    """Two trees walked side by side: `same` code, and the documentation and comments of what differs."""

    old_docs: frozenset[tuple[int, int]]
    new_docs: frozenset[tuple[int, int]]
    same: bool = True
    old_human: list[str] = field(default_factory=list)
    new_human: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, before: Document, after: Document) -> _Pair | None:
        """The comparison; None when one of them cannot be parsed."""
        old, new = of(before), of(after)
        if old is None or new is None:
            return None
        pair = cls(_docstrings(before), _docstrings(after))
        pair.walk(old.root_node, new.root_node)
        return pair

    def walk(self, old: Node, new: Node) -> None:
        """Compare two nodes; an equal text under the same type is the same code and the same comments."""
        if old.type == new.type and old.text == new.text:
            return
        left, right = self.code(old, self.old_docs, self.old_human), self.code(new, self.new_docs, self.new_human)
        if old.type != new.type or len(left) != len(right) or not (old.children and new.children):
            self.same = False
            return
        if "string" in old.type or "char" in old.type:  # blanks between the parts of a string are part of it
            self.same = False
            return
        for one, other in zip(left, right, strict=True):
            self.walk(one, other)

    def code(self, node: Node, docs: frozenset[tuple[int, int]], human: list[str]) -> list[Node]:
        """The children that are code; the others' text goes to `human`."""
        found = []
        for child in node.children:
            if "comment" in child.type or child.byte_range in docs:
                human.append((child.text or b"").decode("utf-8", "replace"))
            else:
                found.append(child)
        return found


def _words(texts: list[str]) -> list[str]:
    return _WORD.findall(_MARKS.sub(" ", " ".join(texts)))


def _ast(document: Document) -> str | None:
    """Python's own tree without docstrings and positions; None when this Python cannot parse the file."""
    return _dumped(document.text)


@lru_cache(maxsize=4)  # of a file whose definitions are documented in turn, the text before stays the same
def _dumped(text: bytes) -> str | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # escapes in the user's strings
            tree = ast.parse(text, type_comments=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    tree.type_ignores = []  # they hold line numbers
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        for name in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, name, None)
            if isinstance(inner, list):  # a lambda's body is an expression, which has no docstring
                stack += inner
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                del node.body[0]
    return ast.dump(tree)


def _docstrings(document: Document) -> frozenset[tuple[int, int]]:
    """The spans of docstrings; the statement around one has the same span."""
    if document.language != "python":
        return frozenset()
    found = outline(document)
    spans = [symbol.docstring for symbol in found.symbols] + [found.docstring]
    return frozenset((span.start, span.end) for span in spans if span is not None)


def _in_documentation(document: Document, span: Span) -> bool:
    """True when the whole span lies in one docstring or documentation comment."""
    tree = of(document)
    docs = _docstrings(document)
    at: Node | None = node_at(tree, span) if tree is not None else None
    while at is not None:
        if at.byte_range in docs or ("comment" in at.type and (at.text or b"").startswith(b"/**")):
            return True
        at = at.parent
    return False
