"""What a model says of a change passes the gates or goes: its quote, its line, what it says of names, its fix."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from review_case import (
    AFTER,
    BEFORE,
    ONE,
    PATCH,
    YES,
    Bench,
    Told,
    asked,
    finding,
    found,
    model,
)

from copilot import reviewing
from copilot.context.index import Index
from copilot.engines.replay import ReplayEngine
from copilot.review import asserted, hunks, reports
from copilot.review import change as changes
from copilot.review.looking import Asked
from copilot.rules import BANK
from copilot.types import Project, Task


@pytest.mark.parametrize(
    ("row", "place", "why"),
    [
        (finding(3), ("new", 9), None),  # moved to where the quote stands
        (finding(9, "+    9 |     other.balance += cents * 100"), ("new", 9), None),  # with the number as shown
        (finding(9, "+    other.balance += cents * 100"), ("new", 9), None),  # with the mark alone
        (finding(9, "    other.balance += cents …"), ("new", 9), None),  # cut
        (finding(7, "raise ValueError(cents)"), ("old", 7), None),  # of a deleted line, and the side put right
        (finding(7, "raise ValueError(cents)", side="old"), ("old", 7), None),
        (finding(6, "account.balance -= cents"), ("new", 6), None),  # unchanged, of the same routine, names `cents`
        (finding(14, "return account.owner.strip()"), None, "unchanged"),  # another routine
        (finding(9, "other.balance += cents * 1000"), None, "quote"),  # made up
        (finding(9, ""), None, "quote"),
        (finding(9, "=="), None, "quote"),
        (finding(message="`load` is not defined here."), None, "names"),  # it is imported
        (finding(names=[{"name": "save", "says": "missing"}]), None, "names"),
        (finding(message="unused variable `other`"), None, "names"),
        (finding(8, "other = load(target)", names=[{"name": "other", "says": "unused"}]), None, "names"),
        (finding(message="`load` may be undefined when the store is away."), ("new", 9), None),  # of some runs
        (finding(names=[{"name": "target", "says": "unused"}]), None, "names"),
        (finding(kind="style"), None, "unreadable"),
        ({"line": 1}, None, "unreadable"),
        ("nothing", None, "unreadable"),
    ],
)
async def test_the_gates_that_need_no_model(tmp_path, row, place, why):
    got = await asked(tmp_path, found(row), YES)
    assert [(side, line) for _, side, line, _ in model(got)] == ([place] if place else [])
    assert dict(got.model.dropped) == ({why: 1} if why else {})


NAMES_PY = """\
from store import load, check_limit

def book(account, limit, note):
    # note and limit are checked before
    total = load(account)
    total += 1
    account.note = 'note'
    send(limit=3)
    return account


def other(limit, total):
    check_limit(total)
    return limit

def last(query):
    return list(query.filter(1))
