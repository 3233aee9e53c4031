# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: B905

"""One activation of a function in the interpretation of `standins.py`: which variable holds which place."""

from __future__ import annotations

import ast
from typing import Any

from .code import last
from .place import AENTER, AWAIT, CALL, DATES, EACH, ENTER, JSON, Place

_DEPTH = 4
_NUMERIC = frozenset({"Decimal", "int", "float", "round", "abs", "sum", "Fraction"})
_TEXTUAL = frozenset({"str", "fromisoformat", "strptime"})
_LISTS = frozenset(
    {"list", "sorted", "tuple", "set", "len", "any", "all", "enumerate", "reversed", "zip", "map", "filter", "dict"}
)
_ON_TEXT = frozenset(
    {"strip", "upper", "lower", "split", "startswith", "endswith", "encode", "replace", "isdigit", "zfill"}
)
_ON_TABLES = frozenset({"items", "keys", "values"})


class Frame:
    """One activation."""

    def __init__(self, reading: Any, env: dict[str, Any], holder: Any, me: dict[str, Place], depth: int) -> None:
        self.reading, self.env, self.holder, self.me, self.depth = reading, env, holder, me, depth
        self.returned: Place | None = None
        self.handlers: list[str] = []

    def body(self, statements: Any) -> None:
        """Interpret statements in their order."""
        for statement in statements:
            self.statement(statement)

    def statement(self, node: Any) -> None:
        """Interpret one statement; both sides of a branch, the body of a loop once."""
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            return
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            value = self.place(node.value) if node.value is not None else None
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.assign(target, value)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for item in node.items:
                found = self.place(item.context_expr)
                entered = found.step(ENTER if isinstance(node, ast.With) else AENTER) if found is not None else None
                if item.optional_vars is not None:
                    self.assign(item.optional_vars, entered)
            self.body(node.body)
        elif isinstance(node, (ast.For, ast.AsyncFor)):
            found = self.place(node.iter)
            self.assign(node.target, found.step(EACH) if found is not None else None)
            self.body([*node.body, *node.orelse])
        elif isinstance(node, (ast.If, ast.While)):
            self.condition(node.test)
            self.body([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            names = [name for handler in node.handlers for name in _names(handler.type)]
            self.handlers += names
            self.body(node.body)
            del self.handlers[len(self.handlers) - len(names) :]
            for handler in node.handlers:
                self.body(handler.body)
            self.body([*node.orelse, *node.finalbody])
        elif isinstance(node, ast.Return):
            found = self.place(node.value) if node.value is not None else None
            if found is not None:
                self.returned = found
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self.place(child)

    def assign(self, target: Any, value: Place | None) -> None:
        """Let a target hold a place, or nothing that is known."""
        if isinstance(target, ast.Name):
            if value is None:
                self.env.pop(target.id, None)
            else:
                self.env[target.id] = value
        elif isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and value is not None:
            if self.env.get(target.value.id) is self.me:
                self.me[target.attr] = value
        elif isinstance(target, (ast.Tuple, ast.List)):
            for number, each in enumerate(target.elts):
                self.assign(each, value.step(number) if value is not None else None)

    def condition(self, node: Any) -> None:
        """Note that a place decides."""
        found = self.place(node)
        if found is not None:
            found.marks.add("truth")

    def place(self, node: Any) -> Place | None:
        """The place that an expression stands for; what it does with others is noted on the way."""
        if isinstance(node, ast.Name):
            found = self.env.get(node.id)
            if found is None and node.id in self.reading.imported:
                outside: Place = self.reading.outside.setdefault(node.id, Place())
                return outside
            return found if isinstance(found, Place) else None
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and self.env.get(node.value.id) is self.me:
                kept = self.me.get(node.attr)
                return kept if isinstance(kept, Place) else None
            base = self.place(node.value)
            return base.step(("", node.attr)) if base is not None else None
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.Await):
            base = self.place(node.value)
            return base if base is None or self.is_own(node.value) else base.step(AWAIT)
        if isinstance(node, ast.Subscript):
            base = self.place(node.value)
            key = getattr(node.slice, "value", None)
            if base is None:
                return None
            if isinstance(node.slice, ast.Slice):
                base.marks.add("text")
                return None
            return base.step(key) if isinstance(key, (str, int)) and not isinstance(key, bool) else base.step(EACH)
        if isinstance(node, ast.Compare):
            self.compare(node)
        elif isinstance(node, ast.BinOp):
            for side in (node.left, node.right):
                self.mark(side, "number")
        elif isinstance(node, ast.BoolOp):
            found = [self.place(value) for value in node.values]
            for each in found:
                if each is not None:
                    each.marks.add("truth")
            return next((each for each in found if each is not None), None) if isinstance(node.op, ast.Or) else None
        elif isinstance(node, ast.UnaryOp):
            self.condition(node.operand) if isinstance(node.op, ast.Not) else self.mark(node.operand, "number")
        elif isinstance(node, ast.FormattedValue):
            self.mark(node.value, "text")
        elif isinstance(node, ast.IfExp):
            self.condition(node.test)
            one, other = self.place(node.body), self.place(node.orelse)
            return one if one is not None else other
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            for loop in node.generators:
                found = self.place(loop.iter)
                self.assign(loop.target, found.step(EACH) if found is not None else None)
                for test in loop.ifs:
                    self.condition(test)
            for part in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
                self.place(part)
        elif isinstance(node, ast.NamedExpr):
            found = self.place(node.value)
            self.assign(node.target, found)
            return found
        elif isinstance(node, (ast.expr, ast.keyword)):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, (ast.expr, ast.keyword)):
                    self.place(child)
        return None

    def mark(self, node: Any, what: str) -> None:
        """Note how a place is used as data."""
        found = self.place(node)
        if found is not None:
            found.marks.add(what)

    def compare(self, node: ast.Compare) -> None:
        """Note what places are compared with."""
        sides = [node.left, *node.comparators]
        for left, op, right in zip(sides, node.ops, sides[1:]):
            both = [self.place(left), self.place(right)]
            for kind in set(DATES.values()):
                if any(found is not None and kind in found.marks for found in both):
                    for found in both:
                        if found is not None:
                            found.marks.add(kind)
            for one, other, first in ((left, right, True), (right, left, False)):
                found = self.place(one)
                if found is None:
                    continue
                if isinstance(op, (ast.In, ast.NotIn)):
                    if not first and isinstance(other, ast.Constant):
                        found.step(other.value)  # a key
                    elif first:
                        found.against += [e.value for e in getattr(other, "elts", ()) if isinstance(e, ast.Constant)]
                elif isinstance(other, ast.Constant):
                    if other.value is None:
                        found.marks.add("none")
                    else:
                        found.against.append(other.value)
                elif not isinstance(op, (ast.Eq, ast.NotEq, ast.Is, ast.IsNot)):
                    found.marks.add("number")

    def call(self, node: ast.Call) -> Place | None:
        """What a call returns; its arguments go into functions of the file, or are used as data."""
        name = last(node.func)
        inner = [a.value if isinstance(a, ast.Starred) else a for a in node.args]
        places = [self.place(argument) for argument in inner]
        named = {k.arg: self.place(k.value) for k in node.keywords}
        for argument, found in zip(node.args, places):
            if found is not None and isinstance(argument, ast.Starred):
                for number in range(max(1, self.reading.fields(name))):
                    found.step(number)
        if isinstance(node.func, ast.Attribute):
            own = isinstance(node.func.value, ast.Name) and self.env.get(node.func.value.id) is self.me
            if own and node.func.attr not in self.me:
                return self.into(method_of(self.holder, name), places, named, bound=True)
            base = self.place(node.func.value)
            if base is not None:
                return self.asked(base, name, node)
        elif isinstance(node.func, ast.Name):
            held = self.env.get(name)
            if held is None and name in self.reading.imported:
                held = self.reading.outside.setdefault(name, Place())
            if isinstance(held, Place):
                return self.expecting(held.step(CALL))
            function = self.reading.function(name)
            if function is not None and any(p is not None for p in [*places, *named.values()]):
                return self.into(function, places, named, bound=False)
        first = places[0] if places else None
        if name in ("loads", "load") and first is not None:
            return first.step(JSON)
        for found in places:
            if found is None:
                continue
            if name in _NUMERIC:
                found.marks.add("number")
            elif name in _TEXTUAL:
                found.marks.add("text")
            elif name in _LISTS:
                found.step(EACH)
            if name == "sum":
                found.step(EACH).marks.add("number")
        return None

    def asked(self, base: Place, name: str, node: ast.Call) -> Place:
        """A method of a place: of data it says what data it is, of others it is a call."""
        key: Any = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        data = bool(base.marks & {"text", "number", "none"} or base.parts() or EACH in base.steps)
        if name in _ON_TEXT:
            base.marks.add("text")
            return Place()
        if name in _ON_TABLES and not node.args:
            base.marks.add("table")
            return Place()
        table = isinstance(key, str) and not {"/", ":"} & set(key) and (data or not base.called() - {"get"})
        if name == "get" and table and (base.steps or data or len(node.args) == 2):
            base.marks.add("optional")
            return base.step(key)
        answer = self.expecting(base.step(("", name)).step(CALL))
        answer.marks |= {DATES[name]} if name in DATES else set()
        return answer

    def expecting(self, called: Place) -> Place:
        """A call, with the exceptions that the code is ready for."""
        for expected in self.handlers:
            if expected not in called.raises:
                called.raises.append(expected)
        return called

    def is_own(self, node: Any) -> bool:
        """True for a call of a function or method of the file."""
        if not isinstance(node, ast.Call):
            return False
        if isinstance(node.func, ast.Name):
            return node.func.id not in self.env and self.reading.function(node.func.id) is not None
        base = node.func.value if isinstance(node.func, ast.Attribute) else None
        own = isinstance(base, ast.Name) and self.env.get(base.id) is self.me
        return own and method_of(self.holder, last(node.func)) is not None

    def into(self, function: Any, places: list[Any], named: dict[Any, Any], *, bound: bool) -> Place | None:
        """What a function of the file does with the places that it is given."""
        if function is None or self.depth >= _DEPTH:
            return None
        env = self.reading.bound(function, self.me, self.holder if bound else None)
        names = [a.arg for a in [*function.args.posonlyargs, *function.args.args]]
        static = any(last(d) == "staticmethod" for d in function.decorator_list)
        for name, found in [*zip(names[1 if bound and not static else 0 :], places), *named.items()]:
            if found is not None and name in env:
                env[name] = found
        holder, me = (self.holder, self.me) if bound else (None, {})
        returned: Place | None = self.reading.run(function, env, holder, me, self.depth + 1)
        return returned


def method_of(holder: Any, name: str) -> Any:
    """A method of a class by its name."""
    return next((m for m in methods_of(holder) if m.name == name), None) if holder is not None else None


def methods_of(holder: Any) -> list[Any]:
    """The methods of a class."""
    return [n for n in holder.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]


def _names(node: Any) -> list[str]:
    if node is None:
        return []
    if isinstance(node, ast.Tuple):
        return [name for each in node.elts for name in _names(each)]
    return [ast.unparse(node)] if isinstance(node, (ast.Name, ast.Attribute)) else []
