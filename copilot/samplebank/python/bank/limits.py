"""Payment limits 限额: single, daily and monthly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum

from bank.errors import LimitExceeded
from bank.money import Money, total


class RiskLevel(IntEnum):
    """客户风险等级, the higher the riskier."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3


@dataclass(frozen=True)
class LimitProfile:
    """Upper bounds for one customer; all in the account's currency."""

    single: Money
    daily: Money
    monthly: Money


@dataclass(frozen=True)
class Spent:
    """A payment that counts against the limits."""

    day: date
    amount: Money


def spent_on(history: Iterable[Spent], day: date, profile: LimitProfile) -> Money:
    """What was paid on a day."""
    return total((item.amount for item in history if item.day == day), profile.daily.currency)


def spent_in_month(history: Iterable[Spent], day: date, profile: LimitProfile) -> Money:
    """What was paid in the month of a day."""
    return total(
        (item.amount for item in history if (item.day.year, item.day.month) == (day.year, day.month)),
        profile.monthly.currency,
    )


def check_limits(amount: Money, day: date, history: list[Spent], profile: LimitProfile) -> None:
    """Raises LimitExceeded naming the first limit that the payment would break."""
    if profile.single < amount:
        raise LimitExceeded("single limit")
    if profile.daily < spent_on(history, day, profile) + amount:
        raise LimitExceeded("daily limit")
    if profile.monthly < spent_in_month(history, day, profile) + amount:
        raise LimitExceeded("monthly limit")


def risk_factor(level: RiskLevel) -> Decimal:
    """How much of the standard limit a risk level may use.

    >>> risk_factor(RiskLevel.MEDIUM)
    Decimal('0.5')
    """
    if level is RiskLevel.LOW:
        return Decimal(1)
    if level is RiskLevel.MEDIUM:
        return Decimal("0.5")
    return Decimal("0.1")


def remaining_allowance(limit: Decimal, used: Decimal, level: RiskLevel = RiskLevel.LOW) -> Decimal:
    if used < 0:
        raise ValueError("used must not be negative")
    allowance = limit * risk_factor(level) - used
    return max(allowance, Decimal(0))
