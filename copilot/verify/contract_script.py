"""Reading the contract of a JavaScript or TypeScript definition from its tree.

A type that nobody declares is said only where a default's literal shows it. Absent on purpose: parameters that are taken
apart in the signature (they have no name), and what called functions throw.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from copilot.syntax.outline import Outline, Symbol
from copilot.syntax.tree import Node, enclosing, node_at, of
from copilot.types import Document
from copilot.verify.contract import (
    Condition,
    Contract,
    Field,
    Flag,
    Parameter,
    Raised,
    TypeParameter,
    Value,
    message,
    names,
    own,
    public,
    quotable,
    source,
)
from copilot.verify.escapes_python import some, told
from copilot.verify.meaning import names_of
from copilot.verify.sideeffects import effects, is_pure
from copilot.verify.usage import Places, called, called_for_effect, calls, is_target, uses

SCOPES: Final = (
    "function_declaration", "function_expression", "arrow_function", "class_declaration", "class", "method_definition",
    "generator_function_declaration", "generator_function",
)  # fmt: skip
_FUNCTIONS: Final = frozenset(SCOPES) - {"class_declaration", "class"}
_HOLDERS: Final = (
    "function_declaration", "generator_function_declaration", "method_definition", "variable_declarator",
    "class_declaration", "abstract_class_declaration", "interface_declaration", "enum_declaration", "method_signature",
    "abstract_method_signature", "type_alias_declaration",
)  # fmt: skip
_QUOTED: Final = frozenset(
    {"identifier", "member_expression", "number", "string", "true", "false", "null", "undefined", "this", "binary_expression",
     "unary_expression", "subscript_expression"}
)  # fmt: skip
_NOTHING: Final = frozenset({"void", "never", "undefined", "Promise<void>", "Promise<never>", "Promise<undefined>"})
_MOST: Final = 3


def read(document: Document, found: Outline, symbol: Symbol) -> Contract:
    """The contract of a class, function or method of `document`, whose outline is `found`."""
    tree = of(document)
    language = document.language or "javascript"
    base = Contract(language, symbol, found.parent(symbol), doc=symbol.docstring)
    node = enclosing(node_at(tree, symbol.name_span), *_HOLDERS) if tree is not None else None
    if node is None or node.has_error:
        return replace(base, broken=True)
    if symbol.kind not in {"function", "method", "constructor"}:
        return _type(document, base, found, symbol)
    function = node
    if node.type == "variable_declarator":
        value = node.child_by_field_name("value")
        if value is None or value.type not in _FUNCTIONS:
            return replace(base, broken=True)
        function = value
    body = function.child_by_field_name("body")
    return _function(base, found, symbol, function, body)


def _function(base: Contract, found: Outline, symbol: Symbol, function: Node, body: Node | None) -> Contract:
    flags = _flags(symbol, function, body)
    listed = [one for one in symbol.parameters if one.name.isidentifier() or one.name.replace("$", "a").isidentifier()]
    result = " ".join(symbol.returns.split()) if symbol.returns and symbol.kind != "constructor" else None
    values = _returned(body)
    gives = result is not None or any(value.code != "undefined" for value in values)
    if result in _NOTHING or symbol.kind == "constructor" or "generator" in flags or "setter" in flags:
        result, gives = None, False
    escaping = _raised(body)
    known = names_of(found, body)
    return replace(
        base,
        parameters=tuple(
            _parameter(
                one.name,
                "...*" if one.kind == "varargs" and base.language == "javascript" else one.annotation,
                one.default,
                body,
                known.around,
                base.language,
            )
            for one in listed
        ),
        type_parameters=_type_parameters(function),
        result=result if base.language != "javascript" else _literal_type(values, flags) if gives else None,
        gives=gives,
        returned=values if gives else (),
        yielded=_yielded(body) if "generator" in flags else (),
        raised=escaping,
        changes=_members(body, assigned=True),
        calls=called_for_effect(body),
        inner=tuple(dict.fromkeys(name for name, _ in calls(body, SCOPES))),
        reads=_members(body, assigned=False),
        effects=effects(body, SCOPES, known),
        early=_early(body),
        pure="async" not in flags and is_pure(body, SCOPES, known),
        flags=frozenset(flags),
    )


def _parameter(
    name: str, annotation: str | None, default: str | None, body: Node | None, known: Places, language: str
) -> Parameter:
    found = uses(body, name, known)
    kept = next((code for kind, code in found if kind == "kept" and code.startswith("this.")), "")
    kind = " ".join(annotation.split()) if annotation else None
    if language == "javascript" and default is not None:
        kind = _type_of(default)
    shown = public(name, default) if default is not None else None
    return Parameter(name, kind, shown, stored=kept if found and found[0] == ("kept", kept) else "", uses=found)


def _type_of(default: str) -> str | None:
    """The type that a default's literal shows."""
    text = default.strip()
    if text in {"true", "false"}:
        return "boolean"
    if text[:1] in {"'", '"', "`"}:
        return "string"
    if text.startswith("["):
        return "Array"
    if text.startswith("{"):
        return "object"
    try:
        float(text.replace("_", ""))
    except ValueError:
        return None
    return "number"


