"""Fees and interest in whole cents."""

YEAR_DAYS = 365


def transfer_fee(cents: int) -> int:
    fee = cents // 1000
    return max(fee, 50)


def simple_interest(cents: int, rate: float, days: int) -> int:
    interest = cents * rate * days / YEAR_DAYS
    return round(interest)


def split_evenly(cents: int, parts: int) -> list[int]:
    share, rest = divmod(cents, parts)
    return [share + 1 if index < rest else share for index in range(parts)]


def late_fee(days: int) -> int:
    if days <= 0:
        return 0
    return min(days * 25, 500)
