"""Lexing for completion: a file as a stream of words, one regular expression a language family.

A token is an identifier, number, string, operator, `NEWLINE`, the indent delta at a line start, or `START` once a
file. Comments and blank lines are dropped; a string over several lines is the single word `LONG`. Broken code lexes
like any other: an unterminated string ends at its line. Absent on purpose: grammar (`copilot.syntax` has it) and
numeric ids (the store gives them).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Final, Literal

from copilot.context.lexemes import kept_words, pattern, pieces

START: Final = "<F>"
LONG: Final = "<ML>"
NEWLINE: Final = "\n"
TAB: Final = 4
"""Columns that a tab counts for in an indent delta."""

_MAX_WORD: Final = 200
"""A longer literal (embedded data) becomes `LONG`: nobody completes it, and it would fill the vocabulary."""

Place = Literal["code", "string", "comment", "long"]


@dataclass(slots=True)
class Tokens:
    """The words of a text with their spacing.

    `spaces[i]`: blanks before word i on its line (at most 255); `lines[i]`: 0-based line of the word. `ends` is where
    the text stops: in code, inside an open one-line string (the last word), a comment, or a long literal.
    `shapes[i]`: word i with names replaced by how lately they were used (see `shape`), strings and numbers by their
    kind: "same shape, other names" (after Baker 1993). `restarts`: `(words, indent, recent names)` after each newline
    word, with which lexing goes on there.
    """

    words: list[str] = field(default_factory=lambda: [START])
    shapes: list[str] = field(default_factory=lambda: [START])
    spaces: bytearray = field(default_factory=lambda: bytearray(1))
    lines: list[int] = field(default_factory=lambda: [0])
    ends: Place = "code"
    restarts: list[tuple[int, int, tuple[str, ...]]] = field(default_factory=list)


_BREAK, _COMMENT, _BLOCK_COMMENT, _WORD, _LONG, _STRING, _DIGITS, _OTHER = range(1, 9)
_KINDS: Final = (0, _BREAK, _WORD, _COMMENT, _BLOCK_COMMENT, _LONG, _STRING, _DIGITS, _WORD, _OTHER)
"""What the groups of the lexer's pattern are, by number."""

RECENT: Final = 10
"""Names that a shape can point back to."""

NEW_NAME, SOME_STRING, SOME_NUMBER = "<#N>", "<#S>", "<#D>"
REFERENCES: Final = tuple(f"<#{k}>" for k in range(RECENT))
REFERENCE: Final = {shape: k for k, shape in enumerate(REFERENCES)}
"""Shape of a recent name to its rank, the latest first."""


def lex(text: str, language: str | None, *, resumed: bool = True) -> Tokens:
    """The words of `text`. Any text lexes; cost is linear (about 7 MB a second). `resumed`: whether with `restarts`."""
    out = Tokens()
    go_on(text, language, out, 0, 0, [], resumed=resumed)
    return out


def shape(word: str, recent: list[str], kept: frozenset[str]) -> str:
    """The shape of a word behind the names `recent` (latest first); a name moves to the front of them."""
    first = word[0]
    if is_structure(word) or word in kept:
        return word
    if word[-1] in "'\"":
        return SOME_STRING
    if first.isalpha() or first == "_":
        return _reference(word, recent)
    return SOME_NUMBER if first.isdigit() or (first == "." and len(word) > 1 and word[1].isdigit()) else word


def _reference(name: str, recent: list[str]) -> str:
    """The rank of a name among the recent ones before it moves to the front."""
    if name in recent:
        k = recent.index(name)
        del recent[k]
        recent.insert(0, name)
        return REFERENCES[k]
    recent.insert(0, name)
    del recent[RECENT:]
    return NEW_NAME


