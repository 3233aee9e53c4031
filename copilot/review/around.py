"""What a model is told of the code around a change, from the index: what it calls, who calls it, which tests name it.

One line each, by its path, most telling first, within a budget; lines that address an assistant are left out, as from every
other file. Absent on purpose: the routine itself, which is shown with the change (`hunks`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from copilot import guard
from copilot.context import symbols
from copilot.context.excerpt import Sources
from copilot.context.index import Index
from copilot.context.listing import relative
from copilot.context.provenance import is_test
from copilot.review.hunks import Line, symbol, tokens
from copilot.review.looking import Seen

_CALLED: Final = re.compile(r"(?<![\w.])(?:\w+\.)*([^\W\d]\w*)\s*\(")
_TYPE: Final = re.compile(r"\b[A-Z]\w*[a-z]\w*\b")
_SAME_NAME: Final = 6
"""A name with more definitions than that says nothing."""
_CALLEES, _CALLERS, _TESTS, _EACH = 24, 8, 6, 3
_LONGEST: Final = 300


def around(file: Seen, shown: Sequence[Line], root: Path, index: Index, most: int) -> str:
    """Signatures of what the changed lines name, calls of the changed routines, and tests among these; empty without any.

    `root`: of the repository. `most`: tokens, about.
    """
    found: list[str] = []
    for line in dict.fromkeys(_told(file, shown, root, index)):
        most -= tokens(line.encode())
        if most < 0:
            break
        found.append(line)
    return "\n".join(found)


def _told(file: Seen, shown: Sequence[Line], root: Path, index: Index) -> Iterator[str]:
    own = file.diff.path
    changed = "\n".join(each.text for each in shown if each.mark != " ")
    names = [*dict.fromkeys((*_CALLED.findall(changed), *_TYPE.findall(changed)))][:_CALLEES]
    sources = Sources(index, root)
    units = symbols.by_names(index, names, most=_SAME_NAME)
    numbers = {each.number for each in shown if each.mark != "-"}
    for name in names:
        for unit in units.get(name, ())[:_EACH]:
            text = sources.text(unit)
            line = text.count(b"\n", 0, unit.start) + 1
            if unit.path == own and line in numbers:
                continue
            signature = text[unit.start : max(unit.head, unit.start)].decode("utf-8", "replace")
            if name in signature:
                yield _one(f"{unit.path}:{line}", "defines", signature)
    callers: list[str] = []
    tests: list[str] = []
    for name in _routines(file, shown):
        for call in index.calls(name, 50):
            path = relative(root, call.path) or call.path.name
            if path != own and not index.excluded(call.path):
                kept = tests if is_test(PurePosixPath(path)) else callers
                kept.append(_one(path, "tests" if kept is tests else "calls", call.text))
    yield from [*dict.fromkeys(callers)][:_CALLERS]
    yield from [*dict.fromkeys(tests)][:_TESTS]


def _one(place: str, what: str, text: str) -> str:
    told = guard.retrieved(text)
    return f"{place} {what}: {' '.join(told.split())[:_LONGEST]}" if told.strip() else ""


def _routines(file: Seen, shown: Sequence[Line]) -> list[str]:
    """The names of the definitions that changed lines lie in, before and after."""
    names: list[str] = []
    for each in shown:
        doc = file.before if each.mark == "-" else file.after
        if each.mark != " " and doc is not None and each.text.strip():
            found = symbol(doc, each.number)
            if found is not None and found.name not in names:
                names.append(found.name)
    return names
