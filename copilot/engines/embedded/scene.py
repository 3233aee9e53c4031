"""What all candidates of one request share: the words and lines around the caret, and what is due there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from copilot.context.lexemes import kept_words
from copilot.context.tokens import NEWLINE
from copilot.engines.embedded import below, wellformed
from copilot.engines.embedded.below import Below, Expected
from copilot.engines.embedded.caret import Caret

_ABOVE: Final = 6
_OPENERS: Final = frozenset("([{")
_CLOSERS: Final = frozenset(")]}")


@dataclass(frozen=True, slots=True)
class Scene:
    """What all candidates of one request share: the words before and after the caret, how often each line (its words)
    stands in the file, the last lines above, words that are no names, the probability of the likeliest next word, how deep
    the open file and the others match; the step to the next line and its words (`below.Below`), the brackets that are open
    before the caret's line, the names that are due (`below.Expected`), and whether the line is indented more (1) or less (-1);
    how lines that begin with a keyword end, by it, and whether the file puts a comma before a line that closes (-1..1).
    """

    before: AbstractSet[str]
    after: AbstractSet[str]
    lines: Mapping[tuple[str, ...], int]
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
    endings: Mapping[str, Counter[tuple[str, str]]]
    trailing: float

    def ends_alike(self, line: Sequence[str]) -> float:
        """How many of the file's lines with this first word end as this one does (-1..1); 0 where there are none."""
        known = self.endings.get(line[0])
        return 2 * (known[_ending(line)] + 0.5) / (known.total() + 1) - 1 if known else 0.0

    def at_hand(self, name: str) -> bool:
        """Whether a name needs no binding on this line."""
        return name in self.kept or name in self.before or name in below.BUILTINS or name in self.after


def scene(caret: Caret, language: str | None, top: float, reach: tuple[int, int], due: Expected, under: Below) -> Scene:
    """The scene of a request."""
    rows = _lines(caret.before.words)
    below_rows = _lines(caret.after.words[2:])
    counts = Counter(rows + below_rows)
    return Scene(
        frozenset(caret.before.words),
        frozenset(caret.after.words),
        counts,
        frozenset(rows[-_ABOVE:]),
        kept_words(language),
        top,
        reach,
        under.step,
        under.words,
        language,
        wellformed.open_brackets(caret.before.words[: len(caret.before.words) - caret.column], language),
        due.unbound,
        due.unused,
        ("+" in caret.extra[0]) - ("-" in caret.extra[0]) if caret.extra else 0,
        _endings(counts, kept_words(language)),
        _trailing([*rows, (), *below_rows]),
    )


def _endings(lines: Mapping[tuple[str, ...], int], kept: AbstractSet[str]) -> dict[str, Counter[tuple[str, str]]]:
    """By first word, if it is a keyword: how often its lines end in which two words."""
    found: dict[str, Counter[tuple[str, str]]] = {}
    for line, count in lines.items():
        if line and line[0] in kept:
            found.setdefault(line[0], Counter())[_ending(line)] += count
    return found


def _ending(line: Sequence[str]) -> tuple[str, str]:
    """The last two words, names and literals as one kind."""
    one, two = ("", line[-1]) if len(line) == 1 else line[-2:]
    return _masked(one), _masked(two)


def _masked(word: str) -> str:
    return "a" if word and (word[-1].isalnum() or word[-1] in "_'\"") else word


def _trailing(rows: Sequence[tuple[str, ...]]) -> float:
    """Whether lines before one that closes a bracket end with a comma (1) or not (-1)."""
    with_comma = without = 0
    for row, following in pairwise(rows):
        if row and following and following[0] in _CLOSERS and row[-1] not in _OPENERS:
            with_comma += row[-1] == ","
            without += row[-1] != ","
    return (with_comma - without) / (with_comma + without + 1)


def _lines(words: Sequence[str]) -> list[tuple[str, ...]]:
    """The lines of a stream, without their indents; the last one only if it is finished."""
    found: list[tuple[str, ...]] = []
    start = 0
    for n, word in enumerate(words):
        if word == NEWLINE:
            found.append(tuple(w for w in words[start:n] if not w.startswith("<I")))
            start = n + 1
    return found
