# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001, S102, S112, S307

"""Annotations of parameters as types, as far as they can be evaluated."""

from __future__ import annotations

import ast
import inspect
import sys
import types
import typing
from contextlib import suppress
from typing import Any

from .targets import Target


def kinds_of(hint: Any) -> Any:
    """The plain types inside an annotation."""
    if hint is None:
        return set()
    if isinstance(hint, type) and not typing.get_args(hint):
        return {hint}
    origin = typing.get_origin(hint)
    if isinstance(origin, type) and origin is not getattr(types, "UnionType", None):
        return {origin}  # a list of strings is a list, and no string
    kinds = set()
    for part in typing.get_args(hint):
        if part is not type(None):
            kinds |= kinds_of(part)
    supertype = getattr(hint, "__supertype__", None)
    return kinds | (kinds_of(supertype) if supertype is not None else set()) or {object}


def hints_of(target: Target) -> dict[str, Any]:
    """Resolved annotations of a target's parameters; those that cannot be resolved are absent."""
    function: Any = target.function
    if target.kind == "constructor":
        function = (
            target.function
            if not isinstance(vars(target.function).get("__init__"), type(hints_of))
            else target.function.__init__
        )
    function = inspect.unwrap(function) if callable(function) else function
    try:
        return typing.get_type_hints(function)
    except Exception:
        return _one_by_one(function, target)


def _one_by_one(function: Any, target: Target) -> dict[str, Any]:
    """Those annotations that can be evaluated, also with names that only a type checker imports."""
    given = getattr(function, "__annotations__", {})
    module = sys.modules.get(getattr(function, "__module__", ""))
    names = {**vars(typing), **(_checked(module) if module is not None else {})}
    hints: dict[str, Any] = {}
    for parameter in target.parameters:
        hint = given.get(parameter.name, parameter.annotation)
        if isinstance(hint, str):
            try:
                hint = eval(hint, names)
            except Exception:
                continue
        if hint is not parameter.empty:
            hints[parameter.name] = hint
    return hints


def _checked(module: types.ModuleType) -> dict[str, Any]:
    """The names of a module with those of its `if TYPE_CHECKING:` blocks, as far as they can be had."""
    names = dict(vars(module))
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError, ValueError):
        return names
    for node in tree.body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            for statement in node.body:
                with suppress(Exception):
                    code = compile(ast.Module(body=[statement], type_ignores=[]), "<types>", "exec", dont_inherit=True)
                    exec(code, names)
    return names
