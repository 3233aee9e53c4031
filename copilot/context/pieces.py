"""A text lexed in pieces that are remembered: only lines that were not seen before are lexed, wherever they stand.

A piece ends behind a line that says so by itself, so that the same lines make the same pieces in any text around them.
It is lexed as if nothing stood before it; what does matter of the text before is little, and is put right where the
piece stands: its first indent, and what its first names point back to. The last line is lexed each time. The words are
those of `tokens.lex` over the whole text. Absent on purpose: numbers for words, and numpy.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

from copilot.context.remembered import Remembered
from copilot.context.tokens import (
    NEW_NAME,
    NEWLINE,
    RECENT,
    REFERENCES,
    START,
    Place,
    Tokens,
    go_on,
    indent_width,
    indent_word,
)

_ROWS: Final = 24
_LONG: Final = 16
"""One in so many lines of so many characters ends a piece (by its checksum); shorter ones are too often the same."""

_KEPT: Final = 1_500_000
"""Characters of text whose pieces are kept."""

Numbered = tuple[list[str], "array[int]"]
"""Words in the order in which they appear, and for each place which of them stands there."""


@dataclass(eq=False)
class Piece:
    """Some whole lines of a text, lexed as if they were all of it, without the file start.

    `lines` count from the first one, of which there are `breaks`; `first`: where the first names stand (`names`), as many as can
    point back to what stands before the piece; `recent`, `indent`: the names used last, latest first, and the columns of
    the last line; `open`: it ends in a long string or comment, so that what comes next belongs to it.
    """

    text: str
    words: list[str]
    shapes: list[str]
    spaces: bytes
    lines: array[int]
    breaks: int
    first: tuple[int, ...]
    names: tuple[str, ...]
    recent: tuple[str, ...]
    indent: int
    open: bool

    def prepare(self) -> None:
        """Compute what is computed when first asked for."""
        _ = self.numbered, self.numbered_shapes, self.latest, self.rows

    @cached_property
    def numbered(self) -> Numbered:
        """The words behind the first indent."""
        return _numbered(self.words)

    @cached_property
    def numbered_shapes(self) -> Numbered:
        """The shapes behind the first indent, as if nothing stood before the piece."""
        return _numbered(self.shapes)

    @cached_property
    def latest(self) -> tuple[str, ...]:
        """The different words, the one that stands last first."""
        return tuple(dict.fromkeys(reversed(self.words)))

    @cached_property
    def rows(self) -> Counter[tuple[str, ...]]:
        """How often each line stands there, as its words without the indent."""
        return Counter(rows_of(self.words))


def _numbered(words: Sequence[str]) -> Numbered:
    table: dict[str, int] = {}
    at = [table.setdefault(word, len(table)) for word in words[1:]]
    return list(table), array("H" if len(table) < 1 << 16 else "I", at)


def rows_of(words: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """The finished lines of a stream, without their indents."""
    row: list[str] = []
    for word in words:
        if word == NEWLINE:
            yield tuple(row)
            row = []
        elif not word.startswith("<I"):
            row.append(word)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece where it stands: its first line, the word of its first indent, the shapes of its first names."""

    piece: Piece
    line: int
    indent: str
    shapes: tuple[str, ...]

    def shaped(self) -> list[str]:
        """The shapes of all its words; the piece must have words."""
        shapes = list(self.piece.shapes)
        shapes[0] = self.indent
        for place, told in zip(self.piece.first, self.shapes, strict=True):
            shapes[place] = told
        return shapes


@dataclass(slots=True)
class Lexed:
    """A text as `tokens.Tokens`; `parts` hold its words but the file start and those from `rest` on, which stand in
    `lines`. The last line is number `line`; it begins behind `done` words, with `recent` names and an `indent` of the
    line before it.
    """

    words: list[str]
    shapes: list[str]
    spaces: bytearray
    ends: Place
    parts: tuple[Part, ...]
    rest: int
    lines: list[int]
    line: int
    done: int
    indent: int
    recent: tuple[str, ...]

    def without_last(self) -> Lexed:
        """The same without the last word, which must not be of a part."""
        return Lexed(self.words[:-1], self.shapes[:-1], self.spaces[:-1], self.ends, self.parts, self.rest,
                     self.lines[: len(self.words) - 1 - self.rest], self.line, self.done, self.indent, self.recent)  # fmt: skip

    def known(self) -> frozenset[str]:
        """The different words."""
        return frozenset([START, *self.words[self.rest :]]).union(
            *(part.piece.latest for part in self.parts), (part.indent for part in self.parts if part.indent)
        )

    def forward(self) -> Iterator[str]:
        """The words in order, of each piece each word once; first indents are not those of the text."""
        for part in self.parts:
            yield from part.piece.words[:1]
            yield from part.piece.numbered[0]
        yield from self.words[self.rest :]

    def backward(self) -> Iterator[str]:
        """The words from the last one on, of each piece each word once."""
        yield from reversed(self.words[self.rest :])
        for part in reversed(self.parts):
            yield from part.piece.latest


