"""Control words in user text: written so that no tokenizer reads them as tokens, and written back in answers.

A source file may contain `<|fim_suffix|>`: this one does. A tokenizer would read it as the marker itself, and the frame
of the prompt would be the author's to choose. So a word joiner (U+2060: no width, no glyph) is put behind the word's
first character, and nothing else changes.

Exactly reversible: a word joiner that stands in the text already is doubled, so a single one is ours and two are the
author's one. That excludes that a second call changes nothing for every *string*: what a first call made is itself a
possible text. Therefore the first call's result is a `Neutral`, a str that knows it was treated, and a second call
leaves it alone. Absent on purpose: tokenising, and guessing at words that no list has.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Final

JOINER: Final = "\u2060"

_RUN: Final = re.compile(f"{JOINER}+")


class Neutral(str):  # noqa: SLOT000 - it carries what it is free of
    """A text without control words of `control`; slices and sums of it are plain str again."""

    control: tuple[str, ...]


def neutral(text: str, control: Sequence[str]) -> str:
    """`text` in which no tokenizer can read a word of `control`; `original` undoes it. Text without such words and
    without a word joiner is returned as it is, at the cost of a search a first character.

    Raises ValueError for a control word of fewer than two characters.
    """
    words = tuple(control)
    treated = text.control if isinstance(text, Neutral) else None
    if treated == words:
        return text
    changed = text.replace(JOINER, 2 * JOINER) if treated is None and JOINER in text else text
    for first, pattern in _compiled(words):
        if first in changed and pattern.search(changed):
            changed = pattern.sub(first + JOINER, changed)
    if changed is text:
        return text
    result = Neutral(changed)
    result.control = words
    return result


def original(text: str) -> str:
    """An answer in which neutralised control words are written as they were (see `held` for streams)."""
    return _RUN.sub(lambda run: JOINER * (len(run[0]) // 2), text) if JOINER in text else text


def held(text: str) -> int:
    """How many characters at the end of a streamed piece belong to the next one: word joiners whose run may go on."""
    return len(text) - len(text.rstrip(JOINER)) if text.endswith(JOINER) else 0


@functools.lru_cache(maxsize=64)
def _compiled(words: tuple[str, ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """`(first character, pattern)` for each first character of the words: text without that character is not searched.

    Only the first character is consumed, so words that overlap are all found.
    """
    starts: dict[str, list[str]] = {}
    for word in sorted(set(words)):
        if len(word) < 2:
            raise ValueError(f"{word!r} is too short for a control word")
        starts.setdefault(word[0], []).append(word[1:])
    return tuple(
        (first, re.compile(f"{re.escape(first)}(?={'|'.join(map(re.escape, rests))})"))
        for first, rests in starts.items()
    )
