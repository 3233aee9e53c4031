"""Check digits and formats of the numbers that payments carry."""

from __future__ import annotations

import re
import string

IBAN_LENGTHS = {"DE": 22, "FR": 27, "NL": 18, "BE": 16, "AT": 20, "GB": 22, "CH": 21}


class BadIdentifier(ValueError):
    """The number cannot be right."""


def compact(text: str) -> str:
    """Without blanks and dashes, in capitals."""
    return re.sub(r"[\s-]", "", text).upper()


def luhn_sum(digits: str) -> int:
    """The Luhn sum of a number that ends in its check digit."""
    total = 0
    for at, char in enumerate(reversed(digits)):
        value = int(char)
        if at % 2 == 1:
            value *= 2
            if value > 9:
                value -= 9
        total += value
    return total


def card_valid(number: str) -> bool:
    """Whether a card number has a plausible length and the right check digit."""
    digits = compact(number)
    if not digits.isdigit() or not 13 <= len(digits) <= 19:
        return False
    return luhn_sum(digits) % 10 == 0


def masked(number: str) -> str:
    """A card number that may be shown: the first six and the last four digits.

    >>> masked("4111 1111 1111 1111")
    '411111******1111'
    """
    digits = compact(number)
    if len(digits) < 13:
        raise BadIdentifier("too short for a card number")
    return digits[:6] + "*" * (len(digits) - 10) + digits[-4:]


def as_number(text: str) -> int:
    """Letters as two digits (A is 10), then the whole as a number."""
    return int("".join(str(int(char, 36)) for char in text))


def iban_checked(text: str) -> str:
    """The IBAN in its electronic form.

    Raises BadIdentifier with the reason.

    >>> iban_checked("DE89 3704 0044 0532 0130 00")
    'DE89370400440532013000'
    """
    iban = compact(text)
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]+", iban):
        raise BadIdentifier("not in the form of an IBAN")
    if iban[:2] not in IBAN_LENGTHS:
        raise BadIdentifier(f"no IBAN from {iban[:2]}")
    if len(iban) != IBAN_LENGTHS[iban[:2]]:
        raise BadIdentifier("wrong length")
    if as_number(iban[4:] + iban[:4]) % 97 != 1:
        raise BadIdentifier("wrong check digits")
    return iban


def iban_from(country: str, account: str) -> str:
    """The IBAN of a national account number, check digits worked out."""
    body = compact(account)
    code = country.upper()
    check = 98 - as_number(body + code + "00") % 97
    return f"{code}{check:02d}{body}"


def isin_valid(text: str) -> bool:
    """Whether a security's number is right: two letters, nine characters, a Luhn digit over the letters' numbers."""
    isin = text.strip().upper()
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{9}\d", isin):
        return False
    return luhn_sum("".join(str(int(char, 36)) for char in isin)) % 10 == 0


def bic_parts(text: str) -> tuple[str, str, str, str]:
    """Bank, country, place and branch; a BIC of eight means the head office, XXX."""
    bic = compact(text)
    if not re.fullmatch(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", bic):
        raise BadIdentifier("not a BIC")
    return bic[:4], bic[4:6], bic[6:8], bic[8:] or "XXX"


def creditor_reference(invoice: str) -> str:
    """An invoice number as a structured creditor reference (RF)."""
    body = compact(invoice)
    if not body or len(body) > 21 or any(char not in string.ascii_uppercase + string.digits for char in body):
        raise BadIdentifier("not fit for a reference")
    check = 98 - as_number(body + "RF00") % 97
    return f"RF{check:02d}{body}"
