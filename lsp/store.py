"""The open documents: what the editor has, version by version, and cheap snapshots of it.

pygls' own store ends lines at eleven characters and splits the whole file at each keystroke; this one does neither.
Only the event loop's thread touches it. Absent on purpose: protocol types (`convert.py`), parsing (a tree that somebody
else parsed is kept in step here, which is cheap; the parse happens when a tree is asked for).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from copilot.files import encode
from copilot.types import Document, dominant_newline
from lsp.text import Encoding, Text, remember

if TYPE_CHECKING:
    from copilot.syntax.tree import Tree

_READ = 64_000
"""Bytes of a place that are read at most."""


class Change(NamedTuple):
    """One content change: `text` replaces the range, or everything when `start` is None. Places are (line, character)."""

    start: tuple[int, int] | None
    end: tuple[int, int]
    text: str


@dataclass(slots=True)
class _Open:
    document: Document
    """Path, language, version, encoding; its parts are stale while `text` is newer."""
    text: Text
    tree: Tree | None = None
    """A tree that went through every change since it was parsed; ours alone."""
    fresh: bool = True
    """True while `document` is the snapshot of `text`."""


@dataclass(slots=True)
class Store:
    """The open documents by the uri the editor uses for them. `units` is the negotiated position encoding."""

    units: Encoding = "utf-16"
    _open: dict[str, _Open] = field(default_factory=dict)
    _uris: dict[Path, str] = field(default_factory=dict)

    def open(self, uri: str, path: Path, language: str | None, version: int, text: str) -> None:
        """Take over a document from the editor. `language` is a name of the registry or None."""
        body = Text.of(encode(text))
        document = Document(path, language, body.parts, version, newline=dominant_newline(body.parts[0]))
        remember(document, body)
        self._open[uri] = _Open(document, body)
        self._uris[path] = uri

    def change(self, uri: str, version: int, changes: Iterable[Change]) -> None:
        """Apply changes in order, each to the result of the one before. Raises KeyError when `uri` is not open."""
        entry = self._open[uri]
        if entry.fresh:
            entry.tree = _parsed(entry.document) or entry.tree
            entry.fresh = False
        for change in changes:
            if change.start is None:
                entry.text, entry.tree = Text.of(encode(change.text)), None
            else:
                self._edit(entry, change.start, change.end, change.text)
        entry.document = replace(entry.document, version=version)

    def close(self, uri: str) -> None:
        """Forget a document; one that is not open is ignored."""
        entry = self._open.pop(uri, None)
        if entry is not None and self._uris.get(entry.document.path) == uri:
            del self._uris[entry.document.path]

    def snapshot(self, uri: str) -> Document | None:
        """The document as it is now, None when it is not open. The same object until the next change."""
        entry = self._open.get(uri)
        if entry is None:
            return None
        if not entry.fresh:
            parts = entry.text.parts
            entry.document = replace(entry.document, parts=parts, newline=dominant_newline(parts[0]))
            entry.fresh = True
            remember(entry.document, entry.text)
            if entry.tree is not None:
                from copilot.syntax.tree import reuse

                # A copy: the parse may run in another thread while the next change edits ours.
                reuse(entry.document, entry.tree.copy())
        return entry.document

    def language(self, uri: str) -> str | None:
        """The language of an open document."""
        entry = self._open.get(uri)
        return None if entry is None else entry.document.language

    def find(self, uri: str, line: int, text: str) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Where this very text (lines end in LF) begins and ends, from a line on if it is there; None when it is not."""
        document = self.snapshot(uri)
        if document is None or not text:
            return None
        wanted, body = encode(text.replace("\n", document.newline)), self._open[uri].text
        near = body.line_span(min(max(line, 0), body.last_line))[0]
        found = document.text.find(wanted, near)
        found = document.text.find(wanted) if found < 0 else found
        if found < 0:
            return None
        return body.position(found, self.units), body.position(found + len(wanted), self.units)

    def read(self, uri: str, start: tuple[int, int], end: tuple[int, int]) -> str | None:
        """The text between two places now, lines ending in LF; None when the document is not open."""
        if (entry := self._open.get(uri)) is None:
            return None
        body = entry.text
        low = body.offset(*start, self.units)
        high = min(body.offset(*end, self.units), low + _READ)
        return body.slice(low, max(high, low)).decode("utf-8", "ignore").replace("\r\n", "\n")

    def set_encoding(self, uri: str, encoding: str) -> None:
        """Note the encoding of the file on disk (the editor sends text and does not say)."""
        entry = self._open.get(uri)
        if entry is not None:
            entry.document = replace(entry.document, encoding=encoding)

    def uri_of(self, path: Path) -> str | None:
        """The editor's uri of an open path, in the editor's own spelling."""
        return self._uris.get(path)

    def uris(self) -> tuple[str, ...]:
        """All open documents, oldest first."""
        return tuple(self._open)

    def is_stale(self, document: Document) -> bool:
        """True when the editor's text is no longer this snapshot's (closed counts; a file never opened does not)."""
        uri = self._uris.get(document.path)
        if uri is None:
            return document.version is not None
        entry = self._open[uri]
        return not entry.fresh or entry.document.parts is not document.parts

    def _edit(self, entry: _Open, start: tuple[int, int], end: tuple[int, int], new: str) -> None:
        text = entry.text
        if end < start:
            start, end = end, start
        low, cut_low = text.place(*start, self.units)
        high, cut_high = text.place(*end, self.units)
        if cut_low or cut_high:
            # The range splits a surrogate pair: the halves that stay may pair up with what is inserted.
            if cut_low:
                new = _halves(text, low)[0] + new
            if cut_high:
                new += _halves(text, high)[1]
                high += 4
        data = encode(new)  # joins halves that met
        entry.text = text.replace(low, high, data)
        if entry.tree is not None:
            entry.tree.edit(
                low,
                high,
                low + len(data),
                text.row_and_column(low),
                text.row_and_column(high),
                entry.text.row_and_column(low + len(data)),
            )


def _halves(text: Text, offset: int) -> tuple[str, str]:
    """The two surrogates of the astral character at a byte offset."""
    units = text.slice(offset, offset + 4).decode().encode("utf-16-le")
    return units[:2].decode("utf-16-le", "surrogatepass"), units[2:].decode("utf-16-le", "surrogatepass")


def _parsed(document: Document) -> Tree | None:
    """A copy of the tree that somebody parsed for this snapshot; never parses, never loads tree-sitter."""
    if document.language is None or "copilot.syntax.tree" not in sys.modules:
        return None
    from copilot.syntax.tree import parsed

    tree = parsed(document)
    return None if tree is None else tree.copy()
