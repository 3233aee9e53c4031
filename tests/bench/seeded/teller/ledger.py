"""Postings, balances and netting."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date


class NotBalanced(ValueError):
    """Debits and credits differ."""


class Refused(ValueError):
    """The account does not allow it."""


@dataclass(frozen=True)
class Posting:
    """Cents on an account; credits are positive, debits negative."""

    account: str
    cents: int
    day: date
    text: str = ""


@dataclass
class Account:
    """A customer's account with holds and an agreed overdraft, all in cents."""

    number: str
    balance: int = 0
    overdraft: int = 0
    blocked: bool = False
    holds: dict[str, int] = field(default_factory=dict)

    def available(self) -> int:
        """What can be paid out."""
        return self.balance + self.overdraft - sum(self.holds.values())

    def deposit(self, cents: int) -> int:
        """Pay in; returns the new balance. A blocked account still takes money."""
        if cents <= 0:
            raise ValueError("an amount must be positive")
        self.balance += cents
        return self.balance

    def withdraw(self, cents: int) -> int:
        """Pay out; returns the new balance."""
        if cents <= 0:
            raise ValueError("an amount must be positive")
        if self.blocked:
            raise Refused("the account is blocked")
        if cents > self.available():
            raise Refused("not enough money")
        self.balance -= cents
        return self.balance

    def hold(self, key: str, cents: int) -> None:
        """Reserve money for a card payment; a second hold of the same key replaces the first."""
        free = self.available() + self.holds.get(key, 0)
        if cents > free:
            raise Refused("not enough money to reserve")
        self.holds[key] = cents

    def settle(self, key: str, cents: int) -> int:
        """Book a reserved payment for what it really was; returns the new balance."""
        if key not in self.holds:
            raise Refused(f"nothing is reserved for {key}")
        del self.holds[key]
        self.balance -= cents
        return self.balance


class Ledger:
    """Balanced entries in the order they were posted."""

    def __init__(self) -> None:
        self.entries: list[tuple[Posting, ...]] = []

    def post(self, postings: Iterable[Posting]) -> int:
        """Add an entry; returns its number, from 1 on. Raises NotBalanced."""
        entry = tuple(postings)
        if len(entry) < 2 or sum(one.cents for one in entry) != 0:
            raise NotBalanced("an entry needs two sides that are equal")
        self.entries.append(entry)
        return len(self.entries)

    def reverse(self, number: int, day: date) -> int:
        """Post the opposite of an entry; returns the number of the new one."""
        if not 1 <= number <= len(self.entries):
            raise ValueError(f"no entry {number}")
        mirrored = [
            replace(one, cents=-one.cents, day=day, text=f"reversal of {number}") for one in self.entries[number - 1]
        ]
        return self.post(mirrored)

    def balance(self, account: str, until: date | None = None) -> int:
        """The account's balance, at the end of a day."""
        postings = (one for entry in self.entries for one in entry if one.account == account)
        return sum(one.cents for one in postings if until is None or one.day <= until)

    def trial_balance(self) -> dict[str, int]:
        """Balance by account, those at zero left out, by name."""
        totals: dict[str, int] = defaultdict(int)
        for entry in self.entries:
            for one in entry:
                totals[one.account] += one.cents
        return {name: cents for name, cents in sorted(totals.items()) if cents != 0}


def net(obligations: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    """Net position by party of (payer, payee, cents); who has to pay is negative."""
    position: dict[str, int] = defaultdict(int)
    for payer, payee, cents in obligations:
        if payer == payee:
            continue
        position[payer] -= cents
        position[payee] += cents
    return dict(position)


def settlements(position: dict[str, int]) -> list[tuple[str, str, int]]:
    """Payments (payer, payee, cents) that bring every position to zero, the largest first.

    >>> settlements({"A": -50, "B": 20, "C": 30})
    [('A', 'C', 30), ('A', 'B', 20)]
    """
    owing = sorted(((-cents, name) for name, cents in position.items() if cents < 0), reverse=True)
    owed = sorted(((cents, name) for name, cents in position.items() if cents > 0), reverse=True)
    found = []
    while owing and owed:
        (debt, payer), (claim, payee) = owing[0], owed[0]
        paid = min(debt, claim)
        found.append((payer, payee, paid))
        owing = ([(debt - paid, payer)] if debt > paid else []) + owing[1:]
        owed = ([(claim - paid, payee)] if claim > paid else []) + owed[1:]
    return found
