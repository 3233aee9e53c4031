"""What an assertion of a test is, and whether it can fail: an `assert`, a call of `unittest`'s, an expected exception."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_Function = ast.FunctionDef | ast.AsyncFunctionDef


def held(function: _Function) -> int:
    """Assertions on values and expected exceptions in a test; a row of a table counts as one."""
    rows = max((len(getattr(d.args[1], "elts", ())) for d in _tables(function)), default=1)
    return rows * sum(map(_held_by, function.body))


def _held_by(node: ast.AST) -> int:
    """Assertions in a statement; those in a loop over rows that are written out count for each row."""
    count = _holds(node) + sum(map(_held_by, ast.iter_child_nodes(node)))
    rows = node.iter if isinstance(node, ast.For) else None
    return count * len(rows.elts) if isinstance(rows, (ast.List, ast.Tuple)) else count


def _tables(function: _Function) -> Iterator[ast.Call]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and len(decorator.args) > 1 and last(decorator.func) == "parametrize":
            yield decorator


def last(node: ast.AST) -> str:
    """The last name of `a.b`, empty for anything but a name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def empty(test: ast.expr) -> bool:
    """True for an assertion on constants, or on a thing being equal to itself as written."""
    if not any(isinstance(node, (ast.Name, ast.Call, ast.Attribute)) for node in ast.walk(test)):
        return True
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(empty(value) for value in test.values)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return ast.dump(test.left) == ast.dump(test.comparators[0])
    return False


def idle(call: ast.Call) -> bool:
    """True for an assertion of `unittest` about constants, or about a thing being equal to itself as written."""
    name = last(call.func)
    if name in {"assertTrue", "assertFalse"} and call.args:
        return empty(call.args[0])
    if name in {"assertEqual", "assertIs", "assertAlmostEqual"} and len(call.args) > 1:
        return empty(ast.Compare(call.args[0], [ast.Eq()], [call.args[1]]))
    return False


def _holds(node: ast.AST) -> bool:
    """True for one assertion on a value: an `assert`, a call of one of `unittest` or of a mock, an expected exception."""
    if isinstance(node, ast.Assert):
        return not _vague(node.test)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return any(isinstance(i.context_expr, ast.Call) and last(i.context_expr.func) == "raises" for i in node.items)
    if not isinstance(node, ast.Call) or not last(node.func).startswith("assert") or last(node.func) == "assert_":
        return False
    if last(node.func) in {"assertTrue", "assertFalse"} and node.args:
        return not _vague(node.args[0])
    return last(node.func) not in {"assertIsNotNone", "assertIsInstance"}


def _vague(test: ast.expr) -> bool:
    """True for an assertion that nearly any result satisfies: something is there, of some type, of some length."""
    if isinstance(test, ast.Call):
        return last(test.func) in {"isinstance", "hasattr", "callable", "issubclass"}
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    left, right = test.left, test.comparators[0]
    if isinstance(test.ops[0], (ast.IsNot, ast.NotEq)):
        return isinstance(right, ast.Constant) and right.value is None
    is_length = isinstance(left, ast.Call) and last(left.func) == "len"
    return is_length and isinstance(test.ops[0], ast.GtE) and isinstance(right, ast.Constant) and right.value == 0
