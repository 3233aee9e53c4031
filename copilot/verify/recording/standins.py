# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""What code does with an object that it is handed: which attributes it reads, what it calls, enters and awaits, and which of
the results it uses as data; found in the text, through the functions and methods of the file that get the object.

An abstract interpretation without branches: each variable holds at most one place of the object's tree.
"""

from __future__ import annotations

import ast
from typing import Any

from .code import Code, last
from .following import Frame, method_of, methods_of
from .place import CALL, LIBRARIES, Place


class Reading:
    """Reads the functions of one file. Places of parameters by (function's line, parameter), filled as a side effect."""

    def __init__(self, code: Code) -> None:
        self._functions = {n.name: n for n in code.tree.body if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))}
        self._classes = {n.name: n for n in code.tree.body if isinstance(n, ast.ClassDef)}
        self.methods = {
            m.name
            for holder in self._classes.values()
            if not any(last(base) in ("Protocol", "ABC") for base in holder.bases)
            for m in methods_of(holder)
        }
        """Names of methods that the file defines: who has them is one of its own objects."""
        self.outside: dict[str, Place] = {}
        """What was done with names of client libraries since it was emptied last."""
        self.imported = _libraries(code.tree)
        self._known: dict[tuple[str, str, str], dict[str, Place]] = {}

    def of(self, owner: str, name: str, only: str = "") -> dict[str, Place]:
        """The place of each parameter of a function, of a method, or of a class (its constructor: what all its methods do
        with what it keeps, or `only` one of them).
        """
        key = (owner, name, only)
        if key not in self._known:
            places: dict[str, Place] = {}
            self._known[key] = places
            holder = self._classes.get(owner)
            node = method_of(holder, name) if holder is not None else self._functions.get(name)
            if node is not None:
                me: dict[str, Place] = {}
                env = self.bound(node, me, holder)
                places.update({n: p for n, p in env.items() if isinstance(p, Place)})
                self.run(node, env, holder, me, 0)
                self._kept(holder if name == "__init__" else None, me, only)
            elif holder is not None and name == "__init__":  # made from its fields
                me = {
                    f.target.id: Place()
                    for f in holder.body
                    if isinstance(f, ast.AnnAssign) and isinstance(f.target, ast.Name)
                }
                places.update(me)
                self._kept(holder, me, only)
        return self._known[key]

    def clients(self, owner: str, name: str) -> dict[str, Place]:
        """What a function, or a method after its constructor, calls of client libraries: by the name to replace, dotted as it
        stands in the file (`requests.get`, `connect`).
        """
        self.outside = {}
        holder = self._classes.get(owner)
        me: dict[str, Place] = {}
        nodes = (
            [method_of(holder, "__init__"), method_of(holder, name)]
            if holder is not None
            else [self._functions.get(name)]
        )
        for node in dict.fromkeys(nodes):
            if node is not None:
                self.run(node, self.bound(node, me, holder), holder, me, 0)
        found: dict[str, Place] = {}
        rest = list(self.outside.items())
        for path, place in rest:
            if CALL in place.steps:
                found[path] = place
            else:
                rest += [(f"{path}.{attribute}", held) for attribute, held in place.attributes()]
        return found

    def _kept(self, holder: Any, me: dict[str, Place], only: str) -> None:
        """What the other methods of a class, or one of them, do with what it keeps."""
        for method in methods_of(holder) if holder is not None else ():
            if method.name != "__init__" and only in ("", method.name):
                self.run(method, self.bound(method, me, holder), holder, me, 0)

    @staticmethod
    def bound(node: Any, me: dict[str, Place], holder: Any) -> dict[str, Any]:
        """The variables at the begin of a function: a new place for each parameter, what the object keeps for `self`."""
        names = [a.arg for a in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]]
        env: dict[str, Any] = {name: Place() for name in names}
        static = any(last(d) == "staticmethod" for d in node.decorator_list)
        if holder is not None and names and not static:
            env[names[0]] = me
        return env

    def run(self, node: Any, env: dict[str, Any], holder: Any, me: dict[str, Place], depth: int) -> Place | None:
        """Interpret a body; the place that it returns."""
        frame = Frame(self, env, holder, me, depth)
        frame.body(node.body)
        return frame.returned

    def function(self, name: str) -> Any:
        """A function of the file."""
        return self._functions.get(name)

    def fields(self, name: str) -> int:
        """How many fields a class of the file declares."""
        node = self._classes.get(name)
        return sum(isinstance(each, ast.AnnAssign) for each in node.body) if node is not None else 0


def _libraries(tree: ast.Module) -> dict[str, str]:
    """Names that a file imports from client libraries: what each is called there. A database in memory needs no stand-in."""
    memory = any(isinstance(n, ast.Constant) and n.value == ":memory:" for n in ast.walk(tree))
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(
                {
                    a.asname or a.name.partition(".")[0]: a.name if a.asname else a.name.partition(".")[0]
                    for a in node.names
                }
            )
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.update({a.asname or a.name: f"{node.module}.{a.name}" for a in node.names})
    known = LIBRARIES - ({"sqlite3"} if memory else set())
    return {name: path for name, path in found.items() if path.partition(".")[0] in known}
