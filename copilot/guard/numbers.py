"""Bank cards and resident identity numbers: runs of digits that prove themselves by structure and checksum.

What counts as a card: 12 to 19 digits, Luhn, an issuer's prefix with a length that issuer uses, written as one run or in
the groups in which cards are printed, with one kind of separator (space, hyphen, or the underscore of numeric literals).
One number in ten passes Luhn, so the prefix table carries the precision: milliseconds since 1970, dates and most
counters begin with 1 or 2 and are no card. Digits inside a longer word, a UUID or a decimal fraction are none either,
and round numbers (six zeros at the end) and powers of two with their neighbours are constants.
Absent on purpose: full-width digits and digits split in other ways (a later version), 15-digit legacy identity numbers
(they have no checksum).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.guard.checksums import luhn, resident_check
from copilot.guard.found import Found

_CHAIN: Final = re.compile(rb"(?<![0-9A-Za-z])(?<![0-9A-Fa-f]{4}-)(?<![0-9]\.)[0-9]+(?:[ _-][0-9]+)*")
_GROUP: Final = re.compile(rb"[0-9]+")
_ENDS: Final = re.compile(rb"[lLn]?(?![0-9A-Za-z])(?!\.[0-9])")
"""After the last digit of a number: perhaps a literal's suffix (`L`, `n`), but no word and no fraction."""
_CROSS: Final = re.compile(rb"[Xx](?![0-9A-Za-z])")

_PRINTED: Final = (
    (4, 4, 4, 4, 3),
    (4, 4, 4, 4, 2),
    (4, 4, 4, 4, 1),
    (4, 4, 4, 4),
    (4, 6, 5),
    (4, 6, 4),
    (6, 13),
    (6, 12),
    (6, 10),
)
"""The groups in which cards are printed, longest first."""

_ISSUED: Final = re.compile(
    rb"""
      62\d{14,17} | 81[0-7]\d{13,16} | 955[89]\d{12,15}                             # UnionPay; ICBC and ABC before it
    | 4\d{15} | 4\d{18}                                                             # Visa
    | 5[1-5]\d{14} | 2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}              # Mastercard
    | 3[47]\d{13}                                                                   # American Express
    | 35(?:2[89]|[3-8]\d)\d{12,15}                                                  # JCB
    | 3(?:0[0-59]|[689]\d)\d{11,16}                                                 # Diners
    | 6(?:011|4[4-9]\d|5\d\d)\d{12,15}                                              # Discover, RuPay
    | 220[0-4]\d{12,15}                                                             # Mir
    | (?:5018|5020|5038|5893|6304|6759|676[123])\d{8,15}                            # Maestro
    """,
    re.VERBOSE,
)

_PERSON: Final = re.compile(
    rb"""
    (?: 1[1-5] | 2[1-3] | 3[1-7] | 4[1-6] | 5[0-4] | 6[1-5] | 71 | 8[1-3] ) \d\d \d\d     # province, city, county
    (?: 19 | 20 ) \d\d (?: 0[1-9] | 1[0-2] ) (?: 0[1-9] | [12]\d | 3[01] ) \d{3} [\dXx]   # date of birth, sequence, check
    """,
    re.VERBOSE,
)
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def numbers(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Cards and identity numbers of the line `[start, end)`."""
    for chain in _CHAIN.finditer(data, start, end):
        if len(chain[0]) >= 12:
            yield from _numbers_of(data, chain.start(), chain.end())


def _numbers_of(data: bytes, start: int, end: int) -> Iterator[Found]:
    """The numbers of one chain of digits and single separators."""
    groups = [found.span() for found in _GROUP.finditer(data, start, end)]
    crossed = _CROSS.match(data, end) is not None
    if not crossed and not _ENDS.match(data, end):
        groups.pop()  # its last digits belong to a word: `4111 1111 1111 1111 1st`
    sizes = [after - before for before, after in groups]
    at = 0
    while at < len(groups):
        last = _person(data, groups, sizes, at, crossed=crossed)
        kind, rule = "resident-id", "resident-id-18"
        if last is None:
            last = _card(data, groups, sizes, at)
            kind, rule = "bank-card", "bank-card-luhn"
        if last is None:
            at += 1
            continue
        ends = groups[last][1]
        if kind == "resident-id" and len(_digits(data, groups, at, last)) == 17:
            ends += 1
        yield Found(groups[at][0], ends, rule, kind)
        at = last + 1


def _digits(data: bytes, groups: list[tuple[int, int]], first: int, last: int) -> bytes:
    return b"".join(data[before:after] for before, after in groups[first : last + 1])


def _person(data: bytes, groups: list[tuple[int, int]], sizes: list[int], at: int, *, crossed: bool) -> int | None:
    """Number of the last group of an identity number that begins with group `at`, or None."""
    for form in ((18,), (17,), (6, 8, 4), (6, 8, 3)):
        last = at + len(form) - 1
        if tuple(sizes[at : last + 1]) != form:
            continue
        number = _digits(data, groups, at, last)
        if len(number) == 17:
            if not crossed or last != len(groups) - 1:
                continue
            number += b"X"
        if _PERSON.fullmatch(number) and _born(number) and resident_check(number[:17]) == number[17:]:
            return last
    return None


def _born(number: bytes) -> bool:
    """True when the date of birth exists."""
    year, month, day = int(number[6:10]), int(number[10:12]), int(number[12:14])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= _DAYS[month - 1] and (leap or (month, day) != (2, 29))


def _card(data: bytes, groups: list[tuple[int, int]], sizes: list[int], at: int) -> int | None:
    """Number of the last group of a card that begins with group `at`, or None."""
    if 12 <= sizes[at] <= 19:
        return at if _is_card(data[slice(*groups[at])]) else None
    for form in _PRINTED:
        last = at + len(form) - 1
        if tuple(sizes[at : last + 1]) != form:
            continue
        between = {data[groups[n][1]] for n in range(at, last)}
        around = (at > 0 and sizes[at - 1] == 4) or (last + 1 < len(sizes) and sizes[last + 1] == 4)
        # More groups of four on either side: a table of numbers, one row in ten of which passes Luhn.
        if len(between) == 1 and not around and _is_card(_digits(data, groups, at, last)):
            return last
    return None


def _is_card(digits: bytes) -> bool:
    if not _ISSUED.fullmatch(digits) or not luhn(digits) or digits.endswith(b"000000"):
        return False
    value = int(digits)
    return all(n & (n - 1) for n in (value - 1, value, value + 1))
