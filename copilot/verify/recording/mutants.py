# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: B905

"""Small faults planted in the code, one at a time: an input is worth keeping when it tells the fault from the original.

First-order mutants in the usual operator classes (relational, arithmetic, logical, constant, condition negated,
statement deleted, return value dropped, call replaced), after DeMillo, Lipton and Sayward, "Hints on Test Data Selection", 1978.
They are swapped in by replacing a function's code object, so decorators and references stay as they are.
"""

from __future__ import annotations

import ast
import gc
import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

from . import constants
from .fault import Mutant, other_value

_COMPARE: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE, ast.NotEq), ast.LtE: (ast.Lt, ast.Gt, ast.Eq),
    ast.Gt: (ast.GtE, ast.LtE, ast.NotEq), ast.GtE: (ast.Gt, ast.Lt, ast.Eq),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE), ast.NotEq: (ast.Eq, ast.Lt, ast.Gt),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub, ast.Mult, ast.BitOr), ast.Sub: (ast.Add, ast.Mod, ast.BitXor),
    ast.Mult: (ast.FloorDiv, ast.Add, ast.Pow), ast.Div: (ast.Mult, ast.FloorDiv), ast.FloorDiv: (ast.Mult, ast.Div),
    ast.Mod: (ast.Mult, ast.FloorDiv), ast.Pow: (ast.Mult, ast.Add), ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,),
    ast.BitXor: (ast.BitAnd,), ast.LShift: (ast.RShift,), ast.RShift: (ast.LShift,),
}  # fmt: skip
_TWINS = {
    name: twin
    for pair in (("max", "min"), ("any", "all"), ("startswith", "endswith"), ("upper", "lower"), ("lstrip", "rstrip"),
                 ("find", "rfind"), ("split", "rsplit"), ("floor", "ceil"), ("append", "remove"), ("ljust", "rjust"))
    for name, twin in (pair, pair[::-1])
}  # fmt: skip
MAX_MUTANTS = 320
MAX_TABLES = 40


Living = dict[tuple[str, int], list[types.FunctionType]]
"""The functions of a file that are in memory, by name and first line."""


def plant(
    tree: ast.Module, path: str, spans: list[tuple[int, int]], module: types.ModuleType, functions: Living | None = None
) -> list[Mutant]:
    """Mutants of all functions whose lines lie in `spans`, and of the tables that these functions read; spread evenly
    over the lines when there are too many. `functions` are those of the file, where `living` has found them already.
    """
    functions = living(path) if functions is None else functions
    found: list[Mutant] = []
    for node, owner in _defined(tree.body, ""):
        if any(first <= node.lineno <= last for first, last in spans):
            found += _of_function(owner, node, path, functions, len(found))
    tables = list(constants.faults(tree, module, spans, len(found)))
    found += [tables[i * len(tables) // MAX_TABLES] for i in range(MAX_TABLES)] if len(tables) > MAX_TABLES else tables
    if len(found) > MAX_MUTANTS:
        found = [found[i * len(found) // MAX_MUTANTS] for i in range(MAX_MUTANTS)]
    return found


def twins(tree: ast.Module, path: str, change: Callable[[Any], Any], functions: Living) -> list[Mutant]:
    """Every function of the file as `change` rewrites its node; those that cannot be compiled so are left out."""
    found: list[Mutant] = []
    for node, owner in _defined(tree.body, ""):
        changed = change(node)
        for inner in ast.walk(node):
            if not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) or not functions.get(_named(inner)):
                continue
            holders = functions[_named(inner)]
            code = _compiled(changed, owner, path, *_named(inner))
            if code is not None and all(code.co_freevars == h.__code__.co_freevars for h in holders):
                found.append(Mutant(len(found), inner.lineno, frozenset({inner.lineno}), tuple(holders), code))
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


def living(path: str) -> Living:
    """The functions of a file, found among all objects."""
    found: Living = {}
    homes = [vars(each) for each in list(sys.modules.values()) if type(each) is types.ModuleType]
    homes = [home for home in homes if home.get("__file__") == path]
    for item in gc.get_objects():
        # First by what costs nothing: to look at a code object is an audit event, and the guard hears of each.
        if (
            type(item) is types.FunctionType
            and any(item.__globals__ is home for home in homes)
            and item.__code__.co_filename == path
        ):
            found.setdefault((item.__code__.co_name, item.__code__.co_firstlineno), []).append(item)
    return found


def _of_function(
    owner: str,
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    path: str,
    functions: Living,
    start: int,
) -> Iterator[Mutant]:
    names = {id(part): _named(node) for part in ast.walk(node)}
    for inner in ast.walk(node):
        # A wrapper that a decorator made lives on its own: a fault in its maker would not reach it any more.
        if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) and functions.get(_named(inner)):
            names.update({id(part): _named(inner) for part in ast.walk(inner)})
    if not functions.get(_named(node)):
        return
    number = start
    silent = _silent(node)
    places = list(ast.walk(node))
    parents = {id(child): parent for parent in places for child in ast.iter_child_nodes(parent)}
    for place in places:
        if id(place) in silent:
            continue
        name, first = names[id(place)]
        holders = functions[name, first]
        change = _shown(place)
        for turn in range(_choices(place)):
            # Changed where it stands, compiled, and put back: a copy of the function for each fault costs more than both.
            touched = [place, *([parents[id(place)]] if id(place) in parents else [])]
            kept = [_state(each) for each in touched]
            try:
                planted = _change(touched[-1], place, turn)
                other = _shown(_stands(touched[-1], kept[-1], place)) if planted else ""
                code = _compiled(node, owner, path, name, first) if planted else None
            finally:
                for each, state in zip(touched, kept):
                    each.__dict__.update(state)
            if code is None or any(code.co_freevars != h.__code__.co_freevars for h in holders):
                continue
            line = getattr(place, "lineno", node.lineno)
            yield Mutant(number, line, frozenset({line}), tuple(holders), code, (change, other))
            number += 1
    yield from _of_defaults(node, functions[_named(node)], number)


def _of_defaults(node: Any, holders: list[types.FunctionType], number: int) -> Iterator[Mutant]:
    """Another default for each parameter that has a plain one: someone must call without it."""
    line = node.body[1 if ast.get_docstring(node, clean=False) is not None and len(node.body) > 1 else 0].lineno
    for index, value in enumerate(holders[0].__defaults__ or ()):
        other = other_value(value, 0)
        if other is not None:
            defaults = (*holders[0].__defaults__[:index], other, *holders[0].__defaults__[index + 1 :])  # type: ignore[index]
            change = (f"default {value!r}", f"default {other!r}")
            yield Mutant(number, line, frozenset({line}), tuple(holders), holders[0].__code__, change, defaults)
            number += 1


def _state(node: ast.AST) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, list) else value for name, value in vars(node).items()}


