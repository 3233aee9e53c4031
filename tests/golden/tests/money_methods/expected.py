"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from decimal import Decimal

import pytest

from subject import State, Wallet, WalletLocked


# guards behaviour
def test_wallet_returns_value():
    result = Wallet("abc")
    assert result.balance == Decimal("0")
    assert result.state == State.OPEN
    assert result.is_empty is True


# guards behaviour
def test_wallet_rejects_owner_must_not_be_empty():
    with pytest.raises(ValueError, match="owner must not be empty"):
        Wallet("")


# guards behaviour
def test_wallet_deposit_changes_balance():
    wallet = Wallet("abc", Decimal("100.00"))
    wallet.deposit(Decimal("1"))
    assert wallet.balance == Decimal("101.00")


# guards behaviour
def test_wallet_deposit_rejects_amount_must_be_positive():
    wallet = Wallet("abc")
    with pytest.raises(ValueError, match="amount must be positive"):
        wallet.deposit(Decimal("0"))


# guards behaviour
def test_wallet_deposit_rejects_wallet_locked():
    wallet = Wallet("abc", state=State.LOCKED)
    with pytest.raises(WalletLocked, match="abc"):
        wallet.deposit(Decimal("0"))


# guards behaviour
def test_wallet_withdraw():
    assert Wallet("abc", Decimal("100.00")).withdraw(Decimal("0")) == Decimal("100.00")


# guards behaviour
def test_wallet_withdraw_changes_balance_and_is_empty():
    wallet = Wallet("abc", Decimal("100.00"))
    result = wallet.withdraw(Decimal("100.00"))
    assert result == Decimal("0.00")
    assert wallet.balance == Decimal("0.00")
    assert wallet.is_empty is True


# guards behaviour
def test_wallet_withdraw_rejects_not_enough_money():
    wallet = Wallet("abc")
    with pytest.raises(ValueError, match="not enough money"):
        wallet.withdraw(Decimal("100.00"))


# guards behaviour
def test_wallet_is_empty():
    assert Wallet("abc").is_empty is True
    assert Wallet("abc", Decimal("100.00")).is_empty is False
