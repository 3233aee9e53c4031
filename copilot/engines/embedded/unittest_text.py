"""Records written as methods of a `unittest` test case, with the means of the standard library alone.

What the fixtures of pytest do is done by `patch`, `TemporaryDirectory` and `redirect_stdout`; a table is a loop of
`subTest`; what is awaited makes the method `async`. A record for which there is no faithful form is `Unwritable`.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from copilot.engines.embedded.grouping import Table, table
from copilot.engines.embedded.phrases import in_lines, needed, pattern
from copilot.engines.embedded.pytest_names import PRINTED
from copilot.engines.embedded.records import Imports, Record
from copilot.testfacts import TestStyle

_STOPPED: Final = "stopped"
_OUTPUT: Final = "printed"
_FOLDER: Final = "folder"
_RESERVED: Final = frozenset({"self", _STOPPED, _OUTPUT, _FOLDER, "tmp_path", "capsys", "monkeypatch"})
_LEAST_PLACES: Final = 0.1
_MOST_PLACES: Final = 1e6
"""Between these, seven places say what a tolerance of a millionth would."""

_MEANS: Final[dict[str, Imports]] = {
    "patch": frozenset({("unittest.mock", "patch")}),
    "os": frozenset({("os", "")}),
    "TemporaryDirectory": frozenset({("tempfile", "TemporaryDirectory")}),
    "Path": frozenset({("pathlib", "Path")}),
    "redirect_stdout": frozenset({("contextlib", "redirect_stdout")}),
    "StringIO": frozenset({("io", "StringIO")}),
}


class Unwritable(Exception):
    """There is no form in `unittest` that does the same."""


def base(style: TestStyle, *, awaits: bool) -> tuple[str, Imports]:
    """The base of a test class as it is written, and its import."""
    name = "IsolatedAsyncioTestCase" if awaits else "TestCase"
    if style.base == "TestCase":
        return name, frozenset({("unittest", name)})
    return f"unittest.{name}", frozenset({("unittest", "")})


def written(name: str, records: Sequence[Record]) -> tuple[str, Imports]:
    """The text of one method and the imports that it needs. Raises Unwritable."""
    imports = frozenset(pair for record in records for pair in needed(record))
    calm = [_awaited(record) for record in records]
    awaits = all(record is not None for record in calm) and any(a is not b for a, b in zip(calm, records, strict=True))
    if awaits:
        records = [record for record in calm if record is not None]
        imports -= {("asyncio", "")}
    means: set[str] = set()
    rows = table(records, _RESERVED)
    body = _table(records, rows, means) if rows is not None else _within(records, _plain(records, means), means)
    imports = imports.union(*(_MEANS[one] for one in means))
    lines = textwrap.indent("\n".join(body), "    ")
    return f"{'async ' if awaits else ''}def {name}(self):\n{lines}", imports


def _awaited(record: Record) -> Record | None:
    """The record with `await` for `asyncio.run`; None where something else runs a loop of its own."""
    others = (*record.world, *record.setup, record.call, *record.helpers)
    if any("asyncio." in text for text in others):
        return None
    found = re.fullmatch(r"(list\()?asyncio\.run\((.*?)\)(?(1)\))", record.wrap)
    if found is None:
        return record
    return replace(record, wrap=f"list(await {found[2]})" if found[1] else f"await {found[2]}")


# -- what is around a call -------------------------------------------------------------------------------------------


def _within(records: Sequence[Record], body: list[str], means: set[str]) -> list[str]:
    """The lines of a test inside the world that its records need."""
    first: list[str] = []
    contexts: list[str] = []
    inside: list[str] = []
    for line in records[0].world:
        context, then = _patch(line)
        if context:
            means.add("patch")
            contexts.append(context)
        if then:
            means.add("os")
            inside.append(then)
        if not context:
            first.append(line)
    if any(re.search(r"(?<![\w.'\"])tmp_path\b", line) for line in [*first, *body]):
        means |= {"TemporaryDirectory", "Path"}
        made = [f"{_FOLDER} = TemporaryDirectory()", f"self.addCleanup({_FOLDER}.cleanup)"]
        first = [*made, f"tmp_path = Path({_FOLDER}.name)", *first]
    return [*first, *(_under(contexts, [*inside, *body]) if contexts else body)]


def _under(contexts: Iterable[str], body: Iterable[str]) -> list[str]:
    return [f"with {', '.join(contexts)}:", *textwrap.indent("\n".join(body), "    ").split("\n")]


def _patch(line: str) -> tuple[str, str]:
    """The context that stands for a line with `monkeypatch`, and a line to begin with in it; empty for other lines."""
    if "monkeypatch" not in line:
        return "", ""
    call = ast.parse(line).body[0]
    asked = call.value if isinstance(call, ast.Expr) else None
    if not isinstance(asked, ast.Call) or not isinstance(asked.func, ast.Attribute):
        raise Unwritable(line)
    given = [ast.get_source_segment(line, each) or "" for each in asked.args]
    match asked.func.attr, given:
        case "setattr", [target, value]:
            return f"patch({target}, {value})", ""
        case "setattr", [target, name, value]:
            return f"patch.object({target}, {name}, {value})", ""
        case "setenv", [name, value]:
            return f'patch.dict("os.environ", {{{name}: {value}}})', ""
        case "delenv", [name]:
            return 'patch.dict("os.environ")', f"os.environ.pop({name}, None)"
    raise Unwritable(line)


# -- one call --------------------------------------------------------------------------------------------------------


def _plain(records: Sequence[Record], means: set[str]) -> list[str]:
    return [line for record in records for line in _lines(record, means)]


def _lines(record: Record, means: set[str]) -> list[str]:
    """Set-up, call and assertions of a record."""
    call = record.wrap % record.call
    values = [(_read(each.left), in_lines(each.left, each.right)) for each in record.state]
    contexts: list[str] = []
    checks = [_equal(left, right) for left, right in values]
    acts = [call]
    if record.raised is not None:
        held = any(each.left.startswith(_STOPPED) for each in record.state)
        contexts.append(_raises(record, match=not held) + (f" as {_STOPPED}" if held else ""))
    elif record.kind == "value" and not (values and record.expected == "None"):
        if values:
            acts = [f"result = {call}"]
            checks.insert(0, _equal("result", record.expected or ""))
        else:
            acts = [_equal(call, record.expected or "")]
    elif record.kind == "facets" and any("result" in each.left for each in record.state):
        acts = [f"result = {call}"]
    if any(each.left.startswith(PRINTED) for each in record.state):
        means |= {"redirect_stdout", "StringIO"}
        output = f"redirect_stdout(StringIO()) as {_OUTPUT}"
        if record.setup and contexts:  # what the set-up prints counts, what it raises does not
            return [*_under([output], [*record.setup, *_under(contexts, acts)]), *checks]
        return [*_under([output, *contexts], [*record.setup, *acts]), *checks]
    return [*record.setup, *(_under(contexts, acts) if contexts else acts), *checks]


def _read(left: str) -> str:
    """An expression over what pytest's fixtures hold, over what holds it here."""
    left = left.replace(PRINTED + "readouterr().out", f"{_OUTPUT}.getvalue()")
    return re.sub(rf"^{_STOPPED}\.value\b", f"{_STOPPED}.exception", left)


