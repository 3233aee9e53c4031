"""Coroutines, asynchronous generators, and methods that are coroutines."""

import asyncio
from collections.abc import AsyncIterator


async def doubled(number: int) -> int:
    """After one turn of the loop."""
    await asyncio.sleep(0)
    if number < 0:
        raise ValueError("negative")
    return number * 2


async def squares(count: int) -> AsyncIterator[int]:
    """One a turn."""
    for number in range(count):
        await asyncio.sleep(0)
        yield number * number


class Store:
    """Grows."""

    def __init__(self, size: int) -> None:
        self.size = size

    async def grow(self, by: int) -> int:
        """More of it."""
        await asyncio.sleep(0)
        self.size += by
        return self.size


def together(first: int, second: int) -> list[int]:
    """Both at once."""

    async def both() -> list[int]:
        return list(await asyncio.gather(doubled(first), doubled(second)))

    return asyncio.run(both())
