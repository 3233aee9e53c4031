"""The definitions around a place of a text, and those of a name, without an outline of the whole.

Names are those that the outline gives (`Account.close`), read from the tree upwards: a change asks for a few places, and an
outline of a long file costs more than all of them. Languages but Python and Java are read by the outline. Absent on purpose:
code with errors is not mended first, so a name in it may lack a part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from copilot.syntax import tree as trees
from copilot.syntax.outline import calls, outline
from copilot.syntax.parsing import Node, QueryCursor, Recent, compiled
from copilot.types import Document, Span

_QUERIES: Final = {
    "python": """[(function_definition) (class_definition) (expression_statement (assignment left: (identifier)))] @it""",
    "java": """
        [(class_declaration) (interface_declaration) (enum_declaration) (record_declaration) (annotation_type_declaration)
         (method_declaration) (constructor_declaration) (compact_constructor_declaration)
         (annotation_type_element_declaration) (field_declaration) (constant_declaration) (enum_constant)] @it
        (record_declaration (formal_parameters (formal_parameter) @it))
        """,
}
_TYPES: Final = frozenset({
    "class_definition", "class_declaration", "interface_declaration", "enum_declaration", "record_declaration",
    "annotation_type_declaration",
})  # fmt: skip
_ROUTINES: Final = frozenset({
    "function_definition", "method_declaration", "constructor_declaration", "compact_constructor_declaration",
    "annotation_type_element_declaration",
})  # fmt: skip
_FIELDS: Final = frozenset({"field_declaration", "constant_declaration", "enum_constant"})

_named: Final[Recent[Mapping[str, list[Node]]]] = Recent()


def symbol_at(doc: Document, offset: int) -> str:
    """The qualified name of the innermost definition around a byte; empty at the margin."""
    tree = trees.of(doc)
    if tree is None:
        return ""
    if doc.language not in _QUERIES:
        found = outline(doc).at(Span(offset, offset))
        return found.qualified if found is not None else ""
    return _qualified(tree.root_node.descendant_for_byte_range(offset, offset))


def spans_of(doc: Document, qualified: str) -> list[Span]:
    """Where the definitions of a qualified name stand, decorators included."""
    if doc.language not in _QUERIES:
        return [symbol.span for symbol in outline(doc).symbols if symbol.qualified == qualified]
    return [_span(node) for node in _all(doc).get(qualified, ())]


def calls_in(doc: Document, qualified: str) -> set[str]:
    """The names that the definitions of a qualified name call."""
    return {call.name for span in spans_of(doc, qualified) for call in calls(doc, span)}


def speaks_of(doc: Document, qualified: str, name: str) -> bool:
    """Whether a definition of a qualified name is called `name`, or has a parameter of that name."""
    if qualified.rpartition(".")[2] == name:
        return bool(spans_of(doc, qualified))
    if doc.language not in _QUERIES:
        held = (symbol.parameters for symbol in outline(doc).symbols if symbol.qualified == qualified)
        return any(part.name == name for parameters in held for part in parameters)
    return any(name in _parameters(node) for node in _all(doc).get(qualified, ()))


def _parameters(node: Node) -> Iterator[str]:
    held = node.child_by_field_name("parameters")
    for each in trees.descendants(held, "identifier") if held is not None else ():
        yield _text(each)


def _all(doc: Document) -> Mapping[str, list[Node]]:
    """The definitions of a text by their qualified names."""
    known = _named.get(doc)
    tree = trees.of(doc) if known is None else None
    if known is not None or tree is None:
        return known or {}
    found: dict[str, list[Node]] = {}
    query = compiled(doc.language or "", _QUERIES[doc.language or ""])
    for node in QueryCursor(query).captures(tree.root_node).get("it", ()):
        for name in _names(node):
            around = _qualified(node.parent)
            found.setdefault(f"{around}.{name}" if around else name, []).append(node)
    _named.put(doc, found)
    return found


def _qualified(node: Node | None) -> str:
    names: list[str] = []
    while node is not None:
        if node.type == "decorator" and node.parent is not None:
            node = node.parent.child_by_field_name("definition")  # a decorator belongs to what it decorates
            continue
        if name := _name(node):
            names.append(name)
        node = node.parent
    return ".".join(reversed(names))


def _names(node: Node) -> list[str]:
    """What a node defines: of `int a, b;` two."""
    if node.type in _FIELDS and node.type != "enum_constant":
        return [_text(each.child_by_field_name("name")) for each in node.children_by_field_name("declarator")]
    return [name] if (name := _name(node)) else []


def _name(node: Node) -> str:
    """What a node defines, of several names the first; empty where it defines nothing that an outline would name."""
    kind = node.type
    if kind in _TYPES or kind in _ROUTINES:
        return _text(node.child_by_field_name("name"))
    if kind in _FIELDS:
        held = node if kind == "enum_constant" else node.child_by_field_name("declarator")
        return _text(held.child_by_field_name("name")) if held is not None else ""
    if kind == "formal_parameter":
        record = node.parent.parent if node.parent is not None else None
        return (
            _text(node.child_by_field_name("name"))
            if record is not None and record.type == "record_declaration"
            else ""
        )
    if kind == "expression_statement" and node.named_children and node.named_children[0].type == "assignment":
        left = node.named_children[0].child_by_field_name("left")
        if left is not None and left.type == "identifier" and not _is_local(node):
            return _text(left)
    return ""


def _is_local(node: Node) -> bool:
    around = trees.enclosing(node, *_TYPES, *_ROUTINES)
    return around is not None and around.type in _ROUTINES


def _span(node: Node) -> Span:
    outer = node.parent
    whole = outer if outer is not None and outer.type == "decorated_definition" else node
    return Span(whole.start_byte, whole.end_byte)


def _text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""
