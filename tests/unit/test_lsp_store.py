"""Open documents: versions, snapshots, staleness, and syntax trees that follow every change."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from copilot.syntax import tree
from copilot.types import Document
from lsp.store import Change, Store

PATH = Path("/repo/a.py")
SOURCE = 'def transfer(amount, note="é 😀"):\n    return {"amount": amount, "note": note}\n\n\nclass Ledger:\n    rows = []\n'


def opened(text: str, language: str | None = "python") -> Store:
    store = Store()
    store.open("u", PATH, language, 1, text)
    return store


def now(store: Store) -> Document:
    document = store.snapshot("u")
    assert document is not None
    return document


def test_a_snapshot_is_frozen_and_the_same_until_the_next_change() -> None:
    store = opened("a\r\nb")
    first = now(store)
    assert (first.path, first.language, first.version, first.newline) == (PATH, "python", 1, "\r\n")
    assert now(store) is first
    store.change("u", 2, [Change((0, 0), (0, 1), "xyz")])
    assert (first.text, now(store).text, now(store).version) == (b"a\r\nb", b"xyz\r\nb", 2)


def test_a_snapshot_of_a_large_text_shares_what_did_not_change() -> None:
    store = opened("x = 1\n" * 50_000)
    before = now(store).parts
    store.change("u", 2, [Change((25_000, 0), (25_000, 1), "y")])
    after = now(store).parts
    assert len(before) > 10
    assert len({id(part) for part in before} & {id(part) for part in after}) >= len(before) - 2


def test_changes_apply_one_to_the_result_of_the_other() -> None:
    store = opened("abc")
    store.change("u", 2, [Change((0, 3), (0, 3), "\nd"), Change((1, 1), (1, 1), "e"), Change((0, 0), (0, 2), "")])
    assert now(store).text == b"c\nde"


def test_a_range_whose_end_comes_first_is_turned_around() -> None:
    store = opened("abcdef")
    store.change("u", 2, [Change((0, 4), (0, 1), "-")])
    assert now(store).text == b"a-ef"


def test_a_whole_text_replaces_everything_and_its_line_end() -> None:
    store = opened("a\n")
    store.change("u", 2, [Change(None, (0, 0), "b\r\nc\r\n")])
    assert (now(store).text, now(store).newline) == (b"b\r\nc\r\n", "\r\n")


@pytest.mark.parametrize(
    ("start", "end", "new", "expected"),
    [
        ((0, 2), (0, 3), "\ude01", "a😁b"),  # the second half replaced by another one
        ((0, 1), (0, 2), "\ud83e", "a🨀b"),
        ((0, 2), (0, 2), "-", "a\ufffd-\ufffdb"),
        ((0, 2), (0, 4), "", "a\ufffd"),
        ((0, 0), (0, 2), "", "\ufffdb"),
    ],
)
def test_a_range_that_cuts_a_surrogate_pair(
    start: tuple[int, int], end: tuple[int, int], new: str, expected: str
) -> None:
    store = opened("a😀b")
    store.change("u", 2, [Change(start, end, new)])
    assert now(store).text.decode() == expected


def test_stale_means_the_text_moved_on() -> None:
    store = opened("a")
    first = now(store)
    assert not store.is_stale(first)
    store.set_encoding("u", "gb18030")
    assert not store.is_stale(first)
    assert now(store).encoding == "gb18030"
    store.change("u", 2, [Change((0, 0), (0, 0), "b")])
    assert store.is_stale(first)
    second = now(store)
    store.close("u")
    assert store.is_stale(second)
    assert not store.is_stale(Document(Path("/elsewhere"), None, (b"",)))


def test_uris_are_spelled_as_the_editor_does() -> None:
    store = Store()
    store.open("file:///repo/a%2Epy", PATH, "python", 7, "")
    assert (store.uri_of(PATH), store.uris()) == ("file:///repo/a%2Epy", ("file:///repo/a%2Epy",))
    store.close("file:///repo/a%2Epy")
    store.close("file:///never/opened")
    assert (store.uri_of(PATH), store.snapshot("file:///repo/a%2Epy")) == (None, None)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_the_tree_follows_every_change(line_end: str) -> None:
    rng = random.Random(3)
    store = opened((SOURCE * 20).replace("\n", line_end))
    tree.of(now(store))
    for version in range(2, 60):
        changes = []
        for _ in range(rng.choice([1, 1, 3])):
            line = rng.randrange(100)
            column = rng.randrange(30)
            end = (line, column + rng.choice([0, 0, 1, 3])) if rng.random() < 0.8 else (line + 1, 0)
            changes.append(Change((line, column), end, rng.choice(["", "x", "(", '"', f"{line_end}    y = 1", "é😀"])))
        store.change("u", version, changes)
        if rng.random() < 0.5:
            document = now(store)
            assert tree.parsed(document) is None  # a change never parses
            followed, fresh = tree.of(document), tree.parse(document.text, "python")
            assert followed is not None
            assert fresh is not None
            assert str(followed.root_node) == str(fresh.root_node)
            assert followed.root_node.end_point == fresh.root_node.end_point


def test_a_tree_in_use_is_not_edited() -> None:
    store = opened(SOURCE)
    kept = tree.of(now(store))
    assert kept is not None
    before = kept.root_node.end_byte
    store.change("u", 2, [Change((0, 0), (0, 0), "import os\n")])
    now(store)
    assert kept.root_node.end_byte == before


def test_a_change_of_a_document_that_is_not_open_is_an_error() -> None:
    with pytest.raises(KeyError):
        Store().change("u", 1, [])


def test_five_hundred_edits_at_fifty_thousand_lines_are_cheap() -> None:
    store = opened("    value = compute(value, 17)\n" * 50_000)
    rng = random.Random(5)
    changes = [Change((line, 4), (line, 5), "xy") for line in (rng.randrange(50_000) for _ in range(500))]
    begun = time.process_time()
    store.change("u", 2, changes)
    now(store)
    assert time.process_time() - begun < 0.15