"""
NAMES_JAVA = """\
class Book {
    private int fee = 3;
    int add(int amount, int limit) {
        int total = amount;
        this.fee = 4;
        log.limit(3);
        return amount;
    }
    int other(int limit) {
        return limit + unknownName;
    }
}
"""


@pytest.mark.parametrize(
    ("text", "line", "name", "says", "wrong"),
    [
        (NAMES_PY, 5, "limit", "unused", False),  # a comment, an argument's name and another routine's are no use
        (NAMES_PY, 5, "note", "unused", False),  # a part of something else, a text
        (NAMES_PY, 6, "total", "unused", False),  # written, never read
        (NAMES_PY, 9, "account", "unused", True),
        (NAMES_PY, 13, "limit", "unused", True),
        (NAMES_PY, 13, "check_limit", "unused", True),
        (NAMES_PY, 1, "load", "unused", True),
        (NAMES_PY, 5, "check_limit", "missing", False),  # that it is defined does not say that it is called
        (NAMES_PY, 13, "check_limit", "missing", True),  # it stands there and is imported
        (NAMES_PY, 5, "rollback", "missing", False),
        (NAMES_PY, 5, "load", "undefined", True),
        (NAMES_PY, 5, "rollback", "undefined", True),  # nobody uses it
        (NAMES_PY, 8, "send", "undefined", False),
        (NAMES_PY, 17, "filter", "undefined", False),  # of something, which is no builtin
        (NAMES_PY, 17, "list", "undefined", True),
        (NAMES_JAVA, 4, "limit", "unused", False),
        (NAMES_JAVA, 4, "total", "unused", False),
        (NAMES_JAVA, 2, "fee", "unused", False),
        (NAMES_JAVA, 7, "amount", "unused", True),
        (NAMES_JAVA, 10, "limit", "unused", True),
        (NAMES_JAVA, 10, "unknownName", "undefined", False),
        (NAMES_JAVA, 10, "limit", "missing", True),
    ],
)
def test_what_is_said_of_names_is_refuted_only_where_it_is_surely_wrong(text, line, name, says, wrong):
    doc = reviewing.document(
        Path("/p/Book.java" if text is NAMES_JAVA else "/p/book.py"), "java" if text is NAMES_JAVA else "python", text
    )
    starts = hunks.line_starts(doc.text)
    place = reviewing.Span(starts[line - 1], starts[line] - 1)
    assert asserted.refuted([(name, says)], doc, place, Index()) == wrong


def test_what_a_deleted_line_lacks_is_not_held_against_what_is_left():
    doc = reviewing.document(Path("/p/book.py"), "python", NAMES_PY)
    assert not asserted.refuted([("check_limit", "missing")], doc, None, Index())
    assert asserted.refuted([("book", "undefined")], doc, None, Index())
    plain = reviewing.document(Path("/p/a.txt"), None, "limit here\n")
    assert asserted.refuted([("limit", "unused")], plain, None, Index())  # no tree: every place counts


async def test_a_call_that_is_missing_is_told_though_what_is_called_is_defined(tmp_path, indexed):
    root, index = indexed({"bank.py": AFTER, "store.py": "def check_limit(x):\n    return x\n"})
    row = finding(message="The call of `check_limit` is missing.", names=[{"name": "check_limit", "says": "missing"}])
    engine = Told(lambda options: YES if options.stage == "judge" else found(row))
    got = await reviewing.reviewed(
        changes.of_patch(PATCH.encode(), root), Asked((BANK,)), Bench(root, engine, ONE, index)
    )
    assert [line for _, _, line, _ in model(got)] == [9]


def added(*lines: str, name: str = "new.py") -> str:
    """A patch of a new file."""
    rows = "".join(f"+{line}\n" for line in lines)
    return f"diff --git a/{name} b/{name}\nnew file mode 100644\n--- /dev/null\n+++ b/{name}\n@@ -0,0 +1,{len(lines)} @@\n{rows}"


async def test_lines_are_counted_as_git_counts_them_whatever_stands_in_them(tmp_path):
    patch = added("a = 'x\ry\rz\rq\x0c\u2028'", "v = compute_total(a)")
    for line in (1, 2, 5):
        got = await asked(tmp_path, found(finding(line, "v = compute_total(a)")), YES, patch=patch)
        assert model(got) == [("model.money", "new", 2, "v = compute_total(a)")]


async def test_a_quote_that_stands_several_times_means_the_line_that_was_changed(tmp_path):
    unchanged = "def f():\n    return compute()\n\n\ndef g():\n    y = 0\n    w = 0\n    u = 0\n    t = 9\n"
    patch = (
        "diff --git a/b.py b/b.py\n--- a/b.py\n+++ b/b.py\n@@ -7,3 +7,4 @@ def g():\n     w = 0\n     u = 0\n     t = 9\n"
        "+    return compute()\n"
    )
    (tmp_path / "b.py").write_text(unchanged + "    return compute()\n")
    got = await asked(tmp_path, found(finding(5, "return compute()")), YES, patch=patch)
    assert model(got) == [("model.money", "new", 10, "return compute()")]
    got = await asked(tmp_path, found(finding(2, "return compute()")), YES, patch=patch)
    assert model(got) == []  # it stands where it was said to


async def test_a_line_that_was_shown_cut_can_be_quoted_as_it_was_shown(tmp_path):
    line = "value = combine(" + ", ".join(f"argument_{n}" for n in range(60)) + ")"
    got = await asked(tmp_path, found(finding(2, line[:399] + "…")), YES, patch=added("a = 1", line))
    assert [at for _, _, at, _ in model(got)] == [2]


async def test_code_that_looks_like_a_numbered_line_is_code(tmp_path):
    fix = {"old": "    4 | 12,", "new": "    4 | 13,"}
    patch = added("B = [", "    4 | 12,", "]")
    got = await asked(tmp_path, found(finding(2, "4 | 12,", fix=fix)), YES, patch=patch)
    (one,) = (one for one in got.remarks if one.origin == "model")
    assert [part.new for part in one.patch] == [("    4 | 13,\n",)]
    fix = {"old": "+    2 |     4 | 12,", "new": "+    2 |     4 | 13,"}
    got = await asked(tmp_path, found(finding(2, "4 | 12,", fix=fix)), YES, patch=patch)
    (one,) = (one for one in got.remarks if one.origin == "model")
    assert [part.new for part in one.patch] == [("    4 | 13,\n",)]


async def test_half_a_character_in_an_answer_breaks_nothing(tmp_path):
    fix = {"old": "    other.balance += cents * 100", "new": "    other.balance += cents  # \ud800"}
    got = await asked(tmp_path, found(finding(message="It is \udcff wrong.", fix=fix)), YES)
    for name in reports.FORMATS:
        assert "It is \ufffd wrong." in reports.written(got, name), name
    got = await asked(tmp_path, found(finding(quote="cents \ud800")), YES)
    assert dict(got.model.dropped) == {"quote": 1}


STORE = """\
class Account:
    def __init__(self):
        self.balance = 10


