"""Fees, limits, taxes and reminders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

TRANSFER_TIERS = ((Decimal(100), Decimal("0.50")), (Decimal(1000), Decimal("1.50")), (Decimal(10000), Decimal("4.00")))
TOP_FEE = Decimal("9.00")
TAX_BANDS = ((Decimal(0), 0), (Decimal(12000), 20), (Decimal(40000), 35), (Decimal(90000), 42))


def transfer_fee(amount: Decimal, express: bool = False, staff: bool = False) -> Decimal:
    """The fee of a transfer: by tier up to and including its bound, doubled for express, free for staff.

    >>> transfer_fee(Decimal("250"))
    Decimal('1.50')
    """
    if amount <= 0:
        raise ValueError("nothing to transfer")
    if staff and not express:
        return Decimal("0.00")
    fee = TOP_FEE
    for bound, price in TRANSFER_TIERS:
        if amount <= bound:
            fee = price
            break
    return fee * 2 if express else fee


def percentage_fee(amount: Decimal, rate_pct: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """A share of the amount, at least `low`, at most `high`, in cents."""
    fee = (abs(amount) * rate_pct / 100).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return min(max(fee, low), high)


def overdraft_interest(balances: list[Decimal], agreed: Decimal, rate_pct: Decimal, excess_pct: Decimal) -> Decimal:
    """Interest on daily balances below zero; what exceeds the agreed overdraft costs the higher rate."""
    total = Decimal(0)
    for balance in balances:
        used = max(Decimal(0), -balance)
        within = min(used, agreed)
        total += within * rate_pct + (used - within) * excess_pct
    return (total / 36500).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def income_tax(income: Decimal) -> Decimal:
    """Tax by bands, each on its own slice, without the cents.

    >>> income_tax(Decimal(20000))
    Decimal('1600')
    """
    tax = Decimal(0)
    upper = income
    for start, rate in reversed(TAX_BANDS):
        if upper > start:
            tax += (upper - start) * rate / 100
            upper = start
    return tax.quantize(Decimal(1), rounding=ROUND_DOWN)


def withholding(interest: Decimal, allowance: Decimal, rate_pct: Decimal = Decimal(25)) -> tuple[Decimal, Decimal]:
    """The tax withheld from interest, and the allowance that is left."""
    taxable = max(Decimal(0), interest - allowance)
    left = max(Decimal(0), allowance - interest)
    return (taxable * rate_pct / 100).quantize(Decimal("0.01"), rounding=ROUND_DOWN), left


def dunning_level(days_late: int, amount: Decimal, paid_before: bool = True) -> int:
    """0 to 3: nothing for trifles, a reminder after a week, then harder; one level up for a customer who never paid."""
    if days_late <= 7 or amount < 5:
        return 0
    level = 1
    if days_late > 21:
        level = 2
    if days_late > 42:
        level = 3
    if not paid_before:
        level = min(3, level + 1)
    return level


def reminder_due(invoice: date, level: int) -> date:
    """When the next reminder goes out: two weeks after the invoice, then ten days for every level."""
    return invoice + timedelta(days=14 + 10 * level)


@dataclass
class DailyLimit:
    """What a customer may spend a day, and a payment; a new day starts anew."""

    per_day: Decimal
    per_payment: Decimal
    spent: dict[date, Decimal] = field(default_factory=dict)

    def left(self, day: date) -> Decimal:
        """What may still be spent on the day."""
        return self.per_day - self.spent.get(day, Decimal(0))

    def spend(self, day: date, amount: Decimal) -> bool:
        """Book a payment when both limits allow it; says whether it was booked."""
        if amount <= 0:
            raise ValueError("an amount must be positive")
        if amount > self.per_payment or amount > self.left(day):
            return False
        self.spent[day] = self.spent.get(day, Decimal(0)) + amount
        return True

    def refund(self, day: date, amount: Decimal) -> None:
        """Give back a booked payment, never more than was spent."""
        self.spent[day] = max(Decimal(0), self.spent.get(day, Decimal(0)) - amount)
