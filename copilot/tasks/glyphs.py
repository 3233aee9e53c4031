"""Characters of an answer that no compiler reads: strange blanks, wide punctuation, curly quotes, entities of HTML.

Chat windows and training pages leave them in code. They are written plainly where they are code; text in strings and
comments stays as it is. Absent on purpose: control words of a model (`answers`).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from copilot.context.lexemes import pattern

_MARKUP: Final = frozenset({None, "xml", "html", "markdown", "yaml", "json", "text", "vue", "svelte"})
"""Languages whose text is not told from code here, or in which entities are code."""

_STRANGE: Final = re.compile("[\u00a0\u1680\u2000-\u200d\u2018-\u201f\u202f\u205f\u3000\ufeff\uff01-\uff5e\uffe5]")
_ENTITY: Final = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{2,5}|#x[0-9a-fA-F]{2,4});")
_INVISIBLE: Final = "\u200b\u200c\u200d\ufeff"
_PLAIN: Final = str.maketrans({
    **dict.fromkeys("\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000", " "),
    **dict.fromkeys(_INVISIBLE, ""),
    **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
    **{chr(0xFF01 + at): chr(0x21 + at) for at in range(94)},
})  # fmt: skip

_TEXTS: Final = frozenset({3, 4, 5, 6})
"""Groups of the lexer's pattern that hold comments, block comments, long literals and strings."""


def plain(text: str, language: str | None) -> str:
    """The code of an answer with plain characters; of a language that is not known only what cannot be seen goes."""
    if language in _MARKUP:
        return text.strip(_INVISIBLE)
    if "&" in text and any(is_code and _ENTITY.search(run) for run, is_code in _runs(text, language)):
        text = html.unescape(text)
    if not _STRANGE.search(text):
        return text
    return "".join(run.translate(_PLAIN) if is_code else run for run, is_code in _runs(text, language))


def _runs(text: str, language: str | None) -> Iterator[tuple[str, bool]]:
    """`(text, whether it is code)` in turn; together they are the text."""
    start = end = 0
    for match in pattern(language).finditer(text):
        is_text = match.lastindex in _TEXTS and not (match[0].startswith("#") and text[: match.start()].endswith("&"))
        if is_text:
            yield text[start : match.start()], True
            yield match[0], False
            start = match.end()
        end = match.end()
    yield text[start : max(end, len(text))], True
