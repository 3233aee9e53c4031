"""Accounts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Account:
    """One account; the balance is in cents."""

    owner: str
    balance: int = 0

    def deposit(self, cents: int) -> int:
        """Add cents and return the new balance."""
        self.balance += cents
        return self.balance

    def withdraw(self, cents: int) -> int:
        """Take cents and return the new balance.

        Raises:
            ValueError: the balance is too low.
        """
        ...

    def fee(self, rate: float) -> float: ...


def total(accounts: list[Account]) -> int:
    """The sum of all balances."""
    # an empty list has none
    raise NotImplementedError


def richest(accounts: list[Account]) -> Account | None:
    best = None
    for account in accounts:
        if best is None or account.balance > best.balance:
            best = account
    return best
