"""Where a word of a pack stands: in code, a comment or a string, and whether it is a part of a longer word that is meant.

A pack's row may say `stands = ["comment", "string"]` (a branch called master is code, not a word to anybody) and
`except = ["master branch", "奥林匹克"]` (longer words in which it is none). Where a word stands is told from its line alone:
a prompt holds many languages, and cut pieces of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, get_args

Place = Literal["code", "comment", "string"]
PLACES: Final = get_args(Place)

_LONGEST_LINE: Final = 2_000
_PIECE: Final = re.compile(
    rb"""(?x) (?P<comment> \#(?![{\w]*\}) | // | -- | /\* | <!-- | ^\s*\*(?=\s) | ^\s*(?:\"\"\"|''')(?!.*(?:\"\"\"|''').) )
         | (?P<string> "(?:[^"\\]|\\.)*("|$) | '(?:[^'\\]|\\.)*('|$) | `[^`]*(`|$) ) | (?P<url> \w+:// )"""
)


def place(data: bytes, at: int) -> Place:
    """Where byte `at` stands on its line. Linear in the line, of which no more than some 2,000 bytes are read."""
    start = max(data.rfind(b"\n", 0, at) + 1, at - _LONGEST_LINE)
    stop = data.find(b"\n", at)
    line = data[start : min(len(data) if stop == -1 else stop, at + _LONGEST_LINE)]
    for piece in _PIECE.finditer(line):
        if start + piece.start() > at:
            break
        if piece.lastgroup == "comment" or piece["comment"]:
            return "comment"
        if piece["string"] and at < start + piece.end():
            return "string"
    return "code"


def counts(data: bytes, start: int, end: int, stands: Sequence[str], longer: Sequence[bytes]) -> bool:
    """Whether a word at `[start, end)` counts. `longer`: lower-case words that hold it and are none."""
    for word in longer:
        low = max(0, start - len(word) + end - start)
        found = data[low : start + len(word)].lower().find(word)
        while found != -1:
            if low + found <= start and end <= low + found + len(word):
                return False
            found = data[low : start + len(word)].lower().find(word, found + 1)
    return not stands or place(data, start) in stands
