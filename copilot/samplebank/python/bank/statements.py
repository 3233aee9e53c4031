"""Account statements 对账单: lines, running balance, text for print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bank.ledger import Entry, Ledger, Posting, Side
from bank.money import Currency, Money, total


@dataclass(frozen=True)
class StatementLine:
    """One booked movement and the balance after it."""

    booked_on: date
    reference: str
    narrative: str
    amount: Money
    balance: Money


@dataclass(frozen=True)
class Statement:
    """The movements of one account in one period."""

    account: str
    start: date
    end: date
    opening: Money
    lines: tuple[StatementLine, ...]

    @property
    def closing(self) -> Money:
        """The balance after the last line. 期末余额."""
        return self.lines[-1].balance if self.lines else self.opening


def _change(entry: Entry) -> Money:
    """From the customer's view a credit is money coming in."""
    return entry.amount if entry.side is Side.CREDIT else -entry.amount


def running(opening: Money, moves: Iterable[tuple[Posting, Entry]]) -> Iterable[StatementLine]:
    """Lines with their running balance."""
    balance = opening
    for posting, entry in moves:
        change = _change(entry)
        balance = balance + change
        yield StatementLine(posting.booked_on, posting.reference, posting.narrative, change, balance)


def statement(ledger: Ledger, account: str, start: date, end: date, opening: Money) -> Statement:
    """The statement of an account from `start` to `end`, both included."""
    if end < start:
        raise ValueError("end is before start")
    moves = ledger.entries_of(account, start, end)
    return Statement(account, start, end, opening, tuple(running(opening, moves)))


def turnover(lines: Iterable[StatementLine], currency: Currency) -> tuple[Money, Money]:
    """Money in and money out. 贷方发生额与借方发生额."""
    items = list(lines)
    incoming = total((line.amount for line in items if not line.amount.is_negative()), currency)
    outgoing = total((-line.amount for line in items if line.amount.is_negative()), currency)
    return incoming, outgoing


def format_amount(amount: Decimal, width: int = 14) -> str:
    """Right-aligned, with thousands separators; credits end in CR, debits in DR.

    >>> format_amount(Decimal("-1234.5"), 14)
    '   1,234.50 DR'
    """
    side = "DR" if amount < 0 else "CR"
    return f"{abs(amount):,.2f} {side}".rjust(width)


def amount_in_words(amount: Decimal) -> str:
    """大写金额的整数部分, 用于打印回单.

    >>> amount_in_words(Decimal(10203))
    '壹万零贰佰零叁元整'
    """
    if amount < 0 or amount != amount.to_integral_value() or amount >= 100_000_000:
        raise ValueError("a whole amount below one hundred million is needed")
    digits, units = "零壹贰叁肆伍陆柒捌玖", ["", "拾", "佰", "仟"]
    number = int(amount)
    if number == 0:
        return "零元整"

    def section(value: int) -> str:
        text = ""
        for index, character in enumerate(reversed(str(value))):
            digit = int(character)
            text = (digits[digit] + units[index] if digit else "零") + text
        while "零零" in text:
            text = text.replace("零零", "零")
        return text.rstrip("零")

    high, low = divmod(number, 10_000)
    text = section(high) + "万" if high else ""
    if low:
        gap = "零" if high and low < 1_000 else ""
        text += gap + section(low)
    return text + "元整"
