"""Records written as pytest functions a person would write: named by what is expected, three of a kind in a table.

Deterministic: the same records give the same text. Layout (line breaks, order of imports) is the formatter's business.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from copilot.engines.embedded.pytest_names import (
    PRINTED,
    WRITTEN,
    around,
    effect,
    exits,
    predicate,
    reason,
    subject,
    unique,
)
from copilot.engines.embedded.records import Imports, Record, cells

_TABLE: Final = 3
"""So many cases of one shape become a parametrised test."""
_MATCH: Final = 60
_PYTEST: Final[Imports] = frozenset({("pytest", "")})
_FIXTURES: Final = ("capsys", "monkeypatch", "tmp_path")
_STOPPED: Final = "stopped"
"""The variable of a test for the exception with which a program ended itself."""
_COMPARISON: Final = re.compile(r" (==|!=|<=?|>=?|in|not in|is|is not) |^not |\bif\b|\blambda\b")


@dataclass(frozen=True, slots=True)
class Test:
    """One test function. `name` is unique in its file; `body` is its text from the decorators to the last line."""

    __test__ = False  # pytest would collect the name

    name: str
    text: str
    imports: Imports
    records: tuple[Record, ...] = field(compare=False)


def tests(records: Sequence[Record], taken: Iterable[str]) -> list[Test]:
    """Test functions for records, in the order in which their targets occur; names in `taken` are not used."""
    used = set(taken)
    found: list[Test] = []
    for target in dict.fromkeys(record.target for record in records):
        own = [record for record in records if record.target == target]
        for name, group in _groups(own):
            free = unique(name, used)
            used.add(free)
            found.append(_test(free, group))
    return found


def module(name: str, tests_: Sequence[Test]) -> str:
    """The whole file."""
    imports = frozenset(pair for test in tests_ for pair in test.imports)
    head = f'"""Characterisation tests of {name}.\n\nThey record what the code does today, not what it should do.\n"""'
    helpers = dict.fromkeys(helper for test in tests_ for record in test.records for helper in record.helpers)
    return "\n\n".join([head, imports_text(imports), "", "\n\n\n".join([*helpers, *(t.text for t in tests_)])]) + "\n"


def imports_text(imports: Imports) -> str:
    """Import lines: standard library, others, each `import x` before `from x import y`."""
    blocks: list[str] = []
    for ours in (True, False):
        own = [(m, n) for m, n in imports if (m.split(".")[0] in sys.stdlib_module_names) is ours]
        lines = [f"import {m}" for m, n in sorted(own) if not n]
        modules = sorted({m for m, n in own if n})
        lines += [f"from {m} import {', '.join(sorted(n for o, n in own if o == m and n))}" for m in modules]
        blocks += ["\n".join(lines)] if lines else []
    return "\n\n".join(blocks)


def conflicting(records: Sequence[Record]) -> list[Record]:
    """Records that need a name for one thing which an earlier record needs for another."""
    owner: dict[str, str] = {}
    bad: list[Record] = []
    for record in records:
        needed = [(n or m.split(".")[0], m if n else "") for m, n in _needed(record)]
        if any(owner.get(name, module_) != module_ for name, module_ in needed):
            bad.append(record)
            continue
        owner.update(needed)
    return bad


# -- grouping ------------------------------------------------------------------------------------------------------


def _groups(records: list[Record]) -> Iterator[tuple[str, list[Record]]]:
    """(test name, its records): by exception and reason, by truth value, tables, then one test a case."""
    base = "test_" + subject(records[0].target)
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
            yield name, rows
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
        if len(rows) >= _TABLE:
            yield key.name, rows
        else:
            small.setdefault(key[:2], []).extend(rows)
    yield from ((name, rows) for (name, _), rows in small.items())


# -- text -----------------------------------------------------------------------------------------------------------


def _test(name: str, records: list[Record]) -> Test:
    imports = frozenset(pair for record in records for pair in _needed(record))
    tables = [cell for record in records if (cell := cells(record)) is not None]
    if (
        len(records) >= _TABLE
        and len(tables) == len(records)
        and len({shape for shape, _ in tables}) == 1
        and tables[0][1]
    ):
        return Test(name, _table(name, records, tables), imports | _PYTEST, tuple(records))
    body = list(records[0].world)
    for record in records:
        body += _lines(record)
    if any(record.raised is not None for record in records) or any("pytest." in line for line in body):
        imports |= _PYTEST
    text = "\n".join("    " + line for line in body)
    return Test(name, f"def {name}({', '.join(_fixtures(text))}):\n{text}", imports, tuple(records))


def _fixtures(text: str) -> list[str]:
    return [each for each in _FIXTURES if re.search(rf"(?<![\w.'\"]){each}\b", text)]


def _lines(record: Record) -> list[str]:
    call = record.wrap % record.call
    lines = list(record.setup)
    values = record.state
    if record.raised is not None:
        held = any(each.left.startswith(_STOPPED) for each in values)
        guard = f"{_raises(record, match=not held)} as {_STOPPED}" if held else _raises(record)
        return [*lines, f"with {guard}:", f"    {call}", *(_equal(each.left, each.right) for each in values)]
    if record.kind == "value" and not (values and record.expected == "None"):
        if values:
            lines.append(f"result = {call}")
            lines.append(_equal("result", record.expected or ""))
        else:
            lines.append(_equal(call, record.expected or ""))
    elif record.kind == "facets" and any("result" in each.left for each in values):
        lines.append(f"result = {call}")
    else:
        lines.append(call)
    return [*lines, *(_equal(each.left, each.right) for each in values)]


def _table(name: str, records: list[Record], tables: list[tuple[str, tuple[str, ...]]]) -> str:
    """A parametrised test; a column that is the same everywhere is written into the call."""
    shape, first = tables[0]
    columns = [i for i in range(len(first)) if len({row[i] for _, row in tables}) > 1] or [0]
    labels = _labels(records[0], len(first))
    call = shape.format(*(labels[i] if i in columns else first[i] for i in range(len(first))))
    raised = records[0].raised is not None
    matches = {_raises(record) for record in records}
    expected = {record.expected for record in records}
    shared = raised or len(expected) == 1
    names = [labels[i] for i in columns] + ([] if shared else ["expected"])
    rows = []
    for record, (_, row) in zip(records, tables, strict=True):
        texts = [row[i] for i in columns] + ([] if shared else [record.expected or ""])
        rows.append(f"        {texts[0]}," if len(names) == 1 else f"        ({', '.join(texts)}),")
    head = f'"{names[0]}"' if len(names) == 1 else "(" + ", ".join(f'"{n}"' for n in names) + ")"
    lines = [
        "@pytest.mark.parametrize(",
        f"    {head},",
        "    [",
        *rows,
        "    ],",
        ")",
        f"def {name}({', '.join([*names, *_fixtures(' '.join((*records[0].world, call)))])}):",
        *(f"    {line}" for line in records[0].world),
    ]
    if raised:
        guard = matches.pop() if len(matches) == 1 else _raises(records[0], match=False)
        lines += [f"    with {guard}:", f"        {call}"]
    else:
        lines.append("    " + (_equal(call, expected.pop() or "") if shared else f"assert {call} == expected"))
    return "\n".join(lines)


def _labels(record: Record, count: int) -> list[str]:
    """Column names: the parameters' own, unless one would hide an imported name or there are too few."""
    imported = {n or m for m, n in record.imports} | {"expected", "pytest", "asyncio"}
    names: list[str] = []
    for index in range(count):
        name = record.arguments[index] if len(record.arguments) == count else f"argument_{index + 1}"
        while name in imported or name in names:
            name += "_"
        names.append(name)
    return names


