"""Whether an earlier finding of a model still stands: by the text of its line, its definition, and what the change touches."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from copilot.review import answered, gates, standing
from copilot.review.change import Change, Texts
from copilot.review.diff import FileDiff, Row
from copilot.review.hunks import Line
from copilot.review.remark import Covered, Remark, Review, ordered
from copilot.types import Severity

OLD = ["def pay(a):", "    check(a)", "    b = a", "    b = a", "    return b", "", "def keep(a):", "    return a"]
NEW = ["def pay(a):", "    b = 2 * a", "    b = 2 * a", "    return b", "", "def keep(a):", "    return a"]


def change(
    new: list[str], *, old: list[str] | None = None, name: str = "账户.py", end: str = "\n", code: str = "utf-8"
) -> Change:
    """One file, the second to fourth line of which make way for as many as the new text has more of."""
    was, now = [[(line + end).encode(code) for line in text] for text in (old or OLD, new)]
    bottom = 4
    gone, come = was[1 : len(was) - bottom], now[1 : len(now) - bottom]
    rows = [Row("context", 1, 1, (1, 1), 0, 1, was[0].rstrip(b"\n"))]
    rows += [Row("deleted", n, None, (n, 2), 0, n, text.rstrip(b"\n")) for n, text in enumerate(gone, 2)]
    rows += [
        Row("added", None, n, (2 + len(gone), n), 0, len(gone) + n, text.rstrip(b"\n"))
        for n, text in enumerate(come, 2)
    ]
    rows += [
        Row(
            "context",
            2 + len(gone) + n,
            2 + len(come) + n,
            (2 + len(gone) + n, 2 + len(come) + n),
            0,
            len(rows) + 1 + n,
            text.rstrip(b"\n"),
        )
        for n, text in enumerate(was[1 + len(gone) :])
    ]
    diff = FileDiff("modified", name, name, rows=tuple(rows), sections=("",))
    return Change(Path("/nowhere"), lambda: [diff], lambda group: [Texts(b"".join(was), b"".join(now)) for _ in group])


def finding(
    line: int, evidence: str, *, side: str = "new", kind: str = "money", symbol: str = "pay", message: str = "m"
) -> Remark:
    return Remark(
        f"model.{kind}", Severity.ERROR, "medium", "账户.py", side, line, line, message, row=1, evidence=evidence,
        symbol=symbol, origin="model", known="账户.py",
    )  # fmt: skip


def review(*remarks: Remark, model: int | None = 1, away: bool = False) -> Review:
    covered = Covered("账户.py", "reviewed", hunks=1, seen=1, model=model, away=away)
    return Review(ordered(remarks, 30), (covered,))


def later(first: Change, told: Review, now: Change, fresh: Review) -> standing.Together:
    """What comes of a second look, through what is kept between."""
    kept = standing.together(first, told, (), 30).found
    again = standing.read(json.loads(json.dumps([standing.plain(each) for each in kept])))
    assert again == kept
    return standing.together(now, fresh, again, 30)


TWICE = (finding(2, "b = 2 * a"), finding(3, "b = 2 * a"))


@pytest.mark.parametrize(
    ("new", "lines", "mended"),
    [
        (NEW, [2, 3], 0),
        (["def other(a):", *NEW[1:]], [], 2),  # another definition
        ([NEW[0], "    c = 1", *NEW[1:]], [3, 4], 0),  # moved
        ([NEW[0], "\tb = 2  *  a", *NEW[3:]], [2], 1),  # one is left
        ([NEW[0], "    b = 3 * a", *NEW[3:]], [], 2),
        ([NEW[0], "    b = 3 * a", "    # b = 2 * a", *NEW[3:]], [], 2),
    ],
)
def test_a_finding_stands_where_its_text_does(new, lines, mended):
    got = later(change(NEW), review(*TWICE), change(new), review())
    assert sorted(one.line for one in got.review.remarks) == lines
    before = {one.fingerprint for one in review(*TWICE).remarks}
    assert {one.fingerprint for one in got.review.remarks} <= before
    assert len(got.mended) == mended and set(got.mended) <= before


def test_it_is_closed_only_where_the_model_answered_and_later_if_not_now():
    gone = change([NEW[0], "    b = 3 * a", *NEW[3:]])
    for fresh in (review(model=0), review(model=None), review(model=1, away=True)):
        got = later(change(NEW), review(TWICE[0]), gone, fresh)
        assert (got.review.remarks, got.mended) == ((), ())
        again = standing.together(gone, review(), got.found, 30)
        assert again.mended == (review(TWICE[0]).remarks[0].fingerprint,)
    back = standing.together(change(NEW), review(), again.found, 30)  # the same text is back
    assert [one.line for one in back.review.remarks] == [2] and back.mended == ()


def test_of_what_is_told_again_one_is_told():
    same = replace(finding(2, "b = 2 * a"), message="in other words")
    got = later(change(NEW), review(TWICE[0]), change(NEW), review(same))
    assert [one.message for one in got.review.remarks] == ["in other words"]
    other = finding(2, "b = 2 * a", kind="correctness", message="something else")
    got = later(change(NEW), review(TWICE[0]), change(NEW), review(other))
    assert [one.rule for one in got.review.remarks] == ["model.money"]
    near = finding(3, "b = 2 * a", message="as near as that it is the same")
    got = later(change(NEW), review(finding(4, "return b")), change(NEW), review(near))
    assert [one.line for one in got.review.remarks] == [4]
    rule = replace(finding(2, "b = 2 * a"), rule="MONEY01", origin="rules")
    got = later(change(NEW), review(TWICE[0]), change(NEW), review(rule))
    assert sorted(one.rule for one in got.review.remarks) == ["MONEY01", "model.money"]


def test_a_finding_on_an_unchanged_line_stands_with_what_changed_beside_it():
    linked = finding(4, "return b")
    assert [one.line for one in later(change(NEW), review(linked), change(NEW), review()).review.remarks] == [4]
    other = change([NEW[0], "    b = 3 * a", *NEW[2:]])
    got = later(change(NEW), review(linked), other, review())
    assert (got.review.remarks, len(got.mended)) == ((), 1)
    far = change([*NEW[:-1], "    return a"])
    assert later(change(NEW), review(linked), far, review()).mended == ()


def test_a_finding_on_a_deleted_line_stands_while_it_is_deleted():
    lost = finding(2, "check(a)", side="old", kind="security")
    got = later(change(NEW), review(lost), change([NEW[0], "    c = 1", *NEW[1:]]), review())
    assert [(one.side, one.line, one.row, one.beside) for one in got.review.remarks] == [("old", 2, 2, 2)]
    back = change([NEW[0], *OLD[1:]], old=[OLD[0], "    other()", *OLD[2:]])
    assert len(later(change(NEW), review(lost), back, review()).mended) == 1


@pytest.mark.parametrize(("end", "code"), [("\r\n", "utf-8"), ("\n", "gb18030"), ("\r\n", "gb18030")])
def test_line_ends_and_encodings_are_no_matter(end, code):
    text = [NEW[0], "    b = '账户余额'", *NEW[2:]]
    told = finding(2, "b = '账户余额'")
    got = later(change(text), review(told), change(text, end=end, code=code), review())
    assert [one.evidence for one in got.review.remarks] == ["b = '账户余额'"]


def test_a_secret_on_the_line_is_not_kept_and_the_line_is_known_all_the_same():
    row = '    key = "ghp_R7kT2mQx9VbL4nWc8ZsD1fHj6YpA3eGu5iOo"'
    told = gates.masked(finding(2, row.strip()))
    text = [NEW[0], row, *NEW[2:]]
    kept = standing.together(change(text), review(told), (), 30).found
    assert "ghp_" not in json.dumps([standing.plain(each) for each in kept])
    got = standing.together(change(text), review(), kept, 30)
    assert [one.fingerprint for one in got.review.remarks] == [review(told).remarks[0].fingerprint]


def test_what_is_kept_in_another_shape_is_refused():
    for rows in ([{}], [1], 5, None, [{"rule": "MONEY01"}]):
        with pytest.raises(ValueError):
            standing.read(rows)
    shown = [Line("+", 2, "b = 2 * a")]
    text = answered.written(shown, [(finding(2, "b = 2 * a"), ("b", "c"))])
    (one,) = answered.read(text, shown)
    assert (one.said.line, one.said.kind, one.said.fix, one.confidence) == (2, "money", ("b", "c"), "medium")
    for wrong in (
        "",
        "{",
        "7",
        "[[9]]",
        '[[0, "money", "grave", "medium", "m", []]]',
        '[[5, "money", "error", "low", "m", []]]',
        "[" * 9_000,
    ):
        with pytest.raises(ValueError):
            answered.read(wrong, shown)


def test_a_question_is_known_by_what_it_shows_without_numbers():
    key = answered.key("a.py", [Line("+", 2, "x")], 3)
    assert key == answered.key("a.py", [Line("+", 9, "x")], 3)
    others = [
        ("b.py", [Line("+", 2, "x")], 3),
        ("a.py", [Line("-", 2, "x")], 3),
        ("a.py", [Line("+", 2, "y")], 3),
        ("a.py", [Line("+", 2, "x")], 2),
    ]
    assert key not in {answered.key(*each) for each in others}
