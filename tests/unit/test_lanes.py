"""The queue as a simulation: no sockets and no clock, thousands of requests."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.lanes import BATCH, CHAT, COMPLETION, PATIENCE, Full, Lanes, Ticket


class Server:
    """Finishes its running requests in the order in which they began; `order` is the order of beginning."""

    def __init__(self, active=1, queued=100_000):
        self.lanes = Lanes(active, queued)
        self.order, self.pushed, self.busy = [], [], []

    def ask(self, team, level=COMPLETION, cost=100):
        ticket = Ticket(level, team, cost, lambda slot: self._woken(ticket, slot=slot))
        self.lanes.enter(ticket)
        if ticket.running:
            self._woken(ticket, slot=True)
        return ticket

    def _woken(self, ticket, *, slot):
        (self.order if slot else self.pushed).append(ticket)
        if slot:
            self.busy.append(ticket)

    def finish(self):
        self.lanes.leave(self.busy.pop(0))

    def drain(self):
        while self.busy:
            self.finish()


@pytest.mark.parametrize("active", [1, 4, 64])
def test_a_thousand_requests_of_one_team_delay_another_by_at_most_one_slot(active):
    server = Server(active)
    for _ in range(1000):
        server.ask("abuser")
    for _ in range(20):
        mine = server.ask("quiet")
        before = len(server.order)
        server.finish()
        assert server.order[before] is mine
        for _ in range(3):
            server.finish()


def test_teams_share_by_tokens_not_by_requests():
    server = Server()
    for _ in range(400):
        server.ask("small", cost=100)
        server.ask("large", cost=400)
    for _ in range(300):
        server.finish()
    tokens = {team: sum(t.cost for t in server.order if t.team == team) for team in ("small", "large")}
    assert 0.95 < tokens["small"] / tokens["large"] < 1.05


def test_completions_go_before_chat_and_chat_before_batch():
    server = Server()
    server.ask("t")
    for level in (BATCH, CHAT, COMPLETION):
        server.ask("t", level)
    server.drain()
    assert [t.level for t in server.order[1:]] == [COMPLETION, CHAT, BATCH]


@pytest.mark.parametrize("level", [CHAT, BATCH])
def test_a_lower_class_is_passed_a_bounded_number_of_times(level):
    server = Server()
    server.ask("t")
    waiting = server.ask("other", level)
    for _ in range(200):
        server.ask("t", COMPLETION)
    for _ in range(PATIENCE[level] + 1):
        server.finish()
    assert waiting in server.order
    assert server.order.index(waiting) == PATIENCE[level] + 1


def test_chats_never_hold_every_slot():
    server = Server(active=16)
    for _ in range(50):
        server.ask("t", CHAT)
    assert sum(server.lanes.running) == 14
    assert server.ask("t", COMPLETION).running
    assert server.ask("t", COMPLETION).running
    assert not server.ask("t", COMPLETION).running


def test_one_slot_serves_chat_too():
    assert Server(active=1).ask("t", CHAT).running


def test_a_full_queue_refuses_the_team_that_filled_it():
    server = Server(queued=10)
    for _ in range(11):
        server.ask("abuser")
    with pytest.raises(Full):
        server.ask("abuser")


def test_a_full_queue_makes_room_for_a_team_with_less():
    server = Server(queued=10)
    for _ in range(11):
        server.ask("abuser")
    mine = server.ask("quiet")
    assert mine.waiting
    assert [t.team for t in server.pushed] == ["abuser"]
    assert not server.pushed[0].waiting
    assert server.lanes.waiting == 10
    server.drain()
    assert server.order[1:3].count(mine) == 1


def test_a_full_queue_of_batch_makes_room_for_a_completion_of_the_same_team():
    server = Server(queued=3)
    server.ask("t")
    for _ in range(3):
        server.ask("t", BATCH)
    assert server.ask("t", COMPLETION).waiting
    with pytest.raises(Full):
        server.ask("t", BATCH)


def test_no_queue_at_all_is_possible():
    server = Server(queued=0)
    server.ask("t")
    with pytest.raises(Full):
        server.ask("u")


def test_who_gives_up_waiting_leaves_at_once_and_twice_does_no_harm():
    server = Server()
    server.ask("t")
    first, second = server.ask("t"), server.ask("t")
    server.lanes.leave(first)
    server.lanes.leave(first)
    assert server.lanes.waiting == 1
    server.finish()
    assert server.order[-1] is second
    server.drain()
    assert server.lanes.running == [0, 0, 0]


def test_a_team_that_comes_back_does_not_collect_credit_while_away():
    server = Server()
    for _ in range(100):
        server.ask("steady")
    for _ in range(50):
        server.finish()
    for _ in range(30):
        server.ask("back")
    before = len(server.order)
    for _ in range(20):
        server.finish()
    assert 9 <= sum(t.team == "back" for t in server.order[before:]) <= 11


@given(seed=st.integers(0, 10_000), active=st.integers(1, 9), queued=st.integers(0, 12))
@settings(max_examples=150, deadline=None)
def test_slots_and_places_are_never_lost(seed, active, queued):
    chance = random.Random(seed)
    server = Server(active, queued)
    waiting = []
    for _ in range(200):
        match chance.randrange(3):
            case 0 | 1:
                try:
                    waiting.append(server.ask(chance.choice("abc"), chance.randrange(3), chance.randrange(1, 999)))
                except Full:
                    assert server.lanes.waiting == queued
            case _ if server.busy:
                server.finish()
            case _ if waiting:
                gone = waiting.pop(chance.randrange(len(waiting)))
                if gone.waiting:
                    server.lanes.leave(gone)
        assert sum(server.lanes.running) == len(server.busy) <= active
        assert server.lanes.waiting == sum(len(q) for lane in server.lanes.lanes for q in lane.teams.values()) <= queued
        if server.lanes.waiting and not server.lanes.lanes[COMPLETION].teams:
            assert sum(server.lanes.running[1:]) == server.lanes.shared or len(server.busy) == active
    server.drain()
    assert server.lanes.waiting == 0
    assert server.lanes.running == [0, 0, 0]
