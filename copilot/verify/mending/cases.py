# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001

"""What is run against a candidate: tests of pytest, each assertion of a test apart where they do not depend on each
other, and examples of docstrings and prose.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import doctest
import inspect
import io
import types
import unittest
from collections.abc import Callable, Iterator
from typing import Any

from ..recording.forked import untold

_MOST_ASSERTS = 60
_FIXED = frozenset({int, float, str, bytes, bool, type(None), complex})


class Late(BaseException):
    """The time of a case is up."""


class Case:
    """`runs` returns whether it passes, None when it skips. `test` is the name of the test that it belongs to, in `file`.
    As the code stands: `passed`; it `took` CPU seconds; `late`: its time was up before it ended; it is `skipped`.
    """

    def __init__(self, test: str, runs: Callable[[], bool | None]) -> None:
        self.test, self.file = test, ""
        self.runs = runs
        self.took = 0.0
        self.passed = self.late = self.skipped = False
        self.reached: frozenset[int] = frozenset()


def of_item(item: Any, failed: set[str]) -> list[Case]:
    """The cases of one test of pytest. `failed`: the nodes of which a plug-in heard a failure reported."""
    name = item.nodeid
    plain = _plain(item)
    cases = (_apart(item, name) if plain is not None else []) or [Case(name, plain or _protocol(item, failed))]
    for case in cases:
        case.file = str(getattr(item, "fspath", ""))
    return cases


def _plain(item: Any) -> Callable[[], bool | None] | None:
    """A direct call, for a test that needs nothing but its own parameters: pytest's protocol takes longer than the test."""
    function = getattr(item, "obj", None)
    given = _given(item)
    if given is None or inspect.iscoroutinefunction(function) or not callable(function):
        return None

    pristine = _fresh(given)

    def runs() -> bool | None:
        own = pristine()
        return _quietly(lambda: item.obj(**own))

    return runs


