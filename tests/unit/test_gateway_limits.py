"""Reserving and settling, on a clock of the test's."""

from __future__ import annotations

import pytest

from serving.callers import Caller, Quota
from serving.config import Limits
from serving.errors import Refused
from serving.limits import Limiter


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def limiter(clock):
    return Limiter(Limits(), now=clock)


def caller(key="k1", team="a", quota=None, team_quota=None):
    return Caller(key, team, "u", quota=quota or Quota(), team_quota=team_quota or Quota())


async def allowed(limiter, who, *, size=400, answer=100, settle=None):
    try:
        hold = await limiter.reserve(who, size, answer)
    except Refused as refused:
        assert refused.status == 429
        assert 1 <= refused.retry_after_s <= 60
        return False
    limiter.settle(hold, hold.tokens if settle is None else settle)
    return True


async def test_requests_a_minute_are_counted_and_forgotten_after_it(limiter, clock):
    who = caller(quota=Quota(requests_per_minute=2))
    assert [await allowed(limiter, who) for _ in range(3)] == [True, True, False]
    clock.now += 61
    assert await allowed(limiter, who)


async def test_a_refused_request_counts_for_nothing(limiter):
    who = caller(quota=Quota(tokens_per_minute=1_000))
    assert not await allowed(limiter, who, answer=5_000)
    assert await allowed(limiter, who, answer=800)


async def test_what_was_not_used_is_given_back(limiter):
    who = caller(quota=Quota(tokens_per_minute=1_000))
    assert [await allowed(limiter, who, answer=800, settle=50) for _ in range(3)] == [True] * 3
    assert await allowed(limiter, who, answer=700, settle=5_000)
    assert not await allowed(limiter, who, answer=1)


async def test_a_team_shares_what_its_keys_use_and_other_teams_do_not(limiter):
    shared = Quota(requests_per_minute=2)
    assert await allowed(limiter, caller("k1", team_quota=shared))
    assert await allowed(limiter, caller("k2", team_quota=shared))
    assert not await allowed(limiter, caller("k3", team_quota=shared))
    assert await allowed(limiter, caller("k4", "b", team_quota=shared))


async def test_so_many_at_once_and_no_more(limiter):
    who = caller(quota=Quota(concurrent=2), team_quota=Quota(concurrent=5))
    holds = [await limiter.reserve(who, 1, 1) for _ in range(2)]
    with pytest.raises(Refused, match="2 requests running"):
        await limiter.reserve(who, 1, 1)
    limiter.settle(holds[0], 2)
    limiter.settle(await limiter.reserve(who, 1, 1), 2)
    limiter.settle(holds[1], 2)
    assert limiter._running == {}


async def test_a_team_that_is_refused_does_not_keep_a_place_of_the_key(limiter):
    who = caller(quota=Quota(concurrent=2), team_quota=Quota(requests_per_minute=1))
    assert await allowed(limiter, who)
    assert not await allowed(limiter, who)
    assert limiter._running == {}


async def test_a_storage_of_the_library_counts_for_all_gateways(clock):
    here = Limiter(Limits(storage="async+memory://"), now=clock)
    there = Limiter(Limits(storage="async+memory://"), now=clock)
    there._shared = here._shared
    who = caller(quota=Quota(tokens_per_minute=1_000))
    assert await allowed(here, who, answer=700, settle=650)
    await here.close()
    assert await allowed(there, who, answer=100)
    assert not await allowed(there, who, answer=300)


async def test_a_storage_that_fails_is_replaced_by_local_counting_for_a_moment(clock):
    class Lost:
        asked = 0

        async def incr(self, *_):
            self.asked += 1
            raise ConnectionError

    limiter = Limiter(Limits(storage="async+memory://"), now=clock)
    limiter._shared = lost = Lost()
    who = caller(quota=Quota(requests_per_minute=2))
    assert [await allowed(limiter, who) for _ in range(3)] == [True, True, False]
    assert limiter.degraded
    assert lost.asked == 1
    clock.now += 6
    assert not limiter.degraded
    await limiter.close()


def test_a_storage_that_nobody_knows_is_an_error_at_start():
    with pytest.raises(ValueError, match=r"limits\.storage"):
        Limiter(Limits(storage="papyrus://x"))


async def test_counters_of_keys_that_are_gone_are_dropped(limiter, clock):
    for number in range(10_050):
        await allowed(limiter, caller(f"k{number}", quota=Quota(requests_per_minute=5)))
        clock.now += 0.02
    assert len(limiter._local._rows) < 10_050
