r"""Values in the text of an SQL statement as parameters of the call, where the shape is simple enough to be sure.

Python: `execute(f"… = {x}")`, `execute("… = " + x)`, `execute("… = %s" % x)`, `execute("… = {}".format(x))`, with one
argument, under a driver whose marks are known by its import. Each value must stand where SQL takes one value: behind a
comparison or `LIKE`, or in a list beside a comma (else it may be the whole list; quotes tell it from one in `VALUES (` only,
since `IN ('…')` is how a joined list is put in), alone between its quotes if it has some. MyBatis: `${x}` as `#{x}` in such places. Anything else is left as it is: a table's name
cannot be bound. Absent on purpose: statements made elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from copilot.syntax.outline import outline
from copilot.syntax.parsing import Node
from copilot.types import Document, Edit, Span

_MARKS: Final = {
    "sqlite3": "?", "pyodbc": "?", "aiosqlite": "?", "duckdb": "?", "psycopg2": "%s", "psycopg": "%s", "pymysql": "%s",
    "MySQLdb": "%s", "mysql": "%s", "dmPython": "?", "jaydebeapi": "?",
}  # fmt: skip
"""Drivers and what stands for a value in their statements."""

_COMPARED: Final = re.compile(r"(?i)(?:[=<>]|\blike|\blimit|\boffset)\s*\Z")
_LIST: Final = re.compile(r"(?i)\b(in|values)\s*\((?:[^()]*,)?\s*\Z")
_GOES_ON: Final = re.compile(r"[\w.$(:\[]")
"""What behind a value says that it is a part of something: `{alias}.id`, `{name}_x`, `{function}(`."""

_JOINED: Final = re.compile(r"\bjoin\s*\(")


class _Part(NamedTuple):
    """A piece of the statement: its text, or the code of a value."""

    text: str
    value: bool


def edits(document: Document, how: str, captures: Mapping[str, Node]) -> Iterator[Edit]:
    """The edits that bind the values of the capture `sql`; none where it is not sure."""
    node = captures["sql"]
    if how == "mybatis":
        yield from _mybatis(document, node)
        return
    mark = _mark(document)
    parts = _parts(node) if mark else None
    if parts is None:
        return
    made = _bound(parts, mark)
    if made is not None:
        text, values = made
        one = values[0] if len(values) == 1 else ""
        given = f"({one},)" if one else f"({', '.join(values)})"
        yield Edit(document.path, Span(node.start_byte, node.end_byte), f"{_quoted(text)}, {given}")


def _mark(document: Document) -> str:
    """What stands for a value, when the file imports exactly one kind of driver."""
    found = {_MARKS[head] for row in outline(document).imports if (head := row.module.partition(".")[0]) in _MARKS}
    return found.pop() if len(found) == 1 else ""


def _parts(node: Node) -> list[_Part] | None:
    """The statement in pieces, None for a shape that is not known."""
    if node.type == "string":
        return _string(node)
    if node.type == "parenthesized_expression" and len(node.named_children) == 1:
        return _parts(node.named_children[0])
    if node.type == "concatenated_string":
        pieces = [_string(part) for part in node.named_children]
        return [part for piece in pieces if piece is not None for part in piece] if None not in pieces else None
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    sign = _text(node.child_by_field_name("operator"))
    if node.type == "binary_operator" and left is not None and right is not None:
        if sign == "+":
            return _sum(left, right)
        if sign == "%" and left.type == "string":
            return _formatted(left, right)
    function = node.child_by_field_name("function")
    if node.type == "call" and function is not None and _text(function.child_by_field_name("attribute")) == "format":
        return _format_call(function.child_by_field_name("object"), node.child_by_field_name("arguments"))
    return None


def _sum(left: Node, right: Node) -> list[_Part] | None:
    found: list[_Part] = []
    for side in (left, right):
        if side.type in {"string", "binary_operator", "concatenated_string"}:
            pieces = _parts(side)
            if pieces is None:
                return None
            found += pieces
        else:
            found.append(_Part(_plain(side), value=True))
    return found


def _plain(node: Node) -> str:
    """The code of a value; `str(x)` in a sum was there for the sum only."""
    function, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if node.type == "call" and _text(function) == "str" and given is not None and len(given.named_children) == 1:
        return _text(given.named_children[0])
    return _text(node)


def _string(node: Node) -> list[_Part] | None:
    """The pieces of a string literal, an f-string's holes as values; None for escapes, bytes, triple quotes with them."""
    start = _text(node.children[0]) if node.children else ""
    if "b" in start.lower() or "r" in start.lower():
        return None
    found: list[_Part] = []
    for part in node.named_children:
        if part.type == "string_content":
            if part.named_children or "\\" in _text(part):
                return None
            found.append(
                _Part(
                    _text(part).replace("{{", "{").replace("}}", "}") if "f" in start.lower() else _text(part),
                    value=False,
                )
            )
        elif part.type == "interpolation":
            inner = part.child_by_field_name("expression")
            if inner is None or len(part.named_children) != 1:
                return None  # a conversion or a format
            found.append(_Part(_text(inner), value=True))
    return found


