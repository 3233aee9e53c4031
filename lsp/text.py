"""An immutable text made of pieces of whole lines, with positions in UTF-8, UTF-16 or UTF-32 units.

Lines end at LF, CRLF or CR and nowhere else: form feed, vertical tab, NEL and U+2028 are ordinary characters
(LSP 3.18, "Text Documents"). An edit copies one or two pieces of about 16 KB, not the file, and the pieces are the
`parts` of a snapshot. Absent on purpose: documents and versions (`store.py`) and protocol types (`convert.py`).
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate
from typing import Final, Literal

from copilot.types import Document, Span

Encoding = Literal["utf-8", "utf-16", "utf-32"]

PIECE: Final = 16 * 1024
"""Bytes a piece should have; one grows to twice that before it is cut."""

_SMALL: Final = PIECE // 4
_KEPT: Final = 32


class _Piece:
    """Whole lines; only the last piece of a text may end without a line end, and none ends inside a CRLF."""

    __slots__ = ("_starts", "ends", "feeds", "text")

    def __init__(self, text: bytes) -> None:
        self.text = text
        self.feeds = text.count(b"\n")
        self.ends = self.feeds + (text.count(b"\r") - text.count(b"\r\n") if b"\r" in text else 0)
        self._starts: array[int] | None = None

    @property
    def starts(self) -> array[int]:
        """Offset of each line start, the one after the last line end included: `ends + 1` numbers."""
        if self._starts is None:
            # bytes.splitlines knows exactly the three line ends; str.splitlines knows eleven.
            rows = self.text.splitlines(keepends=True)
            self._starts = array("Q", accumulate(map(len, rows[: self.ends]), initial=0))
        return self._starts


class Text:
    """One state of a text; `replace` returns the next one. Offsets are bytes, lines and characters count from 0."""

    __slots__ = ("_lines", "_offsets", "_pieces", "parts")

    def __init__(self, pieces: tuple[_Piece, ...]) -> None:
        self._pieces = pieces
        self.parts = tuple([piece.text for piece in pieces])
        self._offsets = list(accumulate(map(len, self.parts), initial=0))
        self._lines = list(accumulate([piece.ends for piece in pieces], initial=0))

    @classmethod
    def of(cls, text: bytes) -> Text:
        """The text of these UTF-8 bytes."""
        return cls(tuple(_cut(text)) or (_Piece(b""),))

    def __len__(self) -> int:
        return self._offsets[-1]

    @property
    def last_line(self) -> int:
        """The number of the last line (the one after the last line end, maybe empty)."""
        return self._lines[-1]

    def offset(self, line: int, character: int, encoding: Encoding) -> int:
        """Byte offset of a position; inside a character it is that character's start.

        As the specification says, a character past the end of its line means the end of that line; a line past the
        last one means the end of the text, and a negative number counts as 0.
        """
        return self.place(line, character, encoding)[0]

    def place(self, line: int, character: int, encoding: Encoding) -> tuple[int, bool]:
        """Like `offset`; the flag says that the position cuts a surrogate pair (only with UTF-16 units)."""
        if line > self.last_line:
            return len(self), False
        start, row = self._row(max(line, 0))
        column, cut = _column(row, max(character, 0), encoding)
        return start + column, cut

    def position(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        """Line and character of a byte offset; inside a CRLF it is the end of the line, outside it is clamped."""
        offset = min(max(offset, 0), len(self))
        i = self._piece_at(offset)
        piece, inside = self._pieces[i], offset - self._offsets[i]
        k = bisect_right(piece.starts, inside) - 1
        head = piece.text[piece.starts[k] : inside]
        if head.endswith(b"\r"):
            head = head[:-1]
        return self._lines[i] + k, _units(head, encoding)

    def line_span(self, line: int) -> tuple[int, int]:
        """Byte offsets of a line's start and of its end before the line end. The line must exist."""
        start, row = self._row(line)
        return start, start + len(row)

    def lines_around(self, start: int, end: int) -> Span:
        """The whole lines that `[start, end]` touches, the last one without its line end."""
        first, last = self.position(start, "utf-8")[0], self.position(end, "utf-8")[0]
        return Span(self.line_span(first)[0], self.line_span(last)[1])

    def slice(self, start: int, end: int) -> bytes:
        """The bytes `[start, end)`, joined from the pieces they touch."""
        i, j = self._piece_at(start), self._piece_at(end)
        base = self._offsets[i]
        joined = self.parts[i] if i == j else b"".join(self.parts[i : j + 1])
        return joined[start - base : end - base]

    def row_and_column(self, offset: int) -> tuple[int, int]:
        """Row and byte column of an offset as tree-sitter counts them, whose rows end in LF only."""
        i = self._piece_at(offset)
        inside = offset - self._offsets[i]
        text = self.parts[i]
        row = sum(piece.feeds for piece in self._pieces[:i]) + text.count(b"\n", 0, inside)
        feed = text.rfind(b"\n", 0, inside)
        while feed == -1 and i > 0:
            i -= 1
            feed = self.parts[i].rfind(b"\n")
        return row, offset - (self._offsets[i] + feed + 1 if feed != -1 else 0)

    def replace(self, start: int, end: int, new: bytes) -> Text:
        """The text with `[start, end)` replaced. Offsets are those of whole characters, `start <= end`."""
        i, j = self._piece_at(start), self._piece_at(end)
        merged = self.parts[i][: start - self._offsets[i]] + new + self.parts[j][end - self._offsets[j] :]
        low, high = i, j + 1
        while low > 0 and (len(merged) < _SMALL or (merged.startswith(b"\n") and self.parts[low - 1].endswith(b"\r"))):
            low -= 1
            merged = self.parts[low] + merged
        while high < len(self.parts) and (
            len(merged) < _SMALL
            or not merged.endswith((b"\n", b"\r"))
            or (merged.endswith(b"\r") and self.parts[high].startswith(b"\n"))
        ):
            merged += self.parts[high]
            high += 1
        pieces = (*self._pieces[:low], *_cut(merged), *self._pieces[high:])
        return Text(pieces or (_Piece(b""),))

    def _piece_at(self, offset: int) -> int:
        return min(bisect_right(self._offsets, offset) - 1, len(self._pieces) - 1)

    def _row(self, line: int) -> tuple[int, bytes]:
        """Start offset and bytes of a line, without its line end."""
        i = min(bisect_right(self._lines, line) - 1, len(self._pieces) - 1)
        piece, k = self._pieces[i], line - self._lines[i]
        start = piece.starts[k]
        end = piece.starts[k + 1] if k < piece.ends else len(piece.text)
        return self._offsets[i] + start, piece.text[start:end].rstrip(b"\r\n")


