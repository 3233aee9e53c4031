"""Texts of a dispatch over an enum: one stub a member, a raising default, in the style the file has."""

from __future__ import annotations

import re

from copilot.context.branches import Branches
from copilot.engines.embedded.generate_plan import reindented
from copilot.syntax.lines import indent_unit, line_end, line_start
from copilot.types import Document, Edit, Span


def written(found: Branches, doc: Document) -> list[Edit]:
    """The edits that add the missing branches."""
    if found.switch is not None:
        lines = _more_cases(found, doc.language or "")
        step = found.switch.inner.removeprefix(found.switch.indent) or indent_unit(doc.text)
        block = reindented(lines, found.switch.indent, step)
        return [Edit(doc.path, Span(found.switch.at, found.switch.at), "\n" + block)]
    routine = found.routine
    step = routine.inner.removeprefix(routine.indent) or indent_unit(doc.text)
    text = _python(found, doc) if doc.language == "python" else _java(found)
    block = reindented(text, routine.inner, step)
    hole = routine.body
    if len(hole) and not doc.text[line_start(doc.text, hole.start) : hole.start].strip():
        return [Edit(doc.path, hole, block.removeprefix(routine.inner))]
    # The body shares a line with the signature, or holds nothing yet.
    rest = doc.text[hole.end : line_end(doc.text, hole.end)].strip()
    tail = "\n" + routine.indent if rest.startswith(b"}") else ""
    start = (
        hole.start - (len(doc.text[: hole.start]) - len(doc.text[: hole.start].rstrip(b" \t")))
        if len(hole)
        else hole.start
    )
    gap = len(doc.text[hole.end :]) - len(doc.text[hole.end :].lstrip(b" \t")) if tail else 0
    return [Edit(doc.path, Span(start, hole.end + gap), "\n" + block + tail)]


def _more_cases(found: Branches, language: str) -> str:
    assert found.switch is not None
    if language == "python":
        return "\n".join(f"case {found.spelled}.{m}:\n\traise NotImplementedError" for m in found.missing)
    if found.switch.arrow:
        return "\n".join(f'case {m} -> throw new UnsupportedOperationException("{m}");' for m in found.missing)
    return "\n".join(f'case {m}:\n\tthrow new UnsupportedOperationException("{m}");' for m in found.missing)


def _python(found: Branches, doc: Document) -> str:
    name, enum = found.parameter.name, found.spelled
    wrong = f'raise ValueError(f"unexpected {found.enum.name}: {{{name}!r}}")'
    if re.search(rb"^[ \t]*match [^=\r\n]*:[ \t]*\r?$", doc.text, re.MULTILINE):
        cases = "\n".join(f"\tcase {enum}.{m}:\n\t\traise NotImplementedError" for m in found.missing)
        return f"match {name}:\n{cases}\n\tcase _:\n\t\t{wrong}"
    tests = "\nel".join(f"if {name} is {enum}.{m}:\n\traise NotImplementedError" for m in found.missing)
    return f"{tests}\nelse:\n\t{wrong}"


def _java(found: Branches) -> str:
    name = found.parameter.name
    cases = "\n".join(f'\tcase {m}:\n\t\tthrow new UnsupportedOperationException("{m}");' for m in found.missing)
    wrong = f'throw new IllegalArgumentException("Unexpected {found.enum.name}: " + {name});'
    return f"switch ({name}) {{\n{cases}\n\tdefault:\n\t\t{wrong}\n}}"
