"""A cheap tree for the first look at a change: the bodies of routines that it does not touch are left out of the parse.

A tree and what is asked of it cost as much as its text, and a change touches little of a file. The bytes of such bodies become
blanks for the parser alone: every place keeps its offset, and the document keeps its text. Bodies are found by indentation,
Python's behind `def …:`, Java's between a line that ends in `) {` and the brace below it; what is written otherwise stays in,
and so do constructors, which say what an object holds. What is found so is confirmed on the whole tree before it is told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from copilot.syntax import parsing
from copilot.types import Document, document

_DEF: Final = re.compile(rb"([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)")
_METHOD: Final = re.compile(
    rb"([ \t]+)(?!(?:if|else|for|while|switch|try|catch|do|return|throw|new|synchronized|class|case)\b|\}|//|\*)[\w@<][^;={}]*\)[^;={}()]*\{\s*\Z"
)
_BUILDS: Final = re.compile(rb"(?:public|protected|private|)\s*([A-Z]\w*)\s*\(")
_QUOTES: Final = re.compile(rb'"""|\'\'\'')
_SPARED: Final = 0.4
"""Share of the lines that must be spared for a second document to be worth it."""
_HEAD: Final = 30


def sketch(doc: Document, lines: Collection[int]) -> Document:
    """The same text under such a tree, for `lines` (from 1) that a change touches; the document itself where little is spared."""
    rows = doc.text.split(b"\n")
    bodies = {"python": _python, "java": _java}.get(doc.language or "")
    if bodies is None:
        return doc
    spared = list(bodies(rows, set(lines)))
    if sum(last - first for first, last in spared) < _SPARED * len(rows):
        return doc
    for first, last in spared:
        for n in range(first, last):
            row = rows[n]
            rows[n] = b" " * (len(row) - 1) + b"\r" if row.endswith(b"\r") else b" " * len(row)
    if doc.language == "python":
        own = doc.text.split(b"\n")
        for first, _ in spared:
            indent = len(own[first]) - len(own[first].lstrip())
            rows[first] = b" " * indent + b"0" + rows[first][indent + 1 :]
    tree = parsing.parse(b"\n".join(rows), doc.language or "")
    if tree is None:
        return doc
    light = document(doc.path, doc.language, doc.text)
    parsing.adopt(light, tree)
    return light


def _python(rows: list[bytes], lines: set[int]) -> Iterator[tuple[int, int]]:
    """Ranges of rows (from 0) of bodies that no line lies in or at the head of; the first row of each is not blank."""
    n = 0
    while n < len(rows):
        head = _DEF.match(rows[n])
        if head is None:
            n += 1
            continue
        start = _behind_head(rows, n)
        if start is None:
            n += 1
            continue
        end = _dedent(rows, start, len(head[1]))
        while start < end and not rows[start].strip():
            start += 1
        if start < end and head[2] not in {b"__init__", b"__post_init__"} and lines.isdisjoint(range(n, end + 2)):
            yield start, end
        n = max(end, n + 1)


def _behind_head(rows: list[bytes], n: int) -> int | None:
    """The row behind a head that ends in a colon; None where it does not, or its body stands beside it."""
    depth = 0
    for at in range(n, min(n + _HEAD, len(rows))):
        row = rows[at].split(b"#", 1)[0].rstrip()
        depth += row.count(b"(") + row.count(b"[") - row.count(b")") - row.count(b"]")
        if depth <= 0:
            return at + 1 if row.endswith(b":") else None
    return None


def _dedent(rows: list[bytes], start: int, indent: int) -> int:
    """The row behind the last one that is indented deeper; rows inside long strings count as they begin."""
    inside = False
    end = start
    for at in range(start, len(rows)):
        row = rows[at]
        bare = row.lstrip()
        if bare and not inside and len(row) - len(bare) <= indent:
            break
        if bare:
            end = at + 1
        if len(_QUOTES.findall(row)) % 2:
            inside = not inside
    return end


def _java(rows: list[bytes], lines: set[int]) -> Iterator[tuple[int, int]]:
    n = 0
    while n < len(rows):
        head = _METHOD.match(rows[n])
        if head is None or _BUILDS.match(rows[n].strip()):
            n += 1
            continue
        end = _brace(rows, n + 1, head[1])
        if end is None:
            n += 1
            continue
        if end > n + 1 and lines.isdisjoint(range(n - 2, end + 3)):
            yield n + 1, end
        n = end


def _brace(rows: list[bytes], start: int, indent: bytes) -> int | None:
    """The row of the brace that closes a body; None where a row before it stands no deeper."""
    for at in range(start, len(rows)):
        row = rows[at].rstrip()
        if not row.strip():
            continue
        if row == indent + b"}":
            return at
        if not row.startswith(indent) or row[len(indent) : len(indent) + 1] not in (b" ", b"\t"):
            return None
    return None
