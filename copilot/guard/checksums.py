"""Checksums by which numbers prove themselves. Digits and letters are ASCII, upper case, without separators."""

from __future__ import annotations

from typing import Final

_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK: Final = b"10X98765432"
_CREDIT: Final = b"0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)


def luhn(digits: bytes) -> bool:
    """True when ASCII digits (no separators) pass the Luhn check of ISO/IEC 7812-1."""
    values = [digit - 48 for digit in digits]
    return (sum(values[-1::-2]) + sum(_DOUBLED[value] for value in values[-2::-2])) % 10 == 0


def resident_check(digits: bytes) -> bytes:
    """The 18th character (`0`-`9` or `X`) that belongs to the first 17 ASCII digits of a resident identity number."""
    total = sum((digit - 48) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return _CHECK[total % 11 : total % 11 + 1]


def credit_check(code: bytes) -> bytes:
    """The 18th character of a unified social credit code (GB 32100), from its first 17; empty where one cannot be of it."""
    values = [_CREDIT.find(character) for character in code[:17]]
    if -1 in values:
        return b""
    check = -sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=True)) % 31
    return _CREDIT[check : check + 1]


def organisation_check(code: bytes) -> bytes:
    """The 9th character (`0`-`9` or `X`) of an organisation code (GB 11714), from its first 8."""
    values = [int(chr(character), 36) for character in code[:8]]
    check = -sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return b"X" if check == 10 else b"%d" % check


def mod97(code: bytes) -> int:
    """What ISO 7064 MOD 97-10 leaves of an IBAN's characters; 1 for a valid one."""
    return int("".join(str(int(chr(character), 36)) for character in code[4:] + code[:4])) % 97
