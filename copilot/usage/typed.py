"""How much of what an editor reports was typed by hand: neither pasted, nor indented or closed by the editor.

Faster than 20 characters a second nobody types; after a pause a burst counts as if it had taken a second at most. Plain
functions of times and texts, cheap enough for every key.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_FASTEST: Final = 20.0
"""Characters a second."""

_PAUSE_S: Final = 1.0
_KEY: Final = 2
"""One key may bring two characters: a bracket and the one that closes it."""

PAIRS: Final = frozenset({"()", "[]", "{}", '""', "''", "``", "<>"})


def by_hand(texts: Sequence[str], since_s: float) -> int:
    """Characters typed by hand of the texts that one message inserts, `since_s` seconds after the one before."""
    count = sum(_characters(text) for text in texts)
    if count > _KEY and count > _FASTEST * min(since_s, _PAUSE_S):
        return 0
    return count


def _characters(text: str) -> int:
    if text in PAIRS:
        return 1
    return sum(map(len, text.split()))
