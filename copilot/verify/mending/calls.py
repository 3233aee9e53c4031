# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Templates for calls: arguments swapped, dropped, added; the call itself dropped or wrapped."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from .changes import Change, rewritten
from .scene import Scene


def changes(node: Any, scene: Scene) -> Iterator[Change]:
    """What may stand in the place of a call."""
    args = node.args
    for at in range(len(args) - 1):
        (start, end), (first, last) = scene.text.span(args[at]), scene.text.span(args[at + 1])
        yield 1.3, "arguments swapped", ((start, end, scene.of(args[at + 1])), (first, last, scene.of(args[at])))
    if len(args) == 3:
        spans = [scene.text.span(a) for a in args]
        yield 2.2, "arguments swapped", ((*spans[0], scene.of(args[2])), (*spans[2], scene.of(args[0])))
    if len(args) == 1 and not node.keywords and not isinstance(args[0], (ast.Starred, ast.GeneratorExp)):
        yield rewritten(node, scene, scene.of(args[0]), 1.9, "call dropped")
    if isinstance(node.func, ast.Attribute) and not (isinstance(scene.parent(node), ast.Expr)):
        yield rewritten(node, scene, scene.of(node.func.value), 2.2, "call dropped")
    for at in range(len(args)):
        yield 2.0 if len(args) > 1 else 2.6, "argument dropped", (_without(args, at, scene),)
    for keyword in node.keywords:
        if keyword.arg is not None:
            start, end = scene.text.span(keyword.value)
            begin = scene.text.data.rfind(keyword.arg.encode(), 0, start)
            comma = scene.text.data.rfind(b",", scene.text.span(node.func)[1], begin)
            if begin >= 0 and comma >= 0:
                yield 2.0, "argument dropped", ((comma, end, ""),)
    yield from _given(node, scene)
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name in ("sorted", "sort", "max", "min") and not any(k.arg == "reverse" for k in node.keywords):
        if name in ("sorted", "sort"):
            yield _added(node, scene, "reverse=True", 2.0)
        if not any(k.arg == "key" for k in node.keywords):
            for key in (
                "len",
                "abs",
                "str",
                "sum",
                "lambda x: x[1]",
                "lambda x: x[0]",
                "lambda x: (x[1], x[0])",
                "lambda x: -x[1]",
            ):
                yield _added(node, scene, f"key={key}", 3.0)
    if name == "range" and len(args) == 1:
        start = scene.text.span(args[0])[0]
        yield 1.9, "range", ((start, start, "1, "),)
        yield 2.8, "range", ((start, start, "2, "),)
    if name == "range" and len(args) == 2:
        yield _added(node, scene, "-1", 2.6)
        for turn, word in enumerate(scene.like({"int"}, node)[:6]):
            if scene.kinds_of(word) & {"int"}:
                yield _added(node, scene, word, 2.8 + 0.1 * turn)
        yield _added(node, scene, "2", 3.0)
    if name == "round" and len(args) == 1:
        yield _added(node, scene, "2", 2.4)
    listed = name == "range" or scene.kinds(node) & {"list", "str"}
    if listed and not isinstance(scene.parent(node), (ast.Expr, ast.Attribute)):
        for wrapper in ("reversed", "sorted", "list", "set"):
            yield rewritten(node, scene, f"{wrapper}({scene.of(node)})", 2.9, "call added")


def _without(args: Any, at: int, scene: Scene) -> tuple[int, int, str]:
    start, end = scene.text.span(args[at])
    if at + 1 < len(args):
        return start, scene.text.span(args[at + 1])[0], ""
    if at:
        return scene.text.span(args[at - 1])[1], end, ""
    return start, end, ""


def _added(node: Any, scene: Scene, text: str, cost: float) -> Change:
    end = scene.text.span(node)[1] - 1
    comma = ", " if node.args or node.keywords else ""
    return cost, "argument added", ((end, end, comma + text),)


def _given(node: Any, scene: Scene) -> Iterator[Change]:
    """One more argument, for a function of the project that takes more."""
    module = scene.function.holders[0].__globals__
    target = module.get(getattr(node.func, "id", "")) if isinstance(node.func, ast.Name) else None
    method = isinstance(node.func, ast.Attribute) and scene.of(node.func.value) in ("self", "cls")
    code = getattr(target, "__code__", None)
    if method and node.func.attr == scene.function.name:
        code = scene.function.holders[0].__code__
    if code is None or any(isinstance(a, ast.Starred) for a in node.args):
        return
    takes = code.co_argcount - (1 if method else 0)
    if len(node.args) < takes:
        names = code.co_varnames[1 if method else 0 : takes + (1 if method else 0)]
        for at in range(len(node.args) + 1):
            options = [*(n for n in names[at : at + 1] if n in scene.names), *scene.visible_at(node)[:6]]
            for turn, name in enumerate(dict.fromkeys(options)):
                if at == len(node.args):
                    yield _added(node, scene, name, 2.0 + 0.15 * turn)
                else:
                    start = scene.text.span(node.args[at])[0]
                    yield 2.1 + 0.15 * turn, "argument added", ((start, start, f"{name}, "),)
    elif target is not None and hasattr(target, "__code__") and node.func.id == scene.function.name:
        for at, name in enumerate(code.co_varnames[: min(takes, len(node.args))]):
            if scene.of(node.args[at]) != name:
                yield rewritten(node.args[at], scene, name, 2.3, "argument")
