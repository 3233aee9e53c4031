"""The two checksums of version 1: Luhn for bank cards, GB 11643 (ISO 7064 MOD 11-2) for resident identity numbers."""

from __future__ import annotations

from typing import Final

_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = b"10X98765432"


def luhn(digits: bytes) -> bool:
    """True when ASCII digits (no separators) pass the Luhn check of ISO/IEC 7812-1."""
    values = [digit - 48 for digit in digits]
    return (sum(values[-1::-2]) + sum(_DOUBLED[value] for value in values[-2::-2])) % 10 == 0


def resident_check(digits: bytes) -> bytes:
    """The 18th character (`0`-`9` or `X`) that belongs to the first 17 ASCII digits of a resident identity number."""
    total = sum((digit - 48) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return _CHECK[total % 11 : total % 11 + 1]
