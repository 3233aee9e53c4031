"""Fees 手续费. A rule has a rate, a minimum and a maximum; private customers pay less."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from bank.money import Currency, Money, quantise


class Channel(Enum):
    """办理渠道."""

    COUNTER = "counter"
    MOBILE = "mobile"
    ATM = "atm"


@dataclass(frozen=True)
class FeeRule:
    """Rate of the amount, not below `minimum`, not above `maximum`."""

    rate: Decimal
    minimum: Decimal
    maximum: Decimal


RULES = {
    Channel.COUNTER: FeeRule(Decimal("0.0005"), Decimal("1.00"), Decimal("50.00")),
    Channel.MOBILE: FeeRule(Decimal(0), Decimal(0), Decimal(0)),
    Channel.ATM: FeeRule(Decimal("0.0010"), Decimal("2.00"), Decimal("25.00")),
}


def clamp(value: Decimal, low: Decimal, high: Decimal) -> Decimal:
    """The value, moved into the range.

    >>> clamp(Decimal(7), Decimal(1), Decimal(5))
    Decimal('5')
    """
    if low > high:
        raise ValueError("low is above high")
    return max(low, min(value, high))


def transfer_fee(amount: Money, channel: Channel) -> Money:
    """The fee of one transfer.

    >>> str(transfer_fee(Money.of("10000"), Channel.COUNTER))
    '5.00 CNY'
    """
    rule = RULES[channel]
    return Money(clamp(amount.amount * rule.rate, rule.minimum, rule.maximum), amount.currency)


def discounted(fee: Decimal, percent: int) -> Decimal:
    """The fee less a discount in percent. 手续费折扣.

    >>> discounted(Decimal("8.00"), 25)
    Decimal('6.00')
    """
    if not 0 <= percent <= 100:
        raise ValueError("percent must be between 0 and 100")
    return quantise(fee * (100 - percent) / 100, Currency.CNY)


def wealth_management_fee(assets: Decimal, annual_rate: Decimal, days: int) -> Decimal:
    """理财产品管理费: assets by rate by days of 365, rounded to cents."""
    return Decimal(round(float(assets) * float(annual_rate) * days / 365, 2))
