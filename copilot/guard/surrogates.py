"""Replacements that keep code whole: a number of the same form for a number, a plain word for everything else.

A number gets one that is valid and belongs to nobody (`marks`), with the separators of its own, so that it stays good as
a literal, a string and an argument of a check. Anything else becomes `REDACTED_<KIND>_<number>`: letters, digits and
underscores only, hence harmless inside any string literal, URL or YAML scalar.

With a key the same value of a workspace always has the same surrogate, over prompts and sessions: HMAC-SHA256 of kind and
value, cut down to the digits that there are. A hash without a key would be the value itself to whoever tries all card
numbers; the key (32 random bytes) stays in the state folder of the workstation, or is derived from the gateway's deployment
key for a team, and never leaves. Who may let a node mask values of his choice can still compare: that is so with any
replacement that is the same each time. Without a key numbers count up in the order of appearance.
Texts that already hold what would be chosen get the next choice.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from typing import Final, NamedTuple

from copilot.guard import marks
from copilot.guard.kinds import ESCAPED
from copilot.guard.unicode import escaped

_TAKEN_WORD: Final = re.compile(r"REDACTED_[A-Z_]{0,48}?_?([0-9]{1,12})")
_SEPARATORS: Final = " ._-"
_SQUEEZED: Final = str.maketrans("", "", _SEPARATORS)
_HEAD: Final = 11
_TAKEN_NUMBER: Final = re.compile(r"(?=(10[0-9]{9}|9199[0-9]{7}|ZZ[0-9]{9}))")
_FORM: Final = re.compile(r"(?:\(?\+?(?:86|0086)\)?[ ._-]?)?[0-9A-Za-z]+(?:[ ._-][0-9A-Za-z]+)*")
_FREE: Final = r"(?:(?<![0-9])|(?<=(?<![0-9])86)|(?<=(?<![0-9])0086))"
"""No digit before, but for the country's code of a mobile number."""
_START: Final = re.compile(rf"REDACTED_|{_FREE}(?:1[ ._-]?0|9[ ._-]?1[ ._-]?9[ ._-]?9)|Z[ ._-]?Z")
"""How every surrogate starts."""
_MAY_START: Final = re.compile(rf"R|{_FREE}[19]|Z")
_ATTEMPTS: Final = 200
_RUN: Final = 1024
"""Digits at the end of a text that wait for what follows."""


class Place(NamedTuple):
    """A surrogate in a text: where it stands, the surrogate as it was given, and what stands for it there."""

    start: int
    end: int
    surrogate: str
    original: str


class Surrogates:
    """Hands out surrogates that occur in none of `texts`; the same value gets the same one."""

    def __init__(self, texts: Sequence[str], key: bytes = b"") -> None:
        self._texts, self._key = texts, key
        self._of: dict[tuple[str, bool], str] = {}
        self._numbers: dict[tuple[str, str], str] = {}
        self._words = {int(n) for text in texts if "REDACTED_" in text for n in _TAKEN_WORD.findall(text)}
        self._next_word = count(max(self._words, default=0) + 1)
        self._next_number = count(1)
        self._given: set[str] = set()
        self._heads: set[str] | None = None

    def of(self, value: str, kind: str) -> str:
        """The surrogate of a value; what is only escaped is nobody's to restore."""
        if kind in ESCAPED:
            return escaped(value)
        # A password of digits that is a card elsewhere: a number would be a password again.
        asked = value, kind in marks.KINDS
        if (known := self._of.get(asked)) is None:
            known = self._of[asked] = self._number(value, kind) or self._word(value, kind)
        return known

    def originals(self) -> dict[str, str]:
        """Surrogate to value."""
        return {surrogate: value for (value, _), surrogate in self._of.items()}

    def _word(self, value: str, kind: str) -> str:
        name = f"REDACTED_{kind.upper().replace('-', '_')}"
        if self._key:
            for attempt in range(_ATTEMPTS):
                number = self._drawn(kind, value, attempt) % 10**8
                if number not in self._words and number > 9_999:
                    self._words.add(number)
                    return f"{name}_{number:08}"
        return f"{name}_{next(self._next_word):04}"

    def _number(self, value: str, kind: str) -> str:
        """A number in the form of `value`; empty where it has none."""
        if kind not in marks.KINDS or not _FORM.fullmatch(value):
            return ""
        plain = "".join(filter(str.isalnum, value))
        if kind == "mobile-number":
            plain = plain[-11:]
        chosen = self._numbers.get((kind, plain)) or self._chosen(kind, plain)
        if chosen:
            self._numbers[kind, plain] = chosen
        return _laid(value, chosen) if chosen else ""

    def _chosen(self, kind: str, plain: str) -> str:
        if self._heads is None:
            squeezed = [text.translate(_SQUEEZED) for text in self._texts]
            self._heads = {head for text in squeezed for head in _TAKEN_NUMBER.findall(text)}
        for attempt in range(_ATTEMPTS):
            drawn = self._drawn(kind, plain, attempt) if self._key else next(self._next_number)
            number = marks.made(kind, plain, drawn)
            if number and number[:_HEAD] not in self._heads and number not in self._given:
                self._given.add(number)
                return number
        return ""

    def _drawn(self, kind: str, value: str, attempt: int) -> int:
        told = f"{kind}\0{attempt}\0{value}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hmac.digest(self._key, told, hashlib.sha256))


