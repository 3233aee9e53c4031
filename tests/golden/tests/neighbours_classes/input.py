"""Accounts."""

import os


class Account:
    """An account of an owner."""

    def __init__(self, owner: str, limit: int) -> None:
        self.owner, self.limit, self.cents = owner, limit, 0

    def book(self, cents: int) -> int:
        """Book an amount; the balance after it."""
        if self.cents + cents < -self.limit:
            raise ValueError("limit exceeded")
        self.cents += cents
        return self.cents

    def title(self, short: bool) -> str:
        """How a screen names it."""
        return self.owner[:1] if short else f"{self.owner} ({os.environ.get('BRANCH', 'main')})"


def sign(cents: int) -> str:
    """A sign for a screen."""
    if cents == 0:
        return ""
    return "-" if cents < 0 else "+"
