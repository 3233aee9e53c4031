"""A part of a large document that parses by itself, so that looking at one line costs the same in any file.

While a line is half-typed, an incremental parse of a large file costs almost a full one: all that stands behind the fault
is read again. A window is some hundred lines around a place, cut where the indentation is least, behind the imports and
the heads of what it lies in. A place in it is the place in the document less `shift`. Absent on purpose: what is looked at.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Final

from copilot.types import Document, Edit, Span

LARGE: Final = 48_000
"""Bytes up to which a document is its own window."""

_BEFORE: Final = 16_000
_AFTER: Final = 4_000
_STEP: Final = 4_000
"""Bytes around a place, and the steps in which they move: the window stands still while somebody types."""

_HEAD: Final = 16_000
"""Bytes in which imports are looked for."""

_ROW: Final = re.compile(rb"^([ \t]*)[^\s#/*@)\]}]", re.MULTILINE)
_IMPORTS: Final = re.compile(rb"^(?:(?:from|import)\b[^\n]*\([^)]*\)|(?:from|import|package)\b)[^\n]*\n", re.MULTILINE)
_TYPE: Final = re.compile(rb"^(?:[\w@]+\s+)*(?:class|interface|enum|record)\s[^{;]*\{", re.MULTILINE)
_KEPT: Final = 8


@dataclass(frozen=True, slots=True)
class Window:
    """`document` holds the bytes from `shift` on; what stands before its first place in the document is a head of its own."""

    document: Document
    shift: int

    def span(self, span: Span) -> Span:
        """A place of the whole document in the window."""
        return Span(span.start - self.shift, span.end - self.shift)

    def edits(self, edits: Iterable[Edit]) -> tuple[Edit, ...]:
        """Edits of the whole document in the window."""
        return tuple(replace(edit, span=self.span(edit.span)) for edit in edits)


_windows: OrderedDict[tuple[int, int], tuple[tuple[bytes, ...], Window]] = OrderedDict()
"""By the identity of a document's parts, which are kept so that it stays theirs; not the document, whose joined text is large."""

_lock = Lock()


def window(document: Document, at: int) -> Window:
    """The window around byte `at`: the document itself unless it is large. For the same text the very same object."""
    if len(document) <= LARGE:
        return Window(document, 0)
    middle = at - at % _STEP
    key = (id(document.parts), middle)
    with _lock:
        known = _windows.get(key)
        if known is not None and known[0] is document.parts:
            return known[1]
    made = _window(document, max(middle - _BEFORE, 0), middle + _STEP + _AFTER, at)
    with _lock:
        _windows[key] = document.parts, made
        while len(_windows) > _KEPT:
            _windows.popitem(last=False)
    return made


def _window(document: Document, low: int, high: int, at: int) -> Window:
    text = document.text
    end = text.find(b"\n", high) + 1 or len(text)
    start, head = 0, b""
    if low:
        rows = _ROW.finditer(text, text.rfind(b"\n", 0, low) + 1, at)
        # The least indented line; of those the first, which shows most.
        first = min(rows, key=lambda row: len(row[1]), default=None)
        start = first.start() if first is not None else text.rfind(b"\n", 0, low) + 1
        head = _head(text[: min(start, _HEAD)], document.language)
        if document.language == "python" and first is not None:
            head += _around(text, start, len(first[1]))
    return Window(replace(document, parts=(head + text[start:end],)), start - len(head))


def _head(text: bytes, language: str | None) -> bytes:
    """What a window needs of the top of its file: imports, and in Java the head of the class too."""
    if language == "java":
        found = _TYPE.search(text)
        return text[: found.end()] + b"\n" if found is not None else b"".join(_IMPORTS.findall(text))
    return b"".join(match[0] for match in _IMPORTS.finditer(text))


def _around(text: bytes, start: int, margin: int) -> bytes:
    """The heads of the blocks that hold the line at `start`, outermost first, a line each."""
    heads: list[bytes] = []
    at = start
    while margin and at > 0:
        begin = text.rfind(b"\n", 0, at - 1) + 1
        row = text[begin : at - 1]
        bare = row.lstrip()
        depth = len(row) - len(bare)
        if bare and depth < margin and not bare.startswith((b"#", b")", b"]", b"}", b'"', b"'")):
            margin = depth
            ends = bare.rstrip().endswith(b":")
            heads.append(row + b"\n" if ends else row[:depth] + b"if 1:\n")
        at = begin
    return b"".join(reversed(heads))