def go_on(
    text: str, language: str | None, out: Tokens, line: int, indent: int, recent: list[str], *, resumed: bool = True
) -> tuple[int, int]:
    """Add the words of `text`, which begins line `line`, to `out`: the line before has an `indent`, and `recent` names
    stand before (latest first; they move on). The line and the indent behind the text.
    """
    words, shapes, spaces, lines = out.words, out.shapes, out.spaces, out.lines
    known = _known(language)
    begun = False  # whether the current line has a word yet
    end = line_start = 0
    piece, kind = "", 0
    for piece in pieces(language).findall(text):
        start, end = end, end + len(piece)
        kind, word, shaped, blanks = known.get(piece) or _look(text, start, piece, language, known)
        if kind < _WORD:
            if kind == _BREAK:
                if begun:
                    words.append(NEWLINE)
                    shapes.append(NEWLINE)
                    spaces.append(0)
                    lines.append(line)
                    if resumed:
                        out.restarts.append((len(words), indent, tuple(recent)))
                    begun = False
                line += 1
                line_start = end
            elif kind == _BLOCK_COMMENT:
                line += _breaks(piece)
                line_start = max(line_start, text.rfind("\n", start, end) + 1)
            continue
        lines.append(line)
        if begun:
            spaces.append(blanks)
        else:
            begun = True
            spaces.append(0)
            spaces.append(0)
            lines.append(line)
            ahead = text[line_start : end - len(piece.lstrip(_BLANKS))]
            width = _width(ahead) if line_start < start or "\t" in ahead else len(ahead)
            delta = _INDENTS.get(width - indent) or indent_word(width - indent)
            words.append(delta)
            shapes.append(delta)
            indent = width
        words.append(word)
        if shaped:
            shapes.append(shaped)
        elif word in recent:  # as `_reference`, which would cost a call for every name of the repository
            if rank := recent.index(word):
                del recent[rank]
                recent.insert(0, word)
            shapes.append(REFERENCES[rank])
        else:
            recent.insert(0, word)
            del recent[RECENT:]
            shapes.append(NEW_NAME)
        if kind == _LONG:
            line += _breaks(piece)
    out.ends = _place(piece.lstrip(_BLANKS), kind) if end == len(text) else "code"
    return line, indent


_Entry = tuple[int, str, str, int]
"""What a piece of text is: its kind, its word, its shape (empty for a name), and how many blanks stand before it."""

_MOST_KNOWN: Final = 20_000
_LONGEST_KNOWN: Final = 24
_BLANKS: Final = " \t\f"


@cache
def _known(_language: str | None) -> dict[str, _Entry]:
    """The pieces that were looked at lately: most of a text are some that came before."""
    return {}


def _look(text: str, start: int, piece: str, language: str | None, known: dict[str, _Entry]) -> _Entry:
    """What the piece of text at `start` is; remembered, unless its text alone does not tell (YAML's lone `#`)."""
    word = piece.lstrip(_BLANKS)
    blanks = min(len(piece) - len(word), 255)
    if word[0] in "'\"" and word[:3] not in ("'''", '"""'):
        return _STRING, word if len(word) <= _MAX_WORD else LONG, SOME_STRING, blanks
    if word.isascii() and word.isidentifier():
        shaped = word if word in kept_words(language) else ""
        entry = _WORD, word if len(word) <= _MAX_WORD else LONG, shaped, blanks
    else:
        match = pattern(language).match(text, start)
        assert match is not None
        kind = _KINDS[match.lastindex or 0]
        if kind == _LONG or len(word) > _MAX_WORD:
            word = LONG
        shaped = "" if kind == _WORD else SOME_STRING if kind == _STRING else SOME_NUMBER if kind == _DIGITS else word
        entry = kind, word, shaped, blanks
    if len(piece) <= _LONGEST_KNOWN and piece != "#":
        if len(known) >= _MOST_KNOWN:
            known.clear()
        known[piece] = entry
    return entry


def _breaks(piece: str) -> int:
    return piece.count("\n") or piece.count("\r")


def _place(last: str, kind: int) -> Place:
    """Where a text stops, by its last match, which ends it."""
    if kind == _COMMENT:
        return "comment"
    if kind == _BLOCK_COMMENT:
        return "code" if len(last) > 3 and last.endswith(("*/", "-->")) else "comment"
    if kind == _LONG:
        body = last.lstrip("rRbBuUfF")
        quote = body[:1] if body[0] == "`" else "]]>" if body[0] == "<" else body[:3]
        return "code" if len(body) >= 2 * len(quote) and body.endswith(quote) else "long"
    if kind == _STRING:
        return "code" if closed_string(last) else "string"
    return "code"


def closed_string(word: str) -> bool:
    """Whether a one-line string literal has its end quote."""
    body = word.lstrip("rRbBuUfF")
    if len(body) < 2 or body[-1] != body[0]:
        return False
    escapes = len(body[:-1]) - len(body[:-1].rstrip("\\"))
    return escapes % 2 == 0


def _width(ahead: str) -> int:
    """Columns of the indent of a line whose first word has `ahead` (blanks, maybe a comment) before it."""
    blank = ahead[: len(ahead) - len(ahead.lstrip(" \t\f"))]
    return len(blank) + (TAB - 1) * blank.count("\t")


def indent_width(word: str) -> int:
    """How much further right a line stands, from its indent word."""
    return int(word[2:-1] or 0)


def indent_word(delta: int) -> str:
    """The word at a line start: how much further right (left) the line stands than the one before it."""
    return f"<I{delta:+d}>" if delta else "<I>"


_INDENTS: Final = {delta: indent_word(delta) for delta in range(-40, 41)}


def is_structure(word: str) -> bool:
    """True for a word that stands for layout (a line start or end, a file start) or for a long literal."""
    return word == NEWLINE or (len(word) > 2 and word[0] == "<" and word[-1] == ">")
