"""Git histories made on this machine: successive releases of a package, committed in order (`histories.toml`).

Archives come through the ordinary clients of the registries (pip, npm) and are kept with the repositories under
`build/histories`, so that a second run asks nobody. A release that cannot be had is left out aloud. Only source that the
benchmarks read is committed; nothing of a package is built or run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

HOME = Path(__file__).parents[2] / "build" / "histories"
SUFFIXES = (".py", ".java")
_LIST = Path(__file__).with_name("histories.toml")
_WAIT_S = 300


@dataclass(frozen=True)
class History:
    """A repository with one commit a release, oldest first."""

    name: str
    root: Path
    commits: tuple[str, ...]


def histories(part: str) -> list[History]:
    """The histories of a part of the list (`test`, `drift`, `large`, `train`)."""
    table: dict[str, dict[str, Any]] = tomllib.loads(_LIST.read_text("utf-8"))[part]
    found = [_history(name, row) for name, row in table.items()]
    return [each for each in found if each is not None]


def _history(name: str, row: dict[str, Any]) -> History | None:
    root = HOME / "repositories" / name
    wanted = "\n".join(row["versions"])
    mark = HOME / "repositories" / f"{name}.versions"
    if not root.is_dir() or not mark.is_file() or mark.read_text("utf-8") != wanted:
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        git(root, "init", "--quiet", "--initial-branch=main")
        whole = True
        for n, version in enumerate(row["versions"]):
            archive = _archive(row["from"], row.get("package", name), version)
            whole = whole and archive is not None
            if archive is not None:
                _commit(root, archive, f"{name} {version}", n)
        if whole:  # else it is told again, and tried again, each time
            mark.write_text(wanted, "utf-8")
    commits = (
        tuple(git(root, "rev-list", "--reverse", "HEAD").split())
        if any((root / ".git" / "refs/heads").iterdir())
        else ()
    )
    if len(commits) < 2:
        print(f"left out: {name}, fewer than two releases could be had", file=sys.stderr)
        return None
    return History(name, root, commits)


def _archive(registry: str, package: str, version: str) -> Path | None:
    """The release's archive, from the cache or the registry."""
    folder = HOME / "archives" / f"{package.replace('/', '-').lstrip('@')}-{version}"
    if not folder.is_dir():
        with tempfile.TemporaryDirectory(dir=_made(HOME)) as fresh:
            for command in _commands(registry, package, version):
                if (
                    subprocess.run(command, cwd=fresh, capture_output=True, timeout=_WAIT_S, check=False).returncode
                    == 0
                ):
                    break
            if not any(Path(fresh).iterdir()):
                print(f"left out: {package} {version} cannot be had from {registry}", file=sys.stderr)
                return None
            _made(folder.parent)
            shutil.copytree(fresh, folder)
    return next(iter(sorted(folder.iterdir())))


def _commands(registry: str, package: str, version: str) -> Iterator[list[str]]:
    if registry == "npm":
        yield ["npm", "pack", "--silent", f"{package}@{version}"]
        return
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", "."]
    yield [*pip, "--only-binary", ":all:", f"{package}=={version}"]
    # A source archive's set-up is run by pip to learn its metadata, in an environment of its own.
    yield [*pip, "--no-binary", ":all:", f"{package}=={version}"]


def _commit(root: Path, archive: Path, message: str, day: int) -> None:
    """Replace the tree by the source in the archive and commit it, if it changed anything."""
    for entry in root.iterdir():
        if entry.name != ".git":
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    for name, data in _sources(archive):
        target = root / name
        _made(target.parent)
        target.write_bytes(data)
    git(root, "add", "--all")
    when = f"2020-01-{day + 1:02} 12:00:00 +0000"
    who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
           for what, value in (("NAME", "bench"), ("EMAIL", "bench@example.org"), ("DATE", when))}  # fmt: skip
    git(root, "commit", "--quiet", "--message", message, check=False, **who)


def _sources(archive: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """`(relative path, content)` of the source files; the one folder around an archive's content is left away."""
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as opened:
            for entry in opened.infolist():
                if entry.filename.endswith(SUFFIXES) and _inside(entry.filename):
                    yield PurePosixPath(entry.filename), opened.read(entry)
        return
    with tarfile.open(archive) as packed:
        for member in packed:
            path = PurePosixPath(member.name)
            if member.isfile() and member.name.endswith(SUFFIXES) and _inside(member.name) and len(path.parts) > 1:
                content = packed.extractfile(member)
                if content is not None:
                    yield PurePosixPath(*path.parts[1:]), content.read()


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and ".git" not in path.parts


def git(root: Path, *command: str, check: bool = True, **environment: str) -> str:
    """What git prints; no configuration of this machine takes part."""
    plain = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "PATH": os.environ["PATH"]}
    done = subprocess.run(
        ["git", "-C", str(root), *command],
        env={**plain, **environment},
        capture_output=True,
        timeout=_WAIT_S,
        check=check,
    )
    return done.stdout.decode("utf-8", "replace")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    for part in tomllib.loads(_LIST.read_text("utf-8")):
        for each in histories(part):
            print(f"{part:6} {each.name:24} {len(each.commits)} commits")