def _literal_type(values: tuple[Value, ...], flags: set[Flag]) -> str | None:
    """The type that all returned values have by their form."""
    forms = {
        "bool": "boolean", "str": "string", "array": "Array", "object": "object", "function": "Function",
    }  # fmt: skip
    kinds = {forms.get(v.kind, _type_of(v.code) if v.code else None) or "" for v in values}
    kind = kinds.pop() if len(kinds) == 1 else ""
    if not kind:
        return None
    return f"Promise<{kind}>" if "async" in flags else kind


def _flags(symbol: Symbol, function: Node, body: Node | None) -> set[Flag]:
    flags: set[Flag] = set()
    words = {child.type for child in function.children}
    if "async" in words or "async" in symbol.modifiers:
        flags.add("async")
    if "get" in symbol.modifiers:
        flags.add("property")
    if "set" in symbol.modifiers:
        flags.add("setter")
    if "static" in symbol.modifiers:
        flags.add("staticmethod")
    if "override" in symbol.modifiers:
        flags.add("override")
    if body is None:
        flags.add("abstract")
    elif not body.named_children:
        flags.add("stub")
    if "*" in words:
        flags.add("generator")
    return flags


def _type_parameters(node: Node) -> tuple[TypeParameter, ...]:
    holder = node.child_by_field_name("type_parameters")
    found = []
    for child in holder.named_children if holder is not None else ():
        name = source(child.child_by_field_name("name"))
        bound = source(child.child_by_field_name("constraint")).removeprefix("extends").strip()
        listed = node.child_by_field_name("parameters")
        user = next(
            (p for p in (listed.named_children if listed is not None else ()) if name in names(source(p))), None
        )
        by = source(user.child_by_field_name("pattern")) if user is not None else ""
        kind = source(user.child_by_field_name("type")).removeprefix(":").strip() if user is not None else ""
        if not by and name in names(source(node.child_by_field_name("return_type"))):
            kind = source(node.child_by_field_name("return_type")).removeprefix(":").strip()
        found.append(TypeParameter(name, quotable(bound), by if by.isidentifier() else "", quotable(kind)))
    return tuple(found)


def _type(document: Document, base: Contract, found: Outline, symbol: Symbol) -> Contract:
    fields, offers = [], []
    for child in found.children(symbol):
        if child.name.startswith(("#", "_")) or child.kind == "constructor" or "private" in child.modifiers:
            continue
        if child.kind == "method":
            offers.append(child.name)
        elif child.kind in {"field", "constant"}:
            value = document.text[child.value.start : child.value.end].decode() if child.value is not None else None
            fields.append(Field(child.name, child.returns, quotable(value) or None if value is not None else None))
    flags: set[Flag] = {"exception"} if any(name.endswith("Error") for name in symbol.bases) else set()
    if "abstract" in symbol.modifiers:
        flags.add("abstract")
    return replace(base, fields=tuple(fields), offers=tuple(dict.fromkeys(offers)), flags=frozenset(flags))


def _returned(body: Node | None) -> tuple[Value, ...]:
    """The distinct values in text order; an arrow's expression is one."""
    if body is None:
        return ()
    if body.type != "statement_block":
        return tuple(dict.fromkeys(_values(body)))
    found: list[Value] = []
    for node in own(body, SCOPES):
        if node.type == "return_statement":
            inside = [child for child in node.named_children if child.type != "comment"]
            found += _values(inside[0]) if inside else [Value("code", "undefined")]
    return tuple(dict.fromkeys(found))


def _yielded(body: Node | None) -> tuple[Value, ...]:
    found: list[Value] = []
    for node in own(body, SCOPES) if body is not None else ():
        if node.type == "yield_expression":
            inside = [child for child in node.named_children if child.type != "comment"]
            if any(child.type == "*" for child in node.children) and inside:
                found.append(Value("items", quotable(source(inside[0]))))
            else:
                found += _values(inside[0]) if inside else [Value("code", "undefined")]
    return tuple(dict.fromkeys(found))


def _values(node: Node) -> list[Value]:
    if node.type in {"parenthesized_expression", "await_expression"} and len(node.named_children) == 1:
        return _values(node.named_children[0])
    if node.type == "ternary_expression":
        branches = [node.child_by_field_name("consequence"), node.child_by_field_name("alternative")]
        return [value for branch in branches if branch is not None for value in _values(branch)]
    code = quotable(source(node))
    if node.type in {"call_expression", "new_expression"}:
        name = called(node)
        if node.type == "new_expression":
            return [Value("new", name)]
        return (
            [Value("call", code if code and len(code) <= 40 else f"{name}(...)")]
            if name
            else [Value("other", uses=_names(node))]
        )
    if node.type in {"arrow_function", "function_expression"}:
        return [Value("function")]
    if node.type == "object":
        return [Value("object", uses=_keys(node))]
    shape = {"array": "array", "template_string": "str"}.get(node.type)
    if shape is not None:
        return [Value(shape, uses=_names(node))]  # type: ignore[arg-type]  # the table's values are literals
    if node.type in _QUOTED and code and not any(c.type == "call_expression" for c in own(node, ())):
        return [Value("code", code)]
    return [Value("other", uses=_names(node))]


