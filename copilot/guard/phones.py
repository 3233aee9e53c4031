"""Mobile numbers of the mainland: 11 digits in a segment that an operator has, with or without +86.

They have no checksum, and as many order numbers look like them: so without the country's code or the groups in which
people write them, what stands around decides (`around`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from copilot.guard import around
from copilot.guard.found import Found

if TYPE_CHECKING:
    from copilot.guard.numbers import Chain

_SEGMENT: Final = re.compile(rb"1(?:3\d|4[014-9]|5[0-35-9]|6[2567]|7[0-8]|8\d|9[0-35-9])\d{8}")
_FORMS: Final = ((3, 4, 4), (3, 3, 5), (3, 8), (4, 3, 4), (4, 4, 3), (5, 6), (2, 3, 3, 3), (3, 3, 3, 2))
_PLUS: Final = re.compile(rb"(?:\+86|\+ ?86|\(\+?86\)|(?<![0-9])0086)[) _.-]{0,2}\Z")
_COUNTRY: Final = frozenset({b"86", b"0086"})


def mobile(chain: Chain, at: int) -> tuple[int, Found] | None:
    """The mobile number that begins with group `at`, and the number of its last group."""
    sizes, data = chain.sizes, chain.data
    start, last = chain.groups[at][0], at
    if sizes[at] in {13, 15}:
        digits = chain.digits(at, at)
        code = digits[:-11]
        if code not in _COUNTRY or not _SEGMENT.fullmatch(digits[-11:]) or not chain.even(at, at):
            return None
        plus = data[start - 1 : start] == b"+" and start > 0
        if plus or code == b"0086" or _meant(chain, at, at):
            return at, Found(start - plus, chain.groups[at][1], "mobile-number", "mobile-number")
        return None
    first = at
    if sizes[at] in {2, 4} and chain.digits(at, at) in _COUNTRY and at + 1 < len(sizes):
        first = at + 1
    for form in ((11,), *_FORMS):
        last = first + len(form) - 1
        if tuple(sizes[first : last + 1]) == form and _SEGMENT.fullmatch(digits := chain.digits(first, last)):
            break
    else:
        return None
    if digits.endswith(b"00000") or len({chain.between(n) for n in range(first, last)}) > 1:
        return None
    coded = _coded(chain, first)
    if coded is not None:
        return last, Found(coded, chain.groups[last][1], "mobile-number", "mobile-number")
    if first != at:
        return None
    if len(form) > 1:
        ranked = sizes[at - 1] == sizes[last] if at else False
        more = last + 1 < len(sizes) and sizes[last + 1] >= 3
        if ranked or more or not chain.even(at, last) or (form not in _FORMS[:2] and not _meant(chain, at, last)):
            return None
    elif not chain.even(at, at) or not _meant(chain, at, at):
        return None
    return last, Found(start, chain.groups[last][1], "mobile-number", "mobile-number")


def _coded(chain: Chain, first: int) -> int | None:
    """Where the country's code before group `first` begins; None where there is none."""
    start = chain.groups[first][0]
    found = _PLUS.search(chain.data, max(chain.start, start - 8), start)
    return None if found is None else found.start()


def _meant(chain: Chain, first: int, last: int) -> bool:
    return around.says(chain.data, chain.start, chain.end, chain.groups[first][0], chain.groups[last][1], "phone")
