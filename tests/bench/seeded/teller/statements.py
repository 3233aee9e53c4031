"""Reading account statements and matching what came in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

LINE = re.compile(r"(\d{6})(\d{4})?(R?[CD])(\d+,\d*)N([A-Z]{3})(\S+)")


@dataclass(frozen=True)
class Entry:
    """One line of a statement; money that left the account is negative."""

    valued: date
    booked: date
    amount: Decimal
    kind: str
    reference: str


def parse_line(line: str) -> Entry:
    """Read a `:61:` line: value date, booking day, mark, amount, kind and reference.

    A mark of D takes, C gives, and an R before it turns it round. The booking day has no year: around New Year it is
    the one nearest to the value date.

    >>> parse_line(":61:2401310201D12,50NTRFREF7").amount
    Decimal('-12.50')
    """
    found = LINE.fullmatch(line.strip().removeprefix(":61:"))
    if found is None:
        raise ValueError(f"not a statement line: {line!r}")
    valued = datetime.strptime(found[1], "%y%m%d").date()
    booked = valued
    if found[2]:
        booked = date(valued.year, int(found[2][:2]), int(found[2][2:]))
        if valued.month == 12 and booked.month == 1:
            booked = booked.replace(year=valued.year + 1)
        elif valued.month == 1 and booked.month == 12:
            booked = booked.replace(year=valued.year - 1)
    amount = Decimal(found[4].replace(",", "."))
    if found[3] in ("D", "RC"):
        amount = -amount
    return Entry(valued, booked, amount, found[5], found[6])


def parse_csv_row(row: str, separator: str = ";") -> dict[str, str]:
    """Fields of an exported row: date, payee, purpose, amount; quotes and outer blanks are taken off.

    >>> parse_csv_row('2024-01-31; "Baker" ;bread;-3,20')["payee"]
    'Baker'
    """
    fields = [one.strip().strip('"').strip() for one in row.split(separator)]
    if len(fields) != 4:
        raise ValueError(f"{len(fields)} fields instead of 4")
    return dict(zip(("date", "payee", "purpose", "amount"), fields, strict=True))


def running(opening: Decimal, amounts: Iterable[Decimal]) -> list[Decimal]:
    """The balance after each amount."""
    balances = []
    balance = opening
    for amount in amounts:
        balance += amount
        balances.append(balance)
    return balances


def closing_matches(opening: Decimal, closing: Decimal, amounts: Sequence[Decimal]) -> bool:
    """Whether the statement adds up."""
    return opening + sum(amounts, Decimal(0)) == closing


def reference_of(purpose: str) -> str | None:
    """The invoice number in a purpose line, in capitals; None when there is none."""
    found = re.search(r"\b(?:INV|RE)[- ]?(\d{4,8})\b", purpose.upper())
    return f"INV{found[1]}" if found else None


def match(open_items: dict[str, Decimal], purpose: str, amount: Decimal, tolerance: Decimal = Decimal("0.05")) -> str:
    """What a payment does to the open item it names: paid, part, over, or unknown."""
    reference = reference_of(purpose)
    if reference is None or reference not in open_items:
        return "unknown"
    difference = amount - open_items[reference]
    if abs(difference) <= tolerance:
        return "paid"
    return "part" if difference < 0 else "over"


def monthly_totals(entries: Iterable[tuple[date, Decimal]]) -> dict[str, Decimal]:
    """What came in and went out by month, as YYYY-MM, in order."""
    totals: dict[str, Decimal] = {}
    for day, amount in entries:
        key = f"{day.year:04d}-{day.month:02d}"
        totals[key] = totals.get(key, Decimal(0)) + amount
    return dict(sorted(totals.items()))


def duplicates(entries: Sequence[tuple[date, Decimal, str]], within_days: int = 3) -> list[int]:
    """Places of entries that repeat an earlier one: same amount and payee (whatever its case), a few days apart."""
    found = []
    for at, (day, amount, payee) in enumerate(entries):
        for earlier, other, who in entries[:at]:
            same = other == amount and who.casefold() == payee.casefold()
            if same and abs((day - earlier).days) <= within_days:
                found.append(at)
                break
    return found
