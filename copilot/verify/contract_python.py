"""Reading the contract of a Python definition from its tree.

Absent on purpose: types that are not annotated, and exceptions raised by what is called.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from copilot.syntax.outline import Outline, Symbol, outline
from copilot.syntax.tree import Node, enclosing, node_at, of
from copilot.types import Document
from copilot.verify.contract import (
    Contract,
    Field,
    Flag,
    Parameter,
    Raised,
    deprecated,
    names,
    own,
    public,
    quotable,
    source,
)
from copilot.verify.escapes_python import SCOPES, raised
from copilot.verify.meaning import Names, names_of
from copilot.verify.results_python import early, returned, value_form, yielded
from copilot.verify.sideeffects import effects, is_pure
from copilot.verify.usage import called, called_for_effect, calls, is_target, uses

_GENERATORS: Final = {"Generator", "AsyncGenerator"}
_ITERATORS: Final = {"Iterator", "Iterable", "AsyncIterator", "AsyncIterable"}
_ENUMS: Final = {"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum"}
_NOTHING: Final = {"None", '"None"', "'None'", "NoReturn", "Never"}
_ACCESSORS: Final = {"property", "cached_property", "abstractproperty"}


def module(document: Document) -> Contract:
    """The contract of the file itself."""
    tree, found = of(document), outline(document)
    public = [s.name for s in found.symbols if s.parent is None and s.kind in {"class", "function", "enum"}]
    offered = tuple(dict.fromkeys(name for name in public if not name.startswith("_")))
    return Contract(
        "python", None, offers=offered, doc=found.docstring, broken=tree is None or tree.root_node.has_error
    )


def read(document: Document, found: Outline, symbol: Symbol) -> Contract:
    """The contract of a class or function of `document`, whose outline is `found`."""
    tree = of(document)
    base = Contract("python", symbol, found.parent(symbol), doc=symbol.docstring)
    node = enclosing(node_at(tree, symbol.name_span), "function_definition", "class_definition") if tree else None
    body = node.child_by_field_name("body") if node is not None else None
    if node is None or body is None or node.has_error:
        return replace(base, broken=True)
    if node.type == "class_definition":
        return _class(document, base, found, symbol)
    return _function(base, found, symbol, body)


def _function(base: Contract, found: Outline, symbol: Symbol, body: Node) -> Contract:
    is_method = base.owner is not None and base.owner.kind not in {"function", "method", "constructor"}
    flags = _flags(found, symbol, base.owner if is_method else None, body)
    listed = list(symbol.parameters)
    receiver = listed.pop(0).name if is_method and "staticmethod" not in flags and listed else ""
    escaping = raised(body, {s.name for s in found.symbols if s.kind in {"class", "enum"}})
    named = names_of(found, body)
    known = _Uses(body, named, receiver, escaping, is_stub="stub" in flags)
    parameters = tuple(
        known.parameter(
            {"varargs": "*", "kwargs": "**"}.get(one.kind, ""), one.name, _line(one.annotation), one.default
        )
        for one in listed
        if one.name.strip("_")  # `_` says that it is not used
    )
    declared = _line(symbol.returns)
    element, result = _yield_types(declared) if "generator" in flags else (None, declared)
    values = returned(body)
    says_none = (result or "").rpartition(".")[2] in _NOTHING
    told = any(v.code != "None" for v in values)
    gives = told or ("generator" not in flags and result is not None)
    is_attribute = any(text.partition("(")[0].strip() == "property" for text in symbol.decorators)
    if says_none or is_attribute or "setter" in flags or symbol.kind == "constructor":
        gives = False
    return replace(
        base,
        parameters=parameters,
        result=None if says_none else result,
        element=element,
        gives=gives,
        returned=values,
        yielded=yielded(body) if "generator" in flags else (),
        raised=escaping,
        changes=_changes(body, receiver),
        calls=called_for_effect(body),
        inner=tuple(dict.fromkeys(name for name, _ in calls(body, SCOPES))),
        reads=_reads(body, receiver),
        effects=effects(body, SCOPES, named),
        early=early(body),
        pure="stub" not in flags and not flags & {"async", "generator"} and is_pure(body, SCOPES, named),
        base=_inherited(found, base.owner, symbol.name) if is_method and base.owner is not None else "",
        passes=_passes(found, symbol, base.owner if is_method else None, body, receiver, named),
        deprecated=deprecated(symbol),
        flags=frozenset(flags),
    )


class _Uses:
    """What surely happens with the parameters of one function."""

    def __init__(self, body: Node, names: Names, receiver: str, escaping: tuple[Raised, ...], *, is_stub: bool) -> None:
        self.body = None if is_stub else body
        self.receiver = receiver
        self.escaping = escaping
        self.around = names.around
        self.start, self.end = body.byte_range

    def parameter(self, stars: str, name: str, annotation: str | None, default: str | None) -> Parameter:
        """The parameter with its facts."""
        nodes = [node for node in self.around.get(name, ()) if self.start <= node.start_byte < self.end]
        default = public(name, default) if default is not None else None
        guards = tuple(
            (one.type, reason[0][0].code)
            for one in self.escaping
            for reason in one.reasons
            if len(reason[0]) == 1
            and _tests(reason[0][0].kind, reason[0][0].negated)
            and name in names(reason[0][0].code)
        )
        changed = any(is_target(node) for node in nodes)
        stored = next((place for node in nodes if (place := self._stored(node))), "") if not changed else ""
        passed = _passed(nodes[0], stars) if len(nodes) == 1 else ""
        found = uses(self.body, name, self.around)
        return Parameter(stars + name, annotation, default, stored, passed, guards[:1] if not changed else (), found)

    def _stored(self, node: Node) -> str:
        """`self.x` for the `x` of `self.x = x`."""
        parent = node.parent
        if parent is None or parent.type != "assignment" or parent.child_by_field_name("right") != node:
            return ""
        left = parent.child_by_field_name("left")
        block = parent.parent.parent if parent.parent is not None else None
        if left is None or left.type != "attribute" or block is None or block.type != "block":
            return ""
        at_top = block.parent is not None and block.parent.type == "function_definition"
        return (
            quotable(source(left))
            if at_top and self.receiver and source(left.child_by_field_name("object")) == self.receiver
            else ""
        )


def _tests(kind: str, negated: bool) -> bool:  # noqa: FBT001 two fields of one condition
    return kind == "test" and not negated


def _passed(node: Node, stars: str) -> str:
    """The callee that the only use of a parameter is an argument of."""
    at, parent = node, node.parent
    if parent is not None and parent.type in {"list_splat", "dictionary_splat"}:
        if len(stars) != (1 if parent.type == "list_splat" else 2):
            return ""
        at, parent = parent, parent.parent
    elif stars:
        return ""
    elif parent is not None and parent.type == "keyword_argument" and parent.child_by_field_name("value") == at:
        at, parent = parent, parent.parent
    if parent is None or parent.type != "argument_list" or parent.parent is None or parent.parent.type != "call":
        return ""
    return called(parent.parent)


def _flags(found: Outline, symbol: Symbol, owner: Symbol | None, body: Node) -> set[Flag]:
    flags: set[Flag] = set()
    marks = [text.partition("(")[0].strip() for text in symbol.decorators]
    last = {mark.rpartition(".")[2] for mark in marks}
    if last & _ACCESSORS:
        flags.add("property")
    if any(mark.endswith((".setter", ".deleter")) for mark in marks):
        flags.add("setter")
    if last & {"contextmanager", "asynccontextmanager"}:
        flags.add("contextmanager")
    flags |= {flag for flag in ("classmethod", "staticmethod", "overload", "override") if flag in last}
    if symbol.name == "__new__" and owner is not None:
        flags.discard("staticmethod")
    is_protocol = owner is not None and "Protocol" in {
        text.partition("[")[0].rpartition(".")[2] for text in owner.bases
    }
    if last & {"abstractmethod", "abstractproperty"} or is_protocol:
        flags.add("abstract")
    parent = body.parent
    if parent is not None and any(child.type == "async" for child in parent.children):
        flags.add("async")
    if any(node.type == "yield" and node.is_named for node in own(body, SCOPES)):
        flags.add("generator")
    if all(_is_empty(child) for child in body.named_children):
        flags.add("stub")
    if owner is not None and _inherited(found, owner, symbol.name):
        flags.add("override")
    return flags


def _inherited(found: Outline, owner: Symbol, name: str) -> str:
    """The base class in the same file that defines the method `name`; empty for none and for special methods."""
    bases = [s for s in found.symbols if s.kind == "class" and s.name in owner.bases and s is not owner]
    fitting = (base.name for base in bases if any(child.name == name for child in found.children(base)))
    return next(fitting, "") if not name.startswith("__") else ""


def _is_empty(node: Node) -> bool:
    if node.type in {"pass_statement", "comment"}:
        return True
    return node.type == "expression_statement" and node.named_children[0].type in {"ellipsis", "string"}


def _yield_types(declared: str | None) -> tuple[str | None, str | None]:
    """`(element, result)` of a generator's declared type."""
    if declared is None:
        return None, None
    head, bracket, rest = declared.partition("[")
    kind = head.strip().rpartition(".")[2]
    if not bracket or kind not in _GENERATORS | _ITERATORS or not rest.endswith("]"):
        return declared, None
    arguments = _split(rest[:-1])
    if kind in _ITERATORS:
        return rest[:-1].strip(), None
    return arguments[0], arguments[2] if len(arguments) > 2 else None


