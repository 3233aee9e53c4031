"""What guards an operation in a text: authorisation, limits, audit, locks, transactions, validation (`guards.toml`).

A guard is an annotation or decorator, a call, a lock that is taken, or a condition that ends the routine. Words in comments,
strings, imports and in the heads of definitions are none. Python and Java; of other languages the words alone count.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

from copilot.messages import locale
from copilot.syntax import tree as trees
from copilot.syntax.lines import line_end, line_start
from copilot.syntax.outline import Outline, outline
from copilot.syntax.parsing import Node, QueryCursor, compiled
from copilot.types import Document, Severity, Span

_COMPARED: Final = re.compile(r"[<>]|compareTo|signum|(?i:exceed|insufficient|within|greater|less|over)")
_REFUSED: Final = re.compile(
    r"(?i)403|401|forbid|denied|den(?:y|ies)|unauthori|reject|fail|error|refus|false|invalid|abort|insufficient|exceed|limit|not_allowed|return;?\s*\}?\Z"
)
_ENDS: Final = ("throw_statement", "raise_statement")
_LEAVES: Final = (*_ENDS, "return_statement")
_NO_CODE: Final = re.compile(r"comment|string|text_block")
_HEADS: Final = ("import_statement", "import_from_statement", "import_declaration", "package_declaration")
_DEFINED: Final = (
    "function_definition", "method_declaration", "constructor_declaration", "class_definition", "class_declaration",
    "interface_declaration", "annotation_type_declaration", "enum_declaration", "record_declaration",
)  # fmt: skip
_SUBJECT: Final = re.compile(
    r"(?:\s*\([^()]*\))?(?:\s*@\w+(?:\([^()]*\))?)*\s+(?:(?:final|private|protected|public|static)\s+)*[\w.]+(?:<[^;={}]*?>)?(?:\[\])?\s+(\w+)\s*[,)=;]"
)
_LONGEST: Final = 300
_PROSE: Final = (None, "markdown", "html", "css", "json", "yaml", "toml")
"""What is no code: words in it guard nothing."""


class Kind(NamedTuple):
    """A kind of guard, as `guards.toml` tells it."""

    name: str
    severity: Severity
    en: str
    zh: str
    words: re.Pattern[str]
    inside: re.Pattern[str] | None
    names: re.Pattern[str]

    @property
    def title(self) -> str:
        """What a person calls it."""
        return self.zh if locale() == "zh" else self.en


class Guard(NamedTuple):
    """One guard. `key`: its name, of a condition its text; `line` from 1; `text`: its line without blanks around; `subject`:
    the parameter or field that an annotation speaks of, else empty.
    """

    kind: Kind
    key: str
    line: int
    symbol: str
    text: str
    subject: str = ""


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order in which they are tried."""
    rows = tomllib.loads(resources.files("copilot.review").joinpath("guards.toml").read_text("utf-8"))["kind"]
    return tuple(
        Kind(
            row["name"],
            Severity(row["severity"]),
            row["en"],
            row["zh"],
            re.compile("|".join(f"(?:{word})" for word in row["words"])),
            re.compile("|".join(row["inside"])) if row["inside"] else None,
            re.compile(row["names"]),
        )
        for row in rows
    )


def called_for(text: str) -> bool:
    """Whether lines may hold a guard at all: a search for words."""
    return _CONDITION.search(text) is not None or any(
        kind.words.search(text) or (kind.inside is not None and kind.inside.search(text)) for kind in kinds()
    )


_CONDITION: Final = re.compile(r"\b(?:if|elif|unless)\b")


def guards(doc: Document, lines: AbstractSet[int] | None = None) -> list[Guard]:
    """The guards of a text whose first line is one of `lines` (None: all), in order; one a line and kind."""
    found: dict[tuple[int, str], Guard] = {}
    if doc.language in _PROSE:
        return []
    shape = outline(doc)
    starts = _starts(doc.text)
    text = doc.text.decode("latin-1")  # a character a byte: offsets stay
    for at in sorted(lines) if lines is not None else range(1, len(starts)):
        if not 0 < at < len(starts):
            continue
        row = text[starts[at - 1] : starts[at]]
        taken: list[tuple[int, int]] = []
        for kind in kinds():
            for match in _matches(kind, row):
                if (at, kind.name) in found or any(start < match.end() and match.start() < end for start, end in taken):
                    continue
                if _is_code(
                    doc, starts[at - 1] + match.start(), inside=kind.inside is not None and match.re is kind.inside
                ):
                    taken.append(match.span())
                    found[at, kind.name] = _guard(doc, shape, kind, at, starts[at - 1] + match.start(), match)
    for guard in _conditions(doc, shape, lines):
        found.setdefault((guard.line, guard.kind.name), guard)
    return sorted(found.values(), key=lambda guard: guard.line)


