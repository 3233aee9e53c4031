"""Where generated code goes: a stub to fill, lines to edit, or a spot for new code. Judged by the tree alone.

Absent on purpose: what goes there (`generate_answer.py`), and derivations, which know their own place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from copilot.messages import say
from copilot.syntax import classes
from copilot.syntax.classes import Routine, Shape
from copilot.syntax.lines import indent_unit, line_end, line_indent, line_start, next_line
from copilot.syntax.outline import Symbol, outline
from copilot.types import Declined, Document, GenerateOptions, Request, Span

READ: Final = frozenset({"python", "java"})
"""Languages in which the code around a place is understood; elsewhere a place is lines only."""

_TYPES: Final = frozenset({"class", "interface", "enum", "record"})
_ROUTINES: Final = frozenset({"function", "method", "constructor"})


@dataclass(frozen=True, slots=True)
class Place:
    """`span` is what gives way: a stub's placeholder, whole lines to edit, or nothing (`new`: a spot between two texts).

    `lead` and `tail` keep the code apart from what stands before and behind it; `indent` opens each of its lines.
    `routine` is the function to fill, or the one around an edit; `owner` the class that gets a member.
    """

    kind: Literal["stub", "edit", "new"]
    span: Span
    indent: str
    lead: str = ""
    tail: str = ""
    routine: Routine | None = None
    owner: Shape | None = None


def of(request: Request) -> Place | Declined:
    """The place that a request is about, or why there is none."""
    document, span = request.document, request.span
    text = document.text
    asked = request.options.kind if isinstance(request.options, GenerateOptions) else "auto"
    trimmed = classes.code_span(text, span)
    selected = bool(text[span.start : span.end].strip())
    several = b"\n" in text[trimmed.start : trimmed.end] or b"\r" in text[trimmed.start : trimmed.end]
    if asked != "edit":
        stub = _stub(document, span)
        if stub is not None and stub.routine is not None and _within(text, trimmed, stub.routine.span):
            return stub
        if not (selected and several) and (member := _member(document, trimmed)) is not None:
            return member
    if selected:
        return _lines(document, trimmed, grow=not several)
    if asked == "edit" and text[line_start(text, span.start) : line_end(text, span.end)].strip():
        return _lines(document, classes.code_span(text, _line(text, span.start)), grow=True)
    if asked == "edit":
        return Declined(say("select the lines to edit"))
    if (header := _header(document, _line(text, span.start))) is not None:
        return _edit(document, header)
    return _spot(document, span)


def _line(text: bytes, offset: int) -> Span:
    return Span(line_start(text, offset), line_end(text, offset))


def _within(text: bytes, span: Span, routine: Span) -> bool:
    """True when a selection names one function: nothing of it but decorators, comments and blanks lies outside."""
    above = text[span.start : max(span.start, routine.start)].split(b"\n")
    below = text[min(span.end, routine.end) : span.end]
    return not below.strip() and all(
        not row.strip() or row.lstrip().startswith((b"@", b"#", b"/", b"*")) for row in above
    )


def _stub(document: Document, span: Span) -> Place | None:
    """The function around a place that does nothing yet."""
    routine = classes.routine_at(document, span)
    if routine is None:
        line = classes.code_span(document.text, _line(document.text, span.start))
        routine = classes.routine_at(document, line) if len(line) else None
    if routine is None or not routine.empty or not routine.sound:
        return None
    text, hole = document.text, routine.body
    owner = classes.class_at(document, Span(routine.span.start, routine.span.start))
    if len(hole) and not text[line_start(text, hole.start) : hole.start].strip():
        # The placeholder's own indentation goes with it, so that the body's lines are whole.
        start = line_start(text, hole.start)
        return Place("stub", Span(start, hole.end), routine.inner, routine=routine, owner=owner)
    # The body shares a line with the signature, or holds nothing yet.
    rest = text[hole.end : line_end(text, hole.end)].strip()
    tail = "\n" + routine.indent if rest.startswith(b"}") else ""
    start = len(text[: hole.start].rstrip(b" \t")) if len(hole) else hole.start
    gap = len(text[hole.end :]) - len(text[hole.end :].lstrip(b" \t")) if tail else 0
    return Place("stub", Span(start, hole.end + gap), routine.inner, "\n", tail, routine, owner)


def _member(document: Document, span: Span) -> Place | None:
    """The end of a class whose header the caret or the one selected line is on."""
    text = document.text
    line = classes.code_span(text, _line(text, span.start))
    for symbol in outline(document).symbols:
        if symbol.kind in _TYPES and line.contains(Span(symbol.name_span.start, symbol.name_span.start)):
            shape = classes.class_at(document, symbol.name_span)
            return _end_of(document, shape) if shape is not None and shape.sound else None
    return None


def _end_of(document: Document, shape: Shape) -> Place | None:
    """Behind the last member of a class, or in the place of its `pass`."""
    layout, text = shape.layout, document.text
    if layout.inline and layout.placeholder is None and shape.language == "python":
        return None
    if (hole := layout.placeholder) is not None:
        if layout.inline:
            return Place("new", Span(layout.header, hole.end), layout.inner, "\n", owner=shape)
        return Place("new", Span(line_start(text, hole.start), hole.end), layout.inner, owner=shape)
    blank = "\n" if layout.last != layout.header and layout.blank_lines else ""
    rest = text[layout.last : line_end(text, layout.last)].strip()
    tail = "\n" + layout.indent if rest.startswith(b"}") else ""
    gap = len(text[layout.last :]) - len(text[layout.last :].lstrip(b" \t")) if tail else 0
    return Place("new", Span(layout.last, layout.last + gap), layout.inner, "\n" + blank, tail, owner=shape)


def _header(document: Document, line: Span) -> Symbol | None:
    """The function whose name stands on a line."""
    symbols = (s for s in outline(document).symbols if s.kind in _ROUTINES)
    return next((s for s in symbols if line.contains(s.name_span)), None)


def _lines(document: Document, span: Span, *, grow: bool) -> Place:
    """Whole lines around a selection; one line that opens a function stands for all of it."""
    if grow and (header := _header(document, _line(document.text, span.start))) is not None:
        return _edit(document, header)
    text = document.text
    start, end = line_start(text, span.start), line_end(text, span.end)
    lines = text[start:end].splitlines()
    indents = [line_indent(line, 0) for line in lines if line.strip()]
    indent = min(indents, key=len) if indents else ""
    around = classes.routine_at(document, span) if document.language in READ else None
    owner = classes.class_at(document, span) if document.language in READ else None
    return Place("edit", Span(start, end), indent, routine=around, owner=owner)


def _edit(document: Document, symbol: Symbol) -> Place:
    return _lines(document, symbol.span, grow=False)


_OPENS: Final = re.compile(rb"[:{(\[]\s*(?:#.*|//.*)?$")


def _spot(document: Document, span: Span) -> Place:
    """New code at a caret: on its blank line, or on a line of its own behind a line of code."""
    text = document.text
    line = _line(text, span.start)
    owner = _owner(document, line)
    row = text[line.start : line.end]
    if row.strip():
        unit = indent_unit(text) if _OPENS.search(row) else ""
        return Place("new", Span(line.end, line.end), line_indent(text, line.start) + unit, "\n", owner=owner)
    above = text[: line.start].rstrip()
    previous = line_start(text, len(above))
    if row:
        indent = row.decode()
    elif owner is not None:
        indent = owner.layout.inner
    elif not above or (outline(document).at(line) is None and classes.routine_at(document, line) is None):
        indent = ""
    else:
        indent = line_indent(text, previous) + (indent_unit(text) if _OPENS.search(text[previous : len(above)]) else "")
    lead, tail = _gaps(text, document.language, line, indent, previous, len(above), owner)
    return Place("new", line, indent, lead, tail, owner=owner)


def _owner(document: Document, line: Span) -> Shape | None:
    """The class in whose body (not in a method's) a line stands; a blank line behind its last member counts by its depth."""
    if document.language not in READ:
        return None
    text = document.text
    if (shape := classes.class_at(document, line)) is not None:
        return None if classes.routine_at(document, line) is not None else shape
    depth = text[line.start : line.end].decode()
    if depth.strip() or not depth:
        return None
    above = len(text[: line.start].rstrip())
    shape = classes.class_at(document, Span(max(above - 1, 0), max(above - 1, 0))) if above else None
    return shape if shape is not None and shape.layout.inner == depth else None


def _gaps(
    text: bytes, language: str | None, line: Span, indent: str, previous: int, above: int, owner: Shape | None
) -> tuple[str, str]:
    """Line ends that keep a definition apart from its neighbours: one blank line, two at the top level of Python."""
    if indent and owner is None:
        return "", ""
    wanted = 1 if owner is not None or language != "python" else 2
    before = text[above : line.start].replace(b"\r\n", b"\n").count(b"\n") - 1 if above else wanted
    if owner is not None and _OPENS.search(text[previous:above]):
        before = wanted  # the first member of its class
    below = text[next_line(text, line.end) :].replace(b"\r\n", b"\n")
    following = below.lstrip()
    after = below[: len(below) - len(following)].count(b"\n") if following else wanted
    if following.startswith((b"}", b")")):
        after = wanted
    return "\n" * max(0, wanted - before), "\n" * max(0, wanted - after)
