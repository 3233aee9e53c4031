# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Templates that write one expression anew: operators, indices, slices, comprehensions; those for names, calls and constants
have modules of their own.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from . import calls, literals, naming
from .changes import Change, between, bracketed, in_brackets, rewritten
from .scene import SEQUENCES, Scene

_COMPARE: dict[str, tuple[tuple[str, float], ...]] = {
    "<": (("<=", 0.7), (">", 1.0), (">=", 1.7), ("!=", 2.2), ("==", 2.6)),
    "<=": (("<", 0.7), (">=", 1.0), (">", 1.7), ("==", 2.6), ("!=", 2.6)),
    ">": ((">=", 0.7), ("<", 1.0), ("<=", 1.7), ("!=", 2.2), ("==", 2.6)),
    ">=": ((">", 0.7), ("<=", 1.0), ("<", 1.7), ("==", 2.6), ("!=", 2.6)),
    "==": (("!=", 0.9), (">=", 2.0), ("<=", 2.0), (">", 2.3), ("<", 2.3), ("in", 2.9), ("is", 3.4)),
    "!=": (("==", 0.9), (">", 2.0), ("<", 2.0), ("not in", 2.9)),
    "in": (("not in", 0.9), ("==", 2.8)), "not in": (("in", 0.9), ("!=", 2.8)),
    "is": (("is not", 0.9), ("==", 2.4)), "is not": (("is", 0.9), ("!=", 2.4)),
}  # fmt: skip
_SIGN = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in", ast.NotIn: "not in",
    ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_ARITHMETIC: dict[str, tuple[tuple[str, float], ...]] = {
    "+": (("-", 0.7), ("*", 1.8), ("//", 3.0), ("%", 3.0), ("|", 3.2)),
    "-": (("+", 0.7), ("*", 2.0), ("/", 2.6), ("%", 2.6), ("//", 2.6)),
    "*": (("/", 1.3), ("+", 1.3), ("//", 1.7), ("**", 1.5), ("-", 2.2), ("%", 2.6)),
    "/": (("*", 1.2), ("//", 0.8), ("%", 1.7), ("-", 2.6)), "//": (("/", 0.9), ("%", 1.1), ("*", 1.4)),
    "%": (("//", 1.0), ("/", 1.4), ("*", 2.2), ("-", 2.6)), "**": (("*", 1.0), ("+", 2.6), ("//", 3.0)),
    "&": (("|", 0.8), ("^", 1.2), ("+", 2.8), (">>", 3.2)), "|": (("&", 0.8), ("^", 1.2), ("+", 2.6), ("-", 2.8)),
    "^": (("&", 1.0), ("|", 1.2), ("**", 1.4)), "<<": ((">>", 0.8), ("*", 2.6)), ">>": (("<<", 0.8), ("//", 2.6)),
    "@": (("*", 1.5),),
}  # fmt: skip
_OPERATOR = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.LShift: "<<", ast.RShift: ">>", ast.MatMult: "@",
}  # fmt: skip


def changes(node: Any, scene: Scene) -> Iterator[Change]:
    """What may stand in the place of an expression."""
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        yield from _subscript(node, scene) if isinstance(node, ast.Subscript) else ()
        if isinstance(node, ast.Name):
            yield from naming.targets(node, scene)
        return
    if isinstance(node, ast.Compare):
        yield from _compared(node, scene)
    elif isinstance(node, ast.BinOp):
        yield from _calculated(node, scene)
    elif isinstance(node, ast.UnaryOp):
        yield rewritten(node, scene, scene.of(node.operand), 1.3, "unary dropped")
    elif isinstance(node, ast.Name):
        yield from naming.named(node, scene)
    elif isinstance(node, ast.Attribute):
        yield from naming.attributes(node, scene)
    elif isinstance(node, ast.Constant):
        yield from literals.changes(node, scene)
    elif isinstance(node, ast.Call):
        yield from calls.changes(node, scene)
    elif isinstance(node, ast.Subscript):
        yield from _subscript(node, scene)
    elif isinstance(node, ast.IfExp):
        body, test, other = map(scene.of, (node.body, node.test, node.orelse))
        yield rewritten(node, scene, f"{other} if {test} else {body}", 1.5, "branches swapped")
        yield rewritten(node, scene, body, 2.2, "one branch")
        yield rewritten(node, scene, other, 2.2, "one branch")
    elif isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) >= 2 and not _is_index(node, scene):
        yield from _elements(node, scene)
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        yield from _comprehension(node, scene)
    if not isinstance(node, (ast.Constant, ast.Starred)):
        yield from _shifted(node, scene)
    if isinstance(node, (ast.Call, ast.Subscript, ast.Attribute, ast.BinOp)):
        yield from naming.reused(node, scene)
    if isinstance(node, (ast.Name, ast.Attribute)):
        yield from naming.everywhere(node, scene)


