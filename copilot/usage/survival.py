"""How much of an accepted text is still there: kept, changed a little, or gone.

White space is left out of the comparison (a formatter's work is no rejection). The distance is the least number of edits
that makes the accepted text from some part of what stands at its place now: Myers' bit-parallel algorithm (Journal of
the ACM 46(3), 1999) in the form for approximate search, over Python's long integers.
"""

from __future__ import annotations

from typing import Final, Literal

Survival = Literal["kept", "changed", "gone"]

LITTLE: Final = 0.2
"""Up to this share of the accepted text edited counts as changed a little."""

_MOST: Final = 4_000
_ROOM: Final = 20_000
"""Characters of the accepted text and of its place that are compared at most."""


def survival(accepted: str, there: str) -> Survival:
    """What became of a text, given what stands at its place now."""
    pattern, text = "".join(accepted.split())[:_MOST], "".join(there.split())[:_ROOM]
    if pattern in text:
        return "kept"
    return "changed" if distance(pattern, text) <= LITTLE * len(pattern) else "gone"


def distance(pattern: str, text: str) -> int:
    """The edits (insert, delete, replace one character) between `pattern` and the part of `text` that is most like it."""
    size = len(pattern)
    if not size:
        return 0
    places: dict[str, int] = {}
    for at, char in enumerate(pattern):
        places[char] = places.get(char, 0) | 1 << at
    whole, last = (1 << size) - 1, 1 << (size - 1)
    up, down = whole, 0  # where a cell is one more, one less, than the one above it
    score = best = size
    for char in text:
        same = places.get(char, 0)
        diagonal = (((same & up) + up) ^ up) | same | down
        right = down | ~(diagonal | up)
        left = up & diagonal
        score += bool(right & last) - bool(left & last)
        best = min(best, score)
        right, left = right << 1, left << 1
        vertical = same | down
        up = (left | ~(vertical | right)) & whole
        down = right & vertical & whole
    return best
