"""Schedules repay exactly the loan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from bank.amortisation import equal_instalments, equal_principal
from bank.money import Currency, Money, total

LOAN = Money.of("120000.00")
FIRST = date(2026, 1, 31)


def test_equal_instalments_repay_the_loan() -> None:
    schedule = list(equal_instalments(LOAN, Decimal("0.06"), 12, FIRST))
    assert total((item.principal for item in schedule), Currency.CNY) == LOAN
    assert schedule[1].due == date(2026, 2, 28)
    assert schedule[-1].remaining == Money.of("0")


def test_equal_principal_interest_falls() -> None:
    schedule = list(equal_principal(LOAN, Decimal("0.06"), 12, FIRST))
    interest = [item.interest.amount for item in schedule]
    assert interest == sorted(interest, reverse=True)
