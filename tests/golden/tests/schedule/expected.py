"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from datetime import date
from decimal import Decimal

import pytest

from subject import Row, largest, rows


# guards behaviour
@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            3,
            [
                Row(date(2026, 1, 31), Decimal("33.33")),
                Row(date(2026, 3, 2), Decimal("33.33")),
                Row(date(2026, 4, 1), Decimal("33.34")),
            ],
        ),
        (1, [Row(date(2026, 1, 31), Decimal("100"))]),
        (2, [Row(date(2026, 1, 31), Decimal("50.00")), Row(date(2026, 3, 2), Decimal("50.00"))]),
    ],
)
def test_rows(parts, expected):
    assert list(rows(Decimal("100"), parts, date(2026, 1, 31))) == expected


# guards behaviour
def test_rows_returns_value():
    result = list(rows(Decimal("100"), 30, date(2026, 1, 31)))
    assert len(result) == 30
    assert result[0] == Row(date(2026, 1, 31), Decimal("3.33"))
    assert result[-1] == Row(date(2028, 6, 19), Decimal("3.43"))


# guards behaviour
def test_rows_rejects_parts_must_be_positive():
    with pytest.raises(ValueError, match="parts must be positive"):
        list(rows(Decimal("1"), 0, date(2026, 1, 31)))


# guards behaviour
@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (
            [
                Row(date(2024, 1, 15), Decimal("100.00")),
                Row(date(2024, 2, 29), Decimal("0")),
                Row(date(2023, 12, 31), Decimal("0.005")),
            ],
            Decimal("100.00"),
        ),
        (
            [Row(date(2023, 12, 31), Decimal("0.005")), Row(date(2024, 3, 31), Decimal("-1"))],
            Decimal("0.005"),
        ),
        ([Row(date(2024, 3, 31), Decimal("-1"))], Decimal("-1")),
    ],
)
def test_largest(found, expected):
    assert largest(found) == expected


# guards behaviour
def test_largest_rejects_no_rows():
    with pytest.raises(ValueError, match="no rows"):
        largest([])