class Originals:
    """The way back for the surrogates of one review: where they stand in a text, and what may be the beginning of one."""

    def __init__(self, surrogates: Mapping[str, str]) -> None:
        self._words = {s: v for s, v in surrogates.items() if s.startswith("REDACTED_")}
        self._sizes = sorted({len(word) for word in self._words}, reverse=True)
        self._numbers: dict[str, tuple[str, str]] = {}
        for surrogate, value in surrogates.items():
            if surrogate not in self._words:
                number, original = (("".join(filter(str.isalnum, one))) for one in (surrogate, value))
                if len(number) in {13, 15} and marks.ours(number[-11:]):
                    number, original = number[-11:], original[-11:]
                self._numbers[number] = surrogate, original if len(original) == len(number) else value
        self._lengths = sorted({len(number) for number in self._numbers}, reverse=True)
        self._sorted = sorted((*self._words, *self._numbers))
        self._longest = max((2 * len(one) if one in self._numbers else len(one) for one in self._sorted), default=0)

    def places(self, text: str) -> Iterator[Place]:
        """Surrogates in a text, left to right, also where a number was given other separators or none. Linear.

        One that a digit was added to is none: it was changed, and stays as it is.
        """
        at = 0
        while self._sorted and (found := _START.search(text, at)) is not None:
            at = found.start()
            place = self._word(text, at) if text[at] == "R" else self._number(text, at)
            if place is None:
                at += 1
            else:
                yield place
                at = place.end

    def held(self, text: str) -> int:
        """How many characters at the end of a text that goes on may belong to a surrogate."""
        if not self._sorted:
            return 0
        floor = max(0, len(text) - self._longest - 1)
        at = floor
        while (found := _MAY_START.search(text, at)) is not None:
            at = found.start()
            word = text[at] == "R"
            place = self._word(text, at) if word else self._number(text, at)
            if self._goes_on(text, at, word=word) or (place is not None and place.end == len(text)):
                return len(text) - at
            at = at + 1 if place is None else place.end
        tail = text[-_RUN:]
        return len(tail) - len(tail.rstrip("0123456789"))

    def _goes_on(self, text: str, at: int, *, word: bool) -> bool:
        """Whether all that stands from `at` on is the beginning of a longer surrogate."""
        if word:
            begun = text[at:]
        else:
            characters, ends = _walk(text, at, self._lengths[0] if self._lengths else 0)
            if not ends or text[ends[-1] :].strip(_SEPARATORS) or len(text) - ends[-1] > 1:
                return False
            begun = characters
        near = bisect_left(self._sorted, begun)
        return any(one.startswith(begun) and len(one) > len(begun) for one in self._sorted[near : near + 2])

    def _word(self, text: str, at: int) -> Place | None:
        for size in self._sizes:
            word = text[at : at + size]
            if len(word) == size and word in self._words:
                return (
                    None
                    if text[at + size : at + size + 1].isdecimal()
                    else Place(at, at + size, word, self._words[word])
                )
        return None

    def _number(self, text: str, at: int) -> Place | None:
        if not self._lengths:
            return None
        characters, ends = _walk(text, at, self._lengths[0])
        for length in self._lengths:
            known = self._numbers.get(characters[:length]) if length <= len(characters) else None
            if known is not None:
                end = ends[length - 1]
                if text[end : end + 1].isdecimal():
                    return None
                same = len(known[1]) == length
                return Place(at, end, known[0], _laid(text[at:end], known[1]) if same else known[1])
        return None


def _walk(text: str, at: int, most: int) -> tuple[str, list[int]]:
    """Letters and digits from `at`, at most one separator between two, and where each ends."""
    characters: list[str] = []
    ends: list[int] = []
    while len(characters) < most and at < len(text):
        character = text[at]
        if not (character.isascii() and character.isalnum()):
            if character not in _SEPARATORS or not characters or at + 1 >= len(text):
                break
            at += 1
            character = text[at]
            if not (character.isascii() and character.isalnum()):
                break
        characters.append(character)
        at += 1
        ends.append(at)
    return "".join(characters), ends


def _laid(form: str, number: str) -> str:
    """`number` written in the form of `form`, which has as many letters and digits, or some before it that stay."""
    characters = list(form)
    places = [at for at, character in enumerate(form) if character.isalnum()][-len(number) :]
    for at, character in zip(places, number, strict=True):
        characters[at] = character
    return "".join(characters)
