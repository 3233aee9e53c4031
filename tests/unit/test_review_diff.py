"""Patches of real git, row by row: each row's text stands where it says, and the rows make the new file of the old one."""

from __future__ import annotations

import os
import random
import re
import subprocess
from pathlib import Path

import pytest

from copilot.review.change import Texts, of_patch, walked
from copilot.review.diff import BadPatch, FileDiff, hunks, parsed
from copilot.review.looking import Asked
from copilot.review.review import review
from copilot.rules import BANK

ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{who}_{what}": "x@example.invalid" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}
WORDS = [
    "amount",
    "-- note",
    "++ note",
    "",
    "  ",
    "@@ -1 +1 @@",
    "\\ No newline",
    "账户余额",
    "diff --git a/x b/x",
    "\tx",
    "é",
]
NAMES = [
    "plain.py",
    "two words.java",
    'quo"te.txt',
    "tab\there.py",
    "账户/余额.java",
    "new\nline.txt",
    "deep/b/a/x.py",
    "- b",
]


def git(top: Path, *command: str, stdin: bytes = b"") -> bytes:
    return subprocess.run(
        ["git", *command], cwd=top, env=ENVIRONMENT, input=stdin, check=True, capture_output=True
    ).stdout


def text(dice: random.Random) -> bytes:
    rows = [dice.choice(WORDS) + str(dice.randrange(9)) * dice.randrange(2) for _ in range(dice.randrange(40))]
    end = dice.choice(["\n", "\n", "\r\n"])
    made = "".join(row + end for row in rows).encode(dice.choice(["utf-8", "utf-8", "gb18030"]), "replace")
    return made.rstrip(b"\r\n") if dice.random() < 0.2 else made


def edited(dice: random.Random, before: bytes) -> bytes:
    rows = before.splitlines(keepends=True)
    for _ in range(dice.randrange(1, 6)):
        at = dice.randrange(len(rows) + 1)
        how = dice.randrange(4)
        if how == 0:
            rows[at:at] = [dice.choice(WORDS).encode() + b"\n" for _ in range(dice.randrange(1, 4))]
        elif how == 1:
            del rows[at : at + dice.randrange(1, 4)]
        elif how == 2 and at < len(rows):
            rows[at] = b"changed " + rows[at]
        elif rows:
            rows[-1] = rows[-1].rstrip(b"\r\n") + dice.choice([b"", b"\n", b"\r\n"])
    return b"".join(rows)


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """Two commits of many files: the folder, and each file's text by commit."""
    top = tmp_path_factory.mktemp("rows")
    git(top, "init", "-q")
    dice = random.Random(7)
    before = {f"{n % 3}/{n}-{NAMES[n % len(NAMES)]}": text(dice) for n in range(160)}
    before |= {
        "gone.py": b"a\nb\n",
        "empty.txt": b"",
        "image.bin": bytes(range(256)) * 9,
        "moved.py": b"".join(b"line %d\n" % n for n in range(60)),
    }
    after = {name: edited(dice, content) if dice.random() < 0.8 else content for name, content in before.items()}
    after |= {
        "image.bin": bytes(range(255, -1, -1)) * 9,
        "fresh.py": b"x = 1\n",
        "fresh empty.txt": b"",
        "no end.txt": b"a",
    }
    del after["gone.py"]
    after["账户 moved.py"] = after.pop("moved.py").replace(b"line 30\n", b"another\n")
    commits = []
    for tree in (before, after):
        for old in git(top, "ls-files", "-z").split(b"\0"):
            if old:
                (top / os.fsdecode(old)).unlink(missing_ok=True)
        for name, content in tree.items():
            (top / name).parent.mkdir(parents=True, exist_ok=True)
            (top / name).write_bytes(content)
        if tree is after:
            (top / "0/link").symlink_to("0-plain.py")
            (top / "fresh.py").chmod(0o755)
        git(top, "add", "-A")
        git(top, "update-index", "--add", "--cacheinfo", f"160000,{str(len(commits) + 1) * 40},module")
        git(top, "commit", "-qm", "c")
        commits.append(git(top, "rev-parse", "HEAD").decode().strip())
    return top, commits, before, after


def lines(content: bytes) -> list[tuple[bytes, bool]]:
    rows = content.split(b"\n")
    ended = [(row, True) for row in rows[:-1]]
    return [*ended, (rows[-1], False)] if rows[-1] else ended


