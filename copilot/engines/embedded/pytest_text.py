"""Records written as pytest functions a person would write: named by what is expected, three of a kind in a table.

Deterministic: the same records give the same text. Layout (line breaks, order of imports) is the formatter's business.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from copilot.engines.embedded.records import Imports, Record, cells

_TABLE: Final = 3
"""So many cases of one shape become a parametrised test."""
_MATCH: Final = 60
_PYTEST: Final[Imports] = frozenset({("pytest", "")})
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
            unique = _unique(name, used)
            used.add(unique)
            found.append(_test(unique, group))
    return found


def module(subject: str, tests_: Sequence[Test]) -> str:
    """The whole file."""
    imports = frozenset(pair for test in tests_ for pair in test.imports)
    head = (
        f'"""Characterisation tests of {subject}.\n\nThey record what the code does today, not what it should do.\n"""'
    )
    return "\n\n".join([head, imports_text(imports), "", "\n\n\n".join(test.text for test in tests_)]) + "\n"


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


# -- grouping and names ---------------------------------------------------------------------------------------------


def _groups(records: list[Record]) -> Iterator[tuple[str, list[Record]]]:
    """(test name, its records): by exception and reason, by truth value, tables, then one test a case."""
    base = "test_" + _subject(records[0].target)
    rejected: dict[str, list[Record]] = {}
    plain: dict[str, list[Record]] = {}
    prepared: list[tuple[str, Record]] = []
    for record in records:
        if record.raised is not None:
            rejected.setdefault(f"{base}_rejects_{_reason(record)}", []).append(record)
        elif (cell := cells(record)) is not None:
            truth = (
                {"True": "_accepts", "False": "_refuses"}.get(record.expected or "", "") if _predicate(records) else ""
            )
            plain.setdefault(f"{base}{truth}\0{cell[0]}", []).append(record)
        elif record.plain:
            plain.setdefault(f"{base}\0{record.call}", []).append(record)
        else:
            prepared.append((f"{base}_{_effect(record)}", record))
    yield from _without_shape(plain)
    for name, record in prepared:
        yield name, [record]
    for name, rows in rejected.items():
        shapes = {cell[0] for row in rows if (cell := cells(row)) is not None}
        if len(shapes) == 1 and all(cells(row) for row in rows):
            yield name, rows
        else:
            yield from ((name, [row]) for row in rows)


def _without_shape(plain: dict[str, list[Record]]) -> Iterator[tuple[str, list[Record]]]:
    """Small groups that differ in shape only share one test; a table is a test of its own."""
    small: dict[str, list[Record]] = {}
    for key, rows in plain.items():
        name = key.split("\0")[0]
        if len(rows) >= _TABLE:
            yield name, rows
        else:
            small.setdefault(name, []).extend(rows)
    yield from small.items()


def _subject(target: str) -> str:
    words = [_snake(part.strip("_")) for part in target.split(".")]
    return "_".join(word for word in words if word)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _predicate(records: list[Record]) -> bool:
    values = {record.expected for record in records if record.kind == "value"}
    return bool(values) and values <= {"True", "False"}


_PLAIN_ERRORS: Final = frozenset(
    {"ValueError", "TypeError", "KeyError", "RuntimeError", "IndexError", "ArithmeticError", "Exception"}
)


_DANGLING: Final = frozenset(
    {"a", "an", "and", "at", "be", "by", "for", "in", "is", "must", "not", "of", "or", "than", "the", "to", "with"}
)


def _reason(record: Record) -> str:
    """What is wrong with the input: the exception's own name if it says it, else the words of its message."""
    assert record.raised is not None
    _, name, message = record.raised
    short = name.rsplit(".", 1)[-1]
    if short not in _PLAIN_ERRORS:
        return _snake(re.sub(r"(Error|Exception)$", "", short)) or "input"
    words = re.findall(r"[a-z]+", re.sub(r"'[^']*'|\"[^\"]*\"|\S*\d\S*", " ", message.lower()))
    words = words[:6]
    while words and words[-1] in _DANGLING:
        words.pop()
    slug = "_".join(words)
    return slug if 3 <= len(slug) <= 50 else _snake(short.removesuffix("Error")) + "_error"


def _effect(record: Record) -> str:
    """What is expected of a call on a prepared object."""
    if record.state:
        names = list(
            dict.fromkeys(
                each.left.split(".")[-1] for each in record.state if not each.left.startswith(("result", "len("))
            )
        )
        names = [name for name in names if name.isidentifier()]
        if names:
            return "changes_" + "_and_".join(names[:2])
    expected = record.expected or ""
    if expected in ("True", "False", "None"):
        return {"None": "passes"}.get(expected, f"is_{expected.lower()}")
    if re.fullmatch(r"\d+|[\"'][a-zA-Z_]{1,20}[\"']", expected):
        return "returns_" + _snake(expected.strip("\"'"))
    found = re.match(r"(?:\w+\.)?(\w+)", expected)
    return f"returns_{_snake(found[1])}" if found and found[1][0].isalpha() else "returns_value"


def _unique(name: str, used: set[str]) -> str:
    name = name[:80].rstrip("_")
    candidate, number = name, 1
    while candidate in used:
        number += 1
        candidate = f"{name}_{number}"
    return candidate


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
    body: list[str] = []
    for record in records:
        body += _lines(record)
    if any(record.raised is not None for record in records) or any("pytest." in line for line in body):
        imports |= _PYTEST
    return Test(name, f"def {name}():\n" + "\n".join("    " + line for line in body), imports, tuple(records))


def _lines(record: Record) -> list[str]:
    call = record.wrap % record.call
    lines = list(record.setup)
    if record.raised is not None:
        return [*lines, f"with {_raises(record)}:", f"    {call}"]
    values = record.state
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
        f"def {name}({', '.join(names)}):",
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
    if right in ("True", "False", "None"):
        return f"assert ({left}) is {right}" if _COMPARISON.search(left) else f"assert {left} is {right}"
    if re.fullmatch(r"-?\d+\.\d{7,}(e-?\d+)?", right):
        right = f"pytest.approx({right})"
    return f"assert {left} == {right}"


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
    texts = [*record.setup, record.call, record.wrap, *(e.left for e in record.shown), *(e.right for e in record.shown)]
    texts += [record.raised[1]] if record.raised else []
    words = set(re.findall(r"\w+", " ".join(texts)))
    return frozenset((m, n) for m, n in pairs if (n or m.split(".")[0]) in words)
