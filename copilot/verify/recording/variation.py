"""Near misses of an input: the text of a call with one constant changed, as fuzzers change bytes."""

from __future__ import annotations

import ast
import functools
import random
import re
from typing import Any

from .stubs import keys_of

_HALF = 0.5


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

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Nothing: where its pieces stand is not told before Python 3.12."""

    def visit_List(self, node: ast.List) -> None:
        self.found.append(node)
        self.generic_visit(node)


def changed(text: str, chance: random.Random) -> str | None:
    """`text` with one constant changed: a digit flipped, a string cut, neighbours swapped, a number moved."""
    found = _places(text)
    if not found:
        return None
    target: Any = chance.choice(found)
    if isinstance(target, ast.List):
        if not target.elts:
            return None
        index = chance.randrange(len(target.elts))
        kept = [ast.unparse(each) for each in target.elts]
        if chance.random() < _HALF:
            kept.pop(index)
        else:
            kept.insert(index, kept[index])
        return _with(text, target, f"[{', '.join(kept)}]")
    new = (
        changed_string(target.value, chance) if isinstance(target.value, str) else changed_number(target.value, chance)
    )
    return _with(text, target, repr(new))


@functools.lru_cache(maxsize=1024)  # the calls that reach a fault are changed again and again
def _places(text: str) -> list[ast.AST]:
    """Where it may be changed: plain constants and lists."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return []
    places = _Place()
    places.visit(tree)
    fixed = keys_of(tree) if "Mock(" in text else ()
    return [place for place in places.found if id(place) not in fixed]


def _with(text: str, place: Any, new: str) -> str:
    """The text with something else in one place. Writing the whole tree anew takes five times as long."""
    lines = text.encode().split(b"\n")
    head = b"\n".join([*lines[: place.lineno - 1], lines[place.lineno - 1][: place.col_offset]])
    tail = b"\n".join([lines[place.end_lineno - 1][place.end_col_offset :], *lines[place.end_lineno :]])
    return head.decode() + new + tail.decode()


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
