"""What a finding says of names, held against the tree and the index: nobody is told that a name is undefined which is defined.

A claim is refuted only by what is sure: the name is bound, built in or defined in the repository (`undefined`, and `missing` of
a name that the routine uses), or it is read where it is known (`unused`). Names come from the finding's own list and from its
sentence. Absent on purpose: all else that a sentence says.
"""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Iterator
from typing import Final

from copilot.context.index import Index
from copilot.syntax import tree as trees
from copilot.syntax.outline import outline
from copilot.syntax.parsing import Node
from copilot.types import Document, Edit, Span
from copilot.verify import names as bindings

_NAME: Final = re.compile(r"[^\W\d]\w*")
_QUOTED: Final = r"`([^`\n]{1,80})`"
_UNDEFINED: Final = (
    r"(?:not defined|never defined|undefined|undeclared|not declared|never declared|not imported|never imported|does(?: not|n't) exist"
    r"|is missing an import|unresolved|未定义|没有定义|未声明|没有声明|不存在|未导入|没有导入)"
)
_UNUSED: Final = r"(?:unused|never used|not used|never read|never called|not called anywhere|未使用|没有使用|从未使用|未被使用|没有被使用)"
_KINDS: Final = r"(?:(?:the|a|an) )?(?:variable|name|function|method|import|class|symbol|parameter|argument|field|constant|变量|函数|方法|导入|类|参数|字段)?s?"
_SAID: Final = tuple(
    (says, re.compile(pattern, re.IGNORECASE))
    for says, word in (("undefined", _UNDEFINED), ("unused", _UNUSED))
    for pattern in (
        rf"{_QUOTED}[^`.;。；]{{0,30}}?\b(?:is |are |was |were )?{word}",
        rf"{word}\s*{_KINDS}\s*{_QUOTED}",
    )
)


_IDENTIFIERS: Final = frozenset({
    "identifier", "type_identifier", "property_identifier", "shorthand_property_identifier",
})  # fmt: skip
_PATTERNS: Final = frozenset({
    "dotted_name", "pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern", "dictionary_splat_pattern",
    "as_pattern_target", "array_pattern", "object_pattern", "rest_pattern", "scoped_identifier",
})  # fmt: skip
_PARAMETERS: Final = frozenset({
    "parameters", "typed_parameter", "default_parameter", "typed_default_parameter", "lambda_parameters", "formal_parameter",
    "formal_parameters", "required_parameter", "optional_parameter", "spread_parameter", "inferred_parameters",
})  # fmt: skip
_ASSIGNED: Final = frozenset({
    "assignment", "augmented_assignment", "for_statement", "for_in_clause", "for_in_statement", "assignment_expression",
    "assignment_pattern", "augmented_assignment_expression",
})  # fmt: skip
_MEMBERS: Final = {"attribute": "attribute", "field_access": "field", "member_expression": "property"}
"""What names a part of something, with the field that holds the part's name."""
_CALLS: Final = frozenset({"method_invocation", "method_reference"})
"""Where the field `name` is no definition."""
_ROUTINES: Final = ("function", "method", "constructor")

_HEDGED: Final = re.compile(
    r"\b(?:may|might|can|could|possibly|potentially|when|if|unless|until|before)\b|可能|如果|之前", re.IGNORECASE
)
"""Words of a claim about some runs: a name that is bound on one path only."""


def claims(message: str, listed: Iterable[tuple[str, str]], language: str | None) -> list[tuple[str, str]]:
    """`(name, undefined, unused or missing)` of what a finding says; the last name of a dotted one.

    Of a sentence that speaks of some runs nothing is taken, and `undefined` only where it is no value of the language.
    """
    found: list[tuple[str, str]] = []
    said = [
        *listed,
        *(
            (match[1], says)
            for says, pattern in _SAID
            if says == "unused" or language in ("python", "java")
            for match in pattern.finditer(message)
            if not _HEDGED.search(match[0].replace(match[1], ""))
        ),
    ]
    for written, says in said:
        parts = _NAME.findall(written.partition("(")[0])
        if parts and (parts[-1], says) not in found:
            found.append((parts[-1], says))
    return found


def refuted(asserted: Iterable[tuple[str, str]], doc: Document, line: Span | None, index: Index) -> bool:
    """Whether one of the claims is surely wrong. `doc`: the text after the change; `line`: of the finding in it, None for a
    finding on a deleted line.
    """
    return any(_is_wrong(name, says, doc, line, index) for name, says in asserted)


def _is_wrong(name: str, says: str, doc: Document, line: Span | None, index: Index) -> bool:
    if says == "unused":
        return _is_read(name, doc, line, index)
    if says == "missing":
        # What a routine lacks may well be defined: only of a name that it uses the claim is that nobody defines it.
        return line is not None and _is_within(name, doc, line) and _is_defined(name, doc, line, index)
    if line is None:
        return any(symbol.name == name for symbol in outline(doc).symbols)
    return not any(True for _ in _places(name, doc)) or _is_defined(name, doc, line, index)


