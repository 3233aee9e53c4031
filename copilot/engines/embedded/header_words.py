"""The header of a Java file in words: the types that it defines, or those of its package."""

from __future__ import annotations

from typing import Final

from copilot.engines.embedded.grammar_en import series
from copilot.tasks import comment_header
from copilot.types import Document

_MOST: Final = 8
_KINDS: Final = {
    "class": ("class", "类"), "interface": ("interface", "接口"), "enum": ("enum", "枚举"), "record": ("record", "记录类"),
    "annotation": ("annotation", "注解"),
}  # fmt: skip


def text(document: Document, lang: str) -> str:
    """One sentence; empty when there is nothing to name."""
    if document.path.name == comment_header.PACKAGE:
        names = comment_header.members(document)
        shown = [f"{{@link {name}}}" for name in names[:_MOST]]
        more = len(names) > _MOST
        if not names:
            return ""
        if lang == "zh":
            return f"包含 {'、'.join(shown)}{' 等类型' if more else ''}。"
        return f"Holds {series(shown) if not more else ', '.join(shown) + ' and others'}."
    found = comment_header.types(document)
    if lang == "zh":
        return f"定义{'、'.join(f'{_KINDS[kind][1]} {name}' for kind, name in found[:_MOST])}{' 等' if len(found) > _MOST else ''}。"
    listed = [f"the {_KINDS[kind][0]} {name}" for kind, name in found[:_MOST]]
    return f"Defines {series(listed) if len(found) <= _MOST else ', '.join(listed) + ' and others'}."
