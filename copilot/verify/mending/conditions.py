# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.

"""Templates for conditions: turned round, a clause dropped, a clause added from what is in scope."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from .changes import Change
from .scene import NUMBERS, SIZED, Scene

_MOST = 90


def changes(node: Any, scene: Scene) -> Iterator[Change]:
    """What may stand in the place of a condition or of a part of one."""
    if isinstance(node, ast.BoolOp):
        yield from _joined(node, scene)
    for test in _tests(node):
        yield from _turned(test, scene)
        yield from _extended(test, scene)
    if isinstance(node, (ast.While, ast.If)) and isinstance(node.test, ast.Constant):
        for text, cost in atoms(scene, node):
            yield cost - 0.6, "condition", ((*scene.text.span(node.test), text),)
    if isinstance(node, ast.Return) and node.value is not None and scene.kinds(node.value) & {"bool"}:
        yield from _turned(node.value, scene)
        yield from _extended(node.value, scene)


def _tests(node: Any) -> list[Any]:
    if isinstance(node, (ast.If, ast.While, ast.IfExp)):
        return [node.test]
    if isinstance(node, ast.comprehension):
        return list(node.ifs)
    return []


def _joined(node: Any, scene: Scene) -> Iterator[Change]:
    """`and` for `or`, clauses dropped."""
    old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    spans = [scene.text.span(v) for v in node.values]
    gaps = [_word(scene, spans[at][1], spans[at + 1][0], old) for at in range(len(spans) - 1)]
    if all(gaps):
        yield 0.9, "and or", tuple((at, at + len(old), new) for at in gaps)
    if len(gaps) > 1:
        for at in gaps:
            if at:
                yield 1.8, "and or", ((at, at + len(old), new),)
    for at in range(len(spans)):
        if at:
            yield (
                1.7,
                "clause dropped",
                ((_close(scene, spans[at - 1][1], gaps[at - 1]), _end(scene, spans[at][1], spans, at), ""),),
            )
        else:
            yield 1.7, "clause dropped", ((spans[0][0], spans[1][0], ""),)
        value = node.values[at]
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
            continue
        text = scene.of(value)
        tight = isinstance(value, (ast.Compare, ast.BoolOp))
        yield 2.2, "negated", ((*spans[at], f"not ({text})" if tight else f"not {text}"),)


def _word(scene: Scene, start: int, end: int, word: str) -> int:
    at = scene.text.data.find(word.encode(), start, end)
    return max(at, 0)


def _close(scene: Scene, start: int, at: int) -> int:
    """Behind the brackets that close after a clause."""
    gap = scene.text.data[start:at]
    return start + len(gap.rstrip())


def _end(scene: Scene, end: int, spans: Any, at: int) -> int:
    if at + 1 < len(spans):
        return end
    data = scene.text.data
    opened = data[spans[at - 1][1] : spans[at][0]].count(b"(")
    while opened and data[end : end + 1] == b")":
        end, opened = end + 1, opened - 1
    return end


def _turned(test: Any, scene: Scene) -> Iterator[Change]:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return  # an expression's template drops it
    text = scene.of(test)
    span = scene.text.span(test)
    yield (
        1.5,
        "negated",
        ((*span, f"not ({text})" if isinstance(test, (ast.Compare, ast.BoolOp, ast.IfExp)) else f"not {text}"),),
    )


def _extended(test: Any, scene: Scene) -> Iterator[Change]:
    text, span = scene.of(test), scene.text.span(test)
    seen = scene.truth(test)
    parts = {
        scene.of(part)
        for part in ast.walk(test)
        if isinstance(part, (ast.Compare, ast.BoolOp, ast.UnaryOp)) or part is test
    }
    if isinstance(test, ast.BoolOp):
        parts |= {scene.of(value) for value in test.values}
    for clause, cost in atoms(scene, test):
        if clause in parts:
            continue
        for word in ("and", "or"):
            # A condition that was only ever true is not made true more often.
            unlikely = 0.4 if seen == {word == "or"} else 0.0
            old = f"({text})" if isinstance(test, ast.BoolOp) and _WORDS[type(test.op)] != word else text
            front = f"{clause} {word} {old}"
            behind = f"{old} {word} {clause}"
            yield cost + unlikely, "clause added", ((*span, behind),)
            if _may_fail(test):
                yield cost + unlikely + 0.2, "clause added", ((*span, front),)


_WORDS = {ast.And: "and", ast.Or: "or"}


def _may_fail(test: Any) -> bool:
    return any(isinstance(n, (ast.Subscript, ast.Attribute, ast.Call)) for n in ast.walk(test))


def atoms(scene: Scene, node: Any) -> list[tuple[str, float]]:
    """Simple conditions over what is in scope at a node: those of the function first. Never a constant alone."""
    found: dict[str, float] = {}

    def add(text: str, cost: float) -> None:
        if text not in found:
            found[text] = cost

    for text in scene.conditions():
        add(text, 2.6)
    names = scene.visible_at(node)[:8]
    for turn, name in enumerate(names):
        kinds = scene.kinds_of(name)
        more = 0.08 * turn
        if kinds & {"function", "type", "module"}:
            continue
        if not kinds or kinds & (SIZED | {"bool", "NoneType"}) or kinds - NUMBERS:
            add(f"not {name}", 2.7 + more)
            add(name, 2.9 + more)
        if kinds & {"NoneType"} or (not kinds and more < 0.3) or kinds - NUMBERS - SIZED:
            add(f"{name} is None", 2.8 + more)
            add(f"{name} is not None", 2.8 + more)
        if kinds & NUMBERS:
            for tail, cost in (
                ("== 0", 2.8),
                ("<= 0", 2.9),
                ("< 0", 2.9),
                ("> 0", 2.9),
                ("== 1", 3.0),
                ("<= 1", 3.1),
                ("> 1", 3.1),
                ("% 2 == 0", 3.5),
                ("!= 0", 3.0),
            ):
                add(f"{name} {tail}", cost + more)
        if kinds & SIZED:
            for tail, cost in (("== 1", 3.2), ("> 1", 3.2), ("<= 1", 3.3), ("== 0", 3.2)):
                add(f"len({name}) {tail}", cost + more)
    for at, name in enumerate(names):
        kinds = scene.kinds_of(name)
        for text in scene.constants:
            if kinds & {"int", "float"} and text.isdigit() and text not in ("0", "1"):
                for sign in ("!=", "==", "<", ">", "<=", ">="):
                    add(f"{name} {sign} {text}", 3.25)
            elif kinds & {"str"} and text[0] in "'\"" and len(text) > 2:
                for sign in ("==", "!="):
                    add(f"{name} {sign} {text}", 3.3)
        for other in names[at + 1 :]:
            others = scene.kinds_of(other)
            if kinds & NUMBERS and others & NUMBERS:
                for sign in ("==", "!=", "<", ">", "<=", ">="):
                    add(f"{name} {sign} {other}", 3.1)
            elif kinds & others & {"str", "tuple"}:
                add(f"{name} == {other}", 3.1)
                add(f"{name} != {other}", 3.1)
            if others & (SIZED - {"str"}) and not kinds & {"list", "dict", "set"}:
                add(f"{name} in {other}", 3.1)
                add(f"{name} not in {other}", 3.1)
            if kinds & (SIZED - {"str"}) and not others & {"list", "dict", "set"}:
                add(f"{other} in {name}", 3.1)
                add(f"{other} not in {name}", 3.1)
            if kinds & NUMBERS and others & (SIZED - {"dict", "set"}):
                add(f"{name} < len({other})", 3.2)
                add(f"{name} == len({other})", 3.3)
            if others & NUMBERS and kinds & (SIZED - {"dict", "set"}):
                add(f"{other} < len({name})", 3.2)
    return sorted(found.items(), key=lambda pair: pair[1])[:_MOST]
