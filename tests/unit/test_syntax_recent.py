"""The cache of trees: by identity, bounded by number and by the size of the texts."""

from __future__ import annotations

from pathlib import Path

from copilot.syntax.parsing import Recent
from copilot.types import document


def doc(size: int):
    return document(Path("a.py"), "python", b"#" * size)


def test_it_answers_for_the_very_same_text_only():
    kept: Recent[str] = Recent()
    one, twin = doc(5), doc(5)
    kept.put(one, "tree")
    assert kept.get(one) == "tree"
    assert kept.get(twin) is None
    assert kept.take(one) == "tree"
    assert kept.get(one) is None


def test_the_oldest_use_falls_out():
    kept: Recent[int] = Recent(size=3)
    docs = [doc(1) for _ in range(4)]
    for n, one in enumerate(docs[:3]):
        kept.put(one, n)
    assert kept.get(docs[0]) == 0
    kept.put(docs[3], 3)
    assert [kept.get(one) for one in docs] == [0, None, 2, 3]


def test_large_texts_push_others_out_but_two_always_stay():
    kept: Recent[int] = Recent(size=9, text=100)
    docs = [doc(size) for size in (40, 40, 40, 500, 500)]
    for n, one in enumerate(docs):
        kept.put(one, n)
        kept.put(one, n)  # putting again must not count twice
        if n == 2:
            assert [kept.get(d) for d in docs[:3]] == [None, 1, 2]
    assert [kept.get(d) for d in docs] == [None, None, None, 3, 4]
