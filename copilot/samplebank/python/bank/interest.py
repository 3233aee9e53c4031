"""Interest: simple, compound and tiered. 利率一律为年利率, 以小数表示 (0.0435 即 4.35%)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_DOWN, Decimal

from bank.money import Money
from bank.workdays import DayCount, days_between, thirty_360_days


def year_fraction(start: date, end: date, convention: DayCount) -> Decimal:
    """The part of a year between two dates under a day-count convention.

    >>> year_fraction(date(2026, 1, 1), date(2026, 7, 1), DayCount.THIRTY_360)
    Decimal('0.5')
    """
    if convention is DayCount.ACT_360:
        return Decimal(days_between(start, end)) / 360
    if convention is DayCount.ACT_365:
        return Decimal(days_between(start, end)) / 365
    return Decimal(thirty_360_days(start, end)) / 360


def simple_interest(
    principal: Money, rate: Decimal, start: date, end: date,
    convention: DayCount = DayCount.ACT_360,
) -> Money:
    """Interest without compounding. 单利.

    >>> str(simple_interest(Money.of("10000"), Decimal("0.036"), date(2026, 1, 1), date(2026, 1, 31)))
    '30.00 CNY'
    """
    if rate < 0:
        raise ValueError("rate must not be negative")
    return principal.times(rate * year_fraction(start, end, convention))


def compound_interest(principal: Money, rate: Decimal, years: int, periods: int = 1) -> Money:
    """Interest on interest, `periods` times a year. 复利.

    >>> str(compound_interest(Money.of("1000"), Decimal("0.10"), 2))
    '210.00 CNY'
    """
    if years < 0 or periods < 1:
        raise ValueError("years must not be negative and periods must be positive")
    growth = (1 + rate / periods) ** (years * periods)
    return principal.times(growth - 1)


def tiered_rate(balance: Decimal, tiers: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """The rate of the highest tier whose threshold the balance reaches. 分档利率.

    >>> tiered_rate(Decimal(60000), [(Decimal(0), Decimal("0.001")), (Decimal(50000), Decimal("0.002"))])
    Decimal('0.002')
    """
    if not tiers:
        raise ValueError("no tiers")
    reached = [rate for threshold, rate in sorted(tiers) if balance >= threshold]
    if not reached:
        raise ValueError("balance is below the first tier")
    return reached[-1]


def penalty_interest(overdue: Money, rate: Decimal, days: int) -> Money:
    """罚息: the contract rate plus one half, for the days overdue, rounded by the booking policy."""
    if days < 0:
        raise ValueError("days must not be negative")
    exact = overdue.amount * rate * Decimal("1.5") * days / 360
    return Money(exact.quantize(overdue.currency.quantum, rounding=ROUND_DOWN), overdue.currency)
