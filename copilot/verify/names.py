"""The proof that generated code uses no name the file does not know: check `names`.

Only what the edits bring in is held; names that were unbound before are not the proposal's fault. Scopes are read
from the tree, so that a fault elsewhere in the file does not matter. Absent on purpose: attributes and types of
expressions.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from copilot import edits as texts
from copilot.messages import say
from copilot.syntax import tree as trees
from copilot.syntax.outline import outline
from copilot.syntax.tree import Node, descendants, touching
from copilot.types import Check, Document, Edit, Span

# fmt: off
JAVA_LANG: Final = frozenset({
    "AbstractMethodError", "Appendable", "ArithmeticException", "ArrayIndexOutOfBoundsException",
    "AssertionError", "AutoCloseable", "Boolean", "Byte", "CharSequence", "Character", "Class",
    "ClassCastException", "ClassLoader", "ClassNotFoundException", "CloneNotSupportedException", "Cloneable",
    "Comparable", "Deprecated", "Double", "Enum", "Error", "Exception", "Float", "FunctionalInterface",
    "IllegalAccessException", "IllegalArgumentException", "IllegalStateException", "IndexOutOfBoundsException",
    "InterruptedException", "Integer", "Iterable", "Long", "Math", "NegativeArraySizeException",
    "NullPointerException", "Number", "NumberFormatException", "Object", "OutOfMemoryError", "Override",
    "Package", "Process", "ProcessBuilder", "Readable", "Record", "ReflectiveOperationException", "Runnable",
    "Runtime", "RuntimeException", "SafeVarargs", "SecurityException", "Short", "StackOverflowError",
    "StackTraceElement", "StrictMath", "String", "StringBuffer", "StringBuilder",
    "StringIndexOutOfBoundsException", "SuppressWarnings", "System", "Thread", "ThreadLocal", "Throwable",
    "UnsupportedOperationException", "Void",
})
# fmt: on
"""The types of java.lang that code names without an import."""

_BUILTINS: Final = frozenset(dir(builtins)) | {"__name__", "__file__", "__doc__", "__class__", "self", "_"}
_WORD: Final = re.compile(r"[^\W\d]\w*")
_KEYWORDS: Final = frozenset({"True", "False", "None", "and", "or", "not", "is", "in", "if", "else", "for", "lambda"})


def bound(doc: Document, edits: Iterable[Edit]) -> Check:
    """Check `names`: every name in the inserted code is bound in the file, built in, or imported by the edits."""
    if doc.language not in ("python", "java"):
        return Check("names", passed=True, detail=say("names are not checked for this language"))
    if missing := unbound(doc, edits):
        return Check("names", passed=False, detail=say("not bound in the file: {names}", names=", ".join(missing)))
    return Check("names", passed=True, detail=say("every name is bound"))


def unbound(doc: Document, edits: Iterable[Edit]) -> list[str]:
    """The names in the inserted code that nothing binds, sorted; none for a language that is not read."""
    proposed = tuple(e for e in edits if e.path == doc.path)
    after = texts.apply(doc, proposed)
    tree = trees.of(after)
    if tree is None or doc.language not in ("python", "java"):
        return []
    inserted = tuple(inserted_spans(doc, proposed))
    used = _python_uses if doc.language == "python" else _java_uses
    scopes: dict[int, set[str]] = {}
    known = partial(_python_known, scopes) if doc.language == "python" else partial(_java_known, inserted)
    return sorted({name for node, name in used(tree.root_node, inserted) if not known(name, node, after)})


def inserted_spans(doc: Document, edits: Iterable[Edit]) -> Iterator[Span]:
    """Where the new texts of `edits` lie in the document after them."""
    shift = 0
    for edit in sorted((e for e in edits if e.path == doc.path), key=lambda e: (e.span.start, e.span.end)):
        length = len(texts.with_newline(edit.new, doc.newline).encode())
        yield Span(edit.span.start + shift, edit.span.start + shift + length)
        shift += length - len(edit.span)


def _nodes(root: Node, inserted: tuple[Span, ...], *types: str) -> Iterator[Node]:
    for node in touching(root, inserted):
        span = Span(node.start_byte, node.end_byte)
        if node.type in types and any(where.contains(span) for where in inserted):
            yield node


def _text(node: Node | None) -> str:
    return (node.text or b"").decode(errors="replace") if node is not None else ""


# Python


def _python_uses(root: Node, inserted: tuple[Span, ...]) -> Iterator[tuple[Node, str]]:
    for node in _nodes(root, inserted, "identifier", "string_content"):
        parent = node.parent
        if parent is None:
            continue
        if node.type == "string_content":
            kind = parent.parent
            if kind is not None and kind.type == "type" and kind.parent is not None:
                yield from ((node, w) for w in _heads(_text(node)) if w not in _KEYWORDS)
        elif not _python_binds(node, parent):
            yield node, _text(node)


def _heads(annotation: str) -> list[str]:
    """Names at the start of a dotted path in a quoted annotation."""
    return [m.group() for m in _WORD.finditer(annotation) if annotation[: m.start()].rstrip()[-1:] != "."]


def _python_binds(node: Node, parent: Node) -> bool:
    """True for a name that is defined here, names an attribute or keyword, or stands in an import."""
    if any(parent.child_by_field_name(f) == node for f in ("attribute", "name")):
        return True
    outer = parent
    while outer.type in ("dotted_name", "aliased_import"):
        if outer.parent is None:
            break
        outer = outer.parent
    if outer.type in ("import_statement", "import_from_statement", "future_import_statement"):
        return True
    if parent.type == "dotted_name" and parent.named_children[0] != node:
        return True
    in_parameter = parent.type in ("parameters", "list_splat_pattern", "dictionary_splat_pattern", "type_parameter")
    return in_parameter or (parent.type == "typed_parameter" and parent.named_children[0] == node)


def _python_known(scopes: dict[int, set[str]], name: str, node: Node, after: Document) -> bool:
    if name in _BUILTINS:
        return True
    for row in outline(after).imports:
        if row.name == "*" or name == (row.alias or row.name or row.module.partition(".")[0]):
            return True
    at: Node | None = node
    while at is not None:
        if at.type in ("function_definition", "class_definition", "module", "lambda"):
            if at.id not in scopes:
                scopes[at.id] = _python_scope(at)
            if name in scopes[at.id]:
                return True
        at = at.parent
    return False


def _python_scope(scope: Node) -> set[str]:
    """The names that a module, class or function binds itself."""
    names = set()
    if scope.type == "class_definition":
        names |= {
            _text(n) for n in descendants(scope.child_by_field_name("type_parameters") or scope, "type_parameter")
        }
    body = scope if scope.type == "module" else scope.child_by_field_name("body")
    parameters = scope.child_by_field_name("parameters")
    if parameters is not None:
        names |= {_text(_first_identifier(p)) for p in parameters.named_children}
    if (generic := scope.child_by_field_name("type_parameters")) is not None:
        names |= {_text(n) for n in descendants(generic, "identifier")}
    todo = list(body.named_children) if body is not None else []
    while todo:
        node = todo.pop()
        if node.type in ("function_definition", "class_definition"):
            names.add(_text(node.child_by_field_name("name")))
            continue
        if node.type in ("assignment", "for_in_clause") and (left := node.child_by_field_name("left")) is not None:
            # A comprehension's own names count for the whole scope here: lenient, never wrong about a sound text.
            names |= {_text(n) for n in descendants(left, "identifier")}
        elif node.type in ("for_statement", "as_pattern", "named_expression", "type_alias_statement", "case_pattern"):
            names |= {_text(n) for n in descendants(node, "identifier")}
        todo += node.named_children
    return names


def _first_identifier(node: Node) -> Node | None:
    return next(descendants(node, "identifier"), None)


# Java


def _java_uses(root: Node, inserted: tuple[Span, ...]) -> Iterator[tuple[Node, str]]:
    for node in _nodes(root, inserted, "type_identifier", "identifier"):
        parent = node.parent
        if parent is None or (parent.type == "scoped_type_identifier" and parent.named_children[0] != node):
            continue
        if node.type == "identifier" and _java_binds(node, parent):
            continue
        if _text(node) == "var" or (parent.type == "scoped_type_identifier" and _text(node)[:1].islower()):
            continue  # an inferred type; a package
        yield node, _text(node)


def _java_binds(node: Node, parent: Node) -> bool:
    """True for a name that is defined here, comes after a dot, or is a label of a switch."""
    outer: Node | None = parent
    while outer is not None and outer.type == "scoped_identifier":
        outer = outer.parent
    if outer is not None and outer.type in ("import_declaration", "switch_label", "package_declaration"):
        return True
    if parent.type == "scoped_identifier" or (
        parent.type == "field_access"
        and _text(node)[:1].islower()
        and parent.parent is not None
        and parent.parent.type == "field_access"
    ):
        return True
    if parent.type in ("break_statement", "continue_statement", "labeled_statement"):
        return True
    if parent.type == "method_reference" and parent.named_children[0] != node:
        return True
    return any(parent.child_by_field_name(f) == node for f in ("name", "field", "key"))


_JAVA_BINDERS: Final = (
    "enhanced_for_statement",
    "catch_formal_parameter",
    "resource",
    "instanceof_expression",
    "type_pattern",
    "record_pattern_component",
)
"""Nodes that bind the name in their field `name` (or, where they have none, their last child)."""


def _java_scope(scope: Node) -> set[str]:
    """The names that a method or type binds anywhere inside."""
    kinds = ("formal_parameter", "spread_parameter", "variable_declarator", "type_parameter")
    found = {_text(n) for k in descendants(scope, *kinds) for n in descendants(k, "identifier", "type_identifier")}
    for node in descendants(scope, *_JAVA_BINDERS):
        name = node.child_by_field_name("name") or (node.named_children[-1] if node.named_children else None)
        if name is not None and name.type == "identifier":
            found.add(_text(name))
    for node in descendants(scope, "lambda_expression"):
        if (given := node.child_by_field_name("parameters")) is not None:
            found |= {_text(n) for n in descendants(given, "identifier")}
    return found


def _java_known(inserted: tuple[Span, ...], name: str, node: Node, after: Document) -> bool:
    if name in JAVA_LANG:
        return True
    shape = outline(after)
    if any(row.name in (name, "*") for row in shape.imports) or any(s.name == name for s in shape.symbols):
        return True
    at: Node | None = node
    while at is not None:
        if at.type in (
            "method_declaration",
            "constructor_declaration",
            "class_declaration",
            "interface_declaration",
            "record_declaration",
        ) and name in _java_scope(at):
            return True
        at = at.parent
    if node.type == "type_identifier" or name[:1].isupper():
        if (after.path.parent / f"{name}.java").is_file():
            return True
        root = node
        while root.parent is not None:
            root = root.parent
        return any(
            _text(n) == name and not any(w.contains(Span(n.start_byte, n.end_byte)) for w in inserted)
            for n in descendants(root, "type_identifier", "identifier")
        )
    return False
