"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from datetime import date

import pytest

from subject import days_between


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2024, 2, 29), date(2024, 1, 15), -45),
        (date(2023, 12, 31), date(2024, 2, 29), 60),
        (date(2024, 1, 15), date(2024, 2, 29), 45),
    ],
)
def test_days_between(first, last, expected):
    assert days_between(first, last) == expected
