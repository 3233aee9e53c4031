# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""The functions of the file under repair as text, a patch to one of them, and the code object that comes of it."""

from __future__ import annotations

import ast
import gc
import sys
import types
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..recording.mutants import living

_FUTURE = __import__("__future__").annotations.compiler_flag


class Patch(NamedTuple):
    """Edits (start, end, new text) of the file's bytes, in order; all within one function. `cost`: the less, the likelier
    the template; `kind` names the template; `rank` is cost and place together.
    """

    edits: tuple[tuple[int, int, str], ...]
    kind: str
    cost: float
    function: int
    rank: float = 0.0


class Text:
    """The bytes of a file, and where its nodes lie in them."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.tree = ast.parse(data.decode())  # of a text no declared encoding is obeyed
        self.starts = [0]
        for row in data.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(row))

    def at(self, line: int, column: int) -> int:
        """The offset of a line (from 1) and a column in bytes."""
        return self.starts[line - 1] + column

    def span(self, node: Any) -> tuple[int, int]:
        """Start and end of a node, without brackets around it."""
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    def of(self, node: Any) -> str:
        """The text of a node."""
        start, end = self.span(node)
        return self.data[start:end].decode()


class Function(NamedTuple):
    """A function or method of the file. `start` and `end`: its lines, decorators included."""

    number: int
    name: str
    node: Any
    owners: tuple[str, ...]
    first: int
    start: int
    end: int
    holders: tuple[types.FunctionType, ...]

    @property
    def qualified(self) -> str:
        """Its name behind those of its classes."""
        return ".".join((*self.owners, self.name))


def functions(text: Text, path: str) -> list[Function]:
    """The functions and methods of the file that are in memory; what is nested in one belongs to it."""
    alive = living(path)
    found: list[Function] = []
    for node, owners in defined(text.tree.body, ()):
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        holders = tuple(alive.get((node.name, first), ()))
        if holders:
            start, end = text.starts[first - 1], text.starts[node.end_lineno]
            found.append(Function(len(found), node.name, node, owners, first, start, end, holders))
    return found


def defined(body: list[Any], owners: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    """Functions and methods with the names of their classes; what is nested in a function belongs to it."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node, owners
        elif isinstance(node, ast.ClassDef):
            yield from defined(node.body, (*owners, node.name))
        elif isinstance(node, (ast.If, ast.Try)):
            yield from defined([*node.body, *node.orelse], owners)


def applied(data: bytes, edits: tuple[tuple[int, int, str], ...], start: int = 0, end: int | None = None) -> bytes:
    """The bytes from `start` to `end` with the edits that lie there."""
    pieces, last = [], start
    for first, behind, new in sorted(edits):
        pieces += [data[last:first], new.encode()]
        last = behind
    pieces.append(data[last : len(data) if end is None else end])
    return b"".join(pieces)


def compiled(text: Text, function: Function, patch: Patch, path: str) -> types.CodeType | None:
    """The code object of a function as the patch makes it; None when it is none."""
    body = applied(text.data, patch.edits, function.start, function.end)
    return code_of(wrapped(function, body), function, path)


def wrapped(function: Function, body: bytes) -> bytes:
    """The lines of a function inside what makes its indentation right: its classes, for private names and `super()`."""
    column = function.node.col_offset
    if not column:
        return body
    heads = [f"class {name}:" for name in function.owners] or ["if 1:"]
    return b"".join(b" " * at + head.encode() + b"\n" for at, head in enumerate(heads)) + body


def code_of(source: Any, function: Function, path: str) -> types.CodeType | None:
    """The code object of a function in text or a tree that holds it alone."""
    try:
        current: types.CodeType | None = compile(source, path, "exec", flags=_FUTURE, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return None
    for name in (*(function.owners if function.node.col_offset else ()), function.name):
        if current is None:
            return None
        inner = [c for c in current.co_consts if isinstance(c, types.CodeType) and c.co_name == name]
        current = inner[-1] if inner else None
    if current is None or any(current.co_freevars != h.__code__.co_freevars for h in function.holders):
        return None
    return current


def signature(code: types.CodeType) -> Any:
    """What two code objects share that do the same."""
    inner = tuple(
        signature(c) if isinstance(c, types.CodeType) else (type(c).__name__, repr(c)) for c in code.co_consts
    )
    shape = (code.co_argcount, code.co_kwonlyargcount, code.co_flags)
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, shape, inner


class Planted:
    """While the block runs, a function has another code object."""

    def __init__(self, function: Function, code: types.CodeType | None) -> None:
        self._holders = function.holders if code is not None else ()
        self._code = code
        self._old = [holder.__code__ for holder in self._holders]

    def __enter__(self) -> None:
        for holder in self._holders:
            holder.__code__ = self._code  # type: ignore[assignment]

    def __exit__(self, *_: object) -> None:
        for holder, code in zip(self._holders, self._old):  # noqa: B905
            holder.__code__ = code


def caches() -> list[Any]:
    """Everything that remembers results of functions: it would remember those of another candidate."""
    kind = type(__import__("functools").lru_cache(maxsize=1)(len))
    return [item for item in gc.get_objects() if type(item) is kind and _ours(item)]


def _ours(item: Any) -> bool:
    module = sys.modules.get(getattr(item, "__module__", "") or "")
    path = getattr(module, "__file__", "") or ""
    return not path.startswith((sys.prefix, sys.base_prefix))
