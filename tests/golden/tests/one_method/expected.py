"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

from subject import Countdown


def test_countdown_steps_returns_value():
    countdown = Countdown(1)
    assert list(countdown.steps()) == [1, 0]


def test_countdown_steps_returns_value_2():
    countdown = Countdown(2)
    assert list(countdown.steps()) == [2, 1, 0]


def test_countdown_steps_returns_value_3():
    countdown = Countdown(10)
    assert list(countdown.steps()) == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
