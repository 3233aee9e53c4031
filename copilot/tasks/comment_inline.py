"""Comments inside the code: each a line of its own above the line that it is about.

Absent on purpose: the facts (`copilot/verify/remarks.py`) and the words (`copilot/engines/embedded/remark_words.py`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Final

from copilot.syntax.lines import line_end
from copilot.syntax.outline import outline
from copilot.types import Document, Edit, Span
from copilot.verify.docconventions import columns
from copilot.verify.doctarget import symbol_at
from copilot.verify.remark_gates import restates
from copilot.verify.remarks import Remark, news, remarks

_WIDTH: Final = 88
_NARROWEST: Final = 30
FUNCTIONS: Final = frozenset({"function", "method", "constructor"})


def place(document: Document, span: Span) -> Span:
    """What is looked at: a selection as it is, for a caret the function around it."""
    if len(span) > 0:
        return span
    symbol = symbol_at(document, span)
    return symbol.span if symbol is not None and symbol.kind in FUNCTIONS else span


def wanted(document: Document, span: Span) -> list[Remark]:
    """The facts that comments are written for: not what its line says already, nor above a definition."""
    found = remarks(document, place(document, span))
    return [one for one in found if not restates(news(one), _line(document, one)) and not _is_header(document, one.at)]


def edits(document: Document, span: Span, words: Callable[[Remark], str]) -> tuple[Edit, ...]:
    """The comments as insertions."""
    mark = "#" if document.language == "python" else "//"
    found = []
    for one in wanted(document, span):
        line, text = _line(document, one), words(one)
        indent = line[: len(line) - len(line.lstrip(" \t"))]
        room = max(_WIDTH - columns(indent) - len(mark) - 1, _NARROWEST)
        wide = columns(text) > len(text)
        lines = [text] if columns(text) <= room or wide else textwrap.wrap(text, room, break_long_words=False)
        found.append(Edit(document.path, Span(one.at, one.at), "".join(f"{indent}{mark} {row}\n" for row in lines)))
    return tuple(found)


def _line(document: Document, one: Remark) -> str:
    return document.text[one.at : line_end(document.text, one.at)].decode("utf-8", "replace")


def _is_header(document: Document, at: int) -> bool:
    """Whether a definition begins on the line: a comment there would be read as its documentation."""
    return any(s.span.start <= line_end(document.text, at) and s.span.start >= at for s in outline(document).symbols)
