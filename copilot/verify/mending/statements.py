# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Templates for statements: changed, moved, deleted, written again with one name changed, inserted; guards and bases."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from .conditions import atoms
from .expressions import Change
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
    yield from _inserted(node, scene)


def _rows(node: Any, scene: Scene) -> tuple[int, int]:
    """The whole lines of a statement."""
    return scene.text.starts[node.lineno - 1], scene.text.starts[node.end_lineno]


def _alone(node: Any, scene: Scene) -> bool:
    """Whether nothing else stands on its lines."""
    start, end = scene.text.span(node)
    first, last = _rows(node, scene)
    behind = scene.text.data[end:last].strip()
    return not scene.text.data[first:start].strip() and (not behind or behind.startswith(b"#"))


def _siblings(node: Any, scene: Scene) -> tuple[list[Any], int]:
    """The block that a statement stands in, and its place there."""
    parent = scene.parent(node)
    for name in ("body", "orelse", "finalbody"):
        block = getattr(parent, name, None)
        if isinstance(block, list) and any(s is node for s in block):
            return block, next(i for i, s in enumerate(block) if s is node)
    return [node], 0


def _itself(node: Any, scene: Scene) -> Iterator[Change]:
    if not _alone(node, scene):
        return
    block, _ = _siblings(node, scene)
    if isinstance(node, (ast.Expr, ast.Assign, ast.AugAssign, ast.If, ast.Break, ast.Continue, ast.Return, ast.Raise)):
        cost = 1.9 if not isinstance(node, (ast.Assign, ast.Raise)) else 2.4
        cost += 0.4 if isinstance(node, ast.If) and (node.orelse or len(node.body) > 2) else 0.0
        if len(block) > 1:
            yield cost, "statement deleted", ((*_rows(node, scene), ""),)
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
    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(target.elts) == len(node.value.elts) == 2:
        one, other = target.elts
        yield 2.0, "targets swapped", ((*scene.text.span(one), scene.of(other)), (*scene.text.span(other), scene.of(one)))
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
    if any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in scene.nodes):
        yield 2.0, "yield", ((*span, f"yield {text}"),)
    for name in scene.visible_at(node)[:10]:
        if name != text and not isinstance(node.value, ast.Name) and alike(kinds, scene.kinds_of(name)):
            yield 2.6, "return", ((*scene.text.span(node.value), name),)
        held = scene.kinds_of(name)
        if held & {"list", "str"} and kinds & held and text != name:
            yield 2.9, "return", ((*scene.text.span(node.value), f"{text} + {name}" if not isinstance(node.value, ast.IfExp) else text),)
            yield 3.0, "return", ((*scene.text.span(node.value), f"{name} + {text}" if not isinstance(node.value, ast.IfExp) else text),)
    for one, held, _ in scene.expressions:
        if one != text and held and kinds and alike(kinds, held) and not isinstance(node.value, ast.Name):
            yield 3.3, "expression", ((*scene.text.span(node.value), one),)
    for wrapper, wanted in (("len", SEQUENCES | {"set", "dict"}), ("abs", NUMBERS), ("int", {"float", "str", "bool"}), ("list", SEQUENCES | {"set", "dict", "map", "filter", "generator"}), ("sorted", {"list", "set"}), ("tuple", {"list"}), ("set", {"list"}), ("str", {"int", "list"}), ("float", {"int"}), ("bool", set())):
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
        block, at = _siblings(node, scene)
        if at and isinstance(block[at - 1], ast.If) and not block[at - 1].orelse:
            yield 1.9, "elif", ((start, start + 2, "elif"),)
        if not node.orelse and _alone(node, scene) and node.body[0].lineno > node.lineno:
            first = scene.text.starts[node.body[0].lineno - 1]
            end = scene.text.starts[node.end_lineno]
            yield 2.4, "condition dropped", ((scene.text.starts[node.lineno - 1], end, _dedented(data[first:end], node, scene)),)


def _dedented(rows: bytes, node: Any, scene: Scene) -> str:
    depth = node.body[0].col_offset - node.col_offset
    del scene
    lines = rows.decode().splitlines(keepends=True)
    return "".join(line[depth:] if line[:depth].isspace() else line for line in lines)


def _looped(node: Any, scene: Scene) -> Iterator[Change]:
    if isinstance(node, ast.While):
        start = scene.text.span(node)[0]
        yield 2.3, "if for while", ((start, start + 5, "if"),)
        return
    text = scene.of(node.iter)
    if isinstance(node.target, ast.Name) and isinstance(node.iter, ast.Name):
        for new, cost in ((f"range(len({text}))", 2.6), (f"enumerate({text})", 3.2), (f"range({text})", 2.8), (f"reversed({text})", 2.6), (f"sorted({text})", 2.6)):
            yield cost, "loop", ((*scene.text.span(node.iter), new),)
    if isinstance(node.target, ast.Tuple) and len(node.target.elts) == 2:
        one, other = node.target.elts
        yield 1.9, "targets swapped", ((*scene.text.span(one), scene.of(other)), (*scene.text.span(other), scene.of(one)))