def _compared(node: Any, scene: Scene) -> Iterator[Change]:
    sides = [node.left, *node.comparators]
    for at, op in enumerate(node.ops):
        sign = _SIGN[type(op)]
        kinds = scene.kinds(sides[at])
        for other, cost in _COMPARE[sign]:
            if other in ("<", "<=", ">", ">=") and kinds and not kinds - {"NoneType"}:
                continue
            if edits := between(sides[at], sides[at + 1], scene, sign, other):
                yield cost, "comparison", edits
    if len(node.ops) == 1:
        left, right = scene.of(node.left), scene.of(node.comparators[0])
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            yield rewritten(node, scene, f"{right} {_SIGN[type(node.ops[0])]} {left}", 2.8, "sides swapped")
        if scene.kinds(node.left) & {"int", "float"} and not isinstance(node.left, ast.Constant):
            yield rewritten(node.left, scene, f"abs({left})", 2.8, "call added")
    elif len(node.ops) == 2:
        a, b, c = map(scene.of, sides)
        one, two = (_SIGN[type(op)] for op in node.ops)
        yield rewritten(node, scene, f"{a} {one} {b}", 2.4, "clause dropped")
        yield rewritten(node, scene, f"{b} {two} {c}", 2.4, "clause dropped")


def _calculated(node: Any, scene: Scene) -> Iterator[Change]:
    sign = _OPERATOR[type(node.op)]
    left, right = scene.of(node.left), scene.of(node.right)
    texts = {"str", "list", "tuple"}
    for other, cost in _ARITHMETIC.get(sign, ()):
        if sign == "+" and scene.kinds(node) and scene.kinds(node) <= texts:
            continue
        if edits := between(node.left, node.right, scene, sign, other):
            yield cost, "arithmetic", edits
    if sign in ("-", "/", "//", "%", "**", "<<", ">>") or scene.kinds(node) & texts:
        yield rewritten(
            node, scene, f"{bracketed(node.right, right)} {sign} {bracketed(node.left, left)}", 1.6, "operands swapped"
        )
    yield rewritten(node, scene, left, 1.8, "operand dropped")
    yield rewritten(node, scene, right, 1.9, "operand dropped")
    inner = node.left
    if isinstance(inner, ast.BinOp) and not in_brackets(inner, scene):  # a * b + c -> a * (b + c)
        a, b = scene.of(inner.left), scene.of(inner.right)
        yield rewritten(node, scene, f"{a} {_OPERATOR[type(inner.op)]} ({b} {sign} {right})", 2.1, "brackets")
    inner = node.right
    if isinstance(inner, ast.BinOp):
        b, c = scene.of(inner.left), scene.of(inner.right)
        yield rewritten(node, scene, f"({left} {sign} {b}) {_OPERATOR[type(inner.op)]} {c}", 2.1, "brackets")
    inner = node.left
    if isinstance(inner, ast.BinOp) and in_brackets(inner, scene):
        a, b = scene.of(inner.left), scene.of(inner.right)
        yield rewritten(node, scene, f"{a} {_OPERATOR[type(inner.op)]} {b} {sign} {right}", 2.3, "brackets")


def _is_index(node: Any, scene: Scene) -> bool:
    return isinstance(scene.parent(node), (ast.Subscript, ast.Slice)) and scene.parent(node).value is not node


def _subscript(node: Any, scene: Scene) -> Iterator[Change]:
    start, end = scene.text.span(node)
    base = scene.of(node.value)
    index = node.slice
    if isinstance(index, ast.Index) if hasattr(ast, "Index") and type(index).__name__ == "Index" else False:
        index = index.value
    if isinstance(index, ast.Slice):
        bounds = [scene.of(b) if b is not None else "" for b in (index.lower, index.upper, index.step)]
        yield from _sliced(node, scene, base, bounds)
        return
    load = isinstance(node.ctx, ast.Load)
    if load and not isinstance(scene.parent(node), ast.Subscript):
        yield rewritten(node, scene, base, 2.4, "index dropped")
    text = scene.of(index)
    kinds = scene.kinds(node.value)
    if kinds & SEQUENCES and load:
        for new in (f"{base}[:{text}]", f"{base}[{text}:]"):
            yield 2.9, "slice", ((start, end, new),)
        if text not in ("0", "-1"):
            yield 2.5, "index", ((start, end, f"{base}[-1]"),)
            yield 2.5, "index", ((start, end, f"{base}[0]"),)
    if isinstance(scene.parent(node), ast.Subscript) and isinstance(node.value, ast.Name) and load:
        outer = scene.parent(node)
        if outer.value is node and not isinstance(outer.slice, ast.Slice):
            yield 1.9, "indices swapped", ((*scene.text.span(outer), f"{base}[{scene.of(outer.slice)}][{text}]"),)
    if isinstance(index, ast.Tuple) and len(index.elts) == 2:
        a, b = map(scene.of, index.elts)
        yield 1.9, "indices swapped", ((start, end, f"{base}[{b}, {a}]"),)


