"""Double-entry ledger 复式记账: every posting has equal debits and credits in each currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from bank.errors import UnbalancedPosting
from bank.money import Currency, Money, total


class Side(Enum):
    """借贷方向."""

    DEBIT = "D"
    CREDIT = "C"

    def opposite(self) -> Side:
        """The other side.

        >>> Side.DEBIT.opposite()
        <Side.CREDIT: 'C'>
        """
        return Side.CREDIT if self is Side.DEBIT else Side.DEBIT


@dataclass(frozen=True)
class Entry:
    """One line of a posting."""

    account: str
    side: Side
    amount: Money

    def signed(self) -> Decimal:
        """The amount, negative on the credit side."""
        return self.amount.amount if self.side is Side.DEBIT else -self.amount.amount


@dataclass(frozen=True)
class Posting:
    """Entries that are booked together or not at all."""

    reference: str
    booked_on: date
    entries: tuple[Entry, ...]
    narrative: str = ""


def imbalance(entries: Sequence[Entry]) -> dict[Currency, Decimal]:
    """What is missing on a side, for each currency that does not balance.

    >>> imbalance([Entry("1001", Side.DEBIT, Money.of("5.00"))])
    {<Currency.CNY: 'CNY'>: Decimal('5.00')}
    """
    sums: dict[Currency, Decimal] = defaultdict(Decimal)
    for entry in entries:
        sums[entry.amount.currency] += entry.signed()
    return {currency: amount for currency, amount in sums.items() if amount != 0}


class Ledger:
    """Postings in booking order. A booked posting is never changed, only reversed. 只冲正, 不修改."""

    def __init__(self) -> None:
        self._postings: list[Posting] = []
        self._references: set[str] = set()

    def book(self, posting: Posting) -> Posting:
        """Append a posting. Raises UnbalancedPosting, and ValueError for a reference used before."""
        if posting.reference in self._references:
            raise ValueError(f"reference {posting.reference} was booked before")
        missing = imbalance(posting.entries)
        if missing:
            raise UnbalancedPosting(f"posting {posting.reference}: {missing}")
        self._postings.append(posting)
        self._references.add(posting.reference)
        return posting

    def reverse(self, reference: str, booked_on: date) -> Posting:
        """Book the opposite of a posting. 冲正."""
        original = self.find(reference)
        entries = tuple(
            Entry(entry.account, entry.side.opposite(), entry.amount) for entry in original.entries
        )
        return self.book(Posting(f"{reference}-R", booked_on, entries, f"reversal of {reference}"))

    def find(self, reference: str) -> Posting:
        """The posting of this reference. Raises KeyError."""
        for posting in self._postings:
            if posting.reference == reference:
                return posting
        raise KeyError(reference)

    def balance(self, account: str, currency: Currency) -> Money:
        """Debits less credits of one account."""
        amounts = [
            Money(entry.signed(), currency)
            for posting in self._postings
            for entry in posting.entries
            if entry.account == account and entry.amount.currency is currency
        ]
        return total(amounts, currency)

    def entries_of(self, account: str, start: date, end: date) -> list[tuple[Posting, Entry]]:
        """Entries of an account booked from `start` to `end`, both included."""
        return [
            (posting, entry)
            for posting in self._postings
            if start <= posting.booked_on <= end
            for entry in posting.entries
            if entry.account == account
        ]
