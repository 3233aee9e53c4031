"""Which of several alike remarks is which, as the lines around them come and go: the name stays with the line."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from copilot.review import alike
from copilot.review.alike import REACH, Spot
from copilot.review.lifecycle import State

X = "pay(0.1)"


def spots(text: str, symbol: str = "pay", path: str = "a.py") -> list[Spot]:
    """Remarks at the lines of a text that begin with X, by fingerprints of their order."""
    lines = text.encode().split(b"\n")
    at = [n for n, line in enumerate(lines, 1) if line.split() and line.split()[0] == X.encode()]
    return [Spot(f"{symbol} {k}", "a" * 32, symbol, path, "new", n, alike.around(lines, n)) for k, n in enumerate(at)]


class Told:
    """A merge request as the poster remembers it: a text after another."""

    def __init__(self) -> None:
        self.before: list[Spot] = []
        self.states: dict[str, State] = {}

    def then(self, text: str, symbol: str = "pay", defined: set[str] | None = None) -> list[str]:
        """The names of what is found, in the order of the lines."""
        found = spots(text, symbol)
        names = alike.named(found, self.before, self.states, {} if defined is None else {"a" * 32: frozenset(defined)})
        assert len(names) == len(set(names))
        self.states |= {one: "fixed" for one, state in self.states.items() if state == "open" and one not in names}
        self.states |= {one: "open" for one in names if self.states.get(one) != "dismissed"}
        now = [replace(one, name=name) for one, name in zip(found, names, strict=True)]
        kept = json.loads(json.dumps([alike.plain(one) for one in alike.kept(now, self.before, self.states)]))
        self.before = alike.read(kept)
        return names


def text(*lines: str) -> str:
    """A routine of lines."""
    return "\n".join(["def pay():", *(f"    {line}" for line in lines), "", "def other():", "    pass", ""])


ONE = text("open()", X, "close()")
TWO = text("open()", X, "first()", "second()", X, "close()")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (ONE, ONE, "0"),
        (ONE, text("early()", X, "soon()", "open()", X, "close()"), "+0"),  # above
        (ONE, text("begin()", "open()", "early()", X, "soon()", X, "close()"), "+0"),
        (ONE, text("open()", X, "close()", X, "end()"), "0+"),  # below
        (ONE, "# of the bank\n" * 90 + text("early()", X, "soon()", *["step()"] * 60, "open()", X, "close()"), "+0"),
        (TWO, text("open()", X, "first()", "log()", X, "mid()", "second()", X, "close()"), "0+1"),  # between
        (TWO, text("early()", X, "soon()", "open()", X, "first()", "second()", X, "close()", X, "end()"), "+01+"),
        (TWO, text("open()", "safe()", "first()", "second()", X, "close()"), "1"),  # the upper one is mended
        (TWO, text("open()", "first()", "second()", X, "close()"), "1"),
        (TWO, text("open()", X, "first()", "second()", "safe()", "close()"), "0"),
        (TWO, text("open()", "safe()", "first()", "second()", X, "close()", X, "end()"), "1+"),
        (TWO, text("early()", X, "open()", "safe()", "first()", "second()", X, "close()"), "+1"),
        (TWO, text("first()", "second()", X, "close()", "open()", X, "last()"), "10"),  # the upper part goes below
        (TWO, text(X, X), "01"),  # all else is another
        (ONE, text("open()", "close()", X), "0"),  # moved
        (
            text("open()", X, "first()", "close()"),  # mended, and made anew elsewhere
            text("open()", "safe()", "first()", "close()", "log()", X, "end()"),
            "+",
        ),
        (
            text("open()", X, "first()", X, "close()"),  # both with what is around them, once more
            text(*["open()", X, "first()", X, "close()"] * 2),
            "01++",
        ),
        (
            text(*["try:", f"{X}  # again", "except Exception:", "    pass"] * 2),
            text(*["try:", f"{X}  # again", "except Exception:", "    pass"] * 3),
            "01+",
        ),
    ],
)
def test_a_name_stays_with_its_line(before, after, expected):
    told = Told()
    first = told.then(before)
    names = told.then(after)
    assert "".join(str(first.index(one)) if one in first else "+" for one in names) == expected
    assert told.then(after) == names  # the same head again
    shifted = "import os\n\n\n" + after
    assert told.then(shifted) == names  # and a rebase that shifts it


def test_what_was_mended_comes_back_in_its_place_and_what_is_new_does_not_take_its_name():
    told = Told()
    first = told.then(TWO)
    assert told.then(text("open()", "safe()", "first()", "second()", X, "close()")) == [first[1]]
    new = told.then(text("open()", "safe()", "first()", "second()", X, "close()", "more()", X, "end()"))
    assert new[0] == first[1] and new[1] not in first
    back = told.then(text("open()", X, "first()", "second()", X, "close()", "more()", X, "end()"))
    assert back == [*first, new[1]]


def test_a_dismissed_one_is_the_same_wherever_its_line_goes():
    for after, place in (
        (text("open()", "safe()", "close()", "last()", X, "end()"), 0),
        (text("early()", X, "soon()", "open()", X, "close()", "last()"), 1),
    ):
        told = Told()
        (name,) = told.then(text("open()", X, "close()", "last()"))
        told.states[name] = "dismissed"
        assert told.then(after).index(name) == place
        told.then(text("nothing()"))
        assert told.then(text("others()", X, "here()")) == [name]


@pytest.mark.parametrize("defined", [{"paid", "other"}, None])
def test_a_routine_with_another_name_keeps_its_remarks(defined):
    told = Told()
    first = told.then(TWO)
    names = told.then(TWO.replace("pay():", "paid():").replace("open()", "opened()"), "paid", defined)
    assert names == first if defined else not set(names) & set(first)
    # One that is there still is another one.
    told = Told()
    first = told.then(TWO)
    assert not set(told.then(TWO, "paid", {"pay", "paid"})) & set(first)
    # And what is there no more has no heir in a routine of other lines.
    told = Told()
    first = told.then(TWO)
    assert not set(told.then(text("a()", X, "b()", X, "c()"), "paid", {"paid"})) & set(first)


def test_without_what_was_kept_the_order_decides():
    told = Told()
    assert told.then(TWO) == ["pay 0", "pay 1"]
    told.before = []
    assert told.then(text(X, "early()", "open()", X, "first()")) == ["pay 0", "pay 1"]
    told.before = [replace(one, around="") for one in told.before]
    assert told.then(TWO) == ["pay 0", "pay 1"]
    told.before = [replace(one, around="00ff") for one in told.before]
    assert told.then(text("open()", X)) == ["pay 0"]


def test_sides_and_copies_are_places_of_their_own():
    lines = TWO.encode().split(b"\n")
    one = spots(TWO)
    old = [replace(each, side="old", name=f"old {n}") for n, each in enumerate(one)]
    copy = [replace(each, path="b.py", name=f"copy {n}") for n, each in enumerate(one)]
    before = [*one, *old, *copy]
    found = [replace(each, name=f"{n}") for n, each in enumerate(before) if each.name not in {"pay 0", "old 1"}]
    assert alike.named(found, before, {}, {}) == ["pay 1", "old 0", "copy 0", "copy 1"]
    assert len(alike.around(lines, 2)) == 4 * (2 * REACH + 1)


def test_marks_tell_lines_apart_but_not_their_blanks():
    one, other = (alike.around(each.encode().split(b"\n"), 2) for each in ("a\nb\n\nc", "  a\n\tb  \r\n\n c"))
    assert one == other and one != alike.around(b"a\nb\nx\nc".split(b"\n"), 2)
    assert set(alike.around([], 7)) == {"0"}


@pytest.mark.parametrize("way", ["come", "go"])
@pytest.mark.parametrize("seed", range(100))
def test_whatever_comes_or_goes_at_random_each_line_keeps_its_name(way, seed):
    chance = random.Random(seed)
    fresh = (f"step{n}()" for n in range(100_000))

    def steps(least: int = 0) -> list[tuple[str, str]]:
        words = ["}", "else:", "return"]
        return [(chance.choice(words) if chance.random() < 0.3 else next(fresh), "") for _ in range(least, 9)]

    def added() -> list[tuple[str, str]]:
        return [(next(fresh), ""), (X, next(fresh)), (next(fresh), "")]

    rows = [row for _ in range(4) for row in (*steps(5), *added())] + steps(5)
    told, known = Told(), {}
    for _ in range(5):
        names = told.then(text(*(line for line, _ in rows)))
        now = dict(zip((own for _, own in rows if own), names, strict=True))
        assert all(known.get(own, name) == name for own, name in now.items())
        assert len({*known.values(), *now.values()}) == len(known | now)  # a new line has a new name
        known |= now
        after: list[tuple[str, str]] = []
        for line, own in rows:
            if way == "come" and not own and chance.random() < 0.1:
                after += added() if chance.random() < 0.5 else steps(7)
            if way == "come" or not own or chance.random() > 0.3:
                after.append((line, own))
            elif chance.random() < 0.5:
                after.append((next(fresh), ""))
        rows = after


LINES = st.lists(st.sampled_from([X, X, "a()", "b()", "c()", "d()", "}", ""]), max_size=12)


@given(st.lists(LINES, min_size=1, max_size=6), st.data())
@example([[X], ["a()"], [X, X]], None)
def test_names_are_never_shared_and_a_second_look_changes_nothing(texts, data):
    told = Told()
    for each in texts:
        names = told.then(text(*each))
        assert told.then(text(*each)) == names
        if data is not None and names and data.draw(st.booleans()):
            told.states[data.draw(st.sampled_from(names))] = "dismissed"


@pytest.mark.parametrize("copies", [300, 3_000])
def test_very_many_of_them_take_no_time(copies):
    told = Told()
    chance = random.Random(3)
    began = time.process_time()
    lines = [line for _ in range(copies) for line in (X, f"step{chance.randrange(3)}()")]
    first = told.then(text(*lines))
    names = told.then(text(*lines[2:], "end()"))
    assert set(names) <= set(first)
    assert time.process_time() - began < 20