def _sliced(node: Any, scene: Scene, base: str, bounds: list[str]) -> Iterator[Change]:
    start, end = scene.text.span(node)

    def made(low: str, high: str, step: str, cost: float) -> Change:
        return cost, "slice", ((start, end, f"{base}[{low}:{high}{':' + step if step else ''}]"),)

    low, high, step = bounds
    if low:
        yield made("", high, step, 1.9)
        yield made("", low, step, 2.1) if not high else made(high, low, step, 2.6)
    if high:
        yield made(low, "", step, 1.9)
        yield made(high, "", step, 2.1) if not low else made(low, f"{high} + 1", step, 1.7)
    for text in ("1", "2"):
        if not low:
            yield made(text, high, step, 2.1)
    if not high:
        yield made(low, "-1", step, 2.2)
        for name in scene.like({"int"}, node)[:6]:
            yield made(low, name, step, 2.7)
    if not low:
        for name in scene.like({"int"}, node)[:6]:
            yield made(name, high, step, 2.7)
    yield made(low, high, "" if step else "-1", 2.3)
    if not step:
        yield made(low, high, "2", 3.0)
    yield rewritten(node, scene, base, 2.2, "slice dropped")


def _elements(node: Any, scene: Scene) -> Iterator[Change]:
    if len(node.elts) in (2, 3) and isinstance(node.ctx, ast.Load):
        one, other = node.elts[0], node.elts[1]
        yield (
            1.7,
            "elements swapped",
            ((*scene.text.span(one), scene.of(other)), (*scene.text.span(other), scene.of(one))),
        )
    if len(node.elts) == 3:
        one, other = node.elts[1], node.elts[2]
        yield (
            1.9,
            "elements swapped",
            ((*scene.text.span(one), scene.of(other)), (*scene.text.span(other), scene.of(one))),
        )


def _comprehension(node: Any, scene: Scene) -> Iterator[Change]:
    generator = node.generators[-1]
    for test in generator.ifs:
        begin = scene.text.data.rfind(b"if", 0, scene.text.span(test)[0])
        yield 2.1, "filter dropped", ((begin, scene.text.span(test)[1], ""),)
    target = generator.target
    end = scene.text.span(generator.ifs[-1] if generator.ifs else generator.iter)[1]
    data = scene.text.data
    while not generator.ifs and data[end : end + 1] == b")" and data[:end].count(b"(") > data[:end].count(b")"):
        end += 1
        break
    if not generator.ifs and isinstance(target, ast.Name):
        for test in (
            target.id,
            f"{target.id} > 0",
            f"{target.id} is not None",
            f"{target.id} % 2 == 0",
            f"not {target.id}",
        ):
            yield 3.4, "filter added", ((end, end, f" if {test}"),)
        for name in scene.visible_at(node)[:6]:
            for sign in ("!=", "<", ">", "not in", "in", "<=", ">="):
                if name != target.id:
                    yield 3.6, "filter added", ((end, end, f" if {target.id} {sign} {name}"),)


def _shifted(node: Any, scene: Scene) -> Iterator[Change]:
    """One more, one less, where a number counts or bounds something."""
    parent = scene.parent(node)
    kinds = scene.kinds(node)
    if isinstance(node, ast.Name) and not kinds:
        kinds = scene.kinds_of(node.id)
    if kinds and not kinds & {"int", "float"}:
        return
    counting = (
        isinstance(parent, (ast.Slice, ast.Compare, ast.Return))
        or (isinstance(parent, ast.Subscript) and parent.value is not node)
        or (isinstance(parent, ast.Call) and parent.func is not node)
        or isinstance(parent, (ast.Assign, ast.AugAssign))
        or (isinstance(parent, ast.BinOp) and isinstance(node, (ast.Name, ast.Call)))
    )
    if not counting or (not kinds and not isinstance(parent, (ast.Slice, ast.Subscript))):
        return
    text = scene.of(node)
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant) and node.right.value == 1:
        return  # the constant itself is changed
    near = isinstance(parent, (ast.Slice, ast.Subscript, ast.Call))
    for new in (f"{bracketed(node, text)} + 1", f"{bracketed(node, text)} - 1"):
        yield rewritten(node, scene, new, 1.9 if near else 2.4, "one more or less")
    if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)):
        yield rewritten(node, scene, f"-{text}", 2.8, "sign")
    if not isinstance(parent, (ast.Compare, ast.BinOp)) or isinstance(node, ast.Name):
        for turn, name in enumerate(scene.like({"int", "float"}, node)[:8]):
            if name != text and kinds and scene.kinds_of(name):
                yield rewritten(node, scene, f"{bracketed(node, text)} - {name}", 2.9 + 0.1 * turn, "operand added")
                yield rewritten(node, scene, f"{bracketed(node, text)} + {name}", 2.9 + 0.1 * turn, "operand added")
                if isinstance(parent, ast.Return):
                    yield rewritten(node, scene, f"{bracketed(node, text)} * {name}", 3.2 + 0.1 * turn, "operand added")
