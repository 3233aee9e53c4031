"""Reading Python classes and functions for `classes.py`: annotated fields, `self` attributes, signatures, `match`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from copilot.syntax.classes import (
    Field,
    Layout,
    Method,
    Parameter,
    Routine,
    Shape,
    Switch,
    TypeName,
    blank_lines,
    indent_unit,
    line_end,
    line_indent,
    line_start,
    text_of,
)
from copilot.syntax.tree import Node, descendants
from copilot.types import Span

CLASSES: Final = ("class_definition",)
ROUTINES: Final = ("function_definition",)

ENUMS: Final = frozenset({"Enum", "IntEnum", "StrEnum", "Flag", "IntFlag"})
_MARKS: Final = ("positional_separator", "keyword_separator")
_ROLES: Final[dict[str, Literal["getter", "setter", "deleter"]]] = {
    "property": "getter",
    "setter": "setter",
    "deleter": "deleter",
}
_PLAIN_CALLS: Final = frozenset(
    {"list", "dict", "set", "tuple", "Decimal", "deque", "defaultdict", "Counter", "frozenset"}
)
"""Calls that only build a value: a field that starts with one is state, not machinery."""
_ABSTRACT: Final = re.compile(r"(?:\w+\.)*abstract(?:method|property|classmethod|staticmethod)$")
_CLASS_LEVEL: Final = re.compile(r"(?:\w+\.)*ClassVar\b")
_FINAL: Final = re.compile(r"(?:\w+\.)*Final(?:\[(.*)\])?$", re.DOTALL)


def shape(node: Node, text: bytes) -> Shape | None:
    """The shape of a `class_definition`; None when it has no name or body yet."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None or name.is_missing:
        return None
    outer = _outer(node)
    bases = tuple(_bases(node, text))
    protocol = any(base.name.rpartition(".")[2] == "Protocol" for base in bases)
    methods = tuple(_methods(body, text, protocol=protocol))
    declared = tuple(_declared(body, text))
    initial, assigned, used, dynamic = _attributes(body, text)
    bound = frozenset(_bound(body, text))
    known = {f.name for f in declared}
    defined = {m.name for m in methods}  # `self.x = x` may go through a property's setter
    fields = [*declared, *(f for f in initial if f.name not in known | defined)]
    known |= {f.name for f in initial} | bound | assigned
    fields += [f for f in used if f.name not in known]
    enum = any(base.name.rpartition(".")[2] in ENUMS for base in bases)
    return Shape(
        language="python",
        kind="enum" if enum else "class",
        name=text_of(name, text),
        qualified=_path(node, (*CLASSES, *ROUTINES), text),
        visible=_path(node, CLASSES, text),
        type_parameters=_type_parameters(node, bases, text),
        bases=bases,
        fields=tuple(fields),
        methods=methods,
        constants=tuple(_members(body, text)) if enum else (),
        nested=tuple(text_of(c.child_by_field_name("name"), text) for c in _definitions(body, "class_definition")),
        bound=bound,
        decorators=_decorators(outer, text),
        modifiers=frozenset(),
        span=Span(outer.start_byte, outer.end_byte),
        layout=_layout(node, body, text),
        sound=not node.has_error,
        dynamic=dynamic,
    )


def routine(node: Node, text: bytes) -> Routine | None:
    """The function of a `function_definition`; None while it has no name or body."""
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return None
    layout = _layout(node, body, text)
    statements = [s for s in body.named_children if s.type != "comment"]
    rest = [s for s in statements if not _is_docstring(s, statements)]
    empty = all(_does_nothing(s, text) for s in rest) and len(rest) <= 1
    replaced = Span(rest[0].start_byte, rest[0].end_byte) if rest and empty else Span(layout.last, layout.last)
    return Routine(
        name=text_of(name, text),
        path=_path(node, (*CLASSES, *ROUTINES), text),
        parameters=_parameters(node, text),
        span=Span(node.start_byte, node.end_byte),
        body=replaced,
        empty=empty,
        indent=layout.indent,
        inner=layout.inner,
        sound=not node.has_error,
        switches=tuple(_switches(body, text)),
        branches=tuple(_branches(body, text)),
    )


