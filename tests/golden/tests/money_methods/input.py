"""A wallet with states."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum


class State(Enum):
    """Whether money may move."""

    OPEN = "open"
    LOCKED = "locked"


class WalletLocked(Exception):
    """Nothing moves while it is locked."""


class Wallet:
    """Holds one amount."""

    def __init__(self, owner: str, balance: Decimal = Decimal("0"), state: State = State.OPEN) -> None:
        if not owner:
            raise ValueError("owner must not be empty")
        self.owner = owner
        self.balance = balance
        self.state = state

    def deposit(self, amount: Decimal) -> None:
        """Add money."""
        if self.state is State.LOCKED:
            raise WalletLocked(self.owner)
        if amount <= 0:
            raise ValueError("amount must be positive")
        self.balance += amount

    def withdraw(self, amount: Decimal) -> Decimal:
        """Take money out; the new balance."""
        if amount > self.balance:
            raise ValueError("not enough money")
        self.balance -= amount
        return self.balance

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left."""
        return self.balance == 0
