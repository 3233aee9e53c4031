"""Replacements that keep code whole: digits for digits, a plain word for everything else.

A card or identity number becomes as many digits with the same separators, so that it stays valid as a bare number and
as a string; it begins with 10, which no issuer and no province has, so that it is never a finding itself. Anything else
becomes `REDACTED_<KIND>_<number>`: letters, digits and underscores only, hence harmless inside any string literal, URL or
YAML scalar. Numbers count up in the order of appearance: the same texts give the same surrogates, and the text before
the cursor keeps its own while one types after it (prefix caches). Derived from the value on purpose never: a hash of a
card number is a card number to whoever tries them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Final

from copilot.guard.kinds import ESCAPED
from copilot.guard.unicode import escaped

_TAKEN_WORD: Final = re.compile(r"REDACTED_[A-Z_]{0,32}?_?([0-9]{1,12})")
_TAKEN_SEED: Final = re.compile(r"(?=(1)[ _-]?(0)[ _-]?([0-9])[ _-]?([0-9])[ _-]?([0-9])[ _-]?([0-9]))")
_DIGITS: Final = re.compile(r"[0-9]")
_NUMERIC: Final = re.compile(r"[0-9][0-9 _-]{10,}[0-9Xx]")


_START: Final = re.compile(r"REDACTED_|1[ _-]?0")
"""How every surrogate starts."""


def occurrences(text: str, surrogates: Mapping[str, str]) -> Iterator[tuple[int, int]]:
    """Where surrogates stand in a text, left to right; where one begins another, the longer. Linear in the text."""
    sizes = sorted(set(map(len, surrogates)), reverse=True)
    at = 0
    while (found := _START.search(text, at)) is not None:
        at = found.start()
        size = next((size for size in sizes if text[at : at + size] in surrogates), 0)
        if size:
            yield at, at + size
        at += size or 1


class Surrogates:
    """Hands out surrogates that occur in none of `texts`; the same value gets the same one."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._of: dict[str, str] = {}
        taken = [int(n) for text in texts if "REDACTED_" in text for n in _TAKEN_WORD.findall(text)]
        self._words = count(max(taken, default=0) + 1)
        self._numbers = count(1)
        self._seed: str | None = None

    def of(self, value: str, kind: str) -> str:
        """The surrogate of a value; what is only escaped is nobody's to restore."""
        if kind in ESCAPED:
            return escaped(value)
        if (known := self._of.get(value)) is not None:
            return known
        made = None
        if kind in {"bank-card", "resident-id"} and _NUMERIC.fullmatch(value):
            made = self._number(value)
        made = made or f"REDACTED_{kind.upper().replace('-', '_')}_{next(self._words):04}"
        self._of[value] = made
        return made

    def originals(self) -> dict[str, str]:
        """Surrogate to value."""
        return {surrogate: value for value, surrogate in self._of.items()}

    def _number(self, value: str) -> str | None:
        """Digits in the form of `value`; None when every seed is taken (a text made to do that)."""
        if self._seed is None:
            self._seed = _free_seed(self._texts)
        size = len(_DIGITS.findall(value))
        counter = str(next(self._numbers))
        fill = size - 6 - len(counter)
        if not self._seed or fill < 0:
            return None
        digits = iter(self._seed + "0" * fill + counter)
        return _DIGITS.sub(lambda _: next(digits), value)


def _free_seed(texts: Sequence[str]) -> str:
    """Six digits from 10 on that stand in no text, separators aside; empty when there are none."""
    taken = {"".join(found) for text in texts for found in _TAKEN_SEED.findall(text)}
    # Multiples of a prime: seeds that look like no round number come first.
    return next((seed for n in range(1, 10_000) if (seed := f"10{n * 4729 % 10_000:04}") not in taken), "")
