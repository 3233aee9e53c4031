# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Templates for statements: changed, moved, deleted; what is inserted has a module of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from . import inserting
from .blocks import alone, rows, siblings
from .changes import Change
from .scene import NUMBERS, SEQUENCES, Scene, alike

_AUGMENTED = {
    ast.Add: ("-", "*"), ast.Sub: ("+",), ast.Mult: ("+", "/", "//", "**"), ast.Div: ("*", "//"), ast.FloorDiv: ("/", "*", "%", "-"),
    ast.Mod: ("//", "-"), ast.Pow: ("*",), ast.BitAnd: ("|", "^"), ast.BitOr: ("&", "^"), ast.BitXor: ("|", "&"),
    ast.LShift: (">>",), ast.RShift: ("<<",),
}  # fmt: skip
_BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.AsyncFor, ast.AsyncWith)


def changes(node: Any, scene: Scene) -> Iterator[Change]:
    """What may be done at a statement."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)):
        return
    yield from _itself(node, scene)
    if isinstance(node, ast.AugAssign):
        yield from _augmented(node, scene)
    elif isinstance(node, ast.Assign):
        yield from _assigned(node, scene)
    elif isinstance(node, ast.Return):
        yield from _returned(node, scene)
    elif isinstance(node, ast.Expr):
        yield from _called(node, scene)
    elif isinstance(node, ast.If):
        yield from _branched(node, scene)
    elif isinstance(node, (ast.For, ast.While)):
        yield from _looped(node, scene)
    elif isinstance(node, (ast.Break, ast.Continue)):
        other = "continue" if isinstance(node, ast.Break) else "break"
        yield 1.6, "jump", ((*scene.text.span(node), other),)
    elif isinstance(node, ast.Raise):
        yield from ()
    yield from _moved(node, scene)
    yield from inserting.changes(node, scene)


def _itself(node: Any, scene: Scene) -> Iterator[Change]:
    if not alone(node, scene):
        return
    block, _ = siblings(node, scene)
    if isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.If, ast.Break, ast.Continue, ast.Return, ast.Raise)):
        cost = 1.9 if not isinstance(node, (ast.Assign, ast.Raise)) else 2.4
        cost += 0.4 if isinstance(node, ast.If) and (node.orelse or len(node.body) > 2) else 0.0
        if len(block) > 1:
            yield cost, "statement deleted", ((*rows(node, scene), ""),)
        else:
            yield cost + 0.6, "statement deleted", ((*scene.text.span(node), "pass"),)


def _augmented(node: Any, scene: Scene) -> Iterator[Change]:
    (_, left), (right, _) = scene.text.span(node.target), scene.text.span(node.value)
    gap = scene.text.data[left:right].decode()
    sign = gap.strip()[:-1].strip().rstrip("=")
    at = left + gap.find(sign)
    for turn, other in enumerate(_AUGMENTED.get(type(node.op), ())):
        yield 0.9 + 0.3 * turn, "augmented", ((at, at + len(sign), other),)
    yield 1.4, "augmented", ((at, at + len(sign), ""),)
    target, value = scene.of(node.target), scene.of(node.value)
    for name in ("max", "min"):
        yield 3.0, "augmented", ((*scene.text.span(node), f"{target} = {name}({target}, {value})"),)


def _assigned(node: Any, scene: Scene) -> Iterator[Change]:
    target = node.targets[0]
    span = scene.text.span(node)
    name, value = scene.of(target), scene.of(node.value)
    if isinstance(target, (ast.Name, ast.Attribute, ast.Subscript)):
        end = scene.text.span(target)[1]
        at = scene.text.data.find(b"=", end)
        kinds = scene.kinds(node.value)
        if kinds & NUMBERS or not kinds:
            for sign, cost in (("+", 1.7), ("-", 2.2), ("*", 2.3)):
                yield cost, "augmented", ((at, at, sign),)
            if not isinstance(node.value, ast.Constant):
                for call in ("max", "min"):
                    if name not in value:
                        yield 2.5, "call added", ((*span, f"{name} = {call}({name}, {value})"),)
        elif kinds & {"list", "str", "tuple"}:
            yield 1.9, "augmented", ((at, at, "+"),)
    if (
        isinstance(target, ast.Tuple)
        and isinstance(node.value, ast.Tuple)
        and len(target.elts) == len(node.value.elts) == 2
    ):
        one, other = target.elts
        yield (
            2.0,
            "targets swapped",
            ((*scene.text.span(one), scene.of(other)), (*scene.text.span(other), scene.of(one))),
        )
    if isinstance(node.value, ast.Name) and isinstance(target, (ast.Name, ast.Attribute)):
        yield 1.6, "sides swapped", ((*span, f"{value} = {name}"),)


def _returned(node: Any, scene: Scene) -> Iterator[Change]:
    span = scene.text.span(node)
    if node.value is None:
        for name in scene.visible_at(node)[:6]:
            yield 2.6, "return", ((*span, f"return {name}"),)
        return
    text = scene.of(node.value)
    kinds = scene.kinds(node.value)
    if isinstance(node.value, (ast.Name, ast.List, ast.Constant)):
        for constant in ("None", "True", "False", "[]", "0", '""', "-1"):
            if constant != text:
                yield 2.7, "return", ((*scene.text.span(node.value), constant),)
    if any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in scene.nodes):
        yield 2.0, "yield", ((*span, f"yield {text}"),)
    for name in scene.visible_at(node)[:10]:
        if name != text and not isinstance(node.value, ast.Name) and alike(kinds, scene.kinds_of(name)):
            yield 2.6, "return", ((*scene.text.span(node.value), name),)
        held = scene.kinds_of(name)
        if held & {"list", "str"} and kinds & held and text != name:
            yield (
                2.9,
                "return",
                (
                    (
                        *scene.text.span(node.value),
                        f"{text} + {name}" if not isinstance(node.value, ast.IfExp) else text,
                    ),
                ),
            )
            yield (
                3.0,
                "return",
                (
                    (
                        *scene.text.span(node.value),
                        f"{name} + {text}" if not isinstance(node.value, ast.IfExp) else text,
                    ),
                ),
            )
    for one, held, _ in scene.expressions:
        if one != text and held and kinds and alike(kinds, held) and not isinstance(node.value, ast.Name):
            yield 3.3, "expression", ((*scene.text.span(node.value), one),)
    for wrapper, wanted in (
        ("len", SEQUENCES | {"set", "dict"}),
        ("abs", NUMBERS),
        ("int", {"float", "str", "bool"}),
        ("list", SEQUENCES | {"set", "dict", "map", "filter", "generator"}),
        ("sorted", {"list", "set"}),
        ("tuple", {"list"}),
        ("set", {"list"}),
        ("str", {"int", "list"}),
        ("float", {"int"}),
        ("bool", set()),
    ):
        if kinds & wanted or (not kinds and wanted):
            yield 2.6, "call added", ((*scene.text.span(node.value), f"{wrapper}({text})"),)
    if kinds & {"float", "Decimal"}:
        yield 2.6, "call added", ((*scene.text.span(node.value), f"round({text}, 2)"),)
    if kinds & {"list", "str", "tuple"}:
        tight = f"({text})" if isinstance(node.value, (ast.BinOp, ast.IfExp)) else text
        for part, cost in (("[::-1]", 2.6), ("[1:]", 2.8), ("[:-1]", 2.8), ("[0]", 3.0), ("[-1]", 3.0)):
            yield cost, "part", ((*scene.text.span(node.value), tight + part),)


def _called(node: Any, scene: Scene) -> Iterator[Change]:
    if isinstance(node.value, ast.Call):
        start = scene.text.span(node)[0]
        yield 2.0, "return", ((start, start, "return "),)
        name = getattr(node.value.func, "id", getattr(node.value.func, "attr", ""))
        if name == scene.function.name:
            yield 1.8, "yield", ((start, start, "yield from "),)
        if isinstance(node.value.func, ast.Attribute) and not node.value.args:
            yield 2.8, "assignment", ((start, start, f"{scene.of(node.value.func.value)} = "),)
    if isinstance(node.value, ast.Yield) and node.value.value is not None:
        start = scene.text.span(node.value)[0] + len("yield")
        yield 1.5, "yield", ((start, start, " from"),)
    if isinstance(node.value, ast.YieldFrom):
        start, end = scene.text.span(node.value)
        yield 1.5, "yield", ((start, end, f"yield {scene.of(node.value.value)}"),)


def _branched(node: Any, scene: Scene) -> Iterator[Change]:
    start = scene.text.span(node)[0]
    data = scene.text.data
    if data[start : start + 4] == b"elif":
        yield 1.9, "elif", ((start, start + 4, "if"),)
    elif data[start : start + 2] == b"if":
        block, at = siblings(node, scene)
        if at and isinstance(block[at - 1], ast.If) and not block[at - 1].orelse:
            yield 1.9, "elif", ((start, start + 2, "elif"),)
        if not node.orelse and alone(node, scene) and node.body[0].lineno > node.lineno:
            first = scene.text.starts[node.body[0].lineno - 1]
            end = scene.text.starts[node.end_lineno]
            yield (
                2.4,
                "condition dropped",
                ((scene.text.starts[node.lineno - 1], end, _dedented(data[first:end], node, scene)),),
            )


def _dedented(data: bytes, node: Any, scene: Scene) -> str:
    depth = node.body[0].col_offset - node.col_offset
    del scene
    lines = data.decode().splitlines(keepends=True)
    return "".join(line[depth:] if line[:depth].isspace() else line for line in lines)


def _looped(node: Any, scene: Scene) -> Iterator[Change]:
    if isinstance(node, ast.While):
        start = scene.text.span(node)[0]
        yield 2.3, "if for while", ((start, start + 5, "if"),)
        return
    text = scene.of(node.iter)
    if isinstance(node.target, ast.Name) and isinstance(node.iter, ast.Name):
        for new, cost in (
            (f"range(len({text}))", 2.6),
            (f"enumerate({text})", 3.2),
            (f"range({text})", 2.8),
            (f"reversed({text})", 2.6),
            (f"sorted({text})", 2.6),
        ):
            yield cost, "loop", ((*scene.text.span(node.iter), new),)
    if isinstance(node.target, ast.Tuple) and len(node.target.elts) == 2:
        one, other = node.target.elts
        yield (
            1.9,
            "targets swapped",
            ((*scene.text.span(one), scene.of(other)), (*scene.text.span(other), scene.of(one))),
        )


def _moved(node: Any, scene: Scene) -> Iterator[Change]:
    block, at = siblings(node, scene)
    if at + 1 < len(block):
        other = block[at + 1]
        if alone(node, scene) and alone(other, scene):
            one, two = rows(node, scene), rows(other, scene)
            data = scene.text.data
            yield (
                2.0,
                "statements swapped",
                ((one[0], two[1], (data[two[0] : two[1]] + data[one[1] : two[0]] + data[one[0] : one[1]]).decode()),),
            )
    parent = scene.parent(node)
    if not alone(node, scene) or node.lineno == getattr(parent, "lineno", 0):
        return
    text = scene.text.data[slice(*rows(node, scene))].decode()
    if at and at == len(block) - 1 and isinstance(parent, _BLOCKS):  # the last one of a block: out of it
        depth = node.col_offset - parent.col_offset
        lines = text.splitlines(keepends=True)
        yield 1.8, "moved out", ((*rows(node, scene), "".join(line[depth:] for line in lines)),)
    if (
        at
        and isinstance(block[at - 1], _BLOCKS)
        and block[at - 1].end_lineno < node.lineno
        and not isinstance(node, _BLOCKS[:3])
    ):
        inner = block[at - 1]
        last = (inner.orelse or inner.body)[-1] if not isinstance(inner, ast.Try) else inner.body[-1]
        depth = last.col_offset - node.col_offset
        if depth > 0:
            lines = text.splitlines(keepends=True)
            yield 2.0, "moved in", ((*rows(node, scene), "".join(" " * depth + line for line in lines)),)
            while (inner_block := getattr(last, "orelse", None) or getattr(last, "body", None)) and isinstance(
                last, _BLOCKS
            ):
                last = inner_block[-1]
                depth = last.col_offset - node.col_offset
                yield 2.3, "moved in", ((*rows(node, scene), "".join(" " * depth + line for line in lines)),)
