"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import pytest

from subject import Rule


# guards behaviour
@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (100.0, 10000),
        (101.0, 10100),
        (1.5, 150),
    ],
)
def test_rule_cents(amount, expected):
    assert Rule.cents(amount) == expected
