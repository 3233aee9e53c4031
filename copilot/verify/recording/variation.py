"""Near misses of an input: the text of a call with one constant changed, as fuzzers change bytes."""

from __future__ import annotations

import ast
import random
import re
from typing import Any

from .stubs import keys_of


class _Place(ast.NodeVisitor):
    def __init__(self) -> None:
        self.found: list[ast.AST] = []

    def visit_Call(self, node: ast.Call) -> None:
        for part in [*node.args, *(k.value for k in node.keywords)]:
            self.visit(part)
        if isinstance(node.func, ast.Attribute):
            self.visit(node.func.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, (str, int, float)) and not isinstance(node.value, bool):
            self.found.append(node)

    def visit_List(self, node: ast.List) -> None:
        self.found.append(node)
        self.generic_visit(node)


def changed(text: str, chance: random.Random) -> str | None:
    """`text` with one constant changed: a digit flipped, a string cut, neighbours swapped, a number moved."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    places = _Place()
    places.visit(tree)
    if "Mock(" in text:
        fixed = keys_of(tree)
        places.found = [place for place in places.found if id(place) not in fixed]
    if not places.found:
        return None
    target: Any = chance.choice(places.found)
    if isinstance(target, ast.List):
        if not target.elts:
            return None
        index = chance.randrange(len(target.elts))
        if chance.random() < 0.5:
            target.elts.pop(index)
        else:
            target.elts.insert(index, target.elts[index])
    elif isinstance(target.value, str):
        new = changed_string(target.value, chance)
        target.value = new
    else:
        target.value = changed_number(target.value, chance)
    return ast.unparse(tree)


def changed_string(value: str, chance: random.Random) -> str:
    """A near miss of a string; numbers inside `Decimal("…")` stay numbers most of the time."""
    if re.fullmatch(r"-?\d+\.?\d*", value) and chance.random() < 0.6:
        number = float(value) if "." in value else int(value)
        return str(changed_number(number, chance))
    if not value:
        return chance.choice(["a", "0", " "])
    index = chance.randrange(len(value))
    turn = chance.randrange(9)
    if turn <= 3:
        old = value[index]
        new = (
            chance.choice("0123456789")
            if old.isdigit() or turn == 3
            else chance.choice("ABCXYZ" if old.isupper() else "abcxyz")
        )
        return value[:index] + new + value[index + 1 :]
    if turn == 4:
        return value[:-1]
    if turn == 5:
        return value[:index] + value[index + 1 :]
    if turn == 6 and index + 1 < len(value):
        return value[:index] + value[index + 1] + value[index] + value[index + 2 :]
    if turn == 7:
        return value.lower() if value != value.lower() else value.upper()
    return value + value[index]


def changed_number(value: Any, chance: random.Random) -> Any:
    """A neighbour of a number, or another magnitude."""
    if isinstance(value, float):
        return chance.choice(
            [round(value + 1, 6), round(value - 1, 6), round(value * 10, 6), round(value / 10, 6), 0.0, -value]
        )
    return chance.choice([value + 1, value - 1, value * 10, value // 2, 0, value * 2, value + 7, -value])