def _outer(node: Node) -> Node:
    parent = node.parent
    return parent if parent is not None and parent.type == "decorated_definition" else node


def _definitions(body: Node, kind: str) -> Iterator[Node]:
    """The definitions of one kind that stand directly in a body, without their decorators."""
    for child in body.named_children:
        inner = child.child_by_field_name("definition") if child.type == "decorated_definition" else child
        if inner is not None and inner.type == kind:
            yield inner


def _decorators(outer: Node, text: bytes) -> tuple[str, ...]:
    marks = [c for c in outer.named_children if c.type == "decorator"] if outer.type == "decorated_definition" else []
    return tuple(text_of(mark.named_children[0], text) for mark in marks if mark.named_children)


def _path(node: Node, through: tuple[str, ...], text: bytes) -> str:
    """The dotted names of the definitions around `node`; a definition that is not of `through` ends the path."""
    names: list[str] = []
    at: Node | None = node
    while at is not None and (at.type not in ROUTINES or at.type in through):
        if at.type in through:
            names.append(text_of(at.child_by_field_name("name"), text))
        at = at.parent
    return ".".join(reversed(names))


def _bases(node: Node, text: bytes) -> Iterator[TypeName]:
    listed = node.child_by_field_name("superclasses")
    for base in listed.named_children if listed is not None else ():
        if base.type in ("identifier", "attribute"):
            yield TypeName(text_of(base, text))
        elif base.type == "subscript":
            arguments = base.children_by_field_name("subscript")
            yield TypeName(text_of(base.child_by_field_name("value"), text), tuple(text_of(a, text) for a in arguments))
        elif base.type not in ("keyword_argument", "comment"):
            yield TypeName(f"<{base.type}>")


def _type_parameters(node: Node, bases: tuple[TypeName, ...], text: bytes) -> tuple[str, ...]:
    """PEP 695 parameters, else the arguments of `Generic[...]` or `Protocol[...]`."""
    listed = node.child_by_field_name("type_parameters")
    if listed is not None:
        return tuple(text_of(p, text).split(":")[0].strip() for p in listed.named_children)
    for base in bases:
        if base.name.rpartition(".")[2] in ("Generic", "Protocol"):
            return base.arguments
    return ()


def _parameters(function: Node, text: bytes) -> tuple[Parameter, ...]:
    listed = function.child_by_field_name("parameters")
    return tuple(_parameter(p, text) for p in listed.named_children if p.type != "comment") if listed else ()


def _parameter(node: Node, text: bytes) -> Parameter:
    raw = text_of(node, text)
    if node.type in _MARKS:
        return Parameter("", kind="mark", text=raw)
    name = node.child_by_field_name("name") or (node.named_children[0] if node.named_children else node)
    annotation, default = node.child_by_field_name("type"), node.child_by_field_name("value")
    kind: Literal["plain", "args", "kwargs"] = (
        "kwargs" if raw.startswith("**") else "args" if raw.startswith("*") else "plain"
    )
    return Parameter(
        text_of(name, text).lstrip("*"),
        text_of(annotation, text) if annotation else None,
        text_of(default, text) if default else None,
        kind,
        raw,
    )


def _methods(body: Node, text: bytes, *, protocol: bool) -> Iterator[Method]:
    for function in _definitions(body, "function_definition"):
        name = function.child_by_field_name("name")
        if name is None:
            continue
        decorators = _decorators(_outer(function), text)
        role: Literal["method", "constructor", "getter", "setter", "deleter"] = "method"
        for decorator in decorators:
            role = _ROLES.get(decorator.rpartition(".")[2], role)
        if decorators and _ABSTRACT.match(decorators[-1]) and decorators[-1].endswith("abstractproperty"):
            role = "getter"
        spelled = text_of(name, text)
        returns = function.child_by_field_name("return_type")
        yield Method(
            name=spelled,
            role="constructor" if spelled == "__init__" else role,
            parameters=_parameters(function, text),
            returns=text_of(returns, text) if returns else None,
            decorators=decorators,
            modifiers=frozenset({"async"}) if function.children[0].type == "async" else frozenset(),
            type_parameters=text_of(function.child_by_field_name("type_parameters"), text),
            throws=(),
            abstract=any(_ABSTRACT.match(d) for d in decorators) or _is_unfinished(function, text, protocol=protocol),
            span=Span(_outer(function).start_byte, function.end_byte),
        )


