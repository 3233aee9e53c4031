"""Bundles of this checkout and of later versions of it, made once; and machines without a network to bring them to."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from offline import Machine

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "build/wheels"


def bundle(root: Path, out: Path, *words: str) -> Path:
    """The archive that the builder writes of the checkout `root`."""
    script = root / ".ci/bundle/build.py"
    done = subprocess.run(
        [
            sys.executable,
            script,
            "--root",
            root,
            "--cache",
            CACHE,
            "--out",
            out,
            "--pythons",
            f"3.{sys.version_info[1]}",
            *words,
        ],
        check=False,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return Path(done.stdout.splitlines()[-1])


def later(folder: Path, version: str, schema: int | None = None) -> Path:
    """A repository of its own: this checkout with another version, and another version of the index's tables."""
    names = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    changed(folder / "copilot/__init__.py", r'__version__ = ".+"', f'__version__ = "{version}"')
    if schema is not None:
        changed(folder / "copilot/context/store.py", r"SCHEMA: Final = \d+", f"SCHEMA: Final = {schema}")
    for words in (
        ["init", "-q"],
        ["add", "-A"],
        ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", version],
    ):
        subprocess.run(["git", "-C", folder, *words], check=True, capture_output=True)
    return folder


def changed(path: Path, old: str, new: str) -> None:
    text, count = re.subn(old, new, path.read_text("utf-8"))
    assert count == 1, path
    path.write_text(text, "utf-8")


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle of this checkout."""
    return bundle(ROOT, tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="session")
def unpacked(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its files, for those tests that change none of them."""
    folder = tmp_path_factory.mktemp("unpacked")
    subprocess.run(["tar", "-xzf", archive, "-C", folder], check=True)
    return next(folder.iterdir())


@pytest.fixture
def machine(tmp_path: Path) -> Callable[..., Machine]:
    def made(brought: Path, hidden: Sequence[str] = ()) -> Machine:
        return Machine(tmp_path / "home", brought, hidden)

    return made
