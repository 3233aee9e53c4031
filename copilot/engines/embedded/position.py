"""What a word's position on its line says of it: the brackets open before it, and the step from its line to the next one.

A closing bracket where none is open, a line's end inside brackets, a line without a block mark above deeper code: the words
before tell little of this. Each is a role; the fitted mixer (`mixing`) has a weight for it. Absent on purpose: weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from copilot.context.tokens import NEWLINE, is_structure
from copilot.engines.embedded.wellformed import CLOSERS, LEAVING, PAIRS

_BY_DEPTH: Final = (
    "unopened",
    "wrong",
    "closer",
    "block",
    "end",
    "comma",
    "ends_open",
    "ends_block",
    "ends_done",
    "ends",
)
_BY_STEP: Final = ("block", "end", "ends_open", "ends_block", "ends_done", "ends", "leaves", "opens", "marks", "closes",
                   "declares", "begins")  # fmt: skip
_LOOK: Final = 400
_DEPTHS: Final = 3
_STEPS: Final = 3
_STEPPED: Final = len(_BY_DEPTH) * _DEPTHS
SIZE: Final = _STEPPED + len(_BY_STEP) * _STEPS
"""Weights: a role at no, one, or more open brackets; a role before a next line that stands out, level, deeper."""

_HEADS: Final = frozenset({"if", "elif", "else", "for", "while", "with", "def", "class", "try", "except", "finally", "async",
                           "match", "case", "switch", "catch", "do", "synchronized"})  # fmt: skip
_DECLARING: Final = frozenset({"public", "private", "protected", "static", "final", "abstract", "interface", "enum"})


def opened(words: Sequence[str], language: str | None) -> tuple[str, ...]:
    """The brackets open behind these words, outermost first: in braces that hold statements, those of the statement only."""
    stack: tuple[str, ...] = ()
    ahead = NEWLINE
    for word in words[-_LOOK:]:
        if word == NEWLINE and language != "python" and ahead in (";", "{", "}"):
            stack = ()
        elif is_structure(ahead) and language == "python" and word in ("def", "class", "@"):
            stack = ()  # a bracket that was left open long ago
        stack, ahead = after(stack, word, language), word
    return stack


def after(stack: tuple[str, ...], word: str, language: str | None) -> tuple[str, ...]:
    """The brackets open behind a word, by those open before it."""
    if word in ("{", "}") and language != "python":
        return ()
    if word in PAIRS:
        return (*stack, word)
    return stack[:-1] if word in CLOSERS else stack


def places(
    words: Sequence[str], last: str, stack: Sequence[str], step: int | None, language: str | None
) -> list[tuple[int, ...]]:
    """The indices of each word's weights, for words that may stand behind `last`."""
    depth, top = min(len(stack), _DEPTHS - 1), stack[-1] if stack else ""
    way = None if step is None else (step > 0) - (step < 0) + 1
    if not is_structure(last) and last[-1] not in "([{,:;}":
        last = ""
    elif is_structure(last):
        last = NEWLINE
    return [_places(word, last, depth, top, way, language) for word in words]


@lru_cache(maxsize=16384)
def _places(word: str, last: str, depth: int, top: str, way: int | None, language: str | None) -> tuple[int, ...]:
    role = _role(word, last, top, language)
    found: list[int] = []
    if role in _BY_DEPTH:
        found.append(_BY_DEPTH.index(role) * _DEPTHS + depth)
    if way is not None:
        if role in _BY_STEP and (role != "end" or not depth):
            found.append(_STEPPED + _BY_STEP.index(role) * _STEPS + way)
        if last == NEWLINE and not depth:
            found.append(_STEPPED + _BY_STEP.index(_beginning(word)) * _STEPS + way)
    return tuple(found)


def _role(word: str, last: str, top: str, language: str | None) -> str:
    mark = ":" if language == "python" else "{"
    if word == NEWLINE:
        if last == mark:
            return "ends_block"
        if last in ("(", "[", "{", ","):
            return "ends_open"
        return "ends_done" if last in (";", "}") else "ends"
    if word in CLOSERS and (language == "python" or word != "}"):
        return "unopened" if not top else "closer" if PAIRS[top] == word else "wrong"
    return "block" if word == mark else "end" if word == ";" else "comma" if word == "," else ""


def _beginning(word: str) -> str:
    if word in LEAVING:
        return "leaves"
    if word in _HEADS:
        return "opens"
    if word == "@":
        return "marks"
    if word in CLOSERS:
        return "closes"
    return "declares" if word in _DECLARING else "begins"
