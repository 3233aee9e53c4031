"""Documentation as lines: Google, NumPy and reST docstrings, Javadoc and JSDoc, whole or as additions to what is there.

The text comes with code between backticks; the style's own quotes are put in here. Absent on purpose: where it goes in
the file (`docplace.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from copilot.types import Document
from copilot.verify.docconventions import columns
from copilot.verify.docsections import Documentation, Part, Section

PARTS: Final[tuple[Part, ...]] = ("fields", "parameters", "returns", "yields", "raises")
_TITLES: Final[dict[str, tuple[str, str]]] = {
    "fields": ("Attributes", "Attributes"),
    "parameters": ("Args", "Parameters"),
    "returns": ("Returns", "Returns"),
    "yields": ("Yields", "Yields"),
    "raises": ("Raises", "Raises"),
}
_TAGGED: Final = frozenset({"rest", "javadoc", "jsdoc"})
_STARRED: Final = frozenset({"javadoc", "jsdoc"})
_CODE: Final = re.compile(r"`([^`]*)`")
_SIMPLE: Final = re.compile(r"[\w.'\"-]+")
_NARROWEST: Final = 30
_TOKEN: Final = re.compile(
    r"`[^`]*`[^\s`]*|[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef][\u3000-\u303f\uff01-\uff0f\uff1a-\uff1f]*|[^\s`\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+|\s+"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One entry: a parameter, a result, an exception. Any part of it may be empty. `inline`: a reST field list has the
    attributes (`:ivar x:`), not directives. `default` makes a JSDoc parameter an optional one. `shown` is the type of a
    result that the values show where none is declared: NumPy's layout has a line for it, and what stands there is read
    as the type.
    """

    name: str = ""
    type: str = ""
    text: str = ""
    inline: bool = False
    default: str = ""
    shown: str = "object"


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written, in order. `order` are all names of a part, documented or not, in the signature's order."""

    summary: str = ""
    details: tuple[str, ...] = ()
    pieces: dict[Part, list[Piece]] = field(default_factory=dict)
    order: dict[Part, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Layout:
    """`indent` stands before each line, `unit` is one further step, `width` the columns a line may take."""

    indent: str
    unit: str
    width: int


def wrap(text: str, first: str, rest: str, width: int, style: str) -> list[str]:
    """`text` in lines no wider than `width` where its words allow; code between backticks is never broken."""
    lines, line, room = [], first, ""
    limit = max(width, columns(rest) + _NARROWEST)
    for bare in _TOKEN.findall(text):
        if bare.isspace():
            room = " "
            continue
        token = _quoted(bare, style)
        if line.strip() and line not in {first, rest} and columns(line + room + token) > limit:
            lines.append(line.rstrip())
            line, room = rest, ""
        line += ("" if line in {first, rest} else room) + token
        room = ""
    return [*lines, line.rstrip()]


def whole(draft: Draft, style: str, layout: Layout) -> list[str]:
    """The lines of new documentation without its quotes; the first has no indent."""
    lead = f"{layout.indent} * " if style in _STARRED else layout.indent
    first = wrap(draft.summary, lead, lead, layout.width - (4 if style in _STARRED else 6), style)
    blocks = [first, *(wrap(text, lead, lead, layout.width, style) for text in draft.details)]
    tags: list[str] = []
    for part in PARTS:
        pieces = draft.pieces.get(part, [])
        if pieces and style in _TAGGED:
            tags += [line for piece in pieces for line in entry(part, piece, style, layout)]
        elif pieces:
            blocks.append(section(part, pieces, style, layout))
    while tags and not tags[-1]:
        tags.pop()
    if tags:
        blocks.append(tags)
    gap = lead.rstrip() if style in _STARRED else ""
    lines = [line for at, block in enumerate(blocks) for line in ([gap] if at else []) + block]
    lines[0] = lines[0].removeprefix(lead)
    return lines


def section(part: Part, pieces: Sequence[Piece], style: str, layout: Layout) -> list[str]:
    """A section with its heading."""
    title = _TITLES[part][style == "numpy"]
    head = (
        [f"{layout.indent}{title}", f"{layout.indent}{'-' * len(title)}"]
        if style == "numpy"
        else [f"{layout.indent}{title}:"]
    )
    return head + [line for piece in pieces for line in entry(part, piece, style, layout)]


def entry(part: Part, piece: Piece, style: str, layout: Layout) -> list[str]:
    """The lines of one entry."""
    return {"google": _google, "numpy": _numpy, "rest": _rest, "javadoc": _javadoc, "jsdoc": _jsdoc}[style](
        part, piece, layout
    )


def _google(part: Part, piece: Piece, layout: Layout) -> list[str]:
    start = layout.indent + layout.unit
    if part in {"returns", "yields"}:
        head = f"{piece.type}: " if piece.type else ""
    elif part == "raises":
        head = f"{piece.name}: "
    else:
        head = f"{piece.name} ({piece.type}): " if piece.type else f"{piece.name}: "
    return wrap(piece.text, start + head, start + layout.unit if head else start, layout.width, "google")


def _numpy(part: Part, piece: Piece, layout: Layout) -> list[str]:
    if part in {"returns", "yields"}:
        head = piece.type or piece.shown
    elif part == "raises":
        head = piece.name
    else:
        head = f"{piece.name} : {piece.type}" if piece.type else piece.name
    body = layout.indent + layout.unit
    return [layout.indent + head, *(wrap(piece.text, body, body, layout.width, "numpy") if piece.text else [])]


def _rest(part: Part, piece: Piece, layout: Layout) -> list[str]:
    if part == "fields" and not piece.inline:
        inner = layout.indent + layout.unit
        lines = [f"{layout.indent}.. attribute :: {piece.name}"]
        lines += [f"{inner}:type: {piece.type}"] if piece.type else []
        return [*lines, "", *wrap(piece.text, inner, inner, layout.width, "rest"), ""]
    label, kind = {
        "parameters": (f":param {piece.name}:", f":type {piece.name}:"),
        "fields": (f":ivar {piece.name}:", f":vartype {piece.name}:"),
        "returns": (":return:", ":rtype:"),
        "yields": (":yield:", ":ytype:"),
        "raises": (f":raises {piece.name}:", ""),
    }[part]
    inner = layout.indent + layout.unit
    lines = wrap(piece.text, f"{layout.indent}{label} ", inner, layout.width, "rest")
    return [*lines, f"{layout.indent}{kind} {piece.type}"] if piece.type and kind else lines


def _javadoc(part: Part, piece: Piece, layout: Layout) -> list[str]:
    label = {"parameters": f"@param {piece.name}", "returns": "@return", "raises": f"@throws {piece.name}"}[part]
    lead = f"{layout.indent} * "
    return wrap(piece.text, f"{lead}{label} ", f"{lead}    ", layout.width, "javadoc")


def _jsdoc(part: Part, piece: Piece, layout: Layout) -> list[str]:
    lead, kind = f"{layout.indent} * ", f" {{{piece.type}}}" if piece.type else ""
    name = piece.name
    if piece.default:
        name = f"[{name}={piece.default}]" if _SIMPLE.fullmatch(piece.default) else f"[{name}]"
    if part == "parameters" and name.startswith("<"):
        label = f"@template {name[1:-1]} -"
    else:
        label = {
            "parameters": f"@param{kind} {name} -",
            "fields": f"@property{kind} {name} -",
            "returns": f"@returns{kind}",
            "yields": f"@yields{kind}",
            "raises": f"@throws {{{piece.name}}}",
        }[part]
    return wrap(piece.text, f"{lead}{label} ", f"{lead}    ", layout.width, "jsdoc")


def _quoted(token: str, style: str) -> str:
    """A token with its backticks as the style's own code quotes."""
    if style == "jsdoc":
        return token
    return _CODE.sub(r"{@code \1}" if style == "javadoc" else r"``\1``", token)


def additions(found: Documentation, draft: Draft, style: str, layout: Layout) -> dict[int, list[str]]:
    """Lines to put after a line of existing documentation, by that line's number; nothing there is changed."""
    after: dict[int, list[str]] = {}
    end = max((index for index, line in enumerate(found.lines) if not line.blank), default=0)
    placed: dict[str, int] = {}
    fields_at = -1
    for part in PARTS:
        pieces = draft.pieces.get(part, [])
        there = found.of(part)
        if not pieces:
            continue
        if there and part in {"parameters", "fields", "raises"} and any(one.entries for one in there):
            has_list = part == "fields" and not found.lines[there[0].first].text.lstrip().startswith("..")
            for bare in pieces:
                piece = replace(bare, inline=has_list)
                at = _anchor(there, piece.name, draft.order.get(part, []), placed)
                placed[piece.name.lstrip("*")] = at
                own = _beside(found, there[0], layout, style)
                lines = entry(part, piece, style, own)
                after.setdefault(at, []).extend(["", *lines[:-1]] if lines[-1] == "" else lines)
            continue
        at = _before(found.sections, part, end)
        if style in _TAGGED:
            is_first = not found.sections and fields_at != at
            gap = [f"{layout.indent} *" if style in _STARRED else ""] if is_first else []
            fields_at = at
            lines = gap + [line for piece in pieces for line in entry(part, piece, style, layout)]
            if at != end and not found.lines[at].blank and not any(one.last == at for one in found.sections):
                lines = ([f"{layout.indent} *"] if style in _STARRED else [""]) + lines
        else:
            lines = ["", *section(part, pieces, style, layout)]
        after.setdefault(at, []).extend(lines)
    return after


def _anchor(there: Sequence[Section], name: str, order: list[str], placed: dict[str, int]) -> int:
    """The line after which an entry belongs: behind its nearest documented predecessor, else before all entries."""
    last = {one.name: one.last for section_ in there for one in section_.entries} | placed
    before = order[: order.index(name.lstrip("*"))] if name.lstrip("*") in order else list(last)
    for other in reversed(before):
        if other in last:
            return last[other]
    return there[0].entries[0].first - 1 if order else there[-1].last


def _before(sections: Sequence[Section], part: Part, end: int) -> int:
    """The last line before which a new section of `part` keeps the usual order of sections."""
    rank = {name: at for at, name in enumerate(PARTS)}
    earlier = [one.last for one in sections if rank.get(one.part, 9) <= rank[part]]
    if earlier:
        return max(earlier)
    later = [one.first for one in sections if rank.get(one.part, 9) > rank[part]]
    return min(later) - 1 if later else end


def _beside(found: Documentation, there: Section, layout: Layout, style: str) -> Layout:
    """The layout of the entries that stand in a section already."""
    first = found.lines[there.entries[0].first].indent if there.entries else layout.indent
    if style == "google":
        heading = found.lines[there.first].indent
        unit = first.removeprefix(heading) if there.first > 0 and first.startswith(heading) else layout.unit
        return Layout(first.removesuffix(unit), unit or layout.unit, layout.width)
    return layout if style in _STARRED else Layout(first, layout.unit, layout.width)


def file_unit(document: Document) -> str:
    """One step of indentation as the file has it: its first indented line, four blanks when there is none."""
    for line in document.text.split(b"\n"):
        blank = line[: len(line) - len(line.lstrip(b" \t"))]
        if blank.startswith(b"\t"):
            return "\t"
        if 2 <= len(blank) <= 8 and line.strip() and not line.strip().startswith((b"*", b"#")):
            return " " * len(blank)
    return "    "
