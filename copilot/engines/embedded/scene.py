"""What all candidates of one request share: the words and lines around the caret, and what is due there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from weakref import WeakKeyDictionary

from copilot.context.lexemes import kept_words
from copilot.context.pieces import Lexed, Piece, rows_of
from copilot.context.tokens import NEWLINE
from copilot.engines.embedded import below, wellformed
from copilot.engines.embedded.below import Below, Expected
from copilot.engines.embedded.caret import Caret

_ABOVE: Final = 6


@dataclass(frozen=True, slots=True)
class _Habits:
    """Of some lines: how those that begin with a keyword end, `_commas`, and the first and the last line."""

    endings: Mapping[str, Counter[tuple[str, str]]]
    commas: tuple[int, int]
    first: tuple[str, ...] | None
    last: tuple[str, ...] | None


_of_pieces: Final[WeakKeyDictionary[Piece, _Habits]] = WeakKeyDictionary()


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
    endings: tuple[Mapping[str, Counter[tuple[str, str]]], ...]
    trailing: float

    def ends_alike(self, line: Sequence[str]) -> float:
        """How many of the file's lines with this first word end as this one does (-1..1); 0 where there are none."""
        known = [told for endings in self.endings if (told := endings.get(line[0])) is not None]
        alike, all_of_them = sum(told[_ending(line)] for told in known), sum(told.total() for told in known)
        return 2 * (alike + 0.5) / (all_of_them + 1) - 1 if known else 0.0

    def often(self, line: tuple[str, ...]) -> int:
        """How often a line, as its words, stands in the file."""
        return sum(counts.get(line, 0) for counts in self.lines)

    def at_hand(self, name: str) -> bool:
        """Whether a name needs no binding on this line."""
        return name in self.kept or name in self.before or name in below.BUILTINS or name in self.after


def scene(caret: Caret, language: str | None, top: float, reach: tuple[int, int], due: Expected, under: Below) -> Scene:
    """The scene of a request."""
    kept = kept_words(language)
    habits = [list(_habits(text, kept)) for text in (caret.before, caret.after)]
    return Scene(
        caret.before.known(),
        caret.after.known(),
        tuple(counts for text in (caret.before, caret.after) for counts in _counts(text)),
        frozenset(_above(caret.before.words)),
        kept,
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
        tuple(part.endings for parts in habits for part in parts),
        _trailing(habits),
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


def _habits(text: Lexed, kept: AbstractSet[str]) -> Iterator[_Habits]:
    for part in text.parts:
        known = _of_pieces.get(part.piece)
        if known is None:
            known = _of_pieces[part.piece] = _read(rows_of(part.piece.words), kept)
        yield known
    yield _read(rows_of(text.words[text.rest :]), kept)


def _read(rows: Iterable[tuple[str, ...]], kept: AbstractSet[str]) -> _Habits:
    lines = list(rows)
    endings: dict[str, Counter[tuple[str, str]]] = {}
    for line in lines:
        if line and line[0] in kept:
            endings.setdefault(line[0], Counter())[_ending(line)] += 1
    return _Habits(endings, _commas(lines), lines[0] if lines else None, lines[-1] if lines else None)


def _ending(line: Sequence[str]) -> tuple[str, str]:
    """The last two words, names and literals as one kind."""
    one, two = ("", line[-1]) if len(line) == 1 else line[-2:]
    return _masked(one), _masked(two)


def _masked(word: str) -> str:
    return "a" if word and (word[-1].isalnum() or word[-1] in "_'\"") else word


def _commas(rows: Iterable[tuple[str, ...]]) -> tuple[int, int]:
    """How many lines before one that closes a bracket end with a comma, and how many do not."""
    told = [
        row[-1] == ","
        for row, following in pairwise(rows)
        if row and following and following[0] in wellformed.CLOSERS and row[-1] not in wellformed.PAIRS
    ]
    return sum(told), len(told) - sum(told)


def _trailing(texts: Sequence[Sequence[_Habits]]) -> float:
    """Whether lines before one that closes a bracket end with a comma (1) or not (-1)."""
    told = [part.commas for parts in texts for part in parts]
    for parts in texts:
        filled = [part for part in parts if part.last is not None]
        told += [_commas([one.last or (), two.first or ()]) for one, two in pairwise(filled)]
    with_comma, without = sum(one for one, _ in told), sum(one for _, one in told)
    return (with_comma - without) / (with_comma + without + 1)
