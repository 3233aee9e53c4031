"""Which files an index may see: bounded patterns, and nothing from behind a link."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from copilot.context import listing
from copilot.context.reader import StoredIndex


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("*a" * 20 + "*b", "a" * 250),
        ("*a" * 4 + "*b", "a" * 250),
        ("a/**/" * 6 + "b", "a/" * 240 + "c"),
        ("/".join(["*a*"] * 40) + "/b", "/".join(["a" * 30] * 16)),
        ("a*?*?*?*?*b", "a" * 250),
    ],
)
def test_a_pattern_cannot_hold_up_the_server(tmp_path: Path, pattern: str, name: str) -> None:
    (tmp_path / ".copilotignore").write_text(pattern)
    began = time.process_time()
    listing.policy(tmp_path, (pattern,)).match_file(name)
    assert time.process_time() - began < 0.5


@pytest.mark.filterwarnings("ignore:Possible nested set:FutureWarning")  # of `re`, about a pattern like `[[`
@given(
    pattern=st.text(alphabet="ab*?/[]", min_size=1, max_size=14),
    name=st.lists(st.text(alphabet="ab", min_size=1, max_size=4), min_size=1, max_size=5).map("/".join),
)
def test_a_bounded_pattern_keeps_out_all_that_it_was_to_keep_out(pattern: str, name: str) -> None:
    try:
        meant = GitIgnoreSpec.from_lines([pattern]).match_file(name)
    except ValueError:
        return
    if meant:
        assert listing.policy(Path("/nowhere"), (pattern,)).match_file(name)


def test_a_negation_with_too_many_wildcards_lets_nothing_in(tmp_path: Path) -> None:
    banned = listing.policy(tmp_path, ("secret/", "!secret/*a*b*c*d*"))
    assert banned.match_file("secret/zabcd.py")
    assert not banned.match_file("open.py")


@pytest.mark.parametrize("kind", ["endless", "folder", "huge"])
def test_a_policy_that_cannot_be_read_keeps_everything_out(tmp_path: Path, kind: str) -> None:
    path = tmp_path / ".copilotignore"
    match kind:
        case "endless":
            path.symlink_to("/dev/zero")
        case "folder":
            path.mkdir()
        case _:
            path.write_text("x\n" * 60_000)
    assert listing.policy(tmp_path, ()).match_file("a.py")


def test_a_tracked_file_behind_a_folder_that_is_a_link_now_is_not_listed(tmp_path: Path) -> None:
    root, outside = tmp_path / "repo", tmp_path / "outside"
    for folder in (root / "d", outside):
        folder.mkdir(parents=True)
        (folder / "x.py").write_text("x = 1\n")
    (root / "y.py").write_text("y = 1\n")
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)
    (root / "d" / "x.py").unlink()
    (root / "d").rmdir()
    (root / "d").symlink_to(outside)
    assert [found.path for found in listing.listed(root, ())] == ["y.py"]
    assert listing.look(root, "../outside/x.py") is None


def test_a_link_to_an_excluded_file_is_excluded(tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "k.py").write_text("k = 1\n")
    (tmp_path / "open.py").symlink_to(tmp_path / "secret" / "k.py")
    (tmp_path / ".copilotignore").write_text("secret/\n")
    index = StoredIndex(tmp_path, tmp_path / "index")
    assert index.excluded(tmp_path / "open.py")
    assert not index.excluded(tmp_path / "other.py")
    assert not index.excluded(Path("/tmp/a\0b"))