def _fresh(given: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """The arguments of a test, copied for each run: a candidate may change them."""
    if all(type(value) in _FIXED for value in given.values()):
        return lambda: given
    try:
        copy.deepcopy(given)
    except Exception:
        return lambda: given
    return lambda: copy.deepcopy(given)


def _given(item: Any) -> dict[str, Any] | None:
    """The arguments of a test, None when pytest has to make some."""
    import pytest

    if not isinstance(item, pytest.Function) or type(item).__name__ != "Function":
        return None
    params = dict(getattr(getattr(item, "callspec", None), "params", {}))
    if set(item.fixturenames) - set(params) or getattr(getattr(item, "callspec", None), "indirect", None):
        return None
    if any(mark.name not in ("parametrize", "timeout") for mark in item.iter_markers()):
        return None
    if set(params) - set(inspect.signature(item.obj).parameters):
        return None
    return params


def _quietly(call: Callable[[], Any]) -> bool | None:
    import pytest

    try:
        call()
    except Late:
        raise
    except (pytest.skip.Exception, pytest.xfail.Exception, unittest.SkipTest):
        return None
    except BaseException:
        return False
    return True


def _protocol(item: Any, failed: set[str]) -> Callable[[], bool | None]:
    """As pytest runs it: it fails when any part of it does; one that is expected to fail, and does, is skipped."""

    def runs() -> bool | None:
        from _pytest.runner import runtestprotocol

        item.repr_failure = untold
        failed.discard(item.nodeid)
        reports = runtestprotocol(item, log=False, nextitem=None)
        if item.nodeid in failed or any(report.outcome == "failed" for report in reports):
            return False
        return None if any(report.outcome == "skipped" for report in reports) else True

    return runs


def _apart(item: Any, name: str) -> list[Case]:
    """A case for each assertion of a test whose assertions do not depend on each other; empty when it has no such."""
    given = _given(item)
    assert given is not None
    owner = inspect.unwrap(item.obj)
    if isinstance(owner, types.MethodType):
        owner = owner.__func__
    for function in _asserting(owner):
        variants = list(_variants(function))
        if len(variants) >= 2:  # the test itself, or the first that it leaves its assertions to
            return [Case(name, _with(function, code, item, given)) for code in variants]
    return []


def _with(
    function: types.FunctionType, code: types.CodeType, item: Any, given: dict[str, Any]
) -> Callable[[], bool | None]:
    pristine = _fresh(given)

    def runs() -> bool | None:
        old = function.__code__
        function.__code__ = code
        own = pristine()
        try:
            return _quietly(lambda: item.obj(**own))
        finally:
            function.__code__ = old

    return runs


def _asserting(function: Any) -> Iterator[types.FunctionType]:
    """The function of a test, and those of its own module that it calls by name."""
    if not isinstance(function, types.FunctionType):
        return
    yield function
    for name in function.__code__.co_names:
        called = function.__globals__.get(name)
        if isinstance(called, types.FunctionType) and called.__code__.co_filename == function.__code__.co_filename:
            yield called


def _variants(function: types.FunctionType) -> Iterator[types.CodeType]:
    """The code of the function with one assertion each."""
    try:
        lines, _ = inspect.getsourcelines(function)
        tree = ast.parse(inspect.cleandoc("\n" + "".join(lines)) if lines[0][:1].isspace() else "".join(lines))
    except (OSError, SyntaxError, ValueError, TypeError):
        return
    node: Any = tree.body[0] if tree.body else None
    if not isinstance(node, ast.FunctionDef) or function.__closure__:
        return
    node.decorator_list = []
    local = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    asserts = [s for s in node.body if isinstance(s, ast.Assert)]
    if not 2 <= len(asserts) <= _MOST_ASSERTS or any(_names(s) & local for s in asserts):
        return
    for one in asserts:
        variant = copy.copy(node)
        variant.body = [s for s in node.body if s is one or not isinstance(s, ast.Assert)]
        module = ast.Module(body=[variant], type_ignores=[])
        try:
            code = compile(module, function.__code__.co_filename, "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            return
        inner = [c for c in code.co_consts if isinstance(c, types.CodeType) and c.co_name == node.name]
        if len(inner) != 1 or inner[0].co_freevars:
            return
        yield inner[0]


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


class _Finder(doctest.DocTestFinder):
    def _get_test(self, obj: Any, name: str, *rest: Any) -> Any:
        """A docstring whose examples cannot be read has none; those of the others stand."""
        try:
            return super()._get_test(obj, name, *rest)  # type: ignore[misc]  # not told to type checkers
        except Exception:
            return None


def of_docstrings(module: types.ModuleType) -> list[Case]:
    """The examples (`>>>`) of a module's docstrings: each a case, after those before it that give no output."""
    found: list[Case] = []
    for test in _Finder(exclude_empty=True).find(module, module.__name__):
        setup: list[Any] = []
        for example in test.examples:
            if example.want:
                found.append(_example(test, [*setup, example]))
            else:
                setup.append(example)
    return found


def _example(test: Any, examples: list[Any]) -> Case:
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)

    def runs() -> bool:
        one = doctest.DocTest(examples, dict(test.globs), test.name, test.filename, test.lineno, None)
        with contextlib.redirect_stdout(io.StringIO()):
            done = runner.run(one, out=lambda _: None, clear_globs=False)
        return not done.failed

    return Case(test.name, runs)


def of_claims(module: types.ModuleType, claims: list[dict[str, str]]) -> list[Case]:
    """Examples told in prose: `call` gives `wanted`, or raises `raises`."""
    found: list[Case] = []
    for claim in claims:
        call, wanted, raises = claim["call"], claim["wanted"], claim["raises"]

        def runs(call: str = call, wanted: str = wanted, raises: str = raises) -> bool:
            names = dict(vars(module))
            try:
                got = eval(call, names)  # noqa: S307 -- project code, in the sandbox
            except Exception as error:
                return bool(raises) and type(error).__name__ == raises.rpartition(".")[2]
            return not raises and bool(got == eval(wanted, names))  # noqa: S307

        found.append(Case(call, runs))
    return found
