r"""Paths of files that are put together of a fixed folder and a name that the caller gives.

`(#placed? @value)` holds for `os.path.join(FOLDER, name)`, `f"{FOLDER}/{name}"`, `Path(FOLDER) / file.filename`, Java's
`(FOLDER + name)` and `(FOLDER, name)`: the folder is a constant or a setting, and the name is a parameter (or of one) whose
own name says that it names a file. A whole path that is handed in is none: whoever calls knows which file he means.
"""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.flow import Flow, Level
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants

_NAME: Final = re.compile(
    r"(?i)(?:^|_|\.|get)(?:file_?name|original_?file_?name|file|name|report(?:_?name)?|statement(?:_?name)?|document|doc(?:_?name)?|template|attachment|voucher|avatar|image|key"
    r"|path|rel(?:ative)?_?path|sub_?path|user_?path)(?:\(\))?$"
)
_FOLDER: Final = re.compile(
    r"\b[A-Z][A-Z0-9_]{2,}\b|[\"'](?:/|[A-Z]:|\.{0,2}/)?[\w-]+/[\w/.-]*[\"'{]|(?i:settings|config|props|properties|conf)\.\w*(?:\(\))?|f[\"']/\w|"
    r"\b(?i:(?:self\.|this\.)?_?(?:upload|base|root|data|statement|report|file|storage|archive|export|download)s?_?(?:dir|folder|root|path|location|base))\b"
)
_GIVEN: Final = {"python": ("identifier", "attribute"), "java": ("identifier", "field_access", "method_invocation")}


def is_placed(flow: Flow, node: Node, depth: int = 0) -> bool:
    """Whether a path is put together so; through the name it is bound to."""
    if node.type == "identifier" and depth < 3:
        values, _ = flow.bound(flow.read(node), node)
        return any(value is not None and is_placed(flow, value, depth + 1) for value in values)
    text = flow.read(node)
    if len(text) > 400 or not _FOLDER.search(text) or not _is_joined(flow, node, text):
        return False
    return any(
        _NAME.search(flow.read(part)) and flow.level(part) >= Level.GIVEN
        for part in descendants(node, *_GIVEN[flow.document.language or ""])
        if not _is_called(part)
    )


def _is_joined(flow: Flow, node: Node, text: str) -> bool:
    if flow.document.language == "java":
        return "+" in text or (node.type == "argument_list" and len(node.named_children) > 1)
    return "join(" in text or " / " in text or "+" in text or text.startswith(("f'", 'f"')) or "Path(" in text


def _is_called(node: Node) -> bool:
    """Whether a name is what a call calls."""
    outer = node.parent
    return outer is not None and outer.type == "call" and outer.child_by_field_name("function") == node
