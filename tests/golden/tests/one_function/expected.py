"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import pytest

from subject import clamp


# guards behaviour
@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (7, 2, 100, 7),
        (1, 0, 365, 1),
        (100, 0, 10, 10),
    ],
)
def test_clamp(value, low, high, expected):
    assert clamp(value, low, high) == expected


# guards behaviour
def test_clamp_rejects_low_is_above_high():
    with pytest.raises(ValueError, match="low is above high"):
        clamp(0, 7, 3)
