"""Numbers that can belong to nobody, in the form of those that do: what stands for a number in a prompt.

Each is valid by its checksum and comes from a range that no issuer, province or operator has:

- cards and accounts: `1000`, the industry digit of airlines and the airline 000, with Luhn;
- resident identities: province `10`, which GB/T 2260 leaves out, with a date of birth and MOD 11-2;
- mobile numbers: `10`, which no operator's segment begins with;
- IBAN: country `ZZ`, which ISO 3166 leaves to its users, with MOD 97;
- unified social credit codes: region `99`, with the check character of GB 32100 and that of GB 11714 inside.

Where the checksum is weak or absent, two more digits are a checksum of ours (modulo 97). So every node can tell a number of
ours from a real one (`ours`) without knowing who made it, and no real value passes for one by more than a rare chance.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from copilot.guard.checksums import credit_check, luhn, mod97, organisation_check, resident_check

_FIRST_DAY: Final = dt.date(1930, 1, 1)
_DAYS: Final = 28_000
_CARD: Final = re.compile(r"1000[0-9]{8,28}")
_RESIDENT: Final = re.compile(r"10[0-9]{4}(?:19|20)[0-9]{9}[0-9X]|10[0-9]{13}")
_MOBILE: Final = re.compile(r"10[0-9]{9}")
_IBAN: Final = re.compile(r"ZZ[0-9]{13,32}")
_CREDIT: Final = re.compile(r"9199[0-9]{12}[0-9X][0-9A-HJ-NPQRTUWXY]")
KINDS: Final = frozenset({"bank-card", "account-number", "resident-id", "mobile-number", "iban", "credit-code"})
"""Kinds whose values are given a number."""
SHORTEST: Final = 12
"""Digits of the shortest card or account that is given a number; shorter ones get a word."""


def made(kind: str, like: str, drawn: int) -> str:
    """A number for the `kind` and the form of `like` (letters and digits alone), chosen by `drawn`; empty where this draw gives
    none, or nothing but a word can stand for it.
    """
    size = len(like)
    if kind in {"bank-card", "account-number"} and SHORTEST <= size <= 32 and like.isdigit():
        return _card(size, drawn)
    if kind == "resident-id" and size in {15, 18}:
        number = _resident(size, drawn)
        return number if number.isdigit() == like.isdigit() else ""
    if kind == "mobile-number" and size == 11:
        body = f"10{drawn % 10**7:07}"
        return f"{body}{int(body) % 97:02}"
    if kind == "iban" and size > 14:
        body = f"{drawn % 10 ** (size - 4):0{size - 4}}"
        check = 98 - mod97(f"ZZ00{body}".encode())
        return f"ZZ{check:02}{body}"
    if kind == "credit-code" and size == 18:
        number = _credit(drawn)
        return "" if like.isdigit() and not number.isdigit() else number
    return ""


def ours(number: str) -> bool:
    """Whether letters and digits, without separators, are a number made here."""
    code = number.encode()
    if _RESIDENT.fullmatch(number) and (
        resident_check(code[:17]) == code[17:]
        if len(code) == 18
        else int(number[:4] + number[6:]) % 97 == int(number[4:6])
    ):
        return True
    if _CARD.fullmatch(number):
        return luhn(code) and int(number[:-3]) % 97 == int(number[-3:-1])
    if _MOBILE.fullmatch(number):
        return int(number[:9]) % 97 == int(number[9:])
    if _IBAN.fullmatch(number):
        return mod97(code) == 1
    return _CREDIT.fullmatch(number) is not None and credit_check(code) == code[17:]


def _card(size: int, drawn: int) -> str:
    body = f"1000{drawn % 10 ** (size - 7):0{size - 7}}"
    body = f"{body}{int(body) % 97:02}"
    return next(body + check for check in "0123456789" if luhn((body + check).encode()))


def _resident(size: int, drawn: int) -> str:
    drawn, sequence = divmod(drawn, 1_000)
    drawn, days = divmod(drawn, _DAYS)
    born = (_FIRST_DAY + dt.timedelta(days)).strftime("%Y%m%d")
    if size == 18:
        body = f"10{drawn % 10_000:04}{born}{sequence:03}"
        return body + resident_check(body.encode()).decode()
    # The two digits of the county are a checksum: the old numbers have none.
    head, tail = f"10{drawn % 100:02}", f"{born[2:]}{sequence:03}"
    return f"{head}{int(head + tail) % 97:02}{tail}"


def _credit(drawn: int) -> str:
    code = f"{drawn % 10**8:08}"
    body = f"9199{drawn // 10**8 % 10_000:04}{code}{organisation_check(code.encode()).decode()}"
    return body + credit_check(body.encode()).decode()
