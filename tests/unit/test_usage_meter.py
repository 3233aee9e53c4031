"""One session's counts, with a clock of the test's own and texts that stand in a dictionary."""

from __future__ import annotations

from copilot.usage.counts import subject, summed
from copilot.usage.meter import Listed, Meter

DAY = "2026-11-30"
WHAT = subject("complete", "python", "embedded", profile="normal")
FIX = subject("fix", "python", "embedded")


class Texts:
    """Documents as lists of rows; `where` names one."""

    def __init__(self) -> None:
        self.rows: dict[str, str] = {}

    def find(self, where, _line, text):
        at = self.rows.get(where, "").find(text)
        return None if at < 0 else (self._place(where, at), self._place(where, at + len(text)))

    def read(self, where, start, end):
        if where not in self.rows:
            return None
        rows = self.rows[where].split("\n")
        offsets = [sum(len(row) + 1 for row in rows[: min(at[0], len(rows))]) + at[1] for at in (start, end)]
        return self.rows[where][offsets[0] : offsets[1]]

    def _place(self, where, at):
        head = self.rows[where][:at]
        return head.count("\n"), len(head) - head.rfind("\n") - 1


class Session:
    def __init__(self) -> None:
        self.texts, self.clock = Texts(), 1000.0
        self.meter = Meter(self.texts, lambda: self.clock)

    def passes(self, seconds: float) -> None:
        self.clock += seconds
        self.meter.tick()

    def counts(self, task: str = "") -> dict[str, int]:
        rows = [row for row in self.meter.drained(DAY) if not task or row.subject.task == task]
        return {name: count for name, count in summed(rows).items() if count}


def test_what_left_without_being_taken_is_dismissed_after_a_grace_and_an_acceptance_within_it_counts():
    session = Session()
    session.meter.offered("a", WHAT, "f", 0, "one two", "one two")
    session.meter.offered("b", WHAT, "f", 0, "three", "three")
    session.passes(5)
    session.meter.accepted("a")  # its command came late
    session.passes(20)
    assert session.counts() == {"shown": 2, "accepted": 1, "shown_chars": 11, "accepted_chars": 6}
    session.meter.passed("f")
    session.passes(10)
    assert session.counts() == {"dismissed": 1}


def test_an_acceptance_that_is_said_twice_or_of_nobodys_counts_once():
    session = Session()
    session.meter.offered("a", WHAT, "f", 0, "value", "value")
    session.meter.changed("f", "python", [((0, 0), (0, 0), "value")])
    session.meter.accepted("a")
    session.meter.accepted("nobody's")
    assert session.counts() == {"shown": 1, "accepted": 1, "shown_chars": 5, "accepted_chars": 5}


def test_a_short_text_that_was_counted_as_typed_is_taken_back_when_it_was_accepted():
    session = Session()
    session.meter.offered("a", WHAT, "f", 0, ")", "total)")
    session.meter.changed("f", "python", [((0, 5), (0, 5), ")")])
    session.meter.accepted("a")
    assert session.counts("typing") == {}


def test_words_taken_one_after_the_other_and_then_the_rest_are_one_acceptance():
    session = Session()
    session.meter.offered("a", WHAT, "f", 0, "one two three", "one two three")
    session.meter.changed("f", "python", [((0, 0), (0, 0), "one")])
    session.meter.offered("a", WHAT, "f", 0, " two three", "one two three")
    session.meter.partly("a", 7)
    session.meter.partly("a", 7)
    session.meter.changed("f", "python", [((0, 7), (0, 7), " three")])
    assert session.counts() == {"shown": 1, "accepted": 1, "shown_chars": 11, "accepted_chars": 11}


def test_what_a_client_reports_in_units_may_cut_a_pair_and_be_nonsense():
    session = Session()
    session.meter.offered("a", WHAT, "f", 0, "x = '😀'", "x = '😀'")
    for length in (-5, 0, 6, 10**9):
        session.meter.partly("a", length)
    session.meter.partly("unknown", 3)
    session.meter.shown("unknown")
    assert session.counts()["accepted"] == 1


def test_a_client_that_says_what_is_in_view_decides_what_was_shown():
    session = Session()
    session.meter.offered("a", WHAT, "f", 0, "one", "one")
    session.meter.shown("a")
    session.meter.offered("b", WHAT, "f", 1, "two", "two")
    session.meter.end()
    assert session.counts() == {"shown": 1, "dismissed": 1, "shown_chars": 3}


def test_survival_is_looked_at_three_times_where_the_text_has_moved_to():
    session = Session()
    session.texts.rows["f"] = "x = one\n"
    aged = []
    session.meter.on_aged = lambda taken, there, how: aged.append((taken.text, there, how))
    session.meter.offered("a", WHAT, "f", 0, "one", "one")
    session.meter.accepted("a")
    session.texts.rows["f"] = "# first\nx = one\n"
    session.meter.changed("f", "python", [((0, 0), (0, 0), "# first\n")])
    for seconds in (30, 90, 480, 600):
        session.passes(seconds)
    found = session.counts("complete")
    assert {name: found.get(name, 0) for name in ("kept_30s", "kept_2m", "kept_10m")} == {
        "kept_30s": 1, "kept_2m": 1, "kept_10m": 1,
    }  # fmt: skip
    assert aged == [("one", "one", "kept")]


def test_a_file_that_was_closed_is_not_looked_at_and_nothing_is_kept_of_it():
    session = Session()
    session.texts.rows["f"] = "one"
    session.meter.offered("a", WHAT, "f", 0, "one", "one")
    session.meter.accepted("a")
    session.meter.closed("f")
    session.passes(1000)
    assert not any(name.endswith(("30s", "2m", "10m")) for name in session.counts())


def test_an_edit_that_is_the_listed_action_counts_and_any_other_ends_the_list():
    session = Session()
    action = Listed("a", FIX, 0, "total", (((0, 2), (0, 5), "total"),))
    session.meter.listed("f", [action])
    session.meter.changed("f", "python", [((0, 2), (0, 4), "total")])
    session.meter.changed("f", "python", [((0, 2), (0, 5), "total")])
    assert session.counts("fix") == {}
    session.meter.listed("f", [action, Listed("b", FIX, 0, ":", (((0, 9), (0, 9), ":"),))])
    session.meter.changed("f", "python", [((0, 9), (0, 9), ":")])  # a key of the developer's
    assert session.counts("fix") == {}
    session.meter.listed("f", [action])
    session.meter.changed("f", "python", [((0, 2), (0, 5), "total")])
    assert session.counts() == {"shown": 1, "accepted": 1, "shown_chars": 5, "accepted_chars": 5}


def test_what_waits_is_bounded():
    session = Session()
    for number in range(1000):
        session.meter.offered(f"{number}", WHAT, f"f{number}", 0, "one", "one")
        session.meter.accepted(f"{number}") if number % 2 else None
    assert len(session.meter._offers) <= 256
    assert len(session.meter._following) <= 64
