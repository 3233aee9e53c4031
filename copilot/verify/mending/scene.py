# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""What there is to write a patch with inside one function: names, attributes, constants, expressions, and their types."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from .source import Function, Text
from .watching import Key, Notes, key

NUMBERS = frozenset({"int", "float", "bool", "Decimal", "Fraction", "complex"})
SEQUENCES = frozenset({"list", "tuple", "str", "deque", "bytes", "range"})
SIZED = SEQUENCES | {"dict", "set", "frozenset", "defaultdict", "Counter", "OrderedDict", "dict_keys", "dict_values"}

_OPERATORS = (
    ast.BinOp,
    ast.UnaryOp,
    ast.Compare,
    ast.BoolOp,
    ast.IfExp,
    ast.Lambda,
    ast.NamedExpr,
    ast.Await,
    ast.Yield,
)


class Scene:
    """One function as the templates see it."""

    def __init__(self, text: Text, function: Function, notes: Notes) -> None:
        self.text, self.function, self.node = text, function, function.node
        self._kinds: dict[Key, set[str]] = {}
        for at, kinds in zip(notes.keys, notes.kinds):  # noqa: B905
            self._kinds.setdefault(at, set()).update(kinds)
        self._truth = {at: truth for at, truth in zip(notes.keys, notes.truth) if truth}  # noqa: B905
        self._named = notes.names
        self.nodes = list(_visible(self.node))
        self.parents: dict[int, Any] = {}
        for parent in ast.walk(self.node):
            for child in ast.iter_child_nodes(parent):
                self.parents[id(child)] = parent
        self.parameters = [
            a.arg
            for a in (
                *self.node.args.posonlyargs, *self.node.args.args, *self.node.args.kwonlyargs,
                self.node.args.vararg, self.node.args.kwarg,
            )
            if a is not None
        ]  # fmt: skip
        self.loads = Counter(n.id for n in self.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load))
        stored = [n.id for n in self.nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        self.names = list(dict.fromkeys([*self.parameters, *stored]))
        """Names of the function, in the order in which they appear."""
        self._inner = self._inner_names()
        self.constants = list(dict.fromkeys(self._constants()))
        self.expressions = self._expressions()
        self.statements = [n for n in self.nodes if isinstance(n, ast.stmt)]
        self._of_statement = {id(part): s for s in self.statements for part in _own(s)}

    # -- text

    def of(self, node: Any) -> str:
        """The text of a node."""
        return self.text.of(node)

    def fits(self, node: Any, new: str) -> str:
        """`new` as it may stand in the place of an expression: in brackets where it would be torn apart."""
        if _atomic(new) or not _tight(self.parents.get(id(node)), node):
            return new
        start, end = self.text.span(node)
        data = self.text.data
        if data[:start].rstrip().endswith(b"(") and data[end:].lstrip().startswith(b")"):
            return new if not isinstance(self.parents.get(id(node)), ast.Call) else f"({new})"
        return f"({new})"

    def indent(self, node: Any) -> str:
        """The blanks in front of a statement."""
        start = self.text.starts[node.lineno - 1]
        row = self.text.data[start : start + node.col_offset]
        return row.decode() if not row.strip() else " " * node.col_offset

    # -- where a node stands

    def statement(self, node: Any) -> Any:
        """The statement that an expression belongs to."""
        return self._of_statement.get(id(node))

    def parent(self, node: Any) -> Any:
        """What a node stands in."""
        return self.parents.get(id(node))

    def visible_at(self, node: Any) -> list[str]:
        """Names that have a value at a node: nearest first. Those of comprehensions only inside them."""
        line = node.lineno
        inner = set()
        up = node
        while up is not None and up is not self.node:
            if isinstance(up, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
                inner |= {n.id for g in up.generators for n in ast.walk(g.target) if isinstance(n, ast.Name)}
            if isinstance(up, ast.Lambda):
                inner |= {a.arg for a in up.args.args}
            up = self.parents.get(id(up))
        found = [name for name in self.names if name in inner or self._has_value(name, line)]
        return [*(n for n in self._inner if n in inner and n not in found), *reversed(found)]

    def _has_value(self, name: str, line: int) -> bool:
        if name in self.parameters:
            return True
        firsts = self._firsts.get(name)
        return firsts is not None and firsts <= line and name not in self._inner

    def _inner_names(self) -> list[str]:
        inner: list[str] = []
        self._firsts: dict[str, int] = {}
        for node in self.nodes:
            if isinstance(node, ast.comprehension):
                inner += [n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)]
            elif isinstance(node, ast.Lambda):
                inner += [a.arg for a in node.args.args]
        taken = {id(n) for c in self.nodes if isinstance(c, ast.comprehension) for n in ast.walk(c.target)}
        for node in self.nodes:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in taken:
                self._firsts[node.id] = min(self._firsts.get(node.id, node.lineno), node.lineno)
        for node in self.nodes:
            # In a loop, a name that gets its value further down has one from the second turn on.
            if isinstance(node, (ast.For, ast.While)):
                for part in ast.walk(node):
                    if isinstance(part, ast.Name) and part.id in self._firsts and self._firsts[part.id] > node.lineno:
                        self._firsts[part.id] = min(self._firsts[part.id], part.lineno)
        return [n for n in dict.fromkeys(inner) if n not in self._firsts and n not in self.parameters]

    # -- types

    def kinds(self, node: Any) -> frozenset[str]:
        """Types that an expression was seen to have; empty: it was not reached, or it never got that far."""
        if isinstance(node, ast.Constant):
            return frozenset({type(node.value).__name__})
        return frozenset(self._kinds.get(key(node), ()))

    def kinds_of(self, name: str) -> frozenset[str]:
        """Types that a name was seen to have."""
        known = self._named.get((self.function.number, name), set())
        if not known:
            for node in self.nodes:
                if isinstance(node, ast.Name) and node.id == name:
                    known = known | self._kinds.get(key(node), set())
        return frozenset(known)

    def truth(self, node: Any) -> set[bool]:
        """What a condition was seen to be, where it is a bool."""
        return self._truth.get(key(node), set())

    def like(self, kinds: Iterable[str], node: Any) -> list[str]:
        """Names at a node whose values are of these types (of any that is not known), nearest first."""
        wanted = set(kinds) - {"NoneType"}
        found = []
        for name in self.visible_at(node):
            if name in ("self", "cls") and wanted and not wanted & self.kinds_of(name):
                continue
            if alike(wanted, self.kinds_of(name)):
                found.append(name)
        return found

    # -- what there is

    def _constants(self) -> Iterator[str]:
        for node in self.nodes:
            if isinstance(node, ast.Constant) and node.value is not Ellipsis and not isinstance(node.value, bytes):
                text = self.of(node)
                if len(text) <= 40 and "\n" not in text:
                    yield text

    def _expressions(self) -> list[tuple[str, frozenset[str], Any]]:
        """Expressions of the function that are more than a name, each once: text, types, node."""
        found: dict[str, tuple[str, frozenset[str], Any]] = {}
        for node in self.nodes:
            if (
                isinstance(node, ast.expr)
                and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)
                and not isinstance(node, (ast.Name, ast.Constant, ast.Starred, ast.Slice, ast.Lambda, ast.Tuple))
            ):
                text = self.of(node)
                if len(text) <= 60 and "\n" not in text:
                    found.setdefault(text, (text, self.kinds(node), node))
        return list(found.values())

    def conditions(self) -> list[str]:
        """Texts of the conditions of the function and of their parts."""
        found: list[str] = []
        for node in self.nodes:
            if isinstance(node, (ast.Compare, ast.BoolOp)) or (
                isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)
            ):
                found.append(self.of(node))
            elif isinstance(node, (ast.If, ast.While, ast.IfExp)):
                found.append(self.of(node.test))
        return [text for text in dict.fromkeys(found) if "\n" not in text and len(text) <= 60]


