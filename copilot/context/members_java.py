"""What a Java class lacks: decisions for `members.py`."""

from __future__ import annotations

from typing import Final

from copilot.context.lineage import Ancestor, Unknown
from copilot.context.members import (
    Bases,
    Decide,
    Inherited,
    Wanted,
    accessor_name,
    already,
    ancestors,
    base_unknown,
    implementing,
    is_secret,
    narrow,
    no_fields,
    override,
)
from copilot.messages import say
from copilot.syntax.classes import Method, Shape
from copilot.types import Declined

_EQUALITY: Final = (("equals", ("Object",)), ("hashCode", ()))


def _constructor(kind: str, shape: Shape, bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    instance = [f for f in shape.fields if "static" not in f.modifiers]
    settable = [f for f in instance if f.default is None]
    required = [f for f in settable if "final" in f.modifiers]
    fields = required or settable
    if "all" in chosen:
        fields = settable
    elif named := [f for f in settable if f.name in chosen]:
        fields = [f for f in settable if f in named or f in required]
    if not fields:
        return no_fields(shape)
    call = _super(shape, bases)
    if isinstance(call, Declined):
        return call
    inherited = [p.annotation or "" for c in call for p in c.method.parameters]
    types = [erased(t) for t in (*inherited, *(f.type or "" for f in fields))]
    for own in (m for m in shape.methods if m.role == "constructor"):
        if [erased(p.annotation or "") for p in own.parameters] == types:
            return already(shape, say("a constructor with these parameters"))
    return Wanted(kind, (shape.name,), tuple(fields), tuple(call))


def _super(shape: Shape, bases: Bases) -> list[Inherited] | Declined:
    """The superclass's constructor that must be called; empty when the implicit call will do."""
    if base := _superclass(shape, bases):
        if isinstance(base, Unknown):
            return base_unknown(shape, base.name)
        constructors = [m for m in base.shape.methods if m.role == "constructor" and "private" not in m.modifiers]
        if not constructors or any(not c.parameters for c in constructors):
            return []
        if len(constructors) > 1 or constructors[0].throws:
            return Declined(say("{base} has several constructors to choose from", base=base.shape.name))
        return [Inherited(constructors[0], base)]
    return []


def _superclass(shape: Shape, bases: Bases) -> Ancestor | Unknown | None:
    """The base that `extends` names, or None for Object."""
    named = shape.bases[0].name if shape.bases and "extends" in shape.modifiers else None
    if named is None or named == "Object":
        return None
    return next((b for b in bases if named in (b.name if isinstance(b, Unknown) else b.shape.name)), Unknown(named))


def _accessors(kind: str, shape: Shape, _bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    verbs = {"getters": ("get",), "setters": ("set",)}.get(kind, ("get", "set"))
    have = {(m.name, len(m.parameters)) for m in shape.methods}
    names: list[str] = []
    fields = []
    own = [f for f in shape.fields if "static" not in f.modifiers]
    for field in narrow(own, chosen):
        marks = {a.partition("(")[0].rpartition(".")[2] for a in field.annotations}
        fresh = []
        for verb in verbs:
            name = accessor_name(field, "java", verb)
            fluent = (field.name, 0 if verb == "get" else 1)
            if (name, 0 if verb == "get" else 1) in have or fluent in have:
                continue
            if (verb == "set" and "final" in field.modifiers) or {"get": "Getter", "set": "Setter"}[verb] in marks:
                continue
            fresh.append(name)
        if fresh:
            names += fresh
            fields.append(field)
    if not names:
        return already(shape, say("accessors for its fields")) if own else no_fields(shape)
    return Wanted(kind, tuple(names), tuple(fields))


def _equals(kind: str, shape: Shape, bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    have = {(m.name, tuple(erased(p.annotation or "") for p in m.parameters)) for m in shape.methods}
    names = tuple(n for n, types in _EQUALITY if (n, types) not in have)
    if not names:
        return already(shape, "equals, hashCode")
    if len(names) == 1:
        return Declined(
            say("{name} has only one of equals and hashCode: which fields it means is not certain", name=shape.name)
        )
    state = [f for f in shape.fields if not {"static", "transient"} & f.modifiers]
    through = False
    for base in bases:
        if isinstance(base, Unknown):
            if "extends" in shape.modifiers and base.name == shape.bases[0].name:
                return base_unknown(shape, base.name)
            continue
        through |= base.shape.kind == "class" and base.shape.method("equals") is not None
        if base.shape.kind == "class" and not through and any("static" not in f.modifiers for f in base.shape.fields):
            return Declined(say("{base} has fields but no equals of its own", base=base.shape.name))
    fields = narrow(state, chosen)
    return Wanted(kind, names, fields, through=through) if fields else no_fields(shape)


def _string(kind: str, shape: Shape, _bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    if any(m.name == "toString" and not m.parameters for m in shape.methods):
        return already(shape, "toString")
    state = [f for f in shape.fields if "static" not in f.modifiers and not is_secret(f.name)]
    fields = narrow(state, chosen)
    return Wanted(kind, ("toString",), fields) if fields else no_fields(shape)


def erased(java_type: str) -> str:
    """A Java type without type arguments, annotations and package, varargs as an array: what overloads differ in."""
    depth, kept = 0, []
    for char in java_type:
        depth += (char == "<") - (char == ">")
        if depth == 0 and char != ">":
            kept.append(char)
    words = "".join(kept).replace("...", "[]").split()
    return "".join(w for w in words if not w.startswith("@") and w != "final").rpartition(".")[2]


def _implement(kind: str, shape: Shape, bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    superclass = _superclass(shape, bases)
    if isinstance(superclass, Unknown):
        return base_unknown(shape, superclass.name)
    settled = {_key(m, None) for m in shape.methods}
    settled |= {_key(m, b) for b in ancestors(bases) for m in b.shape.methods if not m.abstract}
    found: dict[tuple[str, tuple[str, ...]], Inherited] = {}
    for base in ancestors(bases):
        for method in base.shape.methods:
            key = _key(method, base)
            if method.abstract and key not in settled and key not in _OBJECT_METHODS:
                found.setdefault(key, Inherited(method, base))
    methods = [m for m in found.values() if m.method.name in chosen] or list(found.values())
    return implementing(kind, shape, bases, methods)


_OBJECT_METHODS: Final = frozenset({("equals", ("Object",)), ("hashCode", ()), ("toString", ())})
"""An interface may repeat these; Object implements them."""


def _key(method: Method, base: Ancestor | None) -> tuple[str, tuple[str, ...]]:
    types = (p.annotation or "" for p in method.parameters)
    return method.name, tuple(erased(base.substitute(t) if base else t) for t in types)


DECISIONS: Final[dict[str, Decide]] = {
    "constructor": _constructor,
    "getters": _accessors,
    "setters": _accessors,
    "accessors": _accessors,
    "equals": _equals,
    "string": _string,
    "implement": _implement,
    "override": override,
}
