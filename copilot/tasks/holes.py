"""The hole at a caret: its line, the text around it, the block it lies in, and whether a block is missing there.

Absent on purpose: what an answer says for it (`infill`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, Literal

from copilot.context.gather import between
from copilot.context.tokens import lex
from copilot.syntax import tree
from copilot.syntax.lines import indent_unit
from copilot.syntax.window import window
from copilot.tasks.margins import step
from copilot.tasks.rows import header_indent, indent, opens, same
from copilot.types import Document, Span

_REACH: Final = 4_000
"""Bytes around the caret in which its line is looked for; a longer line is data."""

_UNIT_BYTES: Final = 16_000
_CLOSERS: Final = re.compile(r"\}[)\];,]*")
_CODE_IN_TEXT: Final = frozenset({"interpolation", "template_substitution", "string_interpolation"})

Text = Literal["", "string", "comment"]


@dataclass(frozen=True)
class Place:
    """A caret. `line`: what stands before it on its line, `rest` behind it; `ahead` and `below`: the text further off.

    `several`: more than one line may be taken; `opener`: the line opens a block, which is empty. `margin` is the
    indentation of the block's lines, None where the answer says it; `unit` one level of it, empty where nobody knows;
    `header` the indentation of the statement which opens the block and `owner` its last row; `empty`: the block holds
    nothing. `inside`: the caret stands in a string or a comment.
    """

    language: str | None
    line: str
    rest: str
    ahead: str
    below: str
    several: bool
    opener: bool
    margin: str | None
    unit: str
    header: str = ""
    owner: str = ""
    empty: bool = False
    inside: Text = ""

    @cached_property
    def next_row(self) -> str:
        """The next row below that is not blank."""
        return next((row.rstrip() for row in self.below.splitlines() if row.strip()), "")

    @cached_property
    def following(self) -> str:
        """What that row says."""
        return same(self.next_row, self.language)

    @cached_property
    def above(self) -> list[str]:
        """What the rows above say that are not blank, the caret's own line last if something stands on it."""
        return [same(row, self.language) for row in self.ahead.split("\n") if row.strip()]


@dataclass(frozen=True, slots=True)
class Taken:
    """What to insert. `ended`: an answer that goes on would give the same. `closer`: the line that closes the block
    from outside and was left out; the file may lack it. `over`: characters behind the caret that the text replaces.
    """

    text: str
    ended: bool
    closer: str = ""
    over: int = 0


@lru_cache(maxsize=8)
def place(document: Document, caret: int) -> Place:
    """The place of a caret; remembered, for it is asked for at every piece of a streamed answer."""
    language = document.language
    ahead = between(document, max(caret - _REACH, 0), caret).decode("utf-8", "ignore").replace("\r\n", "\n")
    below = between(document, caret, caret + _REACH).decode("utf-8", "ignore").replace("\r\n", "\n")
    line = re.split(r"[\r\n]", ahead)[-1]
    rest = re.split(r"[\r\n]", below, maxsplit=1)[0]
    below = below[len(rest) :]
    inside = _inside(document, caret, line)
    rows = ahead.split("\n")
    header = header_indent(rows)
    opener = opens(line, language) and _is_empty(header, rest, below)
    blank = not line.strip() and not rest.strip()
    several = (opener or blank) and not inside
    unit = step(ahead + below, language)
    margin: str | None = line if blank and line else None
    filled = [row for row in rows if row.strip()]
    owner, empty = (line if opener else ""), opener
    if opener:
        unit = unit or indent_unit(between(document, 0, _UNIT_BYTES))
        margin = header + unit
    elif blank and filled and opens(filled[-1], language):
        header = header_indent(filled)
        owner, empty = filled[-1], _is_empty(header, "", below)
        if not line and empty:
            margin = header + (unit or indent_unit(between(document, 0, _UNIT_BYTES)))
        if margin is not None and margin.startswith(header) and len(margin) > len(header):
            unit = margin[len(header) :]
    return Place(
        language, line, rest, ahead, below, several, opener, margin, unit, header, owner.strip(), empty, inside
    )


def _is_empty(header: str, rest: str, below: str) -> bool:
    """True when the block behind a header with that indentation holds nothing."""
    if rest.strip():
        return _CLOSERS.fullmatch(rest.strip()) is not None
    following = next((row for row in below.splitlines() if row.strip()), "")
    return not following.strip() or following.strip()[0] == "}" or len(indent(following)) <= len(header)


def _inside(document: Document, caret: int, line: str) -> Text:
    """Whether the caret stands in a string or a comment, by the tree, and by the line's words where that has none."""
    ends = lex(line, document.language).ends
    plain: Text = "comment" if ends == "comment" else "string" if ends == "string" else ""
    here = window(document, caret)
    caret -= here.shift
    known = tree.of(here.document)
    if known is None:
        return plain
    node = tree.node_at(known, Span(caret, caret))
    if tree.enclosing(node, *_CODE_IN_TEXT) is not None:
        return ""
    around = node
    while around.parent is not None and not around.start_byte < caret < around.end_byte:
        around = around.parent  # an empty string is no node of its own
    if around.start_byte < caret < around.end_byte and ("string" in around.type or "comment" in around.type):
        return "comment" if "comment" in around.type else "string"
    if plain == "comment":
        ahead = tree.node_at(known, Span(max(caret - 1, 0), caret))
        return "comment" if "comment" in ahead.type or ahead.has_error else ""
    return plain if plain and (node.has_error or node.type == "ERROR") else ""
