"""Accounts and what happens to their balances."""

from dataclasses import dataclass


@dataclass
class Account:
    number: str
    balance: int = 0
    frozen: bool = False


def deposit(account: Account, cents: int) -> int:
    if cents <= 0:
        raise ValueError("a deposit is positive")
    account.balance += cents
    return account.balance


def withdraw(account: Account, cents: int) -> int:
    if account.frozen:
        raise PermissionError("the account is frozen")
    if cents > account.balance:
        raise ValueError("not enough money")
    account.balance -= cents
    return account.balance


def richest(accounts: list[Account]) -> Account | None:
    best = None
    for account in accounts:
        if best is None or account.balance > best.balance:
            best = account
    return best


def total(accounts: list[Account]) -> int:
    return sum(account.balance for account in accounts)
