"""Card numbers: Luhn checksum (ISO/IEC 7812-1), scheme by prefix, masking (PCI DSS: first six, last four)."""

from __future__ import annotations

from enum import Enum

from bank.errors import InvalidIdentifier


class Scheme(Enum):
    """The network that a card belongs to."""

    UNIONPAY = "unionpay"
    VISA = "visa"
    MASTERCARD = "mastercard"
    AMEX = "amex"
    UNKNOWN = "unknown"


def luhn_sum(digits: str) -> int:
    """The Luhn sum: every second digit from the right is doubled, its digits are added.

    >>> luhn_sum("4111111111111111")
    30
    """
    total = 0
    for index, character in enumerate(reversed(digits)):
        value = int(character)
        if index % 2 == 1:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total


def luhn_check_digit(payload: str) -> int:
    """The digit that completes a payload. 计算卡号校验位.

    >>> luhn_check_digit("411111111111111")
    1
    """
    if not payload.isdigit():
        raise InvalidIdentifier("payload must be digits")
    return (10 - luhn_sum(payload + "0") % 10) % 10


def is_valid_card_number(text: str) -> bool:
    """True for 12 to 19 digits whose Luhn sum is a multiple of ten.

    >>> is_valid_card_number("5555 5555 5555 4444")
    True
    >>> is_valid_card_number("5555 5555 5555 4445")
    False
    """
    digits = text.replace(" ", "")
    if not (digits.isascii() and digits.isdigit()) or not 12 <= len(digits) <= 19:
        return False
    return luhn_sum(digits) % 10 == 0


def scheme_of(number: str) -> Scheme:
    """The scheme by prefix; UNKNOWN when no rule fits."""
    if number.startswith("62"):
        return Scheme.UNIONPAY
    if number.startswith("4"):
        return Scheme.VISA
    if number[:2] in {"51", "52", "53", "54", "55"}:
        return Scheme.MASTERCARD
    if number[:2] in {"34", "37"}:
        return Scheme.AMEX
    return Scheme.UNKNOWN


def mask_card(number: str) -> str:
    """First six and last four digits; the rest is hidden. 卡号脱敏.

    >>> mask_card("4111111111111111")
    '411111******1111'
    """
    if len(number) < 12:
        raise InvalidIdentifier("card number is too short")
    return number[:6] + "*" * (len(number) - 10) + number[-4:]
