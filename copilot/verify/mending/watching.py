# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""What a function does while tests run: which of its statements and expressions are reached, and of which types they are.

Each expression is wrapped in a call that notes it, each statement gets one in front: that is faster than a tracer, and
tells apart what stands on one line.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable
from typing import Any

from .source import Function, code_of

NOTE = "__mending_note__"
_SEEN = 40
Key = tuple[int, int, int, int, str]
"""Place and kind of a node: it is the same in every tree of the text."""


def key(node: Any) -> Key:
    """The place of a node."""
    return node.lineno, node.col_offset, node.end_lineno, node.end_col_offset, type(node).__name__


class Notes:
    """What was seen: per node its types, per test the nodes that it reached."""

    def __init__(self) -> None:
        self.keys: list[Key] = []
        self.kinds: list[set[str]] = []
        self.names: dict[tuple[int, str], set[str]] = {}
        self.truth: list[set[bool]] = []
        self.reached: set[int] = set()
        self._counts: list[int] = []
        self._named: list[tuple[int, str] | None] = []

    def new(self, node: Any, name: tuple[int, str] | None = None) -> int:
        """A number for a node (for a name that gets a value there)."""
        self.keys.append(key(node))
        self.kinds.append(set())
        self.truth.append(set())
        self._counts.append(0)
        self._named.append(name)
        return len(self.keys) - 1

    def note(self, number: int, value: Any = None) -> Any:
        """Called by the code that is watched."""
        self.reached.add(number)
        if self._counts[number] < _SEEN:
            self._counts[number] += 1
            kind = type(value).__name__
            self.kinds[number].add(kind)
            named = self._named[number]
            if named is not None:
                self.names.setdefault(named, set()).add(kind)
            if kind == "bool":
                self.truth[number].add(value)
        return value


def watched(function: Function, notes: Notes, path: str) -> Any:
    """The code object of a function that tells `notes` what it does; None when it cannot be made."""
    node = copy.deepcopy(function.node)
    node.decorator_list = []
    maker = _Maker(notes, function.number)
    maker.body(node)
    statement = node
    for owner in reversed(function.owners if function.node.col_offset else ()):
        around = ast.parse(f"class {owner}: pass").body[0]
        around.body = [statement]  # type: ignore[attr-defined]  # a class has a body
        statement = around
    tree = ast.Module(body=[statement], type_ignores=[])
    ast.fix_missing_locations(tree)
    for holder in function.holders:
        holder.__globals__[NOTE] = notes.note
    return code_of(tree, function, path)


class _Maker(ast.NodeTransformer):
    def __init__(self, notes: Notes, number: int) -> None:
        self._notes, self._number = notes, number

    def body(self, node: Any) -> None:
        """Watch a function in place."""
        plain = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        given = [self._told(a, a.arg) for a in plain if a is not None]
        at = 1 if ast.get_docstring(node, clean=False) is not None else 0
        node.body = [*node.body[:at], *given, *self._block(node.body[at:])]

    def _told(self, node: Any, name: str) -> ast.stmt:
        """A statement that notes the value of a name."""
        call = self._call(self._notes.new(node, (self._number, name)), ast.Name(name, ast.Load()))
        return ast.copy_location(ast.Expr(call), node)

    @staticmethod
    def _call(number: int, value: ast.expr | None) -> ast.Call:
        args: list[ast.expr] = [ast.Constant(number)]
        return ast.Call(ast.Name(NOTE, ast.Load()), args if value is None else [*args, value], [])

    def _block(self, statements: Iterable[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        for statement in statements:
            if not isinstance(statement, (ast.Global, ast.Nonlocal)):
                mark = ast.Expr(self._call(self._notes.new(statement), None))
                found.append(ast.copy_location(mark, statement))
            targets = _targets(statement)
            changed: Any = self.visit(statement)
            found.append(changed)
            if isinstance(changed, (ast.For, ast.AsyncFor)):
                changed.body = [*(self._told(t, t.id) for t in targets), *changed.body]
            else:
                found += [self._told(target, target.id) for target in targets]
        return found

    def generic_visit(self, node: Any) -> Any:
        for name, field in ast.iter_fields(node):
            if isinstance(field, list) and field and isinstance(field[0], ast.stmt):
                setattr(node, name, self._block(field))
            elif isinstance(field, list):
                setattr(node, name, [self.visit(item) if isinstance(item, ast.AST) else item for item in field])
            elif isinstance(field, ast.AST):
                setattr(node, name, self.visit(field))
        if isinstance(node, ast.expr) and not isinstance(node, (ast.Slice, ast.Starred, ast.Lambda)):
            context = getattr(node, "ctx", None)
            if context is None or isinstance(context, ast.Load):
                return ast.copy_location(self._call(self._notes.new(node), node), node)
        return node

    def visit_FunctionDef(self, node: Any) -> Any:
        self.body(node)
        return node

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_Call(self, node: Any) -> Any:
        if not isinstance(node.func, ast.Name):  # `super()` and `locals()` are what they are by name
            node.func = self.visit(node.func)
        node.args = [self.visit(arg) for arg in node.args]
        for keyword in node.keywords:
            keyword.value = self.visit(keyword.value)
        return ast.copy_location(self._call(self._notes.new(node), node), node)

    def visit_JoinedStr(self, node: Any) -> Any:
        return ast.copy_location(self._call(self._notes.new(node), node), node)

    def visit_arguments(self, node: Any) -> Any:
        return node

    def visit_AnnAssign(self, node: Any) -> Any:
        if node.value is not None:
            node.value = self.visit(node.value)
        return node

    def visit_ClassDef(self, node: Any) -> Any:
        return node

    def visit_match_case(self, node: Any) -> Any:
        node.body = self._block(node.body)
        return node


def _targets(node: Any) -> list[Any]:
    """The plain names that a statement gives a value to."""
    held: list[Any] = []
    if isinstance(node, ast.Assign):
        held = node.targets
    elif isinstance(node, (ast.AnnAssign, ast.AugAssign, ast.For, ast.AsyncFor)):
        held = [node.target] if not isinstance(node, ast.AnnAssign) or node.value is not None else []
    return [n for t in held for n in ast.walk(t) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
