"""Reading Python functions: whether they do something yet, and their branches over constants."""

from __future__ import annotations

from collections.abc import Iterator

from copilot.syntax.classes import Routine, Switch, text_of
from copilot.syntax.layout_python import (
    CLASSES,
    ROUTINES,
    does_nothing,
    end_with_comments,
    is_docstring,
    layout_of,
    parameters_of,
    path_to,
)
from copilot.syntax.lines import indent_unit, line_end, line_indent, line_start
from copilot.syntax.tree import Node, descendants
from copilot.types import Span


def routine(node: Node, text: bytes) -> Routine | None:
    """The function of a `function_definition`; None while it has no name or body."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return None
    layout = layout_of(node, body, text)
    statements = [s for s in body.named_children if s.type != "comment"]
    rest = [s for s in statements if not is_docstring(s, statements)]
    empty = all(does_nothing(s, text) for s in rest) and len(rest) <= 1
    replaced = Span(rest[0].start_byte, rest[0].end_byte) if rest and empty else Span(layout.last, layout.last)
    return Routine(
        name=text_of(name, text),
        path=path_to(node, (*CLASSES, *ROUTINES), text),
        parameters=parameters_of(node, text),
        span=Span(node.start_byte, node.end_byte),
        body=replaced,
        empty=empty,
        indent=layout.indent,
        inner=layout.inner,
        sound=not node.has_error,
        switches=tuple(_switches(body, text)),
        branches=tuple(_branches(body, text)),
    )


def _switches(body: Node, text: bytes) -> Iterator[Switch]:
    for node in descendants(body, "match_statement"):
        subjects = node.children_by_field_name("subject")
        block = node.child_by_field_name("body")
        if len(subjects) != 1 or subjects[0].type != "identifier" or block is None:
            continue
        cases = [c for c in block.named_children if c.type == "case_clause"]
        if not cases:
            continue
        patterns = [[text_of(p, text) for p in c.named_children if p.type == "case_pattern"] for c in cases]
        guarded = [c.child_by_field_name("guard") is not None for c in cases]
        names = [n for c, held in zip(cases, guarded, strict=True) if not held for n in _labels(c, text)]
        # An irrefutable last case closes the match: a further branch goes before it.
        closed = len(patterns[-1]) == 1 and "." not in patterns[-1][0] and patterns[-1][0].isidentifier()
        first = line_start(text, cases[-1].start_byte)
        at = (
            line_end(text, text[:first].rstrip().__len__())
            if closed and len(cases) > 1
            else end_with_comments(cases[-1], "", text)
        )
        indent = line_indent(text, cases[0].start_byte)
        consequence = cases[0].child_by_field_name("consequence")
        lines = consequence is not None and line_start(text, consequence.start_byte) != line_start(
            text, cases[0].start_byte
        )
        inner = line_indent(text, consequence.start_byte) if lines and consequence else indent + indent_unit(text)
        yield Switch(text_of(subjects[0], text), frozenset(names), at, indent, inner, closed=closed)


def _labels(case: Node, text: bytes) -> Iterator[str]:
    """The dotted names that a case's pattern consists of, alternatives included."""
    for pattern in (p for p in case.named_children if p.type == "case_pattern"):
        for name in descendants(pattern, "dotted_name"):
            parent = name.parent
            if parent is not None and parent.type in ("case_pattern", "union_pattern"):
                yield text_of(name, text).rpartition(".")[2]


def _branches(body: Node, text: bytes) -> Iterator[str]:
    """The dotted names that conditions compare with and cases match."""
    for node in descendants(body, "comparison_operator", "case_clause"):
        if node.type == "case_clause":
            yield from (text_of(n, text) for n in descendants(node, "dotted_name") if n.named_child_count > 1)
        else:
            yield from (text_of(n, text) for n in node.named_children if n.type == "attribute")
