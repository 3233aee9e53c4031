"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from subject import Countdown


# guards behaviour
def test_countdown_steps():
    assert list(Countdown(1).steps()) == [1, 0]
    assert list(Countdown(2).steps()) == [2, 1, 0]
    assert list(Countdown(10).steps()) == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
