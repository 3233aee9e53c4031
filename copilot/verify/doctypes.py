"""Types that documentation names, beside annotations: a contradiction is one that no reading could resolve.

Only plain built-in types are compared; numbers are one kind. Absent on purpose: everything else (`array_like`, classes).
"""

from __future__ import annotations

import ast
import re
from typing import Final

from copilot.types import Span
from copilot.verify import docsections, doctext
from copilot.verify.docsections import Documentation, Entry, Section

_KINDS: Final = {
    "int": "number", "integer": "number", "float": "number", "complex": "number", "bool": "number", "boolean": "number",
    "number": "number", "ints": "number", "integers": "number", "floats": "number",
    "str": "str", "string": "str", "unicode": "str", "text": "str", "bytes": "bytes", "bytearray": "bytes",
    "list": "list", "tuple": "tuple", "dict": "dict", "dictionary": "dict", "set": "set", "frozenset": "set",
}  # fmt: skip
_NOTHING: Final = frozenset({"None", "none", "NoneType"})
_ALIASES: Final = {"List": "list", "Tuple": "tuple", "Dict": "dict", "Set": "set", "FrozenSet": "set", "Text": "str"}
_HEADS: Final = {
    "google": re.compile(r"^\s*\*{0,2}\w+\s*\((?P<type>[^()]*(?:\([^()]*\)[^()]*)*)\)\s*:"),
    "numpy": re.compile(r"^\s*\*{0,2}\w+\s*:\s*(?P<type>.*)$"),
    "rest": re.compile(r"^\s*:(?:type\s+\*{0,2}\w+\s*:\s*(?P<type>.*)|param\s+(?P<type2>[^:]+?)\s+\*{0,2}\w+\s*:.*)$"),
}
_REST: Final = re.compile(r",?\s*\b(?:optional|required|keyword[- ]only|default\b.*|or None|None or)\b.*$")


def of_entry(found: Documentation, entry: Entry) -> tuple[str, Span] | None:
    """The type that an entry's first line names, and where it stands; None where there is none."""
    pattern = _HEADS.get(found.style)
    match = pattern.match(found.lines[entry.first].text) if pattern is not None else None
    group = "type" if match is not None and match["type"] is not None else "type2"
    if match is None or group not in match.groupdict() or not match[group]:
        return None
    kept = _REST.sub("", match[group]).strip()
    if not kept:
        return None
    start = match.start(group) + match[group].index(kept)
    return kept, doctext.place(found, entry.first, start, start + len(kept))


def of_result(found: Documentation, section: Section) -> tuple[str, Span] | None:
    """The type that a section of results names: Google's `type: …` and NumPy's line of its own; in reST `:rtype:`."""
    if section.body > section.last:
        return None
    line = found.lines[section.body].text
    pattern = {"google": r"^\s*(?P<type>[\w.\[\], |]+?)\s*:\s", "numpy": r"^\s*(?P<type>[\w.\[\], |]+?)\s*$"}.get(
        found.style
    )
    at = section.body
    if found.style == "rest":
        pattern = r"^\s*:(?:rtype|ytype)\s*:\s*(?P<type>.+)$"
        at = next(
            (i for i in range(section.first, section.last + 1) if re.match(pattern, found.lines[i].text)), section.body
        )
        line = found.lines[at].text
    if found.style == "numpy" and not docsections.has_type_line(found, section):
        return None
    match = re.match(pattern, line) if pattern is not None else None
    return (match["type"], doctext.place(found, at, *match.span("type"))) if match is not None else None


def contradict(told: str, annotation: str) -> bool:
    """True when both are built-in types and have no kind in common."""
    one, other = plain(told), _declared(annotation)
    return bool(one) and bool(other) and not one & other


def plain(text: str) -> set[str]:
    """The kinds of a documented type; empty when any part of it is not plain."""
    kinds: set[str] = set()
    for part in re.split(r"\s+or\s+|\s*\|\s*|\s*/\s*", text.strip().strip("`:").strip()):
        word = part.strip().strip("`").strip()
        if word in _NOTHING:
            continue
        head = re.fullmatch(r"([A-Za-z]+)(?:\[.*\]|\s+of\s+[\w\s.\[\]`]+)?", word)
        kind = _KINDS.get(_ALIASES.get(head[1], head[1])) if head is not None else None
        if kind is None:
            return set()
        kinds.add(kind)
    return kinds


def _declared(annotation: str) -> set[str]:
    try:
        node = ast.parse(annotation, mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return set()
    found = _kinds(node)
    return found if found is not None else set()


def _kinds(node: ast.expr) -> set[str] | None:
    """The kinds of an annotation, without None; None when any part is not plain."""
    if isinstance(node, ast.Constant):
        if node.value is None:
            return set()
        if isinstance(node.value, str):
            try:
                return _kinds(ast.parse(node.value, mode="eval").body)
            except (SyntaxError, ValueError):
                return None
        return None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union([node.left, node.right])
    name = _name(node.value if isinstance(node, ast.Subscript) else node)
    if isinstance(node, ast.Subscript) and name in {"Optional", "Union", "Annotated", "Final"}:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return _union(parts[:1] if name in {"Annotated", "Final"} else parts)
    kind = _KINDS.get(_ALIASES.get(name, name))
    return {kind} if kind is not None and name not in {"text", "number", "string", "integer"} else None


def _union(parts: list[ast.expr]) -> set[str] | None:
    found: set[str] = set()
    for part in parts:
        kinds = _kinds(part)
        if kinds is None:
            return None
        found |= kinds
    return found


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr if isinstance(node.value, ast.Name) and node.value.id in {"typing", "t", "builtins"} else ""
    return node.id if isinstance(node, ast.Name) else ""
