"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from subject import Countdown


def test_countdown_steps_returns_value():
    countdown = Countdown(1)
    assert list(countdown.steps()) == [1, 0]


def test_countdown_steps_returns_value_2():
    countdown = Countdown(0)
    assert list(countdown.steps()) == [0]
