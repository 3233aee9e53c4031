from decimal import Decimal


def calc_late_fee(amount: Decimal, days: int, *, rate: Decimal = Decimal("0.0005")) -> Decimal:
    if amount <= 0:
        raise ValueError("amount must be positive")
    if days < 0 or days > 365:
        raise ValueError
    return amount * rate * days
