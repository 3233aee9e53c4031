r"""SM2, SM3 and SM4 that somebody wrote by hand, by their constants and by what the routines do.

`(#handmade? @site)` holds for a table of one of them (the substitution box, the round constants, the first state; as an
assignment or a field) and for a routine that is named after one and does its rounds (shifts and exclusive or, or arithmetic
on the curve). One place is told for a class or for the top of a file: the first table, beside the routines that say
`sm…` themselves. Absent on purpose: the curve's parameters alone, which providers ask for, and values of tests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from copilot.rules.flow import Flow
from copilot.syntax.parsing import Node
from copilot.syntax.tree import descendants, enclosing

_SEP: Final = r"[\s,]*(?:\(byte\)\s*)?"
_TABLE: Final = re.compile(
    rf"(?i)0xd6{_SEP}0x90{_SEP}0xe9{_SEP}0xfe|\b214{_SEP}144{_SEP}233{_SEP}254\b|-42{_SEP}-112{_SEP}-23{_SEP}-2\b|d690e9fecce13db7|d6 90 e9 fe"
    r"|\bx?d6\\x90\\xe9\\xfe|0xa3b1bac6|0x00070e15|0x0*70e15|0x7380166f|7380166f[ _]?4914b2b9|0x79cc4519|0x7a879d8a"
)
_NAMED: Final = re.compile(r"(?i)(?<![a-z])sm[-_]?[234](?![0-9])")
_CURVE: Final = re.compile(
    r"(?i)FFFFFFFE_?FFFFFFFF_?FFFFFFFF_?FFFFFFFF_?FFFFFFFF_?00000000_?FFFFFFFF_?FFFFFFFF|28E9FA9E_?9D9F5E34"
)
_POINTS: Final = re.compile(r"(?i)(?:point|ec|curve|jacobian)_?(?:add|double|dbl|mul|multiply)|scalar_?mul|\bkg\b|kp$")
_TURNS: Final = re.compile(r"(?i)<<|>>>|rotate_?left|rotl?\(|\brol\(|lshift|(?:cyclic|loop)_?(?:left|shift)")
_MODULAR: Final = re.compile(r"%\s*(?:self\.)?\w*[pPnN]\b|pow\([^\n]*,[^\n]*,|modInverse|\.mod\(|mod_?inv")
_STRING: Final = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|//[^\n]*|#[^\n]*|/\*.*?\*/", re.DOTALL)
_CLASSES: Final = ("class_definition", "class_declaration")
_ROUTINES: Final = ("function_definition", "method_declaration")
_TABLES: Final = ("assignment", "field_declaration", "local_variable_declaration")


def is_handmade(flow: Flow, name: Node) -> bool:
    """Whether a place is one that is told: `name` is the name of a routine or of what a table is bound to."""
    routine = enclosing(name, *_ROUTINES)
    if routine is not None and routine.child_by_field_name("name") == name:
        return _does_rounds(flow, routine) or _is_first_of_class(flow, routine)
    table = enclosing(name, *_TABLES)
    if table is None or not _is_table(flow, table):
        return False
    around = flow.around(name)
    if around is not None:
        return not _does_rounds(flow, around)  # the routine is told
    holder = enclosing(name, *_CLASSES)
    return next(_tables(flow, holder or flow.tree.root_node), None) == table


def _is_table(flow: Flow, node: Node) -> bool:
    text = flow.read(node)
    return len(text) < 200_000 and _TABLE.search(text) is not None


def _tables(flow: Flow, holder: Node) -> Iterator[Node]:
    """The tables of a class or of the top of a file, in order; those in routines aside."""
    body = holder.child_by_field_name("body") or holder
    for part in body.named_children:
        node = part.named_children[0] if part.type == "expression_statement" and part.named_children else part
        if node.type in _TABLES and _is_table(flow, node):
            yield node


def _does_rounds(flow: Flow, routine: Node, title: str = "") -> bool:
    """Whether a routine that its name (or its class's, `title`) calls so computes, rather than calls a library."""
    name, body = routine.child_by_field_name("name"), routine.child_by_field_name("body")
    if name is None or body is None:
        return False
    own, whole = flow.read(name), flow.read(body)
    text = _STRING.sub("", whole)
    is_named = _NAMED.search(title or own) is not None
    if "^" in text and _TURNS.search(text):
        return is_named or (not title and _TABLE.search(whole) is not None)
    if not _POINTS.search(own) or not _MODULAR.search(text):
        return False
    return is_named or _CURVE.search(flow.text.decode("utf-8", "replace")) is not None


def _is_first_of_class(flow: Flow, routine: Node) -> bool:
    """In a class named so without a table: the first routine that does rounds."""
    holder = enclosing(routine, *_CLASSES)
    title = _title(flow, routine)
    if holder is None or not _NAMED.search(title) or next(_tables(flow, holder), None) is not None:
        return False
    rounds = [one for one in descendants(holder, *_ROUTINES) if _does_rounds(flow, one, title)]
    return bool(rounds) and rounds[0] == routine and not any(_does_rounds(flow, one) for one in rounds)


def _title(flow: Flow, node: Node) -> str:
    holder = enclosing(node, *_CLASSES)
    name = holder.child_by_field_name("name") if holder is not None else None
    return flow.read(name) if name is not None else ""
