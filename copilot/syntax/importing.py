"""Where an import statement goes in a file, and which ones are there: edits for what is not imported yet.

The file's own habit decides (an existing `from` line is extended, platform modules stand first). Absent on purpose:
what to import, and sorting or cleaning what the file imports.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from copilot.syntax.lines import line_end, line_start, next_line
from copilot.syntax.outline import Import, outline
from copilot.types import Document, Edit, Span


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """A name wanted from a module (Java: package). Python: an empty `name` wants the module itself."""

    module: str
    name: str = ""
    alias: str = ""
    static: bool = False

    @property
    def binds(self) -> str:
        """The name that the import binds in the file."""
        return self.alias or self.name or self.module.partition(".")[0]


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where statements go: `lead` + the statements, one a line + `tail`; `joined` when they extend one line."""

    span: Span
    lead: str
    tail: str
    joined: bool = False


def needs_of(document: Document) -> list[Need]:
    """What a text imports, in order."""
    return [Need(row.module, row.name or "", row.alias or "", row.static) for row in outline(document).imports]


def edits(document: Document, needs: Iterable[Need]) -> list[Edit]:
    """Edits that import what is not imported yet."""
    rows = outline(document).imports
    missing = [need for need in dict.fromkeys(needs) if not any(_brings(row, need) for row in rows)]
    place = _python if document.language == "python" else _java
    spots: dict[_Spot, list[str]] = {}
    for need in missing:
        spot, text = place(document, need, rows)
        spots.setdefault(spot, []).append(text)
    return [
        Edit(document.path, spot.span, spot.lead + ("" if spot.joined else "\n").join(sorted(texts)) + spot.tail)
        for spot, texts in spots.items()
    ]


def _brings(row: Import, need: Need) -> bool:
    return (row.module, row.name or "", row.alias or "", row.static) == (
        need.module,
        need.name,
        need.alias,
        need.static,
    )


def _python(document: Document, need: Need, rows: tuple[Import, ...]) -> tuple[_Spot, str]:
    text = document.text
    module = need.module
    called = f" as {need.alias}" if need.alias else ""
    statement = f"from {module} import {need.name}{called}" if need.name else f"import {module}{called}"
    top = [row.span for row in rows if line_start(text, row.span.start) == row.span.start]
    same = next(
        (r.span for r in rows if r.span in top and need.name and r.module == module and r.name not in {None, "*"}), None
    )
    if same and b"(" not in text[same.start : same.end] and b"\\" not in text[same.start : same.end]:
        return _Spot(Span(same.end, same.end), "", "", joined=True), f", {need.name}{called}"
    if top:
        std = [row.span for row in rows if row.span in top and is_platform(row.module)]
        after = (std or top)[-1] if is_platform(module) else top[-1]
        end = line_end(text, after.end)
        if is_platform(module) and not std:
            start = top[0].start
            return _Spot(Span(start, start), "", "\n\n"), statement
        gap = "\n\n" if text[after.start : after.end].startswith(b"from __future__") else "\n"
        return _Spot(Span(end, end), gap, ""), statement
    return _python_first(text), statement


def is_platform(module: str) -> bool:
    """True for a module of Python's standard library."""
    return module.partition(".")[0] in sys.stdlib_module_names


_ENCODING: Final = (b"#!", b"# -*-", b"# coding")


def _python_first(text: bytes) -> _Spot:
    """After the module's comments and docstring, before its first code."""
    at = first = 3 if text.startswith(b"\xef\xbb\xbf") else 0
    while text[at : at + 1] == b"#":
        at = next_line(text, at)
    if text[at : at + 1].strip() and not text[first:].startswith(_ENCODING):
        at = first  # the comment belongs to the code below it
    start = at + len(text[at:]) - len(text[at:].lstrip())
    quote = text[start : start + 3]
    if quote in (b'"""', b"'''"):
        closed = text.find(quote, start + 3)
        if closed != -1:
            end = line_end(text, closed)
            rest = text[end:].replace(b"\r\n", b"\n")
            return _Spot(Span(end, end), "\n\n", "\n\n" if rest.strip() and rest[:2] != b"\n\n" else "")
    gap = "\n\n\n" if text[start:].startswith((b"class ", b"def ", b"async def ", b"@", b"#")) else "\n\n"
    return _Spot(Span(start, start), "", gap)


def _java(document: Document, need: Need, rows: tuple[Import, ...]) -> tuple[_Spot, str]:
    text = document.text
    full = f"{need.module}.{need.name}"
    statement = f"import {'static ' if need.static else ''}{full};"
    plain = [row for row in rows if row.static == need.static]
    before = [row for row in plain if f"{row.module}.{row.name}" < full]
    if before:
        end = line_end(text, before[-1].span.end)
        return _Spot(Span(end, end), "\n", ""), statement
    if rows:
        start = line_start(text, (plain or rows)[0].span.start)
        return _Spot(Span(start, start), "", "\n" if plain else "\n\n"), statement
    package = re.search(rb"^[ \t]*package\s[^;]*;[^\r\n]*", text, re.MULTILINE)
    if package:
        return _Spot(Span(package.end(), package.end()), "\n\n", ""), statement
    return _Spot(Span(0, 0), "", "\n\n"), statement
