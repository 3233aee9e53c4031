# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001, S112, S307

"""Faults in the tables of a module and of its classes: a rate, a limit or a code that is not what it was."""

from __future__ import annotations

import ast
import types
from collections.abc import Iterator
from typing import Any

from .fault import Mutant, other_value

_BUILDING = (
    ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Constant, ast.UnaryOp, ast.BinOp, ast.Call, ast.Name, ast.Load, ast.operator,
    ast.unaryop, ast.keyword, ast.Attribute,
)  # fmt: skip
_MAKERS = frozenset({"Decimal", "date", "timedelta", "frozenset", "set", "tuple", "list", "dict", "Fraction", "time"})


def faults(tree: ast.Module, module: types.ModuleType, spans: list[tuple[int, int]], number: int) -> Iterator[Mutant]:
    """One plain value of a constant changed, for constants of the module and its classes that lines in `spans` name."""
    places: list[Any] = list(ast.walk(tree))
    for statement, owner in _assigned(tree, module):
        name = _name(statement)
        parts: list[Any] = list(ast.walk(statement.value))
        if not all(isinstance(part, _BUILDING) for part in parts) or any(
            isinstance(part, ast.Call) and ast.unparse(part.func).rpartition(".")[2] not in _MAKERS for part in parts
        ):
            continue
        lines = frozenset(
            node.lineno
            for node in places
            if name in (getattr(node, "id", None), getattr(node, "attr", None))
            and any(first <= node.lineno <= last for first, last in spans)
        )
        for part in parts if lines else ():
            other = other_value(part.value, 0) if isinstance(part, ast.Constant) else None
            if other is None:
                continue
            old, part.value = part.value, other
            try:
                value = eval(compile(ast.Expression(statement.value), "<table>", "eval"), vars(module))
            except Exception:
                continue
            finally:
                part.value = old
            yield Mutant(number, part.lineno, lines, change=(repr(old), repr(other)), holder=(owner, name, value))
            number += 1


def _name(statement: Any) -> str:
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    return target.id if isinstance(target, ast.Name) else ""


def _assigned(tree: ast.Module, module: types.ModuleType) -> Iterator[tuple[Any, Any]]:
    """Assignments of one name in the module or in a class of it, with the module or class."""
    for top in tree.body:
        owner = getattr(module, top.name, None) if isinstance(top, ast.ClassDef) else module
        for node in top.body if isinstance(top, ast.ClassDef) else [top]:
            one = isinstance(node, ast.Assign) and len(node.targets) == 1
            name = _name(node) if one or (isinstance(node, ast.AnnAssign) and node.value is not None) else ""
            plain = not isinstance(owner, type) or not hasattr(owner, "__dataclass_fields__")
            if (
                owner is not None
                and plain
                and name in vars(owner)
                and type(owner).__name__ not in ("EnumMeta", "EnumType")
            ):
                yield node, owner