def _equal(left: str, right: str) -> str:
    if left.startswith((PRINTED, WRITTEN)):
        right = _in_lines(right)
    if right in ("True", "False", "None"):
        return f"assert ({left}) is {right}" if _COMPARISON.search(left) else f"assert {left} is {right}"
    if re.fullmatch(r"-?\d+\.\d{7,}(e-?\d+)?", right):
        right = f"pytest.approx({right})"
    return f"assert {left} == {right}"


def _in_lines(text: str) -> str:
    """A text of several lines, one below the other."""
    lines = ast.literal_eval(text).splitlines(keepends=True)
    return "(" + "\n".join(map(repr, lines)) + ")" if len(lines) > 1 and len(text) > _MATCH else text


def _raises(record: Record, *, match: bool = True) -> str:
    if record.raised is None:
        return ""
    _, name, message = record.raised
    message = message.split("\n")[0]
    if len(message) > _MATCH:
        message = message[:_MATCH].rsplit(" ", 1)[0]
    if not match or not message.strip() or not message.isprintable():
        return f"pytest.raises({name})"
    escaped = re.sub(r"([.^$*+?{}\[\]\\|()])", r"\\\1", message)
    quoted = repr(message) if escaped == message else _raw(escaped)
    return f"pytest.raises({name}, match={quoted})" if quoted else f"pytest.raises({name})"


def _raw(text: str) -> str:
    for quote in ('"', "'"):
        if quote not in text and not text.endswith("\\"):
            return f"r{quote}{text}{quote}"
    return ""


def _needed(record: Record) -> Imports:
    """The imports whose names the record's text really has."""
    pairs = record.imports | {pair for each in record.shown for pair in each.imports}
    if record.raised is not None and record.raised[0] != "builtins":
        pairs |= {(record.raised[0], record.raised[1].split(".")[0])}
    if "asyncio." in record.wrap:
        pairs |= {("asyncio", "")}
    texts = [
        *record.helpers,
        *record.world,
        *record.setup,
        record.call,
        record.wrap,
        *(e.left for e in record.shown),
        *(e.right for e in record.shown),
    ]
    texts += [record.raised[1]] if record.raised else []
    words = set(re.findall(r"\w+", " ".join(texts)))
    return frozenset((m, n) for m, n in pairs if (n or m.split(".")[0]) in words)
