"""What can be said of a Python test file without running it: each test must hold the code to a value.

Refused are tests that cannot fail, that skip, that sleep or reach for the network or other programs, and tests that
replace the very thing they test.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
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


def asserts(text: str, subject: str, module: str = "", own: frozenset[str] = frozenset()) -> Check:
    """Check `asserts`: how many assertions hold the code to a value, or which test is not worth running and why.

    `module` is what the tests are about, where it is known: a test that uses no code of the project is none. `own` are the
    names that it defines: a test that replaces one of them and calls it tests nothing.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return Check("asserts", passed=False, detail=say("the test file does not parse"))
    count = 0
    found = list(functions(tree))
    for node in (n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        if bad := [n for n in names if n.split(".")[0] in _REACHING]:
            return Check("asserts", passed=False, detail=say("a test imports {module}", module=bad[0]))
    weak: list[tuple[str, str]] = []
    ours = _project_names(tree, module)
    for function in found:
        held = _held(function)
        reason = _refused(function, subject, own) or (
            "" if held else say("{test} asserts no value", test=function.name)
        )
        if not reason and module and not _names(function) & ours and not function.args.args:
            reason = say("it does not use the code under test")
        if reason:
            weak.append((function.name, reason))
        count += held
    if weak:
        name, reason = weak[0]
        detail = reason if name in reason else f"{name}: {reason}"
        return Check("asserts", passed=False, detail=detail, parts=tuple(weak))
    if not found:
        return Check("asserts", passed=False, detail=say("there is no test"))
    return Check(
        "asserts", passed=True, detail=say("assertions: {count}, tests: {tests}", count=count, tests=len(found))
    )


def _project_names(tree: ast.Module, module: str) -> set[str]:
    """Names of the file that may lead to the project's code: what it imports from there, and what it defines itself."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {a.asname or a.name.split(".")[0] for a in node.names if not _is_foreign(a.name, module)}
        elif isinstance(node, ast.ImportFrom) and (node.level or not _is_foreign(node.module or "", module)):
            found |= {a.asname or a.name for a in node.names}
    for top in tree.body:
        if isinstance(top, (*_FUNCTIONS, ast.ClassDef)):
            found.add(top.name)
        elif isinstance(top, ast.Assign):
            found |= {node.id for target in top.targets for node in ast.walk(target) if isinstance(node, ast.Name)}
    return found


def _is_foreign(name: str, module: str) -> bool:
    top = name.split(".", maxsplit=1)[0]
    return top != module.split(".", maxsplit=1)[0] and (
        top in sys.stdlib_module_names or top in {"pytest", "hypothesis", "numpy"}
    )


def _names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    return {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}


def without(text: str, names: Iterable[str]) -> str:
    """A test file without the test functions `names` (a class may lead: `TestFee::test_zero`), without classes that
    hold no test any more, and without imports that nothing uses any more. Empty when no test is left.
    """
    gone = {name.split("[")[0] for name in names}
    tree = ast.parse(text)
    dropped: list[ast.stmt] = []
    for top in tree.body:
        if isinstance(top, _FUNCTIONS) and top.name in gone:
            dropped.append(top)
        elif isinstance(top, ast.ClassDef):
            own = [node for node in top.body if isinstance(node, _FUNCTIONS)]
            bad = [node for node in own if node.name in gone or f"{top.name}::{node.name}" in gone]
            tests = [node for node in own if node.name.startswith("test")]
            dropped += [top] if tests and not [node for node in tests if node not in bad] else bad
    left = _without_lines(text, dropped)
    if not list(functions(ast.parse(left))):
        return ""
    return _without_unused(left)


_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)


def _without_lines(text: str, statements: Iterable[ast.stmt]) -> str:
    """The text without the lines of some statements, and without the blank lines above each."""
    rows = text.split("\n")
    gone: set[int] = set()
    for node in statements:
        first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
        gone |= set(range(first - 1, node.end_lineno or node.lineno))
        while first > 1 and not rows[first - 2].strip():
            first -= 1
            gone.add(first - 1)
    kept = [row for at, row in enumerate(rows) if at not in gone]
    return "\n".join(kept).strip("\n") + "\n"


def _without_unused(text: str) -> str:
    """The text without top-level imports of names that it does not use."""
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    rows = text.split("\n")
    for node in reversed([n for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))]):
        names = [a for a in node.names if a.name == "*" or (a.asname or a.name.split(".")[0]) in used]
        if getattr(node, "module", "") == "__future__" or len(names) == len(node.names):
            continue
        node.names = names
        rows[node.lineno - 1 : node.end_lineno] = [ast.unparse(node)] if names else []
    return "\n".join(rows).lstrip("\n")


def names(text: str) -> list[str]:
    """The test functions of a file, in order."""
    return [node.name for node in sorted(functions(ast.parse(text)), key=lambda node: node.lineno)]


def assertion_count(text: str) -> int:
    """Assertions on values and expected exceptions in a test file; a row of a table counts as one."""
    return sum(_held(function) for function in functions(ast.parse(text)))


def _held(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    rows = max((len(getattr(d.args[1], "elts", ())) for d in _tables(function)), default=1)
    return rows * sum(_holds(node) for node in ast.walk(function))


def _tables(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.Call]:
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and len(decorator.args) > 1 and _last(decorator.func) == "parametrize":
            yield decorator


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """The test functions of a file, those of classes behind the others."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name.startswith("test"):
            yield node


def _refused(function: ast.FunctionDef | ast.AsyncFunctionDef, subject: str, own: frozenset[str]) -> str:
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
            if name in _PATCHES and _replaces(node, function, subject, own):
                return say("it replaces what it tests")
    return ""


def _replaces(
    node: ast.Call, function: ast.FunctionDef | ast.AsyncFunctionDef, subject: str, own: frozenset[str]
) -> bool:
    """True for a patch of the subject, or of a definition of the module under test that the test itself then calls."""
    told = " ".join(ast.unparse(argument) for argument in node.args)
    if subject and re.search(rf"(?<!\w){re.escape(subject)}(?!\w)", told):
        return True
    called = {_last(each.func) for each in ast.walk(function) if isinstance(each, ast.Call) and each is not node}
    texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return any(text.rpartition(".")[2] in called & own for text in texts)


def _last(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _empty(test: ast.expr) -> bool:
    """True for an assertion on constants, or on a thing being equal to itself as written."""
    if not any(isinstance(node, (ast.Name, ast.Call, ast.Attribute)) for node in ast.walk(test)):
        return True
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(_empty(value) for value in test.values)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return ast.dump(test.left) == ast.dump(test.comparators[0])
    return False


def _holds(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return not _vague(node.test)
    if isinstance(node, (ast.With, ast.AsyncWith)):
        return any(
            isinstance(i.context_expr, ast.Call) and _last(i.context_expr.func) in {"raises", "assertRaises"}
            for i in node.items
        )
    return isinstance(node, ast.Call) and _last(node.func).startswith("assert") and _last(node.func) != "assert_"


def _vague(test: ast.expr) -> bool:
    """True for an assertion that nearly any result satisfies: something is there, of some type, of some length."""
    if isinstance(test, ast.Call):
        return _last(test.func) in {"isinstance", "hasattr", "callable", "issubclass"}
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return False
    left, right = test.left, test.comparators[0]
    if isinstance(test.ops[0], (ast.IsNot, ast.NotEq)):
        return isinstance(right, ast.Constant) and right.value is None
    is_length = isinstance(left, ast.Call) and _last(left.func) == "len"
    return is_length and isinstance(test.ops[0], ast.GtE) and isinstance(right, ast.Constant) and right.value == 0


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
