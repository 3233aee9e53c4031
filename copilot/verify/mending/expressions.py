# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Templates that write one expression anew: operators, names, constants, calls, indices, slices."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from .scene import NUMBERS, SEQUENCES, SIZED, Scene, alike

Change = tuple[float, str, "tuple[tuple[int, int, str], ...]"]
"""Cost, name of the template, edits."""

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
_PAIRS = (
    ("max", "min"), ("any", "all"), ("startswith", "endswith"), ("upper", "lower"), ("lstrip", "rstrip"), ("find", "rfind"),
    ("split", "rsplit"), ("floor", "ceil"), ("append", "extend"), ("ljust", "rjust"), ("add", "discard"), ("keys", "values"),
    ("items", "keys"), ("items", "values"), ("append", "appendleft"), ("pop", "popleft"), ("isdigit", "isalpha"),
    ("isupper", "islower"), ("int", "float"), ("int", "str"), ("list", "set"), ("list", "tuple"), ("set", "tuple"),
    ("sorted", "list"), ("sorted", "set"), ("sum", "max"), ("sum", "len"), ("len", "max"), ("round", "int"), ("strip", "lstrip"),
    ("strip", "rstrip"), ("union", "intersection"), ("difference", "intersection"), ("partition", "rpartition"),
    ("bisect_left", "bisect_right"), ("heappush", "heappop"), ("append", "remove"), ("isalpha", "isalnum"), ("add", "update"),
    ("sin", "cos"), ("abs", "int"), ("index", "find"), ("title", "capitalize"), ("range", "len"), ("reversed", "sorted"),
    ("math.floor", "round"), ("isdigit", "isalnum"), ("upper", "swapcase"), ("lower", "swapcase"), ("update", "setdefault"),
    ("sum", "min"), ("extend", "insert"), ("timedelta", "date"), ("monthrange", "weekday"), ("ROUND_HALF_UP", "ROUND_HALF_EVEN"),
    ("ROUND_DOWN", "ROUND_UP"), ("ROUND_HALF_UP", "ROUND_DOWN"), ("year", "month"), ("month", "day"), ("year", "day"),
    ("isoweekday", "weekday"), ("hour", "minute"), ("zip", "zip_longest"), ("log", "log2"), ("log", "log10"),
)  # fmt: skip
TWINS: dict[str, list[str]] = {}
for _one, _other in _PAIRS:
    TWINS.setdefault(_one, []).append(_other)
    TWINS.setdefault(_other, []).append(_one)


def changes(node: Any, scene: Scene) -> Iterator[Change]:
    """What may stand in the place of an expression."""
    if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        yield from _subscript(node, scene) if isinstance(node, ast.Subscript) else ()
        if isinstance(node, ast.Name):
            yield from _target(node, scene)
        return
    if isinstance(node, ast.Compare):
        yield from _compared(node, scene)
    elif isinstance(node, ast.BinOp):
        yield from _calculated(node, scene)
    elif isinstance(node, ast.UnaryOp):
        yield _new(node, scene, scene.of(node.operand), 1.3, "unary dropped")
    elif isinstance(node, ast.Name):
        yield from _name(node, scene)
    elif isinstance(node, ast.Attribute):
        yield from _attribute(node, scene)
    elif isinstance(node, ast.Constant):
        yield from _constant(node, scene)
    elif isinstance(node, ast.Call):
        yield from _call(node, scene)
    elif isinstance(node, ast.Subscript):
        yield from _subscript(node, scene)
    elif isinstance(node, ast.IfExp):
        body, test, other = map(scene.of, (node.body, node.test, node.orelse))
        yield _new(node, scene, f"{other} if {test} else {body}", 1.5, "branches swapped")
        yield _new(node, scene, body, 2.2, "one branch")
        yield _new(node, scene, other, 2.2, "one branch")
    elif isinstance(node, (ast.List, ast.Tuple)) and len(node.elts) >= 2 and not _is_index(node, scene):
        yield from _elements(node, scene)
    elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        yield from _comprehension(node, scene)
    if not isinstance(node, (ast.Constant, ast.Starred)):
        yield from _shifted(node, scene)


