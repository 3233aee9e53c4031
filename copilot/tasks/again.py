"""What an answer says again: rows above the hole, the caret's line or a part of it, the row below.

Absent on purpose: the rest of the caret's line (`resting`) and an answer that repeats itself (`repetition`).
"""

from __future__ import annotations

import re
from typing import Final

from copilot.context.lexemes import kept_words
from copilot.tasks.holes import Place
from copilot.tasks.rows import same

_ROWS_ABOVE: Final = 60
_NEAR: Final = 40
_CHANCE: Final = 3
"""Letters that two rows may share by chance, and a line's end with an answer's start."""

_WORD: Final = re.compile(r"\w+")
_BEGUN: Final = re.compile(r"(?<!\w)[^\W\d]\w?\Z")
_DOUBLED: Final = frozenset({
    "=", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", ":=", "->", "=>", "::", "&&", "||", ",", "<>",
})  # fmt: skip
"""Signs that no code has twice in a row."""


def is_below(row: str, at: Place) -> bool:
    """True for a row (as `same` has it) that stands below already; a row of brackets is chance."""
    return row == at.following and _letters(row) > _CHANCE


def rows_above(rows: list[str], at: Place) -> int:
    """How many rows of an answer repeat the text right above the place (its own line included)."""
    above = at.above[-_ROWS_ABOVE:]
    filled = [(number, same(row, at.language)) for number, row in enumerate(rows) if row.strip()]
    for count in range(min(len(above), len(filled)), 0, -1):
        told = [row for _, row in filled[:count]]
        if told == above[-count:] and sum(map(_letters, told)) > _CHANCE:
            return filled[count - 1][0] + 1
    return 0


def line(rows: list[str], at: Place) -> tuple[str, int]:
    """What an answer says for the caret's line, of which `at.line` is already there, and the row it stands on."""
    typed = same(at.line, at.language)
    again = _behind_rows_above(rows, at, typed)
    if again is not None:
        return again
    known = {same(row, at.language) for row in at.ahead.splitlines()[-_NEAR:-1]} if typed else set()
    # A model that repeats the code above the caret: go on where the caret's line is reached.
    for number, row in enumerate(rows):
        told = same(row, at.language)
        if _begins_with(told, typed):
            return _behind(row, typed, at.line), number
        if told and told not in known:
            break
        if told in known and number == len(rows) - 1:
            return "", number
    if not typed:
        filled = next((number for number, row in enumerate(rows) if row.strip()), 0)
        row = rows[filled]
        return (row.lstrip() if at.line else row).rstrip(), filled
    return _without_overlap(rows[0].rstrip(), at), 0


def _behind_rows_above(rows: list[str], at: Place, typed: str) -> tuple[str, int] | None:
    """As `line` for an answer that begins with the lines above, as they stand, and then the caret's line."""
    above = [same(row, at.language) for row in at.ahead.split("\n")[-_NEAR:-1]]
    told = [same(row, at.language) for row in rows[: len(above) + 1]]
    for number in range(min(len(rows) - 1, len(above)), 0, -1):
        if told[:number] == above[-number:] and typed and told[number].startswith(typed):
            return _behind(rows[number], typed, at.line), number
    return None


def _begins_with(row: str, typed: str) -> bool:
    """Whether a row says the caret's line again; of a short one only if it is a word of its own."""
    if not typed or not row.startswith(typed):
        return False
    return len(typed) > 2 or (len(typed) == 2 and typed.isalpha() and not row[2:3].isalnum())


def _behind(row: str, typed: str, line: str) -> str:
    left = row.strip()[len(typed) :]
    return (left.lstrip() if line[-1].isspace() else left).rstrip()


def _without_overlap(row: str, at: Place) -> str:
    """A row without the end of the caret's line with which it begins: a half-typed word, a call, an operator."""
    told = row if at.line[-1].isspace() or not row[:1].isspace() else row.lstrip()
    said = at.line
    for size in range(min(len(said), len(told)), 0, -1):
        shared = said[-size:]
        if same(f"|{shared}|", at.language) != same(f"|{told[:size]}|", at.language):
            continue
        if size < len(said) and said[-size - 1].isalnum() and shared[0].isalnum():
            continue
        if _letters(shared) >= _CHANCE or (shared[-1].isspace() and shared.strip() in _DOUBLED):
            return told[size:].lstrip() if shared[-1].isspace() else told[size:]
    begun, word = _BEGUN.search(said), _WORD.match(told)
    if begun is not None and word is not None and _is_whole(begun[0], word[0], at):
        return told[len(begun[0]) :]
    return row.lstrip() if said[-1].isspace() else row


def _is_whole(begun: str, word: str, at: Place) -> bool:
    """True when an answer's first word is the begun one from its start, and not the rest of a longer one."""
    if not word.startswith(begun) or word == begun or at.inside:
        return False
    near = set(_WORD.findall(at.ahead + at.below))
    if begun + word in near:
        return False
    return len(begun) > 1 or word in near or word in kept_words(at.language)


def _letters(text: str) -> int:
    return sum(char.isalnum() for char in text)
