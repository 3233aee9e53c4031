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
_IMPORTS: Final = (ast.Import, ast.ImportFrom)


class Label(StrEnum):
    """What a test that passes on the change says of it; the value stands in the file, above the test."""

    PROVES = "proves your change: fails on the parent commit"
    GUARDS = "guards behaviour: passes on the parent commit too"
    TODAY = "guards behaviour"
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
    return re.sub(r"_generated(_\d+)?(?=(_test)?$)", "", stem)


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
    """The text with its first line, and above each test its label."""
    body = labelled(text, labels)
    return f"# bank-copilot tests --staged: {subject} code={code} tests={_digest(body)}\n{body}"


def labelled(text: str, labels: Mapping[str, Label]) -> str:
    """The text with a label above each test, by pytest's names; those it had are gone, and a first line of ours."""
    text = unmarked(text)
    rows = text.split("\n")
    for name, node in sorted(python_tests.named(ast.parse(text)), key=lambda row: -row[1].lineno):
        label = labels.get(name, Label.UNKNOWN)
        rows.insert(_first(node) - 1, " " * node.col_offset + f"# {label.value}")
    return "\n".join(rows)


def unmarked(text: str) -> str:
    """The text without our first line and labels."""
    text = _FIRST.sub("", text.replace("\r\n", "\n"), count=1)
    return "\n".join(row for row in text.split("\n") if row.strip() not in _LABELS)


def joined(new: str, old: str, holding: Collection[str]) -> str | None:
    """`new` and those tests of `old` in `holding` (pytest's names) that say more than it does; equal names get an ending.

    None where the two cannot stand in one file: one defines helpers, a name means two things, a class has other bases.
    """
    old = unmarked(old)
    trees = ast.parse(new), ast.parse(old)
    if any(not _plain(node) for tree in trees for node in tree.body):
        return None
    have = set(python_tests.names(new))
    told = {fact for node in python_tests.functions(trees[0]) for fact in facts(node)}
    kept: dict[str, list[str]] = {}
    rows = old.split("\n")
    for full, node in python_tests.named(trees[1]):
        if full not in holding or facts(node) <= told:
            continue
        owner = full.rpartition("::")[0]
        name = node.name
        while (f"{owner}::{name}" if owner else name) in have:
            name += "_earlier"
        have.add(f"{owner}::{name}" if owner else name)
        part = "\n".join(rows[_first(node) - 1 : node.end_lineno])
        renamed = re.sub(rf"^(\s*(?:async )?def ){node.name}\b", rf"\g<1>{name}", part, count=1, flags=re.MULTILINE)
        kept.setdefault(owner, []).append(renamed)
    if not kept:
        return new
    classes = [{node.name: node for node in tree.body if isinstance(node, ast.ClassDef)} for tree in trees]
    if not _compatible(trees) or any(
        _bases(one) != _bases(classes[1].get(name, one)) for name, one in classes[0].items()
    ):
        return None
    return _put(new, kept, classes, [ast.unparse(node) for node in trees[1].body if isinstance(node, _IMPORTS)])


def _put(
    new: str, kept: Mapping[str, list[str]], classes: Sequence[Mapping[str, ast.ClassDef]], extra: list[str]
) -> str:
    """`new` with further tests at the end of their classes, of their own classes, of the file; and further imports."""
    lines = new.split("\n")
    for name, node in sorted(classes[0].items(), key=lambda row: -row[1].lineno):
        for part in reversed(kept.get(name, ())):
            lines[node.end_lineno : node.end_lineno] = ["", *part.split("\n")]
    tree = ast.parse(new)
    end = max((node.end_lineno or 0 for node in tree.body if isinstance(node, _IMPORTS)), default=0)
    blocks = ["\n".join([*lines[:end], *extra, *lines[end:]]).rstrip("\n")]
    for name, parts in kept.items():
        if not name:
            blocks += parts
        elif name not in classes[0]:
            blocks.append(f"class {name}{_bases(classes[1][name])}:\n" + "\n\n".join(parts))
    return python_tests.without("\n\n\n".join(blocks) + "\n", ())


def _bases(node: ast.ClassDef) -> str:
    return f"({', '.join(map(ast.unparse, node.bases))})" if node.bases else ""


def _first(node: _Function) -> int:
    """The first line of a test, with its decorators."""
    return min([node.lineno, *(one.lineno for one in node.decorator_list)])


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
    names, rows, body = table(function)
    if number >= len(rows):
        return function
    row = rows[number]
    values = [row] if len(names) == 1 else list(getattr(row, "elts", ()))
    twin = copy.deepcopy(function)
    twin.body = [_Filled(dict(zip(names, values, strict=False))).visit(copy.deepcopy(node)) for node in body]
    return twin


class _Filled(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._values.get(node.id, node)


def table(function: _Function) -> tuple[list[str], Sequence[ast.expr], list[ast.stmt]]:
    """Names and rows of the one table of a test, and what is done with each: pytest's parameters, or a loop of `subTest`.

    Names and rows are empty where it has none, or is made otherwise.
    """
    calls = [one for one in function.decorator_list if isinstance(one, ast.Call) and len(one.args) > 1]
    if len(calls) == 1:
        named, rows = calls[0].args[0], getattr(calls[0].args[1], "elts", ())
        if isinstance(named, ast.Constant) and isinstance(named.value, str):
            return [one.strip() for one in named.value.split(",")], rows, function.body
        words = [str(one.value) for one in getattr(named, "elts", ()) if isinstance(one, ast.Constant)]
        return words, rows, function.body
    match function.body:
        case [ast.For(target=target, iter=ast.List(elts=rows), body=[ast.With(body=body)])]:
            return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)], rows, body
    return [], (), function.body


def facts(function: _Function) -> set[str]:
    """What a test holds the code to, case by case; assertions alone count singly, others with what leads to them."""
    found: set[str] = set()
    for number in range(max(1, len(table(function)[1]))):
        body = filled(function, number).body
        found |= {ast.dump(node) for node in body} if all(map(_lone, body)) else {"".join(map(ast.dump, body))}
    return found


def _lone(node: ast.stmt) -> bool:
    """Whether a statement is an assertion that needs nothing before it."""
    call = node.value if isinstance(node, ast.Expr) else None
    called = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr.startswith("assert")
    return called or isinstance(node, (ast.Assert, ast.With))


def _plain(node: ast.stmt) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return node.name.startswith("test")
    if isinstance(node, ast.ClassDef):
        return not node.decorator_list and all(map(_plain, node.body))
    return isinstance(node, (ast.Import, ast.ImportFrom)) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    )


def _digest(text: str) -> str:
    """What the tests are, whatever formatters and import sorters do to the file."""
    tree = ast.parse(text)
    body = [node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    return hashlib.sha256("\n".join(map(ast.dump, body)).encode()).hexdigest()[:12]