def _is_unfinished(function: Node, text: bytes, *, protocol: bool) -> bool:
    """Abstract by convention: nothing but `raise NotImplementedError`, or `...` in a protocol."""
    body = function.child_by_field_name("body")
    statements = [s for s in body.named_children if s.type != "comment"] if body is not None else []
    rest = [s for s in statements if not _is_docstring(s, statements)]
    if len(rest) != 1:
        return False
    return _does_nothing(rest[0], text) and (protocol or rest[0].type == "raise_statement")


def _assignments(body: Node) -> Iterator[Node]:
    for statement in body.named_children:
        if statement.type == "expression_statement":
            yield from (c for c in statement.named_children if c.type == "assignment")


def _declared(body: Node, text: bytes) -> Iterator[Field]:
    """Annotated names of the class body that are state of an instance."""
    for node in _assignments(body):
        left, kind, value = (node.child_by_field_name(f) for f in ("left", "type", "right"))
        if left is None or left.type != "identifier" or kind is None:
            continue
        annotation: str | None = text_of(kind, text)
        if _CLASS_LEVEL.match(annotation or ""):
            continue
        if final := _FINAL.match(annotation or ""):
            if value is not None:
                continue  # Final with a value is a constant of the class
            annotation = final.group(1)
        yield Field(
            name=text_of(left, text),
            type=annotation,
            default=text_of(value, text) if value else None,
            origin="declared",
            modifiers=frozenset(),
            annotations=(),
            span=Span(node.start_byte, node.end_byte),
        )


def _bound(body: Node, text: bytes) -> Iterator[str]:
    """Names that the class body gives a value or a definition; a bare annotation gives neither."""
    for kind in ("function_definition", "class_definition"):
        for definition in _definitions(body, kind):
            yield text_of(definition.child_by_field_name("name"), text)
    for node in _assignments(body):
        if node.child_by_field_name("right") is not None:
            left = node.child_by_field_name("left")
            yield from (text_of(n, text) for n in descendants(left, "identifier")) if left else ()
    for statement in body.named_children:
        if statement.type in ("if_statement", "try_statement", "with_statement", "for_statement"):
            yield from (text_of(n, text) for n in descendants(statement, "identifier"))


def _members(body: Node, text: bytes) -> Iterator[str]:
    """An enum's members: plain assignments of public names."""
    for node in _assignments(body):
        left = node.child_by_field_name("left")
        if left is not None and left.type == "identifier" and node.child_by_field_name("type") is None:
            name = text_of(left, text)
            if not name.startswith("_"):
                yield name


def _attributes(body: Node, text: bytes) -> tuple[list[Field], frozenset[str], list[Field], bool]:
    """`(fields set by __init__ or __slots__, names assigned anywhere, fields only read, dynamic)`."""
    initial: dict[str, Field] = {f.name: f for f in _slots(body, text)}
    assigned: set[str] = set()
    used: dict[str, Field] = {}
    dynamic = False
    for function in _definitions(body, "function_definition"):
        parameters = _parameters(function, text)
        decorators = _decorators(_outer(function), text)
        name = text_of(function.child_by_field_name("name"), text)
        dynamic |= name in ("__getattr__", "__getattribute__", "__setattr__", "__new__", "__init_subclass__")
        if not parameters or {"staticmethod", "classmethod"} & set(decorators):
            continue
        self_name = parameters[0].name
        if name == "__init__":
            for field in _initialised(function, self_name, parameters, text):
                initial[field.name] = field
        for node in descendants(function, "attribute", "call"):
            if node.type == "call":
                dynamic |= text_of(node, text).startswith((f"setattr({self_name}", f"vars({self_name}"))
                continue
            if text_of(node.child_by_field_name("object"), text) != self_name:
                continue
            attribute = text_of(node.child_by_field_name("attribute"), text)
            dynamic |= attribute == "__dict__"
            if _is_stored(node):
                assigned.add(attribute)
            elif not (attribute.startswith("__") and attribute.endswith("__")):
                span = Span(node.start_byte, node.end_byte)
                used.setdefault(attribute, Field(attribute, None, None, "used", frozenset(), (), span))
    return list(initial.values()), frozenset(assigned), list(used.values()), dynamic


