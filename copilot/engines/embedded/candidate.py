"""A candidate for the rest of the line with its evidence, and the question it has to fit.

Absent on purpose: how candidates are found (`lines`, `copied`) and judged (`rank`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from copilot.context.corpus import Segment
from copilot.context.tokens import NEWLINE, START
from copilot.engines.embedded.sources import Vocabulary

WORST: Final = -12.0
"""Nothing less probable is told apart: scoring stops there."""

Line = tuple[int, ...]

OPEN: Final = {"(": ")", "[": "]", "{": "}"}
CLOSE: Final = frozenset(OPEN.values())


@dataclass(slots=True)
class Found:
    """A candidate line with its evidence.

    `blanks`: spaces before each word; `logp` natural logarithm of its probability (end of line included), `worst` of
    its least probable word; `beam`: its rank in the beam (-1: copied only); `match`: words of left context that its
    best source shares, `matches` those of all; `shape_match` and `shape_matches` the same by shape; `where`: (segment,
    position) of the best source; `own`, `near`: seen in the open file, in a file of the same folder; `said`: the mean
    logarithm of what each of the four experts gives its words, and the least; `similar`: how much of what stands before
    the caret stands before the best source too (0..1, rare words count more); `scored`: whether there was time for all this;
    `alike`: words around the caret that play the same part around the best line it was made from by analogy, `alikes` lines
    that agree on it, `series`: how surely it goes on with a series (0..3), `stood`: what stood there (`analogy`); `mends`: names that were replaced (`mended`);
    `led`: the most words behind a source that stand below the caret's line too; `files`: what the sources stand in.
    """

    words: Line
    blanks: tuple[int, ...]
    logp: float = -math.inf
    worst: float = -math.inf
    beam: int = -1
    match: int = 0
    matches: list[int] = field(default_factory=list)
    shape_match: int = 0
    shape_matches: list[int] = field(default_factory=list)
    where: tuple[Segment, int] | None = None
    own: bool = False
    near: bool = False
    said: tuple[float, ...] = (0.0,) * 8
    similar: float = 0.0
    scored: bool = False
    led: int = 0
    alike: int = 0
    alikes: int = 0
    series: int = 0
    stood: Line = ()
    mends: int = 0
    files: set[tuple[int, int]] = field(default_factory=set)

    def support(self, best: int) -> int:
        """Sources whose match is at least .6 of the best candidate's."""
        return sum(length >= 0.6 * best for length in self.matches)


@dataclass(frozen=True, slots=True)
class Question:
    """What every line must fit: letters typed of its first word, the bracket that already stands behind the caret, and as
    ids the indent and the first words below. `before`: the words before the caret with the
    `spaces` before each, of which `column` stand on its line.
    """

    typed: str
    closer: str
    vocabulary: Vocabulary
    newline: int = -1
    indent: int = -1
    following: tuple[int, ...] = ()
    before: Sequence[str] = ()
    spaces: Sequence[int] = ()
    column: int = 0

    def fits(self, word: int) -> bool:
        """Whether a first word agrees with what is typed."""
        return self.vocabulary.word(word).startswith(self.typed)

    def ended(self, line: Sequence[int], word: int) -> bool:
        """Whether `word` behind `line` ends the candidate: the line's end, or the closer that is already there."""
        text = self.vocabulary.word(word)
        return text in (NEWLINE, START) or (text == self.closer and self._open(line) == 0)

    def _open(self, line: Sequence[int]) -> int:
        depth = 0
        for number in line:
            word = self.vocabulary.word(number)
            depth += (word in OPEN) - (word in CLOSE and depth > 0)
        return depth
