"""Lexing for completion: a file as a stream of words, one regular expression a language family.

A token is an identifier, number, string, operator, `NEWLINE`, the indent delta at a line start, or `START` once a
file. Comments and blank lines are dropped; a string over several lines is the single word `LONG`. Broken code lexes
like any other: an unterminated string ends at its line. Absent on purpose: grammar (`copilot.syntax` has it) and
numeric ids (the store gives them).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from copilot.context.lexemes import kept_words, pattern

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
    kind: "same shape, other names" (after Baker 1993). `restarts`: `(words, offset, line, indent, recent names)` after
    each newline word, from where lexing can go on.
    """

    words: list[str] = field(default_factory=lambda: [START])
    shapes: list[str] = field(default_factory=lambda: [START])
    spaces: bytearray = field(default_factory=lambda: bytearray(1))
    lines: list[int] = field(default_factory=lambda: [0])
    ends: Place = "code"
    restarts: list[tuple[int, int, int, int, tuple[str, ...]]] = field(default_factory=list)


_BREAK, _WORD, _COMMENT, _BLOCK_COMMENT, _LONG, _STRING, _DIGITS, _LATE_WORD = 1, 2, 3, 4, 5, 6, 7, 8

RECENT: Final = 10
"""Names that a shape can point back to."""

NEW_NAME, SOME_STRING, SOME_NUMBER = "<#N>", "<#S>", "<#D>"
_REFERENCES: Final = tuple(f"<#{k}>" for k in range(RECENT))
REFERENCE: Final = {shape: k for k, shape in enumerate(_REFERENCES)}
"""Shape of a recent name to its rank, the latest first."""


def lex(text: str, language: str | None) -> Tokens:
    """The words of `text`. Any text lexes; cost is linear (about 2 MB a second)."""
    return _lex(text, language, Tokens(), 0, 0, 0, [])


def relex(old: Tokens, old_text: str, text: str, language: str | None) -> Tokens:
    """As `lex(text)`, reusing the words of `old_text` up to the first line that differs."""
    same = _common(old_text, text)
    low, high = 0, len(old.restarts)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if old.restarts[middle][1] <= same else (low, middle)
    # A restart at the very edge may sit inside a CR LF that only now became one.
    keep = max(low - 1, 0)
    if keep == 0:
        return lex(text, language)
    count, offset, line, indent, recent = old.restarts[keep - 1]
    kept = Tokens(
        old.words[:count], old.shapes[:count], old.spaces[:count], old.lines[:count], "code", old.restarts[:keep]
    )
    return _lex(text, language, kept, offset, line, indent, list(recent))


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
        return _REFERENCES[k]
    recent.insert(0, name)
    del recent[RECENT:]
    return NEW_NAME


def _common(one: str, two: str) -> int:
    """Length of the common prefix, by halving (slices compare at memory speed)."""
    low, high = 0, min(len(one), len(two))
    if one[:high] == two[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _lex(
    text: str, language: str | None, out: Tokens, offset: int, line: int, indent: int, recent: list[str]
) -> Tokens:
    words, shapes, spaces, lines = out.words, out.shapes, out.spaces, out.lines
    kept = kept_words(language)
    begun = False  # whether the current line has a word yet
    end = offset
    kind = start = 0
    line_start = offset
    for match in pattern(language).finditer(text, offset):
        kind = match.lastindex or 0
        start, end = match.start(kind), match.end()
        if kind == _BREAK:
            line += 1
            line_start = end
            if begun:
                words.append(NEWLINE)
                shapes.append(NEWLINE)
                spaces.append(0)
                lines.append(line - 1)
                out.restarts.append((len(words), end, line, indent, tuple(recent)))
                begun = False
            continue
        if kind in (_COMMENT, _BLOCK_COMMENT):
            if kind == _BLOCK_COMMENT:
                line += _breaks(text, start, end)
                line_start = max(line_start, text.rfind("\n", start, end) + 1)
            continue
        if not begun:
            begun = True
            width = _width(text[line_start:start])
            words.append(indent_word(width - indent))
            shapes.append(words[-1])
            spaces.append(0)
            lines.append(line)
            indent = width
            spaces.append(0)
        else:
            spaces.append(min(start - match.start(), 255))
        lines.append(line)
        word = match[kind]
        if kind == _LONG or len(word) > _MAX_WORD:
            word = LONG
            line += _breaks(text, start, end)
        words.append(word)
        if kind in (_WORD, _LATE_WORD):
            shapes.append(word if word in kept else _reference(word, recent))
        else:
            shapes.append(SOME_STRING if kind == _STRING else SOME_NUMBER if kind == _DIGITS else word)
    out.ends = _place(text[start:end], kind) if end == len(text) else "code"
    return out


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


def _breaks(text: str, start: int, end: int) -> int:
    return text.count("\n", start, end) or text.count("\r", start, end)


def _width(ahead: str) -> int:
    """Columns of the indent of a line whose first word has `ahead` (blanks, maybe a comment) before it."""
    blank = ahead[: len(ahead) - len(ahead.lstrip(" \t\f"))]
    return len(blank) + (TAB - 1) * blank.count("\t")


def indent_word(delta: int) -> str:
    """The word at a line start: how much further right (left) the line stands than the one before it."""
    return f"<I{delta:+d}>" if delta else "<I>"


def is_structure(word: str) -> bool:
    """True for a word that stands for layout (a line start or end, a file start) or for a long literal."""
    return word == NEWLINE or (len(word) > 2 and word[0] == "<" and word[-1] == ">")
