"""The model's absence and return, as the person hears of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from copilot.engines.circuit import State
from lsp.availability import QUIET_S, Availability

ONE, TWO = Path("/one"), Path("/two")
AWAY, SLOW, OK = State("degraded", "away", "Gone."), State("degraded", "slow", "Late."), State()


@pytest.fixture
def heard():
    return []


@pytest.fixture
def now():
    return [1000.0]


@pytest.fixture
def shown(heard, now):
    return Availability(lambda text, warning: heard.append((text, warning)), lambda: now[0])


def test_several_folders_of_one_gateway_are_told_of_once(shown, heard):
    for state in (AWAY, OK):
        for root in (ONE, TWO):
            shown.moved(root, state)
    assert [warning for _, warning in heard] == [True, False]
    assert "Gone." in heard[0][0]


def test_a_model_that_flickers_is_told_of_once_in_five_minutes(shown, heard, now):
    for _ in range(10):
        shown.moved(ONE, SLOW)
        shown.moved(ONE, OK)
        now[0] += 10
    assert len(heard) == 2
    now[0] += QUIET_S
    shown.moved(ONE, SLOW)
    assert len(heard) == 3


def test_another_reason_is_told(shown, heard):
    shown.moved(ONE, SLOW)
    shown.moved(ONE, AWAY)
    assert len(heard) == 2


def test_a_return_nobody_missed_is_not_told(shown, heard):
    shown.moved(ONE, OK)
    assert heard == []
