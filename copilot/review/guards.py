"""What guards an operation in a text: authorisation, limits, audit, locks, transactions, validation (`guards.toml`).

A guard is an annotation or decorator, a call, a lock that is taken, or a condition that ends the routine. Words in comments,
strings, imports and in the heads of definitions are none. Python and Java; of other languages the words alone count.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import resources
from itertools import groupby
from typing import Final, NamedTuple

from copilot.messages import locale
from copilot.review.scopes import symbol_at
from copilot.syntax import tree as trees
from copilot.syntax.lines import feeds, line_end, line_start
from copilot.syntax.parsing import Node, QueryCursor, compiled
from copilot.types import Document, Severity

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
_ASCII: Final = re.compile(r"[A-Za-z0-9_]+")
_BEFORE: Final = 3
"""Lines between where a guard begins and where its name stands, at most."""
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
    return _CONDITION.search(text) is not None or _hint().search(text) is not None


@cache
def _hint() -> re.Pattern[str]:
    """One expression for the words of all kinds, by re2, which takes a tenth of the time and knows no looking ahead: without that
    it finds more, never less.
    """
    import re2  # 20 ms: paid by the first look, not by whoever starts up

    words = [pattern.pattern for kind in kinds() for pattern in (kind.words, kind.inside) if pattern is not None]
    made: re.Pattern[str] = re2.compile("|".join(f"(?:{_plain(word)})" for word in words))
    return made


def _plain(pattern: str) -> str:
    r"""An expression without its `(?=…)` and `(?!…)`, whose `\w` are what they are for `re` in a text of one character a byte."""
    kept, at, depth, listed = [], 0, 0, False
    while at < len(pattern):
        size = 2 if pattern[at] == "\\" else 1
        if not listed and pattern.startswith(("(?=", "(?!"), at) and not depth:
            depth, size = 1, 3
        elif depth and size == 1 and not listed:
            depth += {"(": 1, ")": -1}.get(pattern[at], 0)
            if not depth:
                at += 1
                continue
        if size == 1 and pattern[at] in "[]" and (pattern[at] == "[") != listed:
            listed = not listed
        if not depth:
            word = r"\w\x{80}-\x{ff}" if listed else r"[\w\x{80}-\x{ff}]"
            kept.append(word if pattern[at : at + size] == r"\w" else pattern[at : at + size])
        at += size
    return "".join(kept)


_CONDITION: Final = re.compile(r"\b(?:if|elif|unless)\b")


def guards(doc: Document, lines: AbstractSet[int] | None = None, only: AbstractSet[str] | None = None) -> list[Guard]:
    """The guards of a text whose first line is one of `lines` (None: all), in order; one a line and kind.

    `only`: names of the kinds that are wanted.
    """
    if doc.language in _PROSE:
        return []
    wanted = [kind for kind in kinds() if only is None or kind.name in only]
    places: list[tuple[Kind, int, int, re.Match[str]]] = []
    text = doc.text.decode("latin-1")  # a character a byte: offsets stay
    starts = feeds(doc.text)
    for first, last in _runs(starts, lines):
        for n, kind in enumerate(wanted):
            for words in (kind.words, kind.inside):
                places += (
                    (kind, n, bisect_right(starts, match.start()), match)
                    for match in (words.finditer(text, first, last) if words is not None else ())
                )
    found: dict[tuple[int, str], Guard] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    for kind, _, line, match in sorted(places, key=lambda place: (place[2], place[1], place[3].start())):
        start, end = match.span()
        if (line, kind.name) in found or any(start < b and a < end for a, b in taken.get(line, ())):
            continue
        if _is_code(doc, start, inside=match.re is kind.inside):
            taken.setdefault(line, []).append((start, end))
            found[line, kind.name] = _guard(doc, kind, line, start, match)
    for guard in _conditions(doc, lines):
        if only is None or guard.kind.name in only:
            found.setdefault((guard.line, guard.kind.name), guard)
    return sorted(found.values(), key=lambda guard: guard.line)


def alike(doc: Document, told: Iterable[Guard]) -> list[Guard]:
    """All guards of a text that have the kind and the name of one of some guards, in order."""
    wanted = {(guard.kind.name, guard.key) for guard in told}
    lines: set[int] = set()
    starts = feeds(doc.text)
    for word in {max(_ASCII.findall(key), key=len, default="").encode() for _, key in wanted}:
        at = doc.text.find(word)
        while at >= 0:  # a name may stand lower than where its guard begins, and higher than its end
            row = bisect_right(starts, at)
            lines.update(range(row - _BEFORE, row + 2))
            at = doc.text.find(word, starts[row]) if row < len(starts) - 1 else -1
    return [each for each in guards(doc, lines, {kind for kind, _ in wanted}) if (each.kind.name, each.key) in wanted]


def _runs(starts: Sequence[int], lines: AbstractSet[int] | None) -> Iterator[tuple[int, int]]:
    """Ranges of bytes that lines (from 1) take, those that follow each other together."""
    if lines is None:
        yield 0, starts[-1]
        return
    known = sorted(line for line in lines if 0 < line < len(starts))
    for _, group in groupby(enumerate(known), key=lambda pair: pair[1] - pair[0]):
        run = [line for _, line in group]
        yield starts[run[0] - 1], starts[run[-1]]


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


def _guard(doc: Document, kind: Kind, line: int, offset: int, match: re.Match[str]) -> Guard:
    text = _line(doc, offset)
    rest = doc.text[offset + len(match[0]) : offset + len(match[0]) + _LONGEST].decode("utf-8", "replace")
    subject = _SUBJECT.match(rest) if match[0].startswith("@") else None
    key = re.sub(r"\W+$", "", match[0].strip().removeprefix("@"))
    key = ("@" if match[0].startswith("@") else "") + re.split(r"[.\s]", key)[-1]
    return Guard(kind, key, line, symbol_at(doc, offset), text, subject[1] if subject is not None else "")


def _line(doc: Document, offset: int) -> str:
    row = doc.text[line_start(doc.text, offset) : line_end(doc.text, offset)].decode("utf-8", "replace")
    return " ".join(row.split())


def _conditions(doc: Document, lines: AbstractSet[int] | None) -> Iterator[Guard]:
    """`if` statements that end their routine: of authorisation or a limit by what they speak of, else of validation."""
    tree = trees.of(doc)
    if tree is None or doc.language not in {"python", "java", "javascript", "typescript", "tsx"}:
        return
    if lines is not None and not _CONDITION.search(b"\n".join(_rows(doc.text, lines)).decode("latin-1")):
        return
    for node in _ifs(doc, tree.root_node, lines):
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
            yield Guard(kind, condition, line, symbol_at(doc, node.start_byte), _line(doc, node.start_byte))


def _ifs(doc: Document, root: Node, lines: AbstractSet[int] | None) -> Iterator[Node]:
    """The `if` statements that may begin on one of `lines`, in order."""
    cursor = QueryCursor(compiled(doc.language or "", "(if_statement) @if"))
    ranges = _runs(feeds(doc.text), lines) if lines is not None else [(0, len(doc.text))]
    found: dict[int, Node] = {}
    for first, last in ranges:
        cursor.set_byte_range(first, last)
        found.update((node.start_byte, node) for node in cursor.captures(root).get("if", ()))
    yield from (found[start] for start in sorted(found))


def _rows(text: bytes, lines: AbstractSet[int]) -> list[bytes]:
    starts = feeds(text)
    return [text[first:last] for first, last in _runs(starts, lines)]


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
