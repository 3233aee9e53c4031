# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Templates that insert a statement: guards and base cases, one like another with one name changed, an assignment, a step."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from .blocks import alone, rows, siblings
from .changes import Change
from .conditions import atoms
from .scene import NUMBERS, Scene, alike


def changes(node: Any, scene: Scene) -> Iterator[Change]:
    """A statement in front of this one, or behind the last of a block."""
    if node.lineno == getattr(scene.parent(node), "lineno", 0) or not alone(node, scene):
        return
    block, at = siblings(node, scene)
    first, end = rows(node, scene)
    if scene.text.data[scene.text.span(node)[0] : scene.text.span(node)[0] + 4] == b"elif":
        return
    blanks = scene.indent(node)
    is_head = scene.parent(node) is scene.node and at == (
        1 if ast.get_docstring(scene.node, clean=False) is not None else 0
    )
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
        if cost == 3.0 and at and isinstance(block[at - 1], (ast.For, ast.While)):
            for name in sorted(_words(text) & set(scene.visible_at(node)) - {"self"})[:3]:
                yield cost + 0.6, "statement inserted", ((first, first, f"{blanks}if {name}:\n{blanks}    {text}\n"),)
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


def _words(text: str) -> set[str]:
    return {n.id for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Name)}


def _guards(node: Any, scene: Scene, blanks: str) -> Iterator[tuple[float, str, str]]:
    """An early answer: for nothing, for a base case."""
    answers: dict[str, float] = {}
    for one in scene.nodes:
        if isinstance(one, ast.Return) and one.value is not None:
            text = scene.of(one.value)
            if len(text) <= 40 and "\n" not in text:
                answers.setdefault(text, 0.1)
    kinds = frozenset().union(
        *(scene.kinds(r.value) for r in scene.nodes if isinstance(r, ast.Return) and r.value is not None)
    )
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
    for text, cost in (
        ("None", 0.3),
        ("[]", 0.4),
        ("0", 0.4),
        ("False", 0.4),
        ("1", 0.5),
        ('""', 0.5),
        ("True", 0.5),
        ("[[]]", 0.8),
    ):
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


def _renamed(statement: Any, text: str, old: str, new: str, scene: Scene) -> str:
    """A statement with a name changed wherever it stands."""
    begin = scene.text.span(statement)[0]
    raw = text.encode()
    spans = [scene.text.span(n) for n in ast.walk(statement) if isinstance(n, ast.Name) and n.id == old]
    for start, end in sorted(spans, reverse=True):
        raw = raw[: start - begin] + new.encode() + raw[end - begin :]
    return raw.decode()


def _lines(node: Any, scene: Scene) -> Iterator[tuple[str, float]]:
    """Statements that might be missing: one like another of the function with one name changed, an assignment, a step."""
    names = scene.visible_at(node)
    done: set[str] = set()
    for other in scene.statements:
        if (
            isinstance(other, (ast.Assign, ast.AugAssign, ast.Expr))
            and other is not node
            and other.lineno == other.end_lineno
        ):
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
                            whole = _renamed(other, text, part.id, name, scene)
                            if whole not in done:
                                done.add(whole)
                                yield whole, 3.3
    own = [name for name in names if name in scene.names]
    for name in own[:8]:
        kinds = scene.kinds_of(name)
        for second in own[:8]:
            others = scene.kinds_of(second)
            if second == name:
                continue
            if alike(kinds, others) and kinds and others:
                yield f"{name} = {second}", 3.3
                if kinds & NUMBERS:
                    yield f"{name} += {second}", 3.4
                    yield f"{name} -= {second}", 3.5
                    yield f"{name} = max({name}, {second})", 3.7
                    yield f"{name} = min({name}, {second})", 3.7
            if kinds & {"list", "deque"} and name != "self":
                yield f"{name}.append({second})", 3.4
            if kinds & {"set"}:
                yield f"{name}.add({second})", 3.3
            if kinds & {"list"} and others & {"list"}:
                yield f"{name}.extend({second})", 3.6
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
