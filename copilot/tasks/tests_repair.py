"""A model's test file mended by rule: names that it does not import, and expected values that the code does not give.

A recorded value takes the place of an expected one only where no text about the code says what the model expected, and
both the file and the developer are told. Absent on purpose: asking the model (`tests_prompt.py`), and proof.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from copilot import edits
from copilot.syntax import importing
from copilot.syntax.importing import Need
from copilot.syntax.outline import outline
from copilot.tasks import known_imports, staged_file
from copilot.testfacts import Wrong
from copilot.types import Document, document

_MARK: Final = "# Recorded; the model expected "
_MOST_RECORDED: Final = 2
"""A test with more values that are not so was not written for this code."""

_PLAIN: Final = frozenset(
    {"Decimal", "Fraction", "date", "datetime", "timedelta", "time", "approx", "UUID", "Path", "frozenset", "set"}
)
_TELLING: Final = 2
"""Characters of a value's text from which on finding it in a docstring means something."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A value that was written into a test, and what the model had expected there; `spoken`: a text about the code says
    what the model expected, so nothing was written.
    """

    test: str
    value: str
    expected: str
    spoken: bool


def imported(text: str, subject: Document, module: str) -> str:
    """The file with imports for the names that nothing binds: the code's own, pytest, and well-known ones of the standard
    library. An import of the code under another package's name gets the right one.
    """
    own = {symbol.name for symbol in outline(subject).symbols if symbol.parent is None}
    tree = ast.parse(text)
    rows = text.split("\n")
    for node in reversed([one for one in tree.body if isinstance(one, ast.ImportFrom)]):
        wrong = node.module or ""
        if wrong != module and {one.name for one in node.names} <= own and _alike(wrong, node.level, module):
            node.module, node.level = module, 0
            rows[node.lineno - 1 : node.end_lineno] = [ast.unparse(node)]
    text = "\n".join(rows)
    known = {name: Need(module, name) for name in own} | {"pytest": Need("pytest")}
    needs = [known.get(name) or known_imports.of(name, "python", text) for name in _unbound(tree)]
    return _importing(text, [need for need in needs if need is not None])


def _importing(text: str, needs: Iterable[Need]) -> str:
    doc = document(Path("test.py"), "python", text)
    return edits.apply(doc, importing.edits(doc, needs)).text.decode()


def _alike(name: str, level: int, module: str) -> bool:
    """Whether an import means the module by a wrong path: relative, or by the end or the beginning of its name."""
    last = module.rpartition(".")[2]
    return bool(level) or name in {last, "module", "your_module", "main", "solution"} or name.rpartition(".")[2] == last


def _unbound(tree: ast.Module) -> list[str]:
    bound = set(dir(builtins)) | {"__file__", "__name__", "__doc__"}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {one.asname or one.name.split(".", maxsplit=1)[0] for one in node.names}
        elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
            bound.add(node.name)
    loaded = [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    return [name for name in dict.fromkeys(loaded) if name not in bound]


def recorded(text: str, wrong: Sequence[Wrong], subject: Document, instruction: str = "") -> tuple[str, list[Recorded]]:
    """The file with the values that the code gives where it expects others, and what was done. `text` parses."""
    said = _said(subject) + "\n" + instruction
    told: list[Recorded] = []
    places: list[tuple[ast.expr, str, str]] = []
    needs: list[Need] = []
    for one in wrong:
        place = _expected(text, one)
        if place is None:
            continue
        node, value = place
        expected = " ".join((ast.get_source_segment(text, node) or "").split())
        spoken = _speaks(said, expected)
        told.append(Recorded(one.test, value, expected, spoken))
        if not spoken:
            places.append((node, value, expected))
            needs += [Need(module, name) for module, name in one.imports]
    try:
        changed = _importing(_written(text, places), needs)
        ast.parse(changed)
    except SyntaxError:  # a remark would stand inside a text
        return text, []
    return changed, told


def _expected(text: str, wrong: Wrong) -> tuple[ast.expr, str] | None:
    """The expected value as it stands in the file, and what is to stand there; None where that cannot be told."""
    for function in (n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))):
        for node in ast.walk(function):
            if not isinstance(node, ast.Assert) or not node.lineno <= wrong.line <= (node.end_lineno or node.lineno):
                continue
            test = node.test
            if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], (ast.Eq, ast.Is)):
                return None
            for side, value in ((test.comparators[0], wrong.left), (test.left, wrong.right)):
                found = _cell(side, function, wrong.row)
                if found is not None and value and _times(text, function) < _MOST_RECORDED:
                    return _inner(found), value
            return None
    return None


def _times(text: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = min([function.lineno, *(one.lineno for one in function.decorator_list)])
    return sum(row.strip().startswith(_MARK) for row in text.split("\n")[first - 1 : function.end_lineno])


def _cell(side: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef, row: int) -> ast.expr | None:
    """A side of a comparison that is a written value; with a table the cell in which it is written, for this row alone."""
    if row >= 0:
        names, rows, _ = staged_file.table(function)
        if not isinstance(side, ast.Name) or side.id not in names or row >= len(rows):
            return None
        values = [rows[row]] if len(names) == 1 else list(getattr(rows[row], "elts", ()))
        side = values[names.index(side.id)] if names.index(side.id) < len(values) else side
    return side if _is_written(side) else None


def _is_written(node: ast.expr) -> bool:
    """Whether a value is spelled out: literals, and literals in well-known makers."""
    for each in ast.walk(node):
        if (
            isinstance(each, ast.Name)
            and each.id not in _PLAIN
            and each.id not in {"pytest", "decimal", "datetime", "math"}
        ):
            return False
        if isinstance(each, ast.Call) and _name(each.func) not in _PLAIN:
            return False
        if isinstance(each, (ast.JoinedStr, ast.comprehension, ast.Lambda, ast.Await, ast.Subscript)):
            return False
    return True


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _inner(node: ast.expr) -> ast.expr:
    """Within `approx(x)` the number alone is another."""
    return node.args[0] if isinstance(node, ast.Call) and _name(node.func) == "approx" and node.args else node


def _written(text: str, places: Iterable[tuple[ast.expr, str, str]]) -> str:
    """The file with values in the places of nodes, each with a remark above its line."""
    rows = text.encode().split(b"\n")
    for node, value, expected in sorted(places, key=lambda place: (place[0].lineno, place[0].col_offset), reverse=True):
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        row = rows[first]
        remark = row[: len(row) - len(row.lstrip())] + f"{_MARK}{expected[:60]}".encode()
        rows[first : last + 1] = [
            remark,
            row[: node.col_offset] + value.encode() + rows[last][node.end_col_offset or 0 :],
        ]
    return b"\n".join(rows).decode()


def _said(subject: Document) -> str:
    """What the code's docstrings say."""
    try:
        tree = ast.parse(subject.text)
    except (SyntaxError, ValueError, RecursionError):
        return ""
    texts = (
        ast.get_docstring(node) or ""
        for node in ast.walk(tree)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module))
    )
    return "\n".join(texts)


def _speaks(said: str, expected: str) -> bool:
    """Whether a text holds the expected value, or a part of it, as a word of its own."""
    try:
        values: Iterable[object] = [
            n.value for n in ast.walk(ast.parse(expected, mode="eval")) if isinstance(n, ast.Constant)
        ]
    except SyntaxError:
        return True
    words = {str(value) for value in values if value is not None and not isinstance(value, bool)}
    return any(len(word) >= _TELLING and word in said for word in words)
