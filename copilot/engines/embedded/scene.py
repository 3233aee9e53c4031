"""What all candidates of one request share: the words and lines around the caret, and what is due there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from copilot.context.lexemes import kept_words
from copilot.context.pieces import Lexed, rows_of
from copilot.context.tokens import NEWLINE
from copilot.engines.embedded import below, wellformed
from copilot.engines.embedded.below import Below, Expected
from copilot.engines.embedded.caret import Caret

_ABOVE: Final = 6


@dataclass(frozen=True, slots=True)
class Scene:
    """What all candidates of one request share: the words before and after the caret, how often each line (its words)
    stands in the file, the last lines above, words that are no names, the probability of the likeliest next word, how deep
    the open file and the others match; the step to the next line and its words (`below.Below`), the brackets that are open
    before the caret's line, the names that are due (`below.Expected`), and whether the line is indented more (1) or less (-1).
    """

    before: AbstractSet[str]
    after: AbstractSet[str]
    lines: tuple[Mapping[tuple[str, ...], int], ...]
    above: AbstractSet[tuple[str, ...]]
    kept: AbstractSet[str]
    top: float
    reach: tuple[int, int]
    step: int | None
    following: tuple[str, ...]
    language: str | None
    brackets: tuple[str, ...]
    unbound: AbstractSet[str]
    unused: AbstractSet[str]
    indent: int

    def often(self, line: tuple[str, ...]) -> int:
        """How often a line, as its words, stands in the file."""
        return sum(counts.get(line, 0) for counts in self.lines)

    def at_hand(self, name: str) -> bool:
        """Whether a name needs no binding on this line."""
        return name in self.kept or name in self.before or name in below.BUILTINS or name in self.after


def scene(caret: Caret, language: str | None, top: float, reach: tuple[int, int], due: Expected, under: Below) -> Scene:
    """The scene of a request."""
    return Scene(
        caret.before.known(),
        caret.after.known(),
        tuple(counts for text in (caret.before, caret.after) for counts in _counts(text)),
        frozenset(_above(caret.before.words)),
        kept_words(language),
        top,
        reach,
        under.step,
        under.words,
        language,
        wellformed.open_brackets(
            caret.before.words[-wellformed.LOOK - caret.column : len(caret.before.words) - caret.column], language
        ),
        due.unbound,
        due.unused,
        ("+" in caret.extra[0]) - ("-" in caret.extra[0]) if caret.extra else 0,
    )


def _counts(text: Lexed) -> Iterator[Mapping[tuple[str, ...], int]]:
    for part in text.parts:
        yield part.piece.rows
    yield Counter(rows_of(text.words[text.rest :]))


def _above(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The last finished lines."""
    at = len(words)
    for _ in range(_ABOVE + 1):
        at -= 1
        while at > 0 and words[at - 1] != NEWLINE:
            at -= 1
    return list(rows_of(words[max(at, 0) :]))[-_ABOVE:]