def _split(text: str) -> list[str]:
    """The parts between commas that stand outside brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "[({") - (character in "])}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]


def _passes(
    found: Outline, symbol: Symbol, owner: Symbol | None, body: Node, receiver: str, named: Names
) -> tuple[tuple[str, str], ...]:
    """Exceptions of functions and methods of this file that the body's own statements call."""
    root = body
    while root.parent is not None:
        root = root.parent
    classes = {s.name for s in found.symbols if s.kind in {"class", "enum"}}
    listed: dict[tuple[str, str], None] = {}
    for name in called_for_effect(body):
        bare = name.removeprefix(f"{receiver}.") if receiver else name
        home = owner if bare != name else None
        if bare == name and named.bound(name):
            continue
        fitting = [
            s for s in found.symbols if s.name == bare and found.parent(s) == home and s.kind in {"function", "method"}
        ]
        if len(fitting) != 1 or fitting[0] == symbol or fitting[0].decorators:
            continue
        at = root.descendant_for_byte_range(fitting[0].name_span.start, fitting[0].name_span.end)
        node = at.parent if at is not None else None
        inner = node.child_by_field_name("body") if node is not None else None
        if inner is not None and not any(n.type == "yield" for n in own(inner, SCOPES)):
            for one in raised(inner, classes):
                listed[name, one.type] = None
    return tuple(listed)


