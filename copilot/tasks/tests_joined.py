"""Two test files as one: the proven tests as they stand, and behind them what a further answer adds.

Names that would mean two things get an ending in what is added. Absent on purpose: whether the added tests hold.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from copilot.tasks import staged_file
from copilot.verify import python_tests

_DEFINES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS: Final = (ast.Import, ast.ImportFrom)


def extended(ground: str, more: str) -> str | None:
    """`ground` with the imports, helpers and tests of `more` that it does not have; None when no test is added.

    Both parse. A test that holds the code to nothing that the ground does not already is left out.
    """
    trees = ast.parse(ground), ast.parse(more)
    told = {fact for node in python_tests.functions(trees[0]) for fact in staged_file.facts(node)}
    repeated = [node for node in trees[1].body if _is_told(node, told)]
    more = (
        python_tests.without(more, [node.name for node in repeated if isinstance(node, _DEFINES)]) if repeated else more
    )
    if not more:
        return None
    have = _bound(trees[0].body)
    same = {ast.dump(node) for node in trees[0].body}
    clashing = [
        name
        for node in ast.parse(more).body
        if ast.dump(node) not in same
        for name, meaning in _bound([node]).items()
        if have.get(name, meaning) != meaning
    ]
    more = _renamed(more, {name: _free(name, {*have, *_names(more)}) for name in clashing})
    imports, rest = [], []
    for node in ast.parse(more).body:
        if ast.dump(node) in same or _is_text(node):
            continue
        if isinstance(node, _IMPORTS):
            imports.append(ast.unparse(node))
        else:
            rest.append(_source(more, node))
    if not rest:
        return None
    end = max((node.end_lineno or 0 for node in trees[0].body if isinstance(node, _IMPORTS)), default=0)
    lines = ground.rstrip("\n").split("\n")
    return "\n".join([*lines[:end], *imports, *lines[end:]]) + "\n\n\n" + "\n\n\n".join(rest) + "\n"


def _is_told(node: ast.stmt, told: set[str]) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or not node.name.startswith("test"):
        return False
    return staged_file.facts(node) <= told


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _source(text: str, node: ast.stmt) -> str:
    """The lines of a statement with its decorators and the comment right above it."""
    rows = text.split("\n")
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", ()))])
    while first > 1 and rows[first - 2].startswith("#"):
        first -= 1
    return "\n".join(rows[first - 1 : node.end_lineno])


def _bound(body: Iterable[ast.stmt]) -> Mapping[str, str]:
    """Each name that statements bind at top level, with what it means; a definition means only itself."""
    found: dict[str, str] = {}
    for node in body:
        if isinstance(node, _DEFINES):
            found[node.name] = ast.dump(node)
        elif isinstance(node, ast.Assign):
            found |= {
                name.id: ast.dump(node) for one in node.targets for name in ast.walk(one) if isinstance(name, ast.Name)
            }
        elif isinstance(node, ast.Import):
            for one in node.names:
                found[one.asname or one.name.split(".", maxsplit=1)[0]] = one.name if one.asname else ""
        elif isinstance(node, ast.ImportFrom):
            found |= {one.asname or one.name: f"{'.' * node.level}{node.module}:{one.name}" for one in node.names}
    return found


def _names(text: str) -> set[str]:
    return {
        token.string for token in tokenize.generate_tokens(io.StringIO(text).readline) if token.type == tokenize.NAME
    }


def _free(name: str, taken: set[str]) -> str:
    number = 2
    while f"{name}_{number}" in taken:
        number += 1
    return f"{name}_{number}"


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """The text with other names for what it binds at top level; an import gets the new one by `as`."""
    if not names:
        return text
    rows = text.split("\n")
    for line, column, name in sorted(set(_places(ast.parse(text), text, names)), reverse=True):
        row = rows[line - 1]
        rows[line - 1] = row[:column] + names[name] + row[column + len(name) :]
    renamed = ast.parse("\n".join(rows))
    result = "\n".join(rows).split("\n")
    for node in reversed([one for one in renamed.body if isinstance(one, _IMPORTS)]):
        for one in node.names:
            bound = one.asname or one.name.split(".", maxsplit=1)[0]
            if bound in names and (one.asname or "." not in one.name):
                one.asname = names[bound]
        result[node.lineno - 1 : node.end_lineno] = [ast.unparse(node)]
    return "\n".join(result)


def _places(tree: ast.Module, text: str, names: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Where the names stand: (line from 1, column, name). Attributes, keywords and imports are others'."""
    rows = text.split("\n")
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in names:
            yield node.lineno, _column(rows[node.lineno - 1], node.col_offset), node.id
        elif isinstance(node, ast.arg) and node.arg in names:  # a fixture
            yield node.lineno, _column(rows[node.lineno - 1], node.col_offset), node.arg
        elif isinstance(node, _DEFINES) and node.name in names and node in tree.body:
            row = rows[node.lineno - 1]
            yield node.lineno, row.index(node.name, _column(row, node.col_offset) + 3), node.name


def _column(row: str, offset: int) -> int:
    """A column in characters for an offset in UTF-8 bytes."""
    return len(row.encode()[:offset].decode())
