"""Characterisation tests of subject.

They record what the code does today, not what it should do.
"""

import asyncio

import pytest

from subject import Store, doubled, squares, together


async def collected(items):
    return [item async for item in items]


# guards behaviour
@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (3, 6),
        (0, 0),
        (12, 24),
    ],
)
def test_doubled(number, expected):
    assert asyncio.run(doubled(number)) == expected


# guards behaviour
def test_doubled_rejects_negative():
    with pytest.raises(ValueError, match="negative"):
        asyncio.run(doubled(-1))


# guards behaviour
@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (3, [0, 1, 4]),
        (12, [0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100, 121]),
        (0, []),
    ],
)
def test_squares(count, expected):
    assert asyncio.run(collected(squares(count))) == expected


# guards behaviour
def test_store_returns_value():
    result = Store(3)
    assert result.size == 3


# guards behaviour
def test_store_grow():
    assert asyncio.run(Store(3).grow(0)) == 3
    assert asyncio.run(Store(1).grow(0)) == 1


# guards behaviour
def test_store_grow_changes_size():
    store = Store(1)
    result = asyncio.run(store.grow(1))
    assert result == 2
    assert store.size == 2


# guards behaviour
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (1, 59, [2, 118]),
        (7, 30, [14, 60]),
        (100, 365, [200, 730]),
    ],
)
def test_together(first, second, expected):
    assert together(first, second) == expected
