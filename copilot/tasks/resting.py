"""An answer without what stands behind the caret already: the same text again, and brackets that close nothing here.

By the caret's line alone, with strings and comments left out of the count. Absent on purpose: what stands below the line
(`infill`), and proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from copilot.context.tokens import lex

_PAIRS: Final = {")": "(", "]": "[", "}": "{"}
_SAME: Final = 2
"""Letters that an answer's end and the rest may share by chance."""


def without_rest(answer: str, line: str, rest: str, language: str | None) -> str:
    """What to insert between `line` and `rest`, the two parts of the caret's line."""
    there = rest.strip()
    if not there:
        return answer
    if there[0] in _PAIRS:
        # As many may be closed as the line has open and the rest leaves.
        spare = max(_open(line, language) - _closes(there, language), 0)
        cut = _until(answer, spare, language)
        bare = answer.rstrip().removesuffix(there)
        if bare != answer.rstrip() and _open(line + cut + rest, language) < 0 == _open(line + bare + rest, language):
            return bare
        return cut
    if len(there) > 1 and answer.rstrip().endswith(there):
        return answer.rstrip()[: -len(there)].rstrip()
    overlap = next((n for n in range(min(len(there), len(answer)), 0, -1) if answer.endswith(there[:n])), 0)
    # A shared letter is chance; a shared quote, comma or semicolon is the one that is there.
    if overlap > _SAME or (overlap and not answer[-overlap:].strip().isalnum()):
        return answer[:-overlap]
    return answer


def _until(answer: str, spare: int, language: str | None) -> str:
    """The answer up to the first bracket that closes more than it opened itself and `spare` others."""
    depth = spare
    for bracket, at in _brackets(answer, language):
        depth += 1 if bracket in _PAIRS.values() else -1
        if depth < 0:
            return answer[:at]
    return answer


def _open(text: str, language: str | None) -> int:
    """Brackets that a text leaves open; negative: it closes more than it opens."""
    return sum(1 if bracket in _PAIRS.values() else -1 for bracket, _ in _brackets(text, language))


def _closes(text: str, language: str | None) -> int:
    """Brackets that a text closes and did not open."""
    depth = lowest = 0
    for bracket, _ in _brackets(text, language):
        depth += 1 if bracket in _PAIRS.values() else -1
        lowest = min(lowest, depth)
    return -lowest


def _brackets(text: str, language: str | None) -> Iterator[tuple[str, int]]:
    """`(bracket, where)`, those of strings and comments left out."""
    at = 0
    for word in lex(text, language).words:
        found = text.find(word, at)
        if found < 0 or word == "\n":
            continue
        if word in _PAIRS or word in _PAIRS.values():
            yield word, found
        at = found + len(word)
