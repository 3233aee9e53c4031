"""The rest of the line by analogy: as a line like this one went on elsewhere, with what differs here put in its place.

Two lines that agree but for names, strings and numbers say which of their words play the same part; so do the lines above
them. What differs is carried into the rest of the line, also as a part of a longer word: behind `set_detail_view`, what
was `name="set-update"` behind `set_update_view` is `name="set-detail"`. The next line of a series is the last one with the
next name of a list that the file holds (parameters, fields). Absent on purpose: where lines like this one stand (`copied`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from copilot.context.tokens import NEWLINE, START, is_structure

_ALIGNED: Final = 60
_LINES: Final = 4
_FEWEST: Final = 3
_LONGEST: Final = 48
_PART: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_A-Za-z]+")
_INNER: Final = 2
"""Letters from which a part is looked for inside longer words."""

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """What stands here for what stood there: whole words, and parts of words (in small letters)."""

    words: Mapping[str, str]
    parts: tuple[tuple[Parts, Parts], ...]

    def applied(self, word: str) -> str:
        """The word that plays this word's part here; itself where nothing is known of it."""
        known = self.words.get(word)
        if known is not None:
            return known
        if not (word.isidentifier() or word[-1] in "'\""):
            return word
        for old, new in self.parts:
            changed = replaced(word, old, new)
            if changed != word:
                return changed
        return word


def aligned(there: Iterator[str], here: Sequence[str], kept: frozenset[str]) -> tuple[int, Rule]:
    """`(words that play the same part, the rule)` of two texts that end at the place in question.

    `there` goes backwards from it. They are compared until a word is of another kind.
    """
    pairs: dict[str, str] = {}
    count = rows = 0
    for old, new in zip(there, reversed(here[-_ALIGNED:]), strict=False):
        if old == START or not _alike(old, new, kept):
            break
        count += 1
        if old == NEWLINE:
            rows += 1
            if rows == _LINES:
                break
        elif old != new:
            pairs.setdefault(old, new)
        else:
            pairs.setdefault(old, old)
    return count, rule(pairs)


def rule(pairs: Mapping[str, str]) -> Rule:
    """The rule that these pairs ask for, the first ones first."""
    parts: dict[Parts, Parts] = {}
    for old, new in pairs.items():
        if old != new:
            found = _difference(old, new)
            if found is not None:
                parts.setdefault(*found)
    return Rule(pairs, tuple(parts.items()))


def _alike(old: str, new: str, kept: frozenset[str]) -> bool:
    return old == new or _kind(old, kept) == _kind(new, kept) != ""


def _kind(word: str, kept: frozenset[str]) -> str:
    if word[-1] in "'\"":
        return "string"
    if word[0].isdigit():
        return "number"
    return "name" if word.isidentifier() and word not in kept else ""


@lru_cache(maxsize=4096)
def parts_of(word: str) -> Parts:
    """The parts of a word in small letters: `getUserId`, `get_user_id` and `"get user id"` have the same."""
    return tuple(part.lower() for part in _PART.findall(word))


def _difference(old: str, new: str) -> tuple[Parts, Parts] | None:
    """The parts in which two words differ, neither of them empty; None where they differ in more than that."""
    one, two = parts_of(old), parts_of(new)
    if not one or not two or one == two:
        return None
    head = tail = 0
    while head < min(len(one), len(two)) and one[head] == two[head]:
        head += 1
    while tail < min(len(one), len(two)) - head and one[-1 - tail] == two[-1 - tail]:
        tail += 1
    if head + tail == min(len(one), len(two)):  # one has all parts of the other: a neighbour belongs to it
        head, tail = (head, tail - 1) if tail else (head - 1, tail)
    found = one[head : len(one) - tail], two[head : len(two) - tail]
    return found if len("".join(found[0])) >= _INNER else None


def replaced(word: str, old: Parts, new: Parts) -> str:
    """The word with the run of parts `old` as `new`, written as the run was."""
    spans = [(match.start(), match.end(), match[0]) for match in _PART.finditer(word)]
    size = len(old)
    for n in range(len(spans) - size + 1):
        run = spans[n : n + size]
        if tuple(text.lower() for _, _, text in run) == old:
            begin, end = run[0][0], run[-1][1]
            return word[:begin] + _written(word, word[begin:end], new) + word[end:]
    return word


def _written(word: str, run: str, new: Parts) -> str:
    """The parts in the manner of `run` in `word`."""
    joint = next((mark for mark in ("-", " ", "_") if mark in run), None)
    if run.isupper() and len(run) > 1:
        return ("_" if joint is None else joint).join(new).upper()
    if joint is None:
        mixed = any(c.isupper() for c in word) and "_" not in word and word[-1] not in "'\""
        if run[0].isupper() or mixed:
            first = new[0].capitalize() if run[0].isupper() else new[0]
            return first + "".join(map(str.capitalize, new[1:]))
        joint = next((mark for mark in ("-", "_", " ") if mark in word), "_")
    text = joint.join(new)
    return text.capitalize() if run[0].isupper() else text


