"""IBAN checks (ISO 13616): length by country and the MOD-97-10 checksum (ISO 7064)."""

from __future__ import annotations

from bank.errors import InvalidIdentifier

LENGTHS = {"AT": 20, "BE": 16, "CH": 21, "DE": 22, "ES": 24, "FR": 27, "GB": 22, "IT": 27, "NL": 18}


def compact(text: str) -> str:
    """Upper case, without blanks.

    >>> compact("de53 9999 9999")
    'DE5399999999'
    """
    return "".join(text.split()).upper()


def _as_number(text: str) -> int:
    """Letters become two digits: A is 10, Z is 35."""
    return int("".join(str(int(character, 36)) for character in text))


def check_digits(country: str, account: str) -> str:
    """The two check digits of a country code and a basic account number.

    >>> check_digits("DE", "999999990000000042")
    '53'
    """
    if len(country) != 2 or not country.isalpha():
        raise InvalidIdentifier("country code must be two letters")
    remainder = _as_number(compact(account) + country.upper() + "00") % 97
    return f"{98 - remainder:02d}"


def is_valid_iban(text: str) -> bool:
    """True when length and checksum hold. 校验 IBAN 长度与校验位.

    >>> is_valid_iban("DE53 9999 9999 0000 0000 42")
    True
    >>> is_valid_iban("DE54 9999 9999 0000 0000 42")
    False
    """
    iban = compact(text)
    if not (iban.isascii() and iban.isalnum()) or LENGTHS.get(iban[:2]) != len(iban):
        return False
    return _as_number(iban[4:] + iban[:4]) % 97 == 1


def require_iban(text: str) -> str:
    """The compact IBAN; raises InvalidIdentifier when it is not one."""
    iban = compact(text)
    if not is_valid_iban(iban):
        raise InvalidIdentifier(f"not an IBAN: {mask_iban(iban)}")
    return iban


def mask_iban(iban: str) -> str:
    """What may be shown in a log: country and the last four characters.

    >>> mask_iban("DE53999999990000000042")
    'DE****************0042'
    """
    if len(iban) < 8:
        return "*" * len(iban)
    return iban[:2] + "*" * (len(iban) - 6) + iban[-4:]
