# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""What the text of a function says about its world: which names it reads, and which functions of its file it calls."""

from __future__ import annotations

import ast
import inspect
from typing import Any

from .targets import Target

_CLOSURE = 12
_KEYS = 8


class Code:
    """The functions of one file by name and line."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self._by_line: dict[int, Any] = {}
        self._by_name: dict[str, Any] = {}
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._by_line[min([node.lineno, *(d.lineno for d in node.decorator_list)])] = node
                self._by_name.setdefault(node.name, node)
        self._known: dict[str, list[Any]] = {}

    def of(self, target: Target) -> Any:
        """The node of a target, of a class its `__init__`; None where there is none."""
        if target.kind != "constructor":
            return self._by_line.get(target.lines[0])
        code = getattr(getattr(target.function, "__init__", None), "__code__", None)
        return self._by_line.get(code.co_firstlineno) if code is not None else None

    def closure(self, target: Target) -> list[Any]:
        """The node of a target and of the functions of the file that it calls, directly or not."""
        if target.name not in self._known:
            own = self.of(target)
            found = [own] if own is not None else []
            for node in found:
                for part in ast.walk(node):
                    name = last(part.func) if isinstance(part, ast.Call) else ""
                    callee = self._by_name.get(name)
                    if callee is not None and callee not in found and len(found) < _CLOSURE:
                        found.append(callee)
            self._known[target.name] = found
        return self._known[target.name]

    def keys(self, target: Target) -> list[str]:
        """String keys that the target and what it calls look up: `row["amount"]`, `data.get("name")`."""
        found: list[str] = []
        for node in self.closure(target):
            for part in ast.walk(node):
                if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load):
                    found += _text(part.slice)
                elif isinstance(part, ast.Call) and last(part.func) == "get" and part.args:
                    found += _text(part.args[0])
        return list(dict.fromkeys(found))[:_KEYS]

    def calls(self, target: Target) -> list[ast.Call]:
        """All calls in the target and in what it calls."""
        return [part for node in self.closure(target) for part in ast.walk(node) if isinstance(part, ast.Call)]

    def mentions(self, target: Target, *names: str) -> bool:
        """True when one of the names stands in the target or in what it calls."""
        return any(
            getattr(part, "id", None) in names or getattr(part, "attr", None) in names
            for node in self.closure(target)
            for part in ast.walk(node)
        )

    def with_keywords(self, target: Target) -> Target:
        """The target with a parameter for each name that it reads from its `**kwargs`."""
        node = self.of(target)
        if node is None or node.args.kwarg is None or target.parameters[-1:] == ():
            return target
        several = target.parameters[-1]
        if several.kind is not several.VAR_KEYWORD:
            return target
        known = {p.name for p in target.parameters}
        found = {k: needed for k, needed in _keywords(node, node.args.kwarg.arg).items() if k not in known}
        more = [
            inspect.Parameter(name, several.KEYWORD_ONLY, default=several.empty if needed else None)
            for name, needed in sorted(found.items(), key=lambda row: not row[1])
            if name.isidentifier()
        ]
        return target._replace(parameters=(*target.parameters[:-1], *more))


def _keywords(node: Any, holder: str) -> dict[str, bool]:
    """Names read from the dictionary `holder`, and whether the call fails without them."""
    found: dict[str, bool] = {}
    strict = False
    for part in ast.walk(node):
        if isinstance(part, ast.Subscript) and _is(part.value, holder) and isinstance(part.ctx, ast.Load):
            for name in _text(part.slice):
                found.setdefault(name, True)
        elif isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and _is(part.func.value, holder):
            if part.func.attr in ("get", "pop", "setdefault") and part.args:
                for name in _text(part.args[0]):
                    found[name] = part.func.attr == "pop" and len(part.args) == 1
        elif isinstance(part, ast.Compare) and len(part.comparators) == 1 and _is(part.comparators[0], holder):
            for name in _text(part.left):
                found[name] = False
        elif isinstance(part, (ast.If, ast.For)):
            asked = part.test if isinstance(part, ast.If) else part.iter
            strict = strict or (
                any(_is(n, holder) for n in ast.walk(asked)) and any(isinstance(n, ast.Raise) for n in ast.walk(part))
            )
    return {**found, "unexpected": False} if strict else found


def last(node: ast.AST) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _text(node: ast.AST) -> list[str]:
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []
