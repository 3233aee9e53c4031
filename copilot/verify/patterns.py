"""A regular expression as a list of parts that can be put into words; none for one that has no short reading.

Read by Python's own parser; Java's patterns are read by it too, as far as both agree. Absent on purpose: look-around,
back references, conditions and flags, whose reading is no list.
"""

from __future__ import annotations

import ast
import re
from typing import Any, Final

_MOST: Final = 8
_LEAST: Final = 2
_LONGEST: Final = 60
_CLASSES: Final = {
    "CATEGORY_DIGIT": "digit", "CATEGORY_WORD": "word", "CATEGORY_SPACE": "space", "CATEGORY_NOT_SPACE": "not-space",
    "CATEGORY_NOT_DIGIT": "not-digit", "CATEGORY_NOT_WORD": "not-word",
}  # fmt: skip
_RANGES: Final = {
    frozenset({"09"}): "digit", frozenset({"AZ"}): "upper", frozenset({"az"}): "lower", frozenset({"AZ", "az"}): "letter",
    frozenset({"09", "AZ"}): "upper-digit", frozenset({"09", "az"}): "lower-digit", frozenset({"09", "AZ", "az"}): "alnum",
    frozenset({"09", "AF"}): "hex", frozenset({"09", "af"}): "hex", frozenset({"09", "AF", "af"}): "hex",
}  # fmt: skip


def parts(literal: str, language: str) -> tuple[str, ...]:
    """`kind:least:most` a part (`text` and its letters for literal text, most `*` without a bound); empty for no reading."""
    text = _value(literal, language)
    if text is None or len(text) > _LONGEST or not re.search(r"[\[\\{+*?]", text):
        return ()
    try:
        from re import _parser  # type: ignore[attr-defined]  # the standard library's own reader of patterns

        tree = _parser.parse(text)
    except (re.error, RecursionError, OverflowError):
        return ()
    if tree.state.flags & ~re.UNICODE.value:
        return ()
    found: list[str] = []
    if not _read(tree, found) or not _LEAST <= len(found) <= _MOST:
        return ()
    return tuple(found)


def _value(literal: str, language: str) -> str | None:
    if language == "java":
        if '"""' in literal or not re.fullmatch(r'"(?:[^"\\]|\\[\\"])*"', literal):
            return None
        text = literal[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        return text if not re.search(r"\\[pPQEG]|&&|\+\+|\*\+|\?\+", text) else None
    try:
        value = ast.literal_eval(literal)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, str) else None


def _read(tree: Any, found: list[str]) -> bool:
    for code, value in tree:
        name = str(code)
        if name == "LITERAL":
            letter = chr(value)
            if not letter.isprintable() or letter in "`:":
                return False
            if found and found[-1].startswith("text:"):
                found[-1] += letter
            else:
                found.append(f"text:{letter}")
        elif name == "AT":
            if str(value) not in {"AT_BEGINNING", "AT_END", "AT_BEGINNING_STRING", "AT_END_STRING"}:
                return False
        elif name == "SUBPATTERN":
            if not _read(value[-1], found):
                return False
        elif name in {"MAX_REPEAT", "MIN_REPEAT"}:
            least, most, inner = value
            kind = _single(inner)
            if kind is None:
                return False
            found.append(f"{kind}:{least}:{'*' if most is _unbounded() else most}")
        elif (kind := _single([(code, value)])) is not None:
            found.append(f"{kind}:1:1")
        else:
            return False
    return True


def _unbounded() -> Any:
    from re import _constants  # type: ignore[attr-defined]

    return _constants.MAXREPEAT


def _single(inner: Any) -> str | None:
    """The kind of one character; None for anything longer or rarer."""
    if len(inner) != 1:
        return None
    code, value = str(inner[0][0]), inner[0][1]
    if code == "SUBPATTERN":
        return _single(value[-1])
    if code == "ANY":
        return "any"
    if code == "LITERAL" and chr(value).isprintable() and chr(value) not in "`:":
        return f"one {chr(value)}"
    if code != "IN":
        return None
    ranges: set[str] = set()
    kinds: set[str] = set()
    for kind, what in value:
        if str(kind) == "RANGE":
            ranges.add(chr(what[0]) + chr(what[1]))
        elif str(kind) == "CATEGORY" and str(what) in _CLASSES:
            kinds.add(_CLASSES[str(what)])
        else:
            return None
    if ranges and not kinds:
        return _RANGES.get(frozenset(ranges))
    return next(iter(kinds)) if len(kinds) == 1 and not ranges else None
