# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Identifiers that a bank's code wants to see: valid ones, computed here, and the same one digit off.

None belongs to anybody: account and card numbers are from published examples and test ranges, resident IDs have a
region that is not assigned or a birthday in 1800. The check digits follow ISO 13616 (IBAN), ISO/IEC 7812-1 (cards,
Luhn), ISO 6166 (ISIN), ISO 17442 (LEI), GB 11643 (resident ID) and GB 32100 (unified social credit code).
"""

from __future__ import annotations

import re

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def luhn(body: str) -> str:
    """The digits with their check digit behind them."""
    total = 0
    for index, char in enumerate(reversed(body)):
        digit = int(char) * (2 - index % 2)
        total += digit - 9 * (digit > 9)
    return body + str(-total % 10)


def mod_97(text: str) -> int:
    """Remainder of letters and digits as ISO 7064 MOD 97-10 reads them."""
    return int("".join(str(int(char, 36)) for char in text)) % 97


def iban(country: str, account: str) -> str:
    """An IBAN of a country's account number."""
    return f"{country}{98 - mod_97(account + country + '00'):02d}{account}"


def lei(body: str) -> str:
    """A legal entity identifier of its first 18 characters."""
    return f"{body}{98 - mod_97(body + '00'):02d}"


def isin(body: str) -> str:
    """An ISIN of country and national number."""
    return body + luhn("".join(str(int(char, 36)) for char in body))[-1]


def resident(body: str) -> str:
    """A resident ID of its first 17 digits."""
    return body + "10X98765432"[sum(int(d) * pow(2, 17 - i, 11) for i, d in enumerate(body)) % 11]


def credit_code(body: str) -> str:
    """A unified social credit code of its first 17 characters."""
    total = sum(_USCC.index(char) * pow(3, index, 31) for index, char in enumerate(body))
    return body + _USCC[-total % 31]


def one_off(text: str) -> str:
    """The same with its last digit wrong."""
    found = list(re.finditer(r"\d", text))
    if not found:
        return text + "1"
    at = found[-1].start()
    return text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]


def _with_miss(*texts: str) -> tuple[str, ...]:
    return (*texts, one_off(texts[0]))


BY_NAME: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "iban",
        _with_miss(
            iban("GB", "WEST12345698765432"),
            iban("DE", "370400440532013000"),
            iban("ES", "21000418450200051332"),  # with Spain's own check digits, below with wrong ones
            iban("ES", "21000418990200051332"),
            iban("FR", "20041010050500013M02606"),
            iban("BE", "539007547034"),
        ),
    ),
    ("isin|security|instrument", _with_miss(isin("US000000000"), isin("DE000A0000A"), isin("XS000000001"))),
    (r"\blei\b|legal_entity", _with_miss(lei("529900T8BM49AURSDO"), lei("00000000000000000X"))),
    (r"\bbic\b|swift", ("DEUTDEFF", "DEUTDEFF500", "BKCHCNBJ", "DEUTDEF")),
    (
        r"card|\bpan\b|luhn|number",
        _with_miss(luhn("411111111111111"), luhn("555555555555444"), luhn("620000000000000")),
    ),
    (
        r"resident|identity|id_?(number|card|no)|\bric\b|number",
        _with_miss(resident("11010118000101001"), resident("90000019900101002"), resident("44030118001231123")),
    ),
    (r"uscc|credit_?code|organi[sz]ation|company", _with_miss(credit_code("91990000MA0000000"))),
    ("currency|ccy|curr", ("CNY", "EUR", "USD", "JPY", "KWD", "XXX")),
    (r"date|day|iso", ("2024-02-29", "2024-01-31", "20240229", "2023-02-29")),
    ("month", ("2024-02",)),
    ("amount|balance|price|money", ("100.00", "1,234.56", "-5", "0.005")),
    ("country", ("CN", "DE", "GB")),
    ("email", ("a@example.org",)),
    ("phone|mobile", ("13800000000",)),
)
"""What a string may be, by the name of the parameter, the function and the module."""
