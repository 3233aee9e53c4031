"""Input: ``AccountStatus``, ``InsufficientFundsError``, ``Transfer``, ``Account``,
``SavingsAccount`` and others.
"""

import enum
from contextlib import contextmanager
from dataclasses import dataclass


class AccountStatus(enum.Enum):
    """Account status: one of ``OPEN`` and ``CLOSED``.

    Attributes:
        OPEN: Value ``"open"``.
        CLOSED: Value ``"closed"``.
    """
    OPEN = "open"
    CLOSED = "closed"


class InsufficientFundsError(ValueError):
    """Exception for insufficient funds, a kind of ``ValueError``."""
    pass


@dataclass
class Transfer:
    """Transfer with fields ``source``, ``target`` and ``amount``.

    Attributes:
        source (str): Required.
        target (str): Required.
        amount (int): Default ``0``.
    """
    source: str
    target: str
    amount: int = 0


class Account:
    """Account with ``balance``, ``from_row``, ``withdraw``, ``refresh`` and
    ``entries``.

    Attributes:
        limit: Value ``5``.
    """
    limit = 5

    def __init__(self, owner, *, balance=0, **options):
        """Initialize the account, changing ``self.owner`` and ``self._balance``.

        Args:
            owner: Stored as ``self.owner``.
            balance: Stored as ``self._balance``. Default ``0``.
            **options: Keyword arguments passed on to ``super().__init__``.
        """
        self.owner = owner
        self._balance = balance
        super().__init__(**options)

    @property
    def balance(self):
        """The balance: ``self._balance``."""
        return self._balance

    @balance.setter
    def balance(self, value):
        self._balance = value

    @classmethod
    def from_row(cls, row):
        """Create the account from row.

        Args:
            row: Read as ``row["owner"]``.

        Returns:
            The result of ``cls(row["owner"])``.
        """
        return cls(row["owner"])

    def withdraw(self, amount: int) -> int:
        """Withdraw, changing ``self._balance``.

        Args:
            amount (int): Rejected with ``InsufficientFundsError`` if
                ``amount > self._balance``.

        Returns:
            int: ``self._balance``.

        Raises:
            InsufficientFundsError: If ``amount > self._balance``.
        """
        if amount > self._balance:
            raise InsufficientFundsError(amount)
        self._balance -= amount
        return self._balance

    async def refresh(self, client) -> None:
        """Refresh, changing ``self._balance``.

        To be awaited.

        Args:
            client: ``client.balance(self.owner)`` is invoked.

        Raises:
            TimeoutError: Caught and passed on.
            ConnectionError: Caught and passed on.
        """
        try:
            self._balance = await client.balance(self.owner)
        except (TimeoutError, ConnectionError):
            raise

    def entries(self):
        """Yield the entries, from ``self._entries``.

        Yields:
            The items of ``self._entries``, one at a time.
        """
        for entry in self._entries:
            yield entry

    def __eq__(self, other):
        return self.owner == other.owner


class SavingsAccount(Account):
    """Savings account, a kind of ``Account``, with ``withdraw``."""
    def withdraw(self, amount: int) -> int:
        return super().withdraw(amount)


@contextmanager
def lock_account(account):
    """Call ``account.lock`` and ``account.unlock``.

    Args:
        account: ``account.lock()`` and ``account.unlock()`` are invoked.

    Yields:
        Control to the ``with`` block.
    """
    account.lock()
    yield
    account.unlock()


def sign(value):
    """Return ``1``, ``-1`` or ``0``.

    Left early if ``value > 0``. Changes nothing outside.

    Args:
        value: Tested by ``value > 0`` and ``value < 0``.

    Returns:
        ``1``, ``-1`` or ``0``.
    """
    if value > 0:
        return 1
    return -1 if value < 0 else 0
