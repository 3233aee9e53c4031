"""Setting generated members into a file: where they go, how they are indented, which edits that makes.

Member texts use one tab per level of indentation; the class's own indentation and unit replace them here. Absent on
purpose: what the members say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from copilot.syntax.classes import Layout, Shape
from copilot.syntax.lines import indent_unit, line_end
from copilot.types import Document, Edit, Span


@dataclass(frozen=True, slots=True)
class Member:
    """One member's text without outer indentation; `place` `start`: after the fields, before the first method."""

    text: str
    place: Literal["start", "end"] = "end"


def placed(doc: Document, shape: Shape, members: list[Member]) -> list[Edit]:
    """The edits that put `members` into the class, in the file's indentation and blank-line habit."""
    layout = shape.layout
    first = [m.text for m in members if m.place == "start"]
    last = [m.text for m in members if m.place == "end"]
    gap = "\n" * (1 + layout.blank_lines)
    if layout.placeholder is not None:
        return [_replaced(doc, layout, gap.join(_indented(t, layout, doc) for t in first + last))]
    if layout.after_fields == layout.last:
        first, last = first + last, []
    edits = []
    if first:
        edits.append(_inserted(doc, shape, layout.after_fields, first, gap))
    if last:
        edits.append(_inserted(doc, shape, layout.last, last, gap))
    return edits


def unit(layout: Layout, text: bytes) -> str:
    """One level of indentation inside this class."""
    inside = layout.inner.removeprefix(layout.indent)
    return inside if inside and layout.inner.startswith(layout.indent) else indent_unit(text)


def reindented(text: str, outer: str, step: str) -> str:
    """`text` with `outer` before each line that is not empty and `step` for each leading tab."""
    lines = []
    for line in text.split("\n"):
        body = line.lstrip("\t")
        lines.append(outer + step * (len(line) - len(body)) + body if body else "")
    return "\n".join(lines)


def _indented(text: str, layout: Layout, doc: Document) -> str:
    return reindented(text, layout.inner, unit(layout, doc.text))


def _replaced(doc: Document, layout: Layout, block: str) -> Edit:
    """A body of `pass` alone gives way to the members."""
    hole = layout.placeholder
    assert hole is not None
    if layout.inline:
        return Edit(doc.path, Span(layout.header, hole.end), "\n" + block)
    alone = doc.text[layout.header : hole.start].strip() == b""
    if alone:
        return Edit(doc.path, hole, block.removeprefix(layout.inner))
    # A docstring or comment stands before it: a blank line keeps the first member apart from it.
    start = hole.start - len(layout.inner.encode())
    before = doc.text[:start]
    lead = "" if before.rstrip(b" \t\r\n").count(b"\n") < before.count(b"\n") - 1 else "\n"
    return Edit(doc.path, Span(start, hole.end), lead + block)


def _inserted(doc: Document, shape: Shape, at: int, texts: list[str], gap: str) -> Edit:
    layout, text = shape.layout, doc.text
    block = gap.join(_indented(t, layout, doc) for t in texts)
    lead = "\n" if at == layout.header else max(gap, "\n\n") if at == layout.after_fields else gap
    tail = _tail(layout, text, at, gap)
    # Blanks before a brace that moves to a line of its own would stay behind it.
    blanks = len(text[at:]) - len(text[at:].lstrip(b" \t")) if tail else 0
    return Edit(doc.path, Span(at, at + blanks), lead + block + tail)


def _tail(layout: Layout, text: bytes, at: int, gap: str) -> str:
    """What separates the members from what follows: blank lines before a sibling, a line end before a brace."""
    rest = text[at:]
    following = rest.lstrip(b" \t\r\n\f")
    if following.startswith(b"}"):
        same_line = line_end(text, at) > at and text[at : line_end(text, at)].strip() != b""
        return "\n" + layout.indent if same_line else ""
    if at == layout.last:
        return ""
    blank = rest[: len(rest) - len(following)].replace(b"\r\n", b"\n").count(b"\n") - 1
    if blank < 0:  # the next member shares the line
        return "\n\n" + layout.inner
    return "\n" * max(0, len(gap) - 1 - blank)
