"""When the model may be asked: back-off, one request that tries, and what the gateway itself asks for."""

from __future__ import annotations

import pytest

from copilot.config import Model
from copilot.engines.circuit import LONGEST_S, PATIENCE, Circuit, asked, dropped, failed, patience_s
from copilot.types import Task


def test_a_well_model_is_asked_without_limit():
    circuit = Circuit()
    for _ in range(5):
        circuit, may = asked(circuit, 0.0)
        assert may


def test_the_back_off_doubles_up_to_half_a_minute():
    circuit, now, waits = failed(Circuit(), "away", 0.0), 0.0, []
    for _ in range(8):
        waits.append(circuit.until - now)
        circuit, early = asked(circuit, circuit.until - 0.001)
        assert not early
        now = circuit.until
        circuit, may = asked(circuit, now)
        assert may
        circuit = failed(circuit, "away", now, probe=True)
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]


def test_only_one_request_tries_at_a_time_and_one_that_was_dropped_lets_another_try():
    circuit = failed(Circuit(), "away", 0.0)
    circuit, first = asked(circuit, 1.0)
    circuit, second = asked(circuit, 1.0)
    assert (first, second) == (True, False)
    _, third = asked(dropped(circuit), 1.0)
    assert third


@pytest.mark.parametrize("reason", ["slow", "error"])
def test_one_slow_answer_is_no_outage(reason):
    circuit = Circuit()
    for _ in range(PATIENCE - 1):
        circuit = failed(circuit, reason, 0.0)
        assert asked(circuit, 0.0)[1]
    circuit = failed(circuit, reason, 0.0)
    assert not asked(circuit, 0.0)[1]


def test_what_the_gateway_asks_for_goes_before_our_own_back_off():
    assert failed(Circuit(), "limited", 100.0, 7.0).until == 107.0
    assert failed(Circuit(failures=5), "limited", 100.0, 2.0, probe=True).until == 102.0
    assert failed(Circuit(), "limited", 100.0, 1e9).until == 400.0
    assert failed(Circuit(), "limited", 100.0, -1).until == 100.0


def test_requests_under_way_when_it_opened_do_not_lengthen_the_back_off():
    circuit = failed(Circuit(), "away", 0.0)
    for _ in range(20):
        circuit = failed(circuit, "away", 0.1)
    assert circuit.failures == 1
    assert circuit.until == pytest.approx(1.1)


def test_a_late_failure_does_not_let_two_requests_try_at_once():
    circuit, may = asked(failed(Circuit(), "away", 0.0), 2.0)
    assert may
    circuit = failed(circuit, "away", 2.0)  # an old one
    assert not asked(circuit, 60.0)[1]


@pytest.mark.parametrize("reason", ["key", "tls"])
def test_what_a_person_must_change_is_tried_seldom(reason):
    assert failed(Circuit(), reason, 0.0).until == LONGEST_S


def test_every_task_has_its_time_and_an_invoked_completion_three_times_its_own():
    model = Model(complete_ms=500, generate_s=1, fix_s=2, comment_s=3, tests_s=4, explain_s=5, review_s=6)
    assert patience_s(model, Task.COMPLETE, "automatic") == 0.5
    assert patience_s(model, Task.COMPLETE, "invoked") == 1.5
    rest = [Task.GENERATE, Task.FIX, Task.COMMENT, Task.TESTS, Task.EXPLAIN, Task.REVIEW]
    assert [patience_s(model, task, "invoked") for task in rest] == [1, 2, 3, 4, 5, 6]
