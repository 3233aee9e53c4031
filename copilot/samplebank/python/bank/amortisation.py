"""Loan schedules: equal instalments (等额本息) and equal principal (等额本金)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bank.money import Currency, Money
from bank.workdays import add_months


@dataclass(frozen=True)
class Instalment:
    """One payment of a loan."""

    number: int
    due: date
    principal: Money
    interest: Money
    remaining: Money

    @property
    def payment(self) -> Money:
        """Principal and interest together."""
        return self.principal + self.interest


def monthly_payment(principal: Decimal, annual_rate: Decimal, months: int) -> Decimal:
    """The constant payment of an annuity loan; not rounded.

    >>> round(monthly_payment(Decimal(120000), Decimal("0.06"), 12), 2)
    Decimal('10327.97')
    >>> monthly_payment(Decimal(1200), Decimal(0), 12)
    Decimal('100')
    """
    if months < 1:
        raise ValueError("months must be positive")
    rate = annual_rate / 12
    if rate == 0:
        return principal / months
    growth = (1 + rate) ** months
    return principal * rate * growth / (growth - 1)


def equal_instalments(
    principal: Money, annual_rate: Decimal, months: int, first_due: date
) -> Iterator[Instalment]:
    """等额本息. The last instalment takes the rounding difference."""
    payment = Money(monthly_payment(principal.amount, annual_rate, months), principal.currency)
    remaining = principal
    for number in range(1, months + 1):
        interest = remaining.times(annual_rate / 12)
        part = remaining if number == months else payment - interest
        remaining = remaining - part
        yield Instalment(number, add_months(first_due, number - 1), part, interest, remaining)


def equal_principal(
    principal: Money, annual_rate: Decimal, months: int, first_due: date
) -> Iterator[Instalment]:
    """等额本金. Every instalment repays the same principal, the interest falls."""
    if months < 1:
        raise ValueError("months must be positive")
    share = Money(principal.amount / months, principal.currency)
    remaining = principal
    for number in range(1, months + 1):
        interest = remaining.times(annual_rate / 12)
        part = remaining if number == months else share
        remaining = remaining - part
        yield Instalment(number, add_months(first_due, number - 1), part, interest, remaining)


def total_interest(schedule: Iterator[Instalment], currency: Currency) -> Money:
    """The interest over the life of a loan. 利息合计."""
    result = Money.zero(currency)
    for instalment in schedule:
        result = result + instalment.interest
    return result
