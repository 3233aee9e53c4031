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
from copilot.verify.assertions import empty, held, idle, last

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
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
_ERROR: Final = re.compile(r"(?:Error|Exception|Timeout)$")
_CALLS: Final = frozenset(
    {"sleep", "system", "popen", "eval", "exec", "skip", "skipTest", "xfail", "fail", "importorskip"}
)
_MARKS: Final = frozenset({"skip", "skipif", "skipIf", "skipUnless", "xfail", "expectedFailure"})
_PATCHES: Final = frozenset({"patch", "Mock", "MagicMock", "AsyncMock", "setattr"})


def asserts(
    text: str,
    subject: str,
    module: str = "",
    own: frozenset[str] = frozenset(),
    existing: Iterable[str] = (),
) -> Check:
    """Check `asserts`: how many assertions hold the code to a value, or which test is not worth running and why.

    `module` is what the tests are about, where it is known: a test that uses no code of the project is none. `own` are the
    names that it defines: a test that replaces one of them and calls it tests nothing. `existing` are texts of test files
    that are there: a test that stands in one of them adds nothing.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return Check("asserts", passed=False, detail=say("the test file does not parse"))
    count = 0
    found = list(named(tree))
    for node in (n for n in ast.walk(tree) if isinstance(n, (ast.Import, ast.ImportFrom))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module or ""]
        if isinstance(node, ast.ImportFrom) and all(_ERROR.search(a.name) for a in node.names):
            continue  # an exception that is expected, or that a stand-in raises, reaches nothing
        if bad := [n for n in names if n.split(".")[0] in _REACHING]:
            return Check("asserts", passed=False, detail=say("a test imports {module}", module=bad[0]))
    weak: list[tuple[str, str]] = []
    ours = _project_names(tree, module)
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    same = duplicates(tree, existing)
    for full, function in found:
        holding = held(function)
        around = classes.get(full.rpartition("::")[0])
        reason = _refused(function, around, subject, own) or (
            "" if holding else say("{test} asserts no value", test=function.name)
        )
        if not reason and module and not _reached(function, around) & ours and not _given(function):
            reason = say("it does not use the code under test")
        if not reason and full in same:
            reason = say("it is the same as {test}", test=same[full])
        if reason:
            weak.append((full, reason))
        count += holding
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


def _reached(function: _Function, around: ast.ClassDef | None) -> set[str]:
    """The names that a test uses, and those of what its class makes ready for it."""
    nodes: list[ast.stmt] = [function]
    if around is not None:
        nodes += [node for node in around.body if not (isinstance(node, _FUNCTIONS) and node.name.startswith("test"))]
    found = {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}
    return found | ({last(base) for base in around.bases} if around is not None else set())


def _given(function: _Function) -> list[str]:
    """The parameters of a test that pytest fills in."""
    names = [one.arg for one in function.args.args]
    return names[1:] if names[:1] == ["self"] else names


def duplicates(tree: ast.Module, existing: Iterable[str] = ()) -> dict[str, str]:
    """Tests of a file whose body stands in an earlier test of it, or in one of the texts `existing`: test to that test."""
    seen: dict[str, str] = {}
    for text in existing:
        try:
            other = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for name, node in named(other):
            seen.setdefault(_meant(node), name)
    found: dict[str, str] = {}
    for name, node in named(tree):
        before = seen.setdefault(_meant(node), name)
        if before != name:
            found[name] = before
    return found


def _meant(function: _Function) -> str:
    """What a test does, whatever its name, its docstring and its layout."""
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    parts = [*function.decorator_list, function.args, *body]
    return "\n".join(map(ast.dump, parts))


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
            bad = [node for node in own if f"{top.name}::{node.name}" in gone]
            tests = [node for node in own if node.name.startswith("test")]
            dropped += [top] if tests and not [node for node in tests if node not in bad] else bad
    left = _without_lines(text, dropped)
    if not list(functions(ast.parse(left))):
        return ""
    return _without_unused(left)


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
    kept = "\n".join(row for at, row in enumerate(rows) if at not in gone)
    return re.sub(r"^(class .*:)\n\n+(?= )", r"\1\n", kept, flags=re.MULTILINE).strip("\n") + "\n"


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
        at = node.lineno - 1
        if not names and at and at < len(rows) and not rows[at - 1].strip() and not rows[at].strip():
            del rows[at]  # it stood alone between two groups
    return "\n".join(rows).lstrip("\n")


def names(text: str) -> list[str]:
    """The tests of a file as pytest calls them (`test_a`, `TestB::test_c`), in order."""
    return [name for name, _ in named(ast.parse(text))]


def assertion_count(text: str) -> int:
    """Assertions on values and expected exceptions in a test file; a row of a table counts as one."""
    return sum(held(function) for function in functions(ast.parse(text)))


def functions(tree: ast.Module) -> Iterator[_Function]:
    """The test functions of a file and of its classes, in order."""
    for _, node in named(tree):
        yield node


def named(tree: ast.Module) -> Iterator[tuple[str, _Function]]:
    """The tests of a file, each with pytest's name for it, in order."""
    for top in tree.body:
        if isinstance(top, _FUNCTIONS) and top.name.startswith("test"):
            yield top.name, top
        elif isinstance(top, ast.ClassDef):
            for node in top.body:
                if isinstance(node, _FUNCTIONS) and node.name.startswith("test"):
                    yield f"{top.name}::{node.name}", node


def cases(tree: ast.Module) -> frozenset[str]:
    """The classes of a file that are cases of `unittest`: by their base, or because their tests call its assertions."""
    found: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and (
            any(last(base) in found or last(base).endswith("TestCase") for base in node.bases)
            or any(
                isinstance(each, ast.Attribute) and each.attr in {"assertEqual", "assertTrue", "assertRaises"}
                for each in ast.walk(node)
            )
        ):
            found.add(node.name)
    return frozenset(found)


def _refused(function: _Function, around: ast.ClassDef | None, subject: str, own: frozenset[str]) -> str:
    for decorator in [*function.decorator_list, *(around.decorator_list if around is not None else ())]:
        if any(last(node) in _MARKS for node in ast.walk(decorator)):
            return say("it is skipped or expected to fail")
    for node in ast.walk(function):
        if (isinstance(node, ast.Assert) and empty(node.test)) or (isinstance(node, ast.Call) and idle(node)):
            return say("an assertion cannot fail")
        if isinstance(node, ast.Try) and any(all(isinstance(s, ast.Pass) for s in h.body) for h in node.handlers):
            return say("it swallows exceptions")
        if isinstance(node, ast.Call):
            name = last(node.func)
            if name in _CALLS:
                return say("it calls {name}", name=name)
            if name in _PATCHES and _replaces(node, function, subject, own):
                return say("it replaces what it tests")
    return ""


def _replaces(node: ast.Call, function: _Function, subject: str, own: frozenset[str]) -> bool:
    """True for a patch of the subject, or of a definition of the module under test that the test itself then calls."""
    told = " ".join(ast.unparse(argument) for argument in node.args)
    if subject and re.search(rf"(?<!\w){re.escape(subject)}(?!\w)", told):
        return True
    called = {last(each.func) for each in ast.walk(function) if isinstance(each, ast.Call) and each is not node}
    texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return any(text.rpartition(".")[2] in called & own for text in texts)


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
