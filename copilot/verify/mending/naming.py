# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Templates for names and attributes: another one in scope, another expression, a part or a call of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from .changes import TWINS, Change, inside, rewritten
from .scene import NUMBERS, SEQUENCES, SIZED, Scene, alike


def named(node: Any, scene: Scene) -> Iterator[Change]:
    """What may stand in the place of a name."""
    parent: Any = scene.parent(node)
    called = isinstance(parent, ast.Call) and parent.func is node
    if called:
        for turn, other in enumerate(TWINS.get(node.id, ())):
            yield rewritten(node, scene, other, 1.2 + 0.1 * turn, "function")
        if node.id not in scene.names:
            module = scene.function.holders[0].__globals__
            others = [
                n for n, v in module.items() if callable(v) and getattr(v, "__module__", "") == module.get("__name__")
            ]
            for other in [n for n in others if n != node.id][:6]:
                yield rewritten(node, scene, other, 2.8, "function")
            return
    if node.id not in scene.names and node.id not in scene.visible_at(node):
        module = scene.function.holders[0].__globals__
        value = module.get(node.id)
        if isinstance(value, (int, float, str, tuple, dict)):
            same = [n for n, v in module.items() if type(v) is type(value) and n != node.id and not n.startswith("__")]
            for other in same[:8]:
                yield rewritten(node, scene, other, 2.0, "name")
        return
    kinds = scene.kinds(node) or scene.kinds_of(node.id)
    others = [name for name in scene.like(kinds, node) if name != node.id]
    for turn, other in enumerate(others[:12]):
        unused = 0.5 if not scene.loads[other] else 0.0
        known = bool(scene.kinds_of(other)) and bool(kinds)
        yield rewritten(node, scene, other, 1.5 + 0.12 * turn - unused + (0.0 if known else 0.6), "name")
    if _is_statement_call(node, scene):
        return
    own: str = node.id
    for text, held, other_node in scene.expressions:
        if own in {n.id for n in ast.walk(other_node) if isinstance(n, ast.Name)} and alike(kinds, held) and held:
            if not inside(node, other_node, scene):
                yield rewritten(node, scene, text, 2.9, "expression")
        elif held and kinds and alike(kinds, held) and not inside(node, other_node, scene):
            yield rewritten(node, scene, text, 3.4, "expression")
    if kinds & {"list", "str", "tuple", "deque"}:
        for new, cost in (
            (f"{node.id}[1:]", 2.8),
            (f"{node.id}[:-1]", 3.0),
            (f"{node.id}[::-1]", 2.8),
            (f"{node.id}[0]", 3.2),
            (f"{node.id}[-1]", 3.2),
        ):
            yield rewritten(node, scene, new, cost, "part")
    if kinds & {"list", "dict", "set"}:
        yield rewritten(node, scene, f"{node.id}.copy()", 3.4, "copy")
        yield rewritten(node, scene, f"list({node.id})", 3.4, "copy")
    for name, wanted in (
        ("len", SIZED),
        ("abs", NUMBERS),
        ("sorted", SEQUENCES | {"set"}),
        ("set", SEQUENCES),
        ("int", {"str", "float"}),
        ("str", {"int"}),
        ("list", {"str", "tuple"}),
        ("sum", {"list"}),
        ("reversed", {"list"}),
        ("enumerate", {"list", "str"}),
        ("max", {"list"}),
        ("min", {"list"}),
    ):
        if kinds & wanted:
            yield rewritten(node, scene, f"{name}({node.id})", 3.0, "call added")
    if kinds & {"str"}:
        for method in ("lower", "upper", "strip"):
            yield rewritten(node, scene, f"{node.id}.{method}()", 3.1, "call added")


def targets(node: Any, scene: Scene) -> Iterator[Change]:
    """Another name to get a value."""
    statement = scene.parent(node)
    if not isinstance(statement, (ast.Assign, ast.AugAssign)):
        return
    kinds = scene.kinds_of(node.id)
    for turn, other in enumerate([n for n in scene.like(kinds, node) if n != node.id][:6]):
        yield rewritten(node, scene, other, 2.0 + 0.1 * turn, "target")


