"""The rows that one file gives the index: what it defines, imports and calls, from its outline.

The same for the repository's own files and for those of dependencies. Absent on purpose: which files, and when
(`building`, `dependencies`).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, Final

from copilot.context.carried import Carried
from copilot.syntax.outline import Import, Outline, Symbol, brief
from copilot.types import Document, Span

_MAX_CALL: Final = 400
"""A longer call expression is no use as an example and is left out."""

_WORD: Final = re.compile(r"[^\W\d]\w*")
_CALLEE: Final = re.compile(r"(?:new\s+|await\s+)?([^\W\d][\w.]*)\s*(?:<[^>]*>)?\(")
_NO_TYPE: Final = frozenset({"Final", "ClassVar", "var", "typing.Final"})
_MOST_TYPES: Final = 24
_MOST_VALUE: Final = 200


def write(database: sqlite3.Connection, version: int, doc: Document, *, calls: bool = True) -> Outline:
    """Write all rows of a file version; `calls`: whether its call sites too. Returns the outline they come from."""
    found = brief(doc)
    _define(database, _definitions(version, doc, found))
    _import(database, version, _imports(doc, found))
    if calls:
        _call(database, version, _calls(found))
    return found


def rewrite(database: sqlite3.Connection, version: int, doc: Document, same: Carried) -> Outline:
    """As `write`, with the rows of version `same.file` where the text is the same."""
    found = brief(doc, Span(same.low, same.high))
    shift = same.high - same.was
    rows = database.execute("SELECT * FROM definitions WHERE file=? ORDER BY n", (same.file,)).fetchall()
    ahead = [(version, *row[1:]) for row in rows if row[5] < same.low]
    base = len(ahead)
    fresh = [_moved(version, row, base, 0) for row in _definitions(version, doc, found)]
    behind = [row for row in rows if row[5] >= same.was]
    later = base + len(fresh) - (len(rows) - len(behind))
    _define(database, ahead + fresh + [_moved(version, row, later, shift) for row in behind])
    imports = database.execute(
        "SELECT name, statement, module, target, start FROM imports WHERE file=? ORDER BY n", (same.file,)
    ).fetchall()
    _import(
        database,
        version,
        [row for row in imports if row[4] < same.low]
        + _imports(doc, found)
        + [(*row, start + shift) for *row, start in imports if start >= same.was],
    )
    calls = database.execute("SELECT name, start, stop FROM calls WHERE file=? ORDER BY n", (same.file,)).fetchall()
    _call(
        database,
        version,
        [row for row in calls if row[1] < same.low]
        + _calls(found)
        + [(name, start + shift, stop + shift) for name, start, stop in calls if start >= same.was],
    )
    return found


def _moved(version: int, row: tuple[Any, ...], rows: int, shift: int) -> tuple[object, ...]:
    """A definition so many rows and bytes further on."""
    _, n, name, kind, full, start, stop, parent, head, *rest = row
    around = parent + rows if parent >= 0 else -1
    return (version, n + rows, name, kind, full, start + shift, stop + shift, around, head + shift, *rest)


def _define(database: sqlite3.Connection, found: Iterable[tuple[object, ...]]) -> None:
    database.executemany("INSERT INTO definitions VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", found)


def _imports(doc: Document, found: Outline) -> list[tuple[object, ...]]:
    return [(bound(i), statement(i, doc), i.module, i.name or "", i.span.start) for i in found.imports if bound(i)]


def _import(database: sqlite3.Connection, version: int, found: Iterable[tuple[object, ...]]) -> None:
    database.executemany(
        "INSERT INTO imports VALUES(?,?,?,?,?,?,?)", ((version, n, *row) for n, row in enumerate(found))
    )


def _calls(found: Outline) -> list[tuple[object, ...]]:
    return [(c.name, c.span.start, c.span.end) for c in found.calls if len(c.span) <= _MAX_CALL]


def _call(database: sqlite3.Connection, version: int, found: Iterable[tuple[object, ...]]) -> None:
    database.executemany("INSERT INTO calls VALUES(?,?,?,?,?)", ((version, n, *row) for n, row in enumerate(found)))


def bound(found: Import) -> str:
    """The name that an import binds in its file."""
    return found.alias or found.name or found.module.rpartition("/")[2]


def statement(found: Import, doc: Document) -> str:
    """The import of this one name as a statement of its language; as written where we know no other form."""
    if doc.language == "python":
        alias = f" as {found.alias}" if found.alias else ""
        return f"from {found.module} import {found.name}{alias}" if found.name else f"import {found.module}{alias}"
    return doc.text[found.span.start : found.span.end].decode("utf-8", "replace")


def head(symbol: Symbol) -> int:
    """Where the signature of a definition ends: before its body, or at its end."""
    return symbol.body.start if symbol.body is not None else symbol.span.end


def result(symbol: Symbol, found: Outline, text: bytes) -> str:
    """The type of what a definition gives: as declared; `=f` where a value is what a call of `f` returns; else empty.

    A field that is assigned a parameter of its constructor has the parameter's type.
    """
    if symbol.returns is not None and symbol.returns not in _NO_TYPE:
        return symbol.returns
    if symbol.value is None or len(symbol.value) > _MOST_VALUE:
        return ""
    value = text[symbol.value.start : symbol.value.end].decode("utf-8", "replace")
    if match := _CALLEE.match(value):
        return "=" + match[1]
    return _of_parameter(symbol, found, value) if value.isidentifier() else ""


def types(symbol: Symbol) -> str:
    """The identifiers in the annotations of a definition's parameters and result, joined by blanks."""
    texts = [symbol.returns or "", *(p.annotation or "" for p in symbol.parameters), *symbol.throws]
    return " ".join(list(dict.fromkeys(_WORD.findall(" ".join(texts))))[:_MOST_TYPES])


def _definitions(version: int, doc: Document, found: Outline) -> Iterator[tuple[object, ...]]:
    text = doc.text
    for n, symbol in enumerate(found.symbols):
        if symbol.name:
            yield (
                version,
                n,
                symbol.name,
                symbol.kind,
                symbol.qualified,
                symbol.span.start,
                symbol.span.end,
                -1 if symbol.parent is None else symbol.parent,
                head(symbol),
                result(symbol, found, text),
                types(symbol),
                " ".join(symbol.bases),
            )


def _of_parameter(symbol: Symbol, found: Outline, name: str) -> str:
    for other in found.symbols:
        if other.kind == "constructor" and other.parent == symbol.parent and _inside(symbol.span, other.span):
            return next((p.annotation or "" for p in other.parameters if p.name == name), "")
    return ""


def _inside(one: Span, other: Span) -> bool:
    return other.contains(one)