def _new(node: Any, scene: Scene, text: str, cost: float, kind: str) -> Change:
    start, end = scene.text.span(node)
    return cost, kind, ((start, end, scene.fits(node, text)),)


def _between(left: Any, right: Any, scene: Scene, old: str, new: str) -> tuple[tuple[int, int, str], ...]:
    """The edit that changes an operator between two operands, brackets and comments left alone."""
    start, end = scene.text.span(left)[1], scene.text.span(right)[0]
    gap = scene.text.data[start:end].decode()
    at = gap.find(old)
    if at < 0:
        return ()
    return ((start + at, start + at + len(old), new),)


def _compared(node: Any, scene: Scene) -> Iterator[Change]:
    sides = [node.left, *node.comparators]
    for at, op in enumerate(node.ops):
        sign = _SIGN[type(op)]
        kinds = scene.kinds(sides[at])
        for other, cost in _COMPARE[sign]:
            if other in ("<", "<=", ">", ">=") and kinds and not kinds - {"NoneType"}:
                continue
            if edits := _between(sides[at], sides[at + 1], scene, sign, other):
                yield cost, "comparison", edits
    if len(node.ops) == 1:
        left, right = scene.of(node.left), scene.of(node.comparators[0])
        if isinstance(node.ops[0], (ast.In, ast.NotIn)):
            yield _new(node, scene, f"{right} {_SIGN[type(node.ops[0])]} {left}", 2.8, "sides swapped")
        if scene.kinds(node.left) & {"int", "float"} and not isinstance(node.left, ast.Constant):
            yield _new(node.left, scene, f"abs({left})", 2.8, "call added")
    elif len(node.ops) == 2:
        a, b, c = map(scene.of, sides)
        one, two = (_SIGN[type(op)] for op in node.ops)
        yield _new(node, scene, f"{a} {one} {b}", 2.4, "clause dropped")
        yield _new(node, scene, f"{b} {two} {c}", 2.4, "clause dropped")


def _calculated(node: Any, scene: Scene) -> Iterator[Change]:
    sign = _OPERATOR[type(node.op)]
    left, right = scene.of(node.left), scene.of(node.right)
    texts = {"str", "list", "tuple"}
    for other, cost in _ARITHMETIC.get(sign, ()):
        if sign == "+" and scene.kinds(node) and scene.kinds(node) <= texts:
            continue
        if edits := _between(node.left, node.right, scene, sign, other):
            yield cost, "arithmetic", edits
    if sign in ("-", "/", "//", "%", "**", "<<", ">>") or scene.kinds(node) & texts:
        yield _new(node, scene, f"{_tight(node.right, right)} {sign} {_tight(node.left, left)}", 1.6, "operands swapped")
    yield _new(node, scene, left, 1.8, "operand dropped")
    yield _new(node, scene, right, 1.9, "operand dropped")
    inner = node.left
    if isinstance(inner, ast.BinOp) and not _bracketed(inner, scene):  # a * b + c -> a * (b + c)
        a, b = scene.of(inner.left), scene.of(inner.right)
        yield _new(node, scene, f"{a} {_OPERATOR[type(inner.op)]} ({b} {sign} {right})", 2.1, "brackets")
    inner = node.right
    if isinstance(inner, ast.BinOp):
        b, c = scene.of(inner.left), scene.of(inner.right)
        yield _new(node, scene, f"({left} {sign} {b}) {_OPERATOR[type(inner.op)]} {c}", 2.1, "brackets")
    inner = node.left
    if isinstance(inner, ast.BinOp) and _bracketed(inner, scene):
        a, b = scene.of(inner.left), scene.of(inner.right)
        yield _new(node, scene, f"{a} {_OPERATOR[type(inner.op)]} {b} {sign} {right}", 2.3, "brackets")


def _bracketed(node: Any, scene: Scene) -> bool:
    start, end = scene.text.span(node)
    return scene.text.data[:start].rstrip().endswith(b"(") and scene.text.data[end:].lstrip().startswith(b")")


def _tight(node: Any, text: str) -> str:
    return f"({text})" if isinstance(node, (ast.BinOp, ast.IfExp, ast.Compare, ast.BoolOp)) else text