def remember(document: Document, text: Text) -> None:
    """Let `text_of` answer for this document without counting its lines again."""
    _recent.pop(id(document.parts), None)
    _recent[id(document.parts)] = (document.parts, text)
    while len(_recent) > _KEPT:
        del _recent[next(iter(_recent))]


def text_of(document: Document) -> Text:
    """The line table of any document, open in the editor or read from disk."""
    found = _recent.get(id(document.parts))
    if found is None:
        found = (document.parts, Text.of(document.text))
        remember(document, found[1])
    return found[1]


_recent: Final[dict[int, tuple[tuple[bytes, ...], Text]]] = {}
"""Line tables by the identity of a document's parts, which are kept so that the identity stays theirs."""


def _cut(text: bytes) -> Iterator[_Piece]:
    at = 0
    while len(text) - at > 2 * PIECE:
        end = _after_line_end(text, at + PIECE)
        if end == len(text):
            break
        yield _Piece(text[at:end])
        at = end
    if at < len(text):
        yield _Piece(text[at:] if at else text)


def _after_line_end(text: bytes, start: int) -> int:
    """Offset after the first line end at or after `start`, the text's length when there is none."""
    feed = text.find(b"\n", start)
    stop = feed if feed != -1 else len(text)
    carriage = text.find(b"\r", start, stop)
    if carriage == -1 or carriage + 1 == feed:
        return stop + 1 if feed != -1 else len(text)
    return carriage + 1


def _column(row: bytes, character: int, encoding: Encoding) -> tuple[int, bool]:
    """Byte column of a character column, and whether it cuts a surrogate pair."""
    if character >= len(row):
        return len(row), False  # no encoding has more units than UTF-8 has bytes
    if row.isascii():
        return character, False
    if encoding == "utf-8":
        while row[character] & 0xC0 == 0x80:
            character -= 1
        return character, False
    text = row.decode()
    if encoding == "utf-32":
        return len(text[:character].encode()), False
    units = text.encode("utf-16-le")[: 2 * character]
    head = units.decode("utf-16-le", "ignore")  # drops the first half of a pair at the end
    return len(head.encode()), _units(head.encode(), "utf-16") < len(units) // 2


def _units(head: bytes, encoding: Encoding) -> int:
    """Length of `head` in the encoding's units; a character cut at its end does not count."""
    if head.isascii():
        return len(head)
    text = head.decode("utf-8", "ignore")
    if encoding == "utf-8":
        return len(text.encode())
    return len(text) if encoding == "utf-32" else len(text.encode("utf-16-le")) // 2
