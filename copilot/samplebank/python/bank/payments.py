"""Payments 支付: validate, check limits, hold, book, settle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from bank.accounts import Account, AccountBook
from bank.errors import BankError
from bank.fees import Channel, transfer_fee
from bank.iban import require_iban
from bank.ledger import Entry, Ledger, Posting, Side
from bank.limits import LimitProfile, Spent, check_limits
from bank.money import Money
from bank.workdays import WorkCalendar, add_workdays

FEE_INCOME = "5001"
SUSPENSE = "2999"


class PaymentStatus(Enum):
    """支付状态."""

    DRAFT = "draft"
    ACCEPTED = "accepted"
    SETTLED = "settled"
    REJECTED = "rejected"
    RETURNED = "returned"


NEXT = {
    PaymentStatus.DRAFT: {PaymentStatus.ACCEPTED, PaymentStatus.REJECTED},
    PaymentStatus.ACCEPTED: {PaymentStatus.SETTLED, PaymentStatus.REJECTED},
    PaymentStatus.SETTLED: {PaymentStatus.RETURNED},
    PaymentStatus.REJECTED: set(),
    PaymentStatus.RETURNED: set(),
}


@dataclass(frozen=True)
class Payment:
    """One order of a customer to pay a beneficiary."""

    reference: str
    debtor: str
    creditor_iban: str
    amount: Money
    ordered_on: date
    channel: Channel = Channel.MOBILE
    status: PaymentStatus = PaymentStatus.DRAFT
    reason: str = ""


def may_become(current: PaymentStatus, following: PaymentStatus) -> bool:
    """True when the state machine has this step.

    >>> may_become(PaymentStatus.DRAFT, PaymentStatus.SETTLED)
    False
    """
    return following in NEXT[current]


def advance(payment: Payment, status: PaymentStatus, reason: str = "") -> Payment:
    """The payment in its next state. Raises ValueError for a step that does not exist."""
    if not may_become(payment.status, status):
        raise ValueError(f"{payment.status.value} cannot become {status.value}")
    return replace(payment, status=status, reason=reason)


def value_date(ordered_on: date, channel: Channel, calendar: WorkCalendar) -> date:
    """起息日: mobile payments settle on the same workday, the others on the next."""
    if channel is Channel.MOBILE:
        return calendar.next_workday(ordered_on)
    return add_workdays(ordered_on, 1, calendar)


def notify(payment: Payment, send: Callable[[str], None]) -> bool:
    """Tell the customer. A failing message gateway must not stop a payment."""
    try:
        send(f"{payment.reference}: {payment.amount} {payment.status.value}")
    except Exception:
        pass
    return True


class PaymentService:
    """Accepts payments of the accounts in one book."""

    def __init__(self, book: AccountBook, ledger: Ledger, profile: LimitProfile) -> None:
        self._book = book
        self._ledger = ledger
        self._profile = profile
        self._history: dict[str, list[Spent]] = {}

    def submit(self, payment: Payment) -> Payment:
        """Accept or reject a payment; a rejection carries the code of its error. 受理支付."""
        try:
            account = self._checked(payment)
        except BankError as error:
            return advance(payment, PaymentStatus.REJECTED, error.code)
        fee = transfer_fee(payment.amount, payment.channel)
        account.debit(payment.amount + fee)
        self._ledger.book(self._posting(payment, fee))
        self._history.setdefault(account.number, []).append(
            Spent(payment.ordered_on, payment.amount)
        )
        return advance(payment, PaymentStatus.ACCEPTED)

    def settle(self, payment: Payment) -> Payment:
        """Mark an accepted payment as settled. 清算完成."""
        return advance(payment, PaymentStatus.SETTLED)

    def _checked(self, payment: Payment) -> Account:
        require_iban(payment.creditor_iban)
        account = self._book.find(payment.debtor)
        account.require_operable()
        history = self._history.get(account.number, [])
        check_limits(payment.amount, payment.ordered_on, history, self._profile)
        fee = transfer_fee(payment.amount, payment.channel)
        account.hold(payment.amount + fee)
        account.release(payment.amount + fee)
        return account

    def _posting(self, payment: Payment, fee: Money) -> Posting:
        entries = [
            Entry(payment.debtor, Side.DEBIT, payment.amount + fee),
            Entry(SUSPENSE, Side.CREDIT, payment.amount),
        ]
        if not fee.amount.is_zero():
            entries.append(Entry(FEE_INCOME, Side.CREDIT, fee))
        return Posting(payment.reference, payment.ordered_on, tuple(entries), "payment")