def _is_stored(attribute: Node) -> bool:
    """True when the attribute is a target of an assignment, a loop, a `with` or a deletion."""
    node, parent = attribute, attribute.parent
    while parent is not None and parent.type in ("pattern_list", "tuple_pattern", "list_pattern", "as_pattern_target"):
        node, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("assignment", "augmented_assignment", "for_statement"):
        return parent.child_by_field_name("left") == node
    return parent.type in ("delete_statement", "as_pattern", "expression_list", "named_expression") and (
        parent.type != "expression_list" or (parent.parent is not None and parent.parent.type == "delete_statement")
    )


def _slots(body: Node, text: bytes) -> Iterator[Field]:
    for node in _assignments(body):
        if text_of(node.child_by_field_name("left"), text) == "__slots__":
            for string in descendants(node, "string_content"):
                span = Span(string.start_byte, string.end_byte)
                yield Field(text_of(string, text), None, None, "slots", frozenset(), (), span)


def _initialised(function: Node, self_name: str, parameters: tuple[Parameter, ...], text: bytes) -> Iterator[Field]:
    """The attributes that `__init__` assigns, typed by their annotation or by the parameter they take over."""
    types = {p.name: p.annotation for p in parameters[1:] if p.name and p.kind == "plain"}
    for node in descendants(function, "assignment"):
        left, right, kind = (node.child_by_field_name(f) for f in ("left", "right", "type"))
        if left is None:
            continue
        several = left.type in ("pattern_list", "tuple_pattern")
        targets = left.named_children if several else [left]
        values = right.named_children if several and right is not None and right.type == "expression_list" else []
        for position, target in enumerate(targets):
            if target.type != "attribute" or text_of(target.child_by_field_name("object"), text) != self_name:
                continue
            value = right if not several else values[position] if len(values) == len(targets) else right
            annotation = text_of(kind, text) if kind else None
            if annotation is None and value is not None and value.type == "identifier":
                annotation = types.get(text_of(value, text))
            yield Field(
                name=text_of(target.child_by_field_name("attribute"), text),
                type=annotation,
                default=text_of(value, text) if value else None,
                origin="init",
                modifiers=frozenset(),
                annotations=(),
                span=Span(node.start_byte, node.end_byte),
                derived=_is_machinery(value, frozenset(p.name for p in parameters[1:]), text),
            )


def _is_machinery(value: Node | None, parameters: frozenset[str], text: bytes) -> bool:
    """A call that no parameter feeds and that does not merely build a value."""
    if value is None or any(text_of(n, text) in parameters for n in descendants(value, "identifier")):
        return False
    calls = [text_of(c.child_by_field_name("function"), text).rpartition(".")[2] for c in descendants(value, "call")]
    return value.type == "lambda" or any(name not in _PLAIN_CALLS for name in calls)


def _layout(node: Node, body: Node, text: bytes) -> Layout:
    outer = _outer(node)
    indent = line_indent(text, outer.start_byte)
    colon = next(c for c in reversed(node.children) if c.type == ":" and c.start_byte < c.end_byte + 1)
    statements = [s for s in body.named_children if s.type != "comment"]
    inline = bool(statements) and line_start(text, statements[0].start_byte) == line_start(text, colon.start_byte)
    inner = line_indent(text, statements[0].start_byte) if statements and not inline else indent + indent_unit(text)
    rest = [s for s in statements if not _is_docstring(s, statements)]
    lone = rest[0] if len(rest) == 1 and _is_placeholder(rest[0], text) else None
    fields = [s for s in statements if s not in rest or _is_field(s)]
    header = line_end(text, colon.end_byte) if not inline else colon.end_byte
    last = _after(statements[-1], inner, text) if statements else header
    return Layout(
        indent=indent,
        inner=inner,
        header=header,
        after_fields=line_end(text, fields[-1].end_byte) if fields and not inline else header,
        last=last,
        blank_lines=blank_lines(text, [s for s in rest if s.type in ("function_definition", "decorated_definition")]),
        placeholder=Span(lone.start_byte, lone.end_byte) if lone is not None else None,
        inline=inline,
    )