def _name(node: Any, scene: Scene) -> Iterator[Change]:
    parent = scene.parent(node)
    if isinstance(parent, ast.Call) and parent.func is node:
        for turn, other in enumerate(TWINS.get(node.id, ())):
            yield _new(node, scene, other, 1.2 + 0.1 * turn, "function")
        if node.id not in scene.names:
            module = scene.function.holders[0].__globals__
            others = [n for n, v in module.items() if callable(v) and getattr(v, "__module__", "") == module.get("__name__")]
            for other in [n for n in others if n != node.id][:6]:
                yield _new(node, scene, other, 2.8, "function")
            return
    if node.id not in scene.names and node.id not in scene.visible_at(node):
        module = scene.function.holders[0].__globals__
        value = module.get(node.id)
        if isinstance(value, (int, float, str, tuple, dict)):
            same = [n for n, v in module.items() if type(v) is type(value) and n != node.id and not n.startswith("__")]
            for other in same[:8]:
                yield _new(node, scene, other, 2.0, "name")
        return
    kinds = scene.kinds(node) or scene.kinds_of(node.id)
    others = [name for name in scene.like(kinds, node) if name != node.id]
    for turn, other in enumerate(others[:12]):
        unused = 0.5 if not scene.loads[other] else 0.0
        known = bool(scene.kinds_of(other)) and bool(kinds)
        yield _new(node, scene, other, 1.5 + 0.12 * turn - unused + (0.0 if known else 0.6), "name")
    if _is_statement_call(node, scene):
        return
    for text, held, other_node in scene.expressions:
        if node.id in {n.id for n in ast.walk(other_node) if isinstance(n, ast.Name)} and alike(kinds, held) and held:
            if not _inside(node, other_node, scene):
                yield _new(node, scene, text, 2.9, "expression")
        elif held and kinds and alike(kinds, held) and not _inside(node, other_node, scene):
            yield _new(node, scene, text, 3.4, "expression")
    if kinds & {"list", "str", "tuple", "deque"}:
        for new, cost in ((f"{node.id}[1:]", 2.8), (f"{node.id}[:-1]", 3.0), (f"{node.id}[::-1]", 2.8), (f"{node.id}[0]", 3.2), (f"{node.id}[-1]", 3.2)):
            yield _new(node, scene, new, cost, "part")
    if kinds & {"list", "dict", "set"}:
        yield _new(node, scene, f"{node.id}.copy()", 3.4, "copy")
        yield _new(node, scene, f"list({node.id})", 3.4, "copy")
    for name, wanted in (("len", SIZED), ("abs", NUMBERS), ("sorted", SEQUENCES | {"set"}), ("set", SEQUENCES), ("int", {"str", "float"}), ("str", {"int"}), ("list", {"str", "tuple"}), ("sum", {"list"}), ("reversed", {"list"}), ("enumerate", {"list", "str"}), ("max", {"list"}), ("min", {"list"})):
        if kinds & wanted:
            yield _new(node, scene, f"{name}({node.id})", 3.0, "call added")
    if kinds & {"str"}:
        for method in ("lower", "upper", "strip"):
            yield _new(node, scene, f"{node.id}.{method}()", 3.1, "call added")


def _target(node: Any, scene: Scene) -> Iterator[Change]:
    """Another name to get a value."""
    statement = scene.parent(node)
    if not isinstance(statement, (ast.Assign, ast.AugAssign)):
        return
    kinds = scene.kinds_of(node.id)
    for turn, other in enumerate([n for n in scene.like(kinds, node) if n != node.id][:6]):
        yield _new(node, scene, other, 2.0 + 0.1 * turn, "target")


def _is_statement_call(node: Any, scene: Scene) -> bool:
    """The name of an object whose method is called for its effect."""
    parent = scene.parent(node)
    return isinstance(parent, ast.Attribute) and isinstance(scene.parent(scene.parent(parent)), ast.Expr)


def _inside(node: Any, other: Any, scene: Scene) -> bool:
    up = node
    while up is not None and not isinstance(up, ast.stmt):
        if up is other:
            return True
        up = scene.parent(up)
    return False


