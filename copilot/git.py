"""What a git repository says: its root, files and head, and what the next commit changes. The only importer of GitPython.

A repository is foreign input: every command runs with the settings switched off through which a repository's own
configuration could start a program; contents are read as they are stored, past every filter. A missing object is never
fetched: the repository names the program or the address that would be asked. The repository is the one around the folder
that was asked about, whatever variables a running hook left in the environment; only `staged` reads those, for the index
of the commit being made. Absent on purpose: writing (nothing here changes a repository).
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from git import Git

_SAFE: Final = (
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.quotePath=false",
    "-c",
    "safe.bareRepository=explicit",  # a clone may hold a bare repository with a configuration of its own
)
_ENVIRONMENT: Final = {
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",  # for a git that does not know the line above; nothing has this name
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    **{f"GIT_{how}_PATHSPECS": "0" for how in ("LITERAL", "GLOB", "NOGLOB", "ICASE")},  # of editors
}
_TIMEOUT_S: Final = 60.0
"""A configuration may include a pipe that never ends."""

_PLACES: Final = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_EXTERNAL_DIFF",
)
"""Variables that lead git elsewhere. A hook inherits some of them, and they are about the hook's repository only."""

_EMPTY_TREE: Final = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""Every git knows these without having them: what the first commit is compared with."""

_REGULAR: Final = frozenset({"100644", "100755"})


@dataclass(frozen=True, slots=True)
class Change:
    """One changed file of the coming commit.

    `status` is git's letter: A, M, R, C, D, T. `path` is its name in the commit (of a deleted file: the one it had), `old`
    its name in the parent (empty: added). `before` and `after` are the ids of its contents there; empty where it is no
    regular file (a link, a submodule) or is not there.
    """

    status: str
    path: str
    old: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Staged:
    """What the coming commit changes against its first parent (against nothing, before the first commit).

    `place`: where git keeps it, as assignments for its environment; empty: where it keeps everything.
    """

    top: Path
    parent: str
    changes: tuple[Change, ...]
    place: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Trees:
    """`after`: every regular file of the coming commit. `before`: the same with each changed file as the parent has it,
    under its new name. `complete` is False when a limit or a missing object left files out.
    """

    after: Mapping[str, bytes]
    before: Mapping[str, bytes]
    complete: bool


def root(path: Path) -> Path | None:
    """The work tree that holds `path`; None outside a repository, in a bare one, or where git refuses to look."""
    folder = path if path.is_dir() else path.parent
    found = _ask(folder, "rev-parse", "--show-toplevel")
    return Path(found.strip()) if found and found.strip() else None


def files(top: Path) -> list[str] | None:
    """Tracked files and untracked ones that are not ignored, as POSIX paths relative to `top`, sorted.

    A tracked file that is gone from the disk is still listed. None where git cannot answer.
    """
    listing = _ask(top, "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    return None if listing is None else sorted({name for name in listing.split("\0") if name})


def indexed(top: Path) -> tuple[dict[str, str], set[str]] | None:
    """The regular files of the index with the ids of their contents, and the names of those that differ from the last
    commit or are not tracked (and not ignored): POSIX paths relative to `top`. None where git cannot answer.
    """
    new = _ask(top, "ls-files", "--others", "--exclude-standard", "-z")
    rows = _ask(top, "ls-files", "--stage", "-z")
    if new is None or rows is None:
        return None
    split = [(head.split(), name) for head, _, name in (row.partition("\t") for row in rows.split("\0") if row)]
    blobs = {name: head[1] for head, name in split if head[0] in _REGULAR}
    staged = _ask(top, "diff-index", "--cached", "--name-only", "--no-renames", "-z", "HEAD", "--")
    names = set(blobs) if staged is None else set(blobs) & set(staged.split("\0"))  # None: before the first commit
    return blobs, (names | set(new.split("\0"))) - {""}


def ignored(top: Path, name: str) -> bool | None:
    """Whether git ignores the untracked file at a path relative to `top`. None where git cannot answer."""
    if _ask(top, "rev-parse", "--git-dir") is None:
        return None
    # Exit 1 means "not ignored"; a tracked file is never ignored, whatever the patterns say.
    return _ask(top, "check-ignore", "-q", "--", name) is not None


def at_head(path: Path) -> bytes | None:
    """What a file held in the last commit, as stored. None where it was not there, or git cannot answer."""
    return output(path.parent, "cat-file", "blob", f"HEAD:./{path.name}")


def head(top: Path) -> tuple[str, str] | None:
    """`(commit, branch)` of the head; the branch is empty when detached, the commit before the first commit."""
    branch = _ask(top, "symbolic-ref", "--short", "-q", "HEAD")
    commit = _ask(top, "rev-parse", "--verify", "-q", "HEAD")
    if branch is None and commit is None:
        return None
    return (commit or "").strip(), (branch or "").strip()


def commits(top: Path, most: int) -> list[str]:
    """The head and its first parents, newest first, at most `most`. Empty where git cannot answer."""
    listing = _ask(top, "rev-list", "--first-parent", f"--max-count={most}", "HEAD")
    return [] if listing is None else listing.split()


def difference(top: Path, old: str, new: str) -> str | None:
    """What `new` changes against `old`, as a patch without context lines, renames found. None where git cannot answer."""
    patch = output(
        top, "diff-tree", "-r", "-p", "-U0", "--find-renames=40%", "-l400", "--no-ext-diff", "--no-textconv",
        "--no-color", "--src-prefix=a/", "--dst-prefix=b/", "--diff-filter=AMR", old, new, "--",
    )  # fmt: skip
    return None if patch is None else patch.decode("utf-8", "replace")


def texts(top: Path, commit: str, names: Iterable[str], limit: int = 400_000) -> dict[str, str]:
    """The texts of files in a commit as they are stored; one that is missing or longer than `limit` bytes is left out."""
    wanted = [name for name in names if "\n" not in name]
    asked = _lines([f"{commit}:{name}" for name in wanted])
    out = (output(top, "cat-file", "--batch", stdin=asked) or b"") if wanted else b""
    rows = zip(wanted, _batched(out), strict=False)
    return {
        name: row[1].decode("utf-8", "replace")
        for name, row in rows
        if row is not None and row[0] == b"blob" and len(row[1]) <= limit
    }


def changed(top: Path, old: str, new: str) -> list[str]:
    """The paths that differ between two commits, both names of a rename. Empty where git cannot answer."""
    listing = output(top, "diff-tree", "-r", "--name-only", "-z", "--no-renames", old, new, "--")
    return [] if listing is None else [os.fsdecode(name) for name in listing.split(b"\0") if name]


def _batched(out: bytes) -> Iterator[tuple[bytes, bytes] | None]:
    """`(kind, content)` of each answer of `cat-file --batch`; None where there is no such object."""
    at = 0
    while at < len(out):
        end = out.find(b"\n", at)
        if end < 0:
            return
        row = out[at:end].rsplit(b" ", 2)
        at = end + 1
        if len(row) != 3 or not row[2].isdigit():
            yield None
            continue
        size = int(row[2])
        yield row[1], out[at : at + size]
        at += size + 1


def commit_root(folder: Path) -> Path | None:
    """The work tree of the commit being made in `folder`. None outside a repository.

    A work tree whose repository lies elsewhere (`git --git-dir … commit`) is known by the hook's variables alone.
    """
    found = root(folder)
    if found is None and "GIT_DIR" in os.environ and _ask(folder, "rev-parse", "--git-dir", place=_hook(folder)):
        return folder.resolve()
    return found


def staged(top: Path) -> Staged | None:
    """What the coming commit of the repository at `top` changes, renames found, in path order.

    Inside a hook the index is the one that git names: `git commit -a` and `git commit PATH` use one of their own. A
    merge is compared with its first parent. None where git cannot answer.
    """
    place = _hook(top)
    parent = (_ask(top, "rev-parse", "--verify", "-q", "HEAD^{commit}", place=place) or "").strip()
    if not parent and (_ask(top, "rev-parse", "--git-dir", place=place) is None or not is_unborn(top, place)):
        return None
    against = parent or empty_tree(top)
    listing = output(
        top,
        "diff-index",
        *("--cached", "--ita-invisible-in-index", "--raw", "--no-abbrev", "-z", "-M", "-C", "-l400", against, "--"),
        place=place,
    )
    return None if listing is None else Staged(top, parent, tuple(raw_changes(listing)), place)


def is_unborn(top: Path, place: Sequence[str] = ()) -> bool:
    """Whether no commit was made yet; not where HEAD names one that cannot be read."""
    return _ask(top, "rev-parse", "--verify", "-q", "HEAD", place=place) is None


def empty_tree(top: Path) -> str:
    """The id of a tree without files: what the first commit is compared with."""
    kind = (_ask(top, "rev-parse", "--show-object-format", place=_hook(top)) or "").strip()
    return _EMPTY_TREE.get(kind, _EMPTY_TREE["sha1"])


def contents(change: Staged, ids: Iterable[str]) -> dict[str, bytes]:
    """The stored contents with these ids; one that is missing is left out."""
    wanted = [name for name in dict.fromkeys(ids) if name]
    out = output(change.top, "cat-file", "--batch", place=change.place, stdin=_lines(wanted)) if wanted else b""
    rows = zip(wanted, _batched(out or b""), strict=False)
    return {name: row[1] for name, row in rows if row is not None and row[0] == b"blob"}


def changed_lines(change: Staged, one: Change, *, gaps: bool = True) -> frozenset[int]:
    """Lines of the new text (from 1) that were added or changed; where some were only taken out, with `gaps` the two around.

    A line whose end alone has changed (CR LF) is not changed.
    """
    if not one.after:
        return frozenset()
    if not one.before:
        return frozenset(range(1, contents(change, [one.after]).get(one.after, b"").count(b"\n") + 2))
    plain = (
        "--no-ext-diff",
        "--no-textconv",
        "--no-color",
        "--text",
        "--ignore-cr-at-eol",
        "-U0",
        "--inter-hunk-context=0",
    )
    patch = output(change.top, "diff", *plain, one.before, one.after, place=change.place) or b""
    found: set[int] = set()
    for start, count in re.findall(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", patch, re.MULTILINE):
        first, many = int(start), int(count or 1)
        found |= set(range(first, first + many)) if many or not gaps else {max(1, first), first + 1}
    return frozenset(found)


def trees(change: Staged, *, files: int, file_bytes: int, total_bytes: int) -> Trees:
    """The files of the coming commit and of its parent, within limits; those nearest to the top first."""
    where = change.place
    listing = (
        output(change.top, "ls-tree", "-r", "-z", "--full-tree", change.parent, place=where) if change.parent else b""
    )
    after: dict[str, str] = {}
    for row in (listing or b"").split(b"\0"):
        head, _, path = row.partition(b"\t")
        if path and head[:6].decode() in _REGULAR:
            after[os.fsdecode(path)] = head.split(b" ")[2].decode()
    for one in change.changes:
        if one.status in "DR":
            after.pop(one.old, None)
        if one.status != "D":
            after[one.path] = one.after
    before = dict(after)
    for one in change.changes:
        before[one.path] = one.before
    lengths = sizes(change, {*after.values(), *before.values()} - {""})
    ours = {name for one in change.changes for name in (one.path, one.old)}
    kept: list[str] = []
    count = total = 0
    complete = listing is not None
    for name in sorted({**before, **after}, key=lambda name: (name not in ours, name.count("/"), name)):
        own = {tree[name] for tree in (after, before) if tree.get(name)}
        size = sum(lengths.get(one, file_bytes + 1) for one in own)
        if not own or any(lengths.get(one, file_bytes + 1) > file_bytes for one in own):
            continue
        count, total = count + 1, total + size
        if count > files or total > total_bytes:
            complete = False
            break
        kept.append(name)
    texts = contents(change, (tree[name] for name in kept for tree in (after, before) if name in tree))

    def read(tree: Mapping[str, str]) -> dict[str, bytes]:
        return {name: texts[tree[name]] for name in kept if tree.get(name, "") in texts}

    return Trees(read(after), read(before), complete)


def raw_changes(listing: bytes) -> Iterator[Change]:
    """The rows of git's raw format (`--raw -z`, full ids)."""
    fields = iter(listing.split(b"\0"))
    for head in fields:
        if not head:
            break
        modes = head.decode().lstrip(":").split(" ")
        old_mode, new_mode, old_id, new_id, status = modes[0], modes[1], modes[2], modes[3], modes[4][0]
        old = os.fsdecode(next(fields))
        path = os.fsdecode(next(fields)) if status in "RC" else old
        before = old_id if old_mode in _REGULAR else ""
        after = new_id if new_mode in _REGULAR else ""
        if status in "AMRCDT" and (before or after):
            yield Change(status, path, "" if status == "A" else old, before, after)


