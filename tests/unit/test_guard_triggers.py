"""The one pass over a text: what it wakes is what a search for each literal by itself would wake."""

from __future__ import annotations

import random
import re

import pytest

from copilot.guard import triggers
from copilot.guard.found import Found
from copilot.guard.triggers import FOLD, Row, Triggers

LITERALS = (b"a", b"ab", b"bab", b"key-", b"000", b"key")


def seen(row: Row, data: bytes) -> list[tuple[int, int]]:
    found = Triggers([row]).found(data, data)
    return [(one.start, one.end) for one in found]


def echo(data: bytes, start: int = 0, end: int = -1):
    yield Found(start, len(data) if end == -1 else end, "echo", "password")


def texts():
    rng = random.Random(11)
    for _ in range(300):
        yield "".join(rng.choice("aAbB0 9-_\nkKeEyY.xü") for _ in range(rng.randint(0, 120))).encode("latin-1")


@pytest.fixture(params=[64, 1 << 16])
def block(request, monkeypatch):
    monkeypatch.setattr(triggers, "_BLOCK", request.param)


@pytest.mark.usefixtures("block")
def test_a_line_is_handed_over_once_where_it_holds_a_literal():
    for data in texts():
        lines, at = [], 0
        for line in data.split(b"\n"):
            if any(literal in line.translate(FOLD) for literal in LITERALS):
                lines.append((at, at + len(line)))
            at += len(line) + 1
        assert seen(Row(LITERALS, "line", echo), data) == lines


@pytest.mark.usefixtures("block")
def test_the_whole_text_is_handed_over_once_where_it_holds_a_literal():
    for data in texts():
        holds = any(literal in data.translate(FOLD) for literal in LITERALS)
        assert seen(Row(LITERALS, "whole", echo), data) == [(0, len(data))] * holds


@pytest.mark.usefixtures("block")
def test_each_place_of_a_literal_is_handed_over():
    for data in texts():
        fold = data.translate(FOLD)
        wanted = [(at, at + len(one)) for one in LITERALS for at in range(len(fold)) if fold.startswith(one, at)]
        assert sorted(seen(Row(LITERALS, "place", echo), data)) == sorted(wanted)


@pytest.mark.usefixtures("block")
def test_stretches_reach_to_both_sides_and_those_that_meet_are_one():
    for data in texts():
        fold, places = data.translate(FOLD), set()
        for literal in LITERALS:
            for at in range(len(fold)):
                if fold.startswith(literal, at):
                    places |= set(range(max(0, at - 5) * 2, min(len(data), at + len(literal) + 5) * 2 + 1))
        edges = sorted(place for place in places if not {place - 1, place + 1} <= places)
        wanted = [(start // 2, end // 2) for start, end in zip(edges[::2], edges[1::2], strict=True)]
        assert seen(Row(LITERALS, 5, echo), data) == wanted


def test_a_second_look_decides_and_the_next_hit_of_the_line_is_looked_at_too():
    row = Row((b"pass",), "line", echo, re.compile(rb"pass\w* ?="))
    assert seen(row, b"pass\nbypass pass = 1\npassed") == [(5, 20)]


def test_rows_that_share_a_literal_both_run():
    rows = [Row((b"key",), "line", echo), Row((b"key", b"pass"), "whole", echo)]
    assert sorted((one.start, one.end) for one in Triggers(rows).found(b"x\nKEY\n", b"x\nKEY\n")) == [(0, 6), (2, 5)]


@pytest.mark.parametrize("literal", [b"", b"Key", b"a_b", b"1", b"a\nb"])
def test_a_literal_that_nothing_can_match_is_refused(literal):
    with pytest.raises(ValueError, match="not folded"):
        Triggers([Row((literal,), "whole", echo)])