def _moved(node: Any, scene: Scene) -> Iterator[Change]:
    block, at = _siblings(node, scene)
    if at + 1 < len(block):
        other = block[at + 1]
        if _alone(node, scene) and _alone(other, scene):
            one, two = _rows(node, scene), _rows(other, scene)
            data = scene.text.data
            yield 2.0, "statements swapped", ((one[0], two[1], (data[two[0] : two[1]] + data[one[1] : two[0]] + data[one[0] : one[1]]).decode()),)
    parent = scene.parent(node)
    if not _alone(node, scene) or node.lineno == getattr(parent, "lineno", 0):
        return
    rows = scene.text.data[slice(*_rows(node, scene))].decode()
    if at and at == len(block) - 1 and isinstance(parent, _BLOCKS):  # the last one of a block: out of it
        depth = node.col_offset - parent.col_offset
        lines = rows.splitlines(keepends=True)
        yield 1.8, "moved out", ((*_rows(node, scene), "".join(line[depth:] for line in lines)),)
    if at and isinstance(block[at - 1], _BLOCKS) and block[at - 1].end_lineno < node.lineno and not isinstance(node, _BLOCKS[:3]):
        inner = block[at - 1]
        last = (inner.orelse or inner.body)[-1] if not isinstance(inner, ast.Try) else inner.body[-1]
        depth = last.col_offset - node.col_offset
        if depth > 0:
            lines = rows.splitlines(keepends=True)
            yield 2.0, "moved in", ((*_rows(node, scene), "".join(" " * depth + line for line in lines)),)
            while (inner_block := getattr(last, "orelse", None) or getattr(last, "body", None)) and isinstance(last, _BLOCKS):
                last = inner_block[-1]
                depth = last.col_offset - node.col_offset
                yield 2.3, "moved in", ((*_rows(node, scene), "".join(" " * depth + line for line in lines)),)


def _inserted(node: Any, scene: Scene) -> Iterator[Change]:
    """A statement in front of this one, or behind the last of a block."""
    if node.lineno == getattr(scene.parent(node), "lineno", 0) or not _alone(node, scene):
        return
    block, at = _siblings(node, scene)
    first, end = _rows(node, scene)
    if scene.text.data[scene.text.span(node)[0] : scene.text.span(node)[0] + 4] == b"elif":
        return
    blanks = scene.indent(node)
    is_head = scene.parent(node) is scene.node and at == (1 if ast.get_docstring(scene.node, clean=False) is not None else 0)
    if is_head:
        yield from ((cost, kind, ((first, first, text),)) for cost, kind, text in _guards(node, scene, blanks))
    elif isinstance(scene.parent(node), (ast.For, ast.While)) and not at:
        for text, cost in atoms(scene, node)[:24]:
            for jump in ("continue", "break"):
                yield cost + 0.7, "guard", ((first, first, f"{blanks}if {text}:\n{blanks}    {jump}\n"),)
    elif scene.parent(node) is scene.node and isinstance(node, ast.Return) is False:
        for cost, kind, text in _guards(node, scene, blanks):
            if kind == "guard" and cost < 4.0:
                yield cost + 0.4, kind, ((first, first, text),)
    for text, cost in _lines(node, scene):
        yield cost, "statement inserted", ((first, first, f"{blanks}{text}\n"),)
        if at == len(block) - 1 and not isinstance(node, (ast.Return, ast.Break, ast.Continue, ast.Raise)):
            yield cost + 0.05, "statement inserted", ((end, end, f"{blanks}{text}\n"),)
    if at == len(block) - 1 and not isinstance(node, (ast.Return, ast.Break, ast.Continue, ast.Raise)):
        parent = scene.parent(node)
        loop = parent
        while loop is not None and loop is not scene.node and not isinstance(loop, (ast.For, ast.While)):
            loop = scene.parent(loop)
        if isinstance(loop, (ast.For, ast.While)) and parent is not loop:
            for jump in ("break", "continue"):
                yield 2.9, "statement inserted", ((end, end, f"{blanks}{jump}\n"),)
        if parent is scene.node:
            for name in reversed(scene.names):
                if name not in scene.parameters or scene.names == scene.parameters:
                    yield 2.4, "return", ((end, end, f"{blanks}return {name}\n"),)
            for constant in ("True", "False", "None", "[]", "0", '""', "-1", "1"):
                yield 3.0, "return", ((end, end, f"{blanks}return {constant}\n"),)
        elif isinstance(parent, ast.If):
            for name in reversed(scene.names):
                yield 3.0, "return", ((end, end, f"{blanks}return {name}\n"),)


