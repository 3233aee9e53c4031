"""What a Python class lacks: decisions for `members.py`."""

from __future__ import annotations

from keyword import iskeyword
from typing import Final

from copilot.context.lineage import Unknown, unknown
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
    is_private,
    is_secret,
    narrow,
    no_fields,
    override,
    written_elsewhere,
)
from copilot.messages import say
from copilot.syntax.classes import Field, Shape
from copilot.types import Declined

_UNHASHABLE: Final = ("list", "dict", "set", "bytearray", "List", "Dict", "Set", "defaultdict", "deque", "[", "{")
_UNORDERED: Final = (
    "None", "Optional", "dict", "Dict", "defaultdict", "Counter", "OrderedDict", "Mapping", "Any", "object", "complex",
    "set", "Set", "frozenset", "FrozenSet", "{",
)  # fmt: skip
"""Sets among them: whether one contains the other is no order of all."""

_COMPARISONS: Final = ("__lt__", "__le__", "__gt__", "__ge__")


def _constructor(kind: str, shape: Shape, bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    if "__init__" in shape.bound:
        return already(shape, "__init__")
    if "__new__" in shape.bound:
        return already(shape, "__new__")
    if base := unknown(bases):
        return base_unknown(shape, base)
    fields = [f for f in shape.fields if f.origin in ("declared", "slots")]
    taken = {n for a in ancestors(bases) for n in (*a.shape.bound, *(f.name for f in a.shape.fields))}
    if not fields and not shape.dynamic and not shape.decorators:
        fields = [f for f in shape.fields if f.origin == "used" and f.name not in taken]
    fields = list(narrow((f for f in fields if not _is_table(f)), chosen))
    if not fields:
        return no_fields(shape)
    for ancestor in ancestors(bases):
        if written_elsewhere(kind, ancestor.shape) or ancestor.shape.kind != "class":
            return base_unknown(shape, ancestor.shape.name)
        own = ancestor.shape.method("__init__")
        if own is None:
            continue
        if any(p.kind != "plain" for p in own.parameters) or not own.parameters:
            return base_unknown(shape, ancestor.shape.name)
        return Wanted(kind, ("__init__",), tuple(fields), (Inherited(own, ancestor),))
    return Wanted(kind, ("__init__",), tuple(fields))


def _is_table(field: Field) -> bool:
    """A collection with content, given in the class body: what all objects share, not what one starts with."""
    return (field.default or "").startswith(("[", "{")) and field.default not in ("[]", "{}")


def _accessors(kind: str, shape: Shape, _bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    private = [f for f in shape.fields if f.origin != "used" and is_private(f.name) and not f.derived]
    if chosen:
        private = list(narrow((f for f in shape.fields if is_private(f.name)), chosen))
    taken = {f.name for f in shape.fields}
    names, fields = [], []
    for field in private:
        public = accessor_name(field, "python", "get")
        roles = {m.role for m in shape.methods if m.name == public}
        if (
            public in taken
            or not public.isidentifier()
            or iskeyword(public)
            or (public in shape.bound and "getter" not in roles)
        ):
            continue
        fresh = [public] if "getter" not in roles else []
        if kind != "getters" and "setter" not in roles:
            fresh.append(f"{public}.setter")
        if fresh:
            names += fresh
            fields.append(field)
    if not names:
        what = say("accessors for its private fields")
        return already(shape, what) if private else Declined(say("{name} has no private fields", name=shape.name))
    return Wanted(kind, tuple(names), tuple(fields))


def _state(shape: Shape, bases: Bases, chosen: frozenset[str]) -> tuple[Field, ...] | Declined:
    """The fields that say what an object stands for, inherited ones first."""
    if base := unknown(bases):
        return base_unknown(shape, base)
    found: dict[str, Field] = {}
    for owner in (*(a.shape for a in reversed(ancestors(bases))), shape):
        for field in owner.fields:
            mangled = owner is not shape and field.name.startswith("__")
            if field.origin != "used" and not field.derived and not mangled and shape.method(field.name) is None:
                found[field.name] = field
    fields = narrow(found.values(), chosen)
    return fields or no_fields(shape)


def _equals(kind: str, shape: Shape, bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    if "__eq__" in shape.bound and (kind == "equals" or "__hash__" in shape.bound):
        return already(shape, "__eq__" if kind == "equals" else "__hash__")
    if "__eq__" in shape.bound and not chosen & {f.name for f in shape.fields}:
        return Declined(say("which fields the __eq__ of {name} compares is not certain", name=shape.name))
    fields = _state(shape, bases, chosen)
    if isinstance(fields, Declined):
        return fields
    names = [n for n in ("__eq__", "__hash__") if n not in shape.bound and (n == "__eq__" or kind == "hash")]
    if "__hash__" in names:
        for field in fields:
            if _mentions(field, _UNHASHABLE):
                return Declined(say("the field {field} is not hashable", field=field.name))
    return Wanted(kind, tuple(names), fields)


def _string(kind: str, shape: Shape, bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    if "__repr__" in shape.bound:
        return already(shape, "__repr__")
    fields = _state(shape, bases, chosen)
    if isinstance(fields, Declined):
        return fields
    shown = tuple(f for f in fields if not is_secret(f.name))
    return Wanted(kind, ("__repr__",), shown) if shown else no_fields(shape)


def _ordering(kind: str, shape: Shape, bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    present = next((n for n in _COMPARISONS if n in shape.bound), None)
    if present:
        return already(shape, present)
    fields = _state(shape, bases, chosen)
    if isinstance(fields, Declined):
        return fields
    for field in fields:
        if _mentions(field, _UNORDERED):
            return Declined(say("the field {field} has no order", field=field.name))
    return Wanted(kind, (*(("__eq__",) if "__eq__" not in shape.bound else ()), "__lt__"), fields)


def _mentions(field: Field, words: tuple[str, ...]) -> bool:
    """True when the type, or without one the first value, opens with or contains one of `words` as a name."""
    for source in (field.type, field.default):
        if source is not None:
            names = set(source.replace("[", " ").replace("(", " ").replace("|", " ").replace(",", " ").split())
            return bool(names & set(words)) or source.startswith(tuple(w for w in words if not w.isalpha()))
    return False


def _implement(kind: str, shape: Shape, bases: Bases, chosen: frozenset[str]) -> Wanted | Declined:
    found: dict[str, list[Inherited]] = {}
    settled = set(shape.bound)
    for base in bases:
        if isinstance(base, Unknown):
            if not _later_abstract(bases, base, settled):
                continue
            return base_unknown(shape, base.name)
        open_here = {m.name for m in base.shape.methods if m.abstract} - settled
        for method in base.shape.methods:
            if method.name in open_here and not any(d.endswith("overload") for d in method.decorators):
                found.setdefault(method.name, []).append(Inherited(method, base))
        settled |= base.shape.bound
    chosen_here = chosen & found.keys()
    methods = [m for name, group in found.items() if not chosen_here or name in chosen_here for m in group]
    return implementing(kind, shape, bases, methods)


def _later_abstract(bases: Bases, base: Unknown, settled: set[str]) -> bool:
    """True when a base after the unknown one has abstract methods: the unknown one might implement them."""
    after = bases[bases.index(base) + 1 :]
    return any(m.abstract and m.name not in settled for a in ancestors(after) for m in a.shape.methods)


DECISIONS: Final[dict[str, Decide]] = {
    "constructor": _constructor,
    "getters": _accessors,
    "setters": _accessors,
    "accessors": _accessors,
    "equals": _equals,
    "string": _string,
    "implement": _implement,
    "override": override,
    "hash": _equals,
    "ordering": _ordering,
}
