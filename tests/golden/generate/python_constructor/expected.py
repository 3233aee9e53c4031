"""Accounts."""

from decimal import Decimal


class Account:
    """A current account."""

    iban: str
    _balance: Decimal
    currency: str = "EUR"  # ISO 4217
    tags: list[str] = []
    LIMIT = 3

    def __init__(self, iban: str, balance: Decimal, currency: str = "EUR") -> None:
        self.iban = iban
        self._balance = balance
        self.currency = currency
        self.tags = []

    def is_open(self) -> bool:
        return self._balance >= 0


def after() -> None: ...
