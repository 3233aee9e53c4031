"""What the candidates of one repair share: the text, its lexemes, the model, and where the parser complained.

Absent on purpose: the candidates (`slips.py`, `line_slips.py`, `brace_slips.py`) and trying them (`repair.py`).
"""

from __future__ import annotations

import builtins
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from copilot.engines.embedded.likelihood import ORDER, Likelihood
from copilot.syntax.lexemes import Lexeme, lexemes
from copilot.syntax.lines import line_at

_FOLLOWED: Final = frozenset({b"", b" ", b"\t", b"\r", b"\n", b")", b"]", b"}", b",", b":", b";", b"."})
"""What may stand where a lexeme and the blank before it were."""


_FOLLOWING: Final = {
    "python": re.compile(rb"[\r\n]+([ \t]*)[^\s#]"),
    "java": re.compile(rb"[\r\n]+([ \t]*)\S"),
}


@dataclass(frozen=True, slots=True)
class Slip:
    """Replace bytes `start..end` by `new`. `kind` is `insert`, `delete`, `replace`, `quote`, `indent` or `comment`."""

    start: int
    end: int
    new: bytes
    kind: str
    cost: float


@dataclass(frozen=True, slots=True)
class Ground:
    """What the candidates of one repair share: the text, its lexemes, the model and where the parser complained.

    `near` are the indexes of the lexemes worth touching, with their distance to a complaint.
    """

    text: bytes
    language: str
    tokens: list[Lexeme]
    model: Likelihood
    near: dict[int, int]
    complaints: tuple[int, ...]
    uses: Counter[str]
    """How often each name occurs in the text."""

    def knows(self, name: str) -> bool:
        """True for a name that the text uses elsewhere, or a built-in."""
        return self.uses[name] > 0 or (self.language == "python" and hasattr(builtins, name))

    def gap(self, first: int, last: int, *, twin: bool = False) -> tuple[int, int]:
        """The bytes of lexemes `first..last` with the blank that goes with them when they are taken out.

        `twin`: they repeat what stands before them, so that all blanks between the two go.
        """
        start, end = self.tokens[first].start, self.tokens[last].end
        before = self.tokens[first - 1] if first else None
        if before is None or before.kind == "newline":
            while self.text[end : end + 1] == b" ":
                end += 1
            return start, end
        blank = self.text[before.end : start]
        if not blank or blank.strip(b" \t"):
            return start, end
        after = self.text[end : end + 1]
        return (before.end, end) if twin or after in _FOLLOWED else (start, end)

    def change(self, at: int, removed: int, added: Sequence[str]) -> float:
        """By how much the text gets more surprising when `removed` lexemes at `at` become the marks `added`."""
        lead = ["NL="] * max(0, ORDER - 1 - at)
        before = lead + [token.mark for token in self.tokens[max(0, at - ORDER + 1) : at]]
        after = [token.mark for token in self.tokens[at + removed : at + removed + ORDER - 1]]
        old = before + [token.mark for token in self.tokens[at : at + removed]] + after
        new = [*before, *added, *after]
        return self.model.surprise(new, ORDER - 1, len(new)) - self.model.surprise(old, ORDER - 1, len(old))

    def line(self, offset: int) -> tuple[int, int]:
        """`line_at` of this text."""
        return line_at(self.text, offset)

    def deeper_after(self, offset: int) -> bool:
        """True when the next line that says something stands deeper than the one around `offset`."""
        start, end = self.line(offset)
        own = re.match(rb"[ \t]*", self.text[start:end])
        following = _FOLLOWING[self.language].search(self.text, end)
        return bool(own and following and len(following.group(1)) > len(own.group()))


LONGEST_LINE: Final = 400
"""Bytes of a line above which patterns over whole lines are not tried: data, and slow to look through."""


def ground(text: bytes, language: str, complaints: Sequence[int], reach: int = 10) -> Ground:
    """The common ground for the complaints at these byte offsets; `reach` is how many lexemes to either side count."""
    tokens = lexemes(text, language)
    near: dict[int, int] = {}
    starts = [token.start for token in tokens]
    complaints = (*complaints, *unreadable(tokens, complaints), *_left_open(tokens, starts, complaints))
    for complaint in complaints:
        middle = _index(starts, complaint)
        for index in range(max(0, middle - reach), min(len(tokens), middle + reach) + 1):
            near[index] = min(abs(index - middle), near.get(index, 1 << 30))
    uses = Counter(token.text for token in tokens if token.kind == "name")
    model = Likelihood(language, [t.mark for t in tokens])
    return Ground(text, language, tokens, model, near, tuple(complaints), uses)


def unreadable(tokens: Sequence[Lexeme], complaints: Sequence[int]) -> list[int]:
    """Where an alien character or a string that does not end stands: no grammar accepts it. The nearest few."""
    found = [token.start for token in tokens if token.kind in {"alien", "open"}]
    return sorted(found, key=lambda at: min(abs(at - complaint) for complaint in complaints))[:4]


def _left_open(tokens: Sequence[Lexeme], starts: Sequence[int], complaints: Sequence[int]) -> list[int]:
    """The ends of the lines of brackets that are complained of: where a parser says `never closed`, the closer is missing
    further on.
    """
    found = []
    for complaint in complaints:
        here = _index(starts, complaint)
        if here < len(tokens) and tokens[here].start == complaint and tokens[here].text in {"(", "[", "{"}:
            found += [next((each.start for each in tokens[here:] if each.kind == "newline"), tokens[-1].end)]
    return found


def _index(starts: Sequence[int], offset: int) -> int:
    low, high = 0, len(starts)
    while low < high:
        middle = (low + high) // 2
        if starts[middle] < offset:
            low = middle + 1
        else:
            high = middle
    return low


def rewritten(at: Ground, start: int, end: int, new: bytes) -> float:
    """By how much the whole lines around `start..end` get more surprising when read anew after the change."""
    first, last = at.line(start)[0], at.line(end)[1]
    old = at.text[first:last]
    fresh = at.text[first:start] + new + at.text[end:last]
    return alone(at, fresh) - alone(at, old)


def alone(at: Ground, text: bytes) -> float:
    """Surprise of some lines read on their own."""
    marks = ["NL="] * (ORDER - 1) + [token.mark for token in lexemes(text, at.language)] + ["NL="]
    return at.model.surprise(marks, ORDER - 1, len(marks))


def lines_near(at: Ground, around: int = 1) -> list[tuple[int, int]]:
    """The lines that hold a complaint, and `around` lines before and after each, once each, nearest first."""
    found: dict[tuple[int, int], None] = {}
    for complaint in at.complaints:
        found.setdefault(at.line(min(complaint, len(at.text))))
    for complaint in at.complaints:
        above = below = at.line(min(complaint, len(at.text)))
        for _ in range(around):
            if above[0]:
                above = at.line(above[0] - 1)
                found.setdefault(above)
            if below[1] < len(at.text):
                width = 2 if at.text[below[1] : below[1] + 2] == b"\r\n" else 1
                below = at.line(below[1] + width)
                found.setdefault(below)
    return list(found)