def lexed(text: str, language: str | None, known: Lexed | None = None) -> Lexed:
    """The words of a text. `known`: a text of the same language; what both begin with costs least."""
    parts: list[Part] = []
    words, shapes, spaces = [START], [START], bytearray(1)
    line = indent = at = 0
    recent: tuple[str, ...] = ()
    for part in known.parts[:-1] if known is not None else ():  # the last one ends where the last line began
        if not text.startswith(part.piece.text, at):
            break
        parts.append(part)
        at += len(part.piece.text)
    for part in parts:
        _put(part, words, shapes, spaces)
        line, indent, recent = part.line + part.piece.breaks, *_behind(part.piece, indent, recent)
    begin = at
    for stop in (at + cut for cut in cuts(text[at:])):
        if stop == begin:
            continue
        piece = _pieces.of(text[begin:stop], language)
        if piece.open:
            continue
        part = _placed(piece, line, indent, recent)
        parts.append(part)
        _put(part, words, shapes, spaces)
        line, indent, recent = line + piece.breaks, *_behind(piece, indent, recent)
        begin = stop
    rest, names = len(words), list(recent)
    last = Tokens([], [], bytearray(), [])
    line, _ = go_on(text[begin:], language, last, line, indent, names)
    if last.restarts:
        done, indent, recent = last.restarts[-1]
    else:
        done = 0
    words += last.words
    shapes += last.shapes
    spaces += last.spaces
    return Lexed(words, shapes, spaces, last.ends, tuple(parts), rest, last.lines, line, rest + done, indent, recent)


def _put(part: Part, words: list[str], shapes: list[str], spaces: bytearray) -> None:
    at = len(words)
    if part.piece.words:
        words += part.piece.words
        words[at] = part.indent
        shapes += part.shaped()
        spaces += part.piece.spaces


def _placed(piece: Piece, line: int, indent: int, recent: Sequence[str]) -> Part:
    if not piece.words:
        return Part(piece, line, "", ())
    left, shapes = list(recent), list[str]()
    for ahead, name in enumerate(piece.names):
        if name in left:  # the names of the piece so far stand before those that are left of the text before it
            rank = ahead + left.index(name)
            left.remove(name)
            shapes.append(REFERENCES[rank] if rank < RECENT else NEW_NAME)
        else:
            shapes.append(NEW_NAME)
    return Part(piece, line, indent_word(indent_width(piece.words[0]) - indent), tuple(shapes))


def _behind(piece: Piece, indent: int, recent: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """The indent and the recent names behind a piece, given those before it."""
    if not piece.words:
        return indent, tuple(recent)
    own = piece.recent
    return piece.indent, (*own, *(name for name in recent if name not in own))[:RECENT]


def cuts(text: str) -> list[int]:
    """Where the pieces of a text end, the start of the last line at the end; each line decides for itself."""
    rows = text.split("\n")
    sums = map(zlib.crc32, text.encode("utf-8", "surrogatepass").split(b"\n"))
    ends = list(accumulate(map(len, rows)))
    found = [ends[n] + n + 1 for n, told in enumerate(sums) if not told % _ROWS and len(rows[n]) > _LONG]
    if found and found[-1] > len(text):
        found.pop()  # the last line has no end
    return [*found, len(text) - len(rows[-1])]


def _made(text: str, language: str | None) -> Piece:
    out, recent = Tokens([], [], bytearray(), []), list[str]()
    breaks, indent = go_on(text, language, out, 0, 0, recent, resumed=False)
    first = [n for n, shaped in enumerate(out.shapes) if shaped == NEW_NAME][:RECENT]
    return Piece(text, out.words, out.shapes, bytes(out.spaces), array("i", out.lines), breaks,
                 tuple(first), tuple(out.words[n] for n in first), tuple(recent), indent, out.ends != "code")  # fmt: skip


_pieces: Final = Remembered(_made, _KEPT)
