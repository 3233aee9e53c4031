"""What can be said of a Python test file without running it: each test must hold the code to a value.

Refused are tests that cannot fail, that skip, that sleep or reach for the network or other programs, and tests that
replace the very thing they test.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from copilot.messages import say
from copilot.types import Check

_REACHING: Final = frozenset(
    {
        "socket",
        "subprocess",
        "requests",
        "urllib",
        "http",
        "httpx",
        "aiohttp",
        "ftplib",
        "smtplib",
        "multiprocessing",
        "ctypes",
    }
)
_CALLS: Final = frozenset({"sleep", "system", "popen", "eval", "exec", "skip", "xfail", "fail", "importorskip"})
_MARKS: Final = frozenset({"skip", "skipif", "xfail"})
_PATCHES: Final = frozenset({"patch", "Mock", "MagicMock", "AsyncMock", "setattr"})


def asserts(text: str, subject: str) -> Check:
    """Check `asserts`: how many assertions hold the code to a value, or which test is not worth running and why."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return Check("asserts", passed=False, detail=say("the test file does not parse"))
    count = 0
    found = list(_functions(tree))
    for node in (n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        if bad := [n for n in names if n.split(".")[0] in _REACHING]:
            return Check("asserts", passed=False, detail=say("a test imports {module}", module=bad[0]))
    for function in found:
        if reason := _refused(function, subject):
            return Check("asserts", passed=False, detail=f"{function.name}: {reason}")
        own = _held(function)
        if not own:
            return Check("asserts", passed=False, detail=say("{test} asserts no value", test=function.name))
        count += own
    if not found:
        return Check("asserts", passed=False, detail=say("there is no test"))
    return Check(
        "asserts", passed=True, detail=say("assertions: {count}, tests: {tests}", count=count, tests=len(found))
    )


def assertion_count(text: str) -> int:
    """Assertions on values and expected exceptions in a test file; a row of a table counts as one."""
    return sum(_held(function) for function in _functions(ast.parse(text)))


def _held(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    rows = max((len(getattr(d.args[1], "elts", ())) for d in _tables(function)), default=1)
    return rows * sum(_holds(node) for node in ast.walk(function))


def _tables(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and len(decorator.args) > 1 and _last(decorator.func) == "parametrize":
            yield decorator


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
            yield node


def _refused(function: ast.FunctionDef | ast.AsyncFunctionDef, subject: str) -> str:
    for decorator in function.decorator_list:
        if any(_last(node) in _MARKS for node in ast.walk(decorator)):
            return say("it is skipped or expected to fail")
    for node in ast.walk(function):
        if isinstance(node, ast.Assert) and _empty(node.test):
            return say("an assertion cannot fail")
        if isinstance(node, ast.Try) and any(all(isinstance(s, ast.Pass) for s in h.body) for h in node.handlers):
            return say("it swallows exceptions")
        if isinstance(node, ast.Call):
            name = _last(node.func)
            if name in _CALLS:
                return say("it calls {name}", name=name)
            if name in _PATCHES and any(subject and subject in ast.unparse(a) for a in node.args):
                return say("it replaces what it tests")
    return ""


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _empty(test: ast.expr) -> bool:
    """True for an assertion on a constant, or on a thing being equal to itself as written."""
    if isinstance(test, ast.Constant):
        return True
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return ast.dump(test.left) == ast.dump(test.comparators[0])
    return False


def _holds(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return any(
            isinstance(i.context_expr, ast.Call) and _last(i.context_expr.func) in {"raises", "assertRaises"}
            for i in node.items
        )
    return isinstance(node, ast.Call) and _last(node.func).startswith("assert") and _last(node.func) != "assert_"


def statement_lines(text: str, first: int, last: int) -> frozenset[int]:
    """Lines (from 1) in `first..last` on which a statement of a function body starts; docstrings do not count."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return frozenset()
    found: set[int] = set()
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
        for node in (n for statement in body for n in ast.walk(statement)):
            if not isinstance(node, ast.stmt) or isinstance(node, (ast.Global, ast.Nonlocal)):
                continue
            if first <= node.lineno <= last:
                found.add(min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]))
    return frozenset(found)