def _keys(node: Node) -> tuple[str, ...]:
    """The names of an object's properties; empty when some are computed or spread."""
    keys: list[str] = []
    for child in node.named_children:
        key = child.child_by_field_name("key") or child.child_by_field_name("name")
        plain = source(key if key is not None else child) if child.type != "comment" else ""
        if child.type != "comment" and not (quotable(plain) and plain.replace("$", "a").isidentifier()):
            return ()
        keys += [plain] if plain else []
    return tuple(keys)


def _names(node: Node) -> tuple[str, ...]:
    """The plain names and `a.b` in an expression, in text order."""
    found: dict[str, None] = {}
    stack = [node]
    while stack:
        at = stack.pop()
        if at.type in {"identifier", "member_expression"} and source(at).replace(".", "").replace("_", "").isalnum():
            above = at.parent
            if above is None or above.type != "call_expression" or above.child_by_field_name("function") != at:
                if quotable(source(at)):
                    found[source(at)] = None
                continue
        if at.type not in _FUNCTIONS:
            stack.extend(reversed(at.named_children))
    return tuple(found)


def _raised(body: Node | None) -> tuple[Raised, ...]:
    reasons: dict[str, list[tuple[tuple[Condition, ...], str] | None]] = {}
    places: dict[str, list[Node]] = {}
    for node in own(body, SCOPES) if body is not None else ():
        value = node.named_children[0] if node.type == "throw_statement" and node.named_children else None
        if value is None or value.type != "new_expression" or body is None or _caught(node, body):
            continue
        if name := called(value):
            reason = _conditions(node, body), message(value)
            reasons.setdefault(name, []).append(reason if any(reason) else None)
            places.setdefault(name, []).append(node)
    found = []
    for name, known in reasons.items():
        last = len(places[name]) == 1 and places[name][0].parent == body
        whole = last and body is not None and [c.type for c in body.named_children] == ["throw_statement"]
        found.append(Raised(name, told(known, _MOST), whole, some=some(known), last=last))
    return tuple(found)


def _caught(node: Node, body: Node) -> bool:
    """True when a `try` around the statement has a handler: it may take anything."""
    at, parent = node, node.parent
    while parent is not None and at.id != body.id:
        is_body = parent.type == "try_statement" and parent.child_by_field_name("body") == at
        if is_body and parent.child_by_field_name("handler") is not None:
            return True
        at, parent = parent, parent.parent
    return False


def _conditions(node: Node, body: Node) -> tuple[Condition, ...]:
    found: list[Condition] = []
    at, parent = node, node.parent
    while parent is not None and at.id != body.id:
        if parent.type == "if_statement" and parent.child_by_field_name("consequence") == at:
            found.append(_test(parent, negated=False))
        elif parent.type == "else_clause" and parent.parent is not None:
            found.append(_test(parent.parent, negated=True))
            parent = parent.parent
        elif parent.type in {"switch_case", "switch_default", "catch_clause", "finally_clause"}:
            return ()
        at, parent = parent, parent.parent
    return tuple(reversed(found)) if len(found) <= _MOST and all(c.code for c in found) else ()


def _test(statement: Node, *, negated: bool) -> Condition:
    node = statement.child_by_field_name("condition")
    while node is not None and node.type == "parenthesized_expression" and len(node.named_children) == 1:
        node = node.named_children[0]
    return Condition("test", quotable(source(node)), negated)


def _early(body: Node | None) -> tuple[str, ...]:
    found: list[str] = []
    for node in body.named_children[:-1] if body is not None and body.type == "statement_block" else ():
        block = node.child_by_field_name("consequence") if node.type == "if_statement" else None
        if block is None or node.child_by_field_name("alternative") is not None:
            break
        inside = block.named_children if block.type == "statement_block" else [block]
        if any(child.type == "return_statement" for child in inside):
            if code := _test(node, negated=False).code:
                found.append(code)
        elif not any(child.type == "throw_statement" for child in inside):
            break
    return tuple(found)


def _members(body: Node | None, *, assigned: bool) -> tuple[str, ...]:
    """`this.x` that are assigned, or read without being called, in text order."""
    found: dict[str, None] = {}
    for node in own(body, SCOPES if assigned else ()) if body is not None else ():
        if node.type != "member_expression" or node.child_by_field_name("object") is None:
            continue
        parent = node.parent
        receiver = node.child_by_field_name("object")
        is_call = (
            parent is not None and parent.type == "call_expression" and parent.child_by_field_name("function") == node
        )
        if receiver is not None and receiver.type == "this" and is_target(node) is assigned and not is_call:
            found[source(node)] = None
    return tuple(found)
