"""Which records share a test, and what it is called; the same for every style of tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from copilot.engines.embedded.pytest_names import around, effect, exits, predicate, reason
from copilot.engines.embedded.records import Record, cells

TABLE: Final = 3
"""So many cases of one shape become a table."""


def groups(records: list[Record], base: str) -> Iterator[tuple[str, list[Record]]]:
    """(test name, its records) for one target: by exception and reason, by truth value, tables, then one test a case.

    Names begin with `base`; that alone is the name of what has nothing special about it.
    """
    rejected: dict[str, list[Record]] = {}
    plain: dict[_Key, list[Record]] = {}
    prepared: list[tuple[str, Record]] = []
    for record in records:
        if record.raised is not None:
            ends = exits(record) if record.raised[1] == "SystemExit" else f"rejects_{reason(record)}"
            rejected.setdefault(f"{base}_{ends}", []).append(record)
        elif (cell := cells(record)) is not None:
            truth = (
                {"True": "_accepts", "False": "_refuses"}.get(record.expected or "", "") if predicate(records) else ""
            )
            name = base + (around(record) or truth)
            plain.setdefault(_Key(name, record.world, cell[0]), []).append(record)
        elif record.plain:
            plain.setdefault(_Key(f"{base}{around(record)}", record.world, record.call), []).append(record)
        else:
            prepared.append((f"{base}_{effect(record)}", record))
    yield from _without_shape(plain)
    for name, record in prepared:
        yield name, [record]
    for name, rows in rejected.items():
        shapes = {(row.world, cell[0]) for row in rows if (cell := cells(row)) is not None}
        if len(shapes) == 1 and all(cells(row) for row in rows):
            yield from [(name, rows)] if len(rows) >= TABLE else _apart(name, rows)
        else:
            yield from ((name, [row]) for row in rows)


class _Key(NamedTuple):
    """Records that may share a test have one name and one world; those of one shape may share a table."""

    name: str
    world: tuple[str, ...]
    shape: str


def _without_shape(plain: dict[_Key, list[Record]]) -> Iterator[tuple[str, list[Record]]]:
    """Small groups that differ in shape only share one test; a table is a test of its own."""
    small: dict[tuple[str, tuple[str, ...]], list[Record]] = {}
    for key, rows in plain.items():
        if len(rows) >= TABLE:
            yield key.name, rows
        else:
            small.setdefault(key[:2], []).extend(rows)
    for (name, _), rows in small.items():
        yield from _apart(name, rows)


def _apart(name: str, rows: list[Record]) -> Iterator[tuple[str, list[Record]]]:
    """A test for all, but one each for further calls on a fixture: the first may have changed what it made."""
    furnished = [row for row in rows if row.fixtures]
    yield name, [row for row in rows if row not in furnished[1:]]
    yield from ((name, [row]) for row in furnished[1:])


class Table(NamedTuple):
    """Cases of one shape. `call` has the names of the varying `columns` in the place of their values; `rows` hold these and,
    where results differ, the expected one (named `expected`, the last of `names`). `common` is the result of all.
    """

    names: list[str]
    rows: list[list[str]]
    call: str
    common: str
    columns: list[str]


def table(records: Sequence[Record], reserved: frozenset[str] = frozenset()) -> Table | None:
    """The records as a table, None where they are too few or differ in shape; no column has a name in `reserved`."""
    found = [cell for record in records if (cell := cells(record)) is not None]
    if len(records) < TABLE or len(found) != len(records) or len({shape for shape, _ in found}) != 1 or not found[0][1]:
        return None
    shape, first = found[0]
    columns = [i for i in range(len(first)) if len({row[i] for _, row in found}) > 1] or [0]
    labels = _labels(records[0], len(first), reserved)
    call = shape.format(*(labels[i] if i in columns else first[i] for i in range(len(first))))
    expected = {record.expected for record in records}
    shared = records[0].raised is not None or len(expected) == 1
    names = [labels[i] for i in columns]
    rows = [
        [*(row[i] for i in columns), *([] if shared else [record.expected or ""])]
        for record, (_, row) in zip(records, found, strict=True)
    ]
    common = (expected.pop() or "") if shared else "expected"
    return Table(names if shared else [*names, "expected"], rows, call, common, names)


def _labels(record: Record, count: int, reserved: frozenset[str]) -> list[str]:
    """Column names: the parameters' own, unless one would hide an imported name or there are too few."""
    taken = {n or m for m, n in record.imports} | {"expected", "pytest", "asyncio"} | reserved
    names: list[str] = []
    for index in range(count):
        name = record.arguments[index] if len(record.arguments) == count else f"argument_{index + 1}"
        while name in taken or name in names:
            name += "_"
        names.append(name)
    return names
