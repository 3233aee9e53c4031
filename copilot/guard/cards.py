"""Bank cards, and the tracks of their magnetic stripes.

What counts as a card: 12 to 19 digits, Luhn, an issuer's prefix with a length that issuer uses, written as one run or in
the groups in which people write cards, with one kind of separator. One number in ten passes Luhn, so the prefix table
carries the precision: milliseconds since 1970, dates and most counters begin with 1 or 2 and are no card. Round numbers
(six zeros at the end) and powers of two with their neighbours are constants. Visa's old 13 digits, which barcodes have
too, count where the line speaks of a card.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from copilot.guard import persons
from copilot.guard.characters import word
from copilot.guard.checksums import luhn
from copilot.guard.found import Found

if TYPE_CHECKING:
    from copilot.guard.numbers import Chain

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
    (6, 8, 4),
    (6, 8, 5),
    (6, 8, 2),
    (8, 8, 3),
    (8, 8),
    (4, 4, 4, 7),
    (4, 4, 4, 6),
    (6, 4, 4, 4),
    (6, 4, 4, 5),
    (6, 6, 7),
    (6, 6, 4),
    (4, 8, 4),
    (4, 4, 8),
    (8, 4, 4),
    (4, 12),
    (4, 15),
    (5, 5, 5, 4),
    (5, 5, 5, 1),
    (3, 3, 3, 3, 3, 3, 1),
    (3, 3, 3, 3, 3, 1),
)
"""The groups in which cards are written, longest first where one begins another."""
_SINGLE: Final = range(15, 20)

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
_OLD: Final = re.compile(rb"4\d{12}")
_SPEAKS: Final = re.compile(rb"(?i)card|visa|(?<![a-z])pan(?![a-z])|" + word("卡"))
_BANKS: Final = re.compile(rb"(?i)bank|visa|(?<!id)(?<!id[ _-])card|(?<![a-z])pan(?![a-z])|" + word("卡"))
_FIELDS: Final = re.compile(rb"[=D](?:\d\d(?:0[1-9]|1[0-2]))\d{3}\d{0,24}(?:\?|F(?![0-9A-Za-z]))?")
_NAMED: Final = re.compile(rb"\^[^\^\n]{2,26}\^\d\d(?:0[1-9]|1[0-2])\d{3}[^?\n\"'<>\\]{0,40}\??")
_TRACK_END: Final = re.compile(rb"D\d\d(?:0[1-9]|1[0-2])\d{3}")


def card(chain: Chain, at: int) -> tuple[int, Found] | None:
    """The card that begins with group `at`, and the number of its last group."""
    if 12 <= chain.sizes[at] <= 19:
        if not chain.even(at, at) or not _is_card(chain, at, at):
            return None
        return at, _with_track(chain, at)
    if len(chain.sizes) > 1:
        for form in _PRINTED:
            last = at + len(form) - 1
            if tuple(chain.sizes[at : last + 1]) == form and not _table(chain, at, last) and _is_card(chain, at, last):
                return last, _found(chain, at, last)
        if chain.sizes[at] == 1 and (last := _singles(chain, at)) and _is_card(chain, at, last):
            return last, _found(chain, at, last)
    return None


def issued(digits: bytes) -> bool:
    """True when digits have a prefix and length that an issuer of cards uses, whatever their check digit."""
    return _ISSUED.fullmatch(digits) is not None


def on_track(before: bytes) -> bool:
    """True when the word before digits is the format code of a first track."""
    return before == b"B"


def track_follows(data: bytes, at: int) -> bool:
    """True when the letter at `at` is the separator of a second track, as chips write it."""
    return _TRACK_END.match(data, at) is not None


def _found(chain: Chain, first: int, last: int) -> Found:
    return Found(chain.groups[first][0], chain.groups[last][1], "bank-card-luhn", "bank-card")


def _with_track(chain: Chain, at: int) -> Found:
    """The card, or the whole track that it begins: what a skimmer copies."""
    data, (start, end) = chain.data, chain.groups[at]
    fields = _FIELDS.match(data, end, chain.end) or _NAMED.match(data, end, chain.end)
    if fields is None:
        return _found(chain, at, at)
    for sentinel in (b"%B", b"B", b";"):
        if data.startswith(sentinel, start - len(sentinel)) and start >= len(sentinel):
            start -= len(sentinel)
            break
    return Found(start, fields.end(), "card-track", "track-data")


def _table(chain: Chain, first: int, last: int) -> bool:
    """True when more groups like these stand on either side: a table of numbers, one row in ten of which passes Luhn."""
    sizes = chain.sizes
    size = sizes[first]
    around = (first > 0 and sizes[first - 1] == size) or (last + 1 < len(sizes) and sizes[last + 1] == size)
    return around or not chain.even(first, last)


def _singles(chain: Chain, first: int) -> int:
    """The last of 15 to 19 lone digits from group `first`; 0 where there are more or fewer."""
    last = first
    while last + 1 < len(chain.sizes) and chain.sizes[last + 1] == 1 and last - first < _SINGLE.stop:
        last += 1
    return (
        last
        if last - first + 1 in _SINGLE and not (first and chain.sizes[first - 1] == 1) and chain.even(first, last)
        else 0
    )


def _is_card(chain: Chain, first: int, last: int) -> bool:
    digits = chain.digits(first, last)
    if not _ISSUED.fullmatch(digits) and not (
        _OLD.fullmatch(digits) and _SPEAKS.search(chain.data, *chain.near(first, last))
    ):
        return False
    if not luhn(digits) or digits.endswith(b"000000"):
        return False
    if (
        len(digits) == 18
        and not _BANKS.search(chain.data, *chain.near(first, last))
        and (persons.shaped(digits) or persons.spoken(chain.data, *chain.near(first, last)))
    ):
        return False  # an identity number with a wrong check digit: one in ten of them passes Luhn, too
    value = int(digits)
    return all(n & (n - 1) for n in (value - 1, value, value + 1))
