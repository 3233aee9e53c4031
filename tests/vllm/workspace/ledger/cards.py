"""Card numbers, as text."""


def digits_of(text: str) -> list[int]:
    return [int(sign) for sign in text if sign.isdigit()]


def masked(number: str) -> str:
    hidden = len(number) - 4
    return "*" * hidden + number[-4:]


def is_valid(number: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits_of(number))):
        if place % 2 == 1:
            digit = digit * 2 - 9 if digit > 4 else digit * 2
        total += digit
    return total % 10 == 0


def issuer(number: str) -> str:
    if number.startswith("62"):
        return "unionpay"
    if number.startswith("4"):
        return "visa"
    return "unknown"
