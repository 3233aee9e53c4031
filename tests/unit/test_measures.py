"""What a candidate is compared by: what comes soon behind the words near, the names that hold it, what it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from copilot.context import candidates, measures, symbols, windows
from copilot.context import place as places
from copilot.context.found import Found
from copilot.context.index import Index
from copilot.context.receivers import Meanings
from copilot.types import document

BOOKED = "from bank.audit import audit_trail\nfrom bank.store import open_ledger\n\n\ndef day_{n}(key):\n    rows = open_ledger(key)\n    audit_trail(rows)\n    return rows\n"
Indexed = Callable[[Mapping[str, str]], tuple[Path, Index]]

FILES = {
    **{f"bank/day_{n}.py": BOOKED.format(n=n) for n in range(4)},
    "bank/rates.py": "".join(f"def rate_{n}(cents):\n    return cents * {n}\n\n\n" for n in range(60)),
    "bank/audit.py": "def audit_trail(rows):\n    return rows\n",
    "bank/store.py": "def open_ledger(key):\n    return [key]\n\n\ndef weather(key):\n    return key\n",
    "app/Account.java": "package app;\npublic class Account {\n  public long cents() { return 1; }\n}\n",
    "app/Booking.java": "package app;\npublic class Booking {\n  public void book(Account account) { }\n  public void name(String text) { }\n}\n",
    "app/Job.java": "package app;\npublic abstract class Job {\n  protected Booking booking;\n}\n",
    "app/NightJob.java": "package app;\nclass NightJob extends Job {\n  void run(Account account) {\n    booking.book(account);\n  }\n}\n",
    "app/DayJob.java": "package app;\nclass DayJob extends Job {\n  void run(Account account) {\n    booking.book(account);\n  }\n}\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def index(indexed: Indexed) -> Index:
    return indexed(FILES)[1]


def gathered(index: Index, name: str, before: str) -> tuple[dict[str, Found], places.Place]:
    """The candidates at the end of a text, by name, and the place."""
    language = "java" if name.endswith(".java") else "python"
    doc = document(Path(name), language, before)
    here = places.place(doc, name, before, "", len(doc))
    found, _ = candidates.gathered(here, index, Meanings(here, index, "bank.x"), index.corpus(language), ())
    return {one.unit.name: one for one in found}, here


def test_what_comes_soon_behind_the_words_near_is_likelier(index: Index) -> None:
    corpus = index.corpus("python")
    assert corpus is not None
    found = windows.following(corpus, ["open_ledger"], None)
    sums, top = found[corpus.ids["audit_trail"]]
    assert sums == top > 0.5
    assert found.get(corpus.ids["weather"], (0.0, 0.0))[0] < top / 2
    assert windows.following(corpus, ["nobody"], None) == {}
    known, _ = gathered(index, "bank/night.py", "from bank.store import open_ledger\n\n\ndef night(key):\n    rows = open_ledger(key)\n    ")  # fmt: skip
    assert known["audit_trail"].values["follows_top"] > 0.5
    assert "weather" not in known or known["weather"].values["follows_top"] < 0.2


def test_the_edited_file_itself_does_not_tell_what_follows(index: Index) -> None:
    corpus = index.corpus("python")
    assert corpus is not None
    found = windows.following(corpus, ["weather"], "bank/store.py")
    assert corpus.ids["key"] not in found


def test_a_type_is_as_likely_as_the_name_that_holds_it(index: Index) -> None:
    head = "package app;\nclass WeekJob extends Job {\n  void run(Account account) {\n    "
    known, _ = gathered(index, "app/WeekJob.java", head)
    booking = known["Booking"]
    assert booking.called == {"booking"}, "an inherited field"
    assert booking.values["called_folder"] > 0.3
    assert booking.values["called_follows"] > booking.values["follows"] >= 0


def test_what_takes_a_value_at_hand_is_likelier_among_the_members(index: Index) -> None:
    known, here = gathered(
        index, "app/WeekJob.java", "package app;\nclass WeekJob extends Job {\n  void run(Account account) {\n    "
    )
    booking = known["Booking"]
    seen = measures.around(here, index.corpus("java"))
    told = {
        member.name: values
        for member, values in measures.members_measured(seen, booking, symbols.members(index, booking.unit))
    }
    assert told["book"]["m_takes"] > 1, "an account waits to be used"
    assert told["name"]["m_takes"] == 0


def test_a_base_of_the_folder_is_told_where_a_class_begins(index: Index) -> None:
    known, _ = gathered(index, "app/WeekJob.java", "package app;\n\n")
    assert known["Job"].values["as_base"] > known["Account"].values["as_base"] == 0
