"""A schedule of dated rows: a generator of frozen objects, and a sum over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal


@dataclass(frozen=True)
class Row:
    """One payment."""

    due: date
    amount: Decimal


def rows(total: Decimal, parts: int, first: date) -> Iterator[Row]:
    """Equal parts every thirty days, the last takes what is left.

    >>> [str(row.amount) for row in rows(Decimal("100"), 3, date(2026, 1, 31))]
    ['33.33', '33.33', '33.34']
    """
    if parts < 1:
        raise ValueError("parts must be positive")
    share = (total / parts).quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    left = total
    for number in range(parts):
        amount = left if number == parts - 1 else share
        left -= amount
        yield Row(first + timedelta(days=30 * number), amount)


def largest(found: list[Row]) -> Decimal:
    """The largest amount."""
    if not found:
        raise ValueError("no rows")
    return max(row.amount for row in found)