def next_lines(words: Sequence[str], column: int, kept: frozenset[str]) -> Iterator[tuple[int, list[str], list[str]]]:
    """`(evidence 1..3, rest of the line, the words that stood there)` by the series that the line above belongs to.

    `words`: those before the caret, of which `column` stand on its line.
    """
    rows = _rows(words[: len(words) - column])
    if not rows or not 0 < len(rows[-1]) <= _LONGEST:
        return
    own, last = list(words[len(words) - column :]), rows[-1]
    if len(own) >= len(last) or not all(_alike(a, b, kept) for a, b in zip(last, own, strict=False)):
        return
    earlier = rows[-2] if len(rows) > 1 and _same(rows[-2], last, kept) else None
    step = {a: b for a, b in zip(earlier, last, strict=True) if a != b} if earlier else {}
    pairs = {a: b for a, b in zip(last, own, strict=False) if a != b}
    numbers = {b: str(2 * int(b) - int(a)) for a, b in step.items() if a.isdigit() and b.isdigit() and b not in pairs}
    if pairs or (own and numbers):
        known = rule({**numbers, **pairs})
        yield 3 if earlier else 2, list(map(known.applied, last[column:])), last[column:]
        return
    for strength, more in _successors(rows[-_ROWS:], last, step, kept):
        if own and any(word in more for word in own):
            continue
        known = rule({**numbers, **more})
        yield strength, list(map(known.applied, last[column:])), last[column:]


_ROWS: Final = 60
_OFFERED: Final = 3


def _successors(
    rows: Sequence[list[str]], last: Sequence[str], step: Mapping[str, str], kept: frozenset[str]
) -> Iterator[tuple[int, dict[str, str]]]:
    """What follows the words of a line in the lists of names that these lines hold, the surest and nearest first."""
    mine = {parts_of(word): word for word in last if _kind(word, kept) in ("name", "string")}
    before = {parts_of(b): parts_of(a) for a, b in step.items()}
    weak: list[dict[str, str]] = []
    count = 0
    for names in _lists(rows[:-1], kept):
        keys = [parts_of(name) for name in names]
        for n in range(len(names) - 1):
            word = mine.get(keys[n])
            if word is None or not keys[n] or keys[n + 1] in mine or not keys[n + 1]:
                continue
            more = {word: _like(word, names[n + 1])}
            if n and before.get(keys[n]) == keys[n - 1]:
                yield 3, more
                count += 1
            elif not step:
                weak.append(more)
        if count >= _OFFERED:
            return
    for more in weak[: _OFFERED - count]:
        yield 1, more


def _like(word: str, name: str) -> str:
    """A name written as `word` is: quoted where it is."""
    if word[-1] in "'\"" and name[-1] not in "'\"":
        return word[: len(word) - len(word.lstrip("bruBRU'\""))] + name + word[-1]
    if word[-1] not in "'\"" and name[-1] in "'\"":
        return name.strip("'\"")
    return name


def _lists(rows: Sequence[list[str]], kept: frozenset[str]) -> Iterator[list[str]]:
    """Lists of names, the nearest first: elements of brackets, and what differs in lines that are alike."""
    run: list[str] = []
    place = -1
    for n in range(len(rows) - 1, -1, -1):
        row = rows[n]
        yield from _elements(row, kept)
        following = rows[n + 1] if n + 1 < len(rows) else None
        differs = -1
        if following is not None and _same(row, following, kept):
            differs = next((i for i, (a, b) in enumerate(zip(row, following, strict=True)) if a != b), -1)
        if differs >= 0 and (not run or differs == place):
            run = [row[differs], *(run or [following[differs]])] if following is not None else run
            place = differs
        else:
            if len(run) > 1:
                yield run
            run, place = [], -1
    if len(run) > 1:
        yield run


def _elements(row: Sequence[str], kept: frozenset[str]) -> Iterator[list[str]]:
    """What stands first (Python) or last (`int size`) in each element of a row's outermost brackets."""
    found: list[list[str]] = []
    depth = 0
    for word in row:
        if word in ("(", "[", "{"):
            depth += 1
            if depth == 1:
                found = [[]]
        elif word in (")", "]", "}"):
            depth -= 1
            if depth == 0 and len(found) > 1:
                yield [name for name in (_element(part, kept) for part in found) if name]
        elif depth == 1 and word == ",":
            found.append([])
        elif depth == 1 and found:
            found[-1].append(word)


def _element(part: Sequence[str], kept: frozenset[str]) -> str:
    names = []
    for word in part:
        if word in (":", "="):
            break
        if _kind(word, kept) in ("name", "string"):
            names.append(word)
    return names[-1] if names else ""


def _same(one: Sequence[str], two: Sequence[str], kept: frozenset[str]) -> bool:
    return len(one) == len(two) and one != two and all(_alike(a, b, kept) for a, b in zip(one, two, strict=True))


def _rows(words: Sequence[str]) -> list[list[str]]:
    """The finished lines at the end of these words, without indents."""
    found: list[list[str]] = [[]]
    for word in words[-1200:]:
        if word == NEWLINE:
            found.append([])
        elif not is_structure(word):
            found[-1].append(word)
    return [row for row in found if row]
