"""Keys that stand in the code: as text, bytes or an array, decoded or not, in place or under a name.

`(#literal-key? @value)` holds for `b"…"`, `"…".getBytes()`, `HexFormat.of().parseHex("…")`, `new BigInteger("…", 16).toByteArray()`,
`{0x8f, …}`, and for a name or a constant that is bound to nothing else. What is read, made or handed in is none.
"""

from __future__ import annotations

import re
from typing import Final

from copilot.rules.flow import Flow, Level
from copilot.syntax.parsing import Node

_TEXT: Final = re.compile(r"[bruBRU]{0,2}([\"'])[^\"'{<$\s]{6,}\1\Z")
_DECODES: Final = re.compile(
    r"(?i)(?:parse|decode|from|un|to|str)?_?hex(?:lify|_?string)?(?:2|to)?(?:byte_?array|bytes|binary)?|\w*b(?:ase)?_?64_?decode|decode_?base_?64"
    r"|parsebase64binary|decode(?:hex|fast)?|hexstr(?:ing)?(?:2|to)bytes?(?:array)?|hex(?:2|to)bytes?|bytes|bytearray|a2b_\w+|biginteger|decodestring"
)
_GIVES: Final = frozenset({"getBytes", "toCharArray", "toByteArray", "encode", "clone"})
_LEAST: Final = 8
_DEEPEST: Final = 5


def is_literal(flow: Flow, node: Node, depth: int = 0) -> bool:
    """Whether an expression is a key that the code holds."""
    kind = node.type
    if depth > _DEEPEST:
        return False
    if kind in flow.grammar.strings:
        return _TEXT.match(flow.read(node)) is not None
    if kind in {"array_initializer", "list"}:
        return len(node.named_children) >= _LEAST and all(
            part.type.endswith(("literal", "integer", "unary_expression", "cast_expression"))
            for part in node.named_children
        )
    if kind == "array_creation_expression":
        held = node.child_by_field_name("value")
        return held is not None and is_literal(flow, held, depth + 1)
    if kind in {"binary_expression", "binary_operator"}:
        return all(part.type in flow.grammar.strings for part in node.named_children)
    if kind in flow.grammar.calls:
        return _is_decoded(flow, node, depth)
    name = flow.read(node)
    if kind in flow.grammar.members:
        name = name.rpartition(".")[2]
        if not name.isupper():
            return False
    elif kind != "identifier":
        return False
    values, given = flow.bound(name, node)
    return (
        bool(values)
        and given is Level.CONSTANT
        and all(each is not None and is_literal(flow, each, depth + 1) for each in values)
    )


def _is_decoded(flow: Flow, node: Node, depth: int) -> bool:
    name, inside, receiver = flow.called(node), flow.arguments(node), flow.receiver(node)
    if name in _GIVES:
        return receiver is not None and is_literal(flow, receiver, depth + 1)
    return _DECODES.fullmatch(name) is not None and bool(inside) and is_literal(flow, inside[0], depth + 1)