def applied(one: FileDiff, before: bytes) -> bytes:
    rest, made, at = lines(before), [], 0
    for row in one.rows:
        if row.old is not None:
            made += rest[at : row.old - 1]
            at = row.old
        elif row.new is not None:
            while len(made) < row.new - 1:
                made.append(rest[at])
                at += 1
        if row.kind != "deleted":
            made.append((row.text, row.ended))
    return b"".join(text + b"\n" * ended for text, ended in [*made, *rest[at:]])


@pytest.mark.parametrize(
    "options",
    [("-U0",), ("-U3",), ("-U12", "--inter-hunk-context=4"), ("-U3", "--patience", "-C", "--find-copies-harder")],
)
def test_every_row_stands_where_it_says(repository, options):
    top, commits, before, after = repository
    patch = git(
        top,
        "-c",
        "core.quotePath=true",
        "diff",
        "--no-ext-diff",
        "--no-color",
        "--full-index",
        "-M",
        *options,
        *commits,
    )
    found = parsed(patch)
    rows = 0
    for one in found:
        if one.submodule or one.link or one.binary:
            continue
        old, new = lines(before.get(one.old, b"")), lines(after.get(one.new, b""))
        for row in one.rows:
            rows += 1
            assert row.old is None or old[row.old - 1] == (row.text, row.ended), one.path
            assert row.new is None or new[row.new - 1] == (row.text, row.ended), one.path
            assert (row.kind == "context") == (row.old is not None and row.new is not None)
        assert applied(one, before.get(one.old, b"")) == after.get(one.new, b"")
    wanted = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert {name for one in found for name in (one.old, one.new) if name} >= wanted
    assert rows > 400


def test_a_row_knows_what_it_stands_before_with_and_without_context(repository):
    top, commits, *_ = repository
    found = [
        [
            [(row.kind, *(max(1, at) for at in row.at)) for row in one.rows if row.kind != "context"]
            for one in parsed(git(top, "diff", "-M", f"-U{lines}", *commits))
        ]
        for lines in (0, 3)
    ]
    assert found[0] == found[1]


def test_what_happens_to_a_file_is_told(repository):
    top, commits, *_ = repository
    found = {one.path: one for one in parsed(git(top, "diff", "--full-index", "-M", *commits))}
    assert (found["gone.py"].status, found["gone.py"].old, found["gone.py"].new) == ("deleted", "gone.py", "")
    assert (found["fresh.py"].status, found["fresh.py"].mode, found["fresh.py"].old) == ("added", "100755", "")
    assert (found["fresh empty.txt"].status, found["fresh empty.txt"].rows) == ("added", ())
    assert (found["账户 moved.py"].status, found["账户 moved.py"].old) == ("renamed", "moved.py")
    assert found["image.bin"].binary
    assert not found["image.bin"].rows
    assert found["module"].submodule
    assert found["0/link"].link
    assert not found["no end.txt"].rows[-1].ended


def test_a_binary_patch_is_passed_over_whole(repository):
    top, commits, *_ = repository
    found = parsed(git(top, "diff", "--binary", "--full-index", "-M", *commits))
    assert {one.path for one in found} == {one.path for one in parsed(git(top, "diff", "--full-index", "-M", *commits))}
    assert next(one for one in found if one.path == "image.bin").binary


