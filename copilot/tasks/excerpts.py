"""Pieces of a document as a prompt shows them: the definition around a place, the lines next to it, the imports.

All pieces are whole lines within a budget, chosen by the tree and the place alone, so that the same state gives the
same text. Absent on purpose: wording (`prompts/`) and snippets from other files (`copilot/context`).
"""

from __future__ import annotations

import re
from typing import Final

from copilot.context.gather import between
from copilot.edits import lf
from copilot.syntax.lines import line_start, next_line
from copilot.syntax.outline import Symbol, outline
from copilot.tasks.fragments import lines_around
from copilot.types import Context, Document, Span
from prompts.templates import fenced

MOST_BYTES: Final = 6_000
"""A longer definition is shown in part."""

_WINDOW: Final = 20
_NEAR_BYTES: Final = 1_000
_IMPORT_BYTES: Final = 1_200
_OTHERS_BYTES: Final = 3_000
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_KINDS: Final = frozenset({"function", "method", "constructor", "class", "interface", "enum", "record"})


def definition(document: Document, span: Span) -> Symbol | None:
    """The innermost definition around `span` that fits the budget."""
    around = [
        symbol
        for symbol in outline(document).symbols
        if symbol.kind in _KINDS and symbol.span.contains(span) and len(symbol.span) <= MOST_BYTES
    ]
    return min(around, key=lambda symbol: len(symbol.span), default=None)


def fragment(document: Document, span: Span) -> Span:
    """Whole lines to show for `span`: the definition around it, else lines around it within the budget."""
    symbol = definition(document, span)
    if symbol is not None:
        return lines_around(document, symbol.span)
    start = min(span.start, len(document))
    here = Span(start, min(max(span.end, start), start + MOST_BYTES // 2))
    for count in (_WINDOW, _WINDOW // 2, 5, 2, 0):
        found = lines_around(document, here, count, count)
        if len(found) <= MOST_BYTES:
            return found
    return lines_around(document, here)


def text_of(document: Document, span: Span) -> str:
    """The text of a span, lines ending in LF."""
    return lf(between(document, span.start, span.end).decode("utf-8", "replace"))


def shown(document: Document, span: Span) -> str:
    """A span as a fenced block of the document's language."""
    return fenced(text_of(document, span), document.language or "")


def above(document: Document, span: Span) -> str:
    """The lines right above a span, fenced on lines of their own; empty when there are none."""
    return _block(text_of(document, Span(_near(document, span).start, span.start)), document)


def below(document: Document, span: Span) -> str:
    """The lines right below a span, fenced on lines of their own; empty when there are none."""
    return _block(text_of(document, Span(span.end, _near(document, span).end)), document)


def imports(document: Document, span: Span) -> str:
    """The imports of the file that neither `span` nor the lines next to it show, fenced; empty when there are none."""
    found: dict[str, None] = {}
    size, near = 0, _near(document, span)
    for one in outline(document).imports:
        line = text_of(document, one.span).strip()
        if near.contains(one.span) or not line or line in found:
            continue
        size += len(line) + 1
        if size > _IMPORT_BYTES:
            break
        found[line] = None
    return _block("\n".join(found), document)


def _near(document: Document, span: Span) -> Span:
    """The whole lines within `_NEAR_BYTES` of a span."""
    start, end = max(span.start - _NEAR_BYTES, 0), min(span.end + _NEAR_BYTES, len(document))
    if start:
        start = min(next_line(document.text, start), span.start)
    if end < len(document):
        end = max(line_start(document.text, end), span.end)
    return Span(start, end)


def _block(text: str, document: Document) -> str:
    bare = text.strip("\n")
    return "\n" + fenced(bare + "\n", document.language or "") if bare.strip() else ""


def elsewhere(context: Context, language: str | None) -> str:
    """The snippets from other files, nearest first, each with its file's name; empty when there are none."""
    blocks, size = [], 0
    for snippet in context.snippets:
        size += len(snippet.text.encode())
        if size > _OTHERS_BYTES:
            break
        blocks.append(f"{one_line(snippet.path.name)}:\n{fenced(snippet.text, language or '')}")
    return "\n\n".join(blocks)


def one_line(text: str, most: int = 300) -> str:
    """Foreign words (a message, a file's name) as they may stand in a prompt's line: short, on one line, no controls."""
    line = _CONTROLS.sub(" ", text).strip()
    return line if len(line) <= most else line[: most - 1] + "…"
