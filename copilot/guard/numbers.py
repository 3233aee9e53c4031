"""Numbers of persons and accounts in runs of digits: resident identities, bank cards with their tracks, mobile numbers.

A chain is digits in groups with single separators (space, hyphen, underscore, dot); `persons`, `cards` and `phones` say
which of its groups are a number of theirs. A number inside a hexadecimal word, a UUID or a decimal fraction is none; one
that a word touches (`id110101…`, `卡号6222…`) is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from copilot.guard import cards, persons, phones
from copilot.guard.found import Found

_CHAIN: Final = re.compile(rb"[0-9]+(?:[ _.-][0-9]+)*")
_GROUP: Final = re.compile(rb"[0-9]+")
_WORD: Final = re.compile(rb"[0-9A-Za-z]*")
_HEX: Final = re.compile(rb"[0-9A-Fa-f]+")
_LETTERS: Final = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LEAST: Final = 11
_NEAR: Final = 24
_REACH: Final = 512
_TABLE: Final = 40
"""Lone digits in a row: more of them are no number that somebody spelt."""


class Chain(NamedTuple):
    """Groups of digits on the line `[start, end)` of `data`. `crossed`: an X follows the last digit."""

    data: bytes
    start: int
    end: int
    groups: list[tuple[int, int]]
    sizes: list[int]
    crossed: bool

    def digits(self, first: int, last: int) -> bytes:
        """The digits of groups `first` to `last`."""
        return b"".join([self.data[before:after] for before, after in self.groups[first : last + 1]])

    def between(self, at: int) -> bytes:
        """The separator after group `at`; empty after the last and before the first."""
        return self.data[self.groups[at][1] : self.groups[at][1] + 1] if 0 <= at < len(self.groups) - 1 else b""

    def near(self, first: int, last: int) -> tuple[int, int]:
        """The part of the line around these groups that may say what they are: on a line without end it is bounded."""
        return max(self.start, self.groups[first][0] - _REACH), min(self.end, self.groups[last][1] + _REACH)

    def even(self, first: int, last: int) -> bool:
        """True when one separator is used between all these groups, and a dot does not go on beyond them."""
        used = {self.between(at) for at in range(first, last)}
        around = {self.between(first - 1), self.between(last)}
        return len(used) < 2 and b"." not in around


def numbers(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Cards, identity and mobile numbers of the line `[start, end)`."""
    for found in _CHAIN.finditer(data, start, end):
        before, after = found.span()
        if after - before >= _LEAST:
            yield from _of_chain(data, start, end, before, after)


def _of_chain(data: bytes, start: int, end: int, before: int, after: int) -> Iterator[Found]:
    groups = [found.span() for found in _GROUP.finditer(data, before, after)]
    crossed = data[after : after + 1] in {b"X", b"x"} and not _WORD.match(data, after + 1)[0]  # type: ignore[index]
    if not crossed and not _ends(data, after, end):
        groups.pop()
    if groups and not _begins(data, before):
        first = groups.pop(0)
        if first[1] - first[0] < _LEAST:
            return  # the groups of an IBAN: AE02 8174 6020 …
    chain = Chain(data, start, end, groups, [last - first for first, last in groups], crossed)
    at = 0
    while at < len(groups):
        lone = at
        while lone < len(groups) and chain.sizes[lone] == 1:
            lone += 1
        if lone - at > _TABLE:
            at = lone
            continue
        one = (
            persons.eighteen(chain, at)
            or persons.fifteen(chain, at)
            or cards.card(chain, at)
            or phones.mobile(chain, at)
        )
        if one is None:
            at += 1
            continue
        last, found = one
        yield found
        at = last + 1


def _begins(data: bytes, at: int) -> bool:
    """True when the digits from `at` begin a number: no hexadecimal word, UUID or fraction leads up to them, and no ZZ, with
    which the surrogate of an IBAN begins.
    """
    before = data[max(0, at - _NEAR) : at]
    last = before[-1:]
    if last == b".":
        return not before[-2:-1].isdigit()
    if last == b"-":
        return not (len(before) > 4 and _HEX.fullmatch(before[-5:-1]))
    if last.isalnum() and last.isascii():
        word = before[len(before.rstrip(_LETTERS)) :]
        return cards.on_track(word) or not (_HEX.fullmatch(word) or word[-2:] in {b"0x", b"0X", b"ZZ"})
    return True


def _ends(data: bytes, at: int, end: int) -> bool:
    """True when digits end at `at`: perhaps with a literal's suffix or a word, but in no hexadecimal word and no fraction."""
    word = _WORD.match(data, at, end)
    assert word is not None
    if not word[0] or word[0] in {b"l", b"L", b"n"}:
        return not _GROUP.match(data, word.end() + 1) if data[word.end() : word.end() + 1] == b"." else True
    return not _HEX.fullmatch(word[0]) or cards.track_follows(data, at)