def _places(name: str, doc: Document) -> Iterator[int]:
    word = re.compile(rb"(?<![\w$])" + re.escape(name.encode()) + rb"(?![\w$])")
    return (found.start() for found in word.finditer(doc.text))


def _is_within(name: str, doc: Document, line: Span) -> bool:
    """Whether the definition around a line uses a name; of a line outside of all, the file."""
    around = outline(doc).at(line)
    return any(around is None or around.span.contains(at) for at, role in _roles(name, doc) if role != "bound")


def _is_read(name: str, doc: Document, line: Span | None, index: Index) -> bool:
    """Whether a name is used where the one that a finding means is known: in the routine around, if that binds it, else in the
    file, or by a file that imports or calls it.
    """
    roles = _roles(name, doc)
    around = outline(doc).at(line) if line is not None else None
    if around is not None and around.kind in _ROUTINES and around.name != name:
        inside = [role for at, role in roles if around.span.contains(at)]
        if "bound" in inside:
            return "used" in inside
    return any(role != "bound" for _, role in roles) or any(True for _ in _used(name, doc, index))


def _roles(name: str, doc: Document) -> list[tuple[Span, str]]:
    """Where a name stands in code and as what: `bound`, a `member` of something, or `used`, as it is everywhere in a text
    without a tree.
    """
    tree = trees.of(doc)
    if tree is None:
        return [(Span(at, at), "used") for at in _places(name, doc)]
    word = name.encode()
    nodes = (tree.root_node.descendant_for_byte_range(at, at + len(word)) for at in _places(name, doc))
    found = (node for node in nodes if node is not None and node.type in _IDENTIFIERS and node.text == word)
    return [(Span(node.start_byte, node.end_byte), _role(node)) for node in found]


def _role(node: Node) -> str:
    """What an identifier is where it stands: defined, assigned, imported, a parameter or the name of an argument (`bound`)."""
    inner, outer, role = node, node.parent, "used"
    while outer is not None and (outer.type in _PATTERNS or outer.type in _MEMBERS):
        if outer.type in _MEMBERS:
            if outer.child_by_field_name(_MEMBERS[outer.type]) != inner:
                return role
            role = "member"
        inner, outer = outer, outer.parent
    if outer is None:
        return role
    if outer.type in _PARAMETERS:
        return role if inner in (outer.child_by_field_name("type"), outer.child_by_field_name("value")) else "bound"
    if any(word in outer.type for word in ("import", "package")):
        return "bound"
    if outer.type in _CALLS:
        return role if outer.child_by_field_name("object") in (None, inner) else "member"
    fields = ("left",) if outer.type in _ASSIGNED else ("name", "alias", "property")
    return "bound" if any(outer.child_by_field_name(field) == inner for field in fields) else role


def _used(name: str, doc: Document, index: Index) -> Iterator[object]:
    """Uses in other files of what this one defines."""
    if any(symbol.name == name for symbol in outline(doc).symbols):
        yield from (call for call in index.calls(name) if call.path != doc.path)
        yield from index.imports_of(name)


def _is_defined(name: str, doc: Document, line: Span, index: Index) -> bool:
    known = outline(doc)
    if any(symbol.name == name for symbol in known.symbols):
        return True
    if any(name in (each.alias, each.name, each.module.rpartition(".")[2]) for each in known.imports):
        return True
    if doc.language == "python" and hasattr(builtins, name) and not _is_member(name, doc, line):
        return True
    if any(each.path != doc.path for each in index.definitions(name)):
        # Defined elsewhere: a bare name must be imported to be known here, a member of something need not.
        return not _is_bare(name, doc, line) or name not in _unbound(doc, line)
    return _is_bare(name, doc, line) and doc.language in ("python", "java") and name not in _unbound(doc, line)


def _is_bare(name: str, doc: Document, line: Span) -> bool:
    """Whether it stands on the line and not behind a dot."""
    text = doc.text[line.start : line.end]
    return re.search(rb"(?<![\w$.])" + re.escape(name.encode()) + rb"(?![\w$])", text) is not None


def _is_member(name: str, doc: Document, line: Span) -> bool:
    """Whether it stands on the line behind a dot alone."""
    text = doc.text[line.start : line.end]
    return (
        not _is_bare(name, doc, line)
        and re.search(rb"\.\s*" + re.escape(name.encode()) + rb"(?![\w$])", text) is not None
    )


def _unbound(doc: Document, line: Span) -> list[str]:
    text = doc.text[line.start : line.end].decode("utf-8", "replace")
    return bindings.unbound(doc, (Edit(doc.path, line, text),))
