"""Codes of letters and digits: IBAN, unified social credit codes, organisation codes, Chinese passports.

IBAN and credit codes prove themselves by length and checksum wherever they stand, in one run or in groups with one kind
of separator. An organisation code (one check digit of eleven) and a passport (none) count alone as a literal or cell, or
where the text speaks of them; see `contexts` for the latter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.guard import around, cards, persons
from copilot.guard.checksums import credit_check, mod97, organisation_check
from copilot.guard.found import Found

_REGION: Final = rb"(?:10|1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])"
_CREDIT_START: Final = re.compile(
    rb"(?:(?<![0-9A-Z])[ANY]|(?<!ZZ)(?<![0-9])[1-9])[ ._-]?[1239][ ._-]?(?=[0-9](?:[ ._-]?[0-9A-Z]){15})"
)
_CREDIT: Final = re.compile(rb"[1-9ANY][1239]" + _REGION + rb"[0-9]{4}[0-9A-HJ-NPQRTUWXY]{10}")
_IBAN_START: Final = re.compile(rb"(?:(?<![0-9A-Z])|(?<=IBAN))[A-Z]{2}[0-9]{2}|(?<![0-9A-Za-z])[a-z]{2}[0-9]{2}")
_SEPARATORS: Final = b" ._-"
LENGTHS: Final = {
    code.encode(): int(length)
    for group in [
        "15 NO",
        "16 BE",
        "18 DK FI FO GL NL SD FK",
        "19 MK SI",
        "20 AT BA EE KZ LT LU XK MN",
        "21 CH CR HR LI LV",
        "22 BG BH DE GB GE IE ME RS VA",
        "23 AE GI IL IQ OM TL SO",
        "24 AD CZ ES MD PK RO SA SE SK TN VG",
        "25 LY PT ST",
        "26 IS TR",
        "27 BI DJ FR GR IT MC MR SM",
        "28 AL AZ BY CY DO GT HU LB NI PL SV HN",
        "29 BR EG PS QA UA",
        "30 JO KW MU YE",
        "31 MT SC",
        "32 LC",
        "33 RU",
    ]
    for length, *codes in (group.split(),)
    for code in codes
}
"""Characters of an IBAN, by country (ISO 13616)."""
_ORGANISATION: Final = re.compile(rb"(?<![0-9A-Za-z-])[0-9A-Z]{8}-[0-9X](?![0-9A-Za-z-])")
_PASSPORT: Final = re.compile(
    rb"(?<![0-9A-Za-z])(?:[EGDSPK][0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DSP]E[0-9]{7}|[DSP][0-9]{7}|M[AB][0-9]{7})(?![0-9A-Za-z])"
)


def credit_codes(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Unified social credit codes of the line `[start, end)`."""
    at = start
    while (found := _CREDIT_START.search(data, at, end)) is not None:
        at = found.start() + 1
        taken = _taken(data, found.start(), end, 18)
        if taken is None:
            continue
        code, after = taken
        if (
            _CREDIT.fullmatch(code)
            and credit_check(code) == code[17:]
            and not _other(code, spoken=persons.spoken(data, start, end))
        ):
            yield Found(found.start(), after, "credit-code", "credit-code")
            at = after


def _other(code: bytes, *, spoken: bool) -> bool:
    """True for digits alone that look like a card or an identity, or are called one, and hold no organisation code."""
    like = spoken or persons.shaped(code) or cards.issued(code)
    return code.isdigit() and like and organisation_check(code[8:16]) != code[16:17]


def ibans(data: bytes, start: int, end: int) -> Iterator[Found]:
    """IBANs of the line `[start, end)`; in small letters where the line says so."""
    at = start
    while (found := _IBAN_START.search(data, at, end)) is not None:
        at = found.start() + 2
        country = data[found.start() : at].upper()
        size = LENGTHS.get(country)
        if size is None or (data[found.start() : at] != country and b"iban" not in data[start:end].lower()):
            continue
        taken = _taken(data, found.start(), end, size)
        if taken is None:
            continue
        code, after = taken
        if mod97(code.upper()) == 1 and len(code.translate(None, b"0123456789")) <= size - 4:
            yield Found(found.start(), after, "iban", "iban")
            at = after


def organisations(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Organisation codes with their hyphen, alone as a literal or cell."""
    for found in _ORGANISATION.finditer(data, start, end):
        code = found[0]
        if organisation_check(code) == code[9:] and len(set(code[:8])) > 2 and around.alone(data, *found.span()):
            yield Found(*found.span(), "organisation-code", "organisation-code")


def passports(data: bytes, start: int, end: int) -> Iterator[Found]:
    """Chinese passports, alone as a literal or cell or where the line speaks of them."""
    for found in _PASSPORT.finditer(data, start, end):
        if len(set(found[0])) > 2 and around.says(data, start, end, *found.span(), "passport"):
            yield Found(*found.span(), "passport-chinese", "passport")


def _taken(data: bytes, start: int, end: int, count: int) -> tuple[bytes, int] | None:
    """`count` letters and digits from `start`, with one kind of separator at most, and where they end."""
    run = data[start : start + count]
    if run.isalnum():
        return (run, start + count) if _free(data, start + count) else None
    separator, at = b"", start
    taken = bytearray()
    while len(taken) < count and at < end:
        character = data[at : at + 1]
        if character.isalnum() and character.isascii():
            taken += character
        elif character in separator or (not separator and character in _SEPARATORS):
            separator = character
            if not data[at + 1 : at + 2].isalnum():
                return None
        else:
            return None
        at += 1
    return (bytes(taken), at) if len(taken) == count and _free(data, at) else None


def _free(data: bytes, at: int) -> bool:
    after = data[at : at + 1]
    return not (after.isalnum() and after.isascii())
