"""What a file's documentation already does, so that new text follows it: docstring style, language, columns.

Absent on purpose: line length settings of formatters; the gate's 100 columns hold for all.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from copilot import messages
from copilot.config import Settings
from copilot.syntax.outline import outline
from copilot.types import CommentOptions, Document
from copilot.verify import docsections
from copilot.verify.contract import BRACES

_CJK: Final = re.compile(r"[\u4e00-\u9fff]")
_MACHINE: Final = re.compile(r"#!|#.*?coding[:=]|\s*# (?:type|noqa|pragma|fmt)\b")
_NOTES: Final = ("#", "//", "*", "/*", '"""', "'''")


def style_for(document: Document, options: CommentOptions, settings: Settings) -> str:
    """`google`, `numpy`, `rest` or `javadoc`: what was asked, what the settings say, what the file uses, `google`."""
    if document.language in BRACES:
        return "javadoc" if document.language == "java" else "jsdoc"
    for wanted in (options.style, settings.comment.style):
        if wanted in {"google", "numpy", "rest"}:
            return wanted
    count: dict[str, int] = {}
    found = outline(document)
    for span in [*(symbol.docstring for symbol in found.symbols), found.docstring]:
        known = docsections.read(document, span) if span is not None else None
        if known is not None and known.style in {"google", "numpy", "rest"}:
            count[known.style] = count.get(known.style, 0) + 1
    return max(count, key=lambda style: count[style]) if count else "google"


def language_for(document: Document, options: CommentOptions, settings: Settings) -> str:
    """`en` or `zh`: what was asked, what the settings say, the language of most comment lines, the locale's."""
    for wanted in (options.lang, settings.comment.lang):
        if wanted != "auto":
            return wanted
    lines = document.text.decode("utf-8", "replace").splitlines()
    notes = [line for line in lines if line.lstrip().startswith(_NOTES) and any(c.isalpha() for c in line)]
    notes = [line for line in notes if not _MACHINE.match(line)]
    if notes:
        return "zh" if sum(bool(_CJK.search(line)) for line in notes) * 2 > len(notes) else "en"
    return messages.locale()


def columns(text: str) -> int:
    """Columns on the screen: a wide character takes two, a tab goes to the next multiple of eight."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text.expandtabs(8))