def test_a_file_that_only_changes_its_mode_has_its_name(tmp_path):
    git(tmp_path, "init", "-q")
    name = "a b/a b"
    (tmp_path / "a b").mkdir()
    (tmp_path / name).write_text("x\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "c")
    (tmp_path / name).chmod(0o755)
    (one,) = parsed(git(tmp_path, "diff", "HEAD"))
    assert (one.old, one.new, one.old_mode, one.mode, one.rows) == (name, name, "100644", "100755", ())


PREFIXES = [
    ["--no-prefix"],
    ["-c", "diff.mnemonicPrefix=true"],
    ["--src-prefix=old/", "--dst-prefix=newer/"],
    ["--src-prefix=src://", "--dst-prefix=dst://"],
    ["--src-prefix=x/before/", "--dst-prefix=x/after/"],
    ["--src-prefix=", "--dst-prefix=b/"],
]


@pytest.mark.parametrize("options", PREFIXES)
@pytest.mark.parametrize("quoted", ["true", "false"])
def test_paths_are_the_same_whatever_stands_before_them(tmp_path, options, quoted):
    git(tmp_path, "init", "-q")
    names = [*NAMES, "a/x.py", "b/x.py", "a/a/x y/x y.py", "i/w.py", ".gitignore", "x y b/x y", "a/empty", "a/data.bin"]
    for name in names:
        for folder in ("", "deep/"):
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"" if "empty" in name else b"\0" * 9 if "bin" in name else name.encode() + b"\n" * 9)
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "c")
    for n, name in enumerate(names):
        path = tmp_path / name
        if n % 4 == 0:
            path.unlink()
        elif n % 4 == 1:
            path.chmod(0o755)
        elif n % 4 == 2:
            path.rename(path.with_name("moved b " + path.name))
        else:
            path.write_bytes(path.read_bytes() + b"changed\0"[: 7 + ("bin" in name)])
        (tmp_path / "deep" / name).write_bytes(b"1\n2\n")
        (tmp_path / "deep" / (name + " new")).write_bytes(b"" if n % 2 else b"x\n")
    git(tmp_path, "add", "-A")
    before, after = ([*options[:2], "diff"], options[2:]) if "-c" in options else (["diff"], options)
    asked = ("-c", f"core.quotePath={quoted}", *before, "--cached", "-M", *after)
    for more in ([], ["-R"]):
        plain = parsed(git(tmp_path, "diff", "--cached", "-M", *more))
        found = parsed(git(tmp_path, *asked, *more))
        assert [(one.status, one.old, one.new, one.rows) for one in found] == [
            (one.status, one.old, one.new, one.rows) for one in plain
        ]
    there = set(git(tmp_path, "ls-files", "-z").decode().split("\0"))
    assert {one.new for one in parsed(git(tmp_path, *asked)) if one.new} <= there
    assert len(found) > 40


