"""Records written as pytest tests a person would write: plain functions, or methods of a class.

Deterministic: the same records give the same text. Layout (line breaks, order of imports) is the formatter's business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from copilot.engines.embedded.grouping import Table, table
from copilot.engines.embedded.phrases import COMPARISON, in_lines, needed, pattern
from copilot.engines.embedded.records import Imports, Record

_PYTEST: Final[Imports] = frozenset({("pytest", "")})
_FIXTURES: Final = ("capsys", "monkeypatch", "tmp_path")
_STOPPED: Final = "stopped"
"""The variable of a test for the exception with which a program ended itself."""


def written(name: str, records: Sequence[Record], *, method: bool) -> tuple[str, Imports]:
    """The text of one test and the imports that it needs; `method`: it is one of a class."""
    imports = frozenset(pair for record in records for pair in needed(record))
    fixtures = [one for record in records for one in record.fixtures]
    own = ["self"] if method else []
    rows = table(records, frozenset({*_FIXTURES, *fixtures, "self"}))
    if rows is not None:
        return _table(name, records, rows, own, fixtures), imports | _PYTEST
    body = list(records[0].world)
    for record in records:
        body += _lines(record)
    if any(record.raised is not None for record in records) or any("pytest." in line for line in body):
        imports |= _PYTEST
    text = "\n".join("    " + line for line in body)
    return f"def {name}({', '.join([*own, *_given(text, fixtures)])}):\n{text}", imports


def _given(text: str, fixtures: Sequence[str]) -> list[str]:
    """The fixtures that a test names: the project's, then those of pytest."""
    used = [each for each in _FIXTURES if re.search(rf"(?<![\w.'\"]){each}\b", text)]
    return [*dict.fromkeys(fixtures), *used]


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


def _table(name: str, records: Sequence[Record], rows: Table, own: Sequence[str], fixtures: Sequence[str]) -> str:
    """A parametrised test; a column that is the same everywhere is written into the call."""
    alone = len(rows.names) == 1
    head = f'"{rows.names[0]}"' if alone else "(" + ", ".join(f'"{n}"' for n in rows.names) + ")"
    lines = [
        "@pytest.mark.parametrize(",
        f"    {head},",
        "    [",
        *(f"        {row[0]}," if alone else f"        ({', '.join(row)})," for row in rows.rows),
        "    ],",
        ")",
        f"def {name}({', '.join([*own, *rows.names, *_given(' '.join((*records[0].world, rows.call)), fixtures)])}):",
        *(f"    {line}" for line in records[0].world),
    ]
    if records[0].raised is not None:
        matches = {_raises(record) for record in records}
        guard = matches.pop() if len(matches) == 1 else _raises(records[0], match=False)
        lines += [f"    with {guard}:", f"        {rows.call}"]
    elif rows.common == "expected":
        lines.append(f"    assert {rows.call} == expected")
    else:
        lines.append("    " + _equal(rows.call, rows.common))
    return "\n".join(lines)


def _equal(left: str, right: str) -> str:
    right = in_lines(left, right)
    if right in ("True", "False", "None"):
        return f"assert ({left}) is {right}" if COMPARISON.search(left) else f"assert {left} is {right}"
    if re.fullmatch(r"-?\d+\.\d{7,}(e-?\d+)?", right):
        right = f"pytest.approx({right})"
    return f"assert {left} == {right}"


def _raises(record: Record, *, match: bool = True) -> str:
    if record.raised is None:
        return ""
    quoted = pattern(record) if match else ""
    return f"pytest.raises({record.raised[1]}, match={quoted})" if quoted else f"pytest.raises({record.raised[1]})"