def _reads(body: Node, receiver: str) -> tuple[str, ...]:
    """Attributes of the receiver that the body mentions without calling or assigning them, in text order."""
    found: dict[str, None] = {}
    for node in own(body, ()) if receiver else ():
        if node.type != "attribute" or source(node.child_by_field_name("object")) != receiver or is_target(node):
            continue
        parent = node.parent
        if parent is None or parent.type != "call" or parent.child_by_field_name("function") != node:
            found[source(node)] = None
    return tuple(found)


def _changes(body: Node, receiver: str) -> tuple[str, ...]:
    """Attributes of the receiver and globals that the function's own statements assign or delete, in text order."""
    shared = {
        source(name) for node in own(body, SCOPES) if node.type == "global_statement" for name in node.named_children
    }
    found: dict[str, None] = {}
    for node in own(body, SCOPES):
        if node.type in {"assignment", "augmented_assignment"}:
            _targets(node.child_by_field_name("left"), receiver, shared, found)
        elif node.type == "delete_statement":
            for child in node.named_children:
                _targets(child, receiver, shared, found)
    return tuple(found)


def _targets(node: Node | None, receiver: str, shared: set[str], found: dict[str, None]) -> None:
    if node is None:
        return
    if node.type in {"pattern_list", "tuple_pattern", "list_pattern", "expression_list"}:
        for child in node.named_children:
            _targets(child, receiver, shared, found)
        return
    while node.type == "subscript":
        inner = node.child_by_field_name("value")
        if inner is None:
            return
        node = inner
    dotted = source(node) if node.type == "attribute" else ""
    is_own = bool(receiver) and dotted.startswith(f"{receiver}.") and dotted.replace(".", "").isidentifier()
    if is_own or (node.type == "identifier" and source(node) in shared):
        found[source(node)] = None


def _class(document: Document, base: Contract, found: Outline, symbol: Symbol) -> Contract:
    flags: set[Flag] = set()
    bases = {text.partition("[")[0].rpartition(".")[2] for text in symbol.bases}
    marks = {text.partition("(")[0].rpartition(".")[2] for text in symbol.decorators}
    if "dataclass" in marks or bases & {"NamedTuple", "TypedDict"}:
        flags.add("dataclass")
    if bases & _ENUMS:
        flags.add("enum")
    if any(name.endswith(("Error", "Exception", "Warning")) for name in bases):
        flags.add("exception")
    if bases & {"ABC", "Protocol"}:
        flags.add("abstract")
    fields: list[Field] = []
    offers: list[str] = []
    children = found.children(symbol)
    inside = [child.span for child in children if child.kind in {"method", "constructor", "function", "class"}]
    for child in children:
        if child.name.startswith("_") or child.kind in {"constructor", "class"}:
            continue
        if child.kind in {"method", "function"}:
            offers.append(child.name)
        elif not any(span.contains(child.span) for span in inside) and not _told_inline(document, child):
            value = document.text[child.value.start : child.value.end].decode() if child.value is not None else None
            default = public(child.name, value) if value is not None else None
            form = value_form(document, child.value) if child.value is not None else ""
            fields.append(Field(child.name, _line(child.returns), default or None, form))
    offered = tuple(dict.fromkeys(offers))
    return replace(base, fields=tuple(fields), offers=offered, flags=frozenset(flags))


def _told_inline(document: Document, field: Symbol) -> bool:
    """True for an attribute with a string below it: people document attributes so, too."""
    tree = of(document)
    node: Node | None = node_at(tree, field.name_span) if tree is not None else None
    while node is not None and node.type != "expression_statement":
        node = node.parent
    below = node.next_named_sibling if node is not None else None
    if below is None or below.type != "expression_statement" or not below.named_children:
        return False
    return below.named_children[0].type == "string"


def _line(annotation: str | None) -> str | None:
    """An annotation on one line."""
    return " ".join(annotation.split()) if annotation is not None else None