def _attribute(node: Any, scene: Scene) -> Iterator[Change]:
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
    if not called and scene.kinds(node) - {"method", "builtin_function_or_method"}:
        yield _new(node, scene, base, 2.6, "attribute dropped")


def _attr(node: Any, scene: Scene, other: str, cost: float) -> Change:
    end = scene.text.span(node)[1]
    return cost, "attribute", ((end - len(node.attr.encode()), end, other),)


def _constant(node: Any, scene: Scene) -> Iterator[Change]:
    value = node.value
    if value is Ellipsis or isinstance(scene.parent(node), ast.Expr):
        return
    done = {scene.of(node)}

    def one(text: str, cost: float) -> Iterator[Change]:
        if text not in done:
            done.add(text)
            yield _new(node, scene, text, cost, "constant")

    if isinstance(value, bool):
        yield from one(str(not value), 0.9)
        yield from one("None", 3.0)
    elif isinstance(value, int):
        negative = isinstance(scene.parent(node), ast.UnaryOp)
        for other in (value + 1, value - 1):
            if other >= 0 or not negative:
                yield from one(str(other), 1.0)
        for text, cost in (("0", 1.6), ("1", 1.6), ("-1", 2.0), ("2", 2.2), (str(value * 10), 3.0), (str(value // 10), 3.0), (str(value + 2), 3.0), (str(-value), 2.0)):
            if not (negative and text.startswith("-")):
                yield from one(text, cost)
        for text in ("float('inf')", "[]", "''", "None", "1.0"):
            if isinstance(scene.parent(node), (ast.Assign, ast.Return, ast.AnnAssign)):
                yield from one(text, 3.3)
    elif isinstance(value, float):
        for other in (value + 1, value - 1, value * 10, value / 10, value * 100, value / 100, -value, value / 2, value * 2):
            yield from one(repr(other), 1.8)
        for text in ("0.0", "1.0"):
            yield from one(text, 2.0)
    elif isinstance(value, str):
        yield from _string(value, one, scene)
    elif value is None:
        for text in ("[]", "0", "False", "True", '""', "1", "{}"):
            yield from one(text, 2.6)
    for text in scene.constants:
        try:
            other = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            continue
        same = type(other) is type(value) or {type(other), type(value)} <= {int, float}
        yield from one(text, 1.9 if same else 3.2)
    kinds = {type(value).__name__}
    if not isinstance(value, (bool, type(None))):
        for turn, name in enumerate(scene.like(kinds, node)[:10]):
            if scene.kinds_of(name):
                yield _new(node, scene, name, 2.1 + 0.12 * turn, "name for a constant")
        for text, held, _ in scene.expressions:
            if held and alike(kinds, held):
                yield _new(node, scene, text, 3.5, "expression")


def _string(value: str, one: Any, scene: Scene) -> Iterator[Change]:
    others: list[tuple[str, float]] = [("", 1.9), (" ", 2.2), (value.lower(), 1.9), (value.upper(), 1.9), (value.strip(), 1.9)]
    others += [(f" {value}", 2.9), (f"{value} ", 2.9), (value[1:], 2.6), (value[:-1], 2.6), (value[::-1], 3.0), (value.title(), 2.8)]
    if len(value) <= 2:
        others += [(text, 2.6) for text in (",", ", ", "-", "_", ".", ":", "/", "\n", "0", "1", "(", ")", "[", "]", "{", "}", "a", "A", "z")]
    if 2 <= len(value) <= 30:
        letters = sorted({c for text in scene.constants for c in text if c.isalnum()})[:20]
        others += [(value + c, 3.2) for c in letters[:12]]
        others += [(value[:i] + value[i + 1 :], 2.8) for i in range(len(value))][:14]
        others += [(value[:i] + value[i + 1] + value[i] + value[i + 2 :], 2.8) for i in range(len(value) - 1)][:14]
    for text, cost in others:
        if text != value:
            yield from one(repr(text), cost)


def _call(node: Any, scene: Scene) -> Iterator[Change]:
    args = node.args
    for at in range(len(args) - 1):
        (start, end), (first, last) = scene.text.span(args[at]), scene.text.span(args[at + 1])
        yield 1.3, "arguments swapped", ((start, end, scene.of(args[at + 1])), (first, last, scene.of(args[at])))
    if len(args) == 3:
        spans = [scene.text.span(a) for a in args]
        yield 2.2, "arguments swapped", ((*spans[0], scene.of(args[2])), (*spans[2], scene.of(args[0])))
    if len(args) == 1 and not node.keywords and not isinstance(args[0], (ast.Starred, ast.GeneratorExp)):
        yield _new(node, scene, scene.of(args[0]), 1.9, "call dropped")
    if isinstance(node.func, ast.Attribute) and not (isinstance(scene.parent(node), ast.Expr)):
        yield _new(node, scene, scene.of(node.func.value), 2.2, "call dropped")
    for at in range(len(args)):
        if len(args) + len(node.keywords) >= 1:
            yield 2.0 if len(args) > 1 else 2.6, "argument dropped", (_without(args, at, node, scene),)
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
            for key in ("len", "abs", "str", "sum", "lambda x: x[1]", "lambda x: x[0]", "lambda x: (x[1], x[0])", "lambda x: -x[1]"):
                yield _added(node, scene, f"key={key}", 3.0)
    if name == "range" and len(args) == 1:
        start = scene.text.span(args[0])[0]
        yield 1.9, "range", ((start, start, "1, "),)
        yield 2.8, "range", ((start, start, "2, "),)
    if name == "range" and len(args) == 2:
        yield _added(node, scene, "-1", 2.6)
        yield _added(node, scene, "2", 3.0)
    if name == "round" and len(args) == 1:
        yield _added(node, scene, "2", 2.4)
    if isinstance(node.func, ast.Name) and node.func.id == "range" or scene.kinds(node) & {"list", "str"}:
        if not isinstance(scene.parent(node), (ast.Expr, ast.Attribute)):
            for wrapper in ("reversed", "sorted", "list", "set"):
                yield _new(node, scene, f"{wrapper}({scene.of(node)})", 2.9, "call added")


def _without(args: Any, at: int, node: Any, scene: Scene) -> tuple[int, int, str]:
    start, end = scene.text.span(args[at])
    if at + 1 < len(args):
        return start, scene.text.span(args[at + 1])[0], ""
    if at:
        return scene.text.span(args[at - 1])[1], end, ""
    del node
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
                yield _new(node.args[at], scene, name, 2.3, "argument")


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
        yield _new(node, scene, base, 2.4, "index dropped")
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
    yield _new(node, scene, base, 2.2, "slice dropped")


def _elements(node: Any, scene: Scene) -> Iterator[Change]:
    if len(node.elts) in (2, 3) and isinstance(node.ctx, ast.Load):
        one, other = node.elts[0], node.elts[1]
        yield 1.7, "elements swapped", ((*scene.text.span(one), scene.of(other)), (*scene.text.span(other), scene.of(one)))
    if len(node.elts) == 3:
        one, other = node.elts[1], node.elts[2]
        yield 1.9, "elements swapped", ((*scene.text.span(one), scene.of(other)), (*scene.text.span(other), scene.of(one)))


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
        for test in (target.id, f"{target.id} > 0", f"{target.id} is not None", f"{target.id} % 2 == 0", f"not {target.id}"):
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
    for new in (f"{_tight(node, text)} + 1", f"{_tight(node, text)} - 1"):
        yield _new(node, scene, new, 1.9 if near else 2.4, "one more or less")
    if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)):
        yield _new(node, scene, f"-{text}", 2.8, "sign")
    if not isinstance(parent, (ast.Compare, ast.BinOp)) or isinstance(node, ast.Name):
        for turn, name in enumerate(scene.like({"int", "float"}, node)[:8]):
            if name != text and kinds and scene.kinds_of(name):
                yield _new(node, scene, f"{_tight(node, text)} - {name}", 2.9 + 0.1 * turn, "operand added")
                yield _new(node, scene, f"{_tight(node, text)} + {name}", 2.9 + 0.1 * turn, "operand added")
                if isinstance(parent, ast.Return):
                    yield _new(node, scene, f"{_tight(node, text)} * {name}", 3.2 + 0.1 * turn, "operand added")
