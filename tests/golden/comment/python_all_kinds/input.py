import enum
from contextlib import contextmanager
from dataclasses import dataclass


class AccountStatus(enum.Enum):
    OPEN = "open"
    CLOSED = "closed"


class InsufficientFundsError(ValueError): pass


@dataclass
class Transfer:
    source: str
    target: str
    amount: int = 0


class Account:
    limit = 5

    def __init__(self, owner, *, balance=0, **options):
        self.owner = owner
        self._balance = balance
        super().__init__(**options)

    @property
    def balance(self): return self._balance

    @balance.setter
    def balance(self, value):
        self._balance = value

    @classmethod
    def from_row(cls, row):
        return cls(row["owner"])

    def withdraw(self, amount: int) -> int:
        if amount > self._balance:
            raise InsufficientFundsError(amount)
        self._balance -= amount
        return self._balance

    async def refresh(self, client) -> None:
        try:
            self._balance = await client.balance(self.owner)
        except (TimeoutError, ConnectionError):
            raise

    def entries(self):
        for entry in self._entries:
            yield entry

    def __eq__(self, other):
        return self.owner == other.owner


class SavingsAccount(Account):
    def withdraw(self, amount: int) -> int:
        return super().withdraw(amount)


@contextmanager
def lock_account(account):
    account.lock()
    yield
    account.unlock()


def sign(value):
    if value > 0:
        return 1
    return -1 if value < 0 else 0
