"""The change in the work tree: what git would say of it, told without running anything that the repository names."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from test_review_diff import applied, edited, git, text

from copilot.review.change import walked
from copilot.review.diff import parsed
from copilot.review.looking import Asked
from copilot.review.review import review
from copilot.review.working import working
from copilot.rules import BANK

BAD = b"from decimal import Decimal\n\nfee = Decimal(0.1)\n"


@pytest.fixture
def top(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def commit(top: Path) -> None:
    git(top, "add", "-A")
    git(top, "commit", "-qm", "c")


def changed(top: Path, **unsaved: bytes) -> dict:
    found = working(top, {f"{name}.py": content for name, content in unsaved.items()})
    assert found is not None
    return {one.path: (one, held) for one, held in walked(found)}


@pytest.mark.parametrize("seed", range(6))
def test_the_rows_are_those_of_a_patch_of_git(top, seed):
    dice = random.Random(seed)
    before = {f"{n} 账户.txt": text(dice) for n in range(30)}
    for name, content in before.items():
        (top / name).write_bytes(content)
    commit(top)
    after = {name: edited(dice, content) for name, content in before.items()}
    for name, content in after.items():
        (top / name).write_bytes(content)
    found = changed(top)
    named = {one.path: one for one in parsed(git(top, "diff", "--full-index", "--no-ext-diff", "-U3"))}
    assert set(found) <= set(named)
    for name, (one, held) in found.items():
        assert held.before == before[name]
        old, new = before[name].split(b"\n"), held.after.split(b"\n")
        assert [row.number for row in one.rows] == list(range(1, len(one.rows) + 1))
        for row in one.rows:
            assert row.old is None or old[row.old - 1] == row.text
            assert row.new is None or new[row.new - 1] == row.text
            assert row.at == (row.old or row.at[0], row.new or row.at[1])
        kept = [row for row in one.rows if row.kind == "context"]
        for row in kept:  # no line is more than three away from a change
            near = {r.number for r in one.rows if r.kind != "context"}
            assert min(abs(row.number - n) for n in near) <= 3
        assert applied(one, held.before) == held.after
        assert {row.hunk for row in one.rows} == set(range(len(one.sections)))


def test_what_is_new_gone_staged_or_unsaved_is_there_and_what_is_the_same_is_not(top):
    for name in ("same.py", "gone.py", "staged.py", "unsaved.py", "touched.py", "removed.py"):
        (top / name).write_bytes(b"x = 1\n")
    (top / ".gitignore").write_text("ignored.py\n")
    commit(top)
    (top / "gone.py").unlink()
    git(top, "rm", "-q", "removed.py")
    (top / "staged.py").write_bytes(BAD)
    git(top, "add", "staged.py")
    (top / "new.py").write_bytes(BAD)
    (top / "ignored.py").write_bytes(BAD)
    os.utime(top / "touched.py", (1, 1))
    found = changed(top)
    told = {name: one.status for name, (one, _) in found.items()}
    assert told == {"gone.py": "deleted", "removed.py": "deleted", "staged.py": "modified", "new.py": "added"}
    found = changed(top, unsaved=BAD)
    assert found["unsaved.py"][1].after == BAD


def test_before_the_first_commit_everything_is_new(top):
    (top / "a.py").write_bytes(BAD)
    git(top, "add", "-A")
    (top / "b.py").write_bytes(BAD)
    assert {name: one.status for name, (one, _) in changed(top).items()} == {"a.py": "added", "b.py": "added"}


def test_line_ends_that_git_turns_are_no_change(top):
    (top / "a.py").write_bytes(b"x = 1\ny = 2\n")
    commit(top)
    (top / "a.py").write_bytes(b"x = 1\r\ny = 2\r\n")
    assert changed(top) == {}
    (top / "a.py").write_bytes(b"x = 1\r\ny = 3\r\n")
    (one, held) = changed(top)["a.py"]
    assert [(row.kind, row.text) for row in one.rows][1:] == [("deleted", b"y = 2"), ("added", b"y = 3")]
    assert held.after == b"x = 1\ny = 3\n"


def test_no_filter_of_the_repository_runs(top):
    trace = top.parent / "started"
    (top / ".gitattributes").write_text("*.py filter=x diff=x\n")
    (top / "a.py").write_bytes(b"x = 1\n")
    commit(top)
    for name in ("filter.x.clean", "filter.x.process", "diff.x.command", "diff.x.textconv", "core.fsmonitor"):
        git(top, "config", name, f"touch '{trace}'")
    (top / "a.py").write_bytes(BAD)
    assert set(changed(top)) == {"a.py"}
    assert not trace.exists()


def test_large_and_binary_files_and_links_are_told_or_left(top):
    (top / "a.bin").write_bytes(b"\0" * 9)
    (top / "large.py").write_bytes(b"x\n")
    commit(top)
    (top / "a.bin").write_bytes(b"\0" * 8)
    (top / "large.py").write_bytes(b"x = 1\n" * 500_000)
    (top / "link.py").symlink_to("/etc/passwd")
    found = review(working(top), Asked((BANK,)))
    assert {one.path: (one.status, one.why) for one in found.coverage} == {
        "a.bin": ("skipped", "not a text"),
        "large.py": ("skipped", "too large"),
    }


def test_a_file_that_was_rewritten_costs_no_search(top):
    (top / "a.txt").write_bytes(b"\n" * 30_000)
    commit(top)
    (top / "a.txt").write_bytes(b"x\n" + b"\n\n" * 30_000 + b"y\n")
    (one, _) = changed(top)["a.txt"]
    assert sum(row.kind == "added" for row in one.rows) - sum(row.kind == "deleted" for row in one.rows) == 30_002


def test_what_git_cannot_tell_is_neither_new_nor_the_same(top):
    (top / "a.py").write_bytes(BAD)
    commit(top)
    (top / "a.py").write_bytes(BAD + b"x = 1\n")
    lost = git(top, "rev-parse", "HEAD:a.py").decode().strip()
    (top / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    found = working(top)
    assert found is not None
    (covered,) = review(found, Asked((BANK,))).coverage
    assert (covered.path, covered.status, covered.why) == ("a.py", "skipped", "its patch cannot be read")
    lost = git(top, "rev-parse", "HEAD").decode().strip()
    (top / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    assert working(top) is None  # not: everything is new


def test_a_sparse_work_tree_deletes_nothing(top):
    (top / "in").mkdir()
    (top / "out").mkdir()
    for name in ("in/a.py", "out/b.py", "out/c.py"):
        (top / name).write_bytes(b"x = 1\n")
    commit(top)
    git(top, "sparse-checkout", "set", "in")
    assert changed(top) == {}
    (top / "out").mkdir()
    (top / "out/b.py").write_bytes(BAD)  # there all the same
    assert set(changed(top)) == {"out/b.py"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_text_in_an_editor_is_compared_whatever_the_encoding_of_its_file_is(top, encoding, end):
    text = "# 账户余额\nfee = 1\n# 手续费\n".replace("\n", end)
    (top / "a.py").write_bytes(text.encode(encoding))
    commit(top)
    assert changed(top, a=text.encode()) == {}  # open, and nothing more
    ((one, held),) = changed(top, a=text.replace("1", "2").encode()).values()
    assert [(row.kind, row.old, row.new) for row in one.rows if row.kind != "context"] == [
        ("deleted", 2, None),
        ("added", None, 2),
    ]
    assert held.before == text.encode()
