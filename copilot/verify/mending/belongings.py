# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001

"""The state that outlives a call: lists, dictionaries and sets of modules, of their classes and of default arguments."""

from __future__ import annotations

import copy
import types
from collections.abc import Iterable, Iterator
from typing import Any

_LARGE = 20_000
_KINDS = (list, dict, set, bytearray)


class Belongings:
    """Remembers what these modules hold, and puts it back in place."""

    def __init__(self, modules: Iterable[Any]) -> None:
        self._held: list[tuple[Any, Any]] = []
        seen: set[int] = set()
        for value in (value for module in modules for value in _values(module)):
            if id(value) not in seen:
                seen.add(id(value))
                try:
                    if len(repr(value)) <= _LARGE:
                        self._held.append((value, copy.deepcopy(value)))
                except Exception:  # noqa: S112 -- what cannot be copied stays as it is
                    continue

    def restore(self) -> None:
        """Everything as it was."""
        for value, kept in self._held:
            try:
                if value != kept:
                    _refill(value, copy.deepcopy(kept))
            except Exception:  # noqa: S112
                continue


def _values(module: Any) -> Iterator[Any]:
    for value in list(vars(module).values()):
        if type(value) in _KINDS:
            yield value
        elif isinstance(value, type) and value.__module__ == module.__name__:
            yield from (inner for inner in list(vars(value).values()) if type(inner) in _KINDS)
        elif isinstance(value, types.FunctionType):
            yield from (inner for inner in value.__defaults__ or () if type(inner) in _KINDS)


def _refill(value: Any, kept: Any) -> None:
    if isinstance(value, (list, bytearray)):
        value[:] = kept
    else:
        value.clear()
        value.update(kept)
