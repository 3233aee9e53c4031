"""Counts: survival by the distance to what was taken, places that move with edits, keys and pastes, labels without text."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.errors import UsageError
from copilot.usage import ledger
from copilot.usage.counts import FIELDS, OTHER, Row, Subject, characters, figures, subject, summed
from copilot.usage.following import moved
from copilot.usage.survival import LITTLE, distance, survival
from copilot.usage.typed import by_hand

calm = settings(deadline=None)
SMALL = st.text("abc(", max_size=12)


def plain(pattern: str, text: str) -> int:
    """The same distance by the table that everybody knows."""
    row = list(range(len(pattern) + 1))
    best = row[-1]
    for char in text:
        fresh = [0]
        for at, wanted in enumerate(pattern, 1):
            fresh.append(min(row[at - 1] + (wanted != char), row[at] + 1, fresh[at - 1] + 1))
        row = fresh
        best = min(best, row[-1])
    return best


@calm
@given(SMALL, SMALL)
def test_the_distance_is_that_of_the_plain_table(pattern, text):
    assert distance(pattern, text) == plain(pattern, text)


@calm
@given(st.text(min_size=1, max_size=80), st.text(max_size=40), st.text(max_size=40))
def test_a_text_that_stands_there_is_kept_whatever_stands_around_it_and_however_it_is_laid_out(text, before, after):
    assert survival(text, before + text + after) == "kept"
    assert survival(text, before + "\n    ".join(text.split()) + after) == "kept"


@calm
@given(st.text("abcdefgh", min_size=10, max_size=60), st.data())
def test_few_edits_change_it_and_one_class_follows_from_the_distance_alone(text, data):
    there = list(text)
    for _ in range(int(LITTLE * len(text))):
        at = data.draw(st.integers(0, len(there)))
        there[at : at + data.draw(st.integers(0, 1))] = data.draw(st.sampled_from(["", "z"]))
    assert survival(text, "".join(there)) in {"kept", "changed"}
    assert survival(text, "") == survival(text, "zzzz") == "gone"


TEXT = st.text("ab\n", max_size=30)


def offset(text: str, place: tuple[int, int]) -> int:
    rows = text.split("\n")
    return sum(len(row) + 1 for row in rows[: place[0]]) + place[1]


def place(text: str, at: int) -> tuple[int, int]:
    head = text[:at]
    return head.count("\n"), len(head) - head.rfind("\n") - 1


@calm
@given(TEXT, TEXT, st.data())
def test_a_place_moves_with_the_text_around_it(text, new, data):
    low, high = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    at = data.draw(st.integers(0, len(text)))
    after = text[:low] + new + text[high:]
    change = (place(text, low), place(text, high), new)
    for outside in (True, False):
        found = offset(after, moved(place(text, at), *change, outside=outside))
        if at < low:
            assert found == at
        elif at > high or (at == high and not (at == low and outside)):
            assert found == at + len(new) - (high - low)
        else:
            assert low <= found <= low + len(new)


def test_what_is_faster_than_a_person_was_pasted():
    assert by_hand(["a"], 0.001) == 1
    assert by_hand(["()"], 0.001) == 1
    assert by_hand(["\n        "], 0.1) == 0  # the editor indents
    assert by_hand(["付款合计"], 0.5) == 4  # an input method hands over a phrase
    assert by_hand(["x" * 19], 60.0) == 19
    assert by_hand(["x" * 21], 60.0) == 0
    assert by_hand(["x" * 5], 0.1) == 0
    assert (
        by_hand([*"def total(self):", "\n    "], 0.1) == 15
    )  # the keys of a while in one message: Neovim waits for a pause


def test_labels_are_closed_words_and_no_text_gets_through():
    code = "return canary\nif x:"
    made = subject("complete", code, f"model:{code}", template=code, profile=code)
    assert made == Subject("complete", OTHER, "model", OTHER, OTHER, OTHER)
    assert subject(code, "python").task == OTHER
    named = subject("fix", "java", "model:bank/coder-7b@2", agreed=True, template="fix@1.2#0123456789ab")
    assert (named.engine, named.model, named.template) == ("both", "bank/coder-7b@2", "fix@1.2#0123456789ab")
    assert subject("complete", "python", "embedded: bank/fees.py:12").model == ""


def test_figures_say_none_where_nothing_was_counted():
    told = figures(
        {"shown": 4, "accepted": 1, "partly": 1, "accepted_chars": 32, "typed_chars": 68, "kept_30s": 1, "gone_30s": 1}
    )
    assert (told["acceptance"], told["assistant_share"]) == (0.5, 0.32)
    assert told["survival"]["30s"] == {"measured": 2, "kept": 0.5, "there": 0.5}
    assert told["survival"]["2m"]["there"] is None
    assert figures({})["acceptance"] is None
    assert characters(" a\tbc\n 数") == 4


def rows(day: str = "", **counts: int) -> list[Row]:
    return [Row(day or ledger.today(), subject("complete", "python", "embedded"), counts or {"shown": 1})]


def test_counts_of_several_editors_are_added_up(tmp_path):
    path = tmp_path / "deep" / "usage.sqlite"

    def work() -> None:
        for _ in range(5):
            ledger.add(rows(shown=2, accepted=1), to_send=True, path=path)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert summed(ledger.read(1, path=path)) == {**dict.fromkeys(FIELDS, 0), "shown": 40, "accepted": 20}
    assert ledger.waiting(path=path) == 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_report_stays_the_same_until_it_is_answered_and_what_comes_meanwhile_waits(tmp_path):
    path = tmp_path / "usage.sqlite"
    assert ledger.report(path=path) is None
    ledger.add(rows(shown=3), to_send=True, path=path)
    first = ledger.report(path=path)
    ledger.add(rows(shown=4), to_send=True, path=path)
    assert ledger.report(path=path) == first
    ledger.answered(first["batch"], path=path)
    second = ledger.report(path=path)
    assert second["batch"] != first["batch"]
    assert [row["shown"] for body in (first, second) for row in body["rows"]] == [3, 4]
    ledger.answered(second["batch"], path=path)
    assert ledger.report(path=path) is None
    assert ledger.waiting(path=path) == 0


def test_old_counts_are_neither_sent_nor_kept_for_ever(tmp_path):
    path = tmp_path / "usage.sqlite"
    late, old = ledger.before(ledger.today(), ledger.SENT_DAYS + 1), ledger.before(ledger.today(), ledger.DAYS + 1)
    ledger.add([*rows(late), *rows(old)], to_send=True, path=path)
    assert ledger.report(path=path) is None
    assert [row.day for row in ledger.read(10_000, path=path)] == [late]


def test_a_gateway_that_is_away_for_long_costs_reports_of_bounded_size(tmp_path):
    path = tmp_path / "usage.sqlite"
    many = [Row(ledger.today(), Subject("complete", "python", "model", f"model-{n}"), {"shown": 1}) for n in range(250)]
    ledger.add(many, to_send=True, path=path)
    sizes = []
    while (body := ledger.report(path=path)) is not None:
        sizes.append(len(body["rows"]))
        ledger.answered(body["batch"], path=path)
    assert sizes == [100, 100, 50]


def test_a_damaged_file_is_begun_anew_and_a_folder_that_cannot_be_written_is_said(tmp_path):
    path = tmp_path / "usage.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(UsageError, match=r"usage\.sqlite cannot be used"):
        ledger.add(rows(), to_send=False, path=path)
    ledger.add(rows(), to_send=False, path=path)
    assert len(ledger.read(1, path=path)) == 1
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be used"):
        ledger.add(rows(), to_send=False, path=tmp_path / "file" / "usage.sqlite")


def test_days_are_those_of_utc():
    earliest = datetime.now(UTC).date().isoformat()
    assert earliest <= ledger.today() <= datetime.now(UTC).date().isoformat()
    assert ledger.before("2026-03-01", 1) == "2026-02-28"
