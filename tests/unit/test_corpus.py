"""The orders of a token array: what sorting all left contexts word by word gives."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from copilot.context.corpus import DEPTH, find, follow, ordered, segment, trail


@given(
    st.lists(st.lists(st.integers(0, 3) | st.integers(69_990, 70_000), min_size=1, max_size=60), min_size=1, max_size=3)
)
def test_positions_are_ordered_by_their_left_context(files: list[list[int]]) -> None:
    made = ordered(segment([_stream(n + 1, words) for n, words in enumerate(files)]), 70_001)
    words = made.words.tolist()
    keys = {at: [words[at - n] for n in range(1, DEPTH + 1)] for at in range(DEPTH, len(words))}
    assert made.order is not None
    assert made.first is not None
    assert made.order.tolist() == sorted(keys, key=lambda at: (keys[at], at))
    for word in (0, 2, 69_995, 70_000):
        low, high = int(made.first[word]), int(made.first[word + 1])
        assert sorted(made.order[low:high].tolist()) == [at for at in keys if words[at - 1] == word]


@given(st.lists(st.integers(0, 2), min_size=3, max_size=80), st.lists(st.integers(0, 2), min_size=1, max_size=4))
def test_following_is_finding_the_longer_context(words: list[int], context: list[int]) -> None:
    made = segment([_stream(1, words)])
    start = np.array(context[:1])
    led = trail(made, find(made, start))
    for n in range(2, len(context) + 1):
        start = np.array(context[:n])
        led = follow(made, led, start, {})
    found = [at for hits in find(made, start) for at in hits.at.tolist()]
    assert set(led.at.tolist()) == set(found)


def _stream(version: int, words: list[int]) -> tuple[int, bytes, bytes, bytes, bytes]:
    column = np.array(words, np.int32).tobytes()
    return version, column, column, bytes(len(words)), np.zeros(len(words), np.int32).tobytes()
