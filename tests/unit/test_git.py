"""The git reader on real repositories made for the test."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from copilot import git


def run(folder: Path, *command: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    run(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / ".gitignore").write_text("*.log\nsecret/\n")
    (tmp_path / "a.py").write_text("a = 1\n")
    (tmp_path / "账 户.py").write_text("b = 1\n")
    return tmp_path


def test_root_is_found_from_a_file_and_a_folder_inside(top: Path) -> None:
    (top / "pkg").mkdir()
    assert git.root(top / "pkg") == top
    assert git.root(top / "a.py") == top


def test_no_repository_means_none(tmp_path: Path) -> None:
    assert git.root(tmp_path) is None
    assert git.files(tmp_path) is None
    assert git.head(tmp_path) is None
    assert git.ignored(tmp_path, "a.py") is None


def test_listing_has_tracked_and_new_files_but_no_ignored_ones(top: Path) -> None:
    run(top, "add", "a.py")
    (top / "x.log").write_text("")
    (top / "secret").mkdir()
    (top / "secret" / "k.py").write_text("")
    assert git.files(top) == [".gitignore", "a.py", "账 户.py"]


def test_ignored_is_about_untracked_files(top: Path) -> None:
    run(top, "add", "-f", "a.py")
    assert git.ignored(top, "x.log") is True
    assert git.ignored(top, "secret/k.py") is True
    assert git.ignored(top, "a.py") is False


def test_head_before_and_after_the_first_commit_and_detached(top: Path) -> None:
    assert git.head(top) == ("", "main")
    run(top, "add", ".")
    run(top, "commit", "-qm", "one")
    commit, branch = git.head(top) or ("", "")
    assert (len(commit), branch) == (40, "main")
    run(top, "checkout", "-q", "--detach")
    assert git.head(top) == (commit, "")


def test_a_repository_cannot_start_a_program_when_it_is_listed(top: Path) -> None:
    marker = top / "started"
    hook = top / "hook.sh"
    hook.write_text(f"#!/bin/sh\ntouch '{marker}'\n")
    hook.chmod(0o755)
    run(top, "config", "core.fsmonitor", str(hook))
    assert "a.py" in (git.files(top) or [])
    assert not marker.exists()


def test_a_repository_cannot_start_a_program_through_a_missing_object(top: Path, tmp_path: Path) -> None:
    """A partial clone fetches what is missing from where its own configuration says: here, from a program."""
    mark = tmp_path / "started"
    (top / "hidden").mkdir()
    (top / "hidden" / "b.py").write_text("b = 1\n")
    (top / "shown").mkdir()
    (top / "shown" / "c.py").write_text("c = 1\n")
    run(top, "add", ".")
    run(top, "commit", "-qm", "one")
    tree = subprocess.run(["git", "rev-parse", "HEAD:hidden"], cwd=top, check=True, capture_output=True, text=True)
    clone = tmp_path / "clone"
    run(top, "clone", "-q", "--no-hardlinks", str(top), str(clone))
    run(clone, "sparse-checkout", "set", "--cone", "--sparse-index", "shown")
    name = tree.stdout.strip()
    (clone / ".git" / "objects" / name[:2] / name[2:]).unlink()
    for key, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": f"ext::sh -c touch% {mark}",
        "protocol.ext.allow": "always",
    }.items():
        run(clone, "config", key, value)
    git.files(clone)
    git.head(clone)
    git.ignored(clone, "hidden/b.py")
    assert not mark.exists()


def test_a_bare_repository_inside_a_clone_is_not_asked(top: Path) -> None:
    inner = top / "vendor"
    inner.mkdir()
    run(inner, "init", "-q", "--bare", "payload")
    config = f"[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = {inner / 'payload'}\n"
    (inner / "payload" / "config").write_text(config)
    assert git.root(inner / "payload") is None
    assert git.files(inner / "payload") is None
