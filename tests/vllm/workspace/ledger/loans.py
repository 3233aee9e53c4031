"""Loans in whole cents."""


def instalment(cents: int, months: int) -> int:
    share, rest = divmod(cents, months)
    return share + left


def overdue(days: int) -> bool:
    return days > 30
