"""How a test file reaches the code under test: names imported from the module, or the module itself.

Tests are written with names; where the project writes `money.round_half(…)`, the import and the names are rewritten, if
that changes nothing else.
"""

from __future__ import annotations

import ast

from copilot.verify import neighbours


def rewritten(text: str, module: str, imports: str) -> str:
    """The text with `module` reached as `imports` says (`TestStyle.imports`); as it is where that cannot be done safely."""
    line, prefix = neighbours.reached(module, imports)
    if not line:
        return text
    tree = ast.parse(text)
    own = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == module and not node.level]
    names = {one.name for node in own for one in node.names}
    places = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in names]
    if len(own) != 1 or own[0].end_lineno is None or _bound(tree, own[0]) & (names | {prefix.partition(".")[0]}):
        return text
    rows = text.split("\n")
    for node in sorted(places, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        row = rows[node.lineno - 1].encode()
        if not row[node.col_offset :].startswith(node.id.encode()):
            return text  # inside an f-string, before Python 3.12
        rows[node.lineno - 1] = (row[: node.col_offset] + f"{prefix}.".encode() + row[node.col_offset :]).decode()
    rows[own[0].lineno - 1 : own[0].end_lineno] = [line]
    return "\n".join(rows)


def _bound(tree: ast.Module, leave: ast.ImportFrom) -> set[str]:
    """The names that a file binds anywhere: imports but `leave`, assignments, parameters, definitions."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and node is not leave:
            found |= {one.asname or one.name.split(".")[0] for one in node.names}
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
    return found
