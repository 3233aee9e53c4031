"""Reserving and settling, on a clock of the test's."""

from __future__ import annotations

import asyncio

import pytest

from serving.callers import Caller, Quota
from serving.config import Limits
from serving.errors import Refused
from serving.limits import MOST_ARRIVING, Limiter


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


async def test_a_clock_that_is_set_back_does_not_make_a_minute_longer(limiter, clock):
    who = caller(quota=Quota(requests_per_minute=1))
    assert await allowed(limiter, who)
    clock.now -= 3_600
    assert [await allowed(limiter, who) for _ in range(2)] == [True, False]


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


async def test_a_storage_of_the_library_counts_for_all_gateways():
    here = Limiter(Limits(storage="async+memory://"))
    there = Limiter(Limits(storage="async+memory://"))
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


async def test_nothing_is_given_back_to_a_minute_that_never_counted_it(limiter, clock):
    who = caller(quota=Quota(tokens_per_minute=1_000))
    large = await limiter.reserve(who, 4, 900)
    clock.now += 61
    now = await limiter.reserve(who, 4, 899)
    limiter.settle(large, 1)  # of the minute before
    assert not await allowed(limiter, who, size=4, answer=500)
    limiter.settle(now, 900)


async def test_a_shared_storage_never_goes_below_nothing():
    limiter = Limiter(Limits(storage="async+memory://"))
    who = caller(quota=Quota(tokens_per_minute=1_000))
    hold = await limiter.reserve(who, 4, 900)
    key = next(key for key, amount in hold.counted if amount != 1)
    await limiter._shared.clear(key)  # its minute is over
    limiter.settle(hold, 1)
    await limiter.close()
    assert not await allowed(limiter, who, size=4, answer=1_500)


async def test_who_leaves_while_a_shared_storage_is_asked_keeps_no_place():
    class Slow:
        async def incr(self, *_):
            await asyncio.sleep(60)

    limiter = Limiter(Limits(storage="async+memory://"))
    limiter._shared = Slow()
    who = caller(quota=Quota(concurrent=1, requests_per_minute=5))
    asking = asyncio.create_task(limiter.reserve(who, 4, 4))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert limiter._running == {}


def test_so_many_bodies_of_one_key_stand_in_memory_and_no_more(limiter):
    for _ in range(MOST_ARRIVING):
        limiter.arriving(caller())
    with pytest.raises(Refused) as refused:
        limiter.arriving(caller())
    assert refused.value.status == 429
    limiter.arriving(caller("k2"))
    for _ in range(MOST_ARRIVING):
        limiter.arrived(caller())
    limiter.arrived(caller("k2"))
    assert limiter._arriving == {}
