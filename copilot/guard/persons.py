"""Resident identity numbers of GB 11643: 18 characters that prove themselves, and the 15 digits before 1999, which cannot.

An old number has a region and a date of birth alone: it counts where it stands by itself as a literal or cell, or where
the line speaks of identity, and not where its name is that of another number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from copilot.guard import around
from copilot.guard.checksums import resident_check
from copilot.guard.found import Found

if TYPE_CHECKING:
    from copilot.guard.numbers import Chain

PROVINCE: Final = rb"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])"
_PERSON: Final = re.compile(
    PROVINCE + rb"\d\d\d\d(?:19\d\d|20[0-3]\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
)
_OLD: Final = re.compile(PROVINCE + rb"\d\d\d\d\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}")
_CARDS: Final = frozenset({b"34", b"36", b"37", b"50", b"63"})
"""Provinces that begin like cards of 15 digits (American Express, Diners, Maestro)."""
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def eighteen(chain: Chain, at: int) -> tuple[int, Found] | None:
    """The number of 18 characters that begins with group `at`, in any groups, and the number of its last group."""
    sizes, last = chain.sizes, at
    size = sizes[at]
    while size < 17 and last + 1 < len(sizes):
        last += 1
        size += sizes[last]
    ends = chain.groups[last][1]
    if size == 17 and chain.crossed and last == len(sizes) - 1:
        number = chain.digits(at, last) + b"X"
        ends += 1
    else:
        if size == 17 and last + 1 < len(sizes):  # the check digit stands alone
            last += 1
            size += sizes[last]
        if size != 18:
            return None
        number, ends = chain.digits(at, last), chain.groups[last][1]
    if not proven(number) or not chain.even(at, last):
        return None
    return last, Found(chain.groups[at][0], ends, "resident-id-18", "resident-id")


def proven(number: bytes) -> bool:
    """True for 18 characters with a region, a date of birth that exists and the right check character."""
    return (
        _PERSON.fullmatch(number) is not None
        and _born(int(number[6:10]), number)
        and resident_check(number[:17]) == number[17:]
    )


def spoken(data: bytes, start: int, end: int) -> bool:
    """True when the line `[start, end)` speaks of identity."""
    return around.SAYS["identity"].search(data, start, end) is not None


def shaped(number: bytes) -> bool:
    """True for 18 characters that look like an identity number, whatever their check character."""
    return _PERSON.fullmatch(number) is not None


def fifteen(chain: Chain, at: int) -> tuple[int, Found] | None:
    """The number of 15 digits that begins with group `at`, whole or as region, date and sequence."""
    for form in ((15,), (6, 6, 3)):
        last = at + len(form) - 1
        if tuple(chain.sizes[at : last + 1]) != form or not chain.even(at, last):
            continue
        number = chain.digits(at, last)
        if (
            not _OLD.fullmatch(number)
            or len(set(number)) < 4
            or not _born(1900 + int(number[6:8]), b"0000" + number[:6] + number[8:12])
        ):
            continue
        start, end = chain.groups[at][0], chain.groups[last][1]
        named = around.names(chain.data, chain.start, chain.end, start, end, "identity")
        if named or (named is None and number[:2] not in _CARDS and around.alone(chain.data, start, end)):
            return last, Found(start, end, "resident-id-15", "resident-id")
    return None


def _born(year: int, number: bytes) -> bool:
    """True when the date of birth exists; month and day are characters 10 to 14."""
    month, day = int(number[10:12]), int(number[12:14])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return day <= _DAYS[month - 1] and (leap or (month, day) != (2, 29))
