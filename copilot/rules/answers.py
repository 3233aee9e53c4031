"""What a routine answers a request with: which routines are asked from outside, and what they hand back.

(#handled? @site)    the routine around answers requests, by its decorator or annotation
(#answered? @owner)  it returns this name, as it is or in the envelope of an answer
(#answering? @site)  the routine around makes a table of an object for those who ask (`to_dict`)
"""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.flow import Flow
from copilot.syntax.parsing import Node

_MARK: Final = re.compile(
    r"@(?:\w+\.)*(?:route|get|post|put|patch|delete|api_route|api_view|action|(?:Get|Post|Put|Patch|Delete|Request)Mapping|GET|POST|PUT)\b"
)
_ANSWER: Final = (
    r"\breturn\s+(?:(?:\w+\.)*(?:ok|success|data|of|succeed|body|jsonify|JsonResponse|JSONResponse|Response)\(\s*|new\s+\w+<?>?\(\s*)?"
    r"{name}\s*(?:,[^\n;]*)?\)*(?:\.build\(\))?\s*(?:;|$)"
)
_TABLES: Final = re.compile(r"(?:to|as)_(?:dict|json|response|api|public|view)|serialize|to_representation")


def _head(flow: Flow, routine: Node) -> str:
    """What stands before the body of a routine, its decorators with it."""
    outer, body = routine.parent, routine.child_by_field_name("body")
    start = outer.start_byte if outer is not None and outer.type == "decorated_definition" else routine.start_byte
    end = body.start_byte if body is not None else routine.end_byte
    return flow.text[start:end].decode("utf-8", "replace")


def is_handled(flow: Flow, node: Node) -> bool:
    """Whether the routine around a node answers requests."""
    routine = flow.around(node)
    while routine is not None and routine.type.startswith("lambda"):
        routine = flow.around(routine)
    return routine is not None and _MARK.search(_head(flow, routine)) is not None


def is_answered(flow: Flow, node: Node) -> bool:
    """Whether the routine around a name returns it."""
    routine = flow.around(node)
    if routine is None:
        return False
    wanted = re.compile(_ANSWER.replace("{name}", re.escape(flow.read(node))), re.MULTILINE)
    return wanted.search(flow.read(routine)) is not None


def is_told(flow: Flow, node: Node) -> bool:
    """Whether the routine around a node makes a table of its object."""
    routine = flow.around(node)
    name = routine.child_by_field_name("name") if routine is not None else None
    return name is not None and _TABLES.fullmatch(flow.read(name)) is not None
