"""Money keeps currencies apart and loses no cent."""

from __future__ import annotations

import pytest

from bank.errors import CurrencyMismatch
from bank.money import Money, split


def test_currencies_are_not_mixed() -> None:
    with pytest.raises(CurrencyMismatch):
        Money.of("1", "CNY") + Money.of("1", "EUR")


def test_split_keeps_the_sum() -> None:
    parts = split(Money.of("100.00"), 7)
    assert sum(part.amount for part in parts) == Money.of("100.00").amount