def sizes(change: Staged, ids: Iterable[str]) -> dict[str, int]:
    """Bytes of the stored contents with these ids; one that is missing is left out."""
    wanted = sorted(ids)
    out = _ask(change.top, "cat-file", "--batch-check", place=change.place, stdin=_lines(wanted)) if wanted else ""
    rows = [row.split(" ") for row in (out or "").splitlines()]
    return {row[0]: int(row[2]) for row in rows if len(row) == 3 and row[1] == "blob"}


def _lines(rows: Sequence[str]) -> bytes:
    return "".join(f"{row}\n" for row in rows).encode()


def _hook(top: Path) -> tuple[str, ...]:
    """Where the commit being made at `top` keeps its index, as assignments; none outside a hook of that repository.

    git starts hooks in the top folder of the work tree; a variable that was inherited elsewhere is about another one.
    """
    if not os.path.samefile(top, os.curdir):  # noqa: PTH121 -- Path.cwd() follows links that samefile settles
        return ()
    found: list[str] = []
    if folder := os.environ.get("GIT_DIR"):
        found += [f"GIT_DIR={os.path.abspath(folder)}", f"GIT_WORK_TREE={top}"]  # noqa: PTH100 -- keeps links
    if index := os.environ.get("GIT_INDEX_FILE"):
        found.append(f"GIT_INDEX_FILE={os.path.abspath(index)}")  # noqa: PTH100 -- keeps links
    return tuple(found)


