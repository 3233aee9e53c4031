"""Where the next word is looked for: the open buffer and the repository's token streams as weighted sources, and word ids.

Absent on purpose: counting (`evidence`), and what comes next (`ngram`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from copilot.context.corpus import DEPTH, Corpus, Segment
from copilot.context.tokens import Tokens
from copilot.engines.embedded.evidence import ELSEWHERE, OPEN_FILE, SAME_FOLDER, Source

Array = NDArray[Any]

_FADE: Final = 600.0
"""Words after which an occurrence in the open file has lost most of its recency."""

LOCAL: Final = 1 << 30
"""First id of words that only the open buffer has."""

_PATHS: Final = 32
"""Files for which a corpus keeps the weights of all others."""


class Vocabulary:
    """Word ids of the repository, extended by the buffer's own words for the time of one request."""

    def __init__(self, corpus: Corpus | None) -> None:
        self._words: Sequence[str] = corpus.words if corpus is not None else ()
        self._ids = corpus.ids if corpus is not None else {}
        self._size = len(corpus.counts) if corpus is not None else 0
        self._local: list[str] = []
        self._local_ids: dict[str, int] = {}

    def id(self, word: str) -> int:
        """The id of a word, a new local one when it is unknown."""
        known = self._ids.get(word)
        if known is not None and known < self._size:
            return known
        found = self._local_ids.get(word)
        if found is None:
            found = self._local_ids[word] = LOCAL + len(self._local)
            self._local.append(word)
        return found

    def ids(self, words: Sequence[str]) -> list[int]:
        """The ids of many words, most of which the repository has."""
        size, number = self._size, self.id
        found = list(map(self._ids.get, words))
        return [
            known if known is not None and known < size else number(word)
            for known, word in zip(found, words, strict=True)
        ]

    def word(self, number: int) -> str:
        """The word of an id that this request has seen."""
        return self._local[number - LOCAL] if number >= LOCAL else self._words[number]


def buffer(before: Tokens, after: Tokens, extra: Sequence[str], vocabulary: Vocabulary) -> Source:
    """The open file as a source; the text after the caret's line comes first in the array, the caret is at its end.

    `extra` words (an indent) belong behind `before`. The weight fades with the true distance from the caret.
    """
    # The first two words behind the caret are a file start and an indent that is relative to nothing.
    tail, tail_shapes = ([-1, -1, *vocabulary.ids(words[2:])] for words in (after.words, after.shapes))
    head, head_shapes = (vocabulary.ids([*words, *extra]) for words in (before.words, before.shapes))
    pad = [-1] * DEPTH
    spaces = np.frombuffer(bytes(DEPTH) + _fit(after.spaces, len(tail)) + _fit(before.spaces, len(head)), np.uint8)
    lines = np.array(pad + _padded(after.lines, len(tail)) + _padded(before.lines, len(head)), np.int32)
    age = np.concatenate([np.zeros(DEPTH), np.arange(len(tail)), np.arange(len(head))[::-1]])
    weights = OPEN_FILE * (0.5 + 0.5 * np.exp(-age / _FADE))
    owner = np.full(DEPTH + len(tail) + len(head), -1, np.int32)
    owner[DEPTH + len(tail) :] = 0  # tells the text before the caret from the text after it
    words = np.array(pad + tail + head, np.int32)
    shapes = np.array(pad + tail_shapes + head_shapes, np.int32)
    return Source(Segment(words, shapes, spaces, lines, owner), by_position=weights)


def _fit(values: bytearray, size: int) -> bytes:
    return bytes(values[:size]).ljust(size, b"\0")


def _padded(values: list[int], size: int) -> list[int]:
    return values[:size] + [-1] * (size - len(values))


def repository(corpus: Corpus, path: str | None) -> list[Source]:
    """The corpus as sources for a file at a relative path: itself hidden (its buffer replaces it), its folder first."""
    known = corpus.cache.get(path)
    if known is None:
        if len(corpus.cache) >= _PATHS:
            corpus.cache.clear()
        known = corpus.cache[path] = _repository(corpus, path)
    return known


def _repository(corpus: Corpus, path: str | None) -> list[Source]:
    folder = path.rpartition("/")[0] if path else None
    weights = np.zeros(max(corpus.live, default=0) + 1, np.float32)
    for version, name in corpus.live.items():
        if name != path:
            weights[version] = SAME_FOLDER if name.rpartition("/")[0] == folder else ELSEWHERE
    found = []
    for part in corpus.segments:
        newest = int(part.owner.max(initial=-1))
        grown = weights if newest < len(weights) else np.pad(weights, (0, newest + 1 - len(weights)))
        found.append(Source(part, by_owner=grown))
    return found