def _guards(node: Any, scene: Scene, blanks: str) -> Iterator[tuple[float, str, str]]:
    """An early answer: for nothing, for a base case."""
    answers = {}
    for one in scene.nodes:
        if isinstance(one, ast.Return) and one.value is not None:
            text = scene.of(one.value)
            if len(text) <= 40 and "\n" not in text:
                answers.setdefault(text, 0.1)
    kinds = frozenset().union(*(scene.kinds(r.value) for r in scene.nodes if isinstance(r, ast.Return) and r.value is not None))
    fitting = {
        "bool": ("False", "True"), "int": ("0", "1", "-1"), "float": ("0.0", "0"), "str": ('""',), "list": ("[]",), "dict": ("{}",),
        "tuple": ("()",), "NoneType": ("None",), "set": ("set()",), "Decimal": ("Decimal(0)",),
    }  # fmt: skip
    for kind in sorted(kinds):
        for text in fitting.get(kind, ()):
            answers.setdefault(text, 0.0)
    for name in scene.parameters:
        if alike(kinds, scene.kinds_of(name)) and kinds:
            answers.setdefault(name, 0.15)
            if kinds & {"list"}:
                answers.setdefault(f"[{name}]", 0.5)
    for text, cost in (("None", 0.3), ("[]", 0.4), ("0", 0.4), ("False", 0.4), ("1", 0.5), ('""', 0.5), ("True", 0.5), ("[[]]", 0.8)):
        answers.setdefault(text, cost)
    visible = set(scene.visible_at(node)) | set(scene.parameters)
    for test, cost in atoms(scene, node):
        if not _known(test, visible, scene):
            continue
        for answer, more in sorted(answers.items(), key=lambda pair: pair[1])[:12]:
            if _known(answer, visible, scene):
                yield cost + 0.2 + more, "guard", f"{blanks}if {test}:\n{blanks}    return {answer}\n"


def _known(text: str, visible: set[str], scene: Scene) -> bool:
    names = {n.id for n in ast.walk(ast.parse(text, mode="eval")) if isinstance(n, ast.Name)}
    return not (names & set(scene.names)) - visible


def _lines(node: Any, scene: Scene) -> Iterator[tuple[str, float]]:
    """Statements that might be missing: one like another of the function with one name changed, an assignment, a step."""
    names = scene.visible_at(node)
    done: set[str] = set()
    for other in scene.statements:
        if isinstance(other, (ast.Assign, ast.AugAssign, ast.Expr)) and other is not node and other.lineno == other.end_lineno:
            text = scene.of(other)
            if text not in done and len(text) <= 70:
                done.add(text)
                yield text, 3.0
                used = [n for n in ast.walk(other) if isinstance(n, ast.Name) and n.id in scene.names]
                for part in used[:5]:
                    start = scene.text.span(part)[0] - scene.text.span(other)[0]
                    raw = text.encode()
                    for name in scene.like(scene.kinds_of(part.id), node)[:5]:
                        if name != part.id:
                            new = (raw[:start] + name.encode() + raw[start + len(part.id.encode()) :]).decode()
                            if new not in done:
                                done.add(new)
                                yield new, 3.3
    own = [name for name in names if name in scene.names]
    for name in own[:8]:
        kinds = scene.kinds_of(name)
        for other in own[:8]:
            others = scene.kinds_of(other)
            if other == name:
                continue
            if alike(kinds, others) and kinds and others:
                yield f"{name} = {other}", 3.3
                if kinds & NUMBERS:
                    yield f"{name} += {other}", 3.4
                    yield f"{name} -= {other}", 3.5
                    yield f"{name} = max({name}, {other})", 3.7
                    yield f"{name} = min({name}, {other})", 3.7
            if kinds & {"list"}:
                yield f"{name}.append({other})", 3.4
            if kinds & {"set"}:
                yield f"{name}.add({other})", 3.3
            if kinds & {"list"} and others & {"list"}:
                yield f"{name}.extend({other})", 3.6
        if kinds & {"int"}:
            yield f"{name} += 1", 3.1
            yield f"{name} -= 1", 3.3
            yield f"{name} = 0", 3.3
        if kinds & {"list", "dict", "set"}:
            yield f"{name}.pop()", 3.6
            yield f"{name} = list({name})", 3.7
        if kinds & {"list"}:
            yield f"{name}.reverse()", 3.5
            yield f"{name}.sort()", 3.5
            yield f"{name} = []", 3.5
        if kinds & {"str"}:
            yield f"{name} = {name}.lower()", 3.4
            yield f"{name} = {name}.strip()", 3.4
            yield f'{name} = ""', 3.5
            yield f'{name} = {name}.replace(" ", "")', 3.6
