"""Draft: quotes for the loan calculator of the mobile channel. 草稿, 尚未完成."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bank.amortisation import equal_instalments, total_interest
from bank.money import Currency, Money


def quote(principal: Money, annual_rate: Decimal, months: int) -> Money
    """The whole interest of a loan that starts today."""
    schedule = equal_instalments(principal, annual_rate, months, date.today())
    return total_interest(schedule, Currency.CNY)


def cheapest(quotes: list[Money]) -> Money:
    """The smallest quote."""
    return min(quotes)
