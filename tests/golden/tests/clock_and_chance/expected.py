"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from datetime import date

from subject import days_between


def test_days_between():
    assert days_between(date(2024, 2, 29), date(2024, 1, 15)) == -45
    assert days_between(date(2024, 1, 15), date(2024, 2, 29)) == 45
