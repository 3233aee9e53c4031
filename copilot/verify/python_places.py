"""Where a Python file stands in its project: its module name, what must be on the import path, where tests live.

Judged by the files alone; nothing is imported. Paths are absolute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from copilot.types import Document

_TEST_FOLDERS: Final = ("tests", "test")
_TEST_FILE: Final = re.compile(r"test_.*\.py|.*_test\.py|conftest\.py")


@dataclass(frozen=True, slots=True)
class Place:
    """`name` is what a test imports; `base` is the folder that has to be on the import path for that."""

    name: str
    base: Path


def is_test(path: PurePath) -> bool:
    """True for pytest's own file names."""
    return _TEST_FILE.fullmatch(path.name) is not None


def place(doc: Document, root: Path) -> Place | None:
    """The module of a document; None when its path is no module name (a hyphen in it, a file outside the root).

    A chain of folders with `__init__.py` is a package. Without one, the folders from the root (or from `src`) count
    as a namespace package if the file itself imports by that name, else the file is a module of its own folder.
    """
    path = doc.path
    if path.suffix != ".py" or not path.is_relative_to(root):
        return None
    base = path.parent
    while base != root and base.is_relative_to(root) and (base / "__init__.py").exists():
        base = base.parent
    if base == path.parent:
        base = _namespace(doc, root)
    parts = list(path.relative_to(base).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    if not parts or not all(part.isidentifier() for part in parts):
        return None
    return Place(".".join(parts), base)


def _namespace(doc: Document, root: Path) -> Path:
    base = root / "src" if doc.path.is_relative_to(root / "src") else root
    parts = doc.path.relative_to(base).parts[:-1]
    if parts:
        used = rb"^\s*(?:from|import)\s+(?:\.|%s\b)" % re.escape(parts[0].encode())
        if re.search(used, doc.text, re.MULTILINE):
            return base
    return doc.path.parent


def test_path(doc: Document, root: Path, out: Path | None, symbol: str) -> Path:
    """A file that does not exist yet, for tests of `doc` or of one `symbol` in it (empty: the whole file).

    In `out`, else in the nearest `tests` folder between the file and the root, else in `tests` at the root. Human
    files are never touched; the name is unique among the tests, since pytest may not take two files of one name. It is
    `test_x.py`, or `x_test.py` where most tests there are called so.
    """
    folder = out or _test_folder(doc.path, root)
    stem = "__".join(part for part in (doc.path.stem.strip("_") or "module", _snake(symbol)) if part)
    if doc.path.stem == "__init__":
        stem = doc.path.parent.name
    taken = {path.name for path in _tests_of(folder, root)}
    ends = sum(name.endswith("_test.py") for name in taken)
    pattern = "{}_test.py" if ends > len(taken) - ends else "test_{}.py"
    for ending in ("", "_generated", *(f"_generated_{n}" for n in range(2, 1000))):
        name = pattern.format(stem + ending)
        if name not in taken and not (folder / name).exists():
            return folder / name
    return folder / pattern.format(stem)


def _snake(symbol: str) -> str:
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", symbol).lower()
    return re.sub(r"\W+", "_", name).strip("_")


def _test_folder(path: Path, root: Path) -> Path:
    folder = path.parent
    while folder.is_relative_to(root):
        for name in _TEST_FOLDERS:
            if (folder / name).is_dir():
                return folder / name
        if folder == root:
            break
        folder = folder.parent
    top = path.parent
    while top != root and (top / "__init__.py").exists():
        top = top.parent  # beside a package, not inside it
    return (root if (root / "pyproject.toml").exists() or top != path.parent else top) / "tests"


def _tests_of(folder: Path, root: Path) -> list[Path]:
    top = folder
    while top != root and top.name not in _TEST_FOLDERS and top.is_relative_to(root):
        top = top.parent
    top = folder if top == root else top
    found = (path for path in top.rglob("*.py") if is_test(path) and path.name != "conftest.py") if top.is_dir() else ()
    return sorted(found)[:5000]
