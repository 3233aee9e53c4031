"""Test files that we wrote for code which is not there any more: a module or a name was renamed or deleted since.

By the text alone. Absent on purpose: deleting or changing them, they are the developer's by now.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from copilot.verify import callers, neighbours

_READ: Final = 200
"""So many test files are looked at, by their first line; few of them are ours."""


def gone(root: Path, path: Path, base: Path) -> Iterator[tuple[Path, str]]:
    """(test file of ours, what it imports and does not find), the nearest to `path` first; `base` is where modules lie."""
    for file in callers.test_files(root, path)[:_READ]:
        try:
            with file.open(encoding="utf-8") as stream:
                ours = stream.readline().startswith(neighbours.OURS)
            tree = ast.parse(file.read_text("utf-8")) if ours else None
        except (OSError, ValueError, SyntaxError, RecursionError):
            continue
        missing = next(_missing(tree, base), "") if tree is not None else ""
        if missing:
            yield file, missing


def _missing(tree: ast.Module, base: Path) -> Iterator[str]:
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            defined = _defined(base, node.module)
            if defined is None:
                yield node.module
            elif defined:
                yield from (f"{node.module}.{one.name}" for one in node.names if one.name not in defined)
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if _defined(base, one.name) is None)


def _defined(base: Path, module: str) -> set[str] | None:
    """The names that a module of the project has, None when it is not there; empty where it cannot be said.

    A module whose first part is none of the project's is somebody else's: nothing can be said of it.
    """
    first, *rest = module.split(".")
    if not rest and not (base / f"{first}.py").exists() and not (base / first).is_dir():
        return set()
    if rest and not (base / first).is_dir():
        return set()
    file = base.joinpath(first, *rest).with_suffix(".py")
    folder = base.joinpath(first, *rest)
    if folder.is_dir():
        file = folder / "__init__.py"
    if not file.is_file():
        return set() if folder.is_dir() else None
    try:
        tree = ast.parse(file.read_text("utf-8"))
    except (OSError, ValueError, SyntaxError, RecursionError):
        return set()
    names = set(_bound(tree.body))
    inside = {one.stem if one.suffix == ".py" else one.name for one in folder.iterdir()} if folder.is_dir() else set()
    return set() if names & {"*", "__getattr__"} else names | inside


def _bound(body: list[ast.stmt]) -> Iterator[str]:
    """The names that statements of a module bind, in branches too."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
            continue
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
                yield part.id
            elif isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield part.name
            elif isinstance(part, ast.alias):
                yield part.asname or part.name.split(".")[0]