def _formatted(left: Node, right: Node) -> list[_Part] | None:
    values = [_text(n) for n in right.named_children] if right.type == "tuple" else [_text(right)]
    return _filled(left, re.compile(r"%[sd]"), values)


def _format_call(left: Node | None, given: Node | None) -> list[_Part] | None:
    if left is None or left.type != "string" or given is None:
        return None
    if any(n.type in {"keyword_argument", "list_splat", "dictionary_splat"} for n in given.named_children):
        return None
    return _filled(left, re.compile(r"\{\}"), [_text(n) for n in given.named_children])


def _filled(left: Node, hole: re.Pattern[str], values: list[str]) -> list[_Part] | None:
    pieces = _string(left)
    if pieces is None or len(pieces) != 1 or pieces[0].value:
        return None
    texts = hole.split(pieces[0].text)
    if len(texts) != len(values) + 1 or any("%" in text or "{" in text for text in texts):
        return None
    found = [_Part(texts[0], value=False)]
    for value, text in zip(values, texts[1:], strict=True):
        found += [_Part(value, value=True), _Part(text, value=False)]
    return found


def _bound(parts: list[_Part], mark: str) -> tuple[str, list[str]] | None:
    """`(statement, values)`, None where a value does not surely stand for a value."""
    texts, values = [""], list[str]()
    for part in parts:
        if part.value:
            values.append(part.text)
            texts.append("")
        else:
            texts[-1] += part.text
    if not values or (mark == "%s" and any("%" in text for text in texts)):  # a `%` would have to be doubled
        return None
    text = texts[0]
    for value, behind in zip(values, texts[1:], strict=True):
        quotes = text.endswith("'"), behind.startswith("'")
        before, rest = (text[:-1], behind[1:]) if all(quotes) else (text, behind)
        if quotes[0] != quotes[1] or not _is_one(value, before, rest, quoted=quotes[0]):
            return None
        text = before + mark + rest
    return None if text.count("'") % 2 else (text, values)


def _is_one(value: str, before: str, behind: str, *, quoted: bool) -> bool:
    """Whether one value surely stands between these texts of a statement, and not a part of one or several."""
    if before.count("'") % 2 or _GOES_ON.match(behind):
        return False
    if _COMPARED.search(before):
        return True
    among = _LIST.search(before)
    if among is None or _JOINED.search(value):
        return False
    beside = before.rstrip().endswith(",") or behind.lstrip().startswith(",")
    return beside or (quoted and among[1].lower() == "values")


def _quoted(text: str) -> str:
    if "\n" in text:
        return f'"""{text}"""'
    return f'"{text}"' if '"' not in text else f"'{text}'" if "'" not in text else f'"""{text}"""'


_PASTED: Final = re.compile(r"'?\$\{\s*([\w.]+)\s*\}'?")


def _mybatis(document: Document, node: Node) -> Iterator[Edit]:
    text = _text(node)
    found = list(_PASTED.finditer(text))
    for match in found:
        quotes = match[0].startswith("'"), match[0].endswith("'")
        before, behind = text[: match.start()], text[match.end() :]
        if quotes[0] != quotes[1] or not _is_one(match[1], before, behind, quoted=quotes[0]):
            return
    for match in found:
        start = node.start_byte + len(text[: match.start()].encode())
        yield Edit(document.path, Span(start, start + len(match[0].encode())), f"#{{{match[1]}}}")


def _text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""
