"""The last few answers of a program by what it was asked, some of them for a while only."""

from __future__ import annotations

import hashlib
import math
import time
from collections import OrderedDict
from typing import Final, Generic, TypeVar

_Key = TypeVar("_Key")
_Answer = TypeVar("_Answer")

_MOST: Final = 12
_FEW_S: Final = 5.0
_AS_LONG: Final = 3.0


def digest(text: bytes) -> bytes:
    """What stands for a text in a key."""
    return hashlib.blake2b(text, digest_size=16).digest()


class Kept(Generic[_Key, _Answer]):
    """Answers by key, the twelve that were used last."""

    def __init__(self) -> None:
        self._rows: OrderedDict[_Key, tuple[float, _Answer]] = OrderedDict()

    def get(self, key: _Key) -> _Answer | None:
        """The answer that is kept; None for none."""
        until, answer = self._rows.get(key, (-math.inf, None))
        if time.monotonic() > until:
            self._rows.pop(key, None)
            return None
        self._rows.move_to_end(key)
        return answer

    def keep(self, key: _Key, answer: _Answer, until: float = math.inf) -> _Answer:
        """Keep an answer until a time of `time.monotonic`; returns it."""
        self._rows[key] = (until, answer)
        self._rows.move_to_end(key)
        while len(self._rows) > _MOST:
            self._rows.popitem(last=False)
        return answer


def one_correction(begun: float) -> float:
    """How long an answer may be kept that other files decide too, begun at `begun`: one correction asks for it again while
    it waits for the same program about the text before and after, so that it is a few seconds and three such waits.
    """
    now = time.monotonic()
    return now + _FEW_S + _AS_LONG * (now - begun)
