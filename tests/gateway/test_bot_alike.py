"""Several remarks of one text in one routine, on forges: the thread at a line stays that line's, whatever comes and goes beside it."""

from __future__ import annotations

from typing import Any

import pytest
from bot_case import INLINE, SECRETS, Case, simulated

from serving.bots.forge import is_closed, marked
from serving.bots.memory import Memory, Place

pytestmark = pytest.mark.slow

BAD = "add(new BigDecimal(0.1));"
GOOD = 'add(new BigDecimal("0.1"));'
PLACE = Place("bank", "payments/core", 7)


@pytest.fixture(autouse=True)
def secrets(monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def forge(request, tmp_path):
    with simulated(request.param, tmp_path, {"README.md": "core\n"}) as made:
        yield made


@pytest.fixture
def case(forge, tmp_path):
    return Case(tmp_path, forge)


each = pytest.mark.parametrize("forge", INLINE, indirect=True)
one = pytest.mark.parametrize("forge", ["gitlab"], indirect=True)


def fees(*lines: str, name: str = "total") -> str:
    """A class with a routine of lines."""
    head = ["import java.math.BigDecimal;", "", "class Fees {", f"    void {name}() {{"]
    return "\n".join([*head, *(f"        {line}" for line in lines), "    }", "}", ""])


def line(thread: Any) -> int:
    place = thread.place
    return place.get("line") or place.get("new_line") or place.get("new_position")


def is_open(thread: Any) -> bool:
    return not thread.closed and not is_closed(thread.body)


def told(forge) -> list[tuple[int, bool]]:
    """The line at which each thread was begun, in the order of their beginning, and whether it is open."""
    return [(line(thread), is_open(thread)) for thread in forge.threads]


def writes(forge) -> int:
    """How many requests asked for more than what stands there."""
    asked = [seen.body for seen in forge.seen if seen.method != "GET"]
    return len([body for body in asked if not str((body or {}).get("query", "")).startswith("query")])


def at(text: str, *numbers: int) -> list[int]:
    """The lines of a text that are bad, by their order."""
    found = [n for n, row in enumerate(text.split("\n"), 1) if BAD in row]
    return [found[n] for n in numbers]


ONE = fees("open();", BAD, "close();")
TWO = fees("open();", BAD, "first();", "second();", BAD, "close();")


@each
@pytest.mark.parametrize(
    ("before", "after", "new", "closed"),
    [
        (ONE, fees("early();", BAD, "soon();", "open();", BAD, "close();"), [0], []),
        (ONE, fees("open();", BAD, "close();", BAD, "end();"), [1], []),
        (TWO, fees("open();", BAD, "first();", "log();", BAD, "mid();", "second();", BAD, "close();"), [1], []),
        (TWO, fees("open();", GOOD, "first();", "second();", BAD, "close();"), [], [0]),
        (TWO, fees("open();", BAD, "first();", "second();", GOOD, "close();"), [], [1]),
        (TWO, fees("open();", GOOD, "first();", "second();", BAD, "close();", BAD, "end();"), [1], [0]),
        (TWO, fees("early();", BAD, "open();", GOOD, "first();", "second();", BAD, "close();"), [0], [0]),
        (TWO, fees(*["open();", BAD, "first();", "second();", BAD, "close();"] * 2), [2, 3], []),
        (TWO, fees("open();", BAD, "first();", "second();", BAD, "close();", name="sum"), [], []),
    ],
)
async def test_the_thread_at_a_line_stays_that_lines(case, forge, before, after, new, closed):
    await case.pushed({"src/Fees.java": before})
    first = told(forge)
    assert sorted(n for n, _ in first) == at(before, *range(before.count(BAD)))
    order = sorted(range(len(first)), key=lambda n: first[n])
    await case.pushed({"src/Fees.java": after})
    gone = {order[n] for n in closed}
    assert told(forge)[: len(first)] == [(n, k not in gone) for k, (n, _) in enumerate(first)]
    assert sorted(told(forge)[len(first) :]) == [(n, True) for n in at(after, *new)]
    assert f"Remarks: {after.count(BAD)} " in case.summary and f"At their lines: {after.count(BAD)}." in case.summary
    assert len({marked(thread.body) for thread in forge.threads}) == len(forge.threads)
    # The same head, and one that shifts all lines, change nothing; and then all is mended.
    state = told(forge)
    before = writes(forge)
    for file in [*case.config.store.folder.glob("queue.db*"), *case.config.store.folder.glob("outbox.db*")]:
        file.unlink()  # so that the same head is read and handed over again
    assert (await case.hook(forge.git("rev-parse", forge.branch)))[0] == 202
    case.work()
    assert writes(forge) == before
    await case.pushed({"src/Fees.java": "// Copyright\n// of the bank\n" + after})
    assert told(forge) == state
    await case.pushed({"src/Fees.java": after.replace(BAD, GOOD)})
    assert len(forge.threads) == len(state) and not any(map(is_open, forge.threads))
    assert "No remarks" in case.summary


@each
async def test_a_rebase_that_loses_the_old_head_moves_no_thread(case, forge):
    forge.push({"src/Fees.java": fees("start();", "open();", "close();")}, "main")
    await case.pushed({"src/Fees.java": fees("start();", "open();", BAD, "close();")})
    (first,) = told(forge)
    # The target goes on, and the branch is made anew on it, with one more above; nobody has the old commits.
    main = fees("start();", *["step();"] * 50, "open();", "close();")
    forge.push({"src/Fees.java": main}, "main")
    forge.git("branch", "-D", forge.branch)
    after = fees("start();", *["step();"] * 48, BAD, *["step();"] * 2, "open();", BAD, "close();")
    await case.pushed({"src/Fees.java": after})
    forge.git("reflog", "expire", "--expire=now", "--all")
    assert told(forge) == [first, (at(after, 0)[0], True)]


@one
async def test_a_dismissed_one_stays_so_and_the_new_one_beside_it_is_told(case, forge):
    await case.pushed({"src/Fees.java": ONE})
    (thread,) = forge.threads
    thread.closed, thread.closed_by, thread.reply = True, "lead.zhang", ("lead.zhang", "exact")
    after = fees("early();", BAD, "soon();", "open();", BAD, "close();")
    await case.pushed({"src/Fees.java": after})
    assert [is_open(each) for each in forge.threads] == [False, True]
    assert line(forge.threads[1]) == at(after, 0)[0] and "Dismissed: 1" in case.summary
    await case.pushed({"src/Fees.java": ONE})  # the new one goes again
    assert [is_open(each) for each in forge.threads] == [False, False] and "Dismissed: 1" in case.summary
    await case.pushed({"src/Fees.java": ONE.replace("total", "sum")})
    assert not any(map(is_open, forge.threads)) and len(forge.threads) == 2 and "Dismissed: 1" in case.summary


@one
async def test_what_is_mended_and_comes_back_is_opened_at_its_line(case, forge):
    await case.pushed({"src/Fees.java": TWO})
    order = sorted(range(2), key=lambda n: line(forge.threads[n]))
    await case.pushed({"src/Fees.java": fees("open();", GOOD, "first();", "second();", BAD, "close();")})
    await case.pushed({"src/Fees.java": TWO})
    assert [is_open(forge.threads[n]) for n in order] == [True, True] and len(forge.threads) == 2


@one
@pytest.mark.parametrize(
    "older", ["DROP TABLE spots", "UPDATE spots SET rows = '[{\"n\": 1}]'", "UPDATE spots SET rows = '['"]
)
async def test_a_memory_of_an_older_version_goes_on_by_the_order(case, forge, older):
    await case.pushed({"src/Fees.java": TWO})
    memory = Memory(case.config.store.folder / "memory.db")
    assert len(memory.spots(PLACE)) == 2
    memory.db.execute(older)
    memory.close()
    await case.pushed({"src/Fees.java": "// Copyright\n" + TWO})
    assert len(forge.threads) == 2 and all(map(is_open, forge.threads))
    memory = Memory(case.config.store.folder / "memory.db")
    assert len(memory.spots(PLACE)) == 2
    memory.close()


@one
async def test_a_poster_that_fails_in_between_gives_the_same_names_again(case, forge):
    await case.pushed({"src/Fees.java": ONE})
    after = fees("early();", BAD, "soon();", "open();", BAD, "close();", BAD, "end();")
    posts: list[str] = []

    def away(method: str, path: str) -> None:
        posts.append(path) if method == "POST" and path.endswith("/discussions") else None
        forge.status = 503 if len(posts) == 2 and method == "POST" else 0

    forge.before = away
    head = forge.push({"src/Fees.java": after})
    assert (await case.hook(head))[0] == 202
    case.work()
    assert len(posts) == 3  # one that was taken, one that was not, and that again
    assert sorted(told(forge)[1:]) == [(n, True) for n in at(after, 0, 2)]
    assert len({marked(thread.body) for thread in forge.threads}) == len(forge.threads) == 3
