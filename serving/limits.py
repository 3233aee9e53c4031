"""Requests and tokens a minute and requests at once, of a key and of its team: reserved by bytes, settled by usage.

Windows are fixed minutes counted with the `limits` library's rules and, where gateways share them, its storages (Redis
…). In one process the counters are ours: the library's memory storage starts a thread or a task for each hit. A shared
storage that fails is replaced by local counting until it answers again: a lost Redis must not stop developers.
Absent on purpose: tokenising. Tokens are estimated from bytes before, and known from the engine's usage after.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from limits import RateLimitItemPerMinute

from serving.callers import Caller, Quota
from serving.config import Limits
from serving.errors import Refused

BYTES_PER_TOKEN: Final = 4
"""Of a body, JSON and all: an estimate that usage corrects a moment later."""

TOKENS_PER_S: Final = 100
"""What an engine may have made for one answer that was broken off before anything of it came."""

MOST_ARRIVING: Final = 256
"""Bodies of one key that may be on their way at once: two hundred editors behind one key are well, 4,000 MB are not."""

_MINUTE: Final = 60
_SHARED_RETRY_S: Final = 5.0
"""Seconds without a shared storage that failed, before it is tried again."""


class _Local:
    """Counters of this process: what the library calls a storage, without threads."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._rows: dict[str, tuple[float, int]] = {}

    def incr(self, key: str, amount: int) -> int:
        now = self._now()
        ends, count = self._rows.get(key, (0.0, 0))
        if not now < ends <= now + _MINUTE:  # over, or the clock was set back
            if len(self._rows) > 10_000:
                self._rows = {k: row for k, row in self._rows.items() if row[0] > now}
            ends, count = now + _MINUTE, 0
        count = max(0, count + amount)
        self._rows[key] = (ends, count)
        return count

    def ends(self, key: str) -> float:
        return self._rows.get(key, (0.0, 0))[0]


@dataclass(slots=True)
class Hold:
    """What one request holds: give it to `settle` exactly once. `tokens` are reserved in all, `prompt_tokens` of them for
    the prompt; `at` is when; `counted` are the counters and what was added to them.
    """

    caller: Caller
    tokens: int
    prompt_tokens: int
    at: float = 0.0
    counted: list[tuple[str, int]] = field(default_factory=list)
    held: tuple[str, ...] = ()


def unseen(hold: Hold, seconds: float, answers: int) -> int:
    """Tokens of `answers` on which an engine worked so long for a client that left before anything of them came.

    Else whoever leaves just before the end has the model for nothing.
    """
    return min(hold.tokens - hold.prompt_tokens, round(seconds * TOKENS_PER_S * answers))