def reused(node: Any, scene: Scene) -> Iterator[Change]:
    """Another expression of the function in the place of one, or a name; more of a text."""
    parent = scene.parent(node)
    if isinstance(parent, ast.Expr) or (isinstance(parent, ast.Call) and parent.func is node):
        return
    kinds, own = scene.kinds(node), scene.of(node)
    for text, held, other in scene.expressions:
        if text != own and held and alike(kinds, held) and not inside(node, other, scene):
            yield rewritten(node, scene, text, 2.5 if type(other) is type(node) else 3.2, "expression")
    for turn, name in enumerate(scene.like(kinds, node)[:8]):
        if kinds and scene.kinds_of(name) and name != own:
            yield rewritten(node, scene, name, 2.4 + 0.1 * turn, "name for an expression")
    if kinds & {"str"} and not isinstance(node, ast.BinOp):
        for method in ("lower", "strip", "upper"):
            yield rewritten(node, scene, f"{own}.{method}()", 3.0, "call added")


def everywhere(node: Any, scene: Scene) -> Iterator[Change]:
    """The same change at each place of a statement."""
    statement = scene.statement(node)
    if statement is None:
        return
    if isinstance(node, ast.Attribute):
        same = [
            n
            for n in scene.nodes
            if isinstance(n, ast.Attribute) and n.attr == node.attr and scene.statement(n) is statement
        ]
        if len(same) > 1 and same[0] is node:
            for turn, other in enumerate(TWINS.get(node.attr, ())):
                ends = [scene.text.span(n)[1] for n in same]
                width = len(node.attr.encode())
                yield 2.0 + 0.2 * turn, "attribute", tuple((end - width, end, other) for end in ends)
        return
    same_ = [n for n in scene.nodes if isinstance(n, ast.Name) and n.id == node.id and scene.statement(n) is statement]
    if len(same_) > 1 and same_[0] is node:
        for turn, other in enumerate([n for n in scene.like(scene.kinds_of(node.id), node) if n != node.id][:5]):
            if scene.kinds_of(other):
                yield 2.3 + 0.15 * turn, "name", tuple((*scene.text.span(n), other) for n in same_)


def _is_statement_call(node: Any, scene: Scene) -> bool:
    """The name of an object whose method is called for its effect."""
    parent = scene.parent(node)
    return isinstance(parent, ast.Attribute) and isinstance(scene.parent(scene.parent(parent)), ast.Expr)


def attributes(node: Any, scene: Scene) -> Iterator[Change]:
    """Another attribute, or none."""
    for turn, other in enumerate(TWINS.get(node.attr, ())):
        yield _attr(node, scene, other, 1.2 + 0.1 * turn)
    base = scene.of(node.value)
    parent = scene.parent(node)
    called = isinstance(parent, ast.Call) and parent.func is node
    seen = [n.attr for n in scene.nodes if isinstance(n, ast.Attribute) and n.attr != node.attr]
    same = [
        n.attr for n in scene.nodes
        if isinstance(n, ast.Attribute) and scene.of(n.value) == base and n.attr != node.attr
    ]  # fmt: skip
    for turn, other in enumerate(dict.fromkeys([*same, *seen])):
        if turn < 8 and other not in TWINS.get(node.attr, ()):
            yield _attr(node, scene, other, 1.8 + 0.15 * turn)
    if called:
        done = {node.attr, *same[:8], *seen[:8], *TWINS.get(node.attr, ())}
        kinds = scene.kinds(node.value)
        for kind in (str, list, dict, set):
            if kind.__name__ in kinds:
                for other in dir(kind):
                    if not other.startswith("_") and other not in done:
                        yield _attr(node, scene, other, 3.0)
    if not called and scene.kinds(node) - {"method", "builtin_function_or_method"}:
        yield rewritten(node, scene, base, 2.6, "attribute dropped")


def _attr(node: Any, scene: Scene, other: str, cost: float) -> Change:
    end = scene.text.span(node)[1]
    return cost, "attribute", ((end - len(node.attr.encode()), end, other),)