def alike(wanted: Iterable[str], kinds: Iterable[str]) -> bool:
    """Whether values of these types may stand for one another; also where nothing is known."""
    one, other = set(wanted) - {"NoneType"}, set(kinds) - {"NoneType"}
    return not one or not other or bool(one & other) or bool(one & NUMBERS and other & NUMBERS)


def _visible(node: Any) -> Iterator[Any]:
    """The nodes of a body that a patch may touch: not documentation, annotations, decorators, or the inside of an f-string."""
    pending: list[Any] = list(reversed(node.body))
    if ast.get_docstring(node, clean=False) is not None:
        pending.pop()
    while pending:
        current = pending.pop()
        yield current
        if isinstance(current, ast.JoinedStr):
            continue
        children = []
        for name, field in ast.iter_fields(current):
            if name in ("annotation", "returns", "decorator_list", "type_comment", "args") and isinstance(
                current, (ast.FunctionDef, ast.AsyncFunctionDef, ast.AnnAssign)
            ):
                continue
            held = field if isinstance(field, list) else [field]
            if name == "body" and isinstance(current, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                held = held[1:] if ast.get_docstring(current, clean=False) is not None else held
            children += [item for item in held if isinstance(item, ast.AST)]
        pending += reversed(children)


def _own(statement: Any) -> Iterator[Any]:
    """The nodes of a statement that are not those of a statement inside it."""
    pending = [statement]
    while pending:
        node = pending.pop()
        yield node
        pending += [c for c in ast.iter_child_nodes(node) if not isinstance(c, ast.stmt)]


def _atomic(text: str) -> bool:
    try:
        node = ast.parse(text, mode="eval").body
    except SyntaxError:
        return True
    return not isinstance(node, _OPERATORS) and not (isinstance(node, ast.Tuple) and not text.startswith("("))


def _tight(parent: Any, node: Any) -> bool:
    """Whether the place of a node binds tighter than an operator would."""
    if isinstance(
        parent, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Attribute, ast.Starred, ast.Await, ast.IfExp)
    ):
        return True
    if isinstance(parent, ast.Call):
        return parent.func is node
    if isinstance(parent, ast.Subscript):
        return bool(parent.value is node)
    return isinstance(parent, ast.comprehension)
