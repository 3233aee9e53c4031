"""The test file that the commit hook writes: whose tests it holds, for which version of the code, and each test's label.

Its first line says all that the next run has to know. A file whose tests are not as they were written belongs to the
developer from then on. Absent on purpose: where it lies, and whether its tests hold.
"""

from __future__ import annotations

import ast
import copy
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from copilot.verify import python_tests

_FIRST: Final = re.compile(r"# bank-copilot tests --staged: (\S+) code=([0-9a-f]{12}) tests=([0-9a-f]{12})\r?\n")


_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Label(StrEnum):
    """What a test that passes on the change says of it; the value stands in the file, above the test."""

    PROVES = "proves your change: fails on the parent commit"
    GUARDS = "guards behaviour: passes on the parent commit too"
    UNKNOWN = "not compared with the parent commit"


_LABELS: Final = frozenset(f"# {label.value}" for label in Label)


@dataclass(frozen=True, slots=True)
class Mark:
    """The first line: the `subject` (`package.module:Class.method`), the version of its code, the tests as written."""

    subject: str
    code: str
    tests: str


def base(stem: str) -> str:
    """The name of a test file without the ending that tells it from an older one (`python_places.test_path`)."""
    return re.sub(r"_generated(_\d+)?$", "", stem)


def mark(text: str) -> Mark | None:
    """What the first line of a file says, None where we did not write it."""
    found = _FIRST.match(text)
    return Mark(*found.groups()) if found is not None else None


def ours(text: str, subject: str) -> bool:
    """Whether we wrote this file for `subject`, and nobody changed a test since (layout and imports may change)."""
    found = mark(text)
    try:
        return found is not None and found.subject == subject and found.tests == _digest(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # somebody wrote it for us
        return False


def marked(text: str, subject: str, code: str, labels: Mapping[str, Label]) -> str:
    """The text with its first line, and above each test function its label."""
    text = unmarked(text)
    rows = text.split("\n")
    for node in sorted(python_tests.functions(ast.parse(text)), key=lambda node: -node.lineno):
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        label = labels.get(node.name, Label.UNKNOWN)
        rows.insert(first - 1, " " * node.col_offset + f"# {label.value}")
    body = "\n".join(rows)
    return f"# bank-copilot tests --staged: {subject} code={code} tests={_digest(body)}\n{body}"


def unmarked(text: str) -> str:
    """The text without our first line and labels."""
    text = _FIRST.sub("", text.replace("\r\n", "\n"), count=1)
    return "\n".join(row for row in text.split("\n") if row.strip() not in _LABELS)


def joined(new: str, old: str, holding: Collection[str]) -> str | None:
    """`new` and those test functions of `old` in `holding` that say more than it does; equal names get an ending.

    None where the two cannot stand in one file: one defines helpers, or a name means two things.
    """
    trees = ast.parse(new), ast.parse(old)
    if any(not _plain(node) for tree in trees for node in tree.body):
        return None
    have = {node.name for node in python_tests.functions(trees[0])}
    told = {fact for node in python_tests.functions(trees[0]) for fact in facts(node)}
    kept: list[str] = []
    rows = unmarked(old).split("\n")
    for node in python_tests.functions(ast.parse(unmarked(old))):
        if node.name not in holding or facts(node) <= told:
            continue
        name = node.name
        while name in have:
            name += "_earlier"
        have.add(name)
        first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        part = "\n".join(rows[first - 1 : node.end_lineno])
        kept.append(re.sub(rf"^((?:async )?def ){node.name}\b", rf"\g<1>{name}", part, count=1, flags=re.MULTILINE))
    if not kept:
        return new
    if not _compatible(trees):
        return None
    end = max(
        (node.end_lineno or 0 for node in trees[0].body if isinstance(node, (ast.Import, ast.ImportFrom))), default=0
    )
    lines = new.split("\n")
    extra = [ast.unparse(node) for node in trees[1].body if isinstance(node, (ast.Import, ast.ImportFrom))]
    text = "\n".join([*lines[:end], *extra, *lines[end:]]).rstrip("\n")
    return python_tests.without("\n\n\n".join([text, *kept]) + "\n", ())


def _compatible(trees: Iterable[ast.Module]) -> bool:
    """Whether each name that the files import means the same in all of them."""
    bound: dict[str, str] = {}
    for node in (node for tree in trees for node in tree.body):
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            continue
        source = f"{'.' * node.level}{node.module or ''}:" if isinstance(node, ast.ImportFrom) else ""
        for one in node.names:
            name = one.asname or (one.name if source else one.name.split(".", maxsplit=1)[0])
            meant = f"{source}{one.name}" if source or one.asname else name
            if bound.setdefault(name, meant) != meant:
                return False
    return True


def filled(function: _Function, number: int) -> _Function:
    """The test with the values of one row of its table in the place of their names; as it is without such a row."""
    names, rows = table(function)
    if number >= len(rows):
        return function
    row = rows[number]
    values = [row] if len(names) == 1 else list(getattr(row, "elts", ()))
    twin = copy.deepcopy(function)
    twin.body = [_Filled(dict(zip(names, values, strict=False))).visit(node) for node in twin.body]
    return twin


class _Filled(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._values.get(node.id, node)


def table(function: _Function) -> tuple[list[str], Sequence[ast.expr]]:
    """Names and rows of the one table of a parametrised test; empty where it has none, or is parametrised otherwise."""
    calls = [one for one in function.decorator_list if isinstance(one, ast.Call) and len(one.args) > 1]
    if len(calls) != 1:
        return [], ()
    named, rows = calls[0].args[0], getattr(calls[0].args[1], "elts", ())
    if isinstance(named, ast.Constant) and isinstance(named.value, str):
        return [one.strip() for one in named.value.split(",")], rows
    return [str(one.value) for one in getattr(named, "elts", ()) if isinstance(one, ast.Constant)], rows


def facts(function: _Function) -> set[str]:
    """What a test holds the code to, case by case; assertions alone count singly, others with what leads to them."""
    found: set[str] = set()
    for number in range(max(1, len(table(function)[1]))):
        body = filled(function, number).body
        lone = all(isinstance(node, (ast.Assert, ast.With)) for node in body)
        found |= {ast.dump(node) for node in body} if lone else {"".join(map(ast.dump, body))}
    return found


def _plain(node: ast.stmt) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name.startswith("test")
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _digest(text: str) -> str:
    """What the tests are, whatever formatters and import sorters do to the file."""
    tree = ast.parse(text)
    body = [node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    return hashlib.sha256("\n".join(map(ast.dump, body)).encode()).hexdigest()[:12]