class Limiter:
    """All limits of one gateway process."""

    def __init__(self, config: Limits, *, now: Callable[[], float] = time.time) -> None:
        """Raises ValueError for a storage that the `limits` library does not know or whose driver is missing."""
        self._now = now
        self._local = _Local(now)
        self._running: dict[str, int] = {}
        self._arriving: dict[str, int] = {}
        self._keys: dict[tuple[str, str, int], str] = {}
        self._shared: Any = None
        self._shared_after = 0.0
        self._settling: set[asyncio.Task[None]] = set()
        if not config.storage.startswith("memory"):
            from limits.aio.storage import Storage
            from limits.errors import ConfigurationError
            from limits.storage import storage_from_string

            address = config.storage if config.storage.startswith("async+") else f"async+{config.storage}"
            try:
                self._shared = storage_from_string(address)
            except ConfigurationError as error:
                raise ValueError(f"limits.storage: {error}") from None
            assert isinstance(self._shared, Storage)

    @property
    def degraded(self) -> bool:
        """A shared storage is configured and does not answer: each gateway counts for itself."""
        return self._shared is not None and self._now() < self._shared_after

    def arriving(self, caller: Caller) -> None:
        """A body of this key begins to arrive: give it to `arrived`. Raises Refused 429 when too many do: they stand in
        memory before any other limit can be looked at.
        """
        count = self._arriving.get(caller.key, 0)
        if count >= MOST_ARRIVING:
            raise Refused(429, "rate_limited", f"Your key sends {count} requests at once.", retry_after_s=1)
        self._arriving[caller.key] = count + 1

    def arrived(self, caller: Caller) -> None:
        """It is here, or will never be."""
        left = self._arriving[caller.key] - 1
        if left:
            self._arriving[caller.key] = left
        else:
            del self._arriving[caller.key]

    async def reserve(self, caller: Caller, size: int, answer_tokens: int) -> Hold:
        """Count a request whose body has `size` bytes and whose answer may have `answer_tokens`.

        Raises Refused 429 with the seconds until it may be tried again; nothing stays counted then.
        """
        given = size // BYTES_PER_TOKEN
        hold = Hold(caller, given + answer_tokens, given, self._now())
        try:
            await self._count(hold, f"key:{caller.key}", "key", caller.quota)
            await self._count(hold, f"team:{caller.team}", "team", caller.team_quota)
        except Refused:
            await self._give_back(hold)
            raise
        except BaseException:  # the client left while a shared storage was asked; its counts end with their minute
            self._release(hold)
            raise
        return hold

    def settle(self, hold: Hold, tokens: int) -> None:
        """The request ended with so many tokens used, prompt and answer together."""
        self._release(hold)
        difference = tokens - hold.tokens
        counted, hold.counted = hold.counted, []
        changes = [(key, difference) for key, amount in counted if amount != 1 and difference]
        if self._shared is None:
            for key, change in changes:
                if change > 0 or self._counts(self._local.ends(key), hold.at):
                    self._local.incr(key, change)
        elif changes:
            task = asyncio.get_running_loop().create_task(self._change(changes, hold.at))
            self._settling.add(task)
            task.add_done_callback(self._settling.discard)

    async def close(self) -> None:
        """Wait for what is being written to a shared storage."""
        await asyncio.gather(*self._settling, return_exceptions=True)

    async def _change(self, changes: list[tuple[str, int]], at: float) -> None:
        for key, change in changes:
            if change > 0 or self._counts(await self._ends(key), at):
                await self._incr(key, change)

    def _counts(self, ends: float, at: float) -> bool:
        """Whether the window that ends then holds what was reserved at `at`: nothing is given back to a later one."""
        return self._now() < ends <= at + _MINUTE + 1  # a shared storage says whole seconds

    def _release(self, hold: Hold) -> None:
        for name in hold.held:
            left = self._running[name] - 1
            if left:
                self._running[name] = left
            else:
                del self._running[name]
        hold.held = ()

    async def _count(self, hold: Hold, name: str, who: str, quota: Quota) -> None:
        if quota.concurrent is not None:
            if self._running.get(name, 0) >= quota.concurrent:
                raise Refused(
                    429, "rate_limited", f"Your {who} has {quota.concurrent} requests running.", retry_after_s=1
                )
            self._running[name] = self._running.get(name, 0) + 1
            hold.held = (*hold.held, name)
        if quota.requests_per_minute is not None:
            key = self._key(name, "requests", quota.requests_per_minute)
            hold.counted.append((key, 1))
            if await self._incr(key, 1) > quota.requests_per_minute:
                raise await self._over(key, f"Your {who} may ask {quota.requests_per_minute} times a minute.")
        if quota.tokens_per_minute is not None:
            key = self._key(name, "tokens", quota.tokens_per_minute)
            tokens = max(2, hold.tokens)  # 1 marks a counter of requests
            hold.counted.append((key, tokens))
            if await self._incr(key, tokens) > quota.tokens_per_minute:
                raise await self._over(key, f"Your {who} may use {quota.tokens_per_minute} tokens a minute.")

    def _key(self, name: str, what: str, amount: int) -> str:
        asked = (name, what, amount)
        key = self._keys.get(asked)
        if key is None:
            if len(self._keys) > 10_000:
                self._keys.clear()
            key = self._keys[asked] = RateLimitItemPerMinute(amount).key_for(name, what)
        return key

    async def _give_back(self, hold: Hold) -> None:
        self._release(hold)
        counted, hold.counted = hold.counted, []
        await self._change([(key, -amount) for key, amount in counted], hold.at)

    async def _incr(self, key: str, amount: int) -> int:
        if self._shared is None or self.degraded:
            return self._local.incr(key, amount)
        try:
            return int(await self._shared.incr(key, _MINUTE, amount))
        except Exception:  # noqa: BLE001 -- whatever the driver raises, developers go on
            self._shared_after = self._now() + _SHARED_RETRY_S
            return self._local.incr(key, amount)

    async def _ends(self, key: str) -> float:
        if self._shared is None or self.degraded:
            return self._local.ends(key)
        try:
            return float(await self._shared.get_expiry(key))
        except Exception:  # noqa: BLE001 -- as above
            return 0.0

    async def _over(self, key: str, message: str) -> Refused:
        ends = await self._ends(key) or self._now() + _MINUTE
        left = min(float(_MINUTE), max(1.0, ends - self._now()))
        return Refused(429, "rate_limited", message, retry_after_s=left)