def _after(statement: Node, inner: str, text: bytes) -> int:
    """The end of a statement's line, and of comment lines of the same body that follow it without a blank line."""
    end = line_end(text, statement.end_byte)
    while end < len(text):
        start = end + (2 if text[end : end + 2] == b"\r\n" else 1)
        stop = line_end(text, start)
        line = text[start:stop].decode(errors="replace")
        if not line.startswith(inner + "#"):
            break
        end = stop
    return end


def _is_docstring(statement: Node, statements: list[Node]) -> bool:
    if statement != statements[0] or statement.type != "expression_statement" or not statement.named_children:
        return False
    return statement.named_children[0].type in ("string", "concatenated_string")


def _is_field(statement: Node) -> bool:
    return (
        statement.type == "expression_statement"
        and bool(statement.named_children)
        and (statement.named_children[0].type == "assignment")
    )


def _is_placeholder(statement: Node, text: bytes) -> bool:
    return statement.type == "pass_statement" or text_of(statement, text) == "..."


def _does_nothing(statement: Node, text: bytes) -> bool:
    return _is_placeholder(statement, text) or (
        statement.type == "raise_statement" and "NotImplementedError" in text_of(statement, text)
    )


def _switches(body: Node, text: bytes) -> Iterator[Switch]:
    for node in descendants(body, "match_statement"):
        subjects = node.children_by_field_name("subject")
        block = node.child_by_field_name("body")
        if len(subjects) != 1 or subjects[0].type != "identifier" or block is None:
            continue
        cases = [c for c in block.named_children if c.type == "case_clause"]
        if not cases:
            continue
        patterns = [[text_of(p, text) for p in c.named_children if p.type == "case_pattern"] for c in cases]
        guarded = [c.child_by_field_name("guard") is not None for c in cases]
        names = [n for c, held in zip(cases, guarded, strict=True) if not held for n in _labels(c, text)]
        # An irrefutable last case closes the match: a further branch goes before it.
        closed = len(patterns[-1]) == 1 and "." not in patterns[-1][0] and patterns[-1][0].isidentifier()
        first = line_start(text, cases[-1].start_byte)
        at = (
            line_end(text, text[:first].rstrip().__len__())
            if closed and len(cases) > 1
            else _after(cases[-1], "", text)
        )
        indent = line_indent(text, cases[0].start_byte)
        consequence = cases[0].child_by_field_name("consequence")
        lines = consequence is not None and line_start(text, consequence.start_byte) != line_start(
            text, cases[0].start_byte
        )
        inner = line_indent(text, consequence.start_byte) if lines and consequence else indent + indent_unit(text)
        yield Switch(text_of(subjects[0], text), frozenset(names), at, indent, inner, closed=closed)


def _labels(case: Node, text: bytes) -> Iterator[str]:
    """The dotted names that a case's pattern consists of, alternatives included."""
    for pattern in (p for p in case.named_children if p.type == "case_pattern"):
        for name in descendants(pattern, "dotted_name"):
            parent = name.parent
            if parent is not None and parent.type in ("case_pattern", "union_pattern"):
                yield text_of(name, text).rpartition(".")[2]


def _branches(body: Node, text: bytes) -> Iterator[str]:
    """The dotted names that conditions compare with and cases match."""
    for node in descendants(body, "comparison_operator", "case_clause"):
        if node.type == "case_clause":
            yield from (text_of(n, text) for n in descendants(node, "dotted_name") if n.named_child_count > 1)
        else:
            yield from (text_of(n, text) for n in node.named_children if n.type == "attribute")
