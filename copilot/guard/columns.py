"""Values that are named by the column they stand in: CSV, tables of Markdown, INSERT statements.

`cells`: from a name in a header to the cells below it; `heading`: from a cell to its header. Both look at a bounded
number of rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

MOST: Final = 50
"""Rows below one header."""
_LONGEST: Final = 2_000
"""Bytes of a header, a row or a tuple."""
_UP: Final = 16
"""Rows above a cell within which its header is looked for."""
_FIRST: Final = 24
"""Columns of an INSERT statement of which each may be looked up by its name: rows are read again for each."""
_LISTED: Final = re.compile(rb"\(([^()]{1,1200})\)(?:[\s\"'+\\;]|\\n){0,40}(?i:values)\s{0,40}\Z")
_CSV: Final = re.compile(
    rb"""[\s#*/]{0,12}["']?[\w \x80-\xff?()/.-]{1,48}["']?(?:[,;\t|][ ]{0,4}["']?[\w \x80-\xff?()/.-]{1,48}["']?){1,60}[|]?[\r"'\\n]{0,4}"""
)
_PIPES: Final = re.compile(rb"[ \t*#/]*\|")
_RULER: Final = re.compile(rb"[ \t*#/]*\|[ |:+-]*\r?")
_VALUES: Final = re.compile(rb"\)(?:[\s\"'+\\;]|\\n){0,40}(?i:values)\s{0,40}")
_TUPLE: Final = re.compile(rb"""[\s,]{0,40}\(((?:[^()"'\n]|"[^"\n]*"|'[^'\n]*'|\([^()\n]*\))*)\)""")
_CELL: Final = re.compile(rb"""(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)|[^,"'()])+""")


def cells(data: bytes, start: int, end: int, at: int) -> Iterator[tuple[int, int]]:
    """Spans of the cells below the name at `at` of the line `[start, end)`; none where the line is no header."""
    if end - start > _LONGEST:
        return
    if (listed := _listed(data, at)) is not None:
        yield from _inserted(data, *listed)
    elif _PIPES.match(data, start, end):
        yield from _below(data, start, end, at, b"|", strict=False)
    elif _CSV.fullmatch(data, start, end):
        for delimiter in (b",", b";", b"\t", b"|"):
            if delimiter in data[start:end]:
                yield from _below(data, start, end, at, delimiter, strict=True)
                break


def inserted(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Spans of the cells that an INSERT statement puts into the column whose name stands at `at`, one of the first `_FIRST`."""
    if (listed := _listed(data, at)) is not None and listed[1] < _FIRST:
        yield from _inserted(data, *listed)


def _listed(data: bytes, at: int) -> tuple[int, int] | None:
    """Where the list of columns ends in which the name at `at` stands, before VALUES, and the name's number in it."""
    opened = data.rfind(b"(", max(0, at - _LONGEST), at)
    closed = data.find(b")", at, at + _LONGEST) if opened != -1 else -1
    return (closed, data.count(b",", opened, at)) if closed != -1 and _VALUES.match(data, closed) else None


def heading(data: bytes, start: int, at: int) -> bytes:
    """The header of the cell at `at` of the line that begins at `start`; empty where there is none, or the line is too long."""
    if at - start > _LONGEST:
        return b""
    opened = data.rfind(b"(", max(0, at - _LONGEST), at)
    if opened != -1 and (names := _LISTED.search(data, max(0, opened - 1_300), opened)) is not None:
        return _cell(names[1], b",", data.count(b",", opened, at))
    pipes = _PIPES.match(data, start, at) is not None
    delimiter = (
        b"|"
        if pipes
        else next((one for one in (b"\t", b";", b",") if one in data[max(start, at - 200) : at + 60]), b"")
    )
    if not delimiter:
        return b""
    line, end = start, data.find(b"\n", at, at + _LONGEST)
    count = data.count(delimiter, start, len(data) if end == -1 else end)
    top = b""
    for _ in range(_UP):
        before = data.rfind(b"\n", max(0, line - _LONGEST), line - 1) + 1 if line else 0
        if not line or data.count(delimiter, before, line) != count:
            break
        top, line = data[before : line - 1], before
    return _cell(top, delimiter, data.count(delimiter, start, at))


def _cell(row: bytes, delimiter: bytes, number: int) -> bytes:
    parts = row.split(delimiter)
    return parts[number] if number < len(parts) else b""


def _inserted(data: bytes, closed: int, column: int) -> Iterator[tuple[int, int]]:
    """The cells of a column in the tuples of an INSERT statement."""
    values = _VALUES.match(data, closed)
    at = values.end() if values is not None else len(data)
    for _ in range(MOST):
        row = _TUPLE.match(data, at, at + _LONGEST)
        if row is None:
            return
        for number, cell in enumerate(_CELL.finditer(data, *row.span(1))):
            if number == column:
                yield cell.span()
        at = row.end()


def _below(data: bytes, start: int, end: int, at: int, delimiter: bytes, *, strict: bool) -> Iterator[tuple[int, int]]:
    """The cells of a column in the rows below a header; `strict`: rows have as many cells as it."""
    column, count = data.count(delimiter, start, at), data.count(delimiter, start, end)
    line = end + 1
    for _ in range(MOST):
        if line >= len(data):
            return
        stop = data.find(b"\n", line, line + _LONGEST)
        stop = min(len(data), line + _LONGEST) if stop == -1 else stop
        found = data.count(delimiter, line, stop)
        if found != count and (strict or not _PIPES.match(data, line, stop)):
            return
        if strict or not _RULER.fullmatch(data, line, stop):
            before = line
            for _ in range(column):
                before = data.find(delimiter, before, stop) + 1
                if not before:
                    break
            else:
                after = data.find(delimiter, before, stop)
                after = stop if after == -1 else after
                if data.find(data[at : at + 2], before, after) != -1:
                    return  # the same header again: it looks at its own rows
                yield before, after
        line = stop + 1
