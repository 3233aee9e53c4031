"""Accounts and their life: active, frozen, dormant, closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from bank.errors import AccountNotOperable, InsufficientFunds, UnknownAccount
from bank.money import Currency, Money


class AccountStatus(Enum):
    """账户状态."""

    ACTIVE = "active"
    FROZEN = "frozen"
    DORMANT = "dormant"
    CLOSED = "closed"


class AccountKind(Enum):
    """账户种类."""

    CURRENT = "current"
    SAVINGS = "savings"
    LOAN = "loan"


@dataclass
class Account:
    """A customer's account. The balance moves only through `credit` and `debit`."""

    number: str
    holder: str
    currency: Currency
    kind: AccountKind = AccountKind.CURRENT
    status: AccountStatus = AccountStatus.ACTIVE
    opened_on: date | None = None
    balance: Money = field(init=False)
    held: Money = field(init=False)

    def __post_init__(self) -> None:
        self.balance = Money.zero(self.currency)
        self.held = Money.zero(self.currency)

    @property
    def available(self) -> Money:
        """可用余额 = 账面余额 - 冻结金额."""
        return self.balance - self.held

    def require_operable(self) -> None:
        """Raises AccountNotOperable unless the account is active."""
        if self.status is not AccountStatus.ACTIVE:
            raise AccountNotOperable(f"account {self.number} is {self.status.value}")

    def credit(self, amount: Money) -> None:
        """Add money. 入账."""
        if amount.is_negative():
            raise ValueError("amount must not be negative")
        self.require_operable()
        self.balance = self.balance + amount

    def debit(self, amount: Money) -> None:
        """Take money. 出账."""
        if amount.is_negative():
            raise ValueError("amount must not be negative")
        self.require_operable()
        if self.available < amount:
            raise InsufficientFunds(f"account {self.number} lacks {amount - self.available}")
        self.balance = self.balance - amount

    def hold(self, amount: Money) -> None:
        """Reserve money for a payment under way. 圈存."""
        self.require_operable()
        if self.available < amount:
            raise InsufficientFunds(f"account {self.number} lacks {amount - self.available}")
        self.held = self.held + amount

    def release(self, amount: Money) -> None:
        """Give reserved money back. 解圈."""
        if self.held < amount:
            raise ValueError("more released than held")
        self.held = self.held - amount


def is_operable(status: AccountStatus) -> bool:
    """True when money may move.

    >>> is_operable(AccountStatus.ACTIVE), is_operable(AccountStatus.FROZEN)
    (True, False)
    """
    return status is AccountStatus.ACTIVE


def freeze(account: Account) -> Account:
    """Freeze an active account. 司法冻结."""
    if account.status is AccountStatus.CLOSED:
        raise AccountNotOperable("a closed account cannot be frozen")
    account.status = AccountStatus.FROZEN
    return account


def close(account: Account) -> Account:
    """Close an account whose balance is zero. 销户前余额须为零."""
    if account.balance != Money.zero(account.currency):
        raise AccountNotOperable("balance must be zero before closing")
    account.status = AccountStatus.CLOSED
    return account


class AccountBook:
    """All accounts of a branch, by number."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}

    def open(self, account: Account) -> Account:
        """Register a new account."""
        if account.number in self._accounts:
            raise ValueError(f"account {account.number} exists")
        self._accounts[account.number] = account
        return account

    def find(self, number: str) -> Account:
        """The account of this number. Raises UnknownAccount."""
        try:
            return self._accounts[number]
        except KeyError:
            raise UnknownAccount(number) from None

    def active(self) -> list[Account]:
        """Active accounts, ordered by number."""
        return [self._accounts[key] for key in sorted(self._accounts)
                if is_operable(self._accounts[key].status)]
