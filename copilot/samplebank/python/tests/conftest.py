"""Shared accounts and limits."""

from __future__ import annotations

import pytest

from bank.accounts import Account, AccountBook
from bank.limits import LimitProfile
from bank.money import Currency, Money


@pytest.fixture
def book() -> AccountBook:
    """One funded account."""
    result = AccountBook()
    account = result.open(Account("6001", "测试客户甲", Currency.CNY))
    account.credit(Money.of("1000.00"))
    return result


@pytest.fixture
def profile() -> LimitProfile:
    """Small limits."""
    return LimitProfile(Money.of("500"), Money.of("800"), Money.of("2000"))
