# Runs in the project's interpreter: Python 3.9, in the sandbox, with code that may do anything.
# ruff: noqa: BLE001, S112, S311

"""Strings that match a regular expression of the code: what a validator wants to see cannot be guessed from its name.

The expression is read by the parser of `re` itself; each choice of it (an alternative, an optional part, a repetition)
is taken in turn. What the expression does not match after all (look-around, boundaries) is left out.
"""

from __future__ import annotations

import ast
import random
import re
import types
from collections.abc import Iterator
from typing import Any

try:
    from re import _parser as parser  # type: ignore[attr-defined]  # its name since 3.11
except ImportError:
    import sre_parse as parser  # type: ignore[import-not-found, no-redef, unused-ignore]

MAX_SAMPLES = 5
_TURNS = 14
_LONGEST = 60
_CATEGORIES = {
    "CATEGORY_DIGIT": "7", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": "a", "CATEGORY_NOT_WORD": "-", "CATEGORY_NOT_SPACE": "a",
}  # fmt: skip


def patterns(module: types.ModuleType, tree: ast.AST) -> list[re.Pattern[str]]:
    """Compiled patterns of the module and of its classes, and those written as literals in calls of `re`."""
    found: list[Any] = []
    for value in list(vars(module).values()):
        found += [value, *(vars(value).values() if isinstance(value, type) else ())]
    texts = [value for value in found if isinstance(value, re.Pattern) and isinstance(value.pattern, str)]
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            try:
                texts.append(re.compile(node.args[0].value))
            except (re.error, RecursionError, OverflowError):
                continue
    return list({(p.pattern, p.flags): p for p in texts}.values())


def samples(pattern: re.Pattern[str], limit: int = MAX_SAMPLES) -> list[str]:
    """Different strings in which the pattern finds something, the shortest choice first; none when it cannot be read."""
    try:
        tree = parser.parse(pattern.pattern, pattern.flags)
    except Exception:
        return []
    found: dict[str, None] = {}
    for turn in range(_TURNS):
        writer = _Writer(turn)
        try:
            text = writer.text(tree)
        except Exception:
            continue
        if len(text) <= _LONGEST and text.isprintable() and text and pattern.search(text):
            found[text] = None
        if len(found) == limit:
            break
    return list(found)


class _Writer:
    """One way through an expression: turn 0 takes the least of everything, 1 each option once, others by lot."""

    def __init__(self, turn: int) -> None:
        self._turn = turn
        self._random = random.Random(turn)
        self._groups: dict[int, str] = {}

    def text(self, tree: Any) -> str:
        """A string for a parsed sequence."""
        return "".join(self._part(str(op), argument) for op, argument in tree)

    def _part(self, op: str, argument: Any) -> str:
        if op == "LITERAL":
            return chr(argument)
        if op == "NOT_LITERAL":
            return "b" if argument == ord("a") else "a"
        if op == "ANY":
            return "a"
        if op == "IN":
            return self._one_of(argument)
        if op == "BRANCH":
            choices = argument[1]
            return self.text(choices[0] if self._turn < 2 else self._random.choice(choices))
        if op == "SUBPATTERN":
            text = self.text(argument[-1])
            if argument[0] is not None:
                self._groups[argument[0]] = text
            return text
        if op in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inner = argument
            return "".join(self.text(inner) for _ in range(self._times(int(least), int(most))))
        if op == "ATOMIC_GROUP":
            return self.text(argument)
        if op == "GROUPREF":
            return self._groups.get(argument, "")
        if op == "GROUPREF_EXISTS":
            return self.text(argument[1]) if argument[0] in self._groups else ""
        return ""  # positions and look-around match no character

    def _times(self, least: int, most: int) -> int:
        if self._turn == 0:
            return least
        if self._turn == 1:
            return min(most, max(least, 1))
        return self._random.randint(least, min(most, least + 2))

    def _one_of(self, items: Any) -> str:
        if str(items[0][0]) == "NEGATE":
            return next(self._outside(items), "a")
        op, argument = items[0] if self._turn < 2 else self._random.choice(items)
        if str(op) == "RANGE":
            first, last = argument
            return chr(first + 1 if self._turn < 2 and first < last else self._random.randint(first, last))
        return chr(argument) if str(op) == "LITERAL" else _CATEGORIES.get(str(argument), "a")

    @staticmethod
    def _outside(items: Any) -> Iterator[str]:
        for char in "a7 -Z":
            inside = False
            for op, argument in items[1:]:
                if str(op) == "LITERAL":
                    inside |= chr(argument) == char
                elif str(op) == "RANGE":
                    inside |= argument[0] <= ord(char) <= argument[1]
                else:
                    kind = str(argument).replace("CATEGORY_", "")
                    plain = {"DIGIT": char.isdigit(), "WORD": char.isalnum() or char == "_", "SPACE": char.isspace()}
                    inside |= not plain.get(kind[4:], False) if kind.startswith("NOT_") else plain.get(kind, False)
            if not inside:
                yield char
