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
    """Characters typed by hand of the texts that one message inserts, `since_s` seconds after the one before.

    A text that one key may bring is typed, however many a message has: Neovim waits until the fingers rest and then sends
    each key's change.
    """
    counts = [_characters(text) for text in texts]
    keys, longer = sum(count for count in counts if count <= _KEY), sum(count for count in counts if count > _KEY)
    return keys + (longer if longer <= _FASTEST * min(since_s, _PAUSE_S) else 0)


def _characters(text: str) -> int:
    if text in PAIRS:
        return 1
    return sum(map(len, text.split()))
