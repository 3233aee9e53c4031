"""What the coming commit changes, read in real repositories and inside real `git commit` calls."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from copilot import git

ROOM = {"files": 1000, "file_bytes": 100_000, "total_bytes": 10_000_000}
ONE = "def one():\n    return 1\n\n\ndef two():\n    return 2\n\n\ndef three():\n    return 3\n"


def run(folder: Path, *command: str, **environ: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True, env=clean | environ)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    top = tmp_path / "repo"
    top.mkdir()
    run(top, "init", "-q", "-b", "main")
    (top / "a.py").write_text(ONE)
    (top / "b.py").write_text("b = 1\n")
    run(top, "add", ".")
    run(top, "commit", "-qm", "one")
    return top


def seen(top: Path) -> dict[str, tuple[str, str]]:
    found = git.staged(top)
    assert found is not None
    return {one.path: (one.status, one.old) for one in found.changes}


def hooked(top: Path) -> Path:
    """A pre-commit hook that writes what the reader sees, from the folder in which git starts it."""
    out = top.parent / "seen.json"
    code = (
        "import json, pathlib; from copilot import git; top = git.commit_root(pathlib.Path('.')); s = git.staged(top);"
        f"t = git.trees(s, **{ROOM!r});"
        "show = lambda m: {k: v.decode('utf-8', 'replace') for k, v in m.items()};"
        f"pathlib.Path({str(out)!r}).write_text(json.dumps([str(top), [c.path for c in s.changes], show(t.after), show(t.before)]))"
    )
    hook = Path(
        subprocess.run(
            ["git", "rev-parse", "--path-format=absolute", "--git-path", "hooks/pre-commit"],
            cwd=top,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}"\n')
    hook.chmod(0o755)
    return out


def test_nothing_staged_and_no_repository(top: Path, tmp_path: Path) -> None:
    (top / "a.py").write_text("changed = 1\n")
    assert seen(top) == {}
    assert git.staged(tmp_path) is None


def test_what_is_staged_counts_and_not_what_lies_on_the_disk(top: Path) -> None:
    (top / "a.py").write_text(ONE.replace("return 2", "return 22"))
    run(top, "add", "a.py")
    (top / "a.py").write_text(ONE.replace("return 2", "return 22").replace("return 3", "return 33"))
    found = git.staged(top)
    assert found is not None
    (one,) = found.changes
    assert git.changed_lines(found, one) == {6}
    both = git.trees(found, **ROOM)
    assert b"return 22" in both.after["a.py"]
    assert b"return 33" not in both.after["a.py"]
    assert both.before["a.py"] == ONE.encode()
    assert both.after["b.py"] == both.before["b.py"] == b"b = 1\n"
    assert both.complete


def test_every_kind_of_change_has_its_letter(top: Path) -> None:
    (top / "c.py").write_text(ONE.replace("one", "uno") * 3)
    (top / "gone.py").write_text("x = 1\n")
    (top / "kind.py").write_text("y = 1\n")
    run(top, "add", ".")
    run(top, "commit", "-qm", "two")
    run(top, "mv", "a.py", "moved.py")
    (top / "moved.py").write_text(ONE.replace("return 1", "return 11"))
    (top / "new.py").write_text("z = 1\n")
    (top / "gone.py").unlink()
    (top / "kind.py").unlink()
    (top / "kind.py").symlink_to("b.py")
    text = (top / "c.py").read_text()
    (top / "c.py").write_text(text + "# more\n")
    (top / "copy.py").write_text(text)
    run(top, "add", "-A")
    assert seen(top) == {
        "c.py": ("M", "c.py"),
        "copy.py": ("C", "c.py"),
        "gone.py": ("D", "gone.py"),
        "kind.py": ("T", "kind.py"),
        "moved.py": ("R", "a.py"),
        "new.py": ("A", ""),
    }
    found = git.staged(top)
    assert found is not None
    both = git.trees(found, **ROOM)
    assert sorted(both.after) == ["b.py", "c.py", "copy.py", "moved.py", "new.py"]
    assert sorted(both.before) == ["b.py", "c.py", "copy.py", "gone.py", "kind.py", "moved.py"]
    assert both.before["moved.py"] == ONE.encode()
    moved = next(one for one in found.changes if one.path == "moved.py")
    assert git.changed_lines(found, moved) == {2}


def test_before_the_first_commit_everything_is_new(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "a.py").write_text("a = 1\nb = 2\n")
    run(tmp_path, "add", ".")
    found = git.staged(tmp_path)
    assert found is not None
    assert (found.parent, [(one.status, one.path) for one in found.changes]) == ("", [("A", "a.py")])
    assert git.changed_lines(found, found.changes[0]) >= {1, 2}
    assert git.trees(found, **ROOM).before == {}


@pytest.mark.parametrize(
    ("words", "after", "paths"),
    [
        (["commit", "-qam", "x"], {"a.py": "a = 2\n", "b.py": "b = 2\n"}, ["a.py", "b.py"]),
        (["commit", "-qm", "x", "b.py"], {"a.py": ONE, "b.py": "b = 2\n"}, ["b.py"]),
    ],
)
def test_a_commit_with_an_index_of_its_own_is_read_from_that(top: Path, words, after, paths) -> None:
    out = hooked(top)
    (top / "a.py").write_text("a = 2\n")
    (top / "b.py").write_text("b = 2\n")
    run(top, *words)
    where, changed, now, before = json.loads(out.read_text())
    assert (Path(where), changed, now) == (top, paths, after)
    assert before == {"a.py": ONE, "b.py": "b = 1\n"}


def test_a_hook_in_a_linked_work_tree_and_in_one_whose_repository_lies_elsewhere(top: Path, tmp_path: Path) -> None:
    linked = tmp_path / "linked"
    run(top, "worktree", "add", "-q", str(linked))
    out = hooked(linked)
    (linked / "a.py").write_text("a = 3\n")
    run(linked, "commit", "-qam", "x")
    assert json.loads(out.read_text())[:2] == [str(linked), ["a.py"]]
    apart = tmp_path / "apart"
    apart.mkdir()
    (apart / "b.py").write_text("b = 3\n")
    run(apart, f"--git-dir={top / '.git'}", "--work-tree=.", "commit", "-qam", "x")
    where, changed, now, _ = json.loads(out.read_text())
    assert (where, changed, now) == (str(apart), ["a.py", "b.py"], {"b.py": "b = 3\n"})


def test_the_variables_of_another_repositorys_hook_are_not_obeyed(top: Path, tmp_path: Path, monkeypatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    run(other, "init", "-q")
    monkeypatch.chdir(other)
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    (top / "a.py").write_text("a = 2\n")
    run(top, "add", ".")
    assert seen(top) == {"a.py": ("M", "a.py")}
    assert git.files(top) == ["a.py", "b.py"]
    assert git.root(top / "a.py") == top


def test_a_merge_is_compared_with_its_first_parent(top: Path) -> None:
    run(top, "checkout", "-qb", "side")
    (top / "side.py").write_text("s = 1\n")
    run(top, "add", ".")
    run(top, "commit", "-qm", "side")
    run(top, "checkout", "-q", "main")
    (top / "b.py").write_text("b = 5\n")
    run(top, "commit", "-qam", "main")
    run(top, "merge", "-q", "--no-commit", "--no-ff", "side")
    assert (top / ".git/MERGE_HEAD").exists()
    assert seen(top) == {"side.py": ("A", "")}


def test_links_submodules_and_binary_files_are_no_text(top: Path) -> None:
    (top / "link.py").symlink_to("b.py")
    (top / "data.bin").write_bytes(b"\0\1\n\n")
    run(top, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(top), "sub")
    run(top, "add", "-A")
    found = git.staged(top)
    assert found is not None
    assert [one.path for one in found.changes] == [".gitmodules", "data.bin"]
    assert git.trees(found, **ROOM).after["data.bin"] == b"\0\1\n\n"


def test_names_and_texts_of_any_encoding_come_as_they_are(top: Path) -> None:
    name = os.fsdecode("账户.py".encode("gb18030"))
    text = "# 余额\n".encode("gb18030")
    (top / name).write_bytes(text)
    run(top, "add", "-A")
    found = git.staged(top)
    assert found is not None
    assert [one.path for one in found.changes] == [name]
    assert git.trees(found, **ROOM).after[name] == text


def test_a_change_of_line_ends_alone_changes_no_line(top: Path) -> None:
    (top / "a.py").write_bytes(ONE.replace("\n", "\r\n").replace("return 3", "return 4").encode())
    run(top, "-c", "core.autocrlf=false", "add", ".")
    found = git.staged(top)
    assert found is not None
    assert git.changed_lines(found, found.changes[0]) == {10}


def test_lines_that_were_taken_out_are_seen_at_their_gap(top: Path) -> None:
    (top / "a.py").write_text(ONE.replace("    return 1\n", ""))
    run(top, "add", ".")
    found = git.staged(top)
    assert found is not None
    assert git.changed_lines(found, found.changes[0]) == {1, 2}


def test_a_file_that_is_only_intended_to_be_added_is_not_there(top: Path) -> None:
    (top / "later.py").write_text("l = 1\n")
    run(top, "add", "-N", "later.py")
    assert seen(top) == {}


def test_limits_leave_files_out_and_say_so(top: Path) -> None:
    (top / "deep").mkdir()
    (top / "deep" / "c.py").write_text("c = 1\n")
    (top / "big.py").write_text("#" * 5000)
    run(top, "add", ".")
    found = git.staged(top)
    assert found is not None
    few = git.trees(found, files=3, file_bytes=1000, total_bytes=10_000)
    assert (sorted(few.after), few.complete) == (["a.py", "b.py", "deep/c.py"], True)
    few = git.trees(found, files=2, file_bytes=1000, total_bytes=10_000)
    assert (sorted(few.after), few.complete) == (["a.py", "deep/c.py"], False)


def test_nothing_that_a_repository_configures_is_started(top: Path, tmp_path: Path) -> None:
    mark = tmp_path / "started"
    program = tmp_path / "program.sh"
    program.write_text(f"#!/bin/sh\ntouch '{mark}'\ncat\n")
    program.chmod(0o755)
    (top / "a.py").write_text("a = 2\n")
    run(top, "add", ".")
    (top / ".gitattributes").write_text("*.py diff=x filter=x\n")
    for key in (
        "core.fsmonitor",
        "diff.external",
        "diff.x.textconv",
        "diff.x.command",
        "filter.x.smudge",
        "core.pager",
    ):
        run(top, "config", key, str(program))
    found = git.staged(top)
    assert found is not None
    git.changed_lines(found, found.changes[0])
    git.trees(found, **ROOM)
    assert not mark.exists()