def _table(records: Sequence[Record], rows: Table, means: set[str]) -> list[str]:
    """A loop over the cases, each with what is around it made anew."""
    alone = len(rows.names) == 1
    if records[0].raised is not None:
        matches = {_raises(record) for record in records}
        guard = matches.pop() if len(matches) == 1 else _raises(records[0], match=False)
        body = _under([guard], [rows.call])
    else:
        body = [_equal(rows.call, rows.common)]
    body = _within(records, body, means)
    told = ", ".join(f"{name}={name}" for name in rows.columns)
    return [
        f"for {', '.join(rows.names)} in [",
        *(f"    {row[0]}," if alone else f"    ({', '.join(row)})," for row in rows.rows),
        "]:",
        f"    with self.subTest({told}):",
        *textwrap.indent("\n".join(body), " " * 8).split("\n"),
    ]


def _equal(left: str, right: str) -> str:
    if right in ("True", "False"):
        return f"self.assertIs({left}, {right})"
    if right == "None":
        return f"self.assertIsNone({left})"
    if re.fullmatch(r"-?\d+\.\d{7,}(e-?\d+)?", right):
        size = abs(float(right))
        if _LEAST_PLACES <= size <= _MOST_PLACES:
            return f"self.assertAlmostEqual({left}, {right})"
        return f"self.assertAlmostEqual({left}, {right}, delta={size * 1e-6:.3g})"
    return f"self.assertEqual({left}, {right})"


def _raises(record: Record, *, match: bool = True) -> str:
    assert record.raised is not None
    quoted = pattern(record) if match else ""
    name = record.raised[1]
    return f"self.assertRaisesRegex({name}, {quoted})" if quoted else f"self.assertRaises({name})"
