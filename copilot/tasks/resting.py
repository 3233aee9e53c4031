"""An answer without what stands behind the caret already: the same text again, and brackets that close nothing here.

By the caret's line alone, with strings and comments left out of the count. Absent on purpose: what stands below the line
(`infill`), and proof.
"""

from __future__ import annotations

import re
from typing import Final

from copilot.tasks.rows import PAIRS, brackets, left_open

_CLOSING: Final = re.compile(r"[)\]}>\"']+")
_STOPS: Final = re.compile(r"[)\]};,:#]|//|--")
"""What stands behind a closing bracket without going on with the expression."""

_SAME: Final = 2
"""Letters that an answer's end and the rest may share by chance."""


def without_rest(answer: str, line: str, rest: str, language: str | None) -> str:
    """What to insert between `line` and `rest`, the two parts of the caret's line."""
    kept = _cut(answer, line, rest.strip(), language) if rest.strip() else answer
    return kept.rstrip(" ") if rest[:1] == " " else kept


def _cut(answer: str, line: str, there: str, language: str | None) -> str:
    if there[0] in PAIRS:
        # As many may be closed as the line has open and the rest leaves.
        spare = max(left_open(line, language) - closed_by(there, language), 0)
        cut = _until(answer, spare, language)
        left = answer[len(cut) :].strip()
        again = left == there or (len(there) > 1 and left.startswith(there))
        if left[1:] and not again and left_open(left[1:], language) == closed_by(there, language) and "\n" not in left:
            return answer  # it closes what was open, and opens as much for the rest to close
        less = answer.rstrip().removesuffix(there)
        closed, kept = (left_open(line + text + there, language) for text in (cut, less))
        if less != answer.rstrip() and closed < 0 == kept:
            return less
        return cut
    if len(there) > 1 and answer.rstrip().endswith(there):
        return answer.rstrip()[: -len(there)].rstrip()
    other = {"'": '"', '"': "'"}.get(there[0], "")
    if other and answer.rstrip().endswith(other) and answer.count(other) == 1 and there[0] not in answer:
        return answer.rstrip()[:-1]  # a string closed with the other quote
    overlap = next((n for n in range(min(len(there), len(answer)), 0, -1) if answer.endswith(there[:n])), 0)
    # A shared letter is chance; a shared quote, comma or semicolon is the one that is there.
    if overlap > _SAME or (overlap and not answer[-overlap:].strip().isalnum()):
        return answer[:-overlap]
    return answer


def up_to_surplus(answer: str, line: str, language: str | None) -> str:
    """The answer up to the first bracket that closes more than it and its line have opened."""
    return _until(answer, max(left_open(line, language), 0), language)


def _until(answer: str, spare: int, language: str | None) -> str:
    """The answer up to the first bracket that closes more than it opened itself and `spare` others."""
    depth = spare
    for bracket, at in brackets(answer, language):
        depth += 1 if bracket in PAIRS.values() else -1
        if depth < 0:
            return answer[:at]
    return answer


def rest_too(answer: str, line: str, rest: str, language: str | None) -> str:
    """The answer where it holds the rest and goes on behind it, so that it replaces the rest; else empty.

    Only closing brackets and quotes, as editors put them, are replaced: what somebody wrote stays.
    """
    there = rest.strip()
    if not there or _CLOSING.fullmatch(there) is None:
        return ""
    cut = without_rest(answer, line, rest, language)
    left = answer[len(cut) :] if answer.startswith(cut) else ""
    further = left.removeprefix(there).strip()
    if not left.startswith(there) or not further or _STOPS.match(further):
        return ""
    return answer if left_open(line + answer, language) == left_open(line + rest, language) else ""


def closed_by(text: str, language: str | None) -> int:
    """Brackets that a text closes and did not open."""
    depth = lowest = 0
    for bracket, _ in brackets(text, language):
        depth += 1 if bracket in PAIRS.values() else -1
        lowest = min(lowest, depth)
    return -lowest
