# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: B905

"""One planted fault as a value, and the block in which it is in force."""

from __future__ import annotations

import re
import types
from typing import Any, NamedTuple


class Mutant(NamedTuple):
    """A fault at `line`: in `functions` the code object is replaced by `new`, and the defaults where they are given.

    A fault in a table of the module or of a class has no functions: `holder` gets another value under a name. `lines`
    are those that can feel it.
    """

    number: int
    line: int
    lines: frozenset[int]
    functions: tuple[types.FunctionType, ...] = ()
    new: types.CodeType | None = None
    change: tuple[str, str] = ("", "")
    """The piece of code, and what stands there instead."""
    defaults: tuple[Any, ...] | None = None
    holder: tuple[Any, str, Any] | None = None


def other_value(value: Any, turn: int) -> Any:
    """A neighbour of a plain value, None where there is none."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1 if turn == 0 else value - 1
    if isinstance(value, str):
        if re.fullmatch(r"-?\d+(\.\d+)?", value):  # the inside of Decimal("0.05")
            return str(float(value) + 1) if "." in value else str(int(value) + 1)
        return value + "X" if value else "X"
    return None


class Planted:
    """While the block runs, the mutant is in force."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._old = [(f.__code__, f.__defaults__) for f in mutant.functions]
        self._value = getattr(*mutant.holder[:2]) if mutant.holder is not None else None

    def __enter__(self) -> None:
        if self._mutant.holder is not None:
            owner, name, value = self._mutant.holder
            setattr(owner, name, value)
        for function in self._mutant.functions:
            assert self._mutant.new is not None
            function.__code__ = self._mutant.new
            if self._mutant.defaults is not None:
                function.__defaults__ = self._mutant.defaults

    def __exit__(self, *_: object) -> None:
        for function, (code, defaults) in zip(self._mutant.functions, self._old):
            function.__code__, function.__defaults__ = code, defaults
        if self._mutant.holder is not None:
            setattr(*self._mutant.holder[:2], self._value)
