# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: B905

"""Small faults planted in the code, one at a time: an input is worth keeping when it tells the fault from the original.

First-order mutants in the usual operator classes (relational, arithmetic, logical, constant, condition negated,
statement deleted, return value dropped, call replaced), after DeMillo, Lipton and Sayward, "Hints on Test Data Selection", 1978.
They are swapped in by replacing a function's code object, so decorators and references stay as they are.
"""

from __future__ import annotations

import ast
import copy
import gc
import re
import types
from collections.abc import Iterator
from typing import Any, NamedTuple

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift, ast.RShift: ast.LShift,
}  # fmt: skip
_TWINS = {
    name: twin
    for pair in (("max", "min"), ("any", "all"), ("startswith", "endswith"), ("upper", "lower"), ("lstrip", "rstrip"),
                 ("find", "rfind"), ("split", "rsplit"), ("floor", "ceil"), ("append", "remove"), ("ljust", "rjust"))
    for name, twin in (pair, pair[::-1])
}  # fmt: skip
MAX_MUTANTS = 160


class Mutant(NamedTuple):
    """A fault at `line`: the code object named `code` (name, first line) is replaced by `new` in `functions`."""

    number: int
    line: int
    functions: tuple[types.FunctionType, ...]
    new: types.CodeType


def plant(tree: ast.Module, path: str, spans: list[tuple[int, int]]) -> list[Mutant]:
    """Mutants of all functions whose lines lie in `spans`, spread evenly over the lines when there are too many."""
    functions = _functions(path)
    found: list[Mutant] = []
    for node, owner in _defined(tree.body, ""):
        if any(first <= node.lineno <= last for first, last in spans):
            found += _of_function(owner, node, path, functions, len(found))
    if len(found) > MAX_MUTANTS:
        found = [found[i * len(found) // MAX_MUTANTS] for i in range(MAX_MUTANTS)]
    return found


def _defined(body: list[ast.stmt], owner: str) -> Iterator[tuple[Any, str]]:
    """Functions and methods with the name of their class; what is nested in a function belongs to that function."""
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node, owner
        elif isinstance(node, ast.ClassDef):
            yield from _defined(node.body, node.name)
        elif isinstance(node, (ast.If, ast.Try)):
            yield from _defined([*node.body, *node.orelse], owner)


def _functions(path: str) -> dict[tuple[str, int], list[types.FunctionType]]:
    found: dict[tuple[str, int], list[types.FunctionType]] = {}
    for item in gc.get_objects():
        if type(item) is types.FunctionType and item.__code__.co_filename == path:
            found.setdefault((item.__code__.co_name, item.__code__.co_firstlineno), []).append(item)
    return found


def _of_function(
    owner: str,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    path: str,
    functions: dict[tuple[str, int], list[types.FunctionType]],
    start: int,
) -> Iterator[Mutant]:
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    holders = functions.get((node.name, first), [])
    if not holders:
        return
    number = start
    silent = _silent(node)
    places = list(ast.walk(node))
    for index, place in enumerate(places):
        if id(place) in silent:
            continue
        for turn in range(_choices(place)):
            twin = copy.deepcopy(node)
            target = list(ast.walk(twin))[index]
            if not _change(twin, target, turn):
                continue
            code = _compiled(twin, owner, path, node.name, first)
            if code is None or any(code.co_freevars != h.__code__.co_freevars for h in holders):
                continue
            yield Mutant(number, getattr(place, "lineno", node.lineno), tuple(holders), code)
            number += 1


def _silent(node: ast.AST) -> set[int]:
    """Nodes whose change cannot be seen or proves nothing: docstrings, annotations, defaults, exception texts."""
    silent: set[int] = set()
    for part in ast.walk(node):
        hidden: list[Any] = []
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
            hidden = [part.args, part.returns, *part.decorator_list]
        elif isinstance(part, ast.AnnAssign):
            hidden = [part.annotation]
        elif isinstance(part, ast.Raise) or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)):
            hidden = [part]
        silent |= {id(n) for h in hidden if h is not None for n in ast.walk(h)}
    return silent


def _choices(place: ast.AST) -> int:
    if isinstance(
        place,
        (ast.If, ast.While, ast.IfExp, ast.AugAssign, ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Break, ast.Continue),
    ):
        return 1
    if isinstance(place, ast.Compare):
        return len(place.ops) if not isinstance(place.ops[0], (ast.Eq, ast.NotEq)) or len(place.ops) > 1 else 1
    if isinstance(place, ast.Constant):
        return 1
    if isinstance(place, ast.Return):
        return int(
            place.value is not None and not (isinstance(place.value, ast.Constant) and place.value.value is None)
        )
    if isinstance(place, ast.Call):
        return 2
    if isinstance(place, ast.Expr):
        return int(isinstance(place.value, ast.Call))
    return 0


