"""Direct-debit mandates 代扣协议."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum


class Frequency(Enum):
    """扣款周期."""

    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


class Mandate:
    """A customer allows a biller to collect up to a maximum."""

    reference: str
    debtor: str
    biller: str
    maximum: Decimal
    frequency: Frequency
    signed_on: date

    def covers(self, amount: Decimal) -> bool:
        """True when the biller may collect this amount."""
        return Decimal(0) < amount <= self.maximum


def collections_a_year(frequency: Frequency) -> int:
    """How often a biller collects in a year.

    >>> collections_a_year(Frequency.MONTHLY)
    12
    """
    if frequency is Frequency.WEEKLY:
        return 52
    if frequency is Frequency.MONTHLY:
        return 12
    return 1
