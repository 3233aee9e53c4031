"""What of a module can be called, and how a call of it is written."""

from __future__ import annotations

import enum
import inspect
import re
import types
from collections.abc import Sequence
from typing import Any, NamedTuple

from .express import Expr, Inexpressible, reference

OPERATORS: dict[str, str] = {
    "__str__": "str({0})",
    "__repr__": "repr({0})",
    "__len__": "len({0})",
    "__bool__": "bool({0})",
    "__iter__": "list({0})",
    "__int__": "int({0})",
    "__float__": "float({0})",
    "__neg__": "-{0}",
    "__abs__": "abs({0})",
    "__add__": "{0} + {1}",
    "__sub__": "{0} - {1}",
    "__mul__": "{0} * {1}",
    "__truediv__": "{0} / {1}",
    "__floordiv__": "{0} // {1}",
    "__mod__": "{0} % {1}",
    "__eq__": "{0} == {1}",
    "__lt__": "{0} < {1}",
    "__le__": "{0} <= {1}",
    "__gt__": "{0} > {1}",
    "__ge__": "{0} >= {1}",
    "__contains__": "{1} in {0}",
    "__getitem__": "{0}[{1}]",
    "__call__": "{0}({1})",
}


class Target(NamedTuple):
    """A callable. `owner` is the class of a method; `kind` is function, static, constructor, method, property or operator."""

    name: str
    kind: str
    function: Any
    parameters: tuple[inspect.Parameter, ...]
    owner: type | None
    lines: tuple[int, int]
    callee: Expr

    def written(self, arguments: Sequence[str], receiver: str) -> str:
        """The call as text; `receiver` is the variable that holds the object of a method."""
        short = self.name.rsplit(".", 1)[-1]
        if self.kind == "operator":
            return OPERATORS[short].format(receiver, *arguments)
        if self.kind == "property":
            return f"{receiver}.{short}"
        head = f"{receiver}.{short}" if self.kind == "method" else self.callee.text
        return f"{head}({', '.join(arguments)})"


def find(module: types.ModuleType, path: str, wanted: Sequence[str] | None) -> list[Target]:
    """The public callables that `path` defines, in order of the file; only those named in `wanted`, if given.

    `wanted` holds qualified names; a class stands for all its public members.
    """
    found: list[Target] = []
    for name, value in list(vars(module).items()):
        if getattr(value, "__module__", None) != module.__name__ or getattr(value, "__qualname__", name) != name:
            continue
        if isinstance(value, type):
            found += _of_class(value, path)
        elif callable(value):
            target = _function(name, value, path)
            found += [target] if target else []
    if wanted is None:
        found = [t for t in found if not any(_private(part) for part in t.name.split("."))]
    else:
        found = [t for t in found if any(t.name == w or t.name.startswith(w + ".") for w in wanted)]
        found = [t for t in found if t.name in wanted or not _private(t.name.rsplit(".", 1)[-1])]
    return sorted(found, key=lambda t: t.lines)


def _private(name: str) -> bool:
    return name.startswith("_") and name not in OPERATORS


def code_of(function: Any) -> types.CodeType | None:
    """The code below decorators that keep `__wrapped__`, or of a property's getter."""
    seen = 0
    while seen < 10:
        seen += 1
        if isinstance(function, property):
            function = function.fget
        elif isinstance(function, (staticmethod, classmethod)):
            function = function.__func__
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        elif hasattr(function, "func") and not hasattr(function, "__code__"):
            function = function.func  # functools.partial, cached_property
        else:
            break
    code = getattr(function, "__code__", None)
    return code if isinstance(code, types.CodeType) else None


def _span(code: types.CodeType) -> tuple[int, int]:
    last = code.co_firstlineno
    pending = [code]
    while pending:
        current = pending.pop()
        last = max([last, *(line for _, _, line in _lines(current))])
        pending += [c for c in current.co_consts if isinstance(c, types.CodeType)]
    return code.co_firstlineno, last


def _lines(code: types.CodeType) -> list[tuple[int, int, int]]:
    import dis

    return [(0, 0, line) for _, line in dis.findlinestarts(code) if line]


def _function(name: str, value: Any, path: str) -> Target | None:
    code = code_of(value)
    if code is None or code.co_filename != path:
        return None
    try:
        callee = reference(value)
    except Inexpressible:
        callee = Expr(name, frozenset({(value.__module__, name)}))
    parameters = _parameters(value)
    return None if parameters is None else Target(name, "function", value, parameters, None, _span(code), callee)


def _parameters(value: Any, skip: int = 0) -> tuple[inspect.Parameter, ...] | None:
    try:
        return tuple(inspect.signature(value).parameters.values())[skip:]
    except (TypeError, ValueError):
        return None


def _of_class(owner: type, path: str) -> list[Target]:
    found: list[Target] = []
    callee = Expr(owner.__name__, frozenset({(owner.__module__, owner.__name__)}))
    if issubclass(owner, BaseException) or getattr(owner, "_is_protocol", False):
        return []
    first = 1 << 30
    for name, member in list(vars(owner).items()):
        code = code_of(member)
        if code is None or code.co_filename != path:
            continue
        if getattr(member, "__isabstractmethod__", False):
            continue  # what an abstract body returns is nobody's behaviour
        first = min(first, code.co_firstlineno)
        target = _member(owner, name, member, code, callee)
        found += [target] if target else []
    if not issubclass(owner, enum.Enum) and not inspect.isabstract(owner):
        parameters = _parameters(owner)
        if parameters is not None:
            line = _class_line(owner, first)
            found.append(Target(owner.__name__, "constructor", owner, parameters, owner, (line, line), callee))
    return found


def _class_line(owner: type, first: int) -> int:
    try:
        return inspect.getsourcelines(owner)[1]
    except (OSError, TypeError):
        return first


def _member(owner: type, name: str, member: Any, code: types.CodeType, callee: Expr) -> Target | None:
    qualified = f"{owner.__name__}.{name}"
    if name.startswith("__") and name not in OPERATORS:
        return None
    if isinstance(member, (staticmethod, classmethod)):
        bound = getattr(owner, name)
        parameters = _parameters(bound)
        text = Expr(f"{callee.text}.{name}", callee.imports)
        return None if parameters is None else Target(qualified, "static", bound, parameters, owner, _span(code), text)
    if isinstance(member, property) or type(member).__name__ == "cached_property":
        return Target(qualified, "property", member, (), owner, _span(code), callee)
    parameters = _parameters(member, skip=1)
    if parameters is None:
        return None
    kind = "operator" if name in OPERATORS else "method"
    return Target(qualified, kind, member, parameters, owner, _span(code), callee)


def variable(owner: type) -> str:
    """The name of a variable that holds an object of a class: `AccountBook` becomes `account_book`."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", owner.__name__).lower().strip("_")
    return name if name.isidentifier() and not __import__("keyword").iskeyword(name) else "subject"
