# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""The fixtures of pytest that generated tests use, as far as they use them: `monkeypatch`, `tmp_path`, and `capsys`.

The same lines run here while recording and later in the test, so both see the same world.
"""

from __future__ import annotations

import importlib
import io
import os
import pathlib
import sys
from collections.abc import Callable
from typing import Any

from .express import FOLDER, MAX_STRING, Expr

PRINTED = "capsys.readouterr().out"
_LINES = 24
_LONGEST = 80
_KEPT = 2000
"""Characters of a written file that a test may hold."""


class Monkeypatch:
    """Changes of attributes and of the environment that `undo` takes back."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], Any]] = []

    def setattr(self, target: Any, name: Any, *value: Any) -> None:
        """Set what a text names, `package.module.name`; or an attribute of an object."""
        owner, new = target, value[0] if value else name
        if not value:
            place, _, name = target.rpartition(".")
            owner = importlib.import_module(place)
        old = getattr(owner, name)
        self._undo.append(lambda: setattr(owner, name, old))
        setattr(owner, name, new)

    def setenv(self, name: str, value: str) -> None:
        """Set an environment variable."""
        self._remember(name)
        os.environ[name] = value

    def delenv(self, name: str, *, raising: bool = True) -> None:
        """Remove an environment variable."""
        if raising and name not in os.environ:
            raise KeyError(name)
        self._remember(name)
        os.environ.pop(name, None)

    def _remember(self, name: str) -> None:
        old = os.environ.get(name)
        if old is None:
            self._undo.append(lambda: os.environ.pop(name, None))
        else:
            self._undo.append(lambda: os.environ.__setitem__(name, old))

    def undo(self) -> None:
        """Everything as it was, the latest change first."""
        while self._undo:
            self._undo.pop()()


class Stage:
    """What surrounds one call. `set` before it, `clear` after it whatever happened."""

    def __init__(self) -> None:
        self.monkeypatch = Monkeypatch()
        self._stdout = sys.stdout
        self._printed = _printed()
        self._mark = 0
        self._files: dict[str, str] = {}
        self._used = False

    def set(self, world: Any, names: dict[str, Any], *, files: bool) -> None:
        """Run the lines `world`; `files` when the case uses `tmp_path`, which is then there and empty but for them."""
        self._used = files
        if files:
            import shutil

            shutil.rmtree(FOLDER, ignore_errors=True)
            os.mkdir(FOLDER)  # noqa: PTH102 -- in step with the rest
            names["tmp_path"] = pathlib.Path(FOLDER)
        if world is not None:
            names["monkeypatch"] = self.monkeypatch
            exec(world, names)  # noqa: S102 -- our own lines
        if files:
            self._files = self._read()
        if self._printed.closed or self._printed.buffer.tell():
            self._printed = _printed()
        self._stdout, sys.stdout = sys.stdout, self._printed

    def begin(self) -> None:
        """The set-up is done; what it printed alone is not worth a word."""
        self._mark = 0 if self._printed.closed else self._printed.buffer.tell()

    def clear(self) -> None:
        """Take everything back."""
        sys.stdout = self._stdout
        self.monkeypatch.undo()

    def traces(self) -> list[tuple[str, Expr]]:
        """What the call left behind: its output, and the files that it wrote."""
        rows = self._written() if self._used else []
        if self._printed.closed or not self._printed.buffer.tell():
            return rows
        data = self._printed.buffer.getvalue()
        text = data.decode("utf-8", "replace")
        if len(data) <= self._mark or FOLDER in text or " at 0x" in text:
            return rows
        shown = text_of(text)
        if shown is not None:
            return [*rows, (PRINTED, shown)]
        first = text.splitlines()[0]
        plain = 0 < len(first) <= MAX_STRING and first.isprintable()
        return [*rows, (PRINTED + ".splitlines()[0]", Expr(repr(first)))] if plain else rows

    def _written(self) -> list[tuple[str, Expr]]:
        rows: list[tuple[str, Expr]] = []
        for name, content in self._read().items():
            shown = text_of(content)
            if self._files.get(name) != content and shown is not None and FOLDER not in content:
                rows.append((f"(tmp_path / {name!r}).read_text()", shown))
        return rows[:2]

    def _read(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for where, folders, names in os.walk(FOLDER):
            folders.sort()
            for name in sorted(names):
                path = pathlib.Path(where, name)
                if len(found) < _LINES and path.is_file() and path.stat().st_size <= _KEPT:
                    found[str(path.relative_to(FOLDER))] = path.read_bytes().decode("utf-8", "surrogateescape")
        return found


class _Printed(io.TextIOWrapper):
    """Standard output of a call."""

    buffer: io.BytesIO


def _printed() -> _Printed:
    """As pytest's: the code may write bytes to its buffer, and newlines stay what they are."""
    return _Printed(io.BytesIO(), encoding="utf-8", newline="", write_through=True)


def text_of(text: str) -> Expr | None:
    """A text that people read in lines, None where it is too long or not made for reading."""
    lines = text.split("\n")
    fine = len(lines) <= _LINES and all(len(line) <= _LONGEST and line.isprintable() for line in lines)
    return Expr(repr(text)) if fine else None
