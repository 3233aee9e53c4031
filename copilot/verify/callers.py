"""The project's tests that call a function: a bounded search of its test files by name, nearest file first.

By the text alone, nothing is imported or run. Absent on purpose: running them (`runs.py`) and what the result means.
"""

from __future__ import annotations

import ast
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot.verify import python_places

_FILES: Final = 4_000
_BYTES: Final = 400_000
_SECONDS: Final = 1.0
_TESTS: Final = 12
_SKIPPED: Final = frozenset({"__pycache__", "node_modules", "build", "dist"})


@dataclass(frozen=True, slots=True)
class Calling:
    """A test file and the tests in it that name the function (`test_a`, `TestB::test_c`); none: it is a helper there."""

    path: Path
    tests: tuple[str, ...]


def calling(root: Path, path: Path, names: frozenset[str], beside: frozenset[str], most: int = 3) -> list[Calling]:
    """The test files that use one of `names` and also one of `beside` (the module, the class), at most `most`.

    `path` is the file that defines them. A name alone, such as `get`, says nothing about whose it is.
    """
    found = []
    for file in test_files(root, path):
        try:
            text = file.read_text("utf-8")
        except (OSError, ValueError):
            continue
        if not (_holds(text, names) and _holds(text, beside)):
            continue
        found.append(Calling(file, tuple(_tests(text, names))[:_TESTS]))
        if len(found) == most:
            break
    return found


def _holds(text: str, names: frozenset[str]) -> bool:
    return re.search(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b", text) is not None if names else True


def test_files(root: Path, path: Path) -> list[Path]:
    """Test files below the root within the limits: those whose name says they are about this file, then the nearest."""
    until = time.monotonic() + _SECONDS
    found: list[Path] = []
    pending, seen = [root], 0
    while pending and seen < _FILES and time.monotonic() < until:
        try:
            entries = sorted(os.scandir(pending.pop(0)), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            seen += 1
            if entry.name.startswith(".") or entry.name in _SKIPPED or entry.is_symlink():
                continue
            if entry.is_dir():
                if not os.path.exists(os.path.join(entry.path, "pyvenv.cfg")):  # noqa: PTH110, PTH118 -- many entries
                    pending.append(Path(entry.path))
            elif entry.name != "conftest.py" and python_places.is_test(Path(entry.name)) and _small(entry):
                found.append(Path(entry.path))
    stem = path.stem.strip("_")
    return sorted(found, key=lambda file: (stem not in file.stem, _distance(path, file), file))


def _small(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.stat(follow_symlinks=False).st_size <= _BYTES
    except OSError:
        return False


def _distance(one: Path, other: Path) -> int:
    shared = len(Path(os.path.commonpath([one.parent, other.parent])).parts)
    return len(one.parts) + len(other.parts) - 2 * shared


def _tests(text: str, names: frozenset[str]) -> Iterator[str]:
    """The tests whose own text names one of `names`."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in tree.body:
        if (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.name.startswith("test")
            and _uses(node, names)
        ):
            yield node.name
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if (
                    isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
                    and inner.name.startswith("test")
                    and _uses(inner, names)
                ):
                    yield f"{node.name}::{inner.name}"


def _uses(node: ast.AST, names: frozenset[str]) -> bool:
    return any(
        (isinstance(each, ast.Name) and each.id in names) or (isinstance(each, ast.Attribute) and each.attr in names)
        for each in ast.walk(node)
    )