def _ask(folder: Path, *command: str, place: Sequence[str] = (), stdin: bytes = b"") -> str | None:
    """The output of one git command in `folder`, None when git is missing or the command fails."""
    out = output(folder, *command, place=place, stdin=stdin)
    return None if out is None else os.fsdecode(out)


def output(folder: Path, *command: str, place: Sequence[str] = (), stdin: bytes = b"") -> bytes | None:
    """The bytes that one git command writes in `folder`, safely run; None when git is missing or the command fails."""
    import git  # costs 150 ms: paid by the first caller, not by whoever starts up

    # GitPython hands on the whole environment and can only add to it; env(1) takes away first, then adds.
    clean = ["env", *(word for name in _PLACES for word in ("-u", name)), *place] if os.name == "posix" else []
    try:
        shell: Git = git.Git(folder)
        with tempfile.TemporaryFile() as source:
            source.write(stdin)
            source.seek(0)
            out = shell.execute(
                [*clean, "git", *_SAFE, *command],
                strip_newline_in_stdout=False,
                stdout_as_string=False,
                istream=source,
                env=_ENVIRONMENT,
                kill_after_timeout=_TIMEOUT_S if os.name == "posix" else None,
            )
    except (git.GitCommandError, git.GitCommandNotFound, OSError):
        return None
    return out if isinstance(out, bytes) else None
