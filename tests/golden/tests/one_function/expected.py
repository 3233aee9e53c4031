"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import pytest

from subject import clamp


def test_clamp():
    assert clamp(7, 2, 100) == 7
    assert clamp(100, 0, 10) == 10


def test_clamp_rejects_low_is_above_high():
    with pytest.raises(ValueError, match="low is above high"):
        clamp(0, 7, 3)