def _change(own: ast.AST, target: ast.AST, turn: int) -> bool:
    """Plant the fault in place; False when this node offers none."""
    if isinstance(target, (ast.If, ast.While, ast.IfExp)):
        target.test = ast.copy_location(ast.UnaryOp(op=ast.Not(), operand=target.test), target.test)
    elif isinstance(target, ast.Compare):
        swapped = _COMPARE.get(type(target.ops[turn]))
        if swapped is None:
            return False
        target.ops[turn] = swapped()
    elif isinstance(target, (ast.BinOp, ast.AugAssign)):
        other = _ARITHMETIC.get(type(target.op))
        if other is None:
            return False
        target.op = other()
    elif isinstance(target, ast.BoolOp):
        target.op = ast.Or() if isinstance(target.op, ast.And) else ast.And()
    elif isinstance(target, ast.UnaryOp):
        if isinstance(target.op, ast.USub):
            target.op = ast.UAdd()
        elif isinstance(target.op, ast.Not):
            return _replaced(own, target, target.operand)
        else:
            return False
    elif isinstance(target, ast.Constant):
        return _constant(target)
    elif isinstance(target, ast.Call):
        return _called(own, target, turn)
    elif isinstance(target, ast.Return):
        target.value = ast.copy_location(ast.Constant(value=None), target)
    elif isinstance(target, (ast.Expr, ast.Break, ast.Continue)):
        new: ast.stmt = (
            ast.Continue()
            if isinstance(target, ast.Break)
            else ast.Break()
            if isinstance(target, ast.Continue)
            else ast.Pass()
        )
        return _replaced(own, target, ast.copy_location(new, target))
    return True


def _called(own: ast.AST, target: ast.Call, turn: int) -> bool:
    """A call of the opposite (max for min), or its first argument in its place."""
    if turn == 0:
        name = "id" if isinstance(target.func, ast.Name) else "attr"
        twin = _TWINS.get(getattr(target.func, name, ""))
        if twin is not None:
            setattr(target.func, name, twin)
        return twin is not None
    if not target.args or isinstance(target.args[0], (ast.Starred, ast.GeneratorExp)):
        return False
    return _replaced(own, target, target.args[0])


def _constant(target: ast.Constant) -> bool:
    value = target.value
    if isinstance(value, bool):
        target.value = not value
    elif isinstance(value, (int, float)):
        target.value = value + 1
    elif isinstance(value, str):
        if re.fullmatch(r"-?\d+(\.\d+)?", value):  # the inside of Decimal("0.05")
            target.value = str(float(value) + 1) if "." in value else str(int(value) + 1)
        else:
            target.value = value + "X" if value else "X"
    else:
        return False
    return True


def _replaced(own: ast.AST, old: ast.AST, new: ast.AST) -> bool:
    for parent in ast.walk(own):
        for name, field in ast.iter_fields(parent):
            if field is old:
                setattr(parent, name, new)
                return True
            if isinstance(field, list) and any(item is old for item in field):
                field[next(i for i, item in enumerate(field) if item is old)] = new
                return True
    return False


def _compiled(node: ast.stmt, owner: str, path: str, name: str, first: int) -> types.CodeType | None:
    """The code object of a function; inside a class of the same name, for private names and `super()`."""
    statement: ast.stmt = node
    if owner:
        statement = ast.parse(f"class {owner}: pass").body[0]
        statement.body = [node]  # type: ignore[attr-defined]  # a class has a body
    module = ast.Module(body=[statement], type_ignores=[])
    try:
        code: types.CodeType = compile(
            ast.fix_missing_locations(module), path, "exec", dont_inherit=True, flags=_FUTURE
        )
    except (SyntaxError, ValueError, RecursionError):
        return None
    pending = [code]
    while pending:
        current = pending.pop()
        if current.co_name == name and current.co_firstlineno == first:
            return current
        pending += [c for c in current.co_consts if isinstance(c, types.CodeType)]
    return None


_FUTURE = __import__("__future__").annotations.compiler_flag


class Planted:
    """While the block runs, the mutant is in force."""

    def __init__(self, mutant: Mutant) -> None:
        self._mutant = mutant
        self._old = [f.__code__ for f in mutant.functions]

    def __enter__(self) -> None:
        for function in self._mutant.functions:
            function.__code__ = self._mutant.new

    def __exit__(self, *_: object) -> None:
        for function, code in zip(self._mutant.functions, self._old):
            function.__code__ = code