ACCOUNTS = {1: Account(), 2: Account()}


def load(number):
    return ACCOUNTS[number]


def save(account, *others):
    pass
"""


@pytest.mark.parametrize(
    ("expected", "stands"),
    [("account.balance == 5", True), ("other.balance == 510", False), ("other.balance == 15", True)],
    ids=["passes both ways", "passed and fails with the fix", "failed and passes with the fix"],
)
async def test_a_fix_is_run_against_the_tests_that_call_what_it_changes(tmp_path, expected, stands):
    (tmp_path / "store.py").write_text(STORE)
    (tmp_path / "test_bank.py").write_text(
        "from bank import transfer\nfrom store import load\n\n\ndef test_transfer():\n    transfer(1, 2, 5)\n"
        f"    account, other = load(1), load(2)\n    assert {expected}\n"
    )
    fix = {"old": "    other.balance += cents * 100", "new": "    other.balance += cents"}
    (tmp_path / "bank.py").write_text(AFTER)
    bench = Bench(tmp_path, ReplayEngine({Task.REVIEW: [found(finding(fix=fix)), YES]}), ONE)
    bench.project = Project(tmp_path, python=Path(sys.executable))
    got = await reviewing.reviewed(changes.of_patch(PATCH.encode(), tmp_path), Asked((BANK,)), bench)
    (one,) = (each for each in got.remarks if each.origin == "model")
    assert bool(one.fix) == bool(one.patch) == stands
    assert dict(got.model.dropped) == ({} if stands else {"fix": 1})


async def test_no_test_is_run_for_a_branch_that_is_not_checked_out(tmp_path, monkeypatch):
    def git(*command):
        own = ("-c", "user.name=a", "-c", "user.email=a@b")
        subprocess.run(["git", *own, *command], cwd=tmp_path, check=True, capture_output=True)

    def never(*_):
        raise AssertionError("something was run")

    git("init", "-q", "-b", "main")
    for branch, text in (("main", BEFORE), ("other", AFTER)):
        (tmp_path / "bank.py").write_text(text)
        git("add", "bank.py")
        git("commit", "-qm", branch)
        if branch == "main":
            git("checkout", "-qb", "other")
    git("checkout", "-q", "main")
    monkeypatch.setattr(reviewing.generate_runs, "checks", never)
    fix = {"old": "    other.balance += cents * 100", "new": "    other.balance += cents"}
    bench = Bench(tmp_path, ReplayEngine({Task.REVIEW: [found(finding(fix=fix)), YES]}), ONE)
    got = await reviewing.reviewed(changes.between(tmp_path, "main", "other"), Asked((BANK,)), bench)
    assert [bool(one.fix) for one in got.remarks if one.origin == "model"] == [True]


@pytest.mark.parametrize(
    ("fix", "stands"),
    [
        ({"old": "    other.balance += cents * 100", "new": "    other.balance += cents"}, True),
        ({"old": "    other.balance += cents * 100\n    save(other, target)", "new": "    save(other)"}, True),
        ({"old": "    other.balance += cents * 99", "new": "    other.balance += cents"}, False),  # does not apply
        ({"old": "    other.balance += cents * 100", "new": "    other.balance += (cents"}, False),  # does not parse
        ({"old": "    other.balance += cents * 100", "new": "    other.balance += whole(cents)"}, False),  # made up
        ({"old": "    other.balance += cents * 100", "new": "    other.balance += float(cents)"}, False),  # MONEY01
        ({"old": "    other.balance += cents * 100", "new": "    eval(cents)"}, False),
        ({"old": "    return account.owner.strip()", "new": "    return 1"}, False),  # was not shown
        ({"old": "", "new": "x = 1"}, False),
    ],
)
async def test_a_fix_has_to_stand_else_the_finding_goes_on_without_it(tmp_path, fix, stands):
    got = await asked(tmp_path, found(finding(fix=fix)), YES)
    one = next(one for one in got.remarks if one.origin == "model")
    assert bool(one.fix) == bool(one.patch) == stands
    assert dict(got.model.dropped) == ({} if stands else {"fix": 1})


async def test_no_more_names_are_held_against_the_tree_than_are_asked_for(tmp_path, monkeypatch):
    held: list[str] = []
    monkeypatch.setattr(asserted, "refuted", lambda claims, *_: held.extend(name for name, _ in claims))
    names = [{"name": f"name_{n}", "says": "unused"} for n in range(4_000)]
    got = await asked(tmp_path, found(finding(names=names)), YES)
    assert (len(model(got)), held) == (1, [f"name_{n}" for n in range(5)])
