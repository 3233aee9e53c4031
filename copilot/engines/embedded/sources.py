"""Where the next word is looked for: the open buffer and the repository's token streams as weighted sources, and word ids.

Absent on purpose: counting (`evidence`), and what comes next (`ngram`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from copilot.context.corpus import DEPTH, Corpus, Segment
from copilot.context.pieces import Lexed, Numbered
from copilot.context.tokens import NEW_NAME
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

    def has(self, word: str) -> bool:
        """Whether a word has an id already."""
        return self._ids.get(word, self._size) < self._size or word in self._local_ids

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


def buffer(before: Lexed, after: Lexed, extra: Sequence[str], vocabulary: Vocabulary) -> Source:
    """The open file as a source; the text after the caret's line comes first in the array, the caret is at its end.

    `extra` words (an indent) belong behind `before`. The weight fades with the true distance from the caret.
    """
    # The first two words behind the caret are a file start and an indent that is relative to nothing.
    tail = _words(after, vocabulary, headless=True)
    tail_shapes = _shapes(after, vocabulary, headless=True)
    head = np.concatenate([_words(before, vocabulary), np.array(vocabulary.ids(extra), np.int32)])
    head_shapes = np.concatenate([_shapes(before, vocabulary), np.array(vocabulary.ids(extra), np.int32)])
    pad = np.full(DEPTH, -1, np.int32)
    spaces = np.frombuffer(bytes(DEPTH) + _fit(after.spaces, len(tail)) + _fit(before.spaces, len(head)), np.uint8)
    lines = np.concatenate([pad, _lines(after, len(tail)), _lines(before, len(head))])
    weights = np.concatenate([np.full(DEPTH, OPEN_FILE), _fading(len(tail)), _fading(len(head))[::-1]])
    owner = np.full(DEPTH + len(tail) + len(head), -1, np.int32)
    owner[DEPTH + len(tail) :] = 0  # tells the text before the caret from the text after it
    words, shapes = np.concatenate([pad, tail, head]), np.concatenate([pad, tail_shapes, head_shapes])
    return Source(Segment(words, shapes, spaces, lines, owner), by_position=weights)


def _words(text: Lexed, vocabulary: Vocabulary, *, headless: bool = False) -> Array:
    """The ids of a text's words; `headless`: -1 for the first two, of which no word is made."""
    found: list[Array] = [np.array([-1] if headless else vocabulary.ids(text.words[:1]), np.int32)]
    for part in text.parts:
        if part.piece.words:
            named = headless and len(found) == 1
            found.append(np.array([-1] if named else vocabulary.ids([part.indent]), np.int32))
            found.append(_of(part.piece.numbered, vocabulary))
    return _finished(found, text.words[text.rest :], vocabulary, headless=headless)


def _shapes(text: Lexed, vocabulary: Vocabulary, *, headless: bool = False) -> Array:
    """As `_words`, for the shapes."""
    found: list[Array] = [np.array([-1] if headless else vocabulary.ids(text.shapes[:1]), np.int32)]
    for part in text.parts:
        if part.piece.words:
            named = headless and len(found) == 1
            found.append(np.array([-1] if named else vocabulary.ids([part.indent]), np.int32))
            if all(map(vocabulary.has, (NEW_NAME, *part.shapes))):
                numbers = _of(part.piece.numbered_shapes, vocabulary)
                for place, shaped in zip(part.piece.first, part.shapes, strict=True):
                    numbers[place - 1] = vocabulary.id(shaped)
            else:  # ids are given in the order in which the words come
                numbers = np.array(vocabulary.ids(part.shaped()[1:]), np.int32)
            found.append(numbers)
    return _finished(found, text.shapes[text.rest :], vocabulary, headless=headless)


def _of(numbered: Numbered, vocabulary: Vocabulary) -> Array:
    table, at = numbered
    return np.array(vocabulary.ids(table), np.int32).take(np.frombuffer(at, np.dtype(at.typecode)))


def _finished(found: list[Array], rest: Sequence[str], vocabulary: Vocabulary, *, headless: bool) -> Array:
    if headless and len(found) == 1:
        found.append(np.full(1, -1, np.int32))
        rest = rest[1:]
    return np.concatenate([*found, np.array(vocabulary.ids(rest), np.int32)])


def _fit(values: bytearray, size: int) -> bytes:
    return bytes(values[:size]).ljust(size, b"\0")


def _lines(text: Lexed, size: int) -> Array:
    """The line of each word; -1 for those that are not of the text."""
    parts = [np.frombuffer(part.piece.lines, np.int32) + np.int32(part.line) for part in text.parts]
    found = np.concatenate([np.zeros(1, np.int32), *parts, np.array(text.lines, np.int32)])[:size]
    return np.concatenate([found, np.full(size - len(found), -1, np.int32)])


_faded: list[Array] = [np.zeros(0)]


def _fading(size: int) -> Array:
    """What words count in the open file, by how many words lie between them and the caret."""
    if len(_faded[0]) < size:
        _faded[0] = OPEN_FILE * (0.5 + 0.5 * np.exp(-np.arange(2 * size) / _FADE))
    return _faded[0][:size]


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
