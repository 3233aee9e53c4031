"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import pytest

from subject import doubled


# guards behaviour
@pytest.mark.parametrize(
    ("cents", "expected"),
    [
        (125, 250),
        (2, 4),
        (3, 6),
    ],
)
def test_doubled(cents, expected):
    assert doubled(cents) == expected
