"""居民身份证号码校验 (GB 11643-1999): 17 位本体码 + 1 位校验码 (ISO 7064 MOD 11-2).

Region codes are not looked up: the list changes every year and lives in another system.
"""

from __future__ import annotations

from datetime import date

from bank.errors import InvalidIdentifier

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"


def check_character(body: str) -> str:
    """The eighteenth character for the seventeen digits before it.

    >>> check_character("00000019900307001")
    '4'
    """
    if len(body) != 17 or not (body.isascii() and body.isdigit()):
        raise InvalidIdentifier("the body of a resident ID has 17 digits")
    weighted = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return CHECK_CHARACTERS[weighted % 11]


def birth_date(resident_id: str) -> date:
    """出生日期. Raises InvalidIdentifier when positions 7-14 are not a date.

    >>> birth_date("000000199003070014")
    datetime.date(1990, 3, 7)
    """
    digits = resident_id[6:14]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidIdentifier("no date of birth at positions 7 to 14") from None


def is_valid_resident_id(text: str) -> bool:
    """True when length, date and check character hold.

    >>> is_valid_resident_id("000000199003070014")
    True
    >>> is_valid_resident_id("000000199013070014")
    False
    """
    candidate = text.strip().upper()
    try:
        birth_date(candidate)
        return len(candidate) == 18 and check_character(candidate[:17]) == candidate[17]
    except InvalidIdentifier:
        return False


def age_on(resident_id: str, today: date) -> int:
    """Full years of age on a day. 周岁.

    >>> age_on("000000199003070014", date(2026, 3, 6))
    35
    """
    born = birth_date(resident_id)
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (0 if had_birthday else 1)


def mask_resident_id(resident_id: str) -> str:
    """只保留前 3 位与后 4 位."""
    if len(resident_id) != 18:
        raise InvalidIdentifier("a resident ID has 18 characters")
    return resident_id[:3] + "*" * 11 + resident_id[-4:]