def _stands(parent: ast.AST, before: dict[str, Any], place: ast.AST) -> ast.AST:
    """What stands in a node's place after the change: itself, or what its parent has there now."""
    for name, old in before.items():
        now = getattr(parent, name)
        if old is place:
            found: ast.AST = now
            return found
        if isinstance(old, list):
            for was, is_ in zip(old, now):
                if was is place:
                    return is_ if isinstance(is_, ast.AST) else place
    return place


def _shown(node: Any) -> str:
    """A node as text; of a statement with a body its head."""
    for name in ("test", "iter", "type"):
        if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.comprehension)) and hasattr(node, name):
            node = getattr(node, name)
    return ast.unparse(node)


def _named(node: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, int]:
    """Name and first line, as the code object of a function has them."""
    return node.name, min([node.lineno, *(d.lineno for d in node.decorator_list)])


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
    """How many faults there are to plant at a node."""
    if isinstance(place, ast.Compare):
        return sum(len(_COMPARE.get(type(op), ())) for op in place.ops)
    if isinstance(place, (ast.BinOp, ast.AugAssign)):
        return len(_ARITHMETIC.get(type(place.op), ()))
    if isinstance(place, ast.Constant):
        return 2 if isinstance(place.value, (int, float)) and not isinstance(place.value, bool) else 1
    if isinstance(place, ast.Return):
        if place.value is None or (isinstance(place.value, ast.Constant) and place.value.value is None):
            return 0
        return 3 if _decides(place.value) else 1
    if isinstance(place, ast.Call):
        return 2
    if isinstance(place, ast.Expr):
        return int(isinstance(place.value, ast.Call))
    if isinstance(place, ast.ExceptHandler):
        return int(place.type is not None)
    ones = (ast.If, ast.While, ast.IfExp, ast.BoolOp, ast.UnaryOp, ast.Break, ast.Continue, ast.For, ast.comprehension)
    return int(isinstance(place, ones))


def _decides(node: ast.expr) -> bool:
    """True for an expression that says yes or no: whoever shows only one answer would not notice a constant."""
    return isinstance(node, (ast.Compare, ast.BoolOp)) or (
        isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
    )


def _change(own: ast.AST, target: ast.AST, turn: int) -> bool:
    """Plant the fault in place, at the node or in its parent `own`; False when this node offers none."""
    if isinstance(target, (ast.If, ast.While, ast.IfExp)):
        target.test = ast.copy_location(ast.UnaryOp(op=ast.Not(), operand=target.test), target.test)
    elif isinstance(target, ast.Compare):
        swaps = [(at, other) for at, op in enumerate(target.ops) for other in _COMPARE.get(type(op), ())]
        at, swapped = swaps[turn]
        target.ops[at] = swapped()
    elif isinstance(target, (ast.BinOp, ast.AugAssign)):
        target.op = _ARITHMETIC[type(target.op)][turn]()
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
        return _constant(target, turn)
    elif isinstance(target, ast.Call):
        return _called(own, target, turn)
    elif isinstance(target, ast.Return):
        target.value = ast.copy_location(ast.Constant(value=(None, True, False)[turn]), target)
    elif isinstance(target, (ast.For, ast.comprehension)):  # a loop that never turns
        target.iter = ast.copy_location(ast.Tuple(elts=[], ctx=ast.Load()), target.iter)
    elif isinstance(target, ast.ExceptHandler) and target.type is not None:  # nothing is caught any more
        target.type = ast.copy_location(ast.Tuple(elts=[], ctx=ast.Load()), target.type)
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


def _constant(target: ast.Constant, turn: int) -> bool:
    changed = other_value(target.value, turn)
    if changed is None:
        return False
    target.value = changed
    return True


def _replaced(parent: ast.AST, old: ast.AST, new: ast.AST) -> bool:
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
        code: types.CodeType = compile(module, path, "exec", dont_inherit=True, flags=_FUTURE)
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