def _starts(text: bytes) -> list[int]:
    starts = [0, *(found.end() for found in re.finditer(rb"\n", text))]
    return starts if starts[-1] == len(text) else [*starts, len(text)]


def _matches(kind: Kind, row: str) -> Iterator[re.Match[str]]:
    yield from kind.words.finditer(row)
    if kind.inside is not None:
        yield from kind.inside.finditer(row)


def _is_code(doc: Document, offset: int, *, inside: bool) -> bool:
    tree = trees.of(doc)
    if tree is None:
        return True
    node = tree.root_node.descendant_for_byte_range(offset, offset)
    at: Node | None = node
    while at is not None:
        if (
            at.type in _HEADS
            or ("comment" in at.type)
            or (_NO_CODE.search(at.type) and not inside and at.type != "interpolation")
        ):
            return False
        if at.type == "interpolation":
            return True
        if at.type in _DEFINED:
            name = at.child_by_field_name("name")
            return name is None or not name.start_byte <= offset < name.end_byte
        at = at.parent
    return True


def _guard(doc: Document, shape: Outline, kind: Kind, line: int, offset: int, match: re.Match[str]) -> Guard:
    text = _line(doc, offset)
    rest = doc.text[offset + len(match[0]) : offset + len(match[0]) + _LONGEST].decode("utf-8", "replace")
    subject = _SUBJECT.match(rest) if match[0].startswith("@") else None
    key = re.sub(r"\W+$", "", match[0].strip().removeprefix("@"))
    key = ("@" if match[0].startswith("@") else "") + re.split(r"[.\s]", key)[-1]
    around = shape.at(Span(offset, offset))
    name = around.qualified if around is not None else ""
    return Guard(kind, key, line, name, text, subject[1] if subject is not None else "")


def _line(doc: Document, offset: int) -> str:
    row = doc.text[line_start(doc.text, offset) : line_end(doc.text, offset)].decode("utf-8", "replace")
    return " ".join(row.split())


def _conditions(doc: Document, shape: Outline, lines: AbstractSet[int] | None) -> Iterator[Guard]:
    """`if` statements that end their routine: of authorisation or a limit by what they speak of, else of validation."""
    tree = trees.of(doc)
    if tree is None or doc.language not in {"python", "java", "javascript", "typescript", "tsx"}:
        return
    for node in QueryCursor(compiled(doc.language, "(if_statement) @if")).captures(tree.root_node).get("if", []):
        line = node.start_point[0] + 1
        body = node.child_by_field_name("consequence")
        asked = node.child_by_field_name("condition")
        if (lines is not None and line not in lines) or body is None or asked is None:
            continue
        last = _last(body)
        if last is None or last.type not in _LEAVES or node.child_by_field_name("alternative") is not None:
            continue
        condition = " ".join(_text(doc, asked).split())
        whole = _text(doc, body)
        kind = _kind(condition, whole, ends=last.type in _ENDS)
        if kind is not None:
            around = shape.at(Span(node.start_byte, node.start_byte))
            yield Guard(
                kind, condition, line, around.qualified if around is not None else "", _line(doc, node.start_byte)
            )


def _last(body: Node) -> Node | None:
    inside = [each for each in body.named_children if "comment" not in each.type]
    return inside[-1] if inside else (body if body.type in _LEAVES else None)


def _kind(condition: str, body: str, *, ends: bool) -> Kind | None:
    said = f"{condition} {body}"
    for kind in kinds():
        if kind.name == "validation":
            return kind if ends else None
        if kind.name == "limit" and not _COMPARED.search(condition):
            continue
        if kind.names.search(said if ends else condition) and (ends or _REFUSED.search(body)):
            return kind
    return None


def _text(doc: Document, node: Node) -> str:
    return doc.text[node.start_byte : node.end_byte].decode("utf-8", "replace")


def calls_in(doc: Document, qualified: str) -> set[str]:
    """The names that the definitions of a qualified name call."""
    shape = outline(doc)
    spans = [symbol.span for symbol in shape.symbols if symbol.qualified == qualified]
    return {call.name for call in shape.calls if any(span.contains(call.span) for span in spans)}