def test_two_folders_that_are_compared_keep_their_names(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.py").write_text(folder)
    patch = subprocess.run(
        ["git", "diff", "--no-index", "one", "two"], cwd=tmp_path, env=ENVIRONMENT, capture_output=True, check=False
    ).stdout
    (one,) = parsed(patch)
    assert (one.old, one.new) == ("one/x.py", "two/x.py")


def test_a_merge_is_told_as_one_and_holds_no_rows(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    for branch, content in (("main", "a\n"), ("one", "b\n"), ("two", "c\n")):
        git(tmp_path, "checkout", "-q", *(("-b", branch, "main") if branch != "main" else ("-b", "x")))
        (tmp_path / "a.py").write_text(content)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", branch)
        if branch == "main":
            git(tmp_path, "branch", "main")
    subprocess.run(["git", "merge", "-q", "one"], cwd=tmp_path, env=ENVIRONMENT, check=False, capture_output=True)
    (tmp_path / "a.py").write_text("d\n")
    git(tmp_path, "commit", "-qam", "merge")
    (one,) = parsed(git(tmp_path, "show", "--cc", "--format="))
    assert (one.status, one.path, one.rows) == ("combined", "a.py", ())


@pytest.mark.parametrize(
    ("patch", "why"),
    [
        (b"diff --git a/x b/x\n--- a/x\n", r"`\+\+\+` is missing"),
        (b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n", "ends inside a hunk"),
        (b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,1 @@\n a\n+b\n-c\n", "longer than its header"),
        (b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\nx\n", "shorter than its header"),
        (b'diff --git "a/x b/x\nnew file mode 100644\n', "does not end"),
    ],
)
def test_what_is_no_patch_is_said(patch, why):
    with pytest.raises(BadPatch, match=why):
        parsed(patch)


PLAIN = b"diff --git a/x.py b/x.py\nindex 1111111..2222222 100644\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n"
SPLINTERS = [
    b"\n",
    b"diff --git ",
    b"@@ -1 +1 @@\n",
    b"--- a/x\n+++ b/y\n",
    b'"',
    b"\xff",
    b"\0",
    b"9" * 5000,
    b"old mode \xff\n",
]


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_patch_is_read_or_refused(tmp_path, repository, seed):
    top, commits, *_ = repository
    whole = git(top, "diff", "--binary", "--full-index", "-M", *commits)[:6000]
    dice = random.Random(seed)
    refused = 0
    for _ in range(300):
        made = bytearray(dice.choice([whole, PLAIN]))
        for _ in range(dice.randrange(1, 6)):
            at = dice.randrange(len(made))
            if dice.randrange(3):
                made[at:at] = dice.choice(SPLINTERS)
            else:
                del made[at : at + dice.randrange(1, 30)]
        try:
            list(walked(of_patch(bytes(made), tmp_path)))
        except BadPatch:
            refused += 1
    assert 0 < refused < 300


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a/x.py\n", b'"a/\\000x.py"\n'),
        (b"-1 ", b"-" + b"9" * 5000 + b" "),
    ],
)
def test_what_no_git_writes_is_refused(old, new):
    with pytest.raises(BadPatch):
        parsed(PLAIN.replace(old, new))


def test_a_line_far_down_costs_no_memory_and_an_id_is_no_name(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "x.py").write_bytes(b"a\n")
    git(tmp_path, "add", "-A")
    git(tmp_path, "commit", "-qm", "c")
    (tmp_path / "x.py").unlink()
    ((_, held),) = walked(of_patch(PLAIN.replace(b"@@ -1 +1 @@", b"@@ -999999999 +999999999 @@"), tmp_path))
    assert held == Texts(None, None)
    ((one, held),) = walked(of_patch(PLAIN.replace(b"1111111", b"HEAD:x.py"), tmp_path))
    assert (one.old_id, held.whole) == ("", False)


def test_hunks_alone_are_read_as_in_a_patch():
    patch = b"@@ -1,2 +1,2 @@ def f():\n-a\n+b\n c\n@@ -9 +9,0 @@\n-x\n\\ No newline at end of file\n"
    rows = hunks(patch)
    assert [(row.kind, row.old, row.new, row.hunk, row.ended) for row in rows] == [
        ("deleted", 1, None, 0, True),
        ("added", None, 1, 0, True),
        ("context", 2, 2, 0, True),
        ("deleted", 9, None, 1, False),
    ]
    with pytest.raises(BadPatch, match="no hunk begins"):
        hunks(b"@@ -1 +1 @@\n-a\n+b\nnonsense\n")


def test_a_diff_that_is_not_gits_is_read_too(tmp_path):
    for side, files in (
        ("a", {"m.py": "x = 1\n", "gone.py": "o\n", "账户 x.py": "-- a\n"}),
        ("b", {"m.py": "x = 2\n", "new.py": "n\n", "账户 x.py": "++ a\n"}),
    ):
        (tmp_path / side).mkdir()
        for name, content in files.items():
            (tmp_path / side / name).write_text(content)
    patch = subprocess.run(["diff", "-ruN", "a", "b"], cwd=tmp_path, check=False, capture_output=True).stdout
    found = {one.path: one for one in parsed(patch)}
    assert {name: (one.status, one.old, one.new) for name, one in found.items()} == {
        "m.py": ("modified", "m.py", "m.py"),
        "gone.py": ("deleted", "gone.py", ""),
        "new.py": ("added", "", "new.py"),
        "账户 x.py": ("modified", "账户 x.py", "账户 x.py"),
    }
    assert [row.text for row in found["账户 x.py"].rows] == [b"-- a", b"++ a"]
    (one,) = parsed(b"--- m.py.orig\t2026-11-30\n+++ m.py\t2026-11-30\n@@ -1 +1 @@\n-x\n+y\n")
    assert (one.status, one.old, one.new) == ("modified", "m.py", "m.py")
    (one,) = parsed(b"--- /dev/null\n+++ b/m.py\n@@ -0,0 +1 @@\n+y\n")
    assert (one.status, one.old, one.new) == ("added", "", "m.py")


def test_a_patch_whose_every_line_end_was_turned_is_read_as_it_was(repository):
    top, commits, *_ = repository
    patch = git(top, "diff", "--full-index", "-M", *commits)
    turned = parsed(patch.replace(b"\n", b"\r\n"))
    for one, other in zip(parsed(patch), turned, strict=True):
        assert (one.old, one.new, one.rows) == (other.old, other.new, other.rows)


def test_a_text_without_a_file_is_no_patch_and_a_commit_without_one_is():
    with pytest.raises(BadPatch, match="no file"):
        parsed(b"nonsense\n")
    assert parsed(b"") == parsed(b"\n") == parsed(b"commit 1111111\nMerge: 1 2\n\n    Merge\n") == ()


@pytest.mark.parametrize("kind", ["sha1", "sha256"])
@pytest.mark.parametrize("ids", ["full", "short", "none"])
def test_a_text_on_the_disk_that_fits_both_sides_is_known_by_its_id(tmp_path, kind, ids):
    repo, place = tmp_path / "repo", tmp_path / "place"
    for folder in (repo, place):
        folder.mkdir()
    git(repo, "init", "-q", f"--object-format={kind}")
    old, new = b"x = 1\n" * 20, b"x = 1\n" * 21
    (repo / "a.py").write_bytes(old)
    git(repo, "add", "a.py")
    (repo / "a.py").write_bytes(new)
    patch = git(repo, "diff", *(["--full-index"] if ids == "full" else []))
    patch = patch.replace(b"@@ -18,3 +18,4 @@", b"@@ -8,3 +8,4 @@")  # as good a place for the same change
    if ids == "none":
        patch = re.sub(rb"index .*\n", b"", patch)
    for text in (old, new):
        (place / "a.py").write_bytes(text)
        ((_, held),) = walked(of_patch(patch, place))
        if ids == "none":
            assert not held.whole
        else:
            assert held == Texts(old, new)
    (place / "a.py").write_bytes(b"x = 1\n" * 30)  # neither of them, and nobody knows which it comes from
    ((_, held),) = walked(of_patch(patch, place))
    assert not held.whole


@pytest.mark.parametrize("end", [b"x = 1\n", b"x = 1"])
def test_a_patch_without_ids_whose_context_ends_with_the_file_tells_which_side_a_text_is(tmp_path, end):
    old = b"a = 0\n" + b"x = 1\n" * 4
    new = old + end
    patch = b"--- a/a.py\n+++ b/a.py\n@@ -3,3 +3,4 @@\n x = 1\n x = 1\n x = 1\n+x = 1\n"
    if not end.endswith(b"\n"):
        patch += b"\\ No newline at end of file\n"
    for text in (old, new):
        (tmp_path / "a.py").write_bytes(text)
        ((_, held),) = walked(of_patch(patch, tmp_path))
        assert held == Texts(old, new)
    (tmp_path / "a.py").write_bytes(new + b"\ny = 2\n")  # it ends elsewhere: neither of them
    ((_, held),) = walked(of_patch(patch, tmp_path))
    assert not held.whole


@pytest.mark.parametrize(
    ("patch", "status"),
    [
        (b"diff --git a/a.py b/a.py\nold mode 100644\nnew mode 100755\n", "modified"),
        (
            b"diff --git a/a.py b/b.py\nsimilarity index 100%\nrename from a.py\nrename to b.py\n",
            "renamed",
        ),
    ],
)
def test_a_patch_without_lines_is_reviewed(tmp_path, patch, status):
    (tmp_path / "a.py").write_bytes(b"x = 1\n")
    change = of_patch(patch, tmp_path)
    ((one, _),) = walked(change)
    assert one.status == status
    (covered,) = review(change, Asked((BANK,))).coverage
    assert (covered.status, covered.lines) == ("reviewed", 0)


def test_a_short_id_that_another_text_has_is_not_believed(tmp_path):
    git(tmp_path, "init", "-q")
    (tmp_path / "a.py").write_bytes(b"a\nb\n")
    git(tmp_path, "add", "a.py")
    git(tmp_path, "commit", "-qm", "c")
    blob, tree, other = (git(tmp_path, "rev-parse", name).decode()[:7] for name in ("HEAD:a.py", "HEAD^{tree}", "HEAD"))
    (tmp_path / "a.py").unlink()
    patch = "diff --git a/z.py b/z.py\nindex {}..{} 100644\n--- a/z.py\n+++ b/z.py\n@@ -9 +9 @@\n-x\n+y\n"
    for old, new in ((blob, "1111111"), ("1111111", blob), (tree, other), (blob, blob)):
        ((_, held),) = walked(of_patch(patch.format(old, new).encode(), tmp_path))
        assert held == Texts(b"\n" * 8 + b"x\n", b"\n" * 8 + b"y\n", whole=False)
